"""Encoding on every core: processes that each hold one encoder. Knows no file and no store."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from core.errors import UnavailableError
from core.nouns import Chunk
from core.ports import DocumentEncoder, EncodedDocument
from core.process import die_with_parent

PIECE = 48  # chunks a task: about 0.4 s of work
INLINE = 48  # so many chunks are done here before processes are started: they cost 0.5 s each to start
MUCH = 100_000  # bytes of new files: more than can be done here

_encoder: DocumentEncoder | None = None


def _start(factory: Callable[[], DocumentEncoder], parent: int) -> None:
    global _encoder  # one encoder a process, loaded once
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    _encoder = factory()


def _encode(source: str, title: str, version: str, chunks: Sequence[Chunk], first: int) -> EncodedDocument:
    assert _encoder is not None
    return _encoder.encode(source, title, version, chunks, first)


class EncoderPool:
    """`factory` builds the encoder and can be pickled; `workers` 0 means one a core."""

    def __init__(self, factory: Callable[[], DocumentEncoder], workers: int = 0) -> None:
        self._factory = factory
        self._workers = workers or os.cpu_count() or 1
        self._here: DocumentEncoder | None = None
        self._loading = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._done_here = 0

    def expect(self, size: int) -> None:
        """So many bytes of new files are coming: processes are started at once where that is much."""
        if self._pool is None and size > MUCH:
            self._start_processes()

    def _start_processes(self) -> ProcessPoolExecutor:
        self._pool = ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(self._factory, os.getpid()),
        )
        return self._pool

    async def _load(self) -> DocumentEncoder:
        async with self._loading:
            if self._here is None:
                self._here = await asyncio.to_thread(self._factory)
            return self._here

    async def encode(self, source: str, title: str, version: str, chunks: Sequence[Chunk]) -> EncodedDocument:
        """The whole document encoded, its pieces in parallel."""
        if self._pool is None and self._done_here + len(chunks) <= INLINE:
            self._done_here += len(chunks)
            here = await self._load()
            return await asyncio.to_thread(here.encode, source, title, version, chunks, 0)
        loop, pool = asyncio.get_running_loop(), self._pool or self._start_processes()
        tasks = [
            loop.run_in_executor(pool, _encode, source, title, version, chunks[i : i + PIECE], i)
            for i in range(0, len(chunks), PIECE)
        ]
        try:
            pieces = await asyncio.gather(*tasks)
        except BrokenProcessPool as error:
            if self._pool is pool:  # else another document has noticed it before, and there is a new one
                self._pool = None
            raise UnavailableError(
                "An embedding process was ended from outside, most likely for want of memory.",
                "Set EXPERTBOT_INGEST__WORKERS=1, or give the machine more memory, and repeat: what is in stays in.",
                code="encoder_killed",
            ) from error
        counts: Counter[str] = Counter()
        for piece in pieces:
            counts.update(piece.term_chunks)
        return EncodedDocument(version, tuple(p for piece in pieces for p in piece.points), dict(counts))

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
