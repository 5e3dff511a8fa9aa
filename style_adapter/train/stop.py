"""When training stops and which epoch is kept. Numbers in, a decision out; knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Why = Literal["", "loss", "leak", "epochs", "time"]


@dataclass(frozen=True, slots=True)
class EpochScores:
    """After an epoch: validation loss in nats a token; leak ratio (1 = as people); persona and facts in 0..1; phrases over
    the lift limits."""

    epoch: int
    train_loss: float
    validation_loss: float
    leak: float
    persona: float
    facts: float
    lifted: tuple[str, ...] = ()
    tokens_per_second: float = 0.0
    seconds: float = 0.0

    @property
    def quality(self) -> float:
        return self.persona * self.facts


def leaks(scores: EpochScores, limit: float) -> bool:
    return scores.leak > limit or bool(scores.lifted)


def stop_now(history: Sequence[EpochScores], patience: int, min_delta: float, leak_limit: float) -> Why:
    """`leak`: at once, without patience. `loss`: no better for `patience` epochs."""
    if not history:
        return ""
    if leaks(history[-1], leak_limit):
        return "leak"
    best, since = float("inf"), 0
    for scores in history:
        if scores.validation_loss < best - min_delta:
            best, since = scores.validation_loss, 0
        else:
            since += 1
    return "loss" if since >= patience else ""


ALIKE = 0.05  # persona × facts of two epochs that a few dozen probes can't tell apart


def chosen(history: Sequence[EpochScores], leak_limit: float) -> EpochScores | None:
    """The epoch to keep: the best persona × facts among those that don't leak, of several alike the one of least validation
    loss. None where every one leaks."""
    clean = [scores for scores in history if not leaks(scores, leak_limit)]
    best = max((scores.quality for scores in clean), default=0.0)
    return min((s for s in clean if s.quality >= best - ALIKE), key=lambda s: s.validation_loss, default=None)
