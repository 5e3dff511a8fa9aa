"""Citations cut a text into cited segments; sentences and regions of it. Knows no facts inside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from core.text import sentences
from style_adapter.guard.identifiers import CODE, FENCE

CITATION = re.compile(r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]")
OPENING = re.compile(r"(?:\s*\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\])+(?=(\s*))")
GLUE = re.compile(r"[\s,;.]*")


@dataclass(frozen=True, slots=True)
class Segment:
    """`text[start:end]` is what stands before the mark and after the mark before it; `cites` is empty for a tail."""

    cites: frozenset[int]
    start: int
    end: int  # where the mark begins
    after: int  # where the mark ends


@lru_cache(maxsize=64)
def bare(text: str) -> str:
    """The text as marks are looked for in it: its code blanked, letter for letter, for the index of `args[1]` is no mark."""
    for code in (FENCE, CODE):
        text = code.sub(lambda m: "\x00" * len(m.group()), text)
    return text


def numbers(mark: str) -> list[int]:
    """The numbers of one mark: `1`, `1, 3`, `2–4`."""
    found: list[int] = []
    for part in re.split(r"\s*[,;]\s*", mark):
        ends = [int(n) for n in re.split(r"\s*[–-]\s*", part)]
        found += range(ends[0], min(ends[-1], ends[0] + 50) + 1) if len(ends) == 2 else ends
    return found


def cut(text: str) -> list[Segment]:
    """The segments of a text, in order; the last one may be a tail without citation."""
    found: list[Segment] = []
    start = 0
    for match in CITATION.finditer(bare(text)):
        cites = frozenset(numbers(match[1]))
        gap = GLUE.fullmatch(text[start : match.start()])
        if found and gap and "." not in gap.group():
            last = found[-1]
            found[-1] = Segment(last.cites | cites, last.start, last.end, match.end())
        else:
            found.append(Segment(cites, start, match.start(), match.end()))
        start = match.end()
    if text[start:].strip(" .,;:!?…\n\t") or not found:
        found.append(Segment(frozenset(), start, len(text), len(text)))
    return found


def rest_of_sentence(text: str, position: int, spans: list[tuple[int, int]]) -> int:
    """The end of the sentence that holds `position`."""
    for start, end in spans:
        if start <= position <= end:
            return end
    return position


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences; a piece that holds no letter (a mark, a dash), and marks behind its full stop, belong to the sentence before."""
    merged: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if merged and (marks := OPENING.match(text, start, end)):
            merged[-1] = (merged[-1][0], marks.end())
            start = min(end, marks.end() + len(marks[1]))
        if merged and not re.search(r"[^\W\d_]", text[start:end]):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def regions(claim: Segment, styled: list[Segment], text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where in the styled text a claim of the draft is to be looked for: what carries its mark, to the end of that sentence."""
    own = [s for s in styled if s.cites & claim.cites]
    if not claim.cites or not own:
        return [(0, len(text))]
    found: list[tuple[int, int]] = []
    for segment in own:
        end = rest_of_sentence(text, segment.after, spans)
        limit = next((s.end for s in styled if s.start >= segment.after and s.cites), len(text))
        found.append((segment.start, max(segment.end, min(end, limit))))
    return found
