"""PowerPoint presentations to pieces: a heading a slide, its text, lists, tables and diagrams, the speaker's
notes. Knows no other format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.nouns import ParsedDocument
from core.text import language
from ingest.clean import one_line
from ingest.parse.build import Piece, build
from ingest.parse.grid import grid_pieces
from ingest.parse.ooxml import MC, A, P, Package, R

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("dt", "ftr", "sldNum", "hdr", "sldImg")  # date, footer, slide number
_WORDS = {"ru": ("Слайд", "Заметки докладчика"), "en": ("Slide", "Speaker notes")}


def parse_pptx(data: bytes, source: str, name: str) -> ParsedDocument:
    """The document of a presentation; its title is the first slide's."""
    with Package(data, name) as package:
        part = package.main_part()
        relations = package.relations(part)
        order = [found.get(f"{R}id") for found in package.xml(part).iter(f"{P}sldId")]
        slides = [_slide(package, relations[number][1]) for number in order if number in relations]
    words = _WORDS[language(" ".join(piece.text for _, pieces, notes in slides for piece in [*pieces, *notes]))]
    pieces: list[Piece] = []
    for number, (title, body, notes) in enumerate(slides, 1):
        if title or body or notes:
            pieces.append(Piece("heading", f"{words[0]} {number}: {title}" if title else f"{words[0]} {number}", 1))
        pieces += body
        if notes:
            pieces += [Piece("paragraph", f"{words[1]}:"), *notes]
    media = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    first = next((title for title, _, _ in slides if title), "")
    return build(pieces, source, title=first, name=name, media_type=media)


def _slide(package: Package, part: str) -> tuple[str, list[Piece], list[Piece]]:
    """Title, body, notes."""
    title, body = "", []
    for shape in _shapes(package.xml(part).find(f"{P}cSld/{P}spTree")):
        kind = _placeholder(shape)
        if kind in _TITLES and not title:
            title = one_line(" ".join(text for text, _ in _lines(shape)))
        elif kind not in _FURNITURE:
            body += list(_shape(package, part, shape, kind))
    notes: list[Piece] = []
    notes_part = package.related(part, "notesSlide")
    if notes_part:
        for shape in _shapes(package.xml(notes_part).find(f"{P}cSld/{P}spTree")):
            if _placeholder(shape) not in _FURNITURE:
                notes += [Piece("paragraph", text) for text, _ in _lines(shape) if text.strip()]
    return title, body, notes


def _shapes(tree: Any) -> Iterator[Any]:
    """The shapes of a slide, those in groups included, as they are stacked: the order they are read out
    in."""
    for shape in tree if tree is not None else ():
        if shape.tag in (f"{P}grpSp", f"{MC}AlternateContent", f"{MC}Choice"):
            yield from _shapes(shape)
        elif shape.tag in (f"{P}sp", f"{P}graphicFrame", f"{P}cxnSp"):
            yield shape


def _placeholder(shape: Any) -> str:
    found = shape.find(f".//{P}nvPr/{P}ph")
    return "" if found is None else str(found.get("type") or "body")


def _shape(package: Package, part: str, shape: Any, kind: str) -> Iterator[Piece]:
    table = shape.find(f".//{A}tbl")
    if table is not None:
        yield from _table(table)
        return
    data = next((found.get(f"{R}dm") for found in shape.iter() if found.get(f"{R}dm")), None)
    if data is not None:  # a diagram keeps its text in a part of its own
        target = package.relations(part).get(data, ("", ""))[1]
        root = package.optional(target)
        texts = [] if root is None else [text for paragraph in root.iter(f"{A}p") if (text := _text(paragraph).strip())]
        yield Piece("list", "\n".join(f"- {one_line(text)}" for text in texts))
        return
    lines = [(text, depth) for text, depth in _lines(shape) if text.strip()]
    if len(lines) > 1 and kind in ("body", "obj", "subTitle"):
        yield Piece("list", "\n".join("  " * depth + "- " + text.replace("\n", " ") for text, depth in lines))
    else:
        yield from (Piece("paragraph", text) for text, _ in lines)


def _lines(shape: Any) -> Iterator[tuple[str, int]]:
    """The paragraphs of a shape with their depths."""
    body = shape.find(f"{P}txBody")
    for paragraph in body.iter(f"{A}p") if body is not None else ():
        properties = paragraph.find(f"{A}pPr")
        depth = "0" if properties is None else properties.get("lvl") or "0"
        yield _text(paragraph).strip(), int(depth) if depth.isdecimal() else 0


def _text(paragraph: Any) -> str:
    parts = []
    for element in paragraph.iter(f"{A}t", f"{A}br", f"{A}tab"):
        parts.append({f"{A}br": "\n", f"{A}tab": " "}.get(element.tag) or element.text or "")
    return "".join(parts)


def _table(table: Any) -> Iterator[Piece]:
    grid: list[list[str]] = []
    for row in table.iter(f"{A}tr"):
        grid.append([])
        for cell in row.iter(f"{A}tc"):
            column = len(grid[-1])
            text = one_line(" ".join(_text(paragraph) for paragraph in cell.iter(f"{A}p")))
            if cell.get("hMerge") in ("1", "true") and column:
                text = grid[-1][column - 1]
            elif cell.get("vMerge") in ("1", "true") and len(grid) > 1 and column < len(grid[-2]):
                text = grid[-2][column]
            grid[-1].append(text)
    properties = table.find(f"{A}tblPr")
    marked = properties is not None and properties.get("firstRow") in ("1", "true")
    yield from grid_pieces(grid, head=1 if marked and len(grid) > 1 else None)
