"""What is measured of a passage and of a unit of it for a question, as numbers a ranker weighs. Knows no store, no weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from core.payload import sentence_vectors
from core.terms import terms
from core.text import language
from retrieval.query import Query

if TYPE_CHECKING:
    from core.ports import Matrix

HEADER_HELPS = 0.6  # a word that only the headings hold, for a unit below them
K = 1.2  # saturation of a repeated concept
OPENING = 300  # characters that tell a passage's language


@lru_cache(maxsize=20_000)
def header_terms(header: str) -> frozenset[str]:
    return frozenset(terms(header))


@dataclass(frozen=True)
class Candidate:
    """A chunk read whole. `found`: (units, concepts), how well the best term of a unit stands for each concept;
    `exact` likewise, 1 where the word itself stands there; `header`: (concepts,); `cosines`: (units,) with the question."""

    id: str
    payload: Mapping[str, Any]
    spans: list[tuple[int, int]]
    vectors: Matrix
    found: Matrix
    exact: Matrix
    header: Matrix
    cosines: Matrix
    whole: float
    length: int
    counts: Matrix
    ranks: tuple[int, int]


def read(ident: str, payload: Mapping[str, Any], query: Query, vector: Matrix, ranks: tuple[int, int]) -> Candidate:
    spans, vectors = sentence_vectors(payload)
    standing, size = query.standing, len(query.concepts)
    found = np.zeros((max(len(spans), 1), size), np.float32)
    exact = np.zeros_like(found)
    counts = np.zeros(size, np.float32)
    length = 0
    for row, unit in enumerate(payload["terms"]):
        held = unit.split(" ")
        length += len(held)
        for term in held:
            for number, worth in standing.get(term, ()):
                counts[number] += worth
                if worth > found[row, number]:
                    found[row, number] = worth
                if worth >= 1.0:
                    exact[row, number] = 1.0
    header = np.zeros(size, np.float32)
    for term in header_terms(". ".join((payload["title"], *payload["headings"]))):
        for number, worth in standing.get(term, ()):
            header[number] = max(worth, header[number])
    cosines = vectors @ vector if len(spans) else np.zeros(1, np.float32)
    mean = vectors.mean(axis=0) if len(spans) else vector * 0
    whole = float(mean @ vector / max(float(np.linalg.norm(mean)), 1e-6))
    return Candidate(ident, payload, spans, vectors, found, exact, header, cosines, whole, length, counts, ranks)


PASSAGE = (
    "exact coverage", "coverage", "best unit", "best window", "header", "bm25", "chunk cosine", "best cosine", "second cosine",
    "joint", "dense rank", "sparse rank", "names", "rarest", "length", "document coverage", "document cosine", "other language",
    "z coverage", "z window", "z cosine", "z chunk", "z bm25", "coverage all", "unit cosine x other",
)  # fmt: skip


def passage_features(candidates: Sequence[Candidate], query: Query) -> Matrix:
    """(candidates, len(PASSAGE))"""
    weights = np.array([c.weight for c in query.concepts], np.float32)
    mass = max(float(weights.sum()), 1e-6)
    named = np.array([c.named and c.share == 1.0 for c in query.concepts], bool)
    rarest = int(np.argmax(weights)) if len(weights) else -1
    rows = [_passage(item, query, weights / mass, named, rarest) for item in candidates]
    table = np.array(rows, np.float32).reshape(len(rows), 18)
    by_document: dict[str, list[int]] = {}
    for number, item in enumerate(candidates):
        by_document.setdefault(item.payload["doc_id"], []).append(number)
    for numbers in by_document.values():
        for number in numbers:
            rest = [other for other in numbers if other != number]
            table[number, 15] = table[rest, 1].max() if rest else 0.0
            table[number, 16] = table[rest, 7].max() if rest else 0.0
    picked = table[:, [1, 3, 7, 6, 5]]
    z = (picked - picked.mean(axis=0)) / (picked.std(axis=0) + 0.05)
    everywhere = np.array(
        [float((weights / mass) @ np.maximum(item.found.max(axis=0), item.header)) ** 2 for item in candidates],
        np.float32,
    )
    return np.column_stack([table, z, everywhere, table[:, 7] * table[:, 17]]).astype(np.float32)


def _passage(item: Candidate, query: Query, shares: Matrix, named: Any, rarest: int) -> list[float]:
    in_text = item.found.max(axis=0)
    anywhere = np.maximum(in_text, item.header)
    helped = np.maximum(item.found, HEADER_HELPS * item.header)
    units = helped @ shares
    around = window(item.found, item.header) @ shares
    exactly = np.maximum(item.exact.max(axis=0), (item.header >= 1.0).astype(np.float32))
    saturated = item.counts + item.header
    saturated = saturated * (K + 1) / (saturated + K * (0.25 + 0.75 * item.length / 110.0))
    ordered = np.sort(item.cosines)[::-1]
    other = float(language(str(item.payload["text"])[:OPENING]) != query.lang)
    return [
        float(exactly @ shares), float(anywhere @ shares), float(units.max()), float(around.max()), float(item.header @ shares),
        float(saturated @ shares), item.whole, float(ordered[0]), float(ordered[min(1, len(ordered) - 1)]),
        float((units + item.cosines).max()), 1 / (8 + item.ranks[0]), 1 / (8 + item.ranks[1]),
        float(exactly[named].mean()) if named.any() else 0.7, float(anywhere[rarest]) if rarest >= 0 else 0.0,
        float(np.log1p(item.length) / 6), 0.0, 0.0, other,
    ]  # fmt: skip


def window(found: Matrix, header: Matrix) -> Matrix:
    """Each unit with its neighbours: what three in a row hold, and the headings above them."""
    wide = found.copy()
    if len(found) > 1:
        wide[1:] = np.maximum(wide[1:], found[:-1])
        wide[:-1] = np.maximum(wide[:-1], found[1:])
    held: Matrix = np.maximum(wide, HEADER_HELPS * header)
    return held
