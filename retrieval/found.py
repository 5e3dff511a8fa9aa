"""What a search hands to the choice of evidence and to the judgement of sufficiency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.nouns import Passage, Passages
from retrieval.features import Candidate
from retrieval.query import Query

if TYPE_CHECKING:
    from core.ports import Matrix


@dataclass(frozen=True, slots=True)
class Found:
    """A passage with what was measured of it: `candidate` unit by unit, `features` as retrieval.features.PASSAGE names them."""

    passage: Passage
    candidate: Candidate
    features: Matrix


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, with the analysis of the question they were found by. `vector` is the question's, (dim,)."""

    passages: Passages
    found: tuple[Found, ...]
    query: Query
    vector: Matrix

    @property
    def late(self) -> bool:
        """Whether the passages' tokens were compared with the question's."""
        return bool(self.found) and self.found[0].candidate.late
