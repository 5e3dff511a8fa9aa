"""Clock times, in digits and in words: `21:30`, `half past seven`, `без четверти восемь`, `sixteen hundred`, `с 9 до 18`. Which
they are, and whether those of one text are told by the other. Knows no other dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from core.text import fold
from style_adapter.guard import numerals, units
from style_adapter.guard.counted import counts, numbers
from style_adapter.guard.facts import Facts, inside
from style_adapter.guard.loose import LIMIT
from style_adapter.guard.values import Moment, Value

DAY = 1440


@dataclass(frozen=True, slots=True)
class Clock:
    """`times`: the minutes of the day it may be, one of each half of the day where the text does not say which; `sure`: it can be
    nothing else; `hour`: a number alone tells it (`в 8`)."""

    times: frozenset[int]
    start: int
    end: int
    second: int = 0
    sure: bool = True
    hour: int | None = None

    def meets(self, other: Clock) -> bool:
        return self.second == other.second and not self.times.isdisjoint(other.times)


# In a folded text whose numbers are all digits: `7~` is an ordinal, `12n` noon, `0n` midnight.
PART = (
    r"(?:[ ,]*(?P<part>(?:утр(?:а|ечка|енних)|дня|вечер(?:а|них)|ноч(?:и|ных)|пополудни|пополуночи)(?!\w)|[ap]\.? ?m\b"
    r"|(?:in|of|at|on)(?: \w+){0,3}? (?:mornin|afternoon|evenin|night|small hours)))?"
)
HOUR = (
    r"(?<![\d.,:~])(?P<h>\d\d?)(?P<named>n)?(?![\d~:n]|[.,]\d)"
    r"(?P<unit>[ -]?(?:час(?:а|ов|у|ам|ами)?|ч|o['’ ]?clock|hours?|hrs?)(?!\w))?"
)
ORDINAL = r"(?<!\d)(?P<o>\d\d?)~(?: часа)?"
MINUTES = r"(?<![\d.,:])(?P<m>\d\d?)(?:[ -]?(?:минут\w*|мин|minutes?|mins?)(?!\w))?"
BEFORE = r"(?:to|till|til|before|shy of|short of)"
SECONDS = r"(?:,?(?: и| and)? (?P<s>\d\d?) (?:секунд|second)\w*)?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){text}{PART}")


COLON = _pattern(r"(?<![\d:.])(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?!:?\d)")
LESS = tuple(  # so many minutes before the hour
    _pattern(each)
    for each in (
        rf"без (?:(?P<quarter>четверти)|{MINUTES}) {HOUR}",
        rf"(?:(?P<quarter>quarter(?: of an hour)?)|{MINUTES}) {BEFORE} {HOUR}",
        rf"пол(?:овин\w+)? {ORDINAL}",
        rf"half {HOUR}",
    )
)
TO = LESS[1]
PAST = tuple(
    _pattern(each)
    for each in (
        rf"(?:half(?: an? hour)?|(?P<quarter>quarter(?: of an hour)?)|{MINUTES}) (?:past|after|gone) {HOUR}",
        rf"half {HOUR}",
        rf"{HOUR} (?:с|и) половин\w+",
        rf"{HOUR}(?P<gap>(?:,| и| and)? |-)(?P<zero>(?:0|oh|o)[ -])?{MINUTES}(?![\d~n]|[.,:]\d){SECONDS}",
        rf"{HOUR}[ -]0[ -]0",
    )
)
# `двадцать минут восьмого` is past seven
TOWARDS = _pattern(rf"(?:(?P<three>3 )?(?P<quarter>четверт\w+)|{MINUTES}) {ORDINAL}")
AFTER_NOON = _pattern(r"(?P<o>\d\d?)~ hour (?:past|after) (?P<h>12|0)n")
MILITARY = _pattern(r"(?:oh |o )?(?<![\d.,:])(?P<mil>\d{3,4})(?![\d~n]|[.,:]\d)(?P<unit> hours| часов)?")
DOTTED = _pattern(r"(?<![\d.,])(?P<h>[01]?\d|2[0-4])\.(?P<m>[0-5]\d)(?![.,:]?\d)")
PAIR = re.compile(
    r"(?<![\d.,:])(\d\d?) (?:к|на|to|минут\w*(?: и)?) (\d\d?)(?![\d~n])"
)  # `один к десяти`, 4 minutes 30 seconds
BARE = _pattern(HOUR)
# where an hour stands that nothing else shows to be one
PLACE = re.compile(
    r"(?<!\w)(?:(?:в|во|к|ко|с|со|до|после|на|около|от|между|ровно|аккурат|часов|раньше|позже|позднее|ранее|мин(?:у|ов|ет)\w*|"
    r"про?би\w+|бь\w+|стукн\w+|at|by|until|till|til|from|to|before|after|past|around|about|since|between|than|"
    r"str(?:ik|uck)\w*|turns|stroke of)"
    r"(?: (?:ровно|аккурат|примерно|около|about|around|exactly))? |\dn?(?:,| и| and| или| or| до| по| to) |\d ?[-–—] ?)$"
)
ASKED = re.compile(r"(?<!\w)(?:at|by|until|till|around|about|before|after|is|it['’]s) $")
SPAN = re.compile(
    r",? (?:sharp|on the dot|ровно)(?!\w)| ?[-–—] ?\d\d?(?![\d~.,:])"
    r"|,? (?:to|till?|until|до) (?:half|(?:a )?quarter|без|пол\w*"
    r"|\d\d?(?:n| час| o['’]|\s?[ap]\.?m| (?:in|at) |[ ,]*(?:утр|дня|вечер|ноч)|[,.;!?]|$))"
)
BEFORE_ONE = re.compile(r"(?<!\w)(?<!раз )(?<!раза )(?:в|до|с|к|после|около|от) $")
NAMED = {
    **dict.fromkeys("полдень полудня полудню полуднем noon midday".split(), 12),
    **dict.fromkeys("полночь полуночи полуночью midnight".split(), 0),
}
WORDS = re.compile(r"\d+(?:-?(?:го|му|й|ый|м|th|st|nd|rd)(?!\w))?|[^\W\d_]+")
PARTS = frozenset(
    "half quarter quarters четверти четверть четвертью четвертей пол половина половине половины половину".split()
)
FULL_TEN = re.compile(r"(?:двадцати|тридцати|сорока|пятидесяти)$")  # of `без двадцати шесть`
PLAIN_UNITS = frozenset(numerals.RU_UNITS)


def told(facts: Facts) -> list[Clock]:
    """Every reading of the text's numbers as clock times: one inside a wider sure one is none."""
    line, back = _numbered(facts)
    found: list[Clock] = []

    def take(
        match: re.Match[str], times: set[int], sure: bool = True, second: int = 0, hour: int | None = None
    ) -> None:
        days = frozenset(t % DAY for t in times)
        found.append(Clock(days, back[match.start()], back[match.end()], second, sure, hour))

    for match in COLON.finditer(line):
        take(match, {h + int(match["m"]) for h in _hours(match, True)}, second=int(match["s"] or 0))
    for sign, patterns in ((-1, LESS), (1, PAST)):
        for pattern in patterns:
            for match in pattern.finditer(line):
                minutes = _minutes(match)
                if minutes is not None and not ("gap" in pattern.groupindex and _counts(facts, match, back, "m")):
                    sure = pattern is not TO or match["quarter"] or "min" in match.group() or _asked(line, match)
                    second = int(match["s"] or 0) if "s" in pattern.groupindex else 0
                    take(match, {h + sign * minutes for h in _hours(match)}, bool(sure), second)
    for match in TOWARDS.finditer(line):
        minutes = 45 if match["three"] else 15 if match["quarter"] else int(match["m"])
        take(match, {h - 60 + minutes for h in _hours(match)}, match["m"] is None or "мин" in match.group())
    for match in AFTER_NOON.finditer(line):
        take(match, {int(match["h"]) * 60 + int(match["o"]) * 60})
    for match in MILITARY.finditer(line):
        hour, minutes = divmod(int(match["mil"]), 100)
        if hour <= 24 and minutes < 60 and not _counts(facts, match, back, "mil"):
            take(match, {hour * 60 + minutes}, match["unit"] is not None)
    for match in DOTTED.finditer(line):
        if (match["part"] or _placed(line, match)) and not _counts(facts, match, back, "m"):
            take(match, {h + int(match["m"]) for h in _hours(match, True)}, match["part"] is not None)
    for match in PAIR.finditer(line):
        take(match, {int(match[1]) * 60 + int(match[2])}, False)
    for match in BARE.finditer(line):
        if int(match["h"]) > 24 or _nights(line, match):
            continue
        if match["named"] or match["part"] or "clock" in (match["unit"] or ""):
            take(match, _hours(match))
        elif _placed(line, match) and not _counts(facts, match, back, "h"):
            take(match, _hours(match), False, hour=int(match["h"]))
    found = sorted(found[:LIMIT], key=lambda c: (c.start, -c.end))
    wide = [c for c in found if c.sure]
    return [
        c
        for c in found
        if not any(w.start <= c.start and c.end <= w.end and w.end - w.start > c.end - c.start for w in wide)
    ]


def _hours(match: re.Match[str], exact: bool = False) -> set[int]:
    """Minutes since midnight of the hour in a match: of both halves of the day, unless it says which or is `exact`."""
    groups = match.re.groupindex
    hour = int(match["o"] if "o" in groups and match["o"] else match["h"])
    part = match["part"] or ""
    if hour > 12 or ("named" in groups and match["named"]):
        return {hour * 60}
    if not part:
        return {hour * 60} if exact or hour == 0 else {hour % 12 * 60, hour % 12 * 60 + 720}
    late = (
        part[0] in "вp" or part.startswith("пополудни") or re.search("afternoon|evenin", part) is not None
        or (part == "дня" and not 9 <= hour <= 11)
        or (re.search("ноч(?:и|ных)$|night", part) is not None and 6 < hour < 12)
    )  # fmt: skip
    return {hour % 12 * 60 + 720 * late}


def _minutes(match: re.Match[str]) -> int | None:
    """The minutes beside the hour; none where what stands there cannot be minutes."""
    groups = match.re.groupindex
    if "quarter" in groups and match["quarter"]:
        return 15
    told = match["m"] if "m" in groups else None
    if told is None:
        return 0 if match.re is PAST[-1] else 30
    minutes, named = int(told), "min" in match.group() or "мин" in match.group()
    loose = "gap" in groups and (
        (minutes < 10 and not match["zero"] and not named) or (match["gap"] not in (" ", "-") and not named)
    )
    return None if minutes > 59 or loose else minutes


def _placed(line: str, match: re.Match[str]) -> bool:
    """Whether a number stands where an hour does: behind a preposition, or in a range."""
    before = line[max(0, match.start() - 24) : match.start()]
    return PLACE.search(before) is not None or SPAN.match(line, match.end()) is not None


def _nights(line: str, match: re.Match[str]) -> bool:
    """`отпуск 4 дня`, `на две ночи раньше`: so many of them; not `в 4 дня`, `в пять утра`."""
    counted = (
        match["part"] in ("дня", "ночи", "утра")
        and not match["unit"]
        and match["h"][-1] in "234"
        and match["h"][0] != "1"
    )
    return counted and (not _placed(line, match) or re.search(r"(?<!\w)на $", line[: match.start()][-4:]) is not None)


def _asked(line: str, match: re.Match[str]) -> bool:
    """`at ten to six`, not `from ten to six`."""
    return ASKED.search(line[max(0, match.start() - 12) : match.start()]) is not None


def _counts(facts: Facts, match: re.Match[str], back: list[int], group: str) -> bool:
    """Whether the last number of a match, in this group, has a unit or a noun of its own."""
    if group != "m" and match["unit"]:
        return False
    end = back[match.end(group)]
    unit = units.at(facts.text, end)
    if unit is not None:
        return group != "m" or unit[0].label != "min"
    return counts(facts.text, back[match.start(group)], end, Fraction(int(match[group]))) or (
        group == "h" and facts.text[end - 1].isdigit() and numbers(facts.text, end)
    )


def _numbered(facts: Facts) -> tuple[str, list[int]]:
    """The folded text with every number in digits, and where in the text each of its characters stands."""
    chars = list(fold(facts.text))
    for start, end in [(i.start, i.end) for i in facts.identifiers] + [(s.end, s.after) for s in facts.segments]:
        chars[start:end] = "\x00" * (end - start)
    text = "".join(chars)
    pieces: list[str] = []
    back: list[int] = []

    def put(piece: str, start: int, end: int) -> None:
        pieces.append(piece)
        back.extend(range(start, end) if len(piece) == end - start else [start] * len(piece))

    at = 0
    for start, end, piece in _numbers(text):
        put(re.sub(r"[\xa0\n\t]", " ", text[at:start]), at, start)
        put(piece, start, end)
        at = end
    put(re.sub(r"[\xa0\n\t]", " ", text[at:]), at, len(text))
    return "".join(pieces), [*back, len(text)]


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """The whole numbers of a folded text, with what stands for them."""
    table = numerals.numerals()
    tokens = [(m.start(), m.end(), m.group()) for m in WORDS.finditer(text)]
    index = 0
    while index < len(tokens):
        start, end, word = tokens[index]
        index += 1
        if word[0].isdigit():
            if not word.isdigit():
                yield start, end, re.split(r"\D", word)[0] + "~"
        elif word in NAMED:
            yield start, end, f"{NAMED[word]}n"
        elif word in ("час", "часу") and BEFORE_ONE.search(text, max(0, start - 12), start):
            yield start, end, f"1 {word}"
        elif word.startswith("пол") and (rest := table.get(word[3:])) and rest.ordinal:
            yield start, end, f"пол {rest.value}~"
        elif word in table and word not in PARTS:
            run = [word]
            for (_, last, one), (first, _, other) in pairwise(tokens[index - 1 : index + 5]):
                split = FULL_TEN.match(one) and other in PLAIN_UNITS
                if text[last:first] not in (" ", "-", "\xa0") or other in PARTS or split:
                    break
                run.append(other)
            read = numerals.read(run)
            if read and read[1].denominator == 1 and read[1] >= 0:
                index += read[0] - 1
                yield start, tokens[index - 1][1], f"{read[1]}{'~' if read[2] else ''}"


class Clocks:
    """Of one draft and one styled text."""

    def __init__(self, draft: Facts, styled: Facts) -> None:
        self.draft, self.styled = draft, styled
        self._used: dict[tuple[int, int], frozenset[int]] = {}  # where the styled text tells a time, and which

    @cached_property
    def mine(self) -> list[Clock]:
        return told(self.draft)

    @cached_property
    def theirs(self) -> list[Clock]:
        return told(self.styled)

    @staticmethod
    def clock(moment: Moment, clocks: list[Clock]) -> Clock:
        """A moment as a clock time of the same text: `шесть утра` is part of `без двадцати шесть утра`."""
        there = [c for c in readings(clocks, moment.start, moment.end) if c.sure]
        own = Clock(frozenset((int(moment.key[1]) % DAY,)), moment.start, moment.end)
        return max(there, key=lambda c: c.end - c.start, default=own)

    def tells(self, start: int, end: int, region: list[tuple[int, int]]) -> bool:
        """Whether the styled text tells, in a region of it, the clock time that the draft has at this span."""
        for clock in readings(self.mine, start, end):
            for c in self.theirs:
                told = clock.meets(c) and inside(c.start, region) and (c.hour is None or self._free(c.hour))
                if told and self._used.setdefault((c.start, c.end), clock.times) == clock.times:
                    return True
        return False

    def between(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`в 10:00 на 2 часа` → `с 10:00 до 12:00`."""
        if value.unit is None or value.unit.dimension != "time":
            return False
        there = [c for c in self.theirs if c.sure and inside(c.start, region)]
        new = [c for c in there if not any(c.meets(d) for d in self.mine)]
        minutes = value.value * value.unit.factor / 60
        return any(
            (t - s) % DAY in (minutes, DAY - minutes) for c in new for t in c.times for d in there for s in d.times
        )

    def known(self, start: int, end: int) -> bool:
        """Whether the clock time at this span of the styled text is one of the draft's, or as long before or after one as the
        draft says."""
        theirs = readings(self.theirs, start, end)
        if any(clock.meets(c) for clock in theirs for c in self.mine):
            return True
        spans = {v.value * v.unit.factor / 60 for v in self.draft.values if v.unit and v.unit.dimension == "time"}
        reached = {(t + sign * s) % DAY for c in self.mine for t in c.times for s in spans for sign in (1, -1)}
        return any(not clock.times.isdisjoint(reached) for clock in theirs)

    def is_hour(self, value: Value) -> bool:
        """Whether a number of the draft stands where an hour does."""
        return bool(readings(self.mine, value.start, value.end))

    def _free(self, hour: int) -> bool:
        """Whether the styled text has a number more often than the draft has it as no hour: the rest of them may be hours."""
        mine = {v.start for v in self.draft.values if v.value == hour and v.form != "loose" and not self.is_hour(v)}
        return len({v.start for v in self.styled.values if v.value == hour}) > len(mine)


def readings(clocks: list[Clock], start: int, end: int) -> list[Clock]:
    """The clock times that a span may be, or surely is part of."""
    return [c for c in clocks if (c.start < end and start < c.end if c.sure else start <= c.start and c.end <= end)]
