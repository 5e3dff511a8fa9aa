"""A long text with entities as messages that Telegram takes: cut at paragraph, line, sentence, word, in this order of liking,
counted in UTF-16 units, never within an entity that fits a message. Knows no words of the bot."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

Entity = dict[str, Any]
LIMIT = 4096
SENTENCE_END = re.compile(r"(?<=[.!?…])[»\")\]]*\s+")
LEAST_SHARE = 0.25  # a message is filled this far before a cut at a lesser boundary is taken


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, entities: Sequence[Entity] = (), limit: int = LIMIT) -> list[tuple[str, list[Entity]]]:
    """Pieces of at most `limit` units, with their entities shifted to them. Together they say all that the text says."""
    spans = [(e["offset"], e["offset"] + e["length"], e) for e in entities]
    found: list[tuple[str, list[Entity]]] = []
    start = 0  # in characters, as all positions here but the entities' own
    marks = _unit_positions(text)
    while start < len(text):
        end = len(text)
        if marks[end] - marks[start] > limit:
            end = _cut(text, start, marks, [(a, b) for a, b, _ in spans], limit)
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        trimmed = piece.strip()
        if trimmed:
            base = marks[start + left]
            size = units(trimmed)
            own = []
            for a, b, entity in spans:
                low, high = max(a, base), min(b, base + size)
                if low < high:
                    own.append({**entity, "offset": low - base, "length": high - low})
            found.append((trimmed, own))
        start = end
    return found


def _unit_positions(text: str) -> list[int]:
    positions, at = [0], 0
    for char in text:
        at += 2 if ord(char) > 0xFFFF else 1
        positions.append(at)
    return positions


def _cut(text: str, start: int, marks: list[int], spans: Sequence[tuple[int, int]], limit: int) -> int:
    """Where the piece that begins at `start` ends, in characters."""
    last = start
    while marks[last + 1] - marks[start] <= limit:
        last += 1
    least = start + int((last - start) * LEAST_SHARE)
    for low in (least, start + 1):
        for positions in _boundaries(text, start, last):
            for position in positions:
                if position >= low and not _within(marks[position], spans):
                    return position
    inside = next((low for low, high in spans if low < marks[last] < high), None)
    if inside is None:
        return _whole_character(text, start, last)
    if inside > marks[start]:
        return marks.index(inside)  # before the entity
    # One entity fills it all: it is cut at a line or word, and goes on as an entity of its own.
    for positions in _boundaries(text, start, last):
        for position in positions:
            if position >= least:
                return position
    return _whole_character(text, start, last)


def _whole_character(text: str, start: int, last: int) -> int:
    """Not between a letter and its accent, or within an emoji of several."""
    position = last
    while position > start + 1 and (
        unicodedata.combining(text[position]) or "\u200d" in text[position - 1 : position + 1]
    ):
        position -= 1
    return position if position > start + 1 else last


def _boundaries(text: str, start: int, last: int) -> Iterator[list[int]]:
    """Cuts from the best kind to the worst, each kind latest first."""
    window = text[start : last + 1]
    for pattern in (r"\n\s*\n", r"\n", SENTENCE_END, r"\s+"):
        found = [start + match.end() for match in re.finditer(pattern, window)]
        yield [position for position in reversed(found) if start < position <= last]


def _within(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(low < position < high for low, high in spans)
