# ruff: noqa: E501  (tables of patterns)
"""Words of one closed class, of which each text has another: `зимой` → `осенью`, `within weeks` → `within years`, `удвоить` →
`утроить`, `один запрос` → `два запроса`. Where the draft's word is told in no form and a rival of it stands under the same mark,
that is a slip; one of the two alone is none. Knows no grammar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from core.text import fold, stem
from style_adapter.guard import morph
from style_adapter.guard.facts import Facts, inside
from style_adapter.guard.numerals import RU_COMPOUND, numerals
from style_adapter.guard.patterns import MONTH, WORD_ONES
from style_adapter.guard.units import BY_LABEL
from style_adapter.guard.values import Value

Region = list[tuple[int, int]]
TIME = ("time", "months")
MONEY = (
    "dollar",
    "euro",
    "ruble",
    "gbp",
    "franc",
    "lira",
    "yen",
    "yuan",
    "krone",
    "thaler",
    "ducat",
    "guilder",
    "florin",
)


def _class(**members: str) -> dict[str, re.Pattern[str]]:
    return {key: re.compile(rf"(?<![\w.,-])(?:{words})(?!\w)") for key, words in members.items()}


# (kind, key → words); what stands in a key's words tells it
CLASSES: tuple[tuple[str, dict[str, re.Pattern[str]]], ...] = (
    ("date", _class(
        spring=r"весн\w{1,3}|весенн\w+|вешн\w+|springs?(?:time)?",
        summer=r"летом|лето(?!\s*\d)|летн\w+|summers?|summertime",
        autumn=r"осен\w+|autumns?|(?:in the|this|last|next|following|every|each) fall",
        winter=r"зим\w{1,3}|зимн\w+|winters?|wintertime",
    )),
    ("date", _class(
        morning=r"утро|утром|утрам|утренн\w+|поутру|наутро|mornings?", evening=r"вечер|вечером|вечерам|вечерн\w+|evenings?",
        night=r"(?:пол|полу)?ноч(?:ь|ью|ам|ами|ей|н\w+)|(?:mid)?nights?|nightly|overnight", day=r"днем(?! с огнем)|daytime|by day",
    )),
    ("date", _class(midnight=r"полноч\w*|полуноч\w*|midnight", noon=r"пол(?:день|дня)|полуд\w+|noon|midday")),
    ("date", _class(
        tomorrow=r"завтра|завтрашн\w+|назавтра|(?<!day after )tomorrow", later=r"послезавтра|day after tomorrow",
        yesterday=r"вчера\w*|(?<!day before )yesterday", before=r"позавчера|day before yesterday",
    )),
    ("number", _class(
        two=r"удв[ао]\w+|вдвое|двойн\w+|двукратн\w+|дважды|doubl\w+|twice|two-?fold|(?:two|2) times|(?:два|2) раза", three=r"утр[ао][еи]\w+|втрое|тройн\w+|тр[её]хкратн\w+|трижды|tripl\w+|thrice|three-?fold|(?:three|3) times|(?:три|3) раза",
        four=r"учетвер\w+|вчетверо|четыр[её]хкратн\w+|quadrupl\w+|four-?fold|(?:four|4) times|(?:четыре|4) раза",
    )),
    ("number", _class(
        half=r"half|halves|halv\w+|(?:50|fifty) ?(?:%|per ?cent)", third=r"(?:a|one) third", thirds=r"two[ -]thirds", quarter=r"(?:a|one)[ -]quarter|(?:25|twenty[ -]five) ?(?:%|per ?cent)", quarters=r"three[ -]quarters|(?:75|seventy[ -]five) ?(?:%|per ?cent)", fifth=r"(?:a|one|two|three|four) fifths?|(?:20|twenty) ?(?:%|per ?cent)",
        tenth=r"(?:a|one|mere) tenth|(?:10|ten) ?(?:%|per ?cent)", hundredth=r"(?:a|one|mere) hundredth|(?:1|one) ?(?:%|per ?cent)",
    )),
    ("date", _class(
        utc=r"utc|gmt|по гринвичу", moscow=r"(?:по |по-)москов\w+|по москве|мск|msk|moscow time", cet=r"ces?t|по центральноевропейск\w+",
        local=r"местн\w+ врем\w+|local time",
    )),
    ("date", _class(**{
        key: rf"(?:{words}) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|понедельник|вторник|сред|четверг|пятниц|суббот|воскресень)\w*"
        for key, words in (("first", r"first|перв\w+"), ("second", r"second|втор\w+"), ("third", r"third|трет\w+"), ("last", r"last|последн\w+"))
    })),
    ("unit", _class(
        working=r"(?:рабоч\w+|working|business) (?:дн\w+|ден\w+|сут\w+|days?)", calendar=r"(?:календарн\w+|calendar) (?:дн\w+|ден\w+|сут\w+|days?)",
    )),
)  # fmt: skip
ANY_OF = tuple(re.compile("|".join(words.pattern for words in members.values())) for _, members in CLASSES)
GREETING = re.compile(
    r"back in the day|(?:these|those) days|in those years|one day at a time|day one|some day|(?:to|until) this (?:very )?(?:day|hour)|(?:end |time )?of the day|day after tomorrow"
    r"|(?:минут|секунд)очк\w*|в наши дни|по сей день|сей же час|час от часу|изо дня в день|на ночь глядя|half the battle|half bad|half-?baked|better half|трижды ура"
    r"|добр\w+ (?:утр\w+|вечер\w*|дня|день|ночи)|good (?:morning|evening|night|day)|(?:ни|одну|на|еще) (?:секунд|минут)\w+(?=[,!?.])"
    r"|(?:hold|wait|just|one|a|this) (?:a )?(?:second|sec|minute|moment)(?=[,!?.])"
)
TOLD_UNIT = {
    "s": r"\w*секундн\w+", "min": r"\w*минутн\w+", "h": r"часы|\w*часов(?:ой|ая|ое|ые|ого|ому|ым|ом|ую|ых)|ежечасн\w+|hourly|\w*-hour",
    "d": r"\w*дневн\w+|\w*суточн\w+|ежедн\w+|daily|\w*-day|однодн\w+|завтра|назавтра|tomorrow|tonight|overnight|nightly", "week": r"\w*недельн\w+|weekly|\w*-week",
    "month": r"\w*месячн\w+|помесячн\w+|monthly|\w*-month", "year": r"\w*годов(?:ой|ая|ое|ые|ого|ому|ым|ом|ую|ых)|\w*годичн\w+|\w*годн\w+|\w*летн\w+|yearly|annual\w*|\w*-year",
    "decade": r"\w*десятилетн\w+", "century": r"веков\w+|столетн\w+",
}  # fmt: skip
TOLD = {label: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for label, words in TOLD_UNIT.items()}
RATE_WORD = {
    "h": r"ежечасн\w+|hourly", "d": r"ежедневн\w+|ежесуточн\w+|daily", "week": r"еженедельн\w+|weekly", "month": r"ежемесячн\w+|monthly",
    "year": r"ежегодн\w+|yearly|annually", "quarter": r"(?:еже|по)кварт\w+|quarterly|(?:once|twice|times|every) (?:a |per |every )?quarter",
}  # fmt: skip
RATES = {label: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for label, words in RATE_WORD.items()}
ANY_RATE = re.compile("|".join(words.pattern for words in RATES.values()))
SECOND = re.compile(r"(?<!\w)(?:a|per|each|every|one|single|split)\s+(second)(?!\w)(?! [a-z]+(?:est)? )")
BARE = frozenset(
    "s ms min h d week month year decade century millennium mm cm m km kg t B KB MB GB TB PB bit $ € ₽ £ franc thaler ducat guilder".split()
)
AFTER = re.compile(r"[^\W\d_]{3,}")
FUNCTION = frozenset("the and for you but nor all its при для или над под без что как это вас нам вам уже еще".split())
ONE = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(WORD_ONES))}|единственн\w+|перв\w{{2,3}}|first|single)(?!\w)")
ONCE = re.compile(
    r"(?<!\w)(?:(?:один |одного )?раз (?:в|за|на)|(?:чаще|больше|более|реже) раза|один раз|однократн\w+|once|one time)(?!\w)"
)
NO_UNIT = re.compile(
    r"(?<!\w)(?:рабоч\w+|working|(?:ее|его|их|мо[йе]|тво[йе]|наш|ваш|сей|свой|мой|твой)|half an?) $|-$"
)
WORD_BEFORE = re.compile(r"([^\W\d_]+|\d+(?:-[^\W\d_]+)?) $")
LASTING = re.compile(
    r"(?<!\w)(?:за|на|через|занять|занимает|заняла|длится|длиться|целые|долгие|считан+ые|многие|могли|ждать) (часы)(?!\w)"
)
NOT = re.compile(r"(?<!\w)(?:не|ни|ни на|not|no|never)(?: \w+)? $")
LIMIT = re.compile(
    r"(?<!\w)(?:только|лишь|всего|хотя бы|хоть|не более(?: чем)?|не больше|максимум|не чаще|ровно|only|just|at least|at most|no more than|exactly)(?: на| с| в| за)? $"
)
ROMAN = re.compile(r"[ivxlc]+")
LIMIT_AFTER = re.compile(r",? (?:и )?(?:не больше|не более|максимум|at most|no more|tops)(?!\w)")
REIGN = re.compile(r"(?<!\w)([A-ZА-ЯЁ][a-zа-яё]{2,})\s([IVX]{1,5})(?!\w)")
PACE = re.compile(
    r"(?:(?:раз|раза) (?:в|за)|кажд\w+|once (?:a|an|every|per|in|each)|(?:twice|times?|time) (?:a|an|every|per|each)|every|each) $"
)
TAG = re.compile(
    r"(?<![\w-])\d+-[абвгджзиклнпрстуфцчшщэ](?!\w)|(?<![\w.,])\d+[аб](?!\w)|(?<=[а-яa-z]-)\d+[а-яa-z](?!\w)"
)
DIGIT = re.compile(r"\d+")
POINTS = re.compile(r"процентн\w+ пункт\w*|п\. ?п\.|percentage points?")
ARGUMENT = re.compile(  # of `-f csv`, `--format=csv`; behind a long flag prose may follow
    r"(?<![\w-])(-[A-Za-z](?= )|--[a-z][\w-]*(?==))[ =](?!(?:to|and|or|in|the|is|for|of|on|with|if|when)\b)([A-Za-z0-9][\w./:-]*\w)"
)
VERSION = re.compile(r"(?<!\w)([A-Z][A-Za-z+#]+) v?(\d+\.\d+(?:\.\d+)*)(?![\w%])")
DECADE = re.compile(r"(?<!\d)((?:1\d|20)\d0)(?:'?s|’s|-[ехм]\w?)(?!\w)")
TIMES = frozenset(("twice", "thrice", "дважды", "трижды", "четырежды"))
PER = re.compile(r"(?:per|за) (?:square |cubic )?$")
ORDINAL = re.compile(r"перв\w{2,3}|first")
Slip = tuple[str, tuple[int, int], tuple[int, int]]  # kind, where in the draft, where in the styled text


@dataclass(frozen=True, slots=True)
class _Bare:
    """A unit without a number of its own, or the adverb of a rate."""

    label: str
    dimension: str
    start: int
    end: int
    value: Value | None


def _root(word: str) -> str | None:
    """`струн` of `трёхструнная`."""
    head = next((h for h in RU_COMPOUND if word.startswith(h) and len(word) >= len(h) + 5), None)
    return word[len(head) :][:4] if head else None


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


class Rivals:
    """`region_of`: where in the styled text what stands at a place of the draft is to be looked for."""

    def __init__(self, draft: Facts, styled: Facts, region_of: Callable[[int], Region]) -> None:
        self.draft, self.styled, self._region_of = draft, styled, region_of
        self._mine, self._theirs = fold(draft.text), fold(styled.text)
        self._greetings = [m.span() for m in GREETING.finditer(self._theirs)] + styled.idioms

    def run(self) -> Iterator[Slip]:
        for (kind, members), any_of in zip(CLASSES, ANY_OF, strict=True):
            if any_of.search(self._mine):
                yield from self._swapped(kind, members)
        yield from self._units()
        yield from self._counted()
        yield from self._compounds()
        yield from self._reigns(REIGN, "number")
        yield from self._reigns(ARGUMENT, "identifier")
        yield from self._reigns(VERSION, "identifier")
        yield from self._ordinals()
        yield from self._decades()
        yield from self._paced()
        yield from self._tagged()
        yield from self._points()

    def _swapped(self, kind: str, members: dict[str, re.Pattern[str]]) -> Iterator[Slip]:
        mine = {
            key: match.span()
            for key, words in members.items()
            if (match := words.search(self._mine)) and not re.search(r"\d|%|per ?cent", match.group())
        }
        told = {key for key, words in members.items() if words.search(self._theirs)}
        for key in mine.keys() - told:
            region = self._region_of(mine[key][0])
            for other in told - mine.keys():
                for match in members[other].finditer(self._theirs):
                    if inside(match.start(), region) and not inside(match.start(), self._greetings):
                        yield kind, mine[key], match.span()
                        return

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

    def _counted(self) -> Iterator[Slip]:
        """One of something that is told as several of it."""
        several = self._several()
        if not several:
            return
        ones = list(ONE.finditer(self._theirs))
        taken = [(i.start, i.end) for i in self.draft.identifiers]
        for match in ONE.finditer(self._mine):
            if inside(match.start(), taken):
                continue
            nouns, region = self._next_stems(self._mine, match.end()), self._region_of(match.start())
            limit = self._limited(self._mine, match.start(), match.end())
            ordinal = ORDINAL.fullmatch(match.group()) is not None
            here = [m for m in ones if inside(m.start(), region)]
            if any(self._next_stems(self._theirs, m.end()) & nouns for m in here):
                continue
            for value in several:
                if value.ordinal != ordinal or not inside(value.start, region):
                    continue
                end = self._number_end(value)
                limited = (
                    limit and not here and self._limited(self._theirs, value.start, end) and not self._strange(end)
                )
                if nouns & self._next_stems(self._theirs, end) or limited:
                    yield "number", match.span(), (value.start, end)
                    return
        paced = any(
            p.equals(v)
            for _, p, _ in self._paces(self.draft, self._mine)
            for v in self.styled.values
            if v.unit and " " in v.text
        )
        if not paced and (once := self._once(self._mine)) and not self._once(self._theirs):
            for value in several:
                times = (value.unit and value.unit.dimension == "times") or fold(value.text) in TIMES
                if times and inside(value.start, self._region_of(once.start())):
                    yield "number", once.span(), (value.start, value.end)
                    return

    @staticmethod
    def _once(text: str) -> re.Match[str] | None:
        for match in ONCE.finditer(text):
            before = WORD_BEFORE.search(text[max(0, match.start() - 24) : match.start()])
            if before is None or not (before[1][0].isdigit() or before[1] in numerals()):
                return match
        return None

    def _strange(self, end: int) -> bool:
        """A noun stands there that the draft does not have."""
        word = AFTER.match(self._theirs, end + 1)
        return bool(word and morph.form(word.group()).pos == "noun" and stem(word.group()) not in self._mine)

    @staticmethod
    def _limited(text: str, start: int, end: int) -> bool:
        return bool(LIMIT.search(text[max(0, start - 14) : start]) or LIMIT_AFTER.match(text, end))

    def _ordinals(self) -> Iterator[Slip]:
        """`the second largest` → `the third largest`: ordinals that talk is full of."""
        theirs = [v for v in self.styled.values if v.ordinal and v.value.denominator == 1 and not v.year]
        theirs += [v for v in self.styled.values if fold(v.text) == "second"]
        for value in self.draft.values:
            if not (fold(value.text) in ("first", "second") or (value.ordinal and value.form == "loose")):
                continue
            nouns, region = self._next_stems(self._mine, value.end), self._region_of(value.start)
            same = [v for v in theirs if inside(v.start, region) and nouns & self._next_stems(self._theirs, v.end)]
            if (
                same
                and not any(v.value == value.value for v in same)
                and not any(d.value == same[0].value for d in self.draft.values)
            ):
                yield "number", (value.start, value.end), (same[0].start, same[0].end)
                return

    def _decades(self) -> Iterator[Slip]:
        """`in the 1990s` → `in 1990`."""
        for match in DECADE.finditer(self._mine):
            told = re.search(rf"(?<!\d){match[1]}(?![\d'’]|s|-[ехм])", self._theirs)
            if told and not re.search(rf"{match[1]}(?:'?s|’s|-[ехм])", self._theirs):
                yield "date", match.span(), told.span()
                return

    def _compounds(self) -> Iterator[Slip]:
        """`трёхструнная` → `на четыре струны`."""
        for value in self.draft.values:
            if value.form != "loose" or (root := _root(fold(value.text))) is None:
                continue
            if any(value.value == v.value for v in self.styled.values):
                continue
            for other in self.styled.values:
                if other.form == "loose" and value.value != other.value and _root(fold(other.text)) == root:
                    yield "number", (value.start, value.end), (other.start, other.end)
                    return
            for other in self._several():
                behind = self._next_stems(self._theirs, self._number_end(other))
                if inside(other.start, self._region_of(value.start)) and any(w.startswith(root) for w in behind):
                    yield "number", (value.start, value.end), (other.start, other.end)
                    return

    def _reigns(self, pattern: re.Pattern[str], kind: str) -> Iterator[Slip]:
        """`Rolf IV` → `Rolf VI`; `-f csv` → `-f json`."""
        mine, theirs = (
            {(stem(fold(m[1])), m[2]): m.span() for m in pattern.finditer(f.text)} for f in (self.draft, self.styled)
        )
        for (name, number), where in mine.items():
            for (other, told), there in theirs.items():
                if name == other and (name, number) not in theirs and (name, told) not in mine:
                    yield kind, where, there
                    return

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

    def _tagged(self) -> Iterator[Slip]:
        """`№ 48-к` → `№ 48-п`."""
        mine, theirs = ({m.group(): m.span() for m in TAG.finditer(text)} for text in (self._mine, self._theirs))
        digits = {m.group() for m in DIGIT.finditer(self._mine)}
        for tag, there in theirs.items():
            number = DIGIT.match(tag)
            if tag not in mine and number and number.group() in digits:
                where = next((span for other, span in mine.items() if other.startswith(number.group())), None)
                at = re.search(rf"(?<!\d){number.group()}(?!\d)", self._mine)
                if where or at:
                    yield "identifier", where or (at.span() if at else there), there
                    return

    def _points(self) -> Iterator[Slip]:
        """`2 процентных пункта` → `два процента`."""
        mine, theirs = POINTS.search(self._mine), POINTS.search(self._theirs)
        percent = next((v for v in self.styled.values if v.unit and v.unit.label == "%"), None)
        if mine and not theirs and percent and "пункт" not in self._theirs and "point" not in self._theirs:
            yield "unit", mine.span(), (percent.start, percent.end)

    def _number_end(self, value: Value) -> int:
        """Behind the number itself: its unit is the noun that is counted."""
        end = value.start
        for match in re.finditer(r"\w+", self._theirs[value.start : value.end]):
            if match.group()[0].isdigit() or match.group() in numerals():
                end = value.start + match.end()
        return end

    @staticmethod
    def _next_stems(text: str, at: int) -> set[str]:
        """Stems of the next two words, as far as no mark stands between."""
        ahead = re.match(r"(?:[ -]+[^\W\d_]+){0,2}", text[at : at + 60])
        words = [word for word in AFTER.findall(ahead.group() if ahead else "") if word not in FUNCTION]
        return {stem(word) for word in words} | {morph.form(word).lemma for word in words}
