"""Blocks put together into a ParsedDocument: text and offsets made in one place, so that they always
agree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Literal, NamedTuple

from core.nouns import Block, ParsedDocument
from ingest.clean import normalize, one_line

Kind = Literal["heading", "paragraph", "list", "table", "code", "quote"]

_BLANK_ENDS = re.compile(r"[ \t]+(?=\n|$)")
_WIDE_GAP = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")
_BLANK_LINES = re.compile(r"\n{3,}")


class Piece(NamedTuple):
    """A block before it has a place: what the parsers yield."""

    kind: Kind
    text: str
    level: int = 0


def fence(code: str, info: str = "") -> str:
    """A code block; the fence is longer than any run of backticks inside."""
    body = code.strip("\n")
    longest = max((len(run) for run in re.findall(r"`{3,}", body)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{info}\n{body}\n{marks}"


def build(pieces: Iterable[Piece], source: str, *, title: str, name: str, media_type: str) -> ParsedDocument:
    """The document of these pieces. Without a title it is the only or first heading of the highest level at
    the top, else the file's name. Pieces without text are left out."""
    parts: list[str] = []
    blocks: list[Block] = []
    length = 0
    for piece in pieces:
        text = normalize(piece.text)
        text = one_line(text) if piece.kind == "heading" else _tidy(text, piece.kind)
        if not text.strip():
            continue
        level = 0
        if piece.kind == "heading":
            level = min(max(piece.level, 1), 6)
            text = f"{'#' * level} {text}"
        if parts:
            parts.append("\n\n")
            length += 2
        parts.append(text)
        blocks.append(Block(piece.kind, length, length + len(text), level))
        length += len(text)
    whole = "".join(parts)
    title = one_line(normalize(title)) or _first_heading(whole, blocks) or PurePath(name).stem or source
    return ParsedDocument(source, title, whole, tuple(blocks), media_type)


def _tidy(text: str, kind: Kind) -> str:
    text = _BLANK_ENDS.sub("", text).strip("\n")
    if kind in ("paragraph", "quote") and "`" not in text:
        text = _WIDE_GAP.sub(" ", text)
    return text if kind == "code" else _BLANK_LINES.sub("\n\n", text).strip()


def _first_heading(text: str, blocks: list[Block]) -> str:
    headings = [block for block in blocks if block.kind == "heading"]
    if not headings:
        return ""
    first, top = headings[0], min(block.level for block in headings)
    alone = sum(block.level == top for block in headings) == 1
    if first.level == top and (alone or first.level == 1) and first is blocks[0]:
        return text[first.start : first.end].lstrip("# ")
    return ""
