"""Word documents to pieces: headings, numbered paragraphs and lists, tables, footnotes, text in content
controls, boxes and insertions not yet accepted. Knows no other format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from core.nouns import ParsedDocument
from ingest.clean import one_line
from ingest.parse.build import Piece, build, fence
from ingest.parse.grid import grid_pieces, is_layout
from ingest.parse.numbering import Numbering
from ingest.parse.ooxml import MC, M, Package, W, unwrapped

_SKIPPED = frozenset(f"{W}{tag}" for tag in ("del", "moveFrom", "pPr", "rPr", "txbxContent", "instrText")) | {
    f"{MC}Fallback"
}
_CODE_STYLES = ("code", "код", "preformatted", "источник", "листинг", "listing")


def parse_docx(data: bytes, source: str, name: str) -> ParsedDocument:
    """The document of a Word file; its title is the paragraph in the style Title, else its one top
    heading."""
    with Package(data, name) as package:
        reader = _Reader(package)
        pieces = list(reader.pieces())
    if not any(piece.kind == "heading" for piece in pieces):
        pieces = [_promoted(piece, number in reader.bold) for number, piece in enumerate(pieces)]
    media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return build(pieces, source, title=reader.title, name=name, media_type=media)


def _promoted(piece: Piece, bold: bool) -> Piece:
    """A short bold paragraph as a heading: what people without styles do."""
    text = piece.text.strip()
    if bold and piece.kind == "paragraph" and len(text) <= 100 and "\n" not in text and text[-1:] not in ".,;:!?":
        return Piece("heading", text, 2)
    return piece


class _Reader:
    """One pass over a document's body, with its styles, numbering and footnotes at hand."""

    def __init__(self, package: Package) -> None:
        part = package.main_part()
        self.title = ""
        self.bold: set[int] = set()  # numbers of pieces that are wholly bold
        self._body = package.xml(part).find(f"{W}body")
        self._styles = _Styles(package.optional(package.related(part, "styles")))
        self._numbering = Numbering(package.optional(package.related(part, "numbering")))
        notes = package.optional(package.related(part, "footnotes"))
        self._notes = {note.get(f"{W}id"): note for note in (notes if notes is not None else ())}

    def pieces(self) -> Iterator[Piece]:
        if self._body is None:
            return
        run: list[Piece] = []  # neighbours of one kind that make one block
        count = 0
        for piece, bold in self._pieces(self._body):
            if run and (piece.kind != run[0].kind or piece.kind not in ("list", "code")):
                yield _merged(run)
                count += 1
                run = []
            if piece.text.strip():
                run.append(piece)
                if bold:
                    self.bold.add(count)
        if run:
            yield _merged(run)

    def _pieces(self, parent: Any) -> Iterator[tuple[Piece, bool]]:
        for element in unwrapped(parent):
            if element.tag == f"{W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{W}tbl":
                for piece in self._table(element):
                    yield piece, False

    def _paragraph(self, element: Any) -> Iterator[tuple[Piece, bool]]:
        text = paragraph_text(element).strip()
        properties = element.find(f"{W}pPr")
        style = _value(properties, "pStyle")
        level = self._styles.level(style, properties)
        label, depth = self._numbering.label(*self._styles.numbering(style, properties)) if text else ("", 0)
        if text and self._styles.is_title(style) and not self.title:
            self.title = one_line(text)
            yield Piece("heading", text, 1), False
        elif text and level:
            yield Piece("heading", f"{label} {text}" if label not in ("", "-") else text, level), False
        elif text and label:
            lines = text.split("\n")
            lead = "  " * depth
            indent = "\n" + lead + " " * (len(label) + 1)
            yield Piece("list", f"{lead}{label} {indent.join(lines)}"), False
        elif text and self._styles.is_code(style):
            yield Piece("code", paragraph_text(element)), False
        else:
            yield Piece("paragraph", text), bool(text) and self._is_bold(element, style)
        for reference in element.iter(f"{W}footnoteReference"):
            note = self._notes.get(reference.get(f"{W}id"))
            if note is not None:
                yield (
                    Piece("paragraph", one_line(" ".join(paragraph_text(line) for line in note.iter(f"{W}p")))),
                    False,
                )
        for box in element.iter(f"{W}txbxContent"):
            if not any(parent.tag == f"{MC}Fallback" for parent in box.iterancestors()):
                yield from self._pieces(box)

    def _is_bold(self, element: Any, style: str) -> bool:
        runs = [run for run in element.iter(f"{W}r") if "".join(text.text or "" for text in run.iter(f"{W}t")).strip()]
        return bool(runs) and all(self._styles.is_bold(style, run.find(f"{W}rPr")) for run in runs)

    def _table(self, element: Any) -> Iterator[Piece]:
        rows = [row for row in unwrapped(element) if row.tag == f"{W}tr"]
        cells = [[cell for cell in unwrapped(row) if cell.tag == f"{W}tc"] for row in rows]
        if is_layout([len(row) for row in cells]):
            for row in cells:
                for cell in row:
                    yield from (piece for piece, _ in self._pieces(cell))
            return
        grid: list[list[str]] = []
        for row in cells:
            grid.append([])
            for cell in row:
                properties = cell.find(f"{W}tcPr")
                span = _value(properties, "gridSpan")
                merge = None if properties is None else properties.find(f"{W}vMerge")
                column = len(grid[-1])
                above = grid[-2][column] if len(grid) > 1 and column < len(grid[-2]) else ""
                continued = merge is not None and merge.get(f"{W}val") != "restart"
                text = above if continued else self._cell(cell)
                grid[-1] += [text] * (min(int(span), 200) if span.isdecimal() else 1)
        marked = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        head = marked.index(False) if True in marked and False in marked else None
        if head is None and self._bold_row(cells[0]) and not self._bold_row(cells[1]):
            head = 1
        yield from grid_pieces(grid, head=head)

    def _bold_row(self, cells: Sequence[Any]) -> bool:
        paragraphs = [line for cell in cells for line in cell.iter(f"{W}p") if paragraph_text(line).strip()]
        return bool(paragraphs) and all(
            self._is_bold(line, _value(line.find(f"{W}pPr"), "pStyle")) for line in paragraphs
        )

    def _cell(self, cell: Any) -> str:
        return one_line(" ".join(piece.text for piece, _ in self._pieces(cell)))


def _merged(run: list[Piece]) -> Piece:
    text = "\n".join(piece.text for piece in run)
    return Piece("code", fence(text)) if run[0].kind == "code" else run[0]._replace(text=text)


def _value(parent: Any, tag: str) -> str:
    found = None if parent is None else parent.find(f"{W}{tag}")
    return "" if found is None else str(found.get(f"{W}val") or "")


def paragraph_text(element: Any) -> str:
    """The text of a paragraph: deleted and hidden text left out, line breaks kept."""
    out: list[str] = []
    _collect(element, out)
    return "".join(out)


def _collect(element: Any, out: list[str]) -> None:
    for child in element:
        tag = child.tag
        if tag in _SKIPPED:
            continue
        if tag in (f"{W}t", f"{M}t"):
            out.append(child.text or "")
        elif tag == f"{W}tab":
            out.append(" ")
        elif tag in (f"{W}br", f"{W}cr"):
            out.append("\n" if child.get(f"{W}type") in (None, "textWrapping") else " ")
        elif tag == f"{W}noBreakHyphen":
            out.append("-")
        elif tag == f"{W}r" and child.find(f"{W}rPr/{W}vanish") is not None:
            continue
        elif isinstance(tag, str):
            _collect(child, out)


class _Styles:
    """Paragraph styles by id, with what they inherit."""

    def __init__(self, root: Any | None) -> None:
        found = root.iter(f"{W}style") if root is not None else ()
        self._by_id = {style.get(f"{W}styleId"): style for style in found}

    def _chain(self, style: str) -> Iterator[Any]:
        seen: set[str] = set()
        while style and style not in seen and style in self._by_id:
            seen.add(style)
            yield self._by_id[style]
            style = _value(self._by_id[style], "basedOn")

    def _name(self, style: str) -> str:
        found = self._by_id.get(style)
        return (_value(found, "name") or style).lower() if found is not None else style.lower()

    def level(self, style: str, properties: Any) -> int:
        """1–6 of a heading, 0 of other text."""
        outline = _value(properties, "outlineLvl")
        for found in self._chain(style):
            outline = outline or _value(found.find(f"{W}pPr"), "outlineLvl")
        if outline.isdecimal() and int(outline) < 9:
            return min(int(outline) + 1, 6)
        head, _, number = self._name(style).replace("heading", "heading ").partition(" ")
        number = number.strip()
        return min(int(number), 6) if head in ("heading", "заголовок") and number.isdecimal() else 0

    def is_title(self, style: str) -> bool:
        return self._name(style) in ("title", "название", "заголовок документа")

    def is_code(self, style: str) -> bool:
        return any(word in self._name(style) for word in _CODE_STYLES)

    def numbering(self, style: str, properties: Any) -> tuple[str, int]:
        """The list a paragraph belongs to and its depth there; ("", 0) where it is in none."""
        for holder in (properties, *(found.find(f"{W}pPr") for found in self._chain(style))):
            found = None if holder is None else holder.find(f"{W}numPr")
            if found is not None:
                depth = _value(found, "ilvl")
                return _value(found, "numId"), int(depth) if depth.isdecimal() else 0
        return "", 0

    def is_bold(self, style: str, run: Any | None) -> bool:
        for holder in (run, *(found.find(f"{W}rPr") for found in self._chain(style))):
            mark = None if holder is None else holder.find(f"{W}b")
            if mark is not None:
                return mark.get(f"{W}val") not in ("0", "false", "off")
        return False
