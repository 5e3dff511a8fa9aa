"""What code makes wrong in faithful texts: for training, and plainest of stress (`python -m evals.guard_eval --set by-code`)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator

from evals.guard import left_out, turned
from evals.guard.windows import Group
from style_adapter.guard.evaluate import Pair


def groups(draft: str, styled: str, dice: random.Random) -> Iterator[Group]:
    """Of a draft and a faithful restyle; each group four pairs: both texts as they are, one of them changed, both changed."""
    yield from turned.groups(draft, styled, dice)
    yield from left_out.groups(draft, styled, dice)


def pairs(faithful: Iterable[Pair], most: int = 60, seed: int = 5) -> list[Pair]:
    """The claims of some faithful pairs as they are and with the restyle changed: `most` groups of a kind at most."""
    dice, found, count = random.Random(seed), list[Pair](), Counter[str]()
    for pair in dice.sample(all_pairs := list(faithful), len(all_pairs)):
        for number, group in enumerate(groups(pair.draft, pair.styled, dice)):
            (kind,) = group.kinds
            count[kind] += 1
            if count[kind] <= most:
                same, wrong, *_ = group.pairs
                found.append(Pair(f"{pair.id}-{number}", same.first, same.second, ""))
                found.append(Pair(f"{pair.id}-{number}-{kind}", wrong.first, wrong.second, kind))
    return found
