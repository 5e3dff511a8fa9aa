# ruff: noqa: E501  (tables of corruptions)
"""Stress pairs made by code: faithful restyles of the `dev` part, and sentences of real documentation between a persona's
remarks, corrupted one spot at a time. Length carries no signal: a corruption changes a word or two."""

from __future__ import annotations

import json
import random
import re
from itertools import pairwise
from pathlib import Path

from core.text import language, sentences
from evals.guard.slips import CORRUPTIONS
from style_adapter.guard.evaluate import Pair

SHARED = Path(__file__).resolve().parents[3] / "shared"
FRAMES = {
    "ru": (("Слушай сюда, дружище.", "Вот такие пироги."), ("Ну, садись поближе!", "Чай остынет, пей."), ("Эх, молодость…", "Так-то, голубчик.")),
    "en": (("Gather round, folks.", "Ain't life grand?"), ("Oh my stars!", "Mind the step."), ("Listen up, pal.", "And that's the tea.")),
}  # fmt: skip


def bases(pairs: Path, dice: random.Random) -> list[tuple[str, str]]:
    """Faithful pairs: hand-written ones of the dev part, and framed sentences of documents."""
    rows = [json.loads(line) for line in pairs.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = [(r["draft"], r["restyled"]) for r in rows if r["label"] == "faithful" and r.get("part") == "dev"]
    paths = sorted((SHARED / "corpora" / "werf-ru").rglob("*.md")) + sorted(
        (SHARED / "eval" / "xquad").glob("*/docs/*")
    )
    for path in dice.sample(paths, min(60, len(paths))):
        text = path.read_text(encoding="utf-8")
        told = [
            text[s:e]
            for s, e in sentences(text)
            if 50 < e - s < 220 and text[e - 1 : e] == "." and not re.search(r"[|<>#{}\[\]*]", text[s:e])
        ]
        for one, two in list(pairwise(told))[:3]:
            draft = f"{one[:-1]} [1]. {two[:-1]} [2]."
            opening, ending = dice.choice(FRAMES[language(draft)])
            found.append((draft, f"{opening} {draft} {ending}"))
    return found


def pairs(path: Path, seed: int = 11) -> list[Pair]:
    """Every base as it is, and one corruption of each kind that finds a spot in it, at most 40 a kind."""
    dice = random.Random(seed)
    found: list[Pair] = []
    counts: dict[str, int] = {}
    every = bases(path, dice)
    dice.shuffle(every)
    for k, (draft, styled) in enumerate(every):
        found.append(Pair(f"stress-{k}", draft, styled, ""))
        for kind, corrupt in CORRUPTIONS.items():
            other = corrupt(styled, dice) if counts.get(kind, 0) < 40 else None
            if other is not None and other != styled:
                counts[kind] = counts.get(kind, 0) + 1
                found.append(Pair(f"stress-{k}-{kind}", draft, other, kind, _difference(styled, other)))
    return found


def _difference(one: str, two: str) -> str:
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
    return f"{one[max(0, start - 20) : start + 25]} → {two[max(0, start - 20) : start + 25]}"
