"""Near-duplicates: by shared word triples, and by an embedder's cosine where one is given."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from core.text import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[Any]"]
SAME = 0.5  # share of word triples two texts have in common (Jaccard)
COMMON = 40  # a triple in more texts than this is a habit, not a trace of copying: the habit check reports it


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    said = words(text)
    return frozenset(tuple(said[at : at + 3]) for at in range(max(1, len(said) - 2)))


def duplicates(texts: Sequence[str], same: float = SAME) -> list[tuple[int, int, float]]:
    """(earlier, later, Jaccard) of every pair alike. Exact: an inverted index of triples, so only pairs that
    share some meet."""
    rows = [shingles(text) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    found = []
    for later, row in enumerate(rows):
        shared: Counter[int] = Counter()
        for triple in row:
            if len(holders[triple]) <= COMMON:
                shared.update(holders[triple])
            holders[triple].append(later)
        for earlier, count in shared.items():
            alike = count / (len(row) + len(rows[earlier]) - count)
            if alike >= same:
                found.append((earlier, later, alike))
    return found


def nearest(texts: Sequence[str], others: Sequence[str], embed: Embed) -> list[tuple[int, float]]:
    """For each text the index of the other text nearest to it, and the cosine."""
    import numpy as np

    if not texts or not others:
        return []
    cosines = np.asarray(embed(texts)) @ np.asarray(embed(others)).T
    best = cosines.argmax(axis=1)
    return [(int(column), float(cosines[row, column])) for row, column in enumerate(best)]


def alike(texts: Sequence[str], embed: Embed, same: float) -> list[tuple[int, int, float]]:
    """(earlier, later, cosine) for each text whose nearest earlier one is at least `same`."""
    import numpy as np

    if len(texts) < 2:
        return []
    rows = np.asarray(embed(texts))
    found = []
    for later in range(1, len(texts)):
        cosines = rows[:later] @ rows[later]
        earlier = int(cosines.argmax())
        if cosines[earlier] >= same:
            found.append((earlier, later, float(cosines[earlier])))
    return found
