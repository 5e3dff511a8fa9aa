"""Units without a number of their own and rates: `within weeks` → `within years`, `раз в квартал` → `раз в месяц`, `год` →
`два года`. Knows no grammar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from core.text import fold
from style_adapter.guard.facts import Facts, inside
from style_adapter.guard.numerals import numerals
from style_adapter.guard.patterns import MONTH
from style_adapter.guard.rival_words import (
    ANY_RATE,
    BARE,
    GREETING,
    LASTING,
    MONEY,
    NO_UNIT,
    NOT,
    PACE,
    PER,
    RATES,
    ROMAN,
    SECOND,
    TIME,
    TOLD,
    WORD_BEFORE,
)
from style_adapter.guard.units import BY_LABEL
from style_adapter.guard.values import Value

Region = list[tuple[int, int]]
Slip = tuple[str, tuple[int, int], tuple[int, int]]  # kind, where in the draft, where in the styled text


@dataclass(frozen=True, slots=True)
class _Bare:
    """A unit without a number of its own, or the adverb of a rate."""

    label: str
    dimension: str
    start: int
    end: int
    value: Value | None


def _dated(value: Value, text: str) -> bool:
    """`1969 году`, `в двадцатом веке`: no span of time."""
    before = WORD_BEFORE.search(text[max(0, value.start - 24) : value.start])
    if before is None or value.unit is None or value.unit.label not in ("year", "decade", "century", "millennium"):
        return False
    word = before[1]
    number = numerals().get(word)
    return word[0].isdigit() or ROMAN.fullmatch(word) is not None or (number is not None and number.ordinal)


def _count(label: str, bare: list[_Bare], facts: Facts, where: Region) -> int:
    measured = [
        v for v in facts.values if v.unit and v.unit.label == label and v.form != "loose" and inside(v.start, where)
    ]
    return len([b for b in bare if b.label == label]) + len(measured)


def _alike(one: _Bare, other: _Bare) -> bool:
    kinds = {one.dimension, other.dimension}
    return one.label != other.label and (len(kinds) == 1 or kinds <= set(TIME) or kinds <= set(MONEY))


class BareUnits:
    """`region_of`: where in the styled text what stands at a place of the draft is to be looked for."""

    def __init__(self, draft: Facts, styled: Facts, region_of: Callable[[int], Region]) -> None:
        self.draft, self.styled, self._region_of = draft, styled, region_of
        self._mine, self._theirs = fold(draft.text), fold(styled.text)
        self._greetings = [m.span() for m in GREETING.finditer(self._theirs)] + styled.idioms

    def _units(self) -> Iterator[Slip]:
        mine, theirs = self._bare(self.draft, self._mine), self._bare(self.styled, self._theirs)
        for bare in mine:
            region, claim = self._region_of(bare.start), self._claim_of(bare.start)
            here = [b for b in theirs if inside(b.start, region) and not inside(b.start, self._greetings)]
            own = [b for b in mine if inside(b.start, [claim])]
            if self._unit_told(bare, region, len([b for b in own if b.label == bare.label])):
                continue
            known = {label for label, words in TOLD.items() if words.search(self._mine, *claim)}
            for other in here:
                if self._other_worth(bare, other):
                    yield "number", (bare.start, bare.end), (other.start, other.end)
                    return
                if other.label in known or not _alike(bare, other):
                    continue
                if _count(other.label, here, self.styled, region) > _count(other.label, own, self.draft, [claim]):
                    yield "unit", (bare.start, bare.end), (other.start, other.end)
                    return
            for value in self._several(bare.value.value if bare.value else None):
                if value.unit and value.unit.label == bare.label and inside(value.start, region):
                    yield "number", (bare.start, bare.end), (value.start, value.end)
                    return

    def _other_worth(self, bare: _Bare, other: _Bare) -> bool:
        """`год` → `полгода`, `квартал` → `месяц`."""
        if bare.value is None or other.value is None or bare.value.value == other.value.value:
            return False
        known = any(other.value.equals(v) for v in self.draft.values if v.unit) or any(
            other.value.equals(value) for _, value, _ in self._rates(self._mine)
        )
        return (
            bare.dimension == other.dimension
            and not bare.value.equals(other.value)
            and bool(not known)
            and (bare.label == other.label or {bare.value.value, other.value.value} != {Fraction(1)})
        )

    def _unit_told(self, bare: _Bare, region: Region, count: int) -> bool:
        """Whether as many such units stand there bare, or their worth in another form."""
        if bare.label in TOLD and any(TOLD[bare.label].search(self._theirs, a, b) for a, b in region):
            return True
        units = [v for v in self.styled.values if v.unit and inside(v.start, region)]
        one = bare.value is None or bare.value.value == 1
        same = [v for v in units if v.unit and v.unit.label == bare.label and v.form == "loose"]
        if one and len(same) >= count:
            return True
        rates = [value for _, value, where in self._rates(self._theirs) if inside(where[0], region)]
        if bare.value is not None and any(bare.value.equals(value) for value in rates):
            return True
        return bare.value is not None and any(
            bare.value.equals(v)
            for v in units
            if not one or v.form != "loose" or (v.unit and v.unit.label != bare.label)
        )

    def _claim_of(self, position: int) -> tuple[int, int]:
        claim = next((s for s in self.draft.segments if s.start <= position < s.after), self.draft.segments[-1])
        return claim.start, claim.after

    def _bare(self, facts: Facts, text: str) -> list[_Bare]:
        found = [
            _Bare(v.unit.label, v.unit.dimension, v.start, v.end, v)
            for v in facts.values
            if v.form == "loose"
            and v.unit
            and (" " not in v.text or v.value in (1, Fraction(3, 2)) or fold(v.text).startswith(("пар", "couple")))
            and (v.unit.label in BARE or PER.search(text[max(0, v.start - 12) : v.start]))
            and len(v.text) > 2
            and not any(
                w is not v
                and w.form == "loose"
                and w.unit
                and w.start <= v.start
                and v.end <= w.end
                and w.text != v.text
                for w in facts.values
            )
            and not NO_UNIT.search(text[max(0, v.start - 14) : v.start])
            and not _dated(v, text)
            and not (v.unit.label == "month" and MONTH.match(facts.text[v.end :].lstrip()))
            and not SECOND.match(text, max(0, v.start - 2))
        ]
        hours = BY_LABEL["h"]
        found += [_Bare(hours.label, hours.dimension, *m.span(1), None) for m in LASTING.finditer(text)]
        second = BY_LABEL["s"]
        for match in SECOND.finditer(text):
            value = Value(Fraction(1), second, "loose", *match.span(1), match[1])
            found.append(_Bare("s", "time", *match.span(1), value))
        return found + [_Bare(label, "time", *where, value) for label, value, where in self._rates(text)]

    def _several(self, known: Fraction | None = None) -> list[Value]:
        """Whole numbers above one that the styled text has more often than the draft."""
        mine = Counter(v.value for v in self.draft.values if v.form != "loose")
        theirs = Counter(v.value for v in self.styled.values if v.form != "loose")
        return [
            v for v in self.styled.values
            if v.value > 1 and v.value.denominator == 1 and v.form != "loose" and not v.year and v.value != known
            and theirs[v.value] > mine[v.value]
            and not inside(v.start, self._greetings) and not NOT.search(self._theirs[max(0, v.start - 16) : v.start])
        ]  # fmt: skip

    def _paced(self) -> Iterator[Slip]:
        """`раз в квартал` → `раз в три недели`, whatever else is told in weeks."""
        mine, theirs = self._paces(self.draft, self._mine), self._paces(self.styled, self._theirs)
        for label, one, where in mine:
            if any(label == other or one.equals(two) for other, two, _ in theirs) or any(
                one.equals(v) for v in self.styled.values
            ):
                continue
            numbers = {v.value for v in self.draft.values if v.form != "loose"}
            for other, two, there in theirs:
                known = two.value in numbers or any(other == each for each, _, _ in mine)
                if inside(there[0], self._region_of(where[0])) and not known:
                    yield "unit", where, there
                    return

    def _paces(self, facts: Facts, text: str) -> list[tuple[str, Value, tuple[int, int]]]:
        """(unit or number with unit, value, where) of each `раз в …`, `every …`."""
        found = [
            (v.unit.label if v.value == 1 else fold(v.text), v, (v.start, v.end))
            for v in facts.values
            if v.unit and v.unit.dimension in TIME and PACE.search(text[max(0, v.start - 16) : v.start])
        ]
        return found + self._rates(text)

    @staticmethod
    def _rates(text: str) -> list[tuple[str, Value, tuple[int, int]]]:
        found: list[tuple[str, Value, tuple[int, int]]] = []
        for label, words in RATES.items() if ANY_RATE.search(text) else ():
            unit = BY_LABEL["month" if label == "quarter" else label]
            worth = Fraction(3 if label == "quarter" else 1)
            found += [
                (label, Value(worth, unit, "loose", *m.span(), m.group()), m.span()) for m in words.finditer(text)
            ]
        return found
