"""Train and validation: long dialogues are held back first, then items drawn evenly over the domains. Traps
stay traps."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from style_adapter.dataset.items import Item, Split, with_split

VALIDATION = 0.2
LONG = 8  # messages: what a validation dialogue has at least


def split(items: Sequence[Item], validation: float = VALIDATION, seed: int = 7) -> list[Item]:
    """The items, order kept, with `validation` of the dialogues and of the single items set aside. The same
    seed, the same split."""
    chosen: dict[str, Split] = {item.id: "train" for item in items if item.split != "trap"}
    draw = random.Random(seed)
    for kind in ("dialogue", "restyle", "neutral"):
        group = [item for item in items if item.kind == kind and item.split != "trap"]
        wanted = round(len(group) * validation)
        if kind == "dialogue":
            group = [item for item in group if len(item.messages) >= LONG]
        for item in _evenly(group, wanted, draw):
            chosen[item.id] = "validation"
    return with_split(items, chosen)


def _evenly(items: Sequence[Item], wanted: int, draw: random.Random) -> list[Item]:
    """`wanted` items, the longest first within a domain, one domain after the other."""
    by_domain: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_domain[item.domain or (item.tags[-1] if item.tags else "")].append(item)
    for group in by_domain.values():
        draw.shuffle(group)
        group.sort(key=lambda item: -len(item.messages))
    order = sorted(by_domain)
    draw.shuffle(order)
    taken: list[Item] = []
    while len(taken) < wanted and any(by_domain.values()):
        for name in order:
            if by_domain[name] and len(taken) < wanted:
                taken.append(by_domain[name].pop(0))
    return taken
