"""Windows of drafts and restyles around slips, and the draft's mirrors of them: what a text stands in is partly faithful and
partly wrong, so that neither text alone tells which. Knows no network."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from evals.guard.edits import Edit, applied, lines
from evals.readers.examples import KINDS, differing
from style_adapter.guard.evaluate import Pair
from style_adapter.guard.reader import MARKS, UNTOLD, stretches, window

SHARE = 0.3  # of the harmless edits that stand in a text
SLIPS = 6  # of a group at most
FAITHFUL = 4  # whole restyles of a group at most, and
BESIDE = 2  # so many of them stand under each mirror
# What a faithful restyle does wrong beside the draft that a slip of this kind makes true; of all others the same.
AGAINST = {"added_claim": "dropped_claim", "dropped_claim": "added_claim", "condition_dropped": "added_claim"}
Span = tuple[int, int]


class Slip(NamedTuple):
    restyle: int
    kind: str
    told: Edit
    mirror: Edit


@dataclass(frozen=True, slots=True)
class Told:
    """Windows of a draft and a restyle. `kind` counts in KINDS; `spans`: where the second is at fault, None: nobody knows;
    `share`: its weight beside the group's others."""

    first: str
    second: str
    kind: int
    spans: tuple[Span, ...] | None
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Some slips of a draft's two restyles under the same marks, in few texts: draft, restyles, and of each slip the slipped
    restyle and the mirrored draft. What a text stands in is partly faithful and partly wrong."""

    part: int  # of the edits
    draft: str
    kinds: tuple[str, ...]  # one a slip
    pairs: tuple[Told, ...]
    ranked: tuple[tuple[int, int], ...]  # (faithful, wrong) that share a text
    near: tuple[Told, ...] = ()  # one text and its changed self, to learn what a change is; the first is faithful

    @property
    def texts(self) -> set[str]:
        return {text for pair in (*self.pairs, *self.near) for text in (pair.first, pair.second)}


@dataclass(frozen=True, slots=True)
class Retold:
    """A restyle with all its claims. Where nobody told which of them is wrong, `told` is False and they have no kind."""

    kind: int  # counts in KINDS, 0 for a faithful one
    told: bool
    claims: tuple[Told, ...]

    @property
    def texts(self) -> set[str]:
        return {text for claim in self.claims for text in (claim.first, claim.second)}


def groups(dice: random.Random) -> Iterator[Group]:
    """Every mirrored slip of the edits with some of the harmless edits around it, and the persona's inventions about itself."""
    for ident, line in lines():
        part, both = int(ident.split("-")[1]), line["faithful"]
        mirrors = line.get("mirror", {})
        under = dict[frozenset[str], list[Slip]]()
        for number, told in enumerate(both):
            for slip, (kind, old, new) in enumerate(told["slips"]):
                mirror = mirrors.get(f"{number}.{slip}")
                if mirror and kind in KINDS and kind not in UNTOLD:
                    marks = _marks(told["text"], old) | _marks(line["draft"], mirror[0])
                    under.setdefault(marks, []).append(Slip(number, kind, Edit(old, new), Edit(*mirror)))
                elif kind == "autobiography":
                    yield _invented(part, line, told, both[1 - number], Edit(old, new), dice)
        for marks, slips in under.items():
            dice.shuffle(slips)
            count = -(-len(slips) // SLIPS)
            for some in (slips[n::count] for n in range(count)):
                yield _group(part, line, some, marks, dice)


def _group(part: int, line: dict[str, Any], slips: Sequence[Slip], marks: frozenset[str], dice: random.Random) -> Group:
    draft, texts = line["draft"], [told["text"] for told in line["faithful"]]
    harmless = [_some(told, dice) for told in line["faithful"]]

    def restyle(number: int, edits: Sequence[Edit]) -> str:
        return window(applied(texts[number], edits), marks).text

    mine, plain = window(draft, marks).text, [restyle(number, edits) for number, edits in enumerate(harmless)]
    pairs = [Told(mine, text, 0, (), float(len(slips))) for text in plain]
    ranked, near = list[tuple[int, int]](), [Told(restyle(0, []), plain[0], 0, ())]
    for r, kind, slip, mirror in slips:
        beside = [edit for edit in harmless[r] if not _overlap(texts[r], edit, slip)]
        right, wrong = restyle(r, beside), restyle(r, [*beside, slip])
        mirrored, number = window(applied(draft, [mirror]), marks).text, KINDS.index(kind)
        against = KINDS.index(AGAINST.get(kind, kind))
        there = tuple(differing(right, wrong)) if right != wrong else None
        here = tuple(differing(wrong, right)) if right == plain[r] != wrong else None
        at = len(pairs)
        pairs += [
            Told(mine, wrong, number, there), Told(mirrored, plain[r], against, here),
            Told(mirrored, wrong, 0, ()), Told(mirrored, plain[1 - r], against, None),
        ]  # fmt: skip
        ranked += [(r, at), (r, at + 1), (at + 2, at), (at + 2, at + 1), (1 - r, at + 3)]
        near += [
            Told(mine, mirrored, number, None), Told(mirrored, mine, against, None), Told(plain[r], wrong, number, there),
        ]  # fmt: skip
    return Group(part, draft, tuple(s.kind for s in slips), tuple(pairs), tuple(ranked), tuple(near))


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
    pairs = (
        Told(mine, one(0.5), 0, ()), Told(mine, two, 0, ()), Told(mine, one(1), 0, ()),
        Told(mine, wrong, number, there), Told(mine, one(0.5, slip), number, None), Told(mine, one(0.9, slip), number, None),
    )  # fmt: skip
    return Group(part, draft, ("autobiography",), pairs, ((0, 3), (0, 4), (1, 5), (2, 5), (2, 3)))


def retold(pair: Pair) -> Retold:
    """A whole pair, claim by claim."""
    kind, under = KINDS.index(pair.kind), [marks for _, _, marks in stretches(pair.draft)]
    told = pair.faithful or any(pair.at in marks for marks in under)
    found = list[Told]()
    for marks in under:
        first, second = window(pair.draft, marks).text, window(pair.styled, marks).text
        if first and second and kind and pair.at in marks:
            found.append(Told(first, second, kind, _spot(pair, second)))
        elif first and second:
            found.append(Told(first, second, 0, () if told else None, float(told)))
    return Retold(kind, told, tuple(found))


def mirrored(pairs: Sequence[Pair], mirrors: Mapping[str, Edit], dice: random.Random) -> Iterator[Group]:
    """Of one draft's whole restyles, by marks: the wrong ones that have a mirror there (edits of the draft, by id), and faithful
    ones, which are wrong beside the mirrored draft."""
    draft, under = pairs[0].draft, dict[frozenset[str], list[Pair]]()
    for pair in pairs:
        if pair.id in mirrors:
            own = frozenset().union(*(marks for _, _, marks in stretches(draft) if pair.at in marks))
            under.setdefault(own | _marks(draft, mirrors[pair.id].old), []).append(pair)
    for marks, wrong in under.items():
        plain = list(dict.fromkeys(window(p.styled, marks).text for p in pairs if _faithful_under(p, marks)))
        if plain and all(plain):
            yield _by_mirrors(draft, dice.sample(plain, min(len(plain), FAITHFUL)), wrong, mirrors, marks, dice)


def _faithful_under(pair: Pair, marks: frozenset[str]) -> bool:
    if pair.faithful or not pair.at:
        return pair.faithful
    return not any(pair.at in has for _, _, has in stretches(pair.styled) if has & marks) and pair.at not in marks


def _by_mirrors(
    draft: str,
    plain: Sequence[str],
    wrong: Sequence[Pair],
    mirrors: Mapping[str, Edit],
    marks: frozenset[str],
    dice: random.Random,
) -> Group:
    mine = window(draft, marks).text
    pairs, ranked = [Told(mine, text, 0, (), len(wrong) / len(plain)) for text in plain], list[tuple[int, int]]()
    for slip in wrong:
        told, number = window(slip.styled, marks).text, KINDS.index(slip.kind)
        against = KINDS.index(AGAINST.get(slip.kind, slip.kind))
        turned, at = window(applied(draft, [mirrors[slip.id]]), marks).text, len(pairs)
        beside = dice.sample(range(len(plain)), min(len(plain), BESIDE))
        pairs += [Told(mine, told, number, _spot(slip, told)), Told(turned, told, 0, ())]
        pairs += [Told(turned, plain[n], against, None, 1 / len(beside)) for n in beside]
        ranked += [(dice.randrange(len(plain)), at), (at + 1, at)]
        ranked += [(good, at + 2 + n) for n, other in enumerate(beside) for good in (other, at + 1)]
    return Group(0, draft, tuple(p.kind for p in wrong), tuple(pairs), tuple(ranked))


def _spot(pair: Pair, window: str) -> tuple[Span, ...] | None:
    """Where the words at fault stand in a window of the restyle."""
    spot = MARKS.sub("", " ".join(pair.spot.split()))
    start = window.find(spot) if spot else -1
    return ((start, start + len(spot)),) if start >= 0 else None


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
