"""How the small scorers of retrieval/weights are fitted: rankers by torch, logistic regressions with bounds by numpy. Knows no
questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from retrieval.rank import FOLDER, Scorer, scorer

STEPS = 1500  # of a logistic regression


class Net(torch.nn.Module):
    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.linear, self.hidden = torch.nn.Linear(size, 1), torch.nn.Linear(size, hidden)
        self.out = torch.nn.Linear(hidden, 1, bias=False)
        torch.nn.init.zeros_(self.linear.weight)
        torch.nn.init.zeros_(self.out.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = (self.linear(x) + self.out(torch.tanh(self.hidden(x)))).squeeze(-1)
        return scores


def freeze(net: Net, mean: Any, scale: Any, names: Sequence[str]) -> Scorer:
    arrays = [
        p.detach().numpy() for p in (net.linear.weight[0], net.hidden.weight.T, net.hidden.bias, net.out.weight[0])
    ]
    return Scorer(tuple(names), mean, scale, *arrays, float(net.linear.bias.detach()[0]))


def write(name: str, made: Scorer) -> None:
    stored = {
        key: np.round(getattr(made, key), 5).tolist() for key in ("mean", "scale", "linear", "hidden", "bias", "out")
    }
    limit = {"limit": made.limit} if np.isfinite(made.limit) else {}
    text = json.dumps({"names": made.names, **stored, "offset": round(made.offset, 5), **limit}, indent=0)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    scorer.cache_clear()


def fit_ranker(rows: Sequence[tuple[Any, Any, float]], names: Sequence[str], hidden: int, epochs: int) -> Scorer:
    """`rows`: (features, which are right, weight) a question; the right ones share the probability."""
    torch.manual_seed(0)
    together = np.concatenate([features for features, _, _ in rows])
    mean, scale = together.mean(axis=0), together.std(axis=0) + 1e-3
    net = Net(len(names), hidden)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-2, weight_decay=0.6)
    longest = max(len(features) for features, _, _ in rows)
    x, y = torch.zeros(len(rows), longest, len(names)), torch.zeros(len(rows), longest, dtype=torch.bool)
    there = torch.zeros_like(y)
    weights = torch.tensor([weight for _, _, weight in rows])
    for n, (features, held, _) in enumerate(rows):
        x[n, : len(features)] = torch.tensor((features - mean) / scale)
        y[n, : len(held)], there[n, : len(held)] = torch.tensor(held), True
    for _ in range(epochs):
        for batch in torch.randperm(len(rows)).split(32):
            scores = net(x[batch]).masked_fill(~there[batch], -1e9)
            loss = torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~y[batch], -1e9), 1)
            loss = (loss * weights[batch]).sum() / weights[batch].sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return freeze(net, mean, scale, names)


def fit_logistic(x: Any, y: Any, weights: Any, ridge: float, low: Any = None, high: Any = None) -> tuple[Any, float]:
    """Weights, within their bounds, and offset of a ridge logistic regression, by accelerated projected gradient."""
    size = x.shape[1]
    z, side = np.column_stack([x, np.ones(len(x))]).astype(np.float64), np.where(y, 1.0, -1.0)
    low = np.append(np.full(size, -np.inf) if low is None else low, -np.inf)
    high = np.append(np.full(size, np.inf) if high is None else high, np.inf)
    penalty = np.append(np.full(size, 2 * ridge), 0.0)
    heft = np.asarray(weights, np.float64)
    step = 1 / (0.25 * np.linalg.norm((z * heft[:, None]).T @ z, 2) + 2 * ridge)
    here = ahead = np.zeros(size + 1)
    pace = 1.0
    for _ in range(STEPS):
        slope = z.T @ (-side * heft / (1 + np.exp(np.clip(side * (z @ ahead), -50, 50)))) + penalty * ahead
        there = np.clip(ahead - step * slope, low, high)
        quicker = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead = there + (pace - 1) / quicker * (there - here)
        here, pace = there, quicker
    return here[:-1], float(here[-1])
