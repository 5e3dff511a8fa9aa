"""Taking documents in beside embedding alone: `python -m bench.ingest FOLDER`.

`embedder`: the time the embedder itself needs for the same texts, a document a call, in one process. `ingest`: the whole way,
parsing, chunks, terms, store, ledger and the start of the processes, with one encoding process and with two. One line of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from bot.app import App
from core.nouns import Chunk
from core.plain import plain
from core.settings import load
from retrieval.embed import UseEmbedder
from retrieval.encode import units


def texts_of(title: str, chunks: list[Chunk]) -> list[str]:
    """What the encoder embeds of a document."""
    found = [plain(chunk.text[start:end]) for chunk in chunks for start, end in units(chunk.text)]
    return found + list(dict.fromkeys(plain(". ".join(dict.fromkeys((title, *chunk.headings)))) for chunk in chunks))


async def embedded(folder: Path, paths: list[Path], data: Path) -> tuple[float, int]:
    app = App(load(data_dir=data, folder=data, env={}))
    documents = []
    for path in paths:
        parsed, chunks = await app.parse(path.read_bytes(), str(path.relative_to(folder)))
        documents.append(texts_of(parsed.title, chunks))
    await app.close()
    embedder = UseEmbedder()
    embedder.encode(documents[0])
    begun = time.perf_counter()
    for texts in documents:
        embedder.encode(texts)
    return time.perf_counter() - begun, sum(map(len, documents))


async def taken_in(folder: Path, data: Path, workers: int) -> tuple[float, int]:
    app = App(load(data_dir=data, folder=data, env={"EXPERTBOT_INGEST__WORKERS": str(workers)}))
    await app.open()
    begun = time.perf_counter()
    report = await app.ingest([folder], False, lambda *news: None)
    seconds = time.perf_counter() - begun
    await app.close()
    return seconds, report.chunks


def main() -> None:
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        paths = sorted(path for path in folder.rglob("*.*") if path.is_file())
        alone, texts = asyncio.run(embedded(folder, paths, Path(scratch) / "0"))
        figures: dict[str, float] = {"texts": texts, "embedder s": round(alone, 2)}
        for workers in (1, 2):
            seconds, chunks = asyncio.run(taken_in(folder, Path(scratch) / str(workers), workers))
            figures["chunks"] = chunks
            figures[f"ingest s, {workers} encoding"] = round(seconds, 2)
            figures[f"ratio, {workers} encoding"] = round(seconds / alone, 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
