"""Files into the index and out of it, each document whole or not at all, whatever moment the process dies at.

The order that makes it so: announce in the ledger → points to the engine, flushed → commit in the ledger → sweep what was
replaced. Before the commit nothing is visible; after it everything is; what a crash leaves behind is listed as loose.
A cancelled write is finished first: what a thread still writes must not outlive the lock."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import BrokenIndexError, DocumentError, UnavailableError
from core.nouns import Chunk, ParsedDocument
from core.payload import chunk_id, version_id
from core.ports import EncodedDocument, Index, Store
from ingest.files import Failure, discover, source_of
from ingest.ledger import Entry, Ledger, Loose
from ingest.pool import EncoderPool
from ingest.sandbox import read_file

BATCH_POINTS = 256
IN_FLIGHT = 4  # documents parsed and encoded ahead of the writer

log = logging.getLogger("expertbot.ingest")
Parse = Callable[[bytes, str], Awaitable[tuple[ParsedDocument, list[Chunk]]]]  # a file's bytes, its source
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


NOT_PRUNED = Failure(
    "--prune",
    "Nothing was removed: a folder could not be read whole.",
    "Mend what is named above, then repeat.",
    code="unpruned",
)


def _quiet(done: int, total: int, source: str) -> None:
    pass


class Ingestor:
    """The one writer of an index. `store` gives the active generation and is asked only under `writing`: a reindex that ran
    meanwhile has exchanged it. Whoever writes holds `writing`; `write` and `sweep` are for holders of it. Files are at most
    `largest` bytes; nothing below `private` (our own data) is taken in with a folder."""

    def __init__(
        self, ledger: Ledger, index: Index, store: Callable[[], Store], pool: EncoderPool, parse: Parse,
        fingerprint: Fingerprint, supported: Callable[[str], bool], largest: int, private: Path,
        writing: AbstractAsyncContextManager[Any] | None = None,
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._index = index
        self._store = store
        self._pool = pool
        self._parse = parse
        self._fingerprint = fingerprint
        self._supported = supported
        self._largest = largest
        self._private = private
        self.writing = writing or asyncio.Lock()

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
                self._ledger.activate(generation)
                await self._index.activate(generation)
            else:
                store = await self._index.open(generation)
                await self._index.activate(generation)  # a crash may have come between the ledger's switch and this
            try:
                await self.sweep(generation, store)
            except UnavailableError as error:  # a full disk: what is in can still be asked
                log.warning("what an interrupted run left behind can't be deleted yet: %s", error.message)
            return generation, store

    async def ingest(self, paths: Sequence[Path], prune: bool = False, progress: Progress = _quiet) -> IngestReport:
        """Take in files and folders. With `prune`, documents whose files are gone from the given folders are removed, unless
        a folder could not be read whole. Cancelled, it ends after the batch that is being written."""
        started, report = time.monotonic(), IngestReport()
        async with self.writing:
            generation, store = self._generation(), self._store()
            files, report.failed = await asyncio.to_thread(discover, paths, self._supported, self._private)
            known = self._ledger.versions(generation)
            self._pool.expect(_size_of(path for path in files if source_of(path) not in known))
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
                await asyncio.gather(*waiting, return_exceptions=True)
            if prune and any(failure.code == "folder" for failure in report.failed):
                report.failed.append(NOT_PRUNED)
            elif prune:
                report.removed = await self._prune(generation, store, paths, files)
        report.seconds = time.monotonic() - started
        return report

    async def remove(self, sources: Iterable[str]) -> int:
        """Forget documents; a search that starts after this finds nothing of them, and no generation holds them."""
        async with self.writing:
            return await self._remove(self._generation(), self._store(), sources)

    async def _remove(self, generation: int, store: Store, sources: Iterable[str]) -> int:
        removed = self._ledger.remove(sources)
        await self.sweep(generation, store)
        previous = self._ledger.previous()
        if previous is not None and any(item.generation == previous for item in self._ledger.loose()):
            with suppress(BrokenIndexError):  # then there is nothing to delete from
                kept = await self._index.open(previous)
                try:
                    await self.sweep(previous, kept)
                finally:
                    await kept.close()
        return removed

    def _generation(self) -> int:
        generation = self._ledger.active()
        if generation is None:
            raise UnavailableError("The index is not open.", "Repeat the command.", code="index_closed")
        return generation

    async def _prepare(self, path: Path, known: dict[str, str]) -> _Prepared | Failure | None:
        """A file parsed and encoded; None where nothing has changed."""
        source = source_of(path)
        try:
            data, digest = await asyncio.to_thread(self._read, path)
            version = version_id(source, digest, str(self._fingerprint))
            if known.get(source) == version:
                return None
            document, chunks = await self._parse(data, source)
        except DocumentError as error:
            return Failure(source, error.message, error.hint, error.code)
        encoded = await self._pool.encode(source, document.title, version, chunks)
        return _Prepared(document, digest, encoded, source not in known)

    def _read(self, path: Path) -> tuple[bytes, str]:
        """A file's bytes, read once: what is hashed is what is parsed, though the file may change meanwhile."""
        data = read_file(path, self._largest)
        return data, hashlib.sha256(data).hexdigest()

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
        """Commit encoded documents, together. Once begun it is finished, cancelled or not."""
        await finish(self._commit(generation, store, items))

    async def _commit(
        self, generation: int, store: Store, items: Sequence[tuple[ParsedDocument, str, EncodedDocument]]
    ) -> None:
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
        """A file that is there but not in `files` (hidden, of another suffix, named outright once) is not gone."""
        present = {source_of(path) for path in files}
        roots = tuple(source_of(path).rstrip("/") + "/" for path in paths if path.is_dir())
        missing = [source for source in self._ledger.sources() if source.startswith(roots) and source not in present]
        return await self._remove(generation, store, [source for source in missing if not _is_there(source)])


def _points_of(item: Loose) -> list[str]:
    return [chunk_id(item.version, number) for number in range(item.chunks)]


def _size_of(paths: Iterable[Path]) -> int:
    """Bytes, as far as it can be said."""
    size = 0
    for path in paths:
        with suppress(OSError):
            size += path.stat().st_size
    return size


def _is_there(source: str) -> bool:
    try:
        return Path(source).exists()
    except OSError:  # it can't be said
        return True


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """Await to the end; a cancellation is raised only then."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
