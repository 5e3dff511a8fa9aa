"""Words near in meaning, in and across Russian and English, from a table of word vectors. Knows no index.

The table (`weights/words.npz`, made by `evals/retrieval/make_words.py`) holds common stems with the multilingual encoder's own
vectors, centred and reduced: registry is near реестр, clean near очистить."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.ports import Matrix

TABLE = Path(__file__).parent / "weights" / "words.npz"


@cache
def load() -> tuple[Mapping[str, int], Matrix]:
    """Stem → row, and the (n, dim) unit vectors."""
    with np.load(TABLE, allow_pickle=False) as stored:
        stems = bytes(stored["stems"]).decode().split("\n")
        vectors = stored["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {stem: row for row, stem in enumerate(stems)}, vectors


def common(term: str) -> bool:
    """Whether the table knows the stem: a word of everyday Russian or English."""
    return term in load()[0]


class Neighbours:
    """The table's words that an index holds."""

    def __init__(self) -> None:
        self._terms: list[str] = []
        self._vectors: Matrix = np.zeros((0, load()[1].shape[1]), np.float32)

    def add(self, terms: Iterable[str]) -> None:
        rows, vectors = load()
        new = [term for term in terms if term in rows]
        if new:
            self._terms += new
            self._vectors = np.concatenate([self._vectors, vectors[[rows[term] for term in new]]])

    def near(self, terms: Iterable[str], least: float, most: int) -> dict[str, list[tuple[str, float]]]:
        """For each term that the table knows: the index's words by cosine, the nearest first, itself left out."""
        rows, vectors = load()
        asked = [term for term in terms if term in rows]
        if not asked or not self._terms:
            return {}
        similar = vectors[[rows[term] for term in asked]] @ self._vectors.T
        found = {}
        for term, row in zip(asked, similar, strict=True):
            close = np.flatnonzero(row >= least)
            best = close[np.argsort(-row[close])][: most + 1]
            found[term] = [(self._terms[i], float(row[i])) for i in best if self._terms[i] != term][:most]
        return found
