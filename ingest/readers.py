"""Sandboxes for a running event loop: as many files are read at once as there are sandboxes. Knows no ledger."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.nouns import Chunk, ParsedDocument
from ingest.sandbox import Limits, Sandbox


class Readers:
    """`count` reading processes, each started when first needed."""

    def __init__(self, count: int, limits: Limits, max_chars: int) -> None:
        self._free: asyncio.Queue[Sandbox] = asyncio.Queue()
        self._all = [Sandbox(limits, max_chars=max_chars) for _ in range(count)]
        for sandbox in self._all:
            self._free.put_nowait(sandbox)

    async def read(self, path: Path, source: str) -> tuple[ParsedDocument, list[Chunk]]:
        """The parsed document and its chunks. Raises DocumentError."""
        sandbox = await self._free.get()
        try:
            return await asyncio.to_thread(sandbox.parse_and_chunk, path, source)
        finally:
            self._free.put_nowait(sandbox)

    def close(self) -> None:
        for sandbox in self._all:
            sandbox.close()
