"""Numbers with their units, and moments (months, days, clock, weekdays, eras), as values that compare across notations.
Knows nothing of citations, claims or persona."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from style_adapter.guard import numerals, units
from style_adapter.guard.units import Unit

LIMIT = 300  # numbers read of one text: beyond that only identifiers and citations are compared
SPEED = {"km/h": "km", "m/s": "m", "mph": "mi"}
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

    def equals(self, other: Value) -> bool:
        """Equal in value and unit, whatever the notation."""
        if self.unit and other.unit and self.unit != other.unit:
            if self.unit.dimension != other.unit.dimension:
                degrees = {self.unit.dimension, other.unit.dimension}
                if "speed" in degrees:  # `км/ч` told as `километров в час`
                    return (
                        SPEED.get(self.unit.label, self.unit.label)
                        == SPEED.get(other.unit.label, other.unit.label)
                        and self.value == other.value
                    )
                if degrees == {"mass", "gbp"}:
                    return self.value == other.value and "lb" in (self.unit.label, other.unit.label)
                return (
                    "angle" in degrees
                    and bool(degrees & {"celsius", "fahrenheit"})
                    and self.value == other.value
                )
            if self.value * self.unit.factor == other.value * other.unit.factor:
                return True
            return self.unit.dimension == "bytes" and self._binary() == other._binary()
        if self.value == other.value:
            return True
        for year, short in ((self, other), (other, self)):
            if short.short_year and year.value.denominator == 1 and 1000 <= year.value <= 2100:
                return (
                    year.value % 100 == short.value
                    or short.ordinal
                    and 100 < short.value == year.value % 1000
                )
        return self.share() is not None and self.share() == other.share()

    def _binary(self) -> Fraction:
        assert self.unit is not None
        power = {"B": 0, "KB": 1, "MB": 2, "GB": 3, "TB": 4, "PB": 5}[self.unit.label]
        return self.value * 1024**power

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


RU_MONTHS = (
    "январ",
    "феврал",
    "март",
    "апрел",
    "мая|май|мае|маю|маем",
    "июн",
    "июл",
    "август",
    "сентябр",
    "октябр",
    "ноябр",
    "декабр",
)
EN_MONTHS = ("January|Jan", "February|Feb", "March|Mar", "April|Apr", "May", "June|Jun", "July|Jul", "August|Aug", "September|Sept|Sep",
             "October|Oct", "November|Nov", "December|Dec")  # fmt: skip
_RU_MONTH = "|".join(f"(?P<r{i}>{m}{'' if '|' in m else '[а-я]{0,3}'})" for i, m in enumerate(RU_MONTHS, 1))
_EN_MONTH = "|".join(f"(?P<e{i}>{m})" for i, m in enumerate(EN_MONTHS, 1))
MONTH = re.compile(rf"(?<![\w-])(?:(?i:{_RU_MONTH})|(?:{_EN_MONTH})\.?)(?![\w])")
ISO = re.compile(r"(?<![\d.-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")
DOTTED = re.compile(r"(?<![\d./])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|\.\d)")
CLOCK = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?:\s?([ap])\.?m\b\.?)?(?![\d:])", re.IGNORECASE
)
AMPM = re.compile(
    r"\s?(?:([ap])\.?\s?m\b\.?|(утра|вечера|ночи|пополудни|in the morning|in the evening|at night|in the afternoon)(?!\w))",
    re.IGNORECASE,
)
WEEKDAYS = re.compile(
    r"(?<!\w)(?:(?i:(понедельник\w*)|(вторник\w*)|(сред[аыуе]|средой|средам)|(четверг\w*)|(пятниц\w*)|(суббот\w*)|(воскресень\w*))"
    r"|(Mondays?)|(Tuesdays?)|(Wednesdays?)|(Thursdays?)|(Fridays?)|(Saturdays?)|(Sundays?))(?!\w)"
)
BC = re.compile(
    r"(?<!\w)(?:до\s+н\.?\s?э|до\s+нашей\s+эры|до\s+Рождества\s+Христова|BCE?\b|B\.C|before\s+Christ)",
    re.IGNORECASE,
)
NOON = re.compile(
    r"(?<!\w)(?:(полдень|полудня|полудню|noon|midday)|(полночь|полуночи|midnight))(?!\w)", re.IGNORECASE
)
DIGITS = re.compile(
    r"(?<![\w.,])(?P<sign>[-−–](?=\d)(?<=[\s(][-−–])|[-−–](?=\d)(?<=^[-−–]))?"
    r"(?P<num>\d{1,3}(?:[ \xa0\u202f\u2009]\d{3})+(?:,\d+)?(?![\d])|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?P<tail>-?(?:го|ому|му|ой|ый|ий|ая|ое|ые|ых|ым|ом|ую|ти|ми|ех|х|м|й|я|е|ю)(?!\w)|(?:st|nd|rd|th|s)\b)?"
)
SHORT_YEAR = re.compile(r"(?<!\w)['’‘](\d\d)(?!\d)")
FRACTION = re.compile(r"(?<![\w./,])(\d{1,2})/(\d{1,3})(?![\w./]|,\d)")
GLYPHS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}
ROMAN = re.compile(
    r"(?<![\w-])([IVX]{1,6})(?=(?:[\s\xa0]*[-–—][\s\xa0]*[IVX]{1,6})?[\s\xa0]*(?:-?го|-?м)?[\s\xa0]*(?:век|вв?\.|столети|centur))"
)
YEAR_AFTER = re.compile(r"[\s\xa0]*(?:год(?!ик)\w{0,3}|гг?\.|г(?!\w))(?!\w)")
YEAR_BEFORE = re.compile(
    r"(?:(?<!\w)(?:в|с|со|по|до|к|от|ко|лето|лета|году|года|anno|in|since|by|from|until|till|to|year|circa|через|after|before|of|between|and|и)\s+|[(–—-]\s?)$",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+")
HALF_UNIT = re.compile(r"(?<!\w)полу?-?([а-яё]{3,})(?!\w)", re.IGNORECASE)
SPAN_HALF = re.compile(
    r"(?<!\w)(?:a\s|an\s)?(час|год|день|месяц|метр|литр|hour|year|day|month|mile|minute|rate)\s+(?:с\s+половиной|and\s+a\s+half|and\s+half\s+as\s+much|\x00)(?!\w)",
    re.IGNORECASE,
)
HOUR_PART = re.compile(
    r"(?<!\w)(?:(?:a\s+)?quarter\s+of\s+an?|half\s+an?|half-an?|half|three[\s-]quarters\s+of\s+an?|четверт\w+)[\s-]+(hour|hours|year|day|mile|million|часа|века|литра)(?!\w)",
    re.IGNORECASE,
)
FORTNIGHT = re.compile(
    r"(?<!\w)(?:fortnight|twelvemonth|полугоди\w+|квартал(?:а|у|ом|е)?|quarterly)(?!\w)", re.IGNORECASE
)
DECIMAL = re.compile(r"\s*(?:\s(?:и|точка|запятая|цел\w+(?:\s+и)?|point|dot|comma)\s|,)\s*", re.IGNORECASE)
POINT = re.compile(r"(?<!\w)(\w+)\s+(?:point|цел\w+(?:\s+и)?)\s+(\w+)(?:\s+десят\w+)?(?!\w)", re.IGNORECASE)
SHORT_DATE = re.compile(r"(?<![\d.,:])(\d{1,2})\.(\d{2})(?![\d:]|[.,]\d|\s?(?:%|°|час|р|руб))")
AND_HALF = re.compile(r"\s+(?:с\s+половиной|and\s+a\s+half|с\s+четвертью)(?!\w)")
RATIO = re.compile(r"\s+(?:из|in|out\s+of|of)\s+(?:кажд\w+\s+|every\s+)?", re.IGNORECASE)
WHOLE = re.compile(
    r"(?<!\w)(?:wholly|entirely|completely|pure|purely|полностью|целиком|чист\w{2,3}|нацело|сплошь)(?!\w)",
    re.IGNORECASE,
)
ONE_UNIT = frozenset(
    "час часу часа day hour minute минуту минуты минута секунду сутки week неделю month месяц year год century век".split()
)
WORD_ONES = frozenset(
    "один одна одно одни одного одной одному одним одних одними одну одном one ones".split()
)


def _number(text: str) -> Fraction:
    body = re.sub(r"[ \xa0\u202f\u2009]", "", text)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", body):
        return Fraction(body.replace(",", ""))
    return Fraction(body.replace(",", "."))


def _roman(text: str) -> int:
    digits = [{"I": 1, "V": 5, "X": 10}[c] for c in text]
    return sum(-d if i + 1 < len(digits) and digits[i + 1] > d else d for i, d in enumerate(digits))


class Extractor:
    """Reads one text once; `mask` holds what is taken, so that no character is read twice."""

    def __init__(self, text: str, taken: Iterable[tuple[int, int]]) -> None:
        self.text = text
        chars = list(text)
        for start, end in taken:
            chars[start:end] = "\x00" * (end - start)
        self.masked = "".join(chars)
        self.values: list[Value] = []
        self.moments: list[Moment] = []

    def _full(self) -> bool:
        return len(self.values) >= LIMIT

    def run(self) -> tuple[list[Value], list[Moment]]:
        self._calendar()
        self._clocks()
        self._digits()
        self._months()
        self._words()
        self._loose()
        self.values.sort(key=lambda v: v.start)
        self._pair_days()
        self._share_units()
        self.moments.sort(key=lambda m: m.start)
        return self.values, self.moments

    def _take(self, start: int, end: int) -> None:
        self.masked = self.masked[:start] + "\x00" * (end - start) + self.masked[end:]

    def _value(
        self, value: Fraction, start: int, end: int, form: Form, unit: Unit | None = None, **flags: bool
    ) -> None:
        self.values.append(Value(value, unit, form, start, end, self.text[start:end], **flags))
        self._take(start, end)

    def _moment(self, key: tuple[str | int, ...], start: int, end: int) -> None:
        self.moments.append(Moment(key, start, end, self.text[start:end]))

    def _calendar(self) -> None:
        for match in ISO.finditer(self.masked):
            year, month, day = (int(g) for g in match.groups())
            self._full_date(year, month, day, match)
        for match in DOTTED.finditer(self.masked):
            day, month, year = int(match[1]), int(match[3]), int(match[4])
            if match[2] == "/" and month > 12 >= day:
                day, month = month, day
            self._full_date(year, month, day, match)

    def _full_date(self, year: int, month: int, day: int, match: re.Match[str]) -> None:
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return
        self._moment(("day", day, month), *match.span())
        self._value(Fraction(year), match.start(), match.end(), "digits", year=True, short_year=year < 100)

    def _clocks(self) -> None:
        for match in CLOCK.finditer(self.masked):
            minutes = int(match[1]) * 60 + int(match[2])
            if match[3]:
                minutes = minutes % 720 + (720 if match[3].lower() == "p" else 0)
            elif (
                (half := AMPM.match(self.masked, match.end()))
                and half[2]
                and half[2].lower() in ("вечера", "дня")
                and minutes < 720
            ):
                minutes += 720
            self._moment(("clock", minutes), *match.span())
            self._take(*match.span())
        for match in NOON.finditer(self.masked):
            self._moment(("clock", 720 if match[1] else 0), *match.span())
        for match in WEEKDAYS.finditer(self.masked):
            self._moment(("weekday", ((match.lastindex or 1) - 1) % 7 + 1), *match.span())
        for match in BC.finditer(self.masked):
            self._moment(("bc",), *match.span())

    def _digits(self) -> None:
        for match in FRACTION.finditer(self.masked):
            if int(match[2]):
                self._value(Fraction(int(match[1]), int(match[2])), *match.span(), "word")
        for match in SHORT_YEAR.finditer(self.masked):
            self._value(Fraction(int(match[1])), *match.span(), "digits", year=True, short_year=True)
        for match in re.finditer("[½¼¾⅓⅔]", self.masked):
            self._value(Fraction(*GLYPHS[match.group()]), *match.span(), "word")
        for match in ROMAN.finditer(self.masked):
            found = units.at(self.masked, match.end())
            self._value(
                Fraction(_roman(match[1])),
                *match.span(),
                "digits",
                found[0] if found else units.BY_LABEL["century"],
                ordinal=True,
            )
        for match in DIGITS.finditer(self.masked):
            if self._full():
                break
            self._digit(match)

    def _digit(self, match: re.Match[str]) -> None:
        start, end = match.span()
        value = _number(match["num"])
        if re.match(
            r"\s?(?:°\s?C?\s?|градус\w+\s+|degrees?\s+)?(?:мороза|ниже нуля|below zero|below freezing)",
            self.masked[end:],
        ):
            value = -value
        if (kilo := re.compile(r"[кkКK](?!\w)").match(self.masked, end)) is not None:
            self.values.append(
                Value(value * 1000, None, "loose", start, kilo.end(), self.text[start : kilo.end()])
            )
        if match["sign"] or re.search(
            r"(?:минус|minus)\s$", self.masked[max(0, start - 8) : start], re.IGNORECASE
        ):
            value = -value
        tail = (match["tail"] or "").lstrip("-")
        ordinal = tail not in ("", "ти", "ми", "ех", "х") or tail == "х" and value >= 10
        if not tail:
            value, end = self._scaled(value, end)
        half = AMPM.match(self.masked, end)
        if half and 0 < value <= 12 and value.denominator == 1:
            minutes = int(value) % 12 * 60
            late = (half[1] or "").lower() == "p" or (half[2] or "").lower() in (
                "вечера",
                "дня",
                "пополудни",
                "in the evening",
                "in the afternoon",
            )
            self._moment(("clock", minutes + (720 if late else 0)), start, half.end())
            self._take(start, half.end())
            return
        year = self._is_year(value, match["num"], start, end)
        before = self.masked[start - 1 : start]
        if before in ("$", "€", "£", "₽") and before:
            self._value(value, start, end, "digits", units.EXACT[before])
            return
        found = None if year else units.at(self.masked, end)
        if found and ordinal and found[0].label not in ("century", "millennium", "%", "decade"):
            found = None
        short = value.denominator == 1 and 0 <= value < 100 and (ordinal or self._follows_year(start))
        text_end = found[1] if found else end
        self._value(
            value,
            start,
            text_end,
            "digits",
            found[0] if found else None,
            ordinal=ordinal,
            year=year,
            short_year=short,
        )

    def _scaled(self, value: Fraction, end: int) -> tuple[Fraction, int]:
        """`5 тыс.`, `2.4 million`: digits with a scale word."""
        match = re.compile(r"[\s\xa0-]*([^\W\d_]+)\.?").match(self.masked, end)
        if match:
            found = numerals.numerals().get(match[1].lower().replace("ё", "е"))
            if found and found.role == "scale" and not found.ordinal:
                return value * found.value, match.end()
        return value, end

    def _is_year(self, value: Fraction, digits: str, start: int, end: int) -> bool:
        if not (digits.isdigit() and len(digits) == 4 and 1000 <= value <= 2199):
            return False
        if YEAR_AFTER.match(self.masked, end) or units.at(self.masked, end) is None and self.masked[end : end + 1] in (
            "-", "–", ")", ",", ".", ";", ":", "", "]"):  # fmt: skip
            return True
        if units.at(self.masked, end):
            return False
        return bool(YEAR_BEFORE.search(self.masked[max(0, start - 9) : start])) or self.masked[
            end : end + 2
        ] in (" [", " —", " –", "!")

    def _follows_year(self, start: int) -> bool:
        return bool(re.search(r"\d{4}[-–—]$", self.text[max(0, start - 6) : start]))

    def _months(self) -> None:
        for match in MONTH.finditer(self.masked):
            group = next(k for k, v in match.groupdict().items() if v is not None)
            month = int(group[1:])
            if (
                group in ("e3", "e5")
                and not re.search(
                    r"(?:\d(?:st|nd|rd|th)?|\b(?:in|of|on|since|until|by|late|early|mid|to|last|this|next|until|from|and))[\s,-]*$",
                    self.text[: match.start()][-12:],
                    re.I,
                )
                and not re.match(r"[\s,]*\d", self.text[match.end() :])
            ):
                continue
            if group == "r3" and match.group().lower() not in ("март", "марта", "марте", "марту", "мартом"):
                continue
            self._moment(("month", month), *match.span())

    def _words(self) -> None:
        spans = [
            (m.start(), m.end(), m.group().lower().replace("ё", "е")) for m in WORD.finditer(self.masked)
        ]
        table = numerals.numerals()
        index = 0
        while index < len(spans) and not self._full():
            if spans[index][2] not in table:
                index += 1
                continue
            run = self._run(spans, index)
            read = numerals.read(run)
            taken, value, ordinal = read if read else (1, Fraction(0), False)
            if "\x00" in self.masked[spans[index][0] : spans[index + taken - 1][1]]:
                index += taken
                continue
            self._word_value(spans[index][0], spans[index + taken - 1][1], value, ordinal, run[:taken])
            index += taken

    def _run(self, spans: list[tuple[int, int, str]], index: int) -> list[str]:
        run = [spans[index][2]]
        for (_, end, _), (start, _, word) in zip(
            spans[index : index + 9], spans[index + 1 : index + 10], strict=False
        ):
            if self.masked[end:start].strip(" \xa0-"):
                break
            run.append(word)
        return run

    def _word_value(self, start: int, end: int, value: Fraction, ordinal: bool, run: list[str]) -> None:
        if (half := AND_HALF.match(self.masked, end)) is not None and not ordinal:
            scale = next((s for s in (10**9, 10**6, 1000) if value >= s), 1)
            value, end = value + Fraction(scale, 4 if "четверт" in half.group() else 2), half.end()
            scaled = numerals.numerals().get((self._next_word(end) or "").lower())
            if scaled and scaled.role == "scale":
                value, end = value * scaled.value, end + len(self._next_word(end) or "") + 1
        if (
            (half := AMPM.match(self.masked, end)) is not None
            and 0 < value <= 12
            and value.denominator == 1
            and not ordinal
        ):
            late = (half[1] or "").lower() == "p" or (half[2] or "").lower() in (
                "вечера",
                "дня",
                "пополудни",
                "in the evening",
                "in the afternoon",
            )
            self._moment(("clock", int(value) % 12 * 60 + (720 if late else 0)), start, half.end())
            self._take(start, half.end())
            return
        if value < 0 or run == ["пол"] and self.masked[end : end + 1] != "-":
            return
        found = units.at(self.masked, end, after_digit=len(run) > 1)
        if ordinal and found and found[0].label not in ("century", "millennium", "%", "decade"):
            found = None
        if re.search(
            r"(?<!\w)(?:минус|minus)\s$", self.masked[max(0, start - 8) : start], re.IGNORECASE
        ) or re.match(
            r"\s+(?:degrees?\s+|градус\w+\s+)?(?:below(?! [a-z]|ly)|below (?:zero|freezing)|мороза|ниже нуля)",
            self.masked[end:],
        ):
            value = -value
        hundred = value == 100 and run[-1] in ("hundred", "ста", "сто", "сотни")
        loose = (len(run) == 1 and run[0] in WORD_ONES and not (found and found[0].dimension in ("percent", "bytes"))) or run[0] in (
            "первый", "first", "second", "double", "score", "quarter", "quarters", "пол", "десятка", "тройка", "triple") or hundred and bool(
            re.search(r"(?:из|of|in|every)\s$", self.masked[max(0, start - 6) : start])) or (ordinal and value == 1)  # fmt: skip
        loose = loose or len(run) == 1 and run[0] in numerals.LOOSE
        loose = loose and not (run[0] in WORD_ONES and value != 1)
        short = ordinal and 0 < value < 1000 or not ordinal and 20 <= value < 100
        if found and found[0].label in ("times",) and value == 1:
            loose = True
        self._value(value, start, found[1] if found else end, "loose" if loose else "word", found[0] if found else None,
                    ordinal=ordinal, short_year=short, year=1000 <= value <= 2199 and value.denominator == 1 and found is None and len(run) > 1 and (ordinal or run[-1] != "сотен") and not value % 100 == 0)  # fmt: skip

    def _next_word(self, position: int) -> str | None:
        match = re.compile(r"\s*([^\W\d_]+)").match(self.masked, position)
        return match[1] if match else None

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
        for match in WHOLE.finditer(self.masked):
            self.values.append(
                Value(Fraction(100), units.BY_LABEL["%"], "loose", *match.span(), match.group())
            )
        for part in [v for v in self.values if v.ordinal and v.form != "digits" and v.value > 2]:
            self.values.append(Value(1 / part.value, None, "loose", part.start, part.end, part.text))
        for match in WORD.finditer(self.masked):
            if len(self.values) >= 2 * LIMIT:
                break
            word = match.group().lower().replace("ё", "е")
            unit = units.named(word, after_digit=False)
            if unit is not None and unit.label not in ("°C", "°F", "°", "times", "cup"):
                self.values.append(Value(Fraction(1), unit, "loose", *match.span(), match.group()))
            elif (value := numerals.compound(word)) is not None:
                self.values.append(Value(value, None, "loose", *match.span(), match.group()))
        for match in HOUR_PART.finditer(self.text):
            head = match.group().lower().removeprefix("a ")
            part = (
                Fraction(1, 2)
                if head.startswith("half")
                else Fraction(3, 4)
                if head.startswith("three")
                else Fraction(1, 4)
            )
            self.values.append(Value(part, units.named(match[1]), "loose", *match.span(), match.group()))
        for match in FORTNIGHT.finditer(self.text):
            label, number = (
                ("week", 2)
                if match.group().lower().startswith("fort")
                else (
                    "month",
                    3
                    if match.group().lower().startswith(("кв", "qu"))
                    else 12
                    if match.group().lower().startswith("tw")
                    else 6,
                )
            )
            self.values.append(
                Value(Fraction(number), units.BY_LABEL[label], "loose", *match.span(), match.group())
            )
        self._fractions()
        self._points()
        for match in SPAN_HALF.finditer(self.text):
            self.values.append(
                Value(Fraction(3, 2), units.named(match[1]), "loose", *match.span(), match.group())
            )
        for match in SHORT_DATE.finditer(self.text):
            if 1 <= int(match[1]) <= 31 and 1 <= int(match[2]) <= 12:
                self._moment(("day", int(match[1]), int(match[2]), "loose"), *match.span())
                self.values = [v for v in self.values if v.start != match.start() or v.unit]
                self.values.append(Value(_number(match.group()), None, "loose", *match.span(), match.group()))
        numbers = sorted((v for v in self.values), key=lambda v: v.start)
        for first, second in zip(numbers, numbers[1:], strict=False):
            if (
                second.value > 0
                and RATIO.fullmatch(self.text[first.end : second.start])
                and first.value < second.value
            ):
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

    def _points(self) -> None:
        """`one point five`, `две целых пять десятых`."""
        table = numerals.numerals()
        for match in POINT.finditer(self.text):
            whole, part = (table.get(match[g].lower().replace("ё", "е")) for g in (1, 2))
            if whole and part and whole.role == "unit" and part.role == "unit":
                self.values.append(
                    Value(whole.value + part.value / 10, None, "loose", *match.span(), match.group())
                )

    def _fractions(self) -> None:
        """`девять десятых`, `four fifths`, `четыре сотни`: a number times a part or a group."""
        order = sorted(self.values, key=lambda v: (v.start, v.end))[:400]
        for first, second in zip(order, order[1:], strict=False):
            gap = self.text[first.end : second.start]
            self._composite(first, second, gap)
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
                unit = second.unit or next(
                    (f[0] for f in [units.at(self.text, second.end, False)] if f), None
                )
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
            if gap.strip(" -") or first.unit or first.value.denominator != 1 or not 0 < first.value < 100:
                continue
            if second.value in (Fraction(1, 3), Fraction(1, 4)) and first.value < 10:
                unit = units.at(self.text, second.end, after_digit=False)
                self.values.append(
                    Value(
                        first.value * second.value,
                        unit[0] if unit else None,
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
            elif second.value in (10, 12, 100) and not second.ordinal:
                self.values.append(
                    Value(
                        first.value * second.value,
                        second.unit,
                        "loose",
                        first.start,
                        second.end,
                        self.text[first.start : second.end],
                    )
                )

    def _composite(self, first: Value, second: Value, gap: str) -> None:
        """`час тридцать`, `метр восемьдесят`, `one pound thirty-five`, `two tonnes and a half`."""
        if (
            first.unit is None
            or not re.fullmatch(r"\s+(?:and\s+(?:a\s+)?|и\s+|с\s+)?", gap)
            or second.value < 0
        ):
            return
        part = {"h": 60, "m": 100, "kg": 1000, "km": 1000, "t": 1000, "l": 1000}.get(first.unit.label, 100)
        if second.value < 1:
            whole = first.value + second.value
        elif second.value < part and (second.unit is None or second.unit.dimension == first.unit.dimension):
            whole = first.value + second.value / part
        else:
            return
        self.values.append(
            Value(whole, first.unit, "loose", first.start, second.end, self.text[first.start : second.end])
        )

    def _pair_days(self) -> None:
        """A day number beside a month becomes one moment: `17 апреля`, `January 27`, `the 27th of January`."""
        used: set[int] = set()
        for index, moment in enumerate(self.moments):
            if moment.key[0] != "month":
                continue
            for value in self.values:
                if (
                    id(value) in used
                    or value.value.denominator != 1
                    or not 1 <= value.value <= 31
                    or value.form == "loose"
                    and not value.ordinal
                ):
                    continue
                before, after = self.text[value.end : moment.start], self.text[moment.end : value.start]
                if (
                    value.end <= moment.start
                    and re.fullmatch(r"\s+(?:числа\s+)?(?:of\s+)?|(?:\s?[-–]\s?\d+\s+)", before)
                ) or (
                    value.start >= moment.end
                    and re.fullmatch(r"\s+(?:the\s+)?", after)
                    and not value.year
                    and moment.text[0].isascii()
                ):
                    start, end = min(value.start, moment.start), max(value.end, moment.end)
                    self.moments[index] = Moment(
                        ("day", int(value.value), moment.key[1]), start, end, self.text[start:end]
                    )
                    used.add(id(value))
                    break
        self.values = [v for v in self.values if id(v) not in used]

    def _share_units(self) -> None:
        """`от 40 до 60 минут`, `10 to 30%`: the first number of a range has the unit of the second."""
        for index, (first, second) in enumerate(zip(self.values, self.values[1:], strict=False)):
            gap = self.text[first.end : second.start]
            if (
                first.unit is None
                and second.unit
                and not first.year
                and re.fullmatch(r"\s?[-–—…]\s?|\s+(?:до|to|по|и|and|или|or|либо|through)\s+", gap)
            ):
                self.values[index] = Value(
                    first.value, second.unit, first.form, first.start, first.end, first.text, first.ordinal
                )


def extract(text: str, taken: Iterable[tuple[int, int]]) -> tuple[list[Value], list[Moment]]:
    """Values and moments of a text, in order; the spans in `taken` (identifiers, citations) are not read."""
    return Extractor(text, taken).run()
