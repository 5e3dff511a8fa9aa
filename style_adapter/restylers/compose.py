"""A draft as statements that can be reworded and text that stands; a restyled text as remark, facts, remark; and one text put
together of both. Knows texts only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.nouns import Lang
from core.text import CITATION, CYRILLIC, language, sentences
from style_adapter.restylers.fidelity import is_table, shares_words, without_remark

LONGEST = 320  # characters; longer statements are quoted
SHORT_OPENING = 5  # words of a remark that a colon may join to what follows
CODE = re.compile(r"`[^`\n]*`|[!-~]*[A-Za-z0-9_/\\][!-~]*")
PROSE = 0.5  # share of a statement's characters, code and names left out, that makes it prose


@dataclass(frozen=True, slots=True)
class Span:
    """A statement: `draft[start:end]`, cited, prose of one line."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """`body` runs from the first cited sentence to the last one."""

    before: str
    body: str
    after: str


def pieces(text: str, draft: str) -> Pieces | None:
    """None where the text cites nothing. Sentences before the first cited one belong to the facts where they share a word
    with the draft."""
    spans = sentences(text)
    cited = [at for at, (start, end) in enumerate(spans) if CITATION.search(text[start:end])]
    if not cited:
        return None
    first = next(at for at in range(cited[0] + 1) if at == cited[0] or shares_words(text[slice(*spans[at])], draft))
    start, end = spans[first][0], spans[cited[-1]][1]
    return Pieces(text[:start].strip(), text[start:end].strip(), text[end:].strip())


def statements(draft: str, head: int = 0) -> list[Span]:
    """What of the draft can be reworded: runs of sentences that end with a cited one, on one line, prose, not too long.
    Listings, tables and what stands before `head` are quoted."""
    found, start, fenced = list[Span](), -1, False
    for begin, end in sentences(draft):
        if begin < head:
            begin = min(head, end)
        if begin == end:
            continue
        text = draft[begin:end]
        fenced ^= text.count("```") % 2 == 1
        if start < 0 or "\n" in draft[start:begin]:
            start = begin
        if CITATION.search(text):
            if not fenced and _prose(draft[start:end]):
                found.append(Span(start, end))
            start = -1
    return found


def _prose(text: str) -> bool:
    bare = CITATION.sub("", text)
    rest = CODE.sub("", bare) if language(text) == "ru" else re.sub(r"`[^`\n]*`", "", bare)
    return (
        len(text) <= LONGEST
        and len(rest.strip()) >= PROSE * len(bare)
        and len(rest.split()) >= 3
        and not is_table(bare)
    )


def head_of(draft: str, partly: bool) -> int:
    """Where the facts begin: after the words that say there is no direct answer, which stay as they are."""
    at = draft.find(": ")
    return at + 2 if partly and at >= 0 else 0


def replaced(draft: str, bodies: Mapping[Span, str]) -> str:
    """The draft with these statements reworded, all else as it stands."""
    out, at = list[str](), 0
    for span in sorted(bodies, key=lambda span: span.start):
        out += [draft[at : span.start], bodies[span]]
        at = span.end
    return "".join([*out, draft[at:]])


def framed(body: str, before: str, after: str, fused: bool = False) -> str:
    """Remarks around the facts. `fused`: a short opening is joined by a colon, so that it adds no sentence."""
    if before and fused:
        if len(before.split()) > SHORT_OPENING or len(sentences(before)) != 1 or before[-1] in "?!":
            return ""
        body = f"{before.rstrip('.…:')}: {lowered(body)}"
    elif before:
        body = f"{before} {body}"
    return f"{body} {after}" if after else body


def lowered(text: str) -> str:
    """The first letter small, where the first word is a common Russian one: names and code keep theirs."""
    first = re.match(r"[А-ЯЁ][а-яё]+\b", text)
    return text[0].lower() + text[1:] if first and CYRILLIC.match(text) else text


def plain_body(text: str, draft: str) -> str:
    """The facts of a restyled text without any remark, before, after or joined by a colon; "" where there are none."""
    found = pieces(text, draft)
    if found is None:
        return ""
    body = without_remark(found.body, draft)
    return body[:1].upper() + body[1:] if body != found.body else body


def speaks(text: str, wanted: str) -> bool:
    """Whether a statement is in the language the persona answers in."""
    lang: Lang = language(text)
    return wanted in ("user", lang)


def cycled(items: Sequence[str], at: int) -> str:
    return items[at % len(items)] if items else ""
