"""A draft as sentences that can be said otherwise and text that stands, and one text put together of both with remarks
around it. Knows texts only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.nouns import Lang
from core.text import CITATION, CYRILLIC, language, sentences
from style_adapter.restylers.ways import is_row

LONGEST = 500  # characters; longer sentences are quoted
SHORT_OPENING = 5  # words of a remark that a colon may join to what follows
CODE = re.compile(r"`[^`\n]*`|[!-~]*[A-Za-z0-9_/\\][!-~]*")
PROSE = 0.4  # share of a sentence's characters, code and names left out, that makes it prose
MARKER = re.compile(r"(?:[-*•–]|\d{1,2}[.)]) +(?=\S)")  # of an item of a list
_CAPTION = re.compile(r"[А-ЯЁ][а-яё]+(?: [^\s:`]+)+: ?`[^`\n]+`(?: \[\d{1,3}\])*\.?$")  # «Вернуть сообщения: `replay`»
_PAIRS = re.compile(r"\S+: [^;:]+; \S[^;:]*: ")


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence: `draft[start:end]`."""

    start: int
    end: int


def prose(draft: str, head: int = 0) -> list[Span]:
    """The sentences that can be said otherwise: not before `head`, no listing, no table, not too long."""
    found, fenced = list[Span](), False
    for begin, end in sentences(draft):
        begin = max(begin, min(head, end))
        marker = MARKER.match(draft, begin, end)
        begin = marker.end() if marker else begin
        text = draft[begin:end]
        line = draft[draft.rfind("\n", 0, begin) + 1 : begin]
        if "```" not in text and (line.count("`") % 2 or text.count("`") % 2):
            continue  # a sentence's end within code
        inside = fenced
        fenced ^= text.count("```") % 2 == 1
        if not inside and not fenced and begin < end and _is_prose(text):
            found.append(Span(begin, end))
    return found


def _is_prose(text: str) -> bool:
    if is_row(text) or _CAPTION.match(text):
        return len(text) <= LONGEST
    bare = CITATION.sub("", text)
    rest = CODE.sub("", bare) if language(text) == "ru" else re.sub(r"`[^`\n]*`", "", bare)
    return (
        len(text) <= LONGEST
        and len(rest.strip()) >= PROSE * len(bare)
        and len(rest.split()) >= 3
        and not _PAIRS.search(bare)
    )


def head_of(draft: str, partly: bool) -> int:
    """Where the facts begin: after the words that say there is no direct answer, which stay as they are."""
    at = draft.find(": ")
    return at + 2 if partly and at >= 0 else 0


def replaced(draft: str, bodies: Mapping[Span, str]) -> str:
    """The draft with these sentences said otherwise, all else as it stands."""
    out, at = list[str](), 0
    for span in sorted(bodies, key=lambda span: span.start):
        out += [draft[at : span.start], bodies[span]]
        at = span.end
    return "".join([*out, draft[at:]])


def framed(body: str, before: str, after: str, fused: bool = False) -> str:
    """Remarks around the facts, on lines of their own where the facts have lines. `fused`: a short opening is joined by a
    colon, so that it adds no sentence; "" where it can't be."""
    apart = "\n" if "\n" in body else " "
    if before and fused:
        if (
            apart == "\n"
            or re.match(r"[^.!?]*:\s", body)
            or len(before.split()) > SHORT_OPENING
            or len(sentences(before)) != 1
            or before[-1] in "?!"
        ):
            return ""
        body = f"{before.rstrip('.…:')}: {lowered(body)}"
    elif before:
        body = f"{before}{apart}{body}"
    return f"{body}{apart}{after}" if after else body


def lowered(text: str) -> str:
    """The first letter small, where the first word is a common Russian one: names and code keep theirs."""
    first = re.match(r"[А-ЯЁ][а-яё]+\b", text)
    return text[0].lower() + text[1:] if first and CYRILLIC.match(text) else text


def speaks(text: str, wanted: str) -> bool:
    """Whether a sentence is in the language the persona answers in."""
    lang: Lang = language(text)
    return wanted in ("user", lang)


def cycled(items: Sequence[str], at: int) -> str:
    return items[at % len(items)] if items else ""
