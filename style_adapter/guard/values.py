"""Numbers with their units, and moments (months, days, clock, weekdays, eras), as values that compare across notations.
Knows no text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from style_adapter.guard.units import Unit

Form = Literal["digits", "word", "loose"]


@dataclass(frozen=True, slots=True)
class Value:
    """A number. `loose` ones only satisfy a draft's number, they are never asked for and never an addition."""

    value: Fraction
    unit: Unit | None
    form: Form
    start: int
    end: int
    text: str
    ordinal: bool = False
    year: bool = False
    short_year: bool = False  # '74, 26-го, семьдесят третьем: may stand for 1974, 1926, 1973
    decade: bool = False  # 90-х, the 1960s
    label: bool = False  # a version or a section, whose parts are numbers of their own: 3.10 is not 3.1

    def equals(self, other: Value) -> bool:
        """Equal in value and unit, whatever the notation."""
        if (self.label or other.label) and self._other_parts(other):
            return False
        if self.unit and other.unit and self.unit != other.unit:
            if self.unit.dimension != other.unit.dimension:
                degrees = {self.unit.dimension, other.unit.dimension}
                if degrees == {"mass", "gbp"}:
                    return self.value == other.value and "lb" in (self.unit.label, other.unit.label)
                return "angle" in degrees and bool(degrees & {"celsius", "fahrenheit"}) and self.value == other.value
            mine, theirs = self.unit.factor, other.unit.factor
            for one in self.unit.per:  # `90 км/ч` is `25 м/с`
                for two in other.unit.per:
                    if one != two and one.dimension == two.dimension:
                        mine, theirs = mine / one.factor, theirs / two.factor
            if self.value * mine == other.value * theirs:
                return True
            return self.unit.dimension == "bytes" and self._binary() == other._binary()
        for year, it in ((self, other), (other, self)):
            decades = year.decade != it.decade and (it.year or it.decade or it.short_year)
            if year.year and (decades or (it.unit and it.unit.dimension != "months")):
                return False
        if self.value == other.value:
            return True
        for year, short in ((self, other), (other, self)):
            if short.short_year and year.year and year.value >= 1000:
                return year.value % 100 == short.value or (short.ordinal and 100 < short.value == year.value % 1000)
        return self.share() is not None and self.share() == other.share()

    def _other_parts(self, other: Value) -> bool:
        mine, theirs = self.written(), other.written()
        return bool(mine and theirs) and mine != theirs

    def written(self) -> str:
        """The digits as they stand, where they are of two parts: `3.10`."""
        parts = re.match(r"[-−–]?(\d+)[.,](\d+)", self.text)
        return f"{parts[1]}.{parts[2]}" if parts else ""

    def _binary(self) -> Fraction:
        assert self.unit is not None
        power = {"B": 0, "KB": 1, "MB": 2, "GB": 3, "TB": 4, "PB": 5}[self.unit.label]
        return self.value * Fraction(1024**power)

    def share(self) -> Fraction | None:
        """A part of a whole: 20 % = 1/5."""
        if self.unit and self.unit.dimension == "percent":
            return self.value * self.unit.factor / 100
        if self.unit is None and self.value.denominator != 1 and self.value < 1 and self.form != "digits":
            return self.value
        return None


@dataclass(frozen=True, slots=True)
class Moment:
    """`key`: ("month", 4) · ("day", 17, 4) · ("clock", minutes) · ("weekday", 1..7) · ("bc",)."""

    key: tuple[str | int, ...]
    start: int
    end: int
    text: str
