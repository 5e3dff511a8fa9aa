"""Clock times told in words: `half past seven`, `без четверти восемь`, `sixteen hundred`. Knows the numbers of one text."""

from __future__ import annotations

import re
from fractions import Fraction

from core.text import fold
from style_adapter.guard.facts import Facts
from style_adapter.guard.numerals import numerals
from style_adapter.guard.values import Value

HALF_PAST = re.compile(r"(?<!\w)(?:половин\w+|пол|half(?: an hour)?)[\s-]*((?:past|after)\s+)?$")


def spoken(facts: Facts, minute: int) -> list[set[int]]:
    """Sets of hours that numbers of the text may stand for, where the minutes beside them are `minute`."""
    text = fold(facts.text)
    found: list[set[int]] = []
    numbers = [
        v
        for v in facts.values
        if v.value.denominator == 1 and 0 <= v.value <= 24 and (v.unit is None or v.unit.label == "h")
    ]
    numbers += [
        Value(Fraction(0 if m.key[1] == 0 else 12), None, "loose", m.start, m.end, m.text)
        for m in facts.moments
        if m.key[0] == "clock" and m.key[1] in (0, 720)
    ]
    numbers += [
        Value(Fraction(int(m.key[1]) // 60), None, "loose", m.start, m.end, m.text)
        for m in facts.moments
        if m.key[0] == "clock" and int(m.key[1]) % 60 == 0
    ]
    for value in numbers:
        hour, before, after = (
            int(value.value),
            text[max(0, value.start - 40) : value.start],
            text[value.end : value.end + 30],
        )
        near = {
            int(v.value)
            for v in facts.values
            if v.value.denominator == 1 and 0 < abs(v.start - value.start) <= 32 and 0 <= v.value < 60
        }
        past = HALF_PAST.search(before)
        quarter, half = re.search(r"четверт|quarter", before[-26:]) is not None, past is not None
        minutes = (
            near
            | ({15} if quarter else set())
            | ({30} if half or re.match(r"\W*(?:с половиной|и половина|thirty|30)", after) else set())
        )
        to = re.search(r"(?<!\w)(?:без\s(?:\w+\s){1,3}|(?:to|till)\s)$", before) is not None
        if minute == 0 and not half and not quarter:
            found.append({hour})
        if minute in minutes and not to:
            # `half past seven` is 7:30, `половина восьмого` too, `half seven` may be either
            found.append({hour - 1} if value.ordinal else {hour, hour - 1} if past and not past[1] else {hour})
        if to and (60 - minute) % 60 in minutes:
            found.append({hour - 1, hour + 11, 23 if hour in (0, 12) else hour - 1})
    for match in re.finditer(r"(?<!\w)пол(?:овин\w+ )?([а-я]+ого|второго|третьего)(?!\w)", text):
        ordinal = numerals().get(match[1])
        if ordinal and ordinal.ordinal and minute == 30:
            found.append({int(ordinal.value) - 1})
    return found
