"""What decoder and engine ask of a base in memory: hidden states of tokens, its output layer, adapters that are resident and
one of them active. Two do it: our own forward pass (`gemma`), and transformers with PEFT for every other base (`library`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from style_adapter.model.adapter import Manifest

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Seen:
    """Which tokens may be looked at, bool (rows, tokens, keys): by layers that look at all before, and by those with a window."""

    full: torch.Tensor
    near: torch.Tensor


class RowCache:
    """Keys and values, each row with its own length."""

    def __init__(self, rows: int, length: int) -> None:
        self.rows, self.length = rows, length
        self.layers: dict[int, tuple[Any, Any]] = {}
        self.index: Any = None  # (rows, block): where the block's tokens go
        self.used = 0

    def update(self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: object, **__: object) -> tuple[Any, Any]:
        """Keeps those of a block (rows, heads, block, dimension); returns all of the layer so far. Other arguments are what
        transformers gives besides."""
        if layer not in self.layers:
            shape = (self.rows, keys.shape[1], self.length, keys.shape[3])
            self.layers[layer] = (keys.new_zeros(shape), values.new_zeros(shape))
        kept_keys, kept_values = self.layers[layer]
        where = self.index[:, None, :, None].expand(-1, keys.shape[1], -1, keys.shape[3])
        kept_keys.scatter_(2, where, keys)
        kept_values.scatter_(2, where, values)
        return kept_keys[:, :, : self.used], kept_values[:, :, : self.used]

    def pick(self, rows: torch.Tensor) -> None:
        """Keep these rows, in this order; a row may be kept several times."""
        self.layers = {at: (k.index_select(0, rows), v.index_select(0, rows)) for at, (k, v) in self.layers.items()}
        self.rows = len(rows)

    def get_seq_length(self, *_: object) -> int:
        """As transformers asks for it."""
        return self.used


class Transformer(ABC):
    """`head`: the output layer (vocabulary, width). `cap` squashes the logits where it is given. Not thread-safe."""

    head: torch.Tensor
    cap: float | None
    window: int

    @abstractmethod
    def add(self, name: str, folder: Path, manifest: Manifest) -> None:
        """Make the adapter of a folder resident; which one is active is not said. Raises UnavailableError where its tensors don't
        fit."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Which adapter is active after it is not said."""

    @abstractmethod
    def use(self, name: str | None) -> None:
        """The adapter that is active from now on; None: the bare base."""

    @abstractmethod
    def states(
        self, given: torch.Tensor, positions: torch.Tensor, seen: Seen, cache: RowCache | None = None, first: int = 0,
        last: int | None = None,
    ) -> torch.Tensor:  # fmt: skip
        """Hidden states (rows, tokens, width). `given`: token ids (rows, tokens), or what the layers below `first` made of them
        (rows, tokens, width). Of layers `first` to `last` only; the final norm where `last` is None."""

    def block(self, cache: RowCache, tokens: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        """Hidden states (rows, block, width) of a block (rows, block) that begins at `starts` in each row."""
        import torch

        positions = starts[:, None] + torch.arange(tokens.shape[1], device=tokens.device)
        cache.index, cache.used = positions, int(positions.max()) + 1
        keys = torch.arange(cache.used, device=tokens.device)
        full = keys[None, None, :] <= positions[:, :, None]
        near = full & (keys[None, None, :] > positions[:, :, None] - self.window)
        return self.states(tokens, positions, Seen(full, near), cache)

    def tree(
        self, ids: torch.Tensor, seen: torch.Tensor, depths: torch.Tensor, below: torch.Tensor | None = None,
        first: int = 0, last: int | None = None,
    ) -> torch.Tensor:  # fmt: skip
        """Hidden states (tokens, width) of a tree of tokens: `seen` (tokens, tokens) says which sees which, `depths` how many
        stand before each. Of layers `first` to `last` only, over what `below` made."""
        ids, seen, depths = (part.to(self.head.device) for part in (ids, seen, depths))
        near = seen & (depths[:, None] - depths[None, :] < self.window)
        given = ids if below is None else below
        return self.states(given[None], depths[None], Seen(seen[None], near[None]), None, first, last)[0]

    def text(self, ids: Sequence[int]) -> torch.Tensor:
        """Hidden states (tokens, width) of one text."""
        import torch

        size = len(ids)
        return self.tree(torch.tensor(ids), torch.ones(size, size, dtype=torch.bool).tril(), torch.arange(size))

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """(…, vocabulary) in fp32, over the whole vocabulary: as wide as the output layer lies in memory."""
        return self.capped((hidden.to(self.head.dtype) @ self.head.T).float())

    def capped(self, logits: torch.Tensor) -> torch.Tensor:
        """What the model makes of its own logits."""
        return (logits / self.cap).tanh() * self.cap if self.cap else logits
