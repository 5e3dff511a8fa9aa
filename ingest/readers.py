"""Sandboxes for a running event loop: as many files are read at once as there are sandboxes. Knows no ledger."""

from __future__ import annotations

import asyncio

from core.nouns import Chunk, ParsedDocument
from ingest.sandbox import Limits, Sandbox


class Readers:
    """`count` reading processes, each started when first needed."""

    def __init__(self, count: int, limits: Limits, max_chars: int) -> None:
        self._free: asyncio.Queue[Sandbox] = asyncio.Queue()
        self._all = [Sandbox(limits, max_chars=max_chars) for _ in range(count)]
        for sandbox in self._all:
            self._free.put_nowait(sandbox)

    async def read(self, data: bytes, source: str) -> tuple[ParsedDocument, list[Chunk]]:
        """The parsed document and its chunks. Raises DocumentError. Cancelled, its thread goes on to the end of the document,
        and only then is the sandbox another's."""
        sandbox = await self._free.get()
        work = asyncio.get_running_loop().run_in_executor(None, sandbox.parse_and_chunk, data, source)
        work.add_done_callback(lambda done: self._release(sandbox, done))
        return await asyncio.shield(work)

    def _release(self, sandbox: Sandbox, done: asyncio.Future[tuple[ParsedDocument, list[Chunk]]]) -> None:
        self._free.put_nowait(sandbox)
        if not done.cancelled():
            done.exception()  # nobody may wait for it any more

    def close(self) -> None:
        for sandbox in self._all:
            sandbox.close()
