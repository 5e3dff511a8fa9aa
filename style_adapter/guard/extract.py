"""Reads numbers, dates and times out of a text. Knows nothing of citations, claims or persona."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from style_adapter.guard import numerals, units, years
from style_adapter.guard.counted import counts, ranks
from style_adapter.guard.loose import LooseReader, read_number, read_roman
from style_adapter.guard.patterns import (
    ALWAYS,
    AMPM,
    AND_HALF,
    BC,
    BEFORE_ROMAN,
    BEHIND_ROMAN,
    CLOCK,
    CLOCK_DAY,
    DIGITS,
    DOTTED,
    EACH,
    FRACTION,
    GLYPHS,
    ISO,
    LIST,
    MINUS,
    MONTH,
    MONTHLY,
    NEW_YEAR,
    NOON,
    PREFIX,
    QUARTER,
    ROMAN,
    ROMANS,
    SECONDS,
    SHORT_DAYS,
    SHORT_WEEK,
    SHORT_YEAR,
    THOUSANDS,
    TURNED,
    TURNED_DIGITS,
    UNDER,
    WEEKDAYS,
    WORD,
    WORD_ONES,
    after_noon,
    calendar_day,
    labelled,
    wednesday,
)
from style_adapter.guard.values import Form, Moment, Value

# number words of everyday talk: they satisfy a number, but are neither asked for nor additions
SOFT = frozenset("первый first second double score quarter quarters пол десятка тройка triple".split())


DEVILS = re.compile(r"(?:ч[её]ртов\w+|baker's|baker’s|devil's|devil’s)\s$", re.IGNORECASE)
CYRILLIC_AFTER = re.compile(r"\s*[а-яё]", re.IGNORECASE)
FAMILY = re.compile(
    r"(?<!\w)(?:в|на|за|свою|мою|твою|нашу|вашу|всю|их|его|её|ее)\s$", re.IGNORECASE
)  # `пришла в семью`
NAMED = re.compile(r"[^\W\d_][,)]?\s$")  # in the middle of a sentence, and no day before it
ONE = re.compile(r"(?<!\w)(?:a|an|one)\s$", re.IGNORECASE)
PART_OF = re.compile(r"\s+(?:part\s+)?of\s+(?:an?|one|the)\s+(\w+)")
BELOW = (
    r"(?:\s?(?:°\s?C?|degrees?|градус\w+)(?:\s+(?:celsius|fahrenheit|centigrade|(?:по\s+)?цельси\w+))?\s*|\s+)"
    r"(?:мороза|ниже нуля|below zero|below freezing)"
)
AT = re.compile(r"(?<!\w)(?:в|во|к|ко|до|с|со|после|около|от|часов)\s$", re.IGNORECASE)
GENITIVE = re.compile(r"двух|трех|четырех|(?:пят|шест|сем|восьм|девят|десят|одиннадцат|двенадцат)и")


def _apart(numbers: re.Match[str]) -> str:
    """Numbers in a row, which commas keep apart, so that none is read as decimal."""
    row = numbers.group()
    if THOUSANDS.fullmatch(row) or (row.count(",") == 1 and "." not in row):
        return row
    return row.replace(",", ";")


class Extractor(LooseReader):
    """Reads one text once; `mask` holds what is taken, so that no character is read twice."""

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

    def _calendar(self) -> None:
        for match in (*ISO.finditer(self.masked), *DOTTED.finditer(self.masked)):
            if (date := calendar_day(match)) is not None:
                year, month, day = date
                self._moment(("day", day, month), *match.span())
                self._value(Fraction(year), *match.span(), "digits", year=True, short_year=year < 100)

    def _clocks(self) -> None:
        for match in CLOCK.finditer(self.masked):
            minutes = int(match[1]) * 60 + int(match[2])
            if match[3]:
                minutes = minutes % 720 + (720 if match[3].lower() == "p" else 0)
            elif (
                (half := AMPM.match(self.masked, match.end()))
                and half[2]
                and after_noon(half, int(match[1]))
                and minutes < 720
            ):
                minutes += 720
            self._moment(("clock", minutes), *match.span())
            self._take(*match.span())
        for match in NOON.finditer(self.masked):
            self._moment(("clock", 720 if match[1] else 0), *match.span())
        for match in NEW_YEAR.finditer(self.masked):
            self._moment(("day", 29, 2) if match[1] else ("day", 31, 12) if match[2] else ("day", 1, 1), *match.span())
        for match in WEEKDAYS.finditer(self.masked):
            if match[3] and not wednesday(self.masked.lower(), *match.span()):
                continue
            self._moment(("weekday", ((match.lastindex or 1) - 1) % 7 + 1), *match.span())
        for match in SHORT_WEEK.finditer(self.masked):
            for day in re.finditer("|".join(SHORT_DAYS), self.masked[match.start() : match.end()], re.IGNORECASE):
                start = match.start() + day.start()
                self._moment(("weekday", SHORT_DAYS.index(day.group().lower()) + 1), start, start + 2)
        for match in BC.finditer(self.masked):
            self._moment(("bc",), *match.span())

    def _digits(self) -> None:
        for match in ALWAYS.finditer(self.masked):
            numbered = match[1] is not None
            self.values.append(
                Value(Fraction(24, 7), None, "word" if numbered else "loose", *match.span(), match.group())
            )
            if numbered:
                self._take(*match.span())
        for match in FRACTION.finditer(self.masked):
            if int(match[2]):
                self._value(Fraction(int(match[1]), int(match[2])), *match.span(), "word")
        for match in SHORT_YEAR.finditer(self.masked):
            tens = self.masked[match.end() : match.end() + 1] == "s"
            self._value(Fraction(int(match[1])), *match.span(), "digits", year=True, short_year=True, decade=tens)
        for match in re.finditer("[½¼¾⅓⅔]", self.masked):
            self._value(Fraction(*GLYPHS[match.group()]), *match.span(), "word")
        for match in ROMANS.finditer(self.masked):
            if self._full():
                break
            self._romans(match)
        for match in PREFIX.finditer(self.masked):
            self._take(*match.span())
        self.masked = LIST.sub(_apart, self.masked)
        for match in DIGITS.finditer(self.masked):
            if self._full():
                break
            self._digit(match)

    def _romans(self, match: re.Match[str]) -> None:
        """Roman numerals beside what is counted by them; those of names (`Карл XII`, `World War II`) may be left out with the
        name, and one letter without such a word is no number."""
        behind = BEHIND_ROMAN.match(self.masked, match.end())
        before = BEFORE_ROMAN.search(self.masked[max(0, match.start() - 24) : match.start()])
        found = units.at(self.masked, match.end())
        unit = found[0] if found and found[0].label in ("century", "millennium") else None
        if unit is None and behind and behind["century"]:
            unit = units.BY_LABEL["century"]
        for each in ROMAN.finditer(self.masked, *match.span()):
            if self.masked[each.start() - 1 : each.start()].isalnum():
                continue
            person = each.group() == "I" and before and before["english"] and before["english"].islower()
            counted = behind or (before and not person)
            if counted or len(each.group()) > 1:
                form: Form = "digits" if counted else "word"
                self._value(Fraction(read_roman(each.group())), *each.span(), form, unit, ordinal=True)

    def _digit(self, match: re.Match[str]) -> None:
        start, end = match.span()
        value = read_number(match["num"], self.russian or CYRILLIC_AFTER.match(self.masked, end) is not None)
        if re.match(BELOW, self.masked[end:], re.IGNORECASE):
            value = -value
        if (kilo := re.compile(r"([кkКK])(?!\w)|(?:[mM]|млн)(?!\w)").match(self.masked, end)) is not None:
            money = units.EXACT.get(self.masked[start - 1 : start]) if start else None
            many = value * (1000 if kilo[1] else 10**6)
            self.values.append(Value(many, money, "loose", start, kilo.end(), self.text[start : kilo.end()]))
        if match["sign"] or MINUS.search(self.masked, max(0, start - 8), start):
            value = -value
        tail = (match["tail"] or "").lstrip("-")
        ordinal = tail not in ("", "ти", "ми", "ех", "х") or (tail == "х" and value >= 10)
        if not tail:
            value, end = self._scaled(value, end)
        half = AMPM.match(self.masked, end)
        if half and 0 < value <= 12 and value.denominator == 1 and not self._nights(value, start, half):
            minutes = int(value) % 12 * 60
            late = after_noon(half, int(value))
            self._moment(("clock", minutes + (720 if late else 0)), start, half.end())
            self._take(start, half.end())
            return
        year = years.in_full(self.masked, match["num"], start, end)
        before = self.masked[start - 1 : start]
        if before in ("$", "€", "£", "₽") and before:
            money, end = units.rated(units.EXACT[before], end, self.masked)
            self._value(value, start, end, "digits", money)
            return
        found = None if year or QUARTER.match(self.masked, end) else units.at(self.masked, end)
        if (
            found is None
            and not year
            and not ordinal
            and (turned := TURNED_DIGITS.search(self.masked, max(0, start - 24), start))
        ):
            unit_before = units.named(turned[1], after_digit=False)
            found = (unit_before, end) if unit_before else None  # `литров 180`
        if found and ordinal and found[0].label not in ("century", "millennium", "%", "decade"):
            found = None
        span = start, end, value, ordinal
        short = self._follows_year(start) or years.shortened(self.masked, *span)
        text_end = found[1] if found else end
        if short and found and found[0].label == "year":  # `в 98 году`
            found = None
        dotted = re.fullmatch(r"(?:0|[1-9]\d*)\.(?!0\d)\d+", match["num"]) is not None  # 12.05 is a day
        self._value(
            value,
            start,
            text_end,
            "digits",
            found[0] if found else None,
            ordinal=ordinal,
            year=year,
            short_year=short and found is None,
            decade=years.decade(self.masked, *span),
            label=dotted and not found and labelled(self.text, match.start("num"), end),
        )

    def _nights(self, value: Fraction, start: int, half: re.Match[str]) -> bool:
        """`на две ночи раньше`, not `в две ночи`: so many of them."""
        return (
            value in (2, 3, 4)
            and (half[2] or "").lower() in ("ночи", "утра", "вечера")
            and not AT.search(self.masked, max(0, start - 7), start)
        )

    def _scaled(self, value: Fraction, end: int) -> tuple[Fraction, int]:
        """`5 тыс.`, `2.4 million`: digits with a scale word."""
        match = re.compile(r"[\s\xa0-]*([^\W\d_]+)\.?").match(self.masked, end)
        if match:
            found = numerals.numerals().get(match[1].lower().replace("ё", "е"))
            if found and found.role == "scale" and not found.ordinal:
                return value * found.value, match.end()
        return value, end

    def _follows_year(self, start: int) -> bool:
        return bool(re.search(r"\d{4}[-–—]$", self.text[max(0, start - 6) : start]))

    def _months(self) -> None:
        for match in MONTH.finditer(self.masked):
            group = next(k for k, v in match.groupdict().items() if v is not None)
            month = int(group[1:])
            if (
                group in ("e3", "e5")
                and not re.search(
                    r"(?:\d(?:st|nd|rd|th)?|\b(?:in|of|on|since|until|by|late|early|mid|to|till|through|last|this|next|until|from|and|after|during|before|come|mid|end|start|of))[\s,-]*$",
                    self.text[: match.start()][-12:],
                    re.I,
                )
                and not re.match(r"[\s,]*(?:of\s+|the\s+)?\d", self.text[match.end() :])
            ):
                continue
            word = match.group()
            if group == "r3" and not (
                word.lower() in ("март", "марта", "марте", "марту", "мартом") or word.lower().startswith("мартовск")
            ):
                continue
            if group[0] == "r" and word.istitle() and NAMED.search(self.text[: match.start()][-12:]):
                continue  # a person: months are written small in Russian
            self._moment(("month", month), *match.span())

    def _words(self) -> None:
        spans = [(m.start(), m.end(), m.group().lower().replace("ё", "е")) for m in WORD.finditer(self.masked)]
        table = numerals.numerals()
        index = 0
        while index < len(spans) and not self._full():
            if spans[index][2] not in table:
                index += 1
                continue
            run = self._run(spans, index)
            if len(run) > 1 and self.masked[: spans[index][0]].rstrip().lower().endswith("без"):
                run = run[:1]  # `без двадцати шесть` is a clock time, not twenty-six
            read = None if run[0] == "grand" else numerals.read(run)  # `two grand` begins with its number
            taken, value, ordinal = read if read else (1, Fraction(0), False)
            if "\x00" in self.masked[spans[index][0] : spans[index + taken - 1][1]]:
                index += taken
                continue
            self._word_value(spans[index][0], spans[index + taken - 1][1], value, ordinal, run[:taken])
            index += taken

    def _run(self, spans: list[tuple[int, int, str]], index: int) -> list[str]:
        run = [spans[index][2]]
        for (_, end, _), (start, _, word) in zip(spans[index : index + 9], spans[index + 1 : index + 10], strict=False):
            if self.masked[end:start].strip(" \xa0-'’‘") or self.masked[start:].startswith("Grand"):
                break
            run.append(word)
        return run

    def _word_value(self, start: int, end: int, value: Fraction, ordinal: bool, run: list[str]) -> None:
        if run[0] in numerals.EN_GROUPS and not UNDER.search(self.masked[max(0, start - 6) : start]):
            return
        second = SECONDS.match(self.masked, end - len("-second")) if ordinal and len(run) > 1 else None
        if second and (not second["any"] or EACH.search(self.masked[max(0, start - 6) : start])):
            self._value(value - 2, start, end, "word", units.BY_LABEL["s"])  # `at twenty-second intervals`
            return
        if (half := AND_HALF.match(self.masked, end)) is not None and not ordinal:
            scale = next((s for s in (10**9, 10**6, 1000) if value >= s), 1)
            value, end = value + Fraction(scale, 4 if "четверт" in half.group() else 2), half.end()
            scaled = numerals.numerals().get((self._next_word(end) or "").lower())
            if scaled and scaled.role == "scale":
                value, end = value * scaled.value, end + len(self._next_word(end) or "") + 1
        if (
            (half := AMPM.match(self.masked, end)) is not None
            and not self._nights(value, start, half)
            and 0 < value <= 12
            and value.denominator == 1
            and not ordinal
        ):
            late = after_noon(half, int(value))
            self._moment(("clock", int(value) % 12 * 60 + (720 if late else 0)), start, half.end())
            self._take(start, half.end())
            return
        if CLOCK_DAY.match(self.masked, end) and 0 < value <= 12 and len(run) == 1 and GENITIVE.fullmatch(run[0]):
            self._moment(("clock", int(value) % 12 * 60 + 720), start, end)
            self._take(start, end)
            return
        if value == 12 and (dozen := DEVILS.search(self.masked, max(0, start - 12), start)):
            value, start = Fraction(13), dozen.start()
        if ordinal and value > 1 and (part := PART_OF.match(self.masked, end)) and (
            ONE.search(self.masked[max(0, start - 6) : start])
        ):  # fmt: skip
            unit = units.named(part[1], after_digit=False)
            if unit:
                self._value(1 / value, start, part.end(), "word", unit)
                return
        if run == ["семью"] and FAMILY.search(self.masked[max(0, start - 8) : start]):
            return
        if value < 0 or (run == ["пол"] and self.masked[end : end + 1] != "-"):
            return
        found = units.at(self.masked, end, after_digit=len(run) > 1)
        if found is None and not ordinal and (turned := TURNED.search(self.masked, max(0, start - 24), start)):
            unit_before = units.named(turned[1], after_digit=False)
            found = (unit_before, end) if unit_before else None  # `минут на пятнадцать`
        if ordinal and found and found[0].label not in ("century", "millennium", "%", "decade"):
            found = None
        if MINUS.search(self.masked, max(0, start - 8), start) or re.match(
            BELOW + r"|\s+(?:degrees?\s+)?below(?! [a-z]|ly)",
            self.masked[end:],
            re.IGNORECASE,
        ):
            value = -value
        measured = found is not None and found[0].dimension in ("percent", "bytes")
        share = value == 100 and run[-1] in ("hundred", "ста", "сто", "сотни")
        loose = (
            (len(run) == 1 and run[0] in WORD_ONES and not measured)
            or run[0] in SOFT
            or (share and re.search(r"(?:из|of|in|every)\s$", self.masked[max(0, start - 6) : start]) is not None)
            or (ordinal and value == 1)
        )
        loose = loose or (len(run) == 1 and run[0] in numerals.LOOSE)
        loose = loose and not (run[0] in WORD_ONES and value != 1)
        span = start, end, value, ordinal
        short = years.shortened(self.masked, *span) and (found is None or found[0].label == "year")
        if found and found[0].label in ("times",) and value == 1:
            loose = True
        year = 1000 <= value <= 2199 and value.denominator == 1 and value % 100 != 0 and found is None and len(run) > 1
        year = year and not (counts(self.masked, start, end, value) if not ordinal else ranks(self.masked, start, end))
        tens = years.decade(self.masked, *span)
        end, unit = (found[1], None if short else found[0]) if found else (end, None)
        form: Form = "loose" if loose else "word"
        self._value(value, start, end, form, unit, ordinal=ordinal, short_year=short, year=year, decade=tens)

    def _next_word(self, position: int) -> str | None:
        match = re.compile(r"\s*([^\W\d_]+)").match(self.masked, position)
        return match[1] if match else None

    def _pair_days(self) -> None:
        """A day number beside a month becomes one moment: `17 апреля`, `January 27`, `the 27th of January`."""
        used: set[int] = set()
        for index, moment in enumerate(self.moments):
            if moment.key[0] != "month" or MONTHLY.search(moment.text):
                continue
            for value in self.values:
                if (
                    id(value) in used
                    or value.value.denominator != 1
                    or not 1 <= value.value <= 31
                    or (value.form == "loose" and not value.ordinal)
                ):
                    continue
                before, after = self.text[value.end : moment.start], self.text[moment.end : value.start]
                if (
                    value.end <= moment.start
                    and re.fullmatch(
                        r"\s+(?:числа\s+(?:в\s+)?|дня\s+|day\s+)?(?:of\s+)?(?:месяца\s+)?|(?:\s?[-–]\s?\d+\s+)",
                        before,
                        re.IGNORECASE,
                    )
                ) or (
                    value.start >= moment.end
                    and re.fullmatch(r"\s+(?:the\s+)?", after)
                    and not value.year
                    and not counts(self.text, value.start, value.end, value.value)  # `in May twenty people came`
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
                and (not first.year or second.unit.dimension not in ("months", "time"))  # `2000–3000 рублей`
                and re.fullmatch(r"\s?[-–—…]\s?|\s+(?:до|to|по|и|and|или|or|либо|through)\s+", gap)
            ):
                self.values[index] = Value(
                    first.value, second.unit, first.form, first.start, first.end, first.text, first.ordinal
                )


def extract(text: str, taken: Iterable[tuple[int, int]]) -> tuple[list[Value], list[Moment]]:
    """Values and moments of a text, in order; the spans in `taken` (identifiers, citations) are not read."""
    return Extractor(text, taken).run()
