"""How long a search and an answer take at a size: `python -m bench.search FOLDER QUESTIONS.jsonl [THOUSANDS]`.

The folder is taken in as an owner would; the index is then filled up with chunks made of its own sentences, mixed by chance,
so that payloads, terms and vectors are real. Prints one line of JSON: milliseconds, wall and processor time, the question's
embedding included, an extractive answer in the neutral voice and in the persona's frames beside it."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np

from bot.app import App
from core.nouns import Chunk, Question
from core.payload import pack, sentence_spans, sentence_vectors
from core.ports import Point
from core.process import collect_seldom
from core.settings import load
from retrieval.sparse import document_vector

ASKED = 150
WARM_UP = 10
PERSONA = "alex"
BATCH = 500


def mixed(points: list[Point], size: int) -> list[Point]:
    """`size` chunks of six sentences of these each."""
    chance = np.random.default_rng(size)
    pool = []
    for point in points:
        spans, vectors = sentence_spans(point.payload), sentence_vectors([point.payload])
        text = str(point.payload["text"])
        pool += [
            (text[start:end], vectors[n], point.payload["terms"][n], point.payload)
            for n, (start, end) in enumerate(spans)
        ]
    made = []
    for number in range(size):
        chosen = [pool[i] for i in chance.integers(0, len(pool), 6)]
        text, spans = "", []
        for sentence, *_ in chosen:
            spans.append((len(text), len(text) + len(sentence)))
            text += sentence + "\n"
        vectors = np.stack([vector for _, vector, *_ in chosen])
        like = chosen[0][3]  # its version is one the ledger knows
        payload = pack(
            Chunk(text, 0, len(text), tuple(like["headings"])), source=like["source"], title=like["title"],
            version=like["version"], spans=spans, vectors=vectors, terms=[terms for *_, terms, _ in chosen],
        )  # fmt: skip
        dense = vectors.mean(axis=0)
        held = " ".join(terms for *_, terms, _ in chosen).split()
        ident = str(uuid.UUID(int=number + 1))
        made.append(Point(ident, (dense / np.linalg.norm(dense)).tolist(), document_vector(held), payload))
    return made


async def timed(questions: list[str], ask: Callable[[str], Awaitable[Any]]) -> dict[str, float]:
    wall, used = [], []
    for number, question in enumerate(questions):
        begun, cpu = time.perf_counter(), time.process_time()
        await ask(question)
        if number >= WARM_UP:
            wall.append((time.perf_counter() - begun) * 1000)
            used.append((time.process_time() - cpu) * 1000)
    figures = {"p50": np.percentile(wall, 50), "p95": np.percentile(wall, 95), "cpu p95": np.percentile(used, 95)}
    return {name: round(float(value), 1) for name, value in figures.items()}


async def measure(folder: Path, questions: list[str], size: int, data: Path) -> dict[str, Any]:
    app = App(load(data_dir=data, folder=data, env={"EXPERTBOT_PERSONA__RESTYLER": "none"}))
    await app.open()
    await app.ingest([folder], False, lambda *news: None)
    points = await app.store.retrieve(sorted(await app.store.ids()), vectors=True)
    filler = mixed(points, max(0, size - len(points)))
    for start in range(0, len(filler), BATCH):
        await app.store.upsert(filler[start : start + BATCH])
    figures: dict[str, Any] = {"chunks": await app.store.count()}
    figures["search ms"] = await timed(questions, lambda text: app.search(Question(text)))
    figures["answer ms, neutral"] = await timed(questions, lambda text: app.answer(Question(text), None))
    figures[f"answer ms, {PERSONA} in frames"] = await timed(
        questions, lambda text: app.answer(Question(text), PERSONA)
    )
    await app.close()
    return figures


def main() -> None:
    folder, asked = Path(sys.argv[1]), Path(sys.argv[2])
    size = int(float(sys.argv[3]) * 1000) if len(sys.argv) > 3 else 0
    questions = [json.loads(line)["question"] for line in asked.read_text("utf-8").splitlines()][: ASKED + WARM_UP]
    collect_seldom()  # as the console script does
    with tempfile.TemporaryDirectory() as data:
        print(json.dumps(asyncio.run(measure(folder, questions, size, Path(data))), ensure_ascii=False))


if __name__ == "__main__":
    main()
