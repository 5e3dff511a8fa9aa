"""A parsed document to chunks: where to cut is the cheapest way through the document, by what a cut would
tear apart. Knows no file format, no model; every chunk is `document.text[start:end]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.nouns import Block, Chunk, ParsedDocument
from core.text import sentences

CHUNKER_VERSION = 1  # raised when a change of the cuts should re-ingest what is in

MAX_CHARS = 1200
TARGET_CHARS = 800
_TINY = 300  # characters: a section below it may share a chunk with its siblings

# What a cut costs, by what it parts; the size of a chunk costs up to 1 when it is nearly empty.
_FREE = 0.0  # a new section
_PARAGRAPH = 0.3
_TABLE_ROW = 0.35
_LIST_ITEM = 0.45
_SENTENCE = 0.9
_INTRO = 1.6  # a sentence and the code, list or table it brings
_BLANK_LINE = 1.2  # in code
_LINE = 2.0
_WORD = 5.0
_LETTER = 9.0
_HEADING = 12.0  # a heading and what stands under it
_FORBIDDEN = 1e9

_ITEM = re.compile(r"(?:[-*•]|\(?\d{1,4}[.)])[ \t]")
_FENCE = re.compile(r"\s*(?:[-*]\s+|\d+\.\s+)?(`{3,}|~{3,})")


class _Unit(NamedTuple):
    """A stretch of text that is never cut, the price of a cut before it, and the section it stands in."""

    start: int
    end: int
    cost: float
    section: int
    kind: str


class _Section(NamedTuple):
    """What stands between two headings: its path, how deep it is, and the characters under the heading."""

    path: tuple[str, ...]
    depth: int
    size: int


def chunk(document: ParsedDocument, *, max_chars: int = MAX_CHARS, target_chars: int = TARGET_CHARS) -> list[Chunk]:
    """The document's chunks, in order and not overlapping; together they hold all its text but blanks. None
    is longer than `max_chars` characters. Code, tables and lists stay whole where they fit, with the sentence
    before them; tiny sections of one parent may share a chunk, whose `headings` are then what they have in
    common."""
    if max_chars < 20:
        raise ValueError("max_chars must be at least 20")
    target = min(target_chars, max_chars)
    sections, owner = _sections(document)
    units = list(_units(document, owner, max_chars))
    return [
        _chunk(document, sections, units[first:last]) for first, last in _cheapest(units, sections, max_chars, target)
    ]


def context(document: ParsedDocument, piece: Chunk) -> str:
    """What a chunk's text doesn't say itself: the title and the headings above it, a line each. For the
    index."""
    lines = [line for line in dict.fromkeys((document.title, *piece.headings)) if line]
    inside = {line.lstrip("# ") for line in piece.text.split("\n") if line.startswith("#")}
    return "\n".join(line for line in lines if line not in inside)


def _chunk(document: ParsedDocument, sections: Sequence[_Section], units: Sequence[_Unit]) -> Chunk:
    start, end = units[0].start, units[-1].end
    with_text = [unit.section for unit in units if unit.kind != "heading"] or [units[-1].section]
    paths = [sections[number].path for number in dict.fromkeys(with_text)]
    common = paths[0]
    for path in paths[1:]:
        shared = 0
        while shared < min(len(common), len(path)) and common[shared] == path[shared]:
            shared += 1
        common = common[:shared]
    return Chunk(document.text[start:end], start, end, common)


def _sections(document: ParsedDocument) -> tuple[list[_Section], list[int]]:
    """The sections, the first being what stands before any heading, and the section's number of each
    block."""
    path: list[tuple[int, str]] = []
    sections = [_Section((), 0, 0)]
    owner: list[int] = []
    for block in document.blocks:
        if block.kind == "heading":
            level = max(block.level, 1)
            while path and path[-1][0] >= level:
                path.pop()
            path.append((level, document.text[block.start : block.end].lstrip("#").strip()))
            sections.append(_Section(tuple(text for _, text in path), len(path), 0))
        else:
            last = sections[-1]
            sections[-1] = last._replace(size=last.size + block.end - block.start)
        owner.append(len(sections) - 1)
    return sections, owner


def _units(document: ParsedDocument, owner: Sequence[int], limit: int) -> Iterator[_Unit]:
    """The units of all blocks. Text that no block covers is taken as paragraphs."""
    blocks = document.blocks
    position = 0
    for index, block in enumerate(blocks):
        yield from _paragraph_units(document.text, position, block.start, _PARAGRAPH, owner[index], limit)
        position = max(position, block.end)
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        cost = _cost_before(document.text, blocks, index)
        yield from _block_units(document.text, block, cost, owner[index], limit, following)
    yield from _paragraph_units(
        document.text, position, len(document.text), _PARAGRAPH, owner[-1] if owner else 0, limit
    )


def _cost_before(text: str, blocks: Sequence[Block], index: int) -> float:
    block, before = blocks[index], blocks[index - 1] if index else None
    if before is None or (block.kind == "heading" and before.kind != "heading"):
        return _FREE
    if before.kind == "heading":
        return _HEADING
    if block.kind in ("code", "list", "table", "quote") and before.kind in ("paragraph", "quote"):
        introduced = block.kind == "code" or text[before.start : before.end].rstrip().endswith((":", "：", "—"))
        return _INTRO if introduced else _PARAGRAPH * 2
    return _PARAGRAPH


def _block_units(
    text: str, block: Block, cost: float, section: int, limit: int, following: Block | None
) -> Iterator[_Unit]:
    size = block.end - block.start
    if block.kind in ("paragraph", "quote"):
        brings = following is not None and following.kind in ("code", "list", "table")
        whole = size <= limit // 2 and not (brings and following and following.end - block.start > limit)
        if whole:
            yield from _plain(text, block.start, block.end, cost, section, block.kind)
        else:
            yield from _paragraph_units(text, block.start, block.end, cost, section, limit)
    elif size <= limit:
        yield from _plain(text, block.start, block.end, cost, section, block.kind)
    elif block.kind == "code":
        yield from _line_units(text, block.start, block.end, cost, section, limit)
    elif block.kind == "list":
        yield from _list_units(text, block.start, block.end, cost, section, limit)
    elif block.kind == "table":
        for number, (start, end) in enumerate(_lines(text, block.start, block.end)):
            yield from _fit(text, start, end, _TABLE_ROW if number else cost, section, limit)
    else:
        yield from _fit(text, block.start, block.end, cost, section, limit)


def _plain(text: str, start: int, end: int, cost: float, section: int, kind: str) -> Iterator[_Unit]:
    """A unit without the blanks around it; none where nothing else is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield _Unit(start, end, cost, section, kind)


def _paragraph_units(text: str, start: int, end: int, cost: float, section: int, limit: int) -> Iterator[_Unit]:
    """Sentences, as far as they fit; paragraphs in a stretch are parted at blank lines first."""
    for match in re.finditer(r"\S(?:.*?\S)??(?=\s*\n[ \t]*\n|\s*\Z)", text[start:end], re.S):
        for number, (first, last) in enumerate(sentences(match.group())):
            base = start + match.start()
            yield from _fit(text, base + first, base + last, _SENTENCE if number else cost, section, limit)
        cost = _PARAGRAPH


def _fit(text: str, start: int, end: int, cost: float, section: int, limit: int) -> Iterator[_Unit]:
    """A stretch as units no longer than the limit: whole, else at blanks, else at any letter."""
    while end - start > limit:
        cut = text.rfind("\n", start + 1, start + limit)
        if cut <= start:
            cut = text.rfind(" ", start + limit // 2, start + limit)
        blank = cut > start
        if not blank:
            cut = start + limit
        yield from _plain(text, start, cut, cost, section, "paragraph")
        start, cost = cut, _WORD if blank else _LETTER
    yield from _plain(text, start, end, cost, section, "paragraph")


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        cut = text.find("\n", start, end)
        cut = end if cut < 0 else cut
        yield start, cut
        start = cut + 1


def _line_units(text: str, start: int, end: int, cost: float, section: int, limit: int) -> Iterator[_Unit]:
    """Lines of code; a blank line is where to cut first, the fences stay with the line beside them."""
    first = True
    blank = False
    for begin, stop in _lines(text, start, end):
        if not text[begin:stop].strip():
            blank = True
            continue
        closing = stop == end and _FENCE.match(text[begin:stop]) is not None
        price = cost if first else _HEADING if closing else _BLANK_LINE if blank else _LINE
        yield from _fit(text, begin, stop, price, section, limit)
        first, blank = False, False


def _list_units(text: str, start: int, end: int, cost: float, section: int, limit: int) -> Iterator[_Unit]:
    """Items of a list, whole where they fit; a longer item by its lines, code inside it by the rules of
    code."""
    starts: list[int] = []
    marks = ""
    for begin, stop in _lines(text, start, end):
        line = text[begin:stop]
        fence = _FENCE.match(line)
        if not marks and (_ITEM.match(line) or begin == start):
            starts.append(begin)
        if fence:
            marks = "" if marks and fence.group(1).startswith(marks) else marks or fence.group(1)
    for begin, stop in zip(starts, [*starts[1:], end], strict=True):
        price = cost if begin == start else _LIST_ITEM
        if stop - begin <= limit:
            yield from _plain(text, begin, stop, price, section, "list")
        else:
            yield from _item_units(text, begin, stop, price, section, limit)


def _item_units(text: str, start: int, end: int, cost: float, section: int, limit: int) -> Iterator[_Unit]:
    """The lines of a long item, each with its price: a nested item, a sentence, a line of code."""
    marks = ""
    for begin, stop in _lines(text, start, end):
        line = text[begin:stop]
        fence = _FENCE.match(line)
        price = _LINE if marks else _INTRO if fence else _LIST_ITEM * 1.5 if _ITEM.match(line.lstrip()) else _SENTENCE
        if fence:
            price = _HEADING if marks else price
            marks = "" if marks and fence.group(1).startswith(marks) else marks or fence.group(1)
        price = cost if begin == start else price
        if stop - begin > limit and not marks:
            yield from _paragraph_units(text, begin, stop, price, section, limit)
        else:
            yield from _fit(text, begin, stop, price, section, limit)


def _cheapest(units: Sequence[_Unit], sections: Sequence[_Section], limit: int, target: int) -> list[tuple[int, int]]:
    """The cuts with the lowest price in all: (first, last+1) of the units of each chunk."""
    count = len(units)
    best = [0.0] + [_FORBIDDEN * 10] * count
    previous = [0] * (count + 1)
    for first in range(count):
        here = best[first] + units[first].cost
        start, joined = units[first].start, 0.0
        for last in range(first, count):
            size = units[last].end - start
            if size > limit:
                break
            if last > first and units[last].section != units[last - 1].section:
                joined += _join_cost(sections, units, first, last)
                if joined >= _FORBIDDEN:
                    break
            price = here + joined + _size_cost(size, target, limit)
            if price < best[last + 1]:
                best[last + 1], previous[last + 1] = price, first
    spans: list[tuple[int, int]] = []
    end = count
    while end:
        spans.append((previous[end], end))
        end = previous[end]
    return spans[::-1]


def _size_cost(size: int, target: int, limit: int) -> float:
    """What a chunk of this size costs: a fixed price for being one, more the smaller it is, a little more
    towards the limit."""
    if size < target:
        return 0.25 + 0.75 * ((target - size) / target) ** 2
    return 0.25 + 0.15 * (size - target) / max(limit - target, 1)


def _join_cost(sections: Sequence[_Section], units: Sequence[_Unit], first: int, last: int) -> float:
    """What it costs to let the section of `units[last]` into a chunk that began at `first`."""
    begun, new = sections[units[first].section], sections[units[last].section]
    before = sections[units[last - 1].section]
    if before.size == 0 and new.path[: len(before.path)] == before.path:
        return 0.0  # a heading right under a heading
    if new.depth < begun.depth or new.path[: begun.depth - 1] != begun.path[: begun.depth - 1]:
        return _FORBIDDEN  # another parent
    under = new.path[: begun.depth] == begun.path
    if begun.size > _TINY and not under and before is not begun:
        return _FORBIDDEN  # a big section, its parts and its sibling
    if new.size > _TINY and before.size > _TINY:
        return _FORBIDDEN
    return 0.15 if new.size <= _TINY and before.size <= _TINY else 0.6
