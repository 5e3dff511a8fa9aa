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

    draft: str
    lang: str
    kind: str
    pairs: tuple[Told, Told, Told, Told, Told, Told]

    FAITHFUL = (0, 2, 4)
    RANKED = ((0, 1), (0, 3), (4, 1), (4, 3), (2, 5))  # (faithful, wrong) that share a text

    def near(self) -> list[Told]:
        """Pairs of one text and its changed self, to learn what a change is."""
        plain, slipped, other, back = self.pairs[0], self.pairs[1], self.pairs[4], self.pairs[3]
        return [
            Told(plain.first, other.first, slipped.kind, None),
            Told(other.first, plain.first, slipped.kind, None),
            Told(back.second, slipped.second, slipped.kind, slipped.spans),
            Told(plain.second, back.second, 0, ()),
        ]


def groups(dice: random.Random) -> Iterator[Group]:
    """Every mirrored slip of the edits, with some of the harmless edits around it."""
    for _, line in lines():
        mirrors = line.get("mirror", {})
        for number, told in enumerate(line["faithful"]):
            other = line["faithful"][1 - number]
            for slip, (kind, old, new) in enumerate(told["slips"]):
                mirror = mirrors.get(f"{number}.{slip}")
                if mirror and kind in KINDS and kind not in UNTOLD:
                    yield _group(line, told, other, kind, Edit(old, new), Edit(*mirror), dice)


def _group(
    line: dict[str, Any], told: dict[str, Any], other: dict[str, Any], kind: str, slip: Edit, mirror: Edit,
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
    return Group(draft, line["lang"], kind, (
        Told(mine, one, 0, ()), Told(mine, wrong, number, there), Told(mine, two, 0, ()),
        Told(mirrored, right, number, here), Told(mirrored, wrong, 0, ()), Told(mirrored, two, number, None),
    ))  # fmt: skip


def of_pair(draft: str, styled: str) -> list[tuple[str, str]]:
    """The windows of a whole pair, one a claim."""
    return [(window(draft, marks).text, window(styled, marks).text) for _, _, marks in stretches(draft)]


def _marks(text: str, piece: str) -> frozenset[str]:
    low = text.index(piece)
    high = low + len(piece)
    return frozenset().union(*(marks for start, end, marks in stretches(text) if start < high and low < end))


def _some(told: dict[str, Any], dice: random.Random) -> Sequence[Edit]:
    return [Edit(a, b) for a, b in told["same"] if told["text"].count(a) == 1 and dice.random() < SHARE]


def _overlap(text: str, one: Edit, two: Edit) -> bool:
    a, b = text.index(one.old), text.index(two.old)
    return a < b + len(two.old) and b < a + len(one.old)
