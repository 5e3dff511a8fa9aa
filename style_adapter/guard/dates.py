"""Dates, weekdays and times of the day, by value. Knows no other numbers."""

from __future__ import annotations

import re

from core.text import fold, stem
from style_adapter.guard import clocks
from style_adapter.guard.facts import Facts, context
from style_adapter.guard.loose import read_number
from style_adapter.guard.patterns import EXACT_CLOCK, LAST_DAY
from style_adapter.guard.telling import CONDITIONAL, Telling
from style_adapter.guard.values import Moment


class Dates:
    def __init__(self, told: Telling) -> None:
        self.told, self.draft, self.styled = told, told.draft, told.styled

    def run(self) -> None:
        spare = [m for m in self.styled.moments if m.key[-1] != "loose"]
        lost: list[Moment] = []
        for moment in self.draft.moments:
            match = next((m for m in spare if m.key == moment.key), None) or next(
                (m for m in self.styled.moments if self._meets(moment, m)), None
            )
            if match is None and not self._loosely(moment, self.styled) and not self._named(moment):
                lost.append(moment)
            elif match in spare:
                spare.remove(match)
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
            if (
                extra.key[0] in ("day", "clock", "bc")
                and not any(self._meets(extra, m) for m in self.draft.moments)
                and extra.key[0] != "clock"
                and not self._loosely(extra, self.draft)
            ):
                self.told.say("date", "", extra.text)

    def _named(self, moment: Moment) -> bool:
        """`Август` the emperor, `3.12` the version, `Mon–Fri` as `по будням`."""
        text = fold(self.styled.text)
        if moment.key[-1] == "loose":
            return any(v.value == read_number(moment.text) for v in self.styled.values)
        if moment.key[0] == "weekday":
            working = int(moment.key[1]) < 6
            return re.search(r"будн\w+|weekdays?|пн" if working else r"выходн\w+|weekends?", text) is not None
        name = fold(moment.text)
        name = stem(name) if len(stem(name)) > 3 else name + r"(?!\w)"
        return moment.key[0] == "month" and re.search(rf"(?<!\w){name}", text) is not None

    def _meets(self, first: Moment, second: Moment) -> bool:
        if first.key == second.key or (first.key[0] == "day" and first.key[:3] == second.key[:3]):
            return True
        if first.key[0] == "month" and second.key[0] == "day":
            return first.key[1] == second.key[2]
        return first.key[0] == second.key[0] == "clock" and int(first.key[1]) % 1440 == int(second.key[1]) % 1440

    def _loosely(self, moment: Moment, facts: Facts) -> bool:
        """A day told apart from its month, an hour told as a number."""
        if moment.key[0] == "day":
            months = [m for m in facts.moments if m.key[-1] == moment.key[2] and m.key[0] in ("month", "day")]
            last = int(moment.key[1]) > 27 and any(
                LAST_DAY.search(facts.text[max(0, m.start - 30) : m.start] + m.text) for m in months
            )
            return last or (
                bool(months)
                and any(v.value == moment.key[1] and (v.form != "loose" or v.ordinal) for v in facts.values)
            )
        return self._clock_hours(moment, facts)

    def _clock_hours(self, moment: Moment, facts: Facts) -> bool:
        """An hour told in words, in numbers beside it, or the military way."""
        if moment.key[0] != "clock":
            return False
        hour, minute = divmod(int(moment.key[1]), 60)
        alike = [m for m in facts.moments if m.key[0] == "clock" and (int(m.key[1]) - int(moment.key[1])) % 720 == 0]
        if (
            exact(moment)
            and any(exact(m) for m in alike)
            and not any((int(m.key[1]) - int(moment.key[1])) % 1440 == 0 for m in alike)
        ):
            return False  # `21:00` → `девять утра`
        hours = {hour, hour - 12, hour + 12}
        if alike:
            return True
        if any(
            v.value == hour * 100 + minute and (v.unit is None or v.unit.label == "h")
            for v in facts.values
            if v.value > 99
        ):
            return True
        return any(hours & set(spoken) for spoken in clocks.spoken(facts, minute))


def exact(moment: Moment) -> bool:
    """Whether a clock time says which half of the day it is in."""
    return EXACT_CLOCK.search(moment.text) is not None
