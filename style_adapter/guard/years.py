"""Which numbers of a text are years: `в 1998 году`, `ninety-eight`, `в девяносто восьмом`, `the sixties`. Knows no other text."""

from __future__ import annotations

import re
from fractions import Fraction

from style_adapter.guard import units
from style_adapter.guard.counted import counts, numbers, ranks
from style_adapter.guard.patterns import MONTH, YEAR_AFTER

BEFORE = re.compile(
    r"(?:(?<!\w)(?:в|во|с|со|по|до|к|ко|от|после|около|через|лет[оау]|летом|весн\w+|осен\w+|зим\w+|год\w{0,2}|начал\w|конц\w|"
    r"середин\w|и|или|in|since|by|from|until|till|to|circa|ca?\.|after|before|of|between|and|or|during|around|about|early|late|mid|"
    r"the|its|his|her|their|our|this|that|['’]s|spring|summer|autumn|fall|winter|year|anno)\s+"
    r"|(?:^|[(«“„\n,.!?])\s*|год\w{0,2}(?: \w+)?\s?[—–:-]\s|\d{2}(?:\d\d)?\s?[–—-]\s?"
    r"|\w\s(?=(?:1[7-9]|20)\d\d(?:[.,;:!?)\]]|$|\s[\[—–])))$",  # `Олимпиада 1980.`
    re.IGNORECASE,
)
IN = re.compile(r"(?<!\w)(?:in|since|during|circa)\s+$", re.IGNORECASE)
SINCE = re.compile(r"(?<!\w)(?:в|с|со|к|до|по|от|после)\s$", re.IGNORECASE)
SEASON = re.compile(r"(?<!\w)(?:лет[оау]|летом|весн\w+|осен\w+|зим\w+|год\w{0,2})\s$", re.IGNORECASE)
YEAR = re.compile(r"\s*(год|года|году|годом|г\.)(?!\w)", re.IGNORECASE)
OF_MONTH = re.compile(r"[\s,.]*(?:(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?,?\s*)?")
GRAM = re.compile(r"\s*г\s+[а-яё]")  # `1500 г муки`
MASCULINE = re.compile(r"(?:[ыои]й|его|ого|[ое]му|[ыи]м|[ое]м|\d-?(?:го|му|й|м))$")
DECADE = re.compile(r"(?:\d0(?:['’]?s|-?(?:е|ые|х|ых|ми|ыми))|(?:ые|ых|ыми|ties))$")


def in_full(text: str, digits: str, start: int, end: int) -> bool:
    """Whether four digits are a year; `end` lies behind the letters that may follow them."""
    if not (digits.isdigit() and len(digits) == 4 and 1000 <= int(digits) <= 2199):
        return False
    before = text[max(0, start - 16) : start]
    dated = BEFORE.search(before + text[start : end + 2], 0, len(before)) is not None or _month_before(text, start)
    if YEAR_AFTER.match(text, end):
        return dated or not GRAM.match(text, end)
    if units.at(text, end) is not None:
        return False
    if counts(text, start, end, Fraction(int(digits))):
        return 1700 <= int(digits) <= 2050 and IN.search(before) is not None  # `in 1973 prices rose`
    return dated or decade(text, start, end, Fraction(int(digits)), True)


def shortened(text: str, start: int, end: int, value: Fraction, ordinal: bool) -> bool:
    """Whether a number, of no unit but perhaps a year, may stand for a year of some century."""
    if not 0 < value < 1000 or value.denominator != 1:
        return False
    written, year = text[start:end].lower(), YEAR.match(text, end)
    before = text[max(0, start - 12) : start]
    if not ordinal:
        if year:  # `в 98 году`, but 41 год and 22 года are spans
            last = 0 if 10 < value % 100 < 20 else int(value) % 10
            span = {
                "год": last == 1,
                "года": 1 <= last <= 4,
                "году": False,
                "годом": last == 1,
                "г.": not SINCE.search(before),
            }
            return 10 <= value < 100 and not span[year[1].lower()]
        return 20 <= value < 100 and (
            written.isascii() and written[0].isalpha() and not counts(text, start, end, value)
        )
    if year or decade(text, start, end, value, ordinal):
        return True
    if SEASON.search(before) or _month_before(text, start):
        return MASCULINE.search(written) is not None
    return value >= 20 and MASCULINE.search(written) is not None and not ranks(text, start, end)


def decade(text: str, start: int, end: int, value: Fraction, ordinal: bool) -> bool:
    """`в 90-х`, `the 1960s`, `девяностые`; not `90-е место`."""
    tens = value % 10 == 0 and (20 <= value <= 90 or value >= 1000)
    old = text[max(0, start - 5) : start].lower() == "лето "  # `в лето 2010-е`: the year
    return (
        ordinal and tens and not old and DECADE.search(text[start:end].lower()) is not None and not numbers(text, end)
    )


def _month_before(text: str, start: int) -> bool:
    """`в мае 1998`, `May 17, 1998`."""
    months = MONTH.finditer(text, max(0, start - 24), start)
    return any(OF_MONTH.fullmatch(text, month.end(), start) for month in months)
