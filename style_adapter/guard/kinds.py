"""Which kind a replaced number or identifier is, and how likely a replacement. Knows two values at a time."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.guard.identifiers import Identifier
from style_adapter.guard.patterns import MONTH, ONE_UNIT
from style_adapter.guard.values import Value


def of_identifier(draft: Identifier, styled: Identifier) -> str:
    digitless = [re.sub(r"\d+(?:\.\d+)?", "#", i.text) for i in (draft, styled)]
    if digitless[0] == digitless[1] and re.search(r"[=\s]\d[\d.]*\w{0,2}$", draft.text):
        return "number"
    return "entity_swap" if draft.plain_word and draft.code and styled.plain_word else "identifier"


RATE = re.compile(r"(?:в|за|per|an?|each|every|кажд\w+)\s+$")
LABELLED = re.compile(
    r"(?:room|gate|form|platform|flight|bus|train|folder|no\.|№|номер\w*|каб\w*|кабинет\w*|рейс\w*|поезд\w*|комнат\w*|аудитори\w*|телефон\w*|пункт\w*|стать\w+|форм\w+|счет\w*|"
    r"section|article|building|корпус\w*|дом|окн\w+|порт\w*|port|номеру|по)\s+(?:№\s*)?$"
)


def of_value(draft: Value, styled: Value, text: str) -> str:
    if 1000 <= draft.value <= 2199 and MONTH.search(text[max(0, draft.start - 12) : draft.start]):
        return "date"
    if draft.label:
        return "identifier"
    if draft.year or (styled.year and not styled.unit and draft.ordinal):
        return "date"
    mantissa = str(draft.value.numerator).rstrip("0") == str(styled.value.numerator).rstrip("0")
    if draft.value == styled.value or (
        mantissa and draft.unit and draft.unit.dimension == "percent" and not styled.unit
    ):
        return "unit"
    if draft.unit and draft.unit.dimension in ("months", "time"):
        return "number" if draft.unit == styled.unit or styled.unit is None else "date"
    before = fold(text[max(0, draft.start - 16) : draft.start])
    return "identifier" if draft.form == "digits" and not draft.unit and LABELLED.search(before) else "number"


def distance(draft: Value, styled: Value) -> int:
    """How unlike a replacement a number is: small numbers in words may belong to the persona's own talk."""
    score = 0
    if draft.value == styled.value:
        score -= 6
    alike = draft.unit and styled.unit and draft.unit.dimension == styled.unit.dimension
    score += 0 if draft.unit == styled.unit else 1 if alike else 2
    score += 0 if draft.year == styled.year else 2
    score += 0 if draft.ordinal == styled.ordinal else 1
    score += 0 if styled.form == draft.form else 1
    score += 0 if len(str(draft.value)) == len(str(styled.value)) else 1
    return score


def bare(value: Value) -> bool:
    """A unit without a number that a rate may be told by."""
    return fold(value.text) in ONE_UNIT or (
        value.unit is not None and value.unit.dimension in ("bytes", "mass", "length", "volume", "area")
    )


SECONDS = {"time": 1, "months": 2_629_800}


def retold(draft: Value, styled: Value) -> bool:
    """A spoken number of another measure than the draft's: more likely the same quantity told another way (`four times a minute`,
    `two thirds of an hour`) than a slip, which keeps the measure."""
    if styled.form != "word" or draft.unit is None:
        return False
    if styled.unit is None:
        return styled.value <= 4 and draft.value > 10
    measures = {styled.unit.dimension, draft.unit.dimension}
    if measures == {"time", "months"}:  # `90 days` → `three months`
        mine, theirs = (v.value * v.unit.factor * SECONDS[v.unit.dimension] for v in (draft, styled) if v.unit)
        return 4 * theirs < 5 * mine and 4 * mine < 5 * theirs
    return styled.value != draft.value and len(measures) == 2 and measures <= {"time", "months", "times", "percent"}
