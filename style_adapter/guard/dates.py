"""Dates, weekdays and times of the day, by value. Knows no other numbers."""

from __future__ import annotations

import re
from itertools import pairwise

from core.text import fold, stem
from style_adapter.guard.clocks import Clocks
from style_adapter.guard.counted import counts
from style_adapter.guard.facts import Facts, context, inside
from style_adapter.guard.loose import LIMIT, read_number
from style_adapter.guard.patterns import LAST_DAY
from style_adapter.guard.telling import CONDITIONAL, Telling
from style_adapter.guard.values import Moment

WEEK = frozenset(range(1, 8))
# days of the week that one word tells
GROUPS = (
    (frozenset(range(1, 6)), re.compile(
        r"(?<!\w)(?:будн\w+|рабоч\w+ (?:дн\w+|недел\w+)|weekdays?|work(?:ing )?(?:days?|weeks?))(?!\w)"
    )),
    (frozenset((6, 7)), re.compile(r"(?<!\w)(?<!без )(?:выходн\w+|weekends?)(?!\w)")),
    (WEEK, re.compile(
        r"(?<!\w)(?:ежедневн\w+|(?:без|никаких) выходных|кажд\w+ (?:\w+ )?день|каждого дня|(?:все )?семь дней|"
        r"(?:every|each) (?:\w+ )?day|(?:all|the whole) week|daily|seven days|"
        r"остальн\w+|прочи\w+|(?:all )?other days|the rest)(?!\w)"
    )),
)  # fmt: skip
THROUGH = re.compile(r"\s?[-–—]\s?|\W+(?:\w+\W+){0,2}?(?:по|до|to|through|thru|till|until)\s+", re.IGNORECASE)


class Dates:
    def __init__(self, told: Telling) -> None:
        self.told, self.draft, self.styled = told, told.draft, told.styled
        self.mine, self.theirs = told.draft.moments[:LIMIT], told.styled.moments[:LIMIT]
        self.clocks = Clocks(told.draft, told.styled)

    def run(self) -> None:
        spare = [m for m in self.theirs if m.key[-1] != "loose"]
        lost = [m for m in self._unmatched(spare) if not self._told(m)]
        for moment in lost:
            if moment.key[0] == "weekday" and not any(m.key[0] == "weekday" for m in spare):
                text = fold(self.draft.text[max(0, moment.start - 14) : moment.start])
                self.told.say(
                    "condition_dropped" if CONDITIONAL.search(text) else "dropped_claim",
                    context(self.draft.text, moment.start, moment.end, 1),
                    "",
                )
                continue
            other = next((m for m in spare if m.key[0] == moment.key[0]), None) or next(
                (m for m in spare if {m.key[0], moment.key[0]} == {"month", "day"}), None)  # fmt: skip
            if other is not None:
                spare.remove(other)
            self.told.say("date", moment.text, other.text if other else "")
        for extra in spare:
            if self._added(extra):
                self.told.say("date", "", extra.text)
        self._narrowed()

    def _unmatched(self, spare: list[Moment]) -> list[Moment]:
        """The draft's moments that the styled text has not as such: those it has leave `spare`. Under another mark it has one
        only where none of its kind stands in its place."""
        rest: list[Moment] = []
        for moment in self.mine:
            region = self._region(moment)
            match = next((m for m in spare if inside(m.start, region) and self._same(moment, m)), None)
            if match is None:
                rest.append(moment)
            else:
                spare.remove(match)
        lost: list[Moment] = []
        for moment in rest:
            region = self._region(moment)
            rival = any(m.key[0] == moment.key[0] and inside(m.start, region) for m in spare)
            again = (m for m in self.theirs if self._same(moment, m) and (inside(m.start, region) or not rival))
            if (match := next(again, None)) is None:
                lost.append(moment)
            elif match in spare:
                spare.remove(match)
        return lost

    def _same(self, mine: Moment, theirs: Moment) -> bool:
        """One of the draft's and one of the styled text's moments."""
        if mine.key[0] == theirs.key[0] == "clock":
            return self.clocks.clock(mine, self.clocks.mine).meets(self.clocks.clock(theirs, self.clocks.theirs))
        return mine.key[:3] == theirs.key[:3]

    def _region(self, moment: Moment) -> list[tuple[int, int]]:
        return self.told.region(self.told.claim(moment.start))

    def _told(self, moment: Moment) -> bool:
        """Whether the styled text tells a moment of the draft in another form, or once for several times."""
        kind, text = moment.key[0], fold(self.styled.text)
        loose = moment.key[-1] == "loose"
        if (kind == "clock" or loose) and self.clocks.tells(moment.start, moment.end, self._region(moment)):
            return True
        if loose:  # `3.12` the version; `5.10`, where it is no day, is a version rather than 5.1
            same = [v for v in self.styled.values if v.value == read_number(moment.text)]
            return any(moment.text[-1] != "0" or v.written() in ("", moment.text) for v in same)
        if kind == "weekday":
            return self._in_group(moment)
        if kind == "day":
            return self._apart(moment, self.styled)
        if kind == "month":  # `Август` the emperor
            name = fold(moment.text)
            name = stem(name) if len(stem(name)) > 3 else name + r"(?!\w)"
            months = [m for m in self.theirs if m.key[0] == "day" and m.key[2] == moment.key[1]]
            return bool(months) or re.search(rf"(?<!\w){name}", text) is not None
        return False

    def _apart(self, moment: Moment, facts: Facts) -> bool:
        """A day told apart from its month."""
        months = [m for m in facts.moments if m.key[0] in ("month", "day") and m.key[-1] == moment.key[2]]
        if int(moment.key[1]) > 27 and any(
            LAST_DAY.search(facts.text[max(0, m.start - 30) : m.start] + m.text) for m in months
        ):
            return True
        return bool(months) and any(
            v.value == moment.key[1] and v.unit is None and (v.form != "loose" or v.ordinal)
            and (v.ordinal or not counts(facts.text, v.start, v.end, v.value))
            for v in facts.values
        )  # fmt: skip

    def _added(self, extra: Moment) -> bool:
        if extra.key[0] == "day":
            return not any(self._same(m, extra) for m in self.mine) and not self._apart(extra, self.draft)
        if extra.key[0] == "clock":  # talk has its hours in words
            return (
                extra.text[0].isdigit()
                and not any(self._same(m, extra) for m in self.mine)
                and not self.clocks.known(extra.start, extra.end)
                and self.told.about_draft(extra.start)
            )
        return extra.key[0] == "bc" and not any(m.key[0] == "bc" for m in self.mine)

    # days of the week

    def _in_group(self, moment: Moment) -> bool:
        """`с понедельника по пятницу` → `по будням`; `кроме воскресенья` → `с понедельника по субботу`."""
        claim, region = self.told.claim(moment.start), self._region(moment)
        mine, theirs = self._days(self.draft, [(claim.start, claim.after)]), self._days(self.styled, region)
        names = [days for days, word in GROUPS if self._says(word, self.styled, region)]
        if (moment.key[1] in theirs and theirs <= mine) or any(
            days == mine or (days < mine and moment.key[1] in days) for days in names
        ):
            return True
        daily = WEEK in names or self._says(GROUPS[-1][1], self.draft, [(claim.start, claim.after)])
        return daily and bool(theirs) and mine == WEEK - theirs

    def _narrowed(self) -> None:
        """`по будням` → `по пятницам`: days of a group that the draft names by a word."""
        for segment in self.draft.segments:
            region, claim = self.told.region(segment), [(segment.start, segment.after)]
            mine, theirs = self._days(self.draft, claim), self._days(self.styled, region)
            for days, word in GROUPS[:2]:
                match = word.search(fold(self.draft.text), segment.start, segment.after)
                new = theirs - mine
                if match and new and new < days and not any(self._says(w, self.styled, region) for _, w in GROUPS):
                    other = next(m for m in self.theirs if m.key[0] == "weekday" and inside(m.start, region))
                    self.told.say("date", self.draft.text[slice(*match.span())], other.text)

    @staticmethod
    def _says(word: re.Pattern[str], facts: Facts, where: list[tuple[int, int]]) -> bool:
        return any(word.search(fold(facts.text), start, end) for start, end in where)

    @staticmethod
    def _days(facts: Facts, where: list[tuple[int, int]]) -> frozenset[int]:
        """The days of the week named there, with those between the ends of a range."""
        there = [m for m in facts.moments if m.key[0] == "weekday" and inside(m.start, where)]
        found = {int(m.key[1]) for m in there}
        for first, last in pairwise(there):
            if THROUGH.fullmatch(facts.text[first.end : last.start]):
                found |= set(range(int(first.key[1]), int(last.key[1])))
        return frozenset(found)
