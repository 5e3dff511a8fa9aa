"""Whether the passages found hold an answer: one calibrated decision from several signals. Knows no drafting."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.nouns import DraftKind
from retrieval.found import SearchResult

REFUSE_BELOW = 0.25


@dataclass(frozen=True, slots=True)
class Judgement:
    """`confidence` in 0..1; `missing` are words of the question that the documents don't know."""

    kind: DraftKind
    confidence: float
    missing: tuple[str, ...] = ()


def judge(result: SearchResult) -> Judgement:
    if not result.found:
        return Judgement("refused", 0.0)
    best = result.found[0].passage.signals
    strength = 5.0 * best["coverage"] + 6.0 * best["best cosine"] - 4.0
    confidence = 1 / (1 + math.exp(-strength))
    return Judgement("answer" if confidence >= REFUSE_BELOW else "refused", confidence)
