"""Words of one closed class, of which each text has another: `зимой` → `осенью`, `удвоить` → `утроить`, `один запрос` → `два
запроса`. Where the draft's word is told in no form and a rival of it stands under the same mark, that is a slip; one of the two
alone is none. Knows no grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.text import fold, stem
from style_adapter.guard import morph
from style_adapter.guard.bare_units import BareUnits, Slip
from style_adapter.guard.facts import inside
from style_adapter.guard.numerals import RU_COMPOUND, numerals
from style_adapter.guard.reckoned import NEVER, NOT_MORE, TRY, WITHOUT, Reckoned, too_many
from style_adapter.guard.rival_words import (
    AFTER,
    ANY_OF,
    ARGUMENT,
    CLASSES,
    DECADE,
    DIGIT,
    FUNCTION,
    LIMIT,
    LIMIT_AFTER,
    ONCE,
    ONE,
    ORDINAL,
    POINTS,
    REIGN,
    TAG,
    TIMES,
    VERSION,
    WORD_BEFORE,
)
from style_adapter.guard.values import Value

NEXT = re.compile(r"[ -]+([^\W\d_]+)")


def _root(word: str) -> str | None:
    """`струн` of `трёхструнная`."""
    head = next((h for h in RU_COMPOUND if word.startswith(h) and len(word) >= len(h) + 5), None)
    return word[len(head) :][:4] if head else None


class Rivals(BareUnits):
    """Every check, the surest first."""

    def run(self) -> Iterator[Slip]:
        self._reckoned = Reckoned(self.draft, self.styled)
        for (kind, members), any_of in zip(CLASSES, ANY_OF, strict=True):
            if any_of.search(self._mine):
                yield from self._swapped(kind, members)
        yield from self._paced()
        yield from self._units()
        yield from self._counted()
        yield from self._compounds()
        yield from self._reigns(REIGN, "number")
        yield from self._reigns(ARGUMENT, "identifier")
        yield from self._reigns(VERSION, "identifier")
        yield from self._ordinals()
        yield from self._decades()
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
                if value.ordinal != ordinal or not inside(value.start, region) or self._follows(match.span(), value):
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

    def _follows(self, one: tuple[int, int], value: Value) -> bool:
        """Whether several of something tell one of it: `год спустя` → `двенадцать месяцев`; `с первой попытки` → `без второй`;
        `не более чем от одного матча` → `от двух нельзя`; or do not speak of it: `для первой есть индекс`, `первые три дня`."""
        before, after = self._mine[max(0, one[0] - 34) : one[0]], self._mine[one[1] : one[1] + 34]
        if any(
            d.unit and value.unit and d.unit.label != value.unit.label and d.equals(value) for d in self.draft.values
        ):
            return True
        counted = self._next_stems(self._theirs, self._number_end(value))
        if any(
            d.value == value.value and not d.unit and counted & self._next_stems(self._mine, d.end)
            for d in self.draft.values
        ):
            return True  # `между двумя сетями` beside `одной сети`
        if self._reckoned.beyond(value):
            return True
        if value.ordinal and (word := NEXT.match(after)):
            same = NEXT.match(self._theirs, self._number_end(value))
            told = same is not None and same[1] == word[1]
            if not told and (word[1] in numerals() or morph.form(word[1]).pos == "verb"):
                return True
        limited = TRY.search(after) if value.ordinal else NOT_MORE.search(before)
        denied = len(NEVER.findall(self._theirs)) > len(NEVER.findall(self._mine)) or WITHOUT.search(
            self._theirs, 0, value.start
        )
        return value.value == 2 and bool(limited and denied) and too_many(self._theirs, value)

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
                and not self._follows((value.start, value.end), same[0])
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
