"""Claims that a restyled text tells in one sentence, all their marks behind it: the draft with these claims beside each other, so
that what compares claim with claim has the like before it. Knows no facts."""

from __future__ import annotations

import re

from style_adapter.guard.reader import MARKS, claims, stretches
from style_adapter.guard.segments import bare


def gathered(draft: str, styled: str) -> str:
    """The draft; where `styled` tells several of its claims together, and none of them under fewer marks elsewhere, with these
    beside each other, their marks behind the last of them."""
    pieces, told = stretches(draft), [marks for _, _, marks in stretches(styled)]
    before = {marks for _, _, marks in pieces}
    together = {
        claim
        for claim in claims(draft, styled)
        if len(claim) > 1 and claim not in before and all(marks == claim for marks in told if marks & claim)
    }
    if not together:
        return draft
    found, done = list[str](), set[frozenset[str]]()
    for start, end, marks in pieces:
        claim = next((each for each in together if each & marks), None)
        if claim is None:
            found.append(draft[start:end].strip())
        elif claim not in done:
            done.add(claim)
            *first, last = (draft[low:high].strip() for low, high, own in pieces if own & claim)
            found += [_marked(each, "") for each in first]
            found.append(_marked(last, " " + "".join(sorted(claim))))
    return " ".join(found)


def _marked(text: str, marks: str) -> str:
    """A claim with these marks in the place of its own."""
    for match in list(MARKS.finditer(bare(text)))[::-1]:
        text, marks = text[: match.start()] + marks + text[match.end() :], ""
    return text


def quoted(text: str, draft: str) -> str:
    """The part of a quotation from the gathered draft that stands in the draft itself."""
    parts = sorted((_marked(part, "").strip(" .!?…") for part in re.split(r"(?<=[.!?…])\s+", text)), key=len)
    return next((part for part in (text, *reversed(parts)) if part in draft), "")
