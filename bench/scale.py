"""Costs that docs/scale.md reckons with: bytes on disk and in memory a chunk, chunks a second taken in, milliseconds a search.

Real documents are taken in once; their chunks, with vectors turned by chance, then fill indexes of growing size:
    python -m bench.scale FOLDER [SIZE …]      # sizes in thousands of chunks, e.g. 5 20"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from bot.app import App
from core.nouns import Question
from core.ports import Point
from core.settings import IngestSettings, Settings
from retrieval.edge import EdgeIndex

QUESTIONS = (
    "Как настроить доступ к registry?",
    "Что делает команда cleanup?",
    "Где хранятся секреты?",
    "how are images built",
)
ASKED = 100
DIM = 512


def rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def disk_mb(folder: Path) -> float:
    """What the blocks on the disk hold, sparse files as they are."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / (1 << 20)


async def taken_in(source: Path, data: Path) -> tuple[dict[str, Any], list[Point]]:
    """Real documents through the real pipeline."""
    app = App(Settings(data_dir=data, ingest=IngestSettings(workers=1)))
    await app.open()
    started = time.perf_counter()
    report = await app.ingest([source], False, lambda *news: None)
    seconds = time.perf_counter() - started
    points = await app.store.retrieve(sorted(await app.store.ids()), vectors=True)
    times = []
    for number in range(ASKED):
        begun = time.perf_counter()
        await app.search(Question(QUESTIONS[number % len(QUESTIONS)]))
        times.append(time.perf_counter() - begun)
    text = sum(len(point.payload["text"]) for point in points)
    payload = sum(len(json.dumps(dict(point.payload), ensure_ascii=False).encode()) for point in points)
    figures = {
        "chunks": report.chunks, "chunks a second, one process": round(report.chunks / seconds, 1),
        "characters a chunk": text // len(points), "payload bytes a chunk": payload // len(points),
        "terms a chunk": sum(len(point.sparse.indices) for point in points) // len(points),
        "ledger bytes a chunk": int(disk_mb(data) * (1 << 20) - disk_mb(data / "index") * (1 << 20)) // len(points),
        "search ms, whole, median": round(statistics.median(times) * 1000, 1),
        "RSS MB with the embedder": round(rss_mb()),
    }  # fmt: skip
    await app.close()
    return figures, points


async def filled(folder: Path, points: list[Point], size: int) -> None:
    """An index of that many chunks; optimised, as a reindex leaves it."""
    random = np.random.default_rng(size)
    store = await EdgeIndex(folder, DIM).create(1)
    for start in range(0, size, 500):
        rows = []
        for number in range(start, min(start + 500, size)):
            point = points[number % len(points)]
            vector = np.asarray(point.dense, np.float32) + random.standard_normal(DIM).astype(np.float32) * 0.03
            vector /= np.linalg.norm(vector)
            rows.append(replace(point, id=str(uuid.UUID(int=number + 1)), dense=vector.tolist()))
        await store.upsert(rows)
    store.optimize()
    await store.flush()
    await store.close()


async def asked(folder: Path, points: list[Point]) -> dict[str, Any]:
    before = rss_mb()
    store = await EdgeIndex(folder, DIM).open(1)
    times = []
    for number in range(ASKED):
        point = points[number * 7 % len(points)]
        begun = time.perf_counter()
        dense, sparse = await store.query(point.dense, point.sparse, 60)
        await store.retrieve([hit.id for hit in (dense + sparse)[:48]])
        times.append(time.perf_counter() - begun)
    count, after = await store.count(), rss_mb()
    await store.close()
    return {
        "chunks": count, "disk bytes a chunk": int(disk_mb(folder) * (1 << 20) / count),
        "RSS bytes a chunk": int((after - before) * (1 << 20) / count),
        "engine ms, median": round(statistics.median(times) * 1000, 1),
        "engine ms, 95 %": round(sorted(times)[int(ASKED * 0.95)] * 1000, 1),
    }  # fmt: skip


def _one(folder: str, points: list[Point], size: int, ask: bool) -> None:
    if ask:
        print(json.dumps(asyncio.run(asked(Path(folder), points)), ensure_ascii=False), flush=True)
    else:
        started = time.perf_counter()
        asyncio.run(filled(Path(folder), points, size))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(
            json.dumps({"built": size, "seconds": round(time.perf_counter() - started, 1), "peak RSS MB": peak}),
            flush=True,
        )


def main() -> None:
    source, sizes = Path(sys.argv[1]), [int(float(text) * 1000) for text in sys.argv[2:] or ["5", "20"]]
    with tempfile.TemporaryDirectory() as scratch:
        figures, points = asyncio.run(taken_in(source, Path(scratch) / "data"))
        print(json.dumps(figures, ensure_ascii=False), flush=True)
        for size in sizes:
            for ask in (False, True):  # each in a process of its own, so that its memory is its own
                child = get_context("spawn").Process(target=_one, args=(f"{scratch}/{size}", points, size, ask))
                child.start()
                child.join()


if __name__ == "__main__":
    main()
