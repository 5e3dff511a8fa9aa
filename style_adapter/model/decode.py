"""Many restyled texts at once: one forward pass for all rows, several tokens a row and pass (proposals copied from the draft,
kept while the model agrees), output layer over the tokens that may be written at all. Exact: the distribution is the
model's own, under the constraint."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from style_adapter.model.base import compute_type
from style_adapter.model.copying import Source, Vocabulary, Walk, propose
from style_adapter.model.transformer import RowCache, Transformer

if TYPE_CHECKING:
    import torch

BLOCK = 6  # tokens a row may gain in one pass
NUCLEUS = 0.9
SLOTS = 28  # tokens of all rows in one pass, about: on a CPU a wrong guess costs as much as a right one
TOP = 48  # tokens looked at for a choice; constraints strike some out


@dataclass(frozen=True, slots=True)
class Manner:
    """How one candidate is drawn: `heat` 0 = greedy."""

    heat: float = 0.0


PLAIN = (Manner(),)


@dataclass(frozen=True, slots=True)
class Ask:
    """A prompt, what may be copied into its answer, and the manner of each of its rows."""

    prompt: Sequence[int]
    source: Source
    manners: Sequence[Manner]
    max_new: int


class Decoder:
    """Bound to a base (with whatever adapter is active in it) and the free vocabulary of a language."""

    def __init__(self, model: Transformer, vocabulary: Vocabulary) -> None:
        import torch

        self.model, self.vocabulary = model, vocabulary
        self._free_ids = torch.tensor(vocabulary.ids, device=model.head.device)
        self._free_head = model.head.index_select(0, self._free_ids).to(compute_type()).contiguous()

    def run(self, asks: Sequence[Ask], seed: int = 0) -> list[list[tuple[int, ...]]]:
        """For each ask what its rows came to, end-of-turn left out. A row that did not end in time comes back empty."""
        import torch

        with torch.inference_mode():
            return _Run(self, asks, seed).texts()

    def best(self, hidden: torch.Tensor, extra: torch.Tensor) -> tuple[Any, Any]:
        """(values, token ids) of the likeliest tokens at each of `hidden`'s positions, over free and `extra` tokens."""
        import torch

        more = hidden @ self.model.head.index_select(0, extra).to(hidden.dtype).T
        logits = self.model.capped(torch.cat([hidden @ self._free_head.to(hidden.dtype).T, more], dim=-1).float())
        ids = torch.cat([self._free_ids, extra])
        values, at = logits.topk(min(TOP, logits.shape[-1]), dim=-1)
        return values.tolist(), ids[at].tolist()

    def log_likelihoods(self, hidden: torch.Tensor, tokens: torch.Tensor, extra: torch.Tensor) -> torch.Tensor:
        """Of each of `tokens` at its state, among free and `extra` tokens, which must hold it."""
        import torch

        tokens, extra = tokens.to(hidden.device), extra.to(hidden.device)
        ids = torch.unique(torch.cat([self._free_ids, extra]))
        logits = self.model.capped((hidden @ self.model.head.index_select(0, ids).to(hidden.dtype).T).float())
        where = torch.searchsorted(ids, tokens).clamp(max=len(ids) - 1)
        return logits.gather(-1, where[..., None])[..., 0] - logits.logsumexp(-1)


class _Run:
    """The state of one `run`."""

    def __init__(self, decoder: Decoder, asks: Sequence[Ask], seed: int) -> None:
        self.decoder, self.asks = decoder, asks
        self.walks = [Walk(ask.source) for ask in asks for _ in ask.manners]
        self.owner = [at for at, ask in enumerate(asks) for _ in ask.manners]
        self.heat = [manner.heat for ask in asks for manner in ask.manners]
        self.finished = [False] * len(self.walks)
        self.draw = [random.Random(f"{seed}/{row}") for row in range(len(self.walks))]

    def texts(self) -> list[list[tuple[int, ...]]]:
        import torch

        longest = max(len(ask.prompt) for ask in self.asks)
        room = longest + max(ask.max_new for ask in self.asks) + 2 * BLOCK
        cache = RowCache(len(self.asks), room)
        device = self.decoder.model.head.device
        prompts = torch.tensor([[*a.prompt] + [0] * (longest - len(a.prompt)) for a in self.asks], device=device)
        hidden = self.decoder.model.block(cache, prompts, torch.zeros(len(self.asks), dtype=torch.long, device=device))
        ends = torch.tensor([len(a.prompt) - 1 for a in self.asks], device=device)
        last = hidden[torch.arange(len(self.asks), device=device), ends][:, None]
        rows = torch.tensor(self.owner, device=device)
        cache.pick(rows)
        live = list(range(len(self.walks)))
        self._choose(live, last.index_select(0, rows), [[] for _ in live])
        while live := self._shrink(live, cache):
            self._step(live, cache)
        return [
            [self._result(row) for row in range(len(self.walks)) if self.owner[row] == at]
            for at in range(len(self.asks))
        ]

    def _result(self, row: int) -> tuple[int, ...]:
        tokens = self.walks[row].tokens
        return tuple(tokens[:-1]) if tokens and tokens[-1] == self.decoder.vocabulary.end else ()

    def _shrink(self, live: list[int], cache: RowCache) -> list[int]:
        """Rows that have ended, or can't end any more, leave the batch."""
        import torch

        for row in live:
            tokens = self.walks[row].tokens
            ended = not tokens or tokens[-1] == self.decoder.vocabulary.end
            self.finished[row] = ended or len(tokens) >= self.asks[self.owner[row]].max_new
        kept = [at for at, row in enumerate(live) if not self.finished[row]]
        if len(kept) < len(live):
            cache.pick(torch.tensor(kept, dtype=torch.long, device=self.decoder.model.head.device))
        return [live[at] for at in kept]

    def _step(self, live: list[int], cache: RowCache) -> None:
        import torch

        room = max(1, min(BLOCK - 1, SLOTS // len(live) - 1))
        guesses = [self._guess(row, room) for row in live]
        width = 1 + max(len(guess) for guess in guesses)
        block = [
            [self.walks[row].tokens[-1], *guess, *[0] * (width - 1 - len(guess))]
            for row, guess in zip(live, guesses, strict=True)
        ]
        device = self.decoder.model.head.device
        starts = [len(self.asks[self.owner[row]].prompt) + len(self.walks[row].tokens) - 1 for row in live]
        hidden = self.decoder.model.block(
            cache, torch.tensor(block, device=device), torch.tensor(starts, dtype=torch.long, device=device)
        )
        self._choose(live, hidden, guesses)

    def _guess(self, row: int, room: int) -> list[int]:
        """At most `room` tokens that may well come: forced ones, then how the draft goes on."""
        walk, guess = self.walks[row].copy(), list[int]()
        while len(guess) < room and (token := walk.forced()) is not None:
            guess.append(token)
            walk.take(token)
        for token in propose(walk.source, walk.tokens, room - len(guess)):
            if not walk.may(token):
                break
            guess.append(token)
            walk.take(token)
        return guess

    def _choose(self, live: list[int], hidden: Any, guesses: list[list[int]]) -> None:
        """Take tokens from the left while they are the ones guessed, and one more."""
        import torch

        sources = [self.walks[row].source for row in live]
        extra = {token for source in sources for token in source.allowed}
        wanted = torch.tensor(sorted(extra), dtype=torch.long, device=hidden.device)
        values, ids = self.decoder.best(hidden, wanted)
        for at, row in enumerate(live):
            walk, guess = self.walks[row], guesses[at]
            for place in range(len(guess) + 1):
                token = walk.forced()
                if token is None:
                    token = self._pick(row, values[at][place], ids[at][place])
                if token is None:
                    walk.tokens.clear()
                    break
                walk.take(token)
                if token == self.decoder.vocabulary.end or place == len(guess) or token != guess[place]:
                    break

    def _pick(self, row: int, values: list[float], ids: list[int]) -> int | None:
        """A token that may come; None where none of the likeliest may."""
        walk, heat = self.walks[row], self.heat[row]
        fitting = [(value, token) for value, token in zip(values, ids, strict=True) if walk.may(token)]
        if not fitting:  # nothing likely is allowed: this row is lost
            return None
        top = fitting[0][0]
        if heat == 0 or len(fitting) == 1:
            return fitting[0][1]
        weights = [math.exp((value - top) / heat) for value, _ in fitting]
        total, kept, share = sum(weights), 0, 0.0
        for weight in weights:  # nucleus
            share += weight / total
            kept += 1
            if share >= NUCLEUS:
                break
        return self.draw[row].choices([token for _, token in fitting[:kept]], weights[:kept])[0]
