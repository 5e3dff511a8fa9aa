"""What the cheap checks know of one text: sentences, cited segments, identifiers, values, moments, idioms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from core.text import fold
from style_adapter.guard import extract, identifiers, segments
from style_adapter.guard.identifiers import Identifier
from style_adapter.guard.segments import Segment
from style_adapter.guard.values import Moment, Value

IDIOM = re.compile(
    r"(?<!\w)(?:в два счета|дважды два|как два пальца|в двух словах|в двух шагах|раз,? два(?:,? три)?(?!,? три подряд| подряд)|"
    r"раз-два(?:-три)?|на все сто|"
    r"на все 100|один в один|семь раз отмерь|ни в одном глазу|пара слов|два сапога пара|с трех раз|в пол-оборота|"
    r"(?:три|тридевять|семь)\w* (?:морей|земель|пятниц|пядей|футов)|за три ?девять|пять баллов|(?:5|пять) звезд\w*|"
    r"на 100\s?%|100\s?%[-\s]но|номер (?:один|раз|1)|number one|first things first|two cents|second to none|nine lives|"
    r"cloud nine|six feet under|at sixes and sevens|forty winks|one of a kind|on all fours|a thousand times|one hundred percent,|"
    r"ten out of ten|10/10|1v1|ten-four|high five|take five|five stars?|second nature|on second thought)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the cheap checks know of one text."""

    text: str
    spans: list[tuple[int, int]]  # sentences
    segments: list[Segment]
    identifiers: list[Identifier]
    values: list[Value]
    moments: list[Moment]
    idioms: list[tuple[int, int]]

    def cites(self) -> set[int]:
        return {n for s in self.segments for n in s.cites}


def analyse(text: str) -> Facts:
    """Everything the cheap checks need of a text."""
    marks = [m.span() for m in segments.CITATION.finditer(segments.bare(text))]
    found = [i for each in identifiers.find(text) if (i := _unmarked(each, marks)) is not None]
    taken = [(i.start, i.end) for i in found] + marks
    numbers, moments = extract.extract(text, taken)
    idioms = [m.span() for m in IDIOM.finditer(fold(text))]
    return Facts(text, segments.sentence_spans(text), segments.cut(text), found, numbers, moments, idioms)


def _unmarked(each: Identifier, marks: list[tuple[int, int]]) -> Identifier | None:
    """Without the mark glued to it: `https://a.example/v2[1]`; None of what is a mark itself."""
    cut = next((start for start, end in marks if start < each.end and each.start < end), None)
    if cut is None:
        return each
    name = each.text[: max(0, cut - each.start)].rstrip(identifiers.CLOSING)
    return replace(each, text=name, end=each.start + len(name)) if name else None


def inside(position: int, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in ranges)


def context(text: str, start: int, end: int, words: int = 3) -> str:
    """The spot with a few words on each side, verbatim."""
    left = re.search(rf"(?:\S+\s+){{0,{words}}}$", text[:start][-80:])
    right = re.match(rf"(?:\s+\S+){{0,{words}}}", text[end : end + 80])
    return text[start - len(left.group() if left else "") : end + len(right.group() if right else "")]
