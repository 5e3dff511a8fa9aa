"""Taking documents in beside embedding alone, and beside what peers need: `python -m bench.ingest FOLDER [PEER …]`.

`embedder`: the time the embedder itself needs for the same texts, a document a call, in one process. `ingest`: the whole way,
parsing, chunks, terms, store, ledger and the start of the processes, with one encoding process and with two. A peer
(bench/peers/systems.py: llama-index, haystack, txtai) gets our chunks as they are, so that its parsing costs it nothing, embeds
them by the same embedder as its own pipeline would, in one process, and stores them. One line of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from bench.peers.corpus import Chunks
from bench.peers.systems import SYSTEMS
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


async def parsed(folder: Path, paths: list[Path], data: Path) -> list[tuple[str, list[Chunk]]]:
    """(title, chunks) of each file."""
    app = App(load(data_dir=data, folder=data, env={}))
    read = [await app.parse(path.read_bytes(), str(path.relative_to(folder))) for path in paths]
    await app.close()
    return [(document.title, chunks) for document, chunks in read]


def embedded(read: list[tuple[str, list[Chunk]]]) -> tuple[float, int]:
    documents = [texts_of(title, chunks) for title, chunks in read]
    embedder = UseEmbedder()
    embedder.encode(documents[0])
    begun = time.perf_counter()
    for texts in documents:
        embedder.encode(texts)
    return time.perf_counter() - begun, sum(map(len, documents))


def by_peer(name: str, texts: list[str], data: Path) -> float:
    embedder = UseEmbedder()
    embedder.encode(texts[:1])
    system = SYSTEMS[name](data)
    begun = time.perf_counter()
    vectors = embedder.encode(texts)
    system.ingest(Chunks(texts, vectors, [""] * len(texts)))
    return time.perf_counter() - begun


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
        read = asyncio.run(parsed(folder, paths, Path(scratch) / "0"))
        alone, texts = embedded(read)
        figures: dict[str, float] = {"texts": texts, "embedder s": round(alone, 2)}
        for workers in (1, 2):
            seconds, chunks = asyncio.run(taken_in(folder, Path(scratch) / str(workers), workers))
            figures["chunks"] = chunks
            figures[f"ingest s, {workers} encoding"] = round(seconds, 2)
            figures[f"ratio, {workers} encoding"] = round(seconds / alone, 2)
        whole = [chunk.text for _, chunks in read for chunk in chunks]
        for name in sys.argv[2:]:
            took = by_peer(name, whole, Path(scratch) / name)
            figures[f"{name} s"] = round(took, 2)
            figures[f"{name}, ratio to 2 encoding"] = round(took / seconds, 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
