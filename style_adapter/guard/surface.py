"""The cheap checks that come first: numbers, units, dates, identifiers and citations, by value and letter for letter.
Knows no grammar and no meaning."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from fractions import Fraction

from core.nouns import Reason
from core.text import fold, stem, words
from style_adapter.guard import clocks, identifiers, kinds, morph, segments, units
from style_adapter.guard.facts import Facts, context, inside
from style_adapter.guard.identifiers import Identifier
from style_adapter.guard.loose import read_number
from style_adapter.guard.messages import reason
from style_adapter.guard.patterns import EXACT_CLOCK, LAST_DAY, SAME_YEAR
from style_adapter.guard.rivals import Rivals
from style_adapter.guard.segments import Segment
from style_adapter.guard.values import Moment, Value

CLAUSE = re.compile(r"[,;:(){}\n]\s*|\.\s|\s[—–]\s|\s\[")
CONDITIONAL = re.compile(
    r"(?<!\w)(?:если|когда|при|кроме|только|лишь|для|дольше|выше|ниже|больше|меньше|более|менее|старше|моложе|крупнее|дороже|тяжелее|после|начиная|пока|свыше|до|выпущен\w+|"
    r"if|when|unless|except|only|below|above|over|under|after|before|until|within|during|for|longer|older|younger|heavier|more|less)(?!\w)"
)


QUARTERS = tuple(
    rf"(?:{word}) (?:quarter|квартал)"
    for word in ("first|перв\\w+", "second|втор\\w+", "third|трет\\w+", "fourth|четверт\\w+")
)


class Surface:
    """Compares one draft with one styled text."""

    def __init__(self, draft: Facts, styled: Facts) -> None:
        self.draft, self.styled = draft, styled
        self.used: set[int] = set()
        self.reasons: list[Reason] = []

    def run(self) -> list[Reason]:
        self._citations()
        self._identifiers()
        missing = self._values()
        self._replaced(missing)
        self._moments()
        self._rivals()
        return self.reasons

    def _say(self, kind: str, draft: str, styled: str) -> None:
        self.reasons.append(reason(kind, draft, styled, self.draft.text))

    # citations

    def _citations(self) -> None:
        wanted, got = self.draft.cites(), self.styled.cites()
        for number in sorted(wanted - got):
            claim = next(s for s in self.draft.segments if number in s.cites)
            self._say(
                "citation",
                f"[{number}]" if not (got - wanted) else self._claim(claim),
                self._invented(got - wanted),
            )
        if not wanted - got:
            for number in sorted(got - wanted):
                self._say("citation", "", f"[{number}]")

    def _claim(self, claim: Segment) -> str:
        return self.draft.text[claim.start : claim.after]

    def _invented(self, extra: set[int]) -> str:
        return f"[{min(extra)}]" if extra else ""

    # identifiers

    def _identifiers(self) -> None:
        text = identifiers.fold_spaces(self.styled.text)
        lost = [i for i in self.draft.identifiers if not self._kept(i, text)]
        seen: set[str] = set()
        lost = [i for i in lost if not (i.text in seen or seen.add(i.text))]  # type: ignore[func-returns-value]
        strange = self._strange()
        for each in lost:
            best = max(strange, key=lambda s: SequenceMatcher(None, each.text, s.text).ratio(), default=None)
            if best is not None and SequenceMatcher(None, each.text, best.text).ratio() >= 0.34:
                strange.remove(best)
                self._say(kinds.of_identifier(each, best), each.text, best.text)
            elif each.code or not each.plain_word:
                near = self._nearest(each)
                if near:
                    self._say("identifier", each.text, near)
                else:
                    self._gone(each.start, each.end, each.text)
        for extra in strange:
            self._say("identifier", "", extra.text)

    def _kept(self, identifier: Identifier, text: str) -> bool:
        name = identifiers.fold_spaces(identifier.text)
        if identifiers.occurs(name, text):
            return True
        if (identifier.code and not identifier.plain_word) or name.startswith("-"):
            return False
        if (quarter := re.fullmatch(r"Q([1-4])", name)) and re.search(QUARTERS[int(quarter[1]) - 1], fold(text)):
            return True
        low, low_text = name.lower(), text.lower()
        if identifiers.occurs(low, low_text) or (not identifier.code and identifiers.occurs(name + "s", text)):
            return True
        if identifier.code and any(i.code and identifiers.inflected(i.text, name) for i in self.styled.identifiers):
            return True
        return not identifier.code and identifiers.occurs(low.replace("-", " "), low_text.replace("-", " "))

    def _strange(self) -> list[Identifier]:
        """Identifiers of the styled text that the draft does not have."""
        text = identifiers.fold_spaces(self.draft.text)
        low = text.lower()
        found: list[Identifier] = []
        for each in self.styled.identifiers:
            name = identifiers.fold_spaces(each.text)
            known = (
                identifiers.occurs(name, text)
                if each.code and not each.plain_word
                else identifiers.occurs(name.lower(), low)
            )
            known = known or (
                identifiers.occurs(name.lower().replace("-", " "), low.replace("-", " ")) and not name.startswith("-")
            )
            known = known or (not each.code and name.endswith("s") and identifiers.occurs(name[:-1], text))
            known = known or any(i.code and identifiers.inflected(i.text, name) for i in self.draft.identifiers)
            known = known or identifiers.is_tail(name, self.draft.identifiers, self.styled.text)
            certain = each.code or re.search(r"[\d_/=+]|^-|^\.", name) is not None
            talk = not each.code and not self._about_draft(each.start)  # `Knight to f3`
            if not known and certain and not talk and name not in {f.text for f in found}:
                found.append(each)
        return found

    def _nearest(self, identifier: Identifier) -> str:
        """The word of the styled text that most resembles a lost identifier, if any does."""
        words = {m.group() for m in re.finditer(r"[\w./=-]{3,}", self.styled.text)}
        best = max(words, key=lambda w: SequenceMatcher(None, identifier.text.lower(), w.lower()).ratio(), default="")
        return best if best and SequenceMatcher(None, identifier.text.lower(), best.lower()).ratio() >= 0.6 else ""

    # numbers

    def _values(self) -> list[tuple[Value, list[tuple[int, int]]]]:
        """Draft numbers without a counterpart, each with the region where it should have been."""
        missing: list[tuple[Value, list[tuple[int, int]]]] = []
        pending: list[tuple[Value, list[tuple[int, int]]]] = []
        for value in self.draft.values:
            if value.form == "loose":
                continue
            claim = next((s for s in self.draft.segments if s.start <= value.start < s.after), self.draft.segments[-1])
            region = segments.regions(claim, self.styled.segments, self.styled.text, self.styled.spans)
            if self._remeasured(value, region):
                missing.append((value, region))
            elif not self._claim_value(value, region, fresh=True):
                pending.append((value, region))
        for value, region in pending:
            told = (
                self._halved(value, region)
                or self._same_year(value, region)
                or self._as_day(value, region)
                or (
                    not self._rival(value, region)
                    and (self._claim_value(value, region, fresh=False) or self._elsewhere(value))
                )
            )
            if not told and not self._told_whole(value, region):
                missing.append((value, region))
        return missing

    def _claim_value(self, value: Value, region: list[tuple[int, int]], fresh: bool) -> bool:
        order = ("digits", "word", "loose")
        options = [
            (v.ordinal != value.ordinal, order.index(v.form), i)
            for i, v in enumerate(self.styled.values)
            if (
                ((value.equals(v) or self._inherits(value, v) or _less_by(value, v)) and self._unit_told(value, v))
                or (value.ordinal and value.form == "word" and v.share() == 1 / value.value)  # `by a tenth`
            )
            and inside(v.start, region)
            and not inside(v.start, self.styled.idioms)
        ]
        options = [o for o in options if not fresh or o[2] not in self.used]
        if not options:
            return not fresh and self._as_clock(value, region)
        if fresh and value.unit and min(options)[1] == order.index("loose") and self._rival(value, region):
            return False
        self.used.add(min(options)[2])
        return True

    def _rival(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """Of two equal numbers of the draft one is there, and beside it one of the same measure that the draft does not have."""
        return any(
            v.form != "loose" and i not in self.used and (v.unit and v.unit.dimension) == (value.unit and value.unit.dimension)
            and v.ordinal == value.ordinal and v.year == value.year and inside(v.start, region)
            and not inside(v.start, self.styled.idioms) and not any(d.equals(v) for d in self.draft.values)
            and not any(_part_of(v, whole) for whole in self.styled.values)
            for i, v in enumerate(self.styled.values)
        )  # fmt: skip

    def _remeasured(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`two seconds` → `two minutes`, whatever other twos there are."""
        if value.unit is None:
            return False
        there = [v for v in self.styled.values if v.unit and inside(v.start, region) and v.form != "loose"]
        return not any(value.equals(v) for v in there) and any(
            v.unit and v.unit.dimension == value.unit.dimension and v.value == value.value
            and not any(d.unit and d.equals(v) for d in self.draft.values)
            for v in there
        )  # fmt: skip

    def _same_year(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`в мае того же года`, where the draft gives that year twice."""
        twice = value.year and len([d for d in self.draft.values if d.year and d.value == value.value]) > 1
        return twice and any(SAME_YEAR.search(self.styled.text, a, b) for a, b in region)

    def _as_day(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`3–7 мая` → `с 3 по 7 мая`."""
        days = [
            m for m in self.styled.moments if m.key[0] == "day" and m.key[1] == value.value and inside(m.start, region)
        ]
        return value.unit is None and bool(days) and any(m.key[0] == "day" for m in self.draft.moments)

    def _halved(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`вдвое меньше` → `половина`, and back."""
        text, half = fold(value.text), Fraction(1, 2)
        if value.value == 2 and (
            text in ("вдвое", "надвое", "twice") or (value.unit and value.unit.dimension == "times")
        ):
            pieces = [fold(self.styled.text[a:b]) for a, b in region]
            return any(v.value == half and inside(v.start, region) for v in self.styled.values) or any(
                re.search(r"(?<!\w)(?:пополам|ополовин\w+|halv\w+)(?!\w)", piece) for piece in pieces
            )
        return value.value == half and any(
            v.value == 2 and inside(v.start, region) and (fold(v.text) in ("вдвое", "надвое", "пополам", "twice"))
            for v in self.styled.values
        )

    def _told_whole(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`2 км 210 м` → `2210 метров`: one value of two parts, of which `value` is one."""
        return any(
            self._claim_value(whole, region, fresh=False) for whole in self.draft.values if _part_of(value, whole)
        )

    def _as_clock(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`с 9 до 17 часов` → `с девяти утра до пяти вечера`."""
        if value.value.denominator != 1 or not 0 <= value.value <= 24 or (value.unit and value.unit.label != "h"):
            return False
        return any(
            m.key[0] == "clock" and int(m.key[1]) == value.value * 60 % 1440 and inside(m.start, region)
            for m in self.styled.moments
        )

    def _inherits(self, value: Value, other: Value) -> bool:
        """`три месяца, для бухгалтеров — шесть` → `полгода`: the unit of the number before it."""
        if value.unit is not None or other.unit is None or (other.form == "loose" and value.form == "digits"):
            return False
        before = [
            v for v in self.draft.values if v.end <= value.start and v.unit and v.unit.dimension == other.unit.dimension
        ]
        unit = before[-1].unit if before else None
        return unit is not None and value.value * unit.factor == other.value * other.unit.factor

    def _elsewhere(self, value: Value) -> bool:
        """In another segment, where the draft does not have it itself."""
        for index, other in enumerate(self.styled.values):
            if (
                index not in self.used
                and other.form == "digits"
                and value.equals(other)
                and self._unit_told(value, other)
            ):
                self.used.add(index)
                return True
        return False

    def _unit_told(self, draft: Value, styled: Value) -> bool:
        """Where only one of the two has a unit, the unit must stand elsewhere near or be no measure."""
        if (draft.unit is None) == (styled.unit is None) or draft.value != styled.value or styled.form == "loose":
            return True
        unit, there = (draft.unit, self.styled) if draft.unit else (styled.unit, self.draft)
        assert unit is not None
        value = styled if draft.unit else draft
        if draft.unit and not self._strange_noun(styled):
            return True
        if unit.dimension in ("times", "months", "angle", "pixel", "count") or value.year or styled.year:
            return True
        strange = draft.unit is not None
        near = there.text[max(0, value.start - 120) : value.end + 120]
        for word in units.WORD.finditer(near):
            found = units.named(word.group(), after_digit=False)
            if found and (
                (found.label == unit.label if strange else found.dimension == unit.dimension)
                or {found.dimension, unit.dimension} <= {"angle", "celsius"}
            ):
                return True
        return False

    def _strange_noun(self, value: Value) -> bool:
        """The number is followed by a noun that the draft does not have: perhaps another unit."""
        match = re.match(
            r"\s+(?:[^\W\d_]+(?:ых|их|ые|ие|ой|ую|ом)\s+)?([^\W\d_]{3,})", self.styled.text[value.end : value.end + 50]
        )
        if (
            match is None
            or morph.form(match[1]).pos != "noun"
            or morph.light(fold(match[1]), morph.form(match[1]).lemma)
        ):
            return False
        return stem(fold(match[1])) not in {stem(w) for w in words(self.draft.text)}

    def _replaced(self, missing: list[tuple[Value, list[tuple[int, int]]]]) -> None:
        wholes = [v for i, v in enumerate(self.styled.values) if i in self.used and v.form == "loose"]
        spare = [
            v for i, v in enumerate(self.styled.values)
            if i not in self.used and v.form != "loose" and not inside(v.start, self.styled.idioms)
            and not any(_part_of(v, whole) for whole in wholes)
        ]  # fmt: skip
        for value, region in missing:
            near = [v for v in spare if inside(v.start, region)]
            likely = [v for v in near if self._other_share(value, region) or not kinds.retold(value, v)]
            best = min(likely or near, key=lambda v: kinds.distance(value, v), default=None)
            weak = (value.ordinal and value.form != "digits" and not value.year) or self._known_few(value)
            if best is not None and value.ordinal and value.form == "word" and not best.ordinal and not best.unit:
                best = None
            if best is None or kinds.distance(value, best) > 8:
                if weak or value.value == 1:
                    self._other_unit(value, region)
                    continue
                same = next(
                    (v for v in self.styled.values if v.value == value.value and inside(v.start, region)),
                    None,
                )
                if same and value.unit:
                    self._say("unit", self._spot_draft(value), self._spot(same))
                else:
                    self._lost(value)
                continue
            if best not in likely:
                continue
            spare.remove(best)
            self._say(kinds.of_value(value, best, self.draft.text), self._spot_draft(value), self._spot(best))
        for extra in spare:
            one = self._one_of(extra)
            if one is not None:
                self._say("number", self._spot_draft(one), self._spot(extra))
            elif (
                extra.form == "digits"
                and not any(d.equals(extra) or d.value == extra.value for d in self.draft.values)
                and not any(m.key[0] == "day" and m.key[1] == extra.value for m in self.draft.moments)
                and not any(
                    m.key[0] == "clock" and int(m.key[1]) % 720 == extra.value * 60 % 720 for m in self.draft.moments
                )
                and self._about_draft(extra.start)
            ):
                self._say("added_claim", "", context(self.styled.text, extra.start, extra.end))

    def _known_few(self, value: Value) -> bool:
        """`the two regions`, `меньшее из двух`: those that were named before."""
        before = fold(self.draft.text[max(0, value.start - 8) : value.start])
        return (
            value.form == "word"
            and value.value in (2, 3)
            and not value.unit
            and (re.search(r"(?<!\w)(?:the|these|those|both|эти|этих|этим|из|обои\w*) $", before) is not None)
        )

    def _other_share(self, value: Value, region: list[tuple[int, int]]) -> bool:
        """`75 %` → `две трети`."""
        told = {v.share() for v in self.styled.values if inside(v.start, region)} - {None}
        return value.share() is not None and bool(told) and value.share() not in told

    def _one_of(self, extra: Value) -> Value | None:
        """The draft's `неделю` that is told as `две недели`."""
        if extra.unit is None or extra.value == 1 or extra.ordinal or any(v.equals(extra) for v in self.draft.values):
            return None
        same = [v for v in self.draft.values if v.unit and v.unit.label == extra.unit.label]
        bare = [v for v in same if v.form == "loose" and v.value == 1 and kinds.bare(v)]
        if len(bare) != len(same) or any(v.unit == extra.unit and v.value == 1 for v in self.styled.values):
            return None
        claim = next((s for s in self.draft.segments for v in bare[:1] if s.start <= v.start < s.after), None)
        if claim is None:
            return None
        region = segments.regions(claim, self.styled.segments, self.styled.text, self.styled.spans)
        return bare[0] if inside(extra.start, region) else None

    def _other_unit(self, value: Value, region: list[tuple[int, int]]) -> None:
        """`1 MiB` → `1 GiB`: one of something needs no number, but a unit of its dimension."""
        if value.unit is None or value.form != "digits":
            return
        near = [v for v in self.styled.values if v.unit and v.value == 1 and inside(v.start, region)]
        other = next(
            (v for v in near if v.unit and v.unit.dimension == value.unit.dimension and v.form == "digits"), None
        )
        if other and not any(v.unit and v.unit.label == value.unit.label for v in near):
            self._say("unit", self._spot_draft(value), self._spot(other))

    def _lost(self, value: Value) -> None:
        """A number with nothing in its place: part of a lost condition or of a lost claim."""
        self._gone(value.start, value.end, self._spot_draft(value))

    def _gone(self, at: int, until: int, text: str) -> None:
        start = max((s for s, _ in self.draft.spans if s <= at), default=0)
        marks = [m.end() for m in CLAUSE.finditer(self.draft.text, start, at)]
        left = max([start, *marks])
        right = CLAUSE.search(self.draft.text, until)
        conditional = CONDITIONAL.search(fold(self.draft.text[max(0, left - 1) : at]))
        if conditional:
            self._say(
                "condition_dropped",
                self.draft.text[left : right.start() if right else len(self.draft.text)],
                "",
            )
        else:
            self._say("dropped_claim", text, "")

    def _about_draft(self, position: int) -> bool:
        """The sentence at `position` carries a citation or shares words with the draft: it is no mere talk."""
        start, end = next(((a, b) for a, b in self.styled.spans if a <= position < b), (0, len(self.styled.text)))
        if segments.CITATION.search(self.styled.text[start:end]):
            return True
        mine = {stem(w) for w in words(self.draft.text) if len(w) > 3}
        return len({stem(w) for w in words(self.styled.text[start:end]) if len(w) > 3} & mine) >= 2

    def _spot(self, value: Value) -> str:
        return self.styled.text[value.start : value.end]

    def _spot_draft(self, value: Value) -> str:
        return self.draft.text[value.start : value.end]

    # dates and times

    def _moments(self) -> None:
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
                self._say(
                    "condition_dropped" if CONDITIONAL.search(text) else "dropped_claim",
                    context(self.draft.text, moment.start, moment.end, 1),
                    "",
                )
                continue
            other = next((m for m in spare if m.key[0] == moment.key[0]), None) or next(
                (m for m in spare if {m.key[0], moment.key[0]} == {"month", "day"}), None)  # fmt: skip
            if other is not None:
                spare.remove(other)
            self._say("date", moment.text, other.text if other else "")
        for extra in spare:
            if (
                extra.key[0] in ("day", "clock", "bc")
                and not any(self._meets(extra, m) for m in self.draft.moments)
                and extra.key[0] != "clock"
                and not self._loosely(extra, self.draft)
            ):
                self._say("date", "", extra.text)

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

    def _rivals(self) -> None:
        said = {r.kind for r in self.reasons}

        def region_of(position: int) -> list[tuple[int, int]]:
            claim = next((s for s in self.draft.segments if s.start <= position < s.after), self.draft.segments[-1])
            return segments.regions(claim, self.styled.segments, self.styled.text, self.styled.spans)

        spots = set[tuple[tuple[int, int], tuple[int, int]]]()
        for kind, mine, theirs in Rivals(self.draft, self.styled, region_of).run():
            if kind not in said and (mine, theirs) not in spots:
                spots.add((mine, theirs))
                self._say(kind, self.draft.text[slice(*mine)], self.styled.text[slice(*theirs)])


def exact(moment: Moment) -> bool:
    """Whether a clock time says which half of the day it is in."""
    return EXACT_CLOCK.search(moment.text) is not None


def _less_by(draft: Value, styled: Value) -> bool:
    """`отстаёт на 4 секунды` → `минус четыре секунды`; a temperature is another one below zero."""
    unit = styled.unit
    if unit is None or unit.dimension not in ("time", "months", "length", "mass", "volume"):
        return False
    return styled.value == -draft.value < 0 and draft.unit == unit


def _part_of(part: Value, whole: Value) -> bool:
    """`210 м` of `2 км и ещё 210 м`, `5` of the 5000 in `от 5 до 10 тысяч`."""
    if whole.form != "loose" or part.form == "loose" or not (whole.start <= part.start and part.end <= whole.end):
        return False
    if whole.end - whole.start > part.end - part.start:
        return whole.unit is not None or whole.value < 1 or whole.value >= 1000 * part.value  # `one in five`, `$5k`
    return whole.value > part.value


def check(draft: Facts, styled: Facts) -> list[Reason]:
    """The slips that need no grammar, the surest first."""
    return Surface(draft, styled).run()
