"""Numbers and their units, by value: is each of the draft's there, in its place, and no other? Knows of dates only the days and
hours that numbers tell."""

from __future__ import annotations

import re
from fractions import Fraction

from core.text import fold, stem, words
from style_adapter.guard import kinds, morph, units
from style_adapter.guard.clocks import Clocks
from style_adapter.guard.counted import counts
from style_adapter.guard.facts import Facts, context, inside
from style_adapter.guard.patterns import SAME_YEAR
from style_adapter.guard.reckoned import Reckoned
from style_adapter.guard.rival_words import MONEY, TOLD
from style_adapter.guard.telling import Telling
from style_adapter.guard.units import Unit
from style_adapter.guard.values import Value

UNITLESS = ("times", "months", "angle", "pixel", "count")  # measures that a bare number may turn out to have
BARE_LABELS = (
    "times",
    "pcs",
    "year",
    "decade",
    "century",
    "millennium",
)  # told by a number alone: how often, how many, an age
SPOKEN = ("celsius", "fahrenheit", "angle")  # measures told in speech by a number alone, as prices are
AT_HOUR = re.compile(
    r"(?:(?<!\w)(?:в|к|с|со|до|по|от|после|около|at|from|to|till|until|by|before|after|between|and)|[–—-])\s?$"
)


class Amounts:
    def __init__(self, told: Telling) -> None:
        self.told, self.draft, self.styled = told, told.draft, told.styled
        self.used: set[int] = set()  # the styled text's values that tell one of the draft's
        self.reckoned = Reckoned(told.draft, told.styled)
        self.clocks = Clocks(told.draft, told.styled)

    def run(self) -> None:
        self._replaced(self._values())

    def _values(self) -> list[tuple[Value, list[tuple[int, int]]]]:
        """Draft numbers without a counterpart, each with the region where it should have been."""
        missing: list[tuple[Value, list[tuple[int, int]]]] = []
        pending: list[tuple[Value, list[tuple[int, int]]]] = []
        for value in self.draft.values:
            if value.form == "loose":
                continue
            claim = self.told.claim(value.start)
            region = self.told.region(claim)
            if self._remeasured(value, region):
                missing.append((value, region))
            elif not self._claim_value(value, region, fresh=True):
                pending.append((value, region))
        for value, region in pending:
            told = (
                self._halved(value, region)
                or self._same_year(value, region)
                or self._as_day(value, region)
                or self._by_parts(value, region)
                or self._as_clock(value, region)
                or self.clocks.between(value, region)
                or self.reckoned.tells(value, region)
                or (
                    not self._rival(value, region)
                    and (self._claim_value(value, region, fresh=False) or self._elsewhere(value))
                )
            )
            if not told and not self._told_whole(value, region):
                missing.append((value, region))
        return missing

    def _claim_value(self, value: Value, region: list[tuple[int, int]], fresh: bool) -> bool:
        order = ("digits", "word", "loose")
        options = [
            (v.ordinal != value.ordinal, order.index(v.form), i)
            for i, v in enumerate(self.styled.values)
            if (
                ((value.equals(v) or self._inherits(value, v) or _less_by(value, v)) and self._unit_told(value, v))
                or (value.ordinal and value.form == "word" and v.share() == 1 / value.value)  # `by a tenth`
            )
            and inside(v.start, region)
            and not inside(v.start, self.styled.idioms)
        ]
        options = [o for o in options if not fresh or o[2] not in self.used]
        if not options:
            return False
        if fresh and value.unit and min(options)[1] == order.index("loose") and self._rival(value, region):
            return False
        self.used.add(min(options)[2])
        return True

    def _rival(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """Of two equal numbers of the draft one is there, and beside it one of the same measure that the draft does not have."""
        return any(
            v.form != "loose" and i not in self.used and (v.unit and v.unit.dimension) == (value.unit and value.unit.dimension)
            and v.ordinal == value.ordinal and v.year == value.year and inside(v.start, region)
            and not inside(v.start, self.styled.idioms) and not any(d.equals(v) for d in self.draft.values)
            and not any(_part_of(v, whole) for whole in self.styled.values)
            for i, v in enumerate(self.styled.values)
        )  # fmt: skip

    def _remeasured(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`two seconds` → `two minutes`, whatever other twos there are."""
        if value.unit is None:
            return False
        there = [v for v in self.styled.values if v.unit and inside(v.start, region) and v.form != "loose"]
        return not any(value.equals(v) for v in there) and any(
            v.unit and v.unit.dimension == value.unit.dimension and v.value == value.value
            and not any(d.unit and d.equals(v) for d in self.draft.values)
            for v in there
        )  # fmt: skip

    def _same_year(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`в мае того же года`, where the draft gives that year twice."""
        twice = (
            value.year
            and len([d for d in self.draft.values if d.year and d.value == value.value]) > 1
            and any(value.equals(v) for v in self.styled.values)
        )
        return twice and any(SAME_YEAR.search(self.styled.text, a, b) for a, b in region)

    def _as_day(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`3–7 мая` → `с 3 по 7 мая`."""
        months = {m.key[-1] for m in self.draft.moments if m.key[0] in ("day", "month")}
        return value.unit is None and any(
            m.key[0] == "day" and m.key[1] == value.value and m.key[2] in months and inside(m.start, region)
            for m in self.styled.moments
        )

    def _by_parts(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`Python 3.10` → `третий, ветвь десятая`."""
        told = {v.value for v in self.styled.values if v.form != "digits" and inside(v.start, region)}
        return value.label and {Fraction(part) for part in value.written().split(".")} <= told

    def _halved(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`вдвое меньше` → `половина`, and back."""
        text, half = fold(value.text), Fraction(1, 2)
        if value.value == 2 and (
            text in ("вдвое", "надвое", "twice") or (value.unit and value.unit.dimension == "times")
        ):
            pieces = [fold(self.styled.text[a:b]) for a, b in region]
            return any(v.value == half and inside(v.start, region) for v in self.styled.values) or any(
                re.search(r"(?<!\w)(?:пополам|ополовин\w+|halv\w+)(?!\w)", piece) for piece in pieces
            )
        return value.value == half and any(
            v.value == 2 and inside(v.start, region) and (fold(v.text) in ("вдвое", "надвое", "пополам", "twice"))
            for v in self.styled.values
        )

    def _told_whole(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`2 км 210 м` → `2210 метров`: one value of two parts, of which `value` is one."""
        return any(
            self._claim_value(whole, region, fresh=False) for whole in self.draft.values if _part_of(value, whole)
        )

    def _as_clock(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`с 9 до 17 часов` → `с девяти утра до пяти вечера`."""
        timed = 0 <= value.value <= 24 and (value.unit is None or value.unit.label == "h")
        return timed and self.clocks.tells(value.start, value.end, region)

    def _inherits(self, value: Value, other: Value) -> bool:
        """`три месяца, для бухгалтеров — шесть` → `полгода`: the unit of the number before it."""
        if value.unit is not None or other.unit is None or (other.form == "loose" and value.form == "digits"):
            return False
        before = [
            v for v in self.draft.values if v.end <= value.start and v.unit and v.unit.dimension == other.unit.dimension
        ]
        unit = before[-1].unit if before else None
        return unit is not None and value.value * unit.factor == other.value * other.unit.factor

    def _elsewhere(self, value: Value) -> bool:
        """In another segment, where the draft does not have it itself."""
        for index, other in enumerate(self.styled.values):
            if (
                index not in self.used
                and other.form == "digits"
                and value.equals(other)
                and self._unit_told(value, other)
            ):
                self.used.add(index)
                return True
        return False

    def _unit_told(self, draft: Value, styled: Value) -> bool:
        """What only one of the two has of a unit must stand elsewhere near or be no measure."""
        if draft.value != styled.value or styled.form == "loose":
            return True
        if draft.unit and styled.unit:
            mine, theirs = draft.unit.per, styled.unit.per
            if draft.unit.dimension == "bits" and not (mine and theirs):
                return True  # a channel of 100 Mbit
            alike = {u.dimension for u in mine} & {u.dimension for u in theirs}  # compared by value
            return all(u.dimension in alike or _near(u, styled, self.styled) for u in mine) and all(
                u.dimension in alike or _near(u, draft, self.draft) for u in theirs
            )
        if draft.unit:
            return self._needless(draft.unit, draft, styled) or _near(draft.unit, styled, self.styled)
        if not styled.unit or styled.unit.dimension in UNITLESS or draft.year or styled.year:
            return True
        return _near(styled.unit, draft, self.draft, alike=True)

    def _needless(self, unit: Unit, draft: Value, styled: Value) -> bool:
        """A number that tells its measure without the unit: an hour, an age; in speech a price and a temperature."""
        if draft.year or styled.year or unit.label in BARE_LABELS:
            return True
        if unit.label == "h" and AT_HOUR.search(fold(self.styled.text[max(0, styled.start - 10) : styled.start])):
            return styled.value <= 24
        if styled.form == "word" and (unit.dimension in MONEY or unit.dimension in SPOKEN):
            return True
        word = re.match(r"[\s\xa0-]+([^\W\d_]+)", self.styled.text[styled.end : styled.end + 40])
        if word is None or self._strange_noun(styled) or morph.form(word[1]).pos in ("function", "pronoun"):
            return False
        return stem(fold(word[1])) not in {stem(w) for w in words(self.draft.text)}  # `sleeps` may be nights

    def _strange_noun(self, value: Value) -> bool:
        """The number is followed by a noun that the draft does not have: perhaps another unit."""
        match = re.match(
            r"\s+(?:[^\W\d_]+(?:ых|их|ые|ие|ой|ую|ом)\s+)?([^\W\d_]{3,})", self.styled.text[value.end : value.end + 50]
        )
        if (
            match is None
            or morph.form(match[1]).pos != "noun"
            or morph.light(fold(match[1]), morph.form(match[1]).lemma)
        ):
            return False
        return stem(fold(match[1])) not in {stem(w) for w in words(self.draft.text)}

    def _replaced(self, missing: list[tuple[Value, list[tuple[int, int]]]]) -> None:
        wholes = [v for i, v in enumerate(self.styled.values) if i in self.used and v.form == "loose"]
        spare = [
            v for i, v in enumerate(self.styled.values)
            if i not in self.used and v.form != "loose" and not inside(v.start, self.styled.idioms)
            and not any(_part_of(v, whole) for whole in wholes) and not self.reckoned.beyond(v)
        ]  # fmt: skip
        for value, region in missing:
            near = [v for v in spare if inside(v.start, region)]
            likely = [v for v in near if self._other_share(value, region) or not kinds.retold(value, v)]
            best = min(likely or near, key=lambda v: kinds.distance(value, v), default=None)
            weak = (value.ordinal and value.form != "digits" and not value.year) or self._known_few(value)
            if best is not None and not best.unit and value.form == "word" and value.ordinal and not best.ordinal:
                best = None
            if best is not None and best.ordinal and value.unit and not value.ordinal and best.value == value.value:
                best = None if value.share() is None else best  # `пять минут`, and a fifth of something else
            if best is None or kinds.distance(value, best) > 8:
                if weak or value.value == 1:
                    self._other_unit(value, region)
                    continue
                same = next(
                    (
                        v
                        for v in self.styled.values
                        if v.value == value.value and v.ordinal == value.ordinal and inside(v.start, region)
                    ),
                    None,
                )
                if same and value.unit:
                    self.told.say("unit", self._spot_draft(value), self._spot(same))
                else:
                    self._lost(value)
                continue
            if best not in likely:
                continue
            spare.remove(best)
            self.told.say(kinds.of_value(value, best, self.draft.text), self._spot_draft(value), self._spot(best))
        for extra in spare:
            one = self._one_of(extra)
            if one is not None:
                self.told.say("number", self._spot_draft(one), self._spot(extra))
            elif (
                extra.form == "digits"
                and not any(d.equals(extra) or d.value == extra.value for d in self.draft.values)
                and not self._day(extra)
                and not self.clocks.known(extra.start, extra.end)
                and not self.reckoned.follows(extra)
                and self.told.about_draft(extra.start)
            ):
                self.told.say("added_claim", "", context(self.styled.text, extra.start, extra.end))

    def _day(self, extra: Value) -> bool:
        """A day of the draft told apart from its month."""
        days = any(m.key[0] == "day" and m.key[1] == extra.value for m in self.draft.moments)
        return days and extra.unit is None and not counts(self.styled.text, extra.start, extra.end, extra.value)

    def _known_few(self, value: Value) -> bool:
        """`the two regions`, `меньшее из двух`: those that were named before."""
        before = fold(self.draft.text[max(0, value.start - 8) : value.start])
        return (
            value.form == "word"
            and value.value in (2, 3)
            and not value.unit
            and (re.search(r"(?<!\w)(?:the|these|those|both|эти|этих|этим|из|обои\w*) $", before) is not None)
        )

    def _other_share(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`75 %` → `две трети`."""
        told = {v.share() for v in self.styled.values if inside(v.start, region)} - {None}
        return value.share() is not None and bool(told) and value.share() not in told

    def _one_of(self, extra: Value) -> Value | None:
        """The draft's `неделю` that is told as `две недели`."""
        if extra.unit is None or extra.value == 1 or extra.ordinal or any(v.equals(extra) for v in self.draft.values):
            return None
        same = [v for v in self.draft.values if v.unit and v.unit.label == extra.unit.label]
        bare = [v for v in same if v.form == "loose" and v.value == 1 and kinds.bare(v)]
        if len(bare) != len(same) or any(v.unit == extra.unit and v.value == 1 for v in self.styled.values):
            return None
        claim = next((s for s in self.draft.segments for v in bare[:1] if s.start <= v.start < s.after), None)
        if claim is None:
            return None
        region = self.told.region(claim)
        return bare[0] if inside(extra.start, region) else None

    def _other_unit(self, value: Value, region: list[tuple[int, int]]) -> None:
        """`1 MiB` → `1 GiB`: one of something needs no number, but a unit of its dimension."""
        if value.unit is None or value.form != "digits":
            return
        near = [v for v in self.styled.values if v.unit and v.value == 1 and inside(v.start, region)]
        other = next(
            (
                v
                for v in near
                if v.unit and v.unit.dimension == value.unit.dimension and (v.form == "digits" or " " in v.text)
            ),
            None,
        )
        if other and not any(v.unit and v.unit.label == value.unit.label for v in near):
            self.told.say("unit", self._spot_draft(value), self._spot(other))

    def _lost(self, value: Value) -> None:
        """A number with nothing in its place: part of a lost condition or of a lost claim."""
        self.told.gone(value.start, value.end, self._spot_draft(value))

    def _spot(self, value: Value) -> str:
        return self.styled.text[value.start : value.end]

    def _spot_draft(self, value: Value) -> str:
        return self.draft.text[value.start : value.end]


def _near(unit: Unit, value: Value, facts: Facts, alike: bool = False) -> bool:
    """Whether a unit stands near a value, at another number or at none; `alike`: any of its measure will do."""
    start, end = max(0, value.start - 120), value.end + 120
    told = (units.at(facts.text, word.start(), False) for word in units.WORD.finditer(facts.text, start, end))
    found = [each[0] for each in told if each]
    found += [v.unit for v in facts.values if v is not value and v.unit and start <= v.start < end]
    if unit.label in TOLD and TOLD[unit.label].search(fold(facts.text[start:end])):
        return True
    return any(
        any(each.label == unit.label or {each.label, unit.label} == {"lb", "£"} for each in (one, *one.per))
        or (alike and one.dimension == unit.dimension and len(one.per) == len(unit.per))
        or {one.dimension, unit.dimension} == {"angle", "celsius"}
        for one in found
    )


def _less_by(draft: Value, styled: Value) -> bool:
    """`отстаёт на 4 секунды` → `минус четыре секунды`; a temperature is another one below zero."""
    unit = styled.unit
    if unit is None or unit.dimension not in ("time", "months", "length", "mass", "volume"):
        return False
    return styled.value == -draft.value < 0 and draft.unit == unit


def _part_of(part: Value, whole: Value) -> bool:
    """`210 м` of `2 км и ещё 210 м`, `5` of the 5000 in `от 5 до 10 тысяч`."""
    if whole.form != "loose" or part.form == "loose" or not (whole.start <= part.start and part.end <= whole.end):
        return False
    if whole.end - whole.start > part.end - part.start:
        return whole.unit is not None or whole.value < 1 or whole.value >= 1000 * part.value  # `one in five`, `$5k`
    return whole.value > part.value
