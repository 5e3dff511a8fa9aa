"""What a question asks for, in the index's own terms: each term with its IDF weight. Knows no store."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.terms import terms


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """Terms of a question → IDF of each in the index. A term that no chunk holds has the highest IDF: not finding a rare
    word is the strongest sign that the answer isn't there."""

    idf: Mapping[str, float]
    unknown: tuple[str, ...]

    @property
    def mass(self) -> float:
        return sum(self.idf.values()) or 1.0


def idf(chunks_with_term: int, chunks: int) -> float:
    return math.log(1 + (chunks - chunks_with_term + 0.5) / (chunks_with_term + 0.5))


def analyse(text: str, vocabulary: Mapping[str, int], chunks: int) -> QueryTerms:
    found = dict.fromkeys(terms(text))
    weights = {term: idf(vocabulary.get(term, 0), chunks) for term in found}
    return QueryTerms(weights, tuple(term for term in found if term not in vocabulary))
