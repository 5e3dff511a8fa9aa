"""Which of several equal wordings an adapter prefers: how much likelier it makes each than the bare base does. What both find
likely, such as copying the draft, cancels out; the manner stays. Knows no persona."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

from style_adapter.model.decode import Decoder
from style_adapter.model.template import Codec

if TYPE_CHECKING:
    import torch

WINDOW = 2  # words after a place that are weighed with it
MOST_TOKENS = 1500  # of a tree


@dataclass(frozen=True, slots=True)
class Spot:
    """`text[start:end]` and what may stand there instead."""

    start: int
    end: int
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighing:
    """A reply and the spots in it, in order, not overlapping; a spot over the whole text may be among them. `prompt`: token
    ids before the reply."""

    prompt: tuple[int, ...]
    text: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One option: of which weighing and spot, the tokens before it in the reply, its own tokens."""

    weighing: int
    spot: int
    before: int
    tokens: tuple[int, ...]


def preferences(
    codec: Codec, decoder: Decoder, speak: Callable[[bool], None], wanted: Sequence[Weighing], first: int = 0
) -> list[list[tuple[float, ...]]]:
    """For each weighing and spot the preference of each option over what stands there, in nats; above 0 = preferred.
    `speak(True)` lets the adapter speak, `speak(False)` the base; below layer `first` they are the same."""
    import torch

    texts, rows = list[list[int]](), list[_Row]()
    for at, weighing in enumerate(wanted):
        tokens, starts = _cut(codec, weighing)
        texts.append(tokens)
        rows += _rows(codec, weighing, at, starts)
    if not rows:
        return [[() for _ in weighing.spots] for weighing in wanted]
    bare, adapted = list[float](), list[float]()
    with torch.inference_mode():
        for group in _groups(wanted, texts, rows):
            base, voice = _likelihoods(decoder, speak, first, wanted, texts, group)
            bare, adapted = bare + base, adapted + voice
    gains = [there - here for there, here in zip(adapted, bare, strict=True)]
    out = []
    for at, weighing in enumerate(wanted):
        found = list[tuple[float, ...]]()
        for number in range(len(weighing.spots)):
            mine = [gain for gain, row in zip(gains, rows, strict=True) if (row.weighing, row.spot) == (at, number)]
            found.append(tuple(gain - mine[0] for gain in mine[1:]))
        out.append(found)
    return out


def _cut(codec: Codec, weighing: Weighing) -> tuple[list[int], list[int]]:
    """(tokens of the reply, tokens before each spot): cut at the spots, so that what stands before one is the same whatever
    stands there."""
    tokens, starts, at = list[int](), list[int](), 0
    for spot in weighing.spots:
        edge = _edge(weighing.text, spot)
        if edge > at:
            tokens += codec.encode(weighing.text[at:edge])
            at = edge
        starts.append(len(tokens) if edge else 0)
    return tokens + codec.encode(weighing.text[at:]), starts


def _edge(text: str, spot: Spot) -> int:
    """Where the tokens of a spot begin: a blank belongs to the word after it."""
    return spot.start - 1 if spot.start and text[spot.start - 1] == " " else spot.start


def _rows(codec: Codec, weighing: Weighing, at: int, starts: Sequence[int]) -> list[_Row]:
    rows = []
    for number, spot in enumerate(weighing.spots):
        lead = weighing.text[_edge(weighing.text, spot) : spot.start]
        after = " ".join(weighing.text[spot.end :].split(" ")[: WINDOW + 1])
        for option in (weighing.text[spot.start : spot.end], *spot.options):
            rows.append(_Row(at, number, starts[number], tuple(codec.encode(lead + option + after))))
    return rows


def _groups(wanted: Sequence[Weighing], texts: Sequence[Sequence[int]], rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """The rows of so many weighings at a time as a tree can hold: what every token may see is a square of them."""
    group, size = list[_Row](), 0
    for at, mine in groupby(rows, key=lambda row: row.weighing):
        here = list(mine)
        tokens = len(wanted[at].prompt) + len(texts[at]) + sum(len(row.tokens) for row in here)
        if group and size + tokens > MOST_TOKENS:
            yield group
            group, size = [], 0
        group, size = group + here, size + tokens
    if group:
        yield group


class _Tree:
    """Token sequences that begin alike share their beginning: each node is a token that sees its ancestors only, so that one pass
    reads every sequence, and none twice."""

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.parents: list[int] = []  # -1 at a root
        self._children: dict[tuple[int, int], int] = {}

    def add(self, tokens: Sequence[int], after: int = -1) -> list[int]:
        """The nodes of these tokens after that node."""
        path = []
        for token in tokens:
            node = self._children.get((after, token))
            if node is None:
                node = self._children[after, token] = len(self.tokens)
                self.tokens.append(token)
                self.parents.append(after)
            path.append(node)
            after = node
        return path

    def seen(self) -> tuple[torch.Tensor, torch.Tensor]:
        """(nodes, nodes) which node sees which, itself among them; (nodes,) how many stand before each."""
        import torch

        seen = torch.eye(len(self.tokens), dtype=torch.bool)
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                seen[node] |= seen[parent]
        return seen, seen.sum(dim=1) - 1


def _likelihoods(
    decoder: Decoder, speak: Callable[[bool], None], first: int, wanted: Sequence[Weighing], texts: Sequence[Sequence[int]],
    rows: Sequence[_Row],
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Log-likelihood of each row's tokens where they would stand, by the base and by the adapter."""
    import torch

    tree = _Tree()
    said, before = list[int](), list[int]()  # of each row's tokens the node, and the node it comes after
    for row in rows:
        lead = tree.add([*wanted[row.weighing].prompt, *texts[row.weighing][: row.before]])
        path = tree.add(row.tokens, lead[-1])
        said += path
        before += [lead[-1], *path][: len(path)]
    ids, (seen, depths) = torch.tensor(tree.tokens), tree.seen()
    goals, extra = ids[said], torch.unique(ids[said])
    sizes = [len(row.tokens) for row in rows]
    speak(False)  # another persona's adapter may reach further down
    below = decoder.model.tree(ids, seen, depths, last=first) if first else None
    out = []
    for adapted in (False, True):
        speak(adapted)
        hidden = decoder.model.tree(ids, seen, depths, below, first)
        found = iter(decoder.log_likelihoods(hidden[before], goals, extra).tolist())
        out.append([sum(islice(found, size)) for size in sizes])
    return out[0], out[1]
