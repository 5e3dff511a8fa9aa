"""The same chunks and vectors for everybody. A chunk is a handful of real sentences; its vector is the mean of theirs, as the
project's own encoder makes it, so 100,000 chunks need no hours of embedding."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.text import sentences
from retrieval.embed import UseEmbedder

ROOT = Path(__file__).resolve().parents[2]
XQUAD = ROOT.parent / "shared" / "eval" / "xquad"
WERF = ROOT.parent / "shared" / "corpora" / "werf-ru"
PER_CHUNK = 6


@dataclass(frozen=True, slots=True)
class Chunks:
    """`vectors`: (n, 512) unit rows beside `texts`; the first ones are XQuAD paragraphs, named in `names`."""

    texts: list[str]
    vectors: np.ndarray
    names: list[str]


@dataclass(frozen=True, slots=True)
class Questions:
    texts: list[str]
    vectors: np.ndarray
    gold: list[str]


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)).astype(np.float32)


def build(folder: Path, largest: int) -> None:
    """Write `corpus.npz`, `texts.json`, `questions.json` once."""
    embedder = UseEmbedder(threads=2)
    texts, names, parts = [], [], []
    for path in sorted((XQUAD / "ru" / "docs").glob("*.txt")):
        text = path.read_text(encoding="utf-8-sig")
        texts.append(text)
        names.append(path.name)
        parts.append(embedder.encode([text[a:b] for a, b in sentences(text)]).mean(axis=0))
    pool = [
        text[a:b]
        for path in sorted(WERF.rglob("*.md")) + sorted((XQUAD / "ru" / "docs").glob("*.txt"))
        for text in [path.read_text(encoding="utf-8-sig")]
        for a, b in sentences(text)
        if 30 < b - a < 300
    ]
    vectors, chance = embedder.encode(pool), np.random.default_rng(0)
    for number in range(len(texts), largest):
        chosen = chance.integers(0, len(pool), PER_CHUNK)
        texts.append(" ".join(pool[i] for i in chosen) + f" № {number}.")
        parts.append(vectors[chosen].mean(axis=0))
    rows = [json.loads(line) for line in (XQUAD / "ru" / "questions.jsonl").read_text("utf-8").splitlines()]
    asked = embedder.encode([row["question"] for row in rows])
    np.savez(folder / "corpus.npz", chunks=_unit(np.stack(parts)), questions=asked)
    (folder / "texts.json").write_text(json.dumps([texts, names], ensure_ascii=False), "utf-8")
    (folder / "questions.json").write_text(
        json.dumps([[row["question"] for row in rows], [row["doc"] for row in rows]], ensure_ascii=False), "utf-8"
    )


def load(folder: Path, size: int) -> tuple[Chunks, Questions]:
    arrays = np.load(folder / "corpus.npz")
    texts, names = json.loads((folder / "texts.json").read_text("utf-8"))
    asked, gold = json.loads((folder / "questions.json").read_text("utf-8"))
    return Chunks(texts[:size], arrays["chunks"][:size], names), Questions(asked, arrays["questions"], gold)


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))
