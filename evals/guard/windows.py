"""Windows of drafts and restyles around one slip each, and the draft's mirror of it: of six pairs three are faithful, so that
neither text alone tells which. Knows no network."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evals.guard.edits import Edit, applied, lines
from evals.readers.examples import KINDS, differing
from style_adapter.guard.reader import UNTOLD, stretches, window

SHARE = 0.3  # of the harmless edits that stand in a text
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Told:
    """Windows of a draft and a restyle. `kind` counts in KINDS; `spans`: where the second is at fault, None: nobody knows."""

    first: str
    second: str
    kind: int
    spans: tuple[Span, ...] | None


@dataclass(frozen=True, slots=True)
class Group:
    """One slip. In order: draft with restyle, with slipped restyle, with the other restyle; mirrored draft with each of them."""

    part: int  # of the edits
    draft: str
    lang: str
    kind: str
    pairs: tuple[Told, Told, Told, Told, Told, Told]

    FAITHFUL = (0, 2, 4)
    RANKED = ((0, 1), (0, 3), (4, 1), (4, 3), (2, 5))  # (faithful, wrong) that share a text

    def near(self) -> list[Told]:
        """Pairs of one text and its changed self, to learn what a change is; none where the draft has no mirror."""
        if self.pairs[0].first == self.pairs[4].first:
            return []
        plain, slipped, other, back = self.pairs[0], self.pairs[1], self.pairs[4], self.pairs[3]
        return [
            Told(plain.first, other.first, slipped.kind, None),
            Told(other.first, plain.first, slipped.kind, None),
            Told(back.second, slipped.second, slipped.kind, slipped.spans),
            Told(plain.second, back.second, 0, ()),
        ]


def groups(dice: random.Random) -> Iterator[Group]:
    """Every mirrored slip of the edits with some of the harmless edits around it, and the persona's inventions about itself."""
    for ident, line in lines():
        part = int(ident.split("-")[1])
        mirrors = line.get("mirror", {})
        for number, told in enumerate(line["faithful"]):
            other = line["faithful"][1 - number]
            for slip, (kind, old, new) in enumerate(told["slips"]):
                mirror = mirrors.get(f"{number}.{slip}")
                if mirror and kind in KINDS and kind not in UNTOLD:
                    yield _group(part, line, told, other, kind, Edit(old, new), Edit(*mirror), dice)
                elif kind == "autobiography":
                    yield _invented(part, line, told, other, Edit(old, new), dice)


def _group(
    part: int, line: dict[str, Any], told: dict[str, Any], other: dict[str, Any], kind: str, slip: Edit, mirror: Edit,
    dice: random.Random,
) -> Group:  # fmt: skip
    draft, text = line["draft"], told["text"]
    marks = _marks(text, slip.old) | _marks(draft, mirror.old)
    plain = applied(text, _some(told, dice))
    beside = [edit for edit in _some(told, dice) if not _overlap(text, edit, slip)]
    back, slipped = applied(text, beside), applied(text, [*beside, slip])
    mine, mirrored, one, wrong, right, two = (
        window(each, marks).text
        for each in (draft, applied(draft, [mirror]), plain, slipped, back, applied(other["text"], _some(other, dice)))
    )
    number = KINDS.index(kind)
    there = tuple(differing(right, wrong)) if right != wrong else None
    here = tuple(differing(wrong, right)) if right != wrong else None
    return Group(part, draft, line["lang"], kind, (
        Told(mine, one, 0, ()), Told(mine, wrong, number, there), Told(mine, two, 0, ()),
        Told(mirrored, right, number, here), Told(mirrored, wrong, 0, ()), Told(mirrored, two, number, None),
    ))  # fmt: skip


def _invented(
    part: int, line: dict[str, Any], told: dict[str, Any], other: dict[str, Any], slip: Edit, dice: random.Random
) -> Group:
    """No draft makes an invented experience true, so there is no mirror: harmless remarks stand against it instead."""
    draft, text = line["draft"], told["text"]
    marks = _marks(text, slip.old)

    def one(share: float, *slips: Edit) -> str:
        edits = [e for e in _some(told, dice, share) if not any(_overlap(text, e, s) for s in slips)]
        return window(applied(text, [*edits, *slips]), marks).text

    mine, number = window(draft, marks).text, KINDS.index("autobiography")
    base, wrong = one(0), one(0, slip)
    there = tuple(differing(base, wrong)) if base != wrong else None
    two = window(applied(other["text"], _some(other, dice, 0.5)), marks).text
    return Group(part, draft, line["lang"], "autobiography", (
        Told(mine, one(0.5), 0, ()), Told(mine, wrong, number, there), Told(mine, two, 0, ()),
        Told(mine, one(0.5, slip), number, None), Told(mine, one(1), 0, ()), Told(mine, one(0.9, slip), number, None),
    ))  # fmt: skip


def of_pair(draft: str, styled: str) -> list[tuple[str, str]]:
    """The windows of a whole pair, one a claim."""
    return [(window(draft, marks).text, window(styled, marks).text) for _, _, marks in stretches(draft)]


def _marks(text: str, piece: str) -> frozenset[str]:
    low = text.index(piece)
    high = low + len(piece)
    return frozenset().union(*(marks for start, end, marks in stretches(text) if start < high and low < end))


def _some(told: dict[str, Any], dice: random.Random, share: float = SHARE) -> Sequence[Edit]:
    return [Edit(a, b) for a, b in told["same"] if told["text"].count(a) == 1 and dice.random() < share]


def _overlap(text: str, one: Edit, two: Edit) -> bool:
    a, b = text.index(one.old), text.index(two.old)
    return a < b + len(two.old) and b < a + len(one.old)
