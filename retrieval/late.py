"""Late interaction: how well each token of a question is met by a passage's tokens, every token read in its context. The quality
mode ranks by it (docs/adr/013-late-interaction.md). Knows no store and no ranking; trained by evals/retrieval/train_tokens.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.e5 import Encoder, shared, weights

if TYPE_CHECKING:
    from core.ports import Matrix

LEARNED = Path(__file__).parent / "weights" / "tokens.npz"
ASKED, TOLD = "query: ", "passage: "  # what e5 was trained to find before its texts
LONGEST_HEADER = 100  # tokens
LONGEST_TEXT = 4096  # characters of a unit or a question; what is beyond could not be among the tokens read
AT_ONCE = 1200  # tokens in one pass, about: more would not be quicker


@dataclass(frozen=True, slots=True)
class TokenQuery:
    """A question's tokens: `vectors` (tokens, dim), rows of length 1, and what each weighs, (tokens,), 1 together."""

    vectors: Matrix
    weights: Matrix


@dataclass(frozen=True, slots=True)
class TokenPassage:
    """A passage's tokens: `vectors` (tokens, dim), rows of length 1; `counts`: how many are of the headings above it, then how
    many of each unit, in order."""

    vectors: Matrix
    counts: tuple[int, ...]


class TokenEncoder:
    """A quarter of a second a passage on two old cores, a fiftieth a question; loaded at its first use, 90 MB. Raises UsageError
    where the weights are not installed, and at the first use UnavailableError where they are damaged."""

    name = "e5-small tokens 2"

    def __init__(self) -> None:
        weights()

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(shared(), self._learned)

    @cached_property
    def _learned(self) -> Mapping[str, Matrix]:
        with np.load(LEARNED) as learned:
            return {name: np.asarray(learned[name], np.float32) for name in learned}

    def query(self, text: str) -> TokenQuery:
        pieces = self._encoder.pieces(ASKED + text[:LONGEST_TEXT])
        (states,) = self._encoder.states([pieces])
        own = states[1 + len(self._encoder.pieces(ASKED.rstrip())) : -1]  # a space at the end would be a piece
        states = (own if len(own) else states) - self._learned["mean"]
        heft = np.logaddexp(0, states @ self._learned["weight"] + self._learned["weight_offset"])
        return TokenQuery(self._projected(states), np.asarray(heft / heft.sum(), np.float32))

    def passages(self, passages: Sequence[tuple[str, Sequence[str]]]) -> list[TokenPassage]:
        """`passages`: (headings, units)."""
        windows = [window for number, one in enumerate(passages) for window in self._windows(number, *one)]
        rows: list[list[Matrix]] = [[] for _ in passages]
        counts: list[list[int]] = [[0] * (1 + len(units)) for _, units in passages]
        for group in _batches(windows):
            for window, states in zip(group, self._encoder.states([w.pieces for w in group]), strict=True):
                if window.first:
                    rows[window.passage].append(states[: 1 + window.header])  # with the mark before it
                    counts[window.passage][0] = 1 + window.header
                rows[window.passage].append(states[1 + window.header : -1])
                for unit, size in window.units:
                    counts[window.passage][1 + unit] += size
        return [
            TokenPassage(self._projected(np.concatenate(own) - self._learned["mean"]), tuple(sizes))
            for own, sizes in zip(rows, counts, strict=True)
        ]

    def _projected(self, states: Matrix) -> Matrix:
        rows = states @ self._learned["projection"].T
        unit: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
        return unit

    def _windows(self, number: int, header: str, units: Sequence[str]) -> Iterator[_Window]:
        """As many units together as the encoder reads at once, each time below the headings."""
        head = self._encoder.pieces(f"{TOLD}{header}\n")[:LONGEST_HEADER]
        room = Encoder.LONGEST - len(head)
        pieces, held, first = list(head), list[tuple[int, int]](), True
        for unit, text in enumerate(units):
            own = self._encoder.pieces(text[:LONGEST_TEXT])[:room]
            if held and len(pieces) + len(own) > Encoder.LONGEST:
                yield _Window(number, first, len(head), pieces, held)
                pieces, held, first = list(head), [], False
            pieces += own
            held.append((unit, len(own)))
        yield _Window(number, first, len(head), pieces, held)


@dataclass(frozen=True, slots=True)
class _Window:
    """Pieces read together: `header` of them the headings', then those of `units` (number, how many)."""

    passage: int
    first: bool
    header: int
    pieces: list[int]
    units: list[tuple[int, int]]


def _batches(windows: Sequence[_Window]) -> Iterator[list[_Window]]:
    group, size = list[_Window](), 0
    for window in windows:
        if group and size + len(window.pieces) > AT_ONCE:
            yield group
            group, size = [], 0
        group.append(window)
        size += len(window.pieces)
    if group:
        yield group


def meetings(asked: TokenQuery, vectors: Matrix, counts: Sequence[Sequence[int]]) -> list[Matrix]:
    """For each passage (1 + units, tokens of the question): the greatest cosine of each with a token of the headings, then of
    each unit; 0 where there is none. `vectors`: the tokens of all passages, one under the other."""
    cosines = vectors @ asked.vectors.T
    sizes = np.concatenate([np.asarray(one, int) for one in counts])
    starts = np.cumsum(sizes) - sizes
    table = np.zeros((len(sizes), len(asked.weights)), np.float32)
    some = sizes > 0
    table[some] = np.maximum.reduceat(cosines, starts[some])
    return np.split(table, np.cumsum([len(one) for one in counts])[:-1])
