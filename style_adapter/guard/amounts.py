"""Numbers and their units, by value: is each of the draft's there, in its place, and no other? Knows no dates."""

from __future__ import annotations

import re
from fractions import Fraction

from core.text import fold, stem, words
from style_adapter.guard import kinds, morph, units
from style_adapter.guard.facts import context, inside
from style_adapter.guard.patterns import SAME_YEAR
from style_adapter.guard.reckoned import Reckoned
from style_adapter.guard.telling import Telling
from style_adapter.guard.values import Value


class Amounts:
    def __init__(self, told: Telling) -> None:
        self.told, self.draft, self.styled = told, told.draft, told.styled
        self.used: set[int] = set()  # the styled text's values that tell one of the draft's
        self.reckoned = Reckoned(told.draft, told.styled)

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
            return not fresh and self._as_clock(value, region)
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
        days = [
            m for m in self.styled.moments if m.key[0] == "day" and m.key[1] == value.value and inside(m.start, region)
        ]
        return value.unit is None and bool(days) and any(m.key[0] == "day" for m in self.draft.moments)

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
        if value.value.denominator != 1 or not 0 <= value.value <= 24 or (value.unit and value.unit.label != "h"):
            return False
        return any(
            m.key[0] == "clock" and int(m.key[1]) == value.value * 60 % 1440 and inside(m.start, region)
            for m in self.styled.moments
        )

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
        """Where only one of the two has a unit, the unit must stand elsewhere near or be no measure."""
        if (draft.unit is None) == (styled.unit is None) or draft.value != styled.value or styled.form == "loose":
            return True
        if draft.unit and draft.unit.label == "ml" and re.match(r"\s?mils?(?!\w)", self.styled.text[styled.end :]):
            return True
        unit, there = (draft.unit, self.styled) if draft.unit else (styled.unit, self.draft)
        assert unit is not None
        value = styled if draft.unit else draft
        if draft.unit and not self._strange_noun(styled):
            return True
        if unit.dimension in ("times", "months", "angle", "pixel", "count") or value.year or styled.year:
            return True
        strange = draft.unit is not None
        near = there.text[max(0, value.start - 120) : value.end + 120]
        for word in units.WORD.finditer(near):
            found = units.named(word.group(), after_digit=False)
            if found and (
                (found.label == unit.label if strange else found.dimension == unit.dimension)
                or {found.dimension, unit.dimension} <= {"angle", "celsius"}
            ):
                return True
        return False

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
            if best is not None and value.ordinal and value.form == "word" and not best.ordinal and not best.unit:
                best = None
            if best is None or kinds.distance(value, best) > 8:
                if weak or value.value == 1:
                    self._other_unit(value, region)
                    continue
                same = next(
                    (v for v in self.styled.values if v.value == value.value and inside(v.start, region)),
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
                and not any(m.key[0] == "day" and m.key[1] == extra.value for m in self.draft.moments)
                and not any(
                    m.key[0] == "clock" and int(m.key[1]) % 720 == extra.value * 60 % 720 for m in self.draft.moments
                )
                and not self.reckoned.follows(extra)
                and self.told.about_draft(extra.start)
            ):
                self.told.say("added_claim", "", context(self.styled.text, extra.start, extra.end))

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
            (v for v in near if v.unit and v.unit.dimension == value.unit.dimension and v.form == "digits"), None
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
