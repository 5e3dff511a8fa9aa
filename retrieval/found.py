"""What a search hands to the choice of evidence and to the judgement of sufficiency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.nouns import Passage, Passages
from retrieval.query import QueryTerms

if TYPE_CHECKING:
    from core.ports import Matrix


@dataclass(frozen=True, slots=True)
class Found:
    """A passage with its sentences (spans within its text) and their unit vectors, (n, dim)."""

    passage: Passage
    spans: tuple[tuple[int, int], ...]
    vectors: Matrix


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, with the analysis of the question they were found by. `vector` is the question's, (dim,)."""

    passages: Passages
    found: tuple[Found, ...]
    terms: QueryTerms
    vector: Matrix
