"""Files into the index and out of it, each document whole or not at all, whatever moment the process dies at.

The order that makes it so: announce in the ledger → points to the engine, flushed → commit in the ledger → sweep what was
replaced. Before the commit nothing is visible; after it everything is; what a crash leaves behind is listed as loose."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import DocumentError, UnavailableError
from core.nouns import Chunk, ParsedDocument
from core.payload import chunk_id, version_id
from core.ports import EncodedDocument, Index, Store
from ingest.files import Failure, discover, source_of
from ingest.ledger import Entry, Ledger, Loose
from ingest.pool import EncoderPool

BATCH_POINTS = 256
IN_FLIGHT = 4  # documents parsed and encoded ahead of the writer

Parse = Callable[[Path, str], Awaitable[tuple[ParsedDocument, list[Chunk]]]]
Progress = Callable[[int, int, str], None]  # done, total, source


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the index of a document depends on besides its bytes."""

    parser: str
    encoder: str

    def __str__(self) -> str:
        return f"{self.parser}|{self.encoder}"


@dataclass(slots=True)
class IngestReport:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[Failure] = field(default_factory=list)
    chunks: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Prepared:
    document: ParsedDocument
    sha256: str
    encoded: EncodedDocument
    is_new: bool


def _quiet(done: int, total: int, source: str) -> None:
    pass


class Ingestor:
    """The one writer of an index. `store` is the active generation, opened or created by `open`. Whoever writes holds
    `writing`; `write` and `sweep` are for holders of it."""

    def __init__(
        self, ledger: Ledger, index: Index, pool: EncoderPool, parse: Parse, fingerprint: Fingerprint,
        supported: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._index = index
        self._pool = pool
        self._parse = parse
        self._fingerprint = fingerprint
        self._supported = supported
        self.writing = asyncio.Lock()

    async def open(self) -> tuple[int, Store]:
        """The active generation, made if there is none; whatever a crash left behind is swept."""
        async with self.writing:
            for number in self._ledger.generation_numbers():
                if number not in (self._ledger.active(), self._ledger.previous()):
                    await self._index.drop(number)
                    self._ledger.forget_generation(number)
            generation = self._ledger.active()
            if generation is None:
                generation = self._ledger.begin_generation(str(self._fingerprint))
                store = await self._index.create(generation)
                await self._index.activate(generation)
                self._ledger.activate(generation)
            else:
                store = await self._index.open(generation)
            await self.sweep(generation, store)
            return generation, store

    async def ingest(
        self, store: Store, paths: Sequence[Path], prune: bool = False, progress: Progress = _quiet
    ) -> IngestReport:
        """Take in files and folders. With `prune`, documents whose files are gone from the given folders are removed, unless
        a folder could not be read whole."""
        started, report = time.monotonic(), IngestReport()
        async with self.writing:
            generation = self._generation()
            files, report.failed = await asyncio.to_thread(discover, paths, self._supported)
            unread = bool(report.failed)
            known = self._ledger.versions(generation)
            waiting: list[asyncio.Task[_Prepared | Failure | None]] = []
            batch: list[_Prepared] = []
            try:
                for number, path in enumerate(files):
                    waiting.append(asyncio.create_task(self._prepare(path, known)))
                    if len(waiting) >= IN_FLIGHT:
                        self._collect(await waiting.pop(0), report, batch)
                        progress(number + 1 - len(waiting), len(files), str(path))
                    if sum(len(item.encoded.points) for item in batch) >= BATCH_POINTS:
                        await self._write(generation, store, batch, report)
                while waiting:
                    self._collect(await waiting.pop(0), report, batch)
                    progress(len(files) - len(waiting), len(files), "")
                await self._write(generation, store, batch, report)
            finally:
                for task in waiting:
                    task.cancel()
            if prune and not unread:
                report.removed = await self._prune(generation, store, paths, files)
        report.seconds = time.monotonic() - started
        return report

    async def remove(self, store: Store, sources: Iterable[str]) -> int:
        """Forget documents; a search that starts after this finds nothing of them."""
        async with self.writing:
            removed = self._ledger.remove(sources)
            await self.sweep(self._generation(), store)
        return removed

    def _generation(self) -> int:
        generation = self._ledger.active()
        if generation is None:
            raise UnavailableError("The index is not open.", "Repeat the command.")
        return generation

    async def _prepare(self, path: Path, known: dict[str, str]) -> _Prepared | Failure | None:
        """A file parsed and encoded; None where nothing has changed."""
        source = source_of(path)
        try:
            digest = await asyncio.to_thread(_sha256, path)
            version = version_id(source, digest, str(self._fingerprint))
            if known.get(source) == version:
                return None
            document, chunks = await self._parse(path, source)
        except DocumentError as error:
            return Failure(source, error.message, error.hint, error.code)
        except OSError as error:
            return Failure(
                source,
                f"{path.name} can't be read: {error.strerror or error}.",
                "Check its permissions.",
                "unreadable",
            )
        encoded = await self._pool.encode(source, document.title, version, chunks)
        return _Prepared(document, digest, encoded, source not in known)

    @staticmethod
    def _collect(result: _Prepared | Failure | None, report: IngestReport, batch: list[_Prepared]) -> None:
        if result is None:
            report.unchanged += 1
        elif isinstance(result, Failure):
            report.failed.append(result)
        else:
            batch.append(result)

    async def _write(self, generation: int, store: Store, batch: list[_Prepared], report: IngestReport) -> None:
        if not batch:
            return
        await self.write(generation, store, [(item.document, item.sha256, item.encoded) for item in batch])
        for item in batch:
            report.added += item.is_new
            report.updated += not item.is_new
            report.chunks += len(item.encoded.points)
        batch.clear()

    async def write(
        self, generation: int, store: Store, items: Sequence[tuple[ParsedDocument, str, EncodedDocument]]
    ) -> None:
        """Commit encoded documents, together."""
        ledger = self._ledger
        ledger.announce(generation, [(encoded.version, len(encoded.points)) for _, _, encoded in items])
        points = [point for _, _, encoded in items for point in encoded.points]
        for start in range(0, len(points), BATCH_POINTS):
            await store.upsert(points[start : start + BATCH_POINTS])
        await store.flush()
        ledger.commit(
            generation,
            [
                Entry(
                    document, sha256, self._fingerprint.parser, encoded.version, len(encoded.points),
                    encoded.term_chunks,
                )
                for document, sha256, encoded in items
            ],
        )  # fmt: skip
        await self.sweep(generation, store)

    async def sweep(self, generation: int, store: Store) -> None:
        """Delete from the engine what no committed document owns."""
        loose = [item for item in self._ledger.loose() if item.generation == generation]
        for item in loose:
            await store.delete(_points_of(item))
        if loose:
            await store.flush()
            self._ledger.swept(loose)

    async def _prune(self, generation: int, store: Store, paths: Sequence[Path], files: Sequence[Path]) -> int:
        present = {source_of(path) for path in files}
        roots = [source_of(path).rstrip("/") + "/" for path in paths if path.is_dir()]
        gone = [
            source
            for source in self._ledger.sources()
            if source not in present and any(source.startswith(root) for root in roots)
        ]
        removed = self._ledger.remove(gone)
        await self.sweep(generation, store)
        return removed


def _points_of(item: Loose) -> list[str]:
    return [chunk_id(item.version, number) for number in range(item.chunks)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
