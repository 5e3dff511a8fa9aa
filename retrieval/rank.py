"""A small learned scorer: features to a number, by weights in JSON. Knows neither questions nor passages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.ports import Matrix

FOLDER = Path(__file__).parent / "weights"
LATE = "_late"


@dataclass(frozen=True)
class Scorer:
    """A linear part plus one hidden layer: `x·linear + tanh(x·hidden + bias)·out`, x being the standardised features."""

    names: tuple[str, ...]
    mean: Matrix
    scale: Matrix
    linear: Matrix
    hidden: Matrix
    bias: Matrix
    out: Matrix
    offset: float
    limit: float = np.inf  # standard deviations a feature counts for at most

    def __call__(self, features: Matrix) -> Matrix:
        """(n, features) → (n,)"""
        x = (features - self.mean) / self.scale
        if self.limit < np.inf:
            x = np.clip(x, -self.limit, self.limit)
        scores = x @ self.linear + np.tanh(x @ self.hidden + self.bias) @ self.out + self.offset
        return np.asarray(scores, dtype=np.float32)


@cache
def scorer(name: str, late: bool = False) -> Scorer:
    """The scorer stored under that name in retrieval/weights; `late`: the one that weighs the signals of late interaction too."""
    stored = json.loads((FOLDER / f"{name}{LATE if late else ''}.json").read_text(encoding="utf-8"))
    arrays: dict[str, Matrix] = {}
    for key in ("mean", "scale", "linear", "hidden", "bias", "out"):
        arrays[key] = np.asarray(stored[key], dtype=np.float32)
    size = len(stored["names"])
    arrays["hidden"] = np.reshape(arrays["hidden"], (size, -1)).astype(np.float32)
    return Scorer(
        names=tuple(stored["names"]), offset=float(stored["offset"]), limit=float(stored.get("limit", np.inf)), **arrays
    )
