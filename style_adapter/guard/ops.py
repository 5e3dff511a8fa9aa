"""Operators as spans, slips as findings, and where in a restyled text a draft operator's counterpart is to be looked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from style_adapter.guard.align import Alignment
from style_adapter.guard.words import Reading


@dataclass(frozen=True, slots=True)
class Op:
    """One operator word: its class and span."""

    cls: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Slip:
    """A possible slip: kind, the two spans (None: no spot), and how sure, 0..1."""

    kind: str
    draft: tuple[int, int] | None
    styled: tuple[int, int] | None
    score: float


LIMIT = 150  # operators of one class read in one text


def find(text: str, table: dict[str, re.Pattern[str]]) -> list[Op]:
    """Operators of one family; a longer class earlier in the table wins the characters."""
    taken = bytearray(len(text))
    found: list[Op] = []
    for cls, pattern in table.items():
        for match in islice(pattern.finditer(text), LIMIT):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
                found.append(Op(cls, match.start(), match.end()))
    return sorted(found, key=lambda op: op.start)


def plain(reading: Reading) -> str:
    """The folded text with identifiers blanked, so that operators are looked for in prose only."""
    chars = list(reading.folded)
    for each in reading.facts.identifiers:
        chars[each.start : each.end] = " " * (each.end - each.start)
    return "".join(chars)[: reading.words[-1].end + 40 if reading.words else None]


def clause_at(reading: Reading, position: int) -> int:
    for index, (start, end) in enumerate(reading.clauses):
        if start <= position < end:
            return index
    return len(reading.clauses) - 1


SHORT = 2  # words of a clause that is a mere aside


class Window:
    """Where in the styled text an operator of the draft should have its counterpart."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.words_in = Counter(w.clause for w in alignment.styled.words)
        self.of_clause: dict[int, list[int]] = {}
        for index, word in enumerate(alignment.draft.words):
            self.of_clause.setdefault(word.clause, []).append(index)

    def spans(self, position: int, claim: int, wide: int = 1) -> list[tuple[int, int]]:
        """Clauses of the styled region that hold what stands near `position` in the draft, and their neighbours."""
        a = self.a
        clause = clause_at(a.draft, position)
        near: set[int] = set()
        for offset in (0, 1, -1):
            for index in self.of_clause.get(clause + offset, []):
                match = a.best[index]
                if match.score >= 0.6 and a.draft.words[index].content and a.claim_of[index] == claim:
                    near.add(a.styled.words[match.index].clause)
            if near:
                break
        if not near:
            return a.region[claim]
        wider = set(near)
        for begin in near:
            for step in (-1, 1):
                clause, budget = begin + step, wide
                while budget > 0 and 0 <= clause < len(a.styled.clauses):
                    wider.add(clause)
                    budget -= self.words_in[clause] > SHORT  # `, my dear fellow,` keeps nothing apart
                    clause += step
        spans = [a.styled.clauses[c] for c in wider if 0 <= c < len(a.styled.clauses)]
        return [s for s in spans if any(s[0] < end and start < s[1] for start, end in a.region[claim])] or a.region[
            claim
        ]


def within(op: Op, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= op.start < end for start, end in spans)
