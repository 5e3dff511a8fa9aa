"""Numbers told by reckoning: a year by the years between, a bound by the next whole number, an hour by half the day. Only what
comes out equal counts."""

from __future__ import annotations

import re
from fractions import Fraction

from core.text import fold
from style_adapter.guard.facts import Facts, inside
from style_adapter.guard.values import Value

NEXT_YEAR = re.compile(
    r"(?<!\w)(?:следующ\w+ год\w*|год(?:ом|ик)? (?:спустя|позже|позднее)|через год|спустя год|"
    r"(?:the )?(?:next|following) year|(?:a|one) year (?:later|after|on))(?!\w)"
)
LATER = re.compile(r"^\W{0,2}(?:год\w*\W|лет\W|years?\W)?\W*(?:later|after|on\b|спустя|поз\w+|после)")
EARLIER = re.compile(
    r"^\W{0,2}(?:год\w*\W|лет\W|years?\W)?\W*(?:earlier|before|prior|ago|до\b|назад|раньше|ранее|прежде)"
)
THROUGH = re.compile(r"(?:через|спустя|after)\W+$")
NOT_MORE = re.compile(
    r"(?<!\w)(?:не (?:более|больше|дольше|чаще|позднее|позже)(?: чем)?|not? (?:more|later) than|"
    r"(?:never|not) (?:\w+ ){1,3}more than|at most|up to|only|just|максимум|до|только|лишь)\W+"
    r"(?:(?:на|от|за|с|из|for|of|from|by|in)\W+)?$"
)
MORE = re.compile(
    r"(?<!не )(?<!no )(?<!not )(?<!\w)(?:больше|более|свыше|сверх|позже|позднее|(?:more|later) than|over|above|beyond)"
    r"(?: чем)?\W+(?:через\W+)?$"
)
LESS = re.compile(r"(?<!не )(?<!no )(?<!not )(?<!\w)(?:меньше|менее|less than|fewer than|under|below)\W+$")
BEYOND = re.compile(r"(?<!\w)(?:сверх|beyond)\W+$")
OR_MORE = re.compile(
    r"^\W*(?:\w+\W+){0,2}(?:или|и|а то и|or|and)\W+"
    r"(?:больше|более|выше|поболе\w*|позже|позднее|дальше|more|above|over|up|later)(?!\w)"
)
AT_LEAST = re.compile(r"(?<!\w)(?:не меньше|не менее|от|начиная с|at least|from)\W+$")
OR_LESS = re.compile(
    r"^\W*(?:\w+\W+){0,2}(?:от силы|максимум|(?:или|и) меньше|or (?:less|fewer)|at most|at the most)(?!\w)"
)
AT_MOST = re.compile(r"(?<!\w)(?:не больше|не более|максимум|at most|no more than|up to)\W+$")
NEVER = re.compile(
    r"(?<!\w)(?:не(?! (?:боль|бол|мен|поз|\w+(?:ее|ей|ше|же)\b))|ни|нет|никогда|нельзя|never|"
    r"(?:not|no)(?! (?:more|less|later|earlier|extra|additional))|nor|don't|won't|can't|isn't|doesn't)(?!\w)"
)
TOO_MANY = re.compile(rf"{NEVER.pattern}|(?<!\w)(?:поздно|просроч\w+|опозда\w+|лишн\w+|too late|overdue)(?!\w)")
WITHOUT = re.compile(r"(?<!\w)(?:без|without)\W+(?:(?:an?|the)\W+)?$")
REST = re.compile(
    r"(?<!\w)(?:остальн\w+|оставш\w+|остат\w+|прочи\w+|следующ\w+|позже|затем|потом|дал(?:ьше|ее)|rest|remain\w+|after that|then|"
    r"thereafter)(?!\w)"
)
COMPARED = re.compile(r"^\s?(?:(?:раньше|ранее|позже|позднее)(?=\s+[^\W\d_]{3})|(?:earlier|later) than)")
IN_YEAR = re.compile(r"\d{4}(?: год\w*|-м)?,?\s+на\s+$|\d{4},?\s+$")
FIRST = re.compile(r"(?<!\w)(?:первы[ехм]\w?|first)\W+$")
FROM = re.compile(r"(?<!\w)(?:с|со|from|starting on|as of)\W+(?:the\W+)?$")
TRY = re.compile(r"^\W+(?:раз\w*|попытк\w+|заход\w*|tr(?:y|ies)|attempts?|go|time)(?!\w)")
BETWEEN = re.compile(r"(?<!\w)(?:с|со|до|from|to|till|until|between|and)\W+$|\d\s?[–—-]\s?$")


class Reckoned:
    """Of one draft and one styled text."""

    def __init__(self, draft: Facts, styled: Facts) -> None:
        self.draft, self.styled = draft, styled
        self.used: set[int] = set()  # where in the styled text numbers stand that tell others

    def tells(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """Whether the styled text tells a number of the draft, which it does not hold, by others."""
        there = [v for v in self.styled.values if inside(v.start, region)]
        return (
            self._year(value, there)
            or self._years_between(value, there)
            or any(self._hour(value, v) for v in there)
            or self._by_next_whole(value, there)
        )

    def follows(self, extra: Value) -> bool:
        """Whether a year that the draft does not hold follows from one of its years and the years between."""
        return extra.year and any(extra.value == year for year in _reached(self.draft))

    def beyond(self, extra: Value) -> bool:
        """A number that tells another one; `первые три дня …, остальные …` → `начиная с четвёртого дня`."""
        if extra.start in self.used:
            return True
        mine, theirs = fold(self.draft.text), fold(self.styled.text)
        if not extra.ordinal or not FROM.search(theirs[max(0, extra.start - 16) : extra.start]):
            return False
        for v in self.draft.values:
            named = v.ordinal and FROM.search(mine[max(0, v.start - 16) : v.start])
            if named and not any(v.equals(other) for other in self.styled.values):
                return False  # the draft says itself from which one on
        return any(
            v.value + 1 == extra.value
            and FIRST.search(mine[max(0, v.start - 10) : v.start])
            and REST.search(mine[v.end : v.end + 60])
            for v in self.draft.values
        )

    def _year(self, value: Value, there: list[Value]) -> bool:
        """`вступил в силу в 2015` → `в следующем году`; `1926, two years later` → `1928; shot two years earlier`."""
        if not value.year:
            return False
        mine = {v.value for v in self.draft.values if v.year}
        theirs = {v.value for v in there if v.year}
        spans = [v for v in there if not v.year and _years(v)]
        if theirs <= mine:
            kept = (mine - {value.value}) & theirs
            if value.value - 1 in kept and NEXT_YEAR.search(fold(self.styled.text)):
                return True
            return any(abs(value.value - year) == v.value for v in spans for year in kept)
        led = _reached(self.draft)
        return any(year + (_sign(self.styled, v) or 0) * v.value == value.value for v in spans for year in theirs & led)

    def _years_between(self, value: Value, there: list[Value]) -> bool:
        """`two years later` → `in 1928`."""
        if value.year or not _years(value):
            return False
        mine = {v.value for v in self.draft.values if v.year}
        return any(v.year and v.value in _reached(self.draft, value) - mine for v in there)

    def _hour(self, value: Value, other: Value) -> bool:
        """`с 13 до 15` → `с часу до трёх`."""
        if value.unit or not 12 < value.value <= 24 or value.value.denominator != 1 or other.form == "digits":
            return False
        same = other.value == value.value - 12 or other.value == 100 * value.value
        return (
            same
            and (other.unit is None or other.unit.label == "h")
            and BETWEEN.search(fold(self.draft.text[max(0, value.start - 10) : value.start])) is not None
            and BETWEEN.search(fold(self.styled.text[max(0, other.start - 10) : other.start])) is not None
        )

    def _by_next_whole(self, value: Value, there: list[Value]) -> bool:
        found = [v.start for v in there if self._next_whole(value, v)]
        self.used.update(found[:1])
        return bool(found)

    def _next_whole(self, value: Value, other: Value) -> bool:
        """`больше десяти` → `одиннадцать или больше`; `не более пяти раз` → `шестого раза не ждите`."""
        measured = {v.unit.dimension for v in (value, other) if v.unit} - {"times", "count"}
        if (
            value.value.denominator != 1
            or abs(other.value - value.value) != 1
            or (measured and not other.ordinal)  # more than five tons begin before six
            or (value.unit and other.unit and value.unit != other.unit)
        ):
            return False
        text = fold(self.styled.text)
        mine = fold(self.draft.text[max(0, value.start - 34) : value.start])
        before, after = text[max(0, other.start - 40) : other.start], text[other.end : other.end + 40]
        never = too_many(text, other)
        if other.value < value.value:
            return LESS.search(mine) is not None and bool(OR_LESS.search(after) or AT_MOST.search(before))
        if value.ordinal and value.value == 1 and TRY.search(fold(self.draft.text[value.end : value.end + 12])):
            return other.ordinal and never  # `с первой попытки` → `без второй попытки`
        limited = NOT_MORE.search(mine)
        if MORE.search(mine) and not limited:
            counted = other.ordinal and BEYOND.search(mine)
            told = counted or OR_MORE.search(after) or AT_LEAST.search(before)
            return bool(told) and not MORE.search(before)
        times = other.ordinal or fold(other.text) in ("дважды", "twice") or value.value == 1
        return bool(limited and times and never and not NOT_MORE.search(before))


def too_many(text: str, value: Value) -> bool:
    """Whether a number is told as one that is not reached, in a folded text: `a sixth time? never`,
    `от двух отказываться нельзя`."""
    before, after = text[max(0, value.start - 40) : value.start], text[value.end : value.end + 40]
    return (
        TOO_MANY.search(re.split(r"[.,;:]|\b(?:и|а|но|если|котор\w+|and|but|if|which)\b", after)[0]) is not None
        or re.search(rf"(?:{TOO_MANY.pattern})(?:\W+\w+)?\W+$", before) is not None
        or WITHOUT.search(before) is not None
    )


def _years(value: Value) -> bool:
    return value.unit is not None and value.unit.label == "year" and value.value.denominator == 1


def _sign(facts: Facts, span: Value) -> int | None:
    """Whether years between lead on (1) or back (-1), where the text says so."""
    after, before = fold(facts.text[span.end : span.end + 24]), fold(facts.text[max(0, span.start - 10) : span.start])
    return 1 if LATER.search(after) or THROUGH.search(before) else -1 if EARLIER.search(after) else None


def _reached(draft: Facts, only: Value | None = None) -> set[Fraction]:
    """The years that the draft's years and the years between them lead to; of one of the latter, where given."""
    spans = (only,) if only else [v for v in draft.values if not v.year and _years(v)]
    signed = [(span.value, sign) for span in spans if (sign := _sign(draft, span))]
    signed += [  # `в 1821, на год раньше Крузе`: his year is the later one
        (span.value, -sign)
        for span in spans
        if (sign := _sign(draft, span))
        and COMPARED.search(fold(draft.text[span.end : span.end + 30]))
        and IN_YEAR.search(draft.text[max(0, span.start - 16) : span.start])
    ]
    return {v.value + sign * span for v in draft.values if v.year for span, sign in signed}
