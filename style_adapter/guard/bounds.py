"""At least, at most, more, less, about: the bounds that stand beside numbers. Knows no other operator."""

from __future__ import annotations

import re
from itertools import islice

from style_adapter.guard import lexicon
from style_adapter.guard.align import Alignment
from style_adapter.guard.ops import LIMIT, Op, Slip, find, plain
from style_adapter.guard.values import Moment, Value
from style_adapter.guard.words import Reading


class Bounds:
    """Compares the bounds of equal numbers; `mine` and `theirs` are the spans that belong to numbers, for other "
    "checks to skip."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.draft, self.styled = plain(alignment.draft), plain(alignment.styled)
        self.negations = [Op("neg", *m.span()) for m in islice(lexicon.NEGATION.finditer(self.styled), LIMIT)]
        self.bound_spans: list[tuple[int, int]] = []
        self.their_bounds: list[tuple[int, int]] = []
        self.slips: list[Slip] = []

    def _claim(self, position: int) -> int:
        claims = self.a.claims
        return next((k for k, c in enumerate(claims) if c.start <= position < c.after), len(claims) - 1)

    def run(self) -> None:
        mine, theirs = find(self.draft, lexicon.BOUNDS_RE), find(self.styled, lexicon.BOUNDS_RE)
        for value in self.a.styled.facts.values:
            if value.form != "loose" and not value.year:
                self.their_bounds += [
                    (op.start, op.end)
                    for op in self._beside(self.a.styled, self.styled, value, theirs, left=22, right=22)
                ]
        for value in self.a.draft.facts.values:
            if value.form == "loose" or value.year or value.ordinal or (value.unit and value.unit.label == "times"):
                continue
            near = [
                op for op in self._beside(self.a.draft, self.draft, value, mine, left=22, right=22)
                if op.end <= value.start or op.cls not in ("gt", "lt")
            ]  # fmt: skip
            sides = {op.cls for op in near} & {"ge", "le", "gt", "lt", "about"}
            if not sides:
                continue
            self.bound_spans += [(op.start, op.end) for op in near]
            region = self.a.region[self._claim(value.start)]
            answers: list[Value | Moment] = [
                v for v in self.a.styled.facts.values if value.equals(v) and any(s <= v.start < e for s, e in region)
            ]
            if answers:
                self._compare_bounds(value, near, sides, answers, theirs)
        for moment in self.a.draft.facts.moments:
            near = [op for op in self._beside(self.a.draft, self.draft, moment, mine, 22, 0) if op.end <= moment.start]
            region = self.a.region[self._claim(moment.start)]
            told: list[Value | Moment] = [
                m
                for m in self.a.styled.facts.moments
                if m.key == moment.key and any(s <= m.start < e for s, e in region)
            ]
            if sides := {op.cls for op in near} & {"ge", "le"}:
                self.bound_spans += [(op.start, op.end) for op in near]
                if told:
                    self._compare_bounds(moment, near, sides, told, theirs)

    def _compare_bounds(
        self, value: Value | Moment, near: list[Op], sides: set[str], answers: list[Value | Moment], theirs: list[Op]
    ) -> None:
        got: set[str] = set()
        spots: list[Op] = []
        for answer in answers:
            for op in self._beside(self.a.styled, self.styled, answer, theirs, left=40, right=40):
                spots.append(op)
                turned = {"gt": {"le"}, "lt": {"ge"}}.get(op.cls, {op.cls})
                if not re.search(
                    r"(?<!\w)(?:не|not|never|no)\s(?:\w+\s)?$", self.styled[max(0, op.start - 18) : op.start]
                ):
                    got.add(op.cls)
                    turned = turned if self._negated(op, answer) else set()
                got |= turned
        against = {
            "ge": {"le", "lt"},
            "gt": {"le", "lt"},
            "le": {"ge", "gt"},
            "lt": {"ge", "gt"},
            "about": {"exact"},
        }
        friends = {
            "ge": {"ge", "gt"},
            "gt": {"gt", "ge"},
            "le": {"le", "lt"},
            "lt": {"lt", "le"},
            "about": {"about", "perhaps", "ge", "le"},
        }
        for side in sides:
            if got & friends[side]:
                continue
            kind = "modality" if side == "about" else "comparison_flipped"
            op = next(o for o in near if o.cls == side)
            bad = [o for o in spots if o.cls in against[side]]
            draft = (min(op.start, value.start), max(op.end, value.end))
            answer = answers[0]
            if bad:
                self.slips.append(
                    Slip(kind, draft, (min(bad[0].start, answer.start), max(bad[0].end, answer.end)), 0.85)
                )
            elif side in ("ge", "le", "gt", "lt"):
                self.slips.append(Slip(kind, draft, (answer.start, answer.end), 0.45))

    def _beside(
        self, reading: Reading, text: str, value: Value | Moment, ops: list[Op], left: int, right: int
    ) -> list[Op]:
        """Bounds that belong to a number: those before it, and those after it that belong to no later number."""
        found = []
        values = [v for v in reading.facts.values if v.form != "loose"]
        for op in ops:
            if op.end <= value.start and value.start - op.end <= left:
                gap = text[op.end : value.start]
                between = any(op.end <= v.start < value.start for v in values)
            elif op.start >= value.end and op.start - value.end <= right:
                gap = text[value.end : op.start]
                between = any(value.end <= v.start < op.start for v in values) or any(
                    0 <= v.start - op.end <= 24 and "," not in text[op.end : v.start] for v in values
                )
            else:
                continue
            if between or re.search(r"\d|\[|[.!?;]\s", gap):
                continue
            if left > 22 or ("," not in gap and len(gap.split()) <= 2):
                found.append(op)
        return found

    def _negated(self, op: Op, value: Value | Moment) -> bool:
        start, end = min(op.start, value.start) - 30, max(op.end, value.end) + 40
        return any(start <= n.start < end for n in self.negations)
