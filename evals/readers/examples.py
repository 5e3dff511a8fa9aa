"""Labelled pairs of texts for the readers: (draft, restyle) out of hand-written edits, (question, passage) out of hand-written
questions. Spans are where the second text is at fault (guard) or holds the answer (passage)."""

from __future__ import annotations

import difflib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.guard.slips import CORRUPTIONS

KINDS = (
    "", "number", "unit", "date", "identifier", "entity_swap", "role_swap", "negation_flip", "condition_dropped", "quantifier",
    "modality", "comparison_flipped", "cause_effect_reversed", "added_claim", "dropped_claim", "citation", "autobiography",
)  # fmt: skip
MARK = re.compile(r"\[(\d+)\]")
TOKEN = re.compile(r"\w+|\W")
NOWHERE = ("added_claim", "autobiography", "citation")  # kinds that have no place of their own in the draft
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Example:
    """`label` counts in KINDS for the guard, 1 is "answers" for a passage. Spans are None where nobody knows them."""

    first: str
    second: str
    label: int
    first_spans: tuple[Span, ...] | None = ()
    second_spans: tuple[Span, ...] | None = ()


def differing(old: str, new: str) -> list[Span]:
    """Where `new` differs from `old`; where words are only gone, the word beside them."""
    mine, theirs = TOKEN.findall(old), TOKEN.findall(new)
    starts = [0]
    for token in theirs:
        starts.append(starts[-1] + len(token))
    found = []
    for what, _, _, low, high in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if what != "equal" and theirs:
            low = min(low, len(theirs) - 1)
            found.append((starts[low], starts[max(high, min(low + 2, len(theirs)))]))
    return found


def claims(text: str) -> dict[str, Span]:
    """Each citation's stretch of text, up to and with its mark."""
    found, start = {}, 0
    for mark in MARK.finditer(text):
        found[mark[1]] = (start, mark.end())
        start = mark.end()
    return found


class Told:
    """A hand-written faithful restyle with its harmless edits and its slips."""

    def __init__(self, draft: str, row: dict[str, Any]) -> None:
        self.draft, self.text = draft, row["text"]
        self.same = [(a, b) for a, b in row.get("same", ()) if self.text.count(a) == 1]
        self.slips = [
            (k, a, b, differing(a, b)) for k, a, b in row.get("slips", ()) if self.text.count(a) == 1 and k in KINDS
        ]

    def faithful(self, dice: random.Random, share: float) -> str:
        return self._applied([(a, b) for a, b in self.same if dice.random() < share])[0]

    def slipped(
        self, dice: random.Random, number: int, share: float
    ) -> tuple[str, int, tuple[Span, ...], tuple[str, ...]]:
        """Text, kind, spans, and the marks of the claims concerned."""
        kind, old, new, spans = self.slips[number]
        start = self.text.index(old)
        end = start + len(old)
        beside = [
            (a, b) for a, b in self.same
            if dice.random() < share and not (self.text.index(a) < end and start < self.text.index(a) + len(a))
        ]  # fmt: skip
        text, shift = self._applied([*beside, (old, new)], old)
        marks = tuple(MARK.findall(old)) or tuple(MARK.findall(self.text[end:])[:1])
        return text, KINDS.index(kind), tuple((a + shift, b + shift) for a, b in spans), marks

    def _applied(self, edits: Sequence[tuple[str, str]], watched: str = "") -> tuple[str, int]:
        out, end, at = [""], 0, 0
        for old, new in sorted(edits, key=lambda edit: self.text.index(edit[0])):
            start = self.text.index(old)
            if start < end:
                continue
            out += [self.text[end:start]]
            if old == watched:
                at = sum(map(len, out))
            out += [new]
            end = start + len(old)
        return "".join([*out, self.text[end:]]), at


def concerned(draft: str, kind: int, marks: Sequence[str]) -> tuple[Span, ...] | None:
    """The draft's claims that a slip concerns."""
    if KINDS[kind] in NOWHERE:
        return None
    where = claims(draft)
    return tuple(where[mark] for mark in marks if mark in where) or None


def made_of(text: str, dice: random.Random) -> tuple[str, int, tuple[Span, ...]] | None:
    """A slip by code: of a number, an identifier, a citation or a word that has an opposite."""
    for kind, way in dice.sample(list(CORRUPTIONS.items()), len(CORRUPTIONS)):
        changed = way(text, dice)
        if changed and changed != text:
            return changed, KINDS.index(kind), tuple(differing(text, changed))
    return None


def lines(folders: Sequence[Path]) -> list[Line]:
    return [
        Line(json.loads(line))
        for folder in folders
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


class Line:
    """A draft with what was written of it."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.draft, self.corrupt = row["draft"], row.get("corrupt", ())
        self.told = [Told(self.draft, each) for each in row["faithful"]]


def of_line(line: Line, dice: random.Random) -> Iterator[Example]:
    """One pass over a draft: each of its slips once, faithful texts about as often."""
    draft, told = line.draft, line.told
    for one, two in zip(told, reversed(told), strict=True):
        share = dice.choice((0.0, 0.2, 0.5, 0.8))
        for number in range(len(one.slips)):
            text, kind, spans, marks = one.slipped(dice, number, share)
            other = dice.random() < 0.12
            against = two.faithful(dice, share) if other else draft
            yield Example(against, text, kind, None if other else concerned(draft, kind, marks), spans)
        for _ in range(max(2, round(len(one.slips) * 0.75))):
            other = dice.random() < 0.12
            yield Example(
                two.faithful(dice, 0.4) if other else draft, one.faithful(dice, dice.choice((0.0, 0.3, 0.6, 1.0))), 0
            )
        text = one.faithful(dice, share)
        if made := made_of(text, dice):
            yield Example(draft, made[0], made[1], None, made[2])
    for row in line.corrupt:
        if row["kind"] in KINDS:
            yield Example(draft, row["text"], KINDS.index(row["kind"]), None, None)
    if dice.random() < 0.5:
        yield Example(draft, draft, 0)
    elif made := made_of(draft, dice):
        yield Example(draft, made[0], made[1], made[2], made[2])


def of_pair(row: dict[str, Any], dice: random.Random) -> Iterator[Example]:
    """A pair judged by hand; a faithful one also with a slip by code."""
    faithful = row["label"] == "faithful"
    known: tuple[Span, ...] | None = () if faithful else None
    yield Example(row["draft"], row["restyled"], 0 if faithful else KINDS.index(row["kind"]), known, known)
    if faithful and dice.random() < 0.5 and (made := made_of(row["restyled"], dice)):
        yield Example(row["draft"], made[0], made[1], None, made[2])


def of_persona(draft: str, text: str, dice: random.Random) -> Iterator[Example]:
    if dice.random() < 0.6:
        yield Example(draft, text, 0)
    elif made := made_of(text, dice):
        yield Example(draft, made[0], made[1], None, made[2])
