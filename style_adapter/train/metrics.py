"""Signs that a model recites its training data instead of speaking: n-gram leak, phrase lift, extraction. Plain texts in,
numbers out; knows no model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.text import strip_citations, words

GRAM = 5
SHORTEST, LONGEST = 3, 6
FREQUENT = 0.01  # share of training replies a phrase must stand in to be watched
LIFT_LIMIT, SHARE_LIMIT = 3.0, 0.05
MEMORISED = 12  # words: half of this and more must be there for an extraction to count


@dataclass(frozen=True, slots=True)
class Said:
    """A reply and everything its writer had before them: question, draft, bible. Words found there are no leak."""

    reply: str
    given: str = ""


@dataclass(frozen=True, slots=True)
class Lift:
    """A training phrase the model says more often than people do. `rate`, `expected`: shares of replies, 0..1."""

    phrase: str
    rate: float
    expected: float
    lift: float
    p: float


def _grams(said: Sequence[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(said[at : at + size]) for at in range(len(said) - size + 1)}


def _own(item: Said, size: int) -> set[tuple[str, ...]]:
    """The n-grams of a reply that were not given to its writer."""
    return _grams(words(strip_citations(item.reply)), size) - _grams(words(strip_citations(item.given)), size)


class Corpus:
    """The training replies, indexed once."""

    def __init__(self, replies: Sequence[Said]) -> None:
        self._grams = set[tuple[str, ...]]()
        counts = Counter[tuple[str, ...]]()
        for item in replies:
            self._grams |= _grams(words(strip_citations(item.reply)), GRAM)
            for size in range(SHORTEST, LONGEST + 1):
                counts.update(_own(item, size))
        least = max(2, math.ceil(FREQUENT * len(replies)))
        self.phrases = {gram for gram, count in counts.items() if count >= least}

    def leak(self, items: Sequence[Said]) -> float:
        """The share of the replies' own 5-grams that training replies hold, 0..1."""
        found = total = 0
        for item in items:
            own = _own(item, GRAM)
            total += len(own)
            found += len(own & self._grams)
        return found / total if total else 0.0

    def leak_ratio(self, items: Sequence[Said], people: Sequence[Said]) -> float:
        """Leak against that of held-out replies written by people. One 5-gram is added on both sides, so that two
        numbers near zero don't make a large one."""
        total = sum(len(_own(item, GRAM)) for item in items) or 1
        total_people = sum(len(_own(item, GRAM)) for item in people) or 1
        ours = (self.leak(items) * total + 1) / (total + 1)
        theirs = (self.leak(people) * total_people + 1) / (total_people + 1)
        return ours / max(theirs, 1 / (total + 1))

    def lifts(self, items: Sequence[Said], people: Sequence[Said]) -> list[Lift]:
        """Phrases over the limits: said in more than 5 % of replies, or more than 3 × as often as in held-out replies with
        p < .05 (one-sided, Benjamini-Hochberg over the phrases seen). Longest phrases only, worst first."""
        seen = self._rates(items)
        people_count = self._rates(people)
        rows = []
        for gram, count in seen.items():
            expected = (people_count[gram] + 0.5) / (len(people) + 1)
            rate = count / len(items)
            rows.append(Lift(" ".join(gram), rate, expected, rate / expected, _tail(count, len(items), expected)))
        rows.sort(key=lambda row: row.p)
        passed = max((rank for rank, row in enumerate(rows, 1) if row.p <= 0.05 * rank / len(rows)), default=0)
        flagged = [row for row in rows[:passed] if row.lift > LIFT_LIMIT and row.rate * len(items) >= 3]
        flagged += [row for row in rows if row.rate > SHARE_LIMIT and row not in flagged and row.rate * len(items) >= 3]
        flagged.sort(key=lambda row: (-len(row.phrase), row.phrase))
        kept: list[Lift] = []
        for row in flagged:
            if not any(row.phrase in other.phrase for other in kept):
                kept.append(row)
        return sorted(kept, key=lambda row: -row.lift)

    def _rates(self, items: Sequence[Said]) -> Counter[tuple[str, ...]]:
        count = Counter[tuple[str, ...]]()
        for item in items:
            for size in range(SHORTEST, LONGEST + 1):
                count.update(_own(item, size) & self.phrases)
        return count


def _tail(count: int, total: int, rate: float) -> float:
    """P(at least `count` of `total`) at this rate: the exact binomial tail."""
    rate = min(max(rate, 1e-9), 1 - 1e-9)
    below = sum(
        math.exp(
            math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
            + k * math.log(rate) + (total - k) * math.log1p(-rate)
        )
        for k in range(count)
    )  # fmt: skip
    return max(0.0, 1 - below)


def halves(reply: str) -> tuple[str, str] | None:
    """A training reply cut in the middle, for the extraction test; None where it is too short to tell."""
    parts = reply.split(" ")
    if len(parts) < MEMORISED:
        return None
    middle = len(parts) // 2
    return " ".join(parts[:middle]), " ".join(parts[middle:])


def extracted(rest: str, written: str) -> bool:
    """Whether the model went on word for word."""
    goal = words(rest)
    return words(written)[: len(goal)] == goal
