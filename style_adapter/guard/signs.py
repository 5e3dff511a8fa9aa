# ruff: noqa: E501  (tables of patterns)
"""Signs before numbers: `<5 %` → `>5 %`, `±2 °C` → `2 °C`. Knows the numbers of two texts, of words only those for a spread."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.guard.facts import Facts, inside
from style_adapter.guard.telling import Telling
from style_adapter.guard.values import Value

# `->` and `=>` are arrows, a `> ` at the head of a line is a quotation
SIGN = re.compile(
    r"(?:(?<![-=<>])(?:(?P<less><|≤)|(?P<more>(?<!\n)(?<!^)>|>(?!\s)|≥))=?|(?P<spread>±|\+\s?/\s?[-−–]|\+[-−–]))\s?[~≈]?[-−–+]?$"
)
OPPOSITE = {"less": "more", "more": "less"}
SPREAD = re.compile(
    r"(?<!\w)(?:плюс[\s/-]{1,3}(?:или )?минус|туда[\s-](?:и |или |ли )?сюда|в (?:обе|любую|ту (?:или|и) (?:другую|иную)) сторон\w|вверх[\s-](?:или |и |ли )?вниз"
    r"|отклон\w+|погрешност\w+|допуск\w*|разброс\w*|колеб\w+|точност\w+ до|plus[\s/-]{1,3}(?:or )?minus|either (?:way|side|direction)|give or take|toleranc\w+"
    r"|deviat\w+|margin|error|up or down|accura\w+ to within)(?!\w)"
)  # fmt: skip
ABOUT = re.compile(r"(?<!\w)(?:около|примерно|приблизительно|порядка|about|around|approximately|roughly)(?!\w)")


def check(told: Telling) -> None:
    """What stands before equal numbers of a claim: `<` where the other text has `>`, a `±` that only one of them tells."""
    draft, styled = told.draft, told.styled
    for value in draft.values:
        if value.form == "loose":
            continue
        region = told.region(told.claim(value.start))
        answers = [v for v in styled.values if value.equals(v) and v.form != "loose" and inside(v.start, region)]
        mine, theirs = _sign(draft, value), {_sign(styled, v) for v in answers}
        if not answers or mine in theirs or (mine == "" and "spread" not in theirs):
            continue
        spots = _spot(draft, value), _spot(styled, answers[0])
        lost = mine == "spread" and not any(SPREAD.search(fold(styled.text[a:b])) for a, b in region)
        if OPPOSITE.get(mine) in theirs:
            told.say("comparison_flipped", *spots)
        elif lost or ("spread" in theirs and not _spread(draft, value)):
            told.say("number", *spots)


def _spread(facts: Facts, value: Value) -> bool:
    """Whether a text has a spread near one of its numbers, in any form."""
    near = fold(facts.text[max(0, value.start - 80) : value.end + 40])
    return SPREAD.search(near) is not None or ABOUT.search(near) is not None


def _found(facts: Facts, value: Value) -> re.Match[str] | None:
    return SIGN.search(facts.text, max(0, value.start - 8), value.start) if value.form == "digits" else None


def _sign(facts: Facts, value: Value) -> str:
    found = _found(facts, value)
    return (found and found.lastgroup) or ""


def _spot(facts: Facts, value: Value) -> str:
    found = _found(facts, value)
    return facts.text[found.start() if found else value.start : value.end]
