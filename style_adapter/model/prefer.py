"""Which of several equal wordings an adapter prefers: how much likelier it makes each than the bare base does. What both find
likely, such as copying the draft, cancels out; the manner stays. Knows no persona."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from style_adapter.model.decode import Decoder, RowCache
from style_adapter.model.template import Codec

if TYPE_CHECKING:
    import torch

WINDOW = 2  # words after a place that are weighed with it
AT_ONCE = 48  # rows in one pass


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
    codec: Codec, decoder: Decoder, switch: Callable[[bool], None], wanted: Sequence[Weighing]
) -> list[list[tuple[float, ...]]]:
    """For each weighing and spot the preference of each option over what stands there, in nats; above 0 = preferred.
    `switch(True)` lets the adapter speak, `switch(False)` the base."""
    import torch

    texts, rows = list[list[int]](), list[_Row]()
    for at, weighing in enumerate(wanted):
        tokens, starts = _cut(codec, weighing)
        texts.append(tokens)
        rows += _rows(codec, weighing, at, starts)
    if not rows:
        return [[() for _ in weighing.spots] for weighing in wanted]
    with torch.inference_mode():
        switch(False)
        bare = _likelihoods(decoder, wanted, texts, rows)
        switch(True)
        adapted = _likelihoods(decoder, wanted, texts, rows)
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


def _likelihoods(
    decoder: Decoder, wanted: Sequence[Weighing], texts: Sequence[Sequence[int]], rows: Sequence[_Row]
) -> list[float]:
    """Log-likelihood of each row's tokens where they would stand."""
    import torch

    whole = [[*weighing.prompt, *tokens] for weighing, tokens in zip(wanted, texts, strict=True)]
    longest = max(map(len, whole))
    room = longest + max(len(row.tokens) for row in rows) + 1
    cache = RowCache(len(whole), room)
    ids = torch.tensor([line + [0] * (longest - len(line)) for line in whole])
    hidden = decoder.forward(cache, ids, torch.zeros(len(whole), dtype=torch.long))
    extra = torch.tensor(sorted({token for row in rows for token in row.tokens}), dtype=torch.long)
    kept = dict(cache.layers)
    out: list[float] = []
    for start in range(0, len(rows), AT_ONCE):
        here = rows[start : start + AT_ONCE]
        cache.layers = dict(kept)
        cache.pick(torch.tensor([row.weighing for row in here]))
        size = max(len(row.tokens) for row in here)
        begins = torch.tensor([len(wanted[row.weighing].prompt) + row.before for row in here])
        block = torch.tensor([[*row.tokens, *[0] * (size - len(row.tokens))] for row in here])
        states = decoder.forward(cache, block, begins)
        first = hidden[torch.tensor([row.weighing for row in here]), begins - 1][:, None]
        out += _summed(decoder, torch.cat([first, states[:, :-1]], dim=1), block, here, extra)
    return out


def _summed(
    decoder: Decoder, states: torch.Tensor, block: torch.Tensor, rows: Sequence[_Row], extra: Any
) -> list[float]:
    found = decoder.log_likelihoods(states, block, extra)
    return [float(found[at, : len(row.tokens)].sum()) for at, row in enumerate(rows)]
