"""Forms that may stand for a number but are none for certain: `до часа`, `трёхслойный`, `one in five`, `час тридцать`. They only
satisfy a number of the draft."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from fractions import Fraction

from core.text import language
from style_adapter.guard import morph, numerals, units
from style_adapter.guard.patterns import (
    COUNTED,
    DECIMAL,
    FORTNIGHT,
    HALF_A,
    HALF_UNIT,
    HOUR_PART,
    JOINED,
    OF_UNIT,
    OFTEN,
    POINT,
    RANGE,
    RATIO,
    SHORT_DATE,
    SPAN_HALF,
    SUMMED,
    THOUSANDS,
    WHOLE,
    WORD,
)
from style_adapter.guard.units import Unit
from style_adapter.guard.values import Form, Moment, Value

# `полуторная`, `удвоить`, `двукратный`; `тройной`; `вчетверо`
MULTIPLE = re.compile(
    r"(полуторн\w+|полуторакратн\w+)|(удв[ао]\w+|двойн\w+|двукратн\w+|doubl\w+)|(утр[ао][еи]\w+|тройн\w+|тр[её]хкратн\w+|tripl\w+)"
    r"|(учетвер\w+|четыр[её]хкратн\w+|quadrupl\w+)"
)
MULTIPLES = {1: Fraction(3, 2), 2: Fraction(2), 3: Fraction(3), 4: Fraction(4)}
OTHER = re.compile(r"(?<!\w)(?:кажд\w+\s+втор\w+|every\s+other)(?!\w)", re.IGNORECASE)  # of them
GROUP = re.compile(r"десятк|дюжин|сот[не]|dozen|hundred", re.IGNORECASE)
FOLD = re.compile(r"([a-z]+?)-?fold")
LAST_WORD = re.compile(r"[^\W\d_][/ \xa0]+([^\W\d_]+)$")
HALF_OF = re.compile(r"пол[а-я]{4,}")  # `полдолга`, as no dictionary has it
SCALES = (10, 100, 1000, 10**6, 10**9)
LIMIT = 300  # numbers read of one text: beyond that only identifiers and citations are compared


def read_number(text: str, russian: bool = False) -> Fraction:
    """`russian`: a comma is a decimal one there: `1,829 метра`; so it is behind a nought everywhere."""
    body = re.sub(r"[ \xa0\u202f\u2009]", "", text)
    decimal = body.count(",") == 1 and "." not in body and (russian or body[0] == "0")
    if not decimal and THOUSANDS.fullmatch(body):
        return Fraction(body.replace(",", ""))
    return Fraction(body.replace(",", "."))


def read_roman(text: str) -> int:
    digits = [{"I": 1, "V": 5, "X": 10, "Х": 10, "L": 50}[c] for c in text]
    return sum(-d if i + 1 < len(digits) and digits[i + 1] > d else d for i, d in enumerate(digits))


class LooseReader:
    """Reads one text once; `masked` blanks what is taken, so that no character is read twice."""

    def __init__(self, text: str, taken: Iterable[tuple[int, int]]) -> None:
        self.text, self.russian = text, language(text) == "ru"
        chars = list(text)
        for start, end in taken:
            chars[start:end] = "\x00" * (end - start)
        self.masked = "".join(chars)
        self.values: list[Value] = []
        self.moments: list[Moment] = []

    def _full(self) -> bool:
        return len(self.values) >= LIMIT

    def _take(self, start: int, end: int) -> None:
        self.masked = self.masked[:start] + "\x00" * (end - start) + self.masked[end:]

    def _value(
        self, value: Fraction, start: int, end: int, form: Form, unit: Unit | None = None, **flags: bool
    ) -> None:
        self.values.append(Value(value, unit, form, start, end, self.text[start:end], **flags))
        self._take(start, end)
        if unit and unit.per and (last := LAST_WORD.search(self.text, start, end)):  # the `час` of `5 ГБ в час`
            self.values.append(Value(Fraction(1), unit.per[-1], "loose", *last.span(1), last[1]))

    def _moment(self, key: tuple[str | int, ...], start: int, end: int) -> None:
        self.moments.append(Moment(key, start, end, self.text[start:end]))

    def _loose(self) -> None:
        """Forms that may stand for a number but are none for certain: `до часа`, `трёхслойный`, `1 in 5`."""
        for match in HALF_UNIT.finditer(self.masked):
            rest = match[1].lower().replace("ё", "е")
            scale = numerals.numerals().get(rest)
            unit = units.named(rest, after_digit=False)
            if scale or unit:
                self._value(
                    scale.value / 2 if scale else Fraction(1, 2),
                    *match.span(),
                    "word" if scale else "loose",
                    None if scale else unit,
                )
        for match in OTHER.finditer(self.text):
            self.values.append(Value(Fraction(1, 2), None, "loose", *match.span(), match.group()))
        for match in HALF_A.finditer(self.text):
            half = numerals.numerals()[match[1].lower()].value / 2
            self.values = [v for v in self.values if not (match.start() <= v.start < match.end())]
            self.values.append(Value(half, None, "word", *match.span(), match.group()))
        for match in COUNTED.finditer(self.text):
            self.values.append(Value(Fraction(3 if match[1] else 2), None, "loose", *match.span(), match.group()))
        for match in WHOLE.finditer(self.masked):
            self.values.append(Value(Fraction(100), units.BY_LABEL["%"], "loose", *match.span(), match.group()))
        for part in [v for v in self.values if v.ordinal and v.form != "digits" and v.value > 2]:
            self.values.append(Value(1 / part.value, None, "loose", part.start, part.end, part.text))
        for match in WORD.finditer(self.masked):
            if len(self.values) >= 2 * LIMIT:
                break
            word = match.group().lower().replace("ё", "е")
            unit = units.named(word, after_digit=False)
            if unit is not None and unit.label not in ("°C", "°F", "°", "times", "cup"):
                self.values.append(Value(Fraction(1), unit, "loose", *match.span(), match.group()))
            elif (times := MULTIPLE.fullmatch(word)) is not None:
                self.values.append(Value(MULTIPLES[times.lastindex or 1], None, "loose", *match.span(), match.group()))
            elif (fold := FOLD.fullmatch(word)) is not None and (many := numerals.numerals().get(fold[1])):
                self.values.append(Value(many.value, None, "loose", *match.span(), match.group()))
            elif HALF_OF.fullmatch(word) and not morph.known(word):
                self.values.append(Value(Fraction(1, 2), None, "loose", *match.span(), match.group()))
            elif (hidden := numerals.compound(word)) is not None:
                self.values.append(Value(hidden, None, "loose", *match.span(), match.group()))
        for match in HOUR_PART.finditer(self.text):
            head = match.group().lower().removeprefix("a ")
            share = (
                Fraction(1, 2)
                if head.startswith("half")
                else Fraction(3, 4)
                if head.startswith("three")
                else Fraction(1, 4)
            )
            self.values.append(Value(share, units.named(match[1]), "loose", *match.span(), match.group()))
        for match in FORTNIGHT.finditer(self.text):
            label, number = (
                ("week", 2)
                if match.group().lower().startswith("fort")
                else (
                    "month",
                    3
                    if match.group().lower().startswith(("кв", "qu", "еж"))
                    else 12
                    if match.group().lower().startswith("tw")
                    else 6,
                )
            )
            self.values.append(Value(Fraction(number), units.BY_LABEL[label], "loose", *match.span(), match.group()))
        self._fractions()
        self._shared_scale()
        self._points()
        self._rates()
        for match in SPAN_HALF.finditer(self.text):
            self.values.append(Value(Fraction(3, 2), units.named(match[1]), "loose", *match.span(), match.group()))
        for match in SHORT_DATE.finditer(self.text):
            certain = any(v.start == match.start() and (v.unit or v.label) for v in self.values)
            if 1 <= int(match[1]) <= 31 and 1 <= int(match[2]) <= 12 and not certain:
                self._moment(("day", int(match[1]), int(match[2]), "loose"), *match.span())
                self.values = [v for v in self.values if v.start != match.start()]
                self.values.append(Value(read_number(match.group()), None, "loose", *match.span(), match.group()))
        numbers = sorted((v for v in self.values), key=lambda v: v.start)
        for first, second in itertools.pairwise(numbers):
            if second.value > 0 and RATIO.fullmatch(self.text[first.end : second.start]) and first.value < second.value:
                self.values.append(
                    Value(
                        first.value / second.value,
                        None,
                        "loose",
                        first.start,
                        second.end,
                        self.text[first.start : second.end],
                    )
                )

    def _rates(self) -> None:
        """`four times a minute` is every fifteen seconds."""
        for value in [v for v in self.values if v.unit and v.unit.label == "times" and v.value > 1]:
            if (match := OFTEN.match(self.text, value.end)) and (unit := units.named(match[1], False)):
                self.values.append(
                    Value(
                        1 / value.value, unit, "loose", value.start, match.end(), self.text[value.start : match.end()]
                    )
                )

    def _points(self) -> None:
        """`one point five`, `две целых пять десятых`."""
        table = numerals.numerals()
        for match in POINT.finditer(self.text):
            whole, part = (table.get(match[g].lower().replace("ё", "е")) for g in (1, 2))
            if whole and part and whole.role == "unit" and part.role == "unit":
                self.values.append(Value(whole.value + part.value / 10, None, "loose", *match.span(), match.group()))

    def _fractions(self) -> None:
        """`девять десятых`, `four fifths`, `четыре сотни`: a number times a part or a group."""
        order = sorted(self.values, key=lambda v: (v.start, v.end))[:400]
        for first, second in itertools.pairwise(order):
            gap = self.text[first.end : second.start]
            self._composite(first, second, gap)
            if (
                SUMMED.fullmatch(gap)
                and first.form == "word"
                and second.form != "digits"
                and not (first.unit or first.ordinal)
                and first.value > 0
                and any(first.value % scale == 0 and second.value < scale for scale in (1000, 100, 10))
            ):  # `сто да ещё двадцать`
                span = first.start, second.end
                whole = first.value + second.value
                self.values.append(Value(whole, second.unit, "loose", *span, self.text[slice(*span)], second.ordinal))
            if (
                DECIMAL.fullmatch(gap)
                and first.unit is None
                and first.value.denominator == 1
                and second.value.denominator == 1
                and 0 < second.value < 1000
                and not first.ordinal
            ):
                parts = next(
                    (
                        n
                        for n, p in ((10, "десят"), (100, "сот"), (1000, "тысячн"))
                        if re.match(rf"\s+{p}", self.text[second.end :])
                    ),
                    10 ** len(str(second.value)),
                )
                unit = second.unit or next((f[0] for f in [units.at(self.text, second.end, False)] if f), None)
                self.values.append(
                    Value(
                        first.value + second.value / parts,
                        unit,
                        "loose",
                        first.start,
                        second.end,
                        self.text[first.start : second.end],
                    )
                )
            if GROUP.match(second.text) and first.value == Fraction(3, 2) and not gap.strip():  # `полторы сотни`
                self.values = [v for v in self.values if v is not first and v is not second]
                span = first.start, second.end
                self.values.append(
                    Value(first.value * second.value, second.unit, "word", *span, self.text[slice(*span)])
                )
                continue
            if gap.strip(" -") or first.unit or first.value.denominator != 1 or not 0 < first.value < 100:
                continue
            if (
                0 < first.value < 10 <= second.value < 100
                and gap == "-"
                and second.form == "word"
                and not second.ordinal
            ):
                self.values.append(
                    Value(first.value * 100 + second.value, second.unit, "loose", first.start, second.end,
                          self.text[first.start : second.end])
                )  # fmt: skip
            if second.value in (Fraction(1, 3), Fraction(1, 4)) and first.value < 10:
                told = units.at(self.text, second.end, after_digit=False)
                if (
                    told is None
                    and (part := OF_UNIT.match(self.text, second.end))
                    and (unit := units.named(part[1], False))
                ):
                    told = unit, part.end()
                self.values.append(
                    Value(
                        first.value * second.value,
                        told[0] if told else second.unit,
                        "loose",
                        first.start,
                        second.end,
                        self.text[first.start : second.end],
                    )
                )
            elif second.ordinal and second.value > 2:
                self.values.append(
                    Value(
                        first.value / second.value,
                        None,
                        "loose",
                        first.start,
                        second.end,
                        self.text[first.start : second.end],
                    )
                )
            elif GROUP.match(second.text) and not first.ordinal and not second.ordinal:
                # `две сотни` is two hundred, neither two nor one hundred
                self.values = [v for v in self.values if v is not first and v is not second]
                form: Form = "word" if "loose" not in (first.form, second.form) else "loose"
                span = first.start, second.end
                self.values.append(Value(first.value * second.value, second.unit, form, *span, self.text[slice(*span)]))

    def _composite(self, first: Value, second: Value, gap: str) -> None:
        """`час тридцать`, `метр восемьдесят`, `one pound thirty-five`, `two tonnes and a half`, `две недели да ещё день`."""
        if first.unit is None or first.ordinal or second.ordinal or not JOINED.fullmatch(gap) or second.value < 0:
            return
        part = Fraction({"h": 60, "m": 100, "kg": 1000, "km": 1000, "t": 1000, "l": 1000}.get(first.unit.label, 100))
        if second.unit is not None:
            if second.unit.dimension != first.unit.dimension:
                return
            part = first.unit.factor / second.unit.factor
        if second.value < 1 and second.unit in (None, first.unit):
            whole = first.value + second.value
        elif second.value < part:
            whole = first.value + second.value / part
        else:
            return
        self.values.append(
            Value(whole, first.unit, "loose", first.start, second.end, self.text[first.start : second.end])
        )

    def _shared_scale(self) -> None:
        """`две-три тысячи`, `from 5 to 10 million`: the first number of a range has the second one's scale."""
        table = numerals.numerals()
        order = sorted((v for v in self.values if v.form != "digits" or v.value >= 100), key=lambda v: (v.start, v.end))
        for second in order[:LIMIT]:
            found = [table.get(word.lower().replace("ё", "е")) for word in WORD.findall(second.text)]
            scale = max((f.value for f in found if f and f.value in SCALES), default=Fraction(0))
            if not scale or second.value < 2 * scale:
                continue
            for first in [v for v in self.values if v.end <= second.start and v.unit in (None, second.unit)]:
                if RANGE.fullmatch(self.text[first.end : second.start]) and first.value < 1000:
                    span = first.start, first.end
                    self.values.append(Value(first.value * scale, second.unit, "loose", *span, self.text[slice(*span)]))
