"""Curves of a run as PNG files. Knows numbers only."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from style_adapter.train.stop import EpochScores


def draw(history: Sequence[EpochScores], folder: Path, leak_limit: float, kept: int) -> list[Path]:
    """loss.png, leak.png, persona.png, facts.png; none where matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None or not history:
        return []
    epochs = [scores.epoch for scores in history]
    made = [
        _plot(folder / "loss.png", "loss, nats a token", epochs, kept,
              {"train": [s.train_loss for s in history], "validation": [s.validation_loss for s in history]}),
        _plot(folder / "leak.png", "leak: 5-grams of training replies, ratio to people", epochs, kept,
              {"leak": [s.leak for s in history]}, leak_limit),
        _plot(folder / "persona.png", "persona score, 0 to 1", epochs, kept, {"persona": [s.persona for s in history]}),
        _plot(folder / "facts.png", "first candidates that the guard passes, 0 to 1", epochs, kept,
              {"facts": [s.facts for s in history]}),
    ]  # fmt: skip
    return made


def draw_drift(curves: Mapping[str, Mapping[int, float]], path: Path) -> list[Path]:
    """drift.png: persona score by turn, a line a curve; all curves have the same turns."""
    if importlib.util.find_spec("matplotlib") is None or not curves:
        return []
    turns = sorted(next(iter(curves.values())))
    lines = {name: [curve[turn] for turn in turns] for name, curve in curves.items()}
    return [_plot(path, "persona score by turn", turns, 0, lines)]


def _plot(
    path: Path, title: str, across: Sequence[int], kept: int, lines: Mapping[str, Sequence[float]], limit: float = 0
) -> Path:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.5), dpi=110)
    axes: Any = figure.add_subplot()
    for name, values in lines.items():
        axes.plot(across, values, marker="o", label=name)
    if limit:
        axes.axhline(limit, linestyle="--", color="gray", label="limit")
    if kept:
        axes.axvline(kept, linestyle=":", color="gray", label="kept")
    axes.set_title(title)
    axes.set_xticks(list(across))
    axes.legend()
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path)
    return path
