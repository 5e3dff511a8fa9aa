"""Fragments of lines on pages to pieces: reading order over columns, running headers dropped, headings by
size, lists, tables, paragraphs across lines, columns and pages. Pure geometry; knows no file format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.clean import join_lines, normalize
from ingest.parse.build import Piece, fence
from ingest.parse.columns import reading_order, rows_of
from ingest.parse.grid import grid_pieces, is_layout
from ingest.parse.plain import BULLET, items, vocabulary


class Fragment(NamedTuple):
    """A stretch of a line and its place: points from the lower left corner of the page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    bold: bool = False
    mono: bool = False

    @property
    def size(self) -> float:
        return self.top - self.bottom


class Page(NamedTuple):
    width: float
    height: float
    fragments: list[Fragment]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a column: its fragments from left to right. `column` numbers the columns of all pages."""

    parts: tuple[Fragment, ...]
    page: int
    column: int

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)

    @property
    def left(self) -> float:
        return self.parts[0].left

    @property
    def right(self) -> float:
        return self.parts[-1].right

    @property
    def top(self) -> float:
        return max(part.top for part in self.parts)

    @property
    def bottom(self) -> float:
        return min(part.bottom for part in self.parts)

    @property
    def size(self) -> float:
        return max(self.parts, key=lambda part: len(part.text)).size

    @property
    def bold(self) -> bool:
        return all(part.bold for part in self.parts)

    @property
    def mono(self) -> bool:
        return all(part.mono for part in self.parts)


_PAGE_NUMBER = re.compile(r"^\W*(?:(?:стр(?:аница|\.)?|page|p\.)\s*)?\d{1,4}(?:\s*(?:из|of|/)\s*\d{1,4})?\W*$", re.I)
_MARKER = re.compile(r"^(?:[-*•‣◦▪–—·o]|\(?(?:\d{1,3}|[a-zа-я])[.)])$", re.I)
_NUMBER_HEAD = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?|[IVX]+\.|глава|раздел|статья|приложение|chapter|section|appendix)\s",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?…:;»\")\]]$")


def pieces_of(pages: Sequence[Page]) -> tuple[list[Piece], str]:
    """The pieces of a document and its title: the text in the largest letters on the first page, where it is
    a heading."""
    lines = [line for number, page in enumerate(pages) for line in _lines(page, number)]
    lines = _without_running(lines, pages)
    if not lines:
        return [], ""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size * 2) / 2] += len(line.text)
    body = weights.most_common(1)[0][0]
    known = vocabulary(normalize("\n".join(line.text for line in lines)))
    letters = sum(len(line.text) for line in lines)
    code = sum(len(line.text) for line in lines if line.mono) < 0.6 * letters  # else it is a typescript
    maker = _Maker(lines, body, known, code)
    pieces = _merged_lists(maker.pieces())
    top = [piece for piece in pieces if piece.kind == "heading" and piece.level == 1]
    title = top[0].text if top and maker.first_page_heading == top[0].text else ""
    return pieces, title


def _merged_lists(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with neighbouring list items made one list."""
    out: list[Piece] = []
    for piece in pieces:
        if out and piece.kind == "list" and out[-1].kind == "list":
            out[-1] = out[-1]._replace(text=f"{out[-1].text}\n{piece.text}")
        else:
            out.append(piece)
    return out


def _lines(page: Page, number: int) -> Iterator[Line]:
    for column, fragments in enumerate(reading_order(page.fragments)):
        for row in rows_of(fragments):
            yield Line(tuple(_joined_markers(row)), number, number * 100 + column)


def _joined_markers(row: Sequence[Fragment]) -> list[Fragment]:
    """The row with bullets and numbers joined to what they stand before."""
    out: list[Fragment] = []
    for part in row:
        if out and _MARKER.match(out[-1].text):
            before = out.pop()
            part = part._replace(text=f"{before.text} {part.text}", left=before.left)
        out.append(part)
    return out


def _without_running(lines: Sequence[Line], pages: Sequence[Page]) -> list[Line]:
    """The lines without running headers and footers (text at the same edge of many pages, digits aside) and
    page numbers."""
    edges: list[tuple[Line, str]] = []
    by_page: dict[int, list[Line]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    for number, page in enumerate(pages):
        own = sorted(by_page.get(number, ()), key=lambda line: -line.top)
        near = [line for line in own[:3] if line.bottom > page.height * 0.88]
        near += [line for line in own[-3:] if line.top < page.height * 0.12]
        edges += [(line, re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.strip().lower())) for line in near]
    numbered = _numbered(by_page)
    counts = Counter(key for _, key in edges)
    least = max(3, 0.25 * len(pages)) if len(pages) > 3 else 2
    dropped = numbered | {
        id(line) for line, key in edges if (len(pages) > 1 and counts[key] >= least) or _PAGE_NUMBER.match(line.text)
    }
    return [line for line in lines if id(line) not in dropped]


def _numbered(by_page: dict[int, list[Line]]) -> set[int]:
    """The ids of first and last lines that carry the page's number, whatever else they say: the same distance
    from the page's place in the file on most pages."""
    found: set[int] = set()
    for last in (False, True):
        offsets: list[tuple[int, int]] = []
        for page, lines in by_page.items():
            line = (min if last else max)(lines, key=lambda line: line.top)
            numbers = re.findall(r"^\W*(\d{1,4})\b|\b(\d{1,4})\W*$", line.text)
            offsets += [(int(first or second) - page, id(line)) for first, second in numbers]
        if offsets:
            usual, times = Counter(offset for offset, _ in offsets).most_common(1)[0]
            if times >= max(3, 0.5 * len(by_page)):
                found |= {number for offset, number in offsets if offset == usual}
    return found


@dataclass
class _Maker:
    """Lines to pieces, in one pass; paragraphs wait in `_open` for their next line."""

    lines: Sequence[Line]
    body: float
    known: frozenset[str]
    has_code: bool = True
    first_page_heading: str = ""
    _open: list[Line] = field(default_factory=list)
    _edges: dict[int, tuple[float, float]] = field(default_factory=dict)  # of each column: its left and right

    def __post_init__(self) -> None:
        for line in self.lines:
            left, right = self._edges.get(line.column, (line.left, line.right))
            self._edges[line.column] = (min(left, line.left), max(right, line.right))

    def pieces(self) -> Iterator[Piece]:
        sizes = _levels(line.size for line in self.lines if self._is_large(line))
        index = 0
        while index < len(self.lines):
            line = self.lines[index]
            end = self._code_end(index)
            if end > index:
                yield from self._flush()
                yield Piece("code", fence(_code(self.lines[index:end])))
                index = end
                continue
            end = self._table_end(index)
            if end > index:
                yield from self._flush()
                yield from self._table(self.lines[index:end])
                index = end
                continue
            level = self._level(index, sizes)
            if level:
                yield from self._flush()
                text = [line.text]
                while index + 1 < len(self.lines) and self._same_heading(line, self.lines[index + 1]):
                    index += 1
                    line = self.lines[index]
                    text.append(line.text)
                heading = join_lines(text, self.known)
                if line.page == 0 and level == 1 and not self.first_page_heading:
                    self.first_page_heading = heading
                yield Piece("heading", heading, level)
            else:
                if self._open and self._starts(line):
                    yield from self._flush()
                self._open.append(line)
            index += 1
        yield from self._flush()

    def _is_large(self, line: Line) -> bool:
        return (
            line.size > self.body * 1.12
            and not (self.has_code and line.mono)
            and len(line.text) <= 200
            and any(char.isalpha() for char in line.text)
        )

    def _level(self, index: int, sizes: Sequence[float]) -> int:
        """The level of the heading this line is, 0 of other text."""
        line = self.lines[index]
        if self._is_large(line):
            return next((level for level, large in enumerate(sizes, 1) if line.size >= large), len(sizes))
        alone = not self._open or self._starts(line)
        text = line.text.strip()
        if line.bold and alone and len(text) <= 110 and text[-1:] not in ".,;:" and not self._bold_goes_on(index):
            return min(len(sizes) + (2 if re.match(r"^\d+\.\d", text) else 1), 5)
        return 0

    def _bold_goes_on(self, index: int) -> bool:
        """Whether bold type runs on for more lines than a heading has: then it is the type of a passage."""
        following = self.lines[index + 1 : index + 4]
        return len(following) == 3 and all(line.bold for line in following)

    def _same_heading(self, line: Line, following: Line) -> bool:
        near = line.page == following.page and 0 <= line.bottom - following.top < line.size
        alike = abs(line.size - following.size) < 0.06 * line.size and line.bold == following.bold
        large = self._is_large(line) and self._is_large(following)
        return near and alike and large and not _NUMBER_HEAD.match(following.text)

    def _starts(self, line: Line) -> bool:
        """Whether a new paragraph starts with this line."""
        last = self._open[-1]
        text, before = line.text.lstrip(), last.text.rstrip()
        if BULLET.match(text):
            return not (before.endswith("-") and text[:1].isdigit())
        if line.column != last.column:
            return not (text[:1].islower() or before.endswith(("-", ",")) or not _SENTENCE_END.search(before))
        gap = last.bottom - line.top
        if gap > 0.75 * line.size or abs(line.size - last.size) > 0.15 * self.body:
            return True
        column_left, column_right = self._edges[line.column]
        in_item = bool(BULLET.match(self._open[0].text))
        indented = line.left > last.left + 0.8 * line.size and not in_item
        if indented and last.left < column_left + 0.5 * line.size and len(self._open) > 1:
            return True  # an indented first line
        ended = bool(_SENTENCE_END.search(before))
        word = text.split(maxsplit=1)[0]
        letter = (last.right - last.left) / max(len(last.text), 1)
        short = last.right + (len(word) + 1.5) * letter < column_right  # the next word would have fitted
        return ended and (indented or (short and not text[:1].islower()))

    def _flush(self) -> Iterator[Piece]:
        lines, self._open = self._open, []
        if not lines:
            return
        texts = [line.text.strip() for line in lines]
        if BULLET.match(texts[0]) and not re.match(r"^[–—]\s", texts[0]):
            yield Piece("list", "\n".join(items([texts[0], *texts[1:]], self.known)))
        else:
            yield Piece("paragraph", join_lines(texts, self.known))

    def _code_end(self, index: int) -> int:
        """The end of the code that begins at this line, `index` where none does."""
        end = index
        while self.has_code and end < len(self.lines) and self.lines[end].mono:
            if end > index and self.lines[end].page != self.lines[end - 1].page:
                break
            end += 1
        return end

    def _table_end(self, index: int) -> int:
        """The end of the table that begins at this line, `index` where none does."""
        end, gaps = index, 0
        first = self.lines[index]
        while end < len(self.lines) and self.lines[end].column == first.column:
            if len(self.lines[end].parts) > 1:
                gaps += 1
            elif gaps == 0 or not self._belongs(self.lines[index:end], self.lines[end]):
                break
            end += 1
        while end > index and len(self.lines[end - 1].parts) < 2:
            end -= 1
        return end if gaps >= 3 else index

    def _belongs(self, rows: Sequence[Line], line: Line) -> bool:
        """Whether a line of one fragment is the rest of a cell above: near, and within a column that is not
        the first."""
        near = rows[-1].bottom - line.top < 0.5 * line.size
        starts = [part.left for row in rows for part in row.parts[1:]]
        return near and min(abs(line.left - start) for start in starts) < line.size

    def _table(self, lines: Sequence[Line]) -> Iterator[Piece]:
        bounds = _columns([part for line in lines for part in line.parts])
        if is_layout([len(bounds)] * len(lines)):
            yield Piece("paragraph", join_lines([line.text for line in lines], self.known))
            return
        grid: list[list[str]] = []
        for line in lines:
            cells = [""] * len(bounds)
            for part in line.parts:
                spot = next(number for number, (_, right) in enumerate(bounds) if part.left < right)
                cells[spot] = f"{cells[spot]} {part.text}".strip()
            if grid and not cells[0] and any(grid[-1]):
                grid[-1] = [join_lines([above, cell], self.known) for above, cell in zip(grid[-1], cells, strict=True)]
            else:
                grid.append(cells)
        marked = all(part.bold for part in lines[0].parts) and not all(part.bold for part in lines[1].parts)
        yield from grid_pieces(grid, head=1 if marked else None)


def _levels(sizes: Iterable[float]) -> list[float]:
    """The smallest size of each heading level, largest level first; sizes within 6 % are one level."""
    levels: list[tuple[float, float]] = []  # largest and smallest size
    for size in sorted(sizes, reverse=True):
        if levels and size > 0.94 * levels[-1][0]:
            levels[-1] = (levels[-1][0], size)
        elif len(levels) < 4:
            levels.append((size, size))
    return [least for _, least in levels]


def _code(lines: Sequence[Line]) -> str:
    """Lines of code with their indents and blank lines, by their places on the page."""
    letter = max(sum(part.right - part.left for line in lines for part in line.parts), 1.0)
    letter /= max(sum(len(part.text) for line in lines for part in line.parts), 1)
    edge = min(line.left for line in lines)
    out: list[str] = []
    for number, line in enumerate(lines):
        if number and lines[number - 1].bottom - line.top > 0.8 * line.size:
            out.append("")
        text = ""
        for part in line.parts:
            text += " " * max(round((part.left - edge) / letter) - len(text), 1 if text else 0) + part.text
        out.append(text)
    return "\n".join(out)


def _columns(parts: Sequence[Fragment]) -> list[tuple[float, float]]:
    """The stretches from left to right that fragments cover, overlapping ones joined."""
    bounds: list[tuple[float, float]] = []
    for left, right in sorted((part.left, part.right) for part in parts):
        if bounds and left < bounds[-1][1] + 1:
            bounds[-1] = (bounds[-1][0], max(bounds[-1][1], right))
        else:
            bounds.append((left, right))
    return bounds
