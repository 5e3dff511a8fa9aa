"""A restyled text as remark, facts, remark; and one text of the best pieces of several. Knows texts only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.text import CITATION, CYRILLIC, sentences

LONGEST_REMARK = 90  # characters; longer ones tend to state something
SHORT_OPENING = 5  # words of a remark that a colon may join to what follows


@dataclass(frozen=True, slots=True)
class Pieces:
    """`body` runs from the first cited sentence to the last one."""

    before: str
    body: str
    after: str


def pieces(text: str) -> Pieces | None:
    """None where the text cites nothing."""
    spans = sentences(text)
    cited = [at for at, (start, end) in enumerate(spans) if CITATION.search(text[start:end])]
    if not cited:
        return None
    start, end = spans[cited[0]][0], spans[cited[-1]][1]
    return Pieces(text[:start].strip(), text[start:end].strip(), text[end:].strip())


def units(draft: str) -> list[str]:
    """The draft cut into cited statements: sentences, each uncited one together with the next cited one. Sentences that cite
    across a code fence stay whole."""
    if "```" in draft:
        return [draft]
    found, held = list[str](), ""
    for start, end in sentences(draft):
        held = f"{held} {draft[start:end]}".strip()
        if CITATION.search(held):
            found.append(held)
            held = ""
    if held and found:
        found[-1] = f"{found[-1]} {held}"
    return found or [draft]


def joined(bodies: Sequence[str], before: str, after: str, room: int) -> str:
    """Remarks around the facts, at most `room` of them as sentences of their own; what has no room is joined to its
    neighbour by a colon or a dash, or left out."""
    body = " ".join(part for part in bodies if part)
    if before:
        if room > 0:
            body, room = f"{before} {body}", room - 1
        elif len(before.split()) <= SHORT_OPENING and len(sentences(before)) == 1:
            body = f"{before.rstrip('.!…')}: {lowered(body)}"
            after = ""
    if after and room > 0:
        body = f"{body} {after}"
    return body


def lowered(text: str) -> str:
    """The first letter small, where the first word is a common Russian one: names and code keep theirs."""
    first = re.match(r"[А-ЯЁ][а-яё]*", text)
    return text[0].lower() + text[1:] if first and CYRILLIC.match(text) else text
