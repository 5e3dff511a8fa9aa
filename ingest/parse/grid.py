"""A table from any format, as rows that stand by themselves: spans filled in, the header found. Knows no
format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.clean import one_line, table
from ingest.parse.build import Piece

Grid = list[list[str]]

_NUMBER = re.compile(r"^[-+−]?[\d\s.,]*\d(?:[\d\s.,:/%-]|[₽$€°]|руб\.?|шт\.?)*$")


def is_layout(widths: Sequence[int]) -> bool:
    """Whether a table with rows of these widths holds no data: it has one row or one column."""
    filled = [width for width in widths if width]
    return len(filled) < 2 or max(filled) < 2


def span_rows(rows: Sequence[Sequence[tuple[str, int, int]]]) -> Grid:
    """A full grid of cells given as (text, columns, rows): a cell over several rows is repeated in each, one
    over several columns too, so that every row and every column keeps its name."""
    grid: Grid = []
    waiting: dict[int, tuple[str, int]] = {}  # column -> text and rows it still covers
    for row in rows:
        line: list[str] = []
        for text, columns, height in row:
            _fill(line, waiting)
            for _ in range(min(columns, 1000)):
                if height > 1:
                    waiting[len(line)] = (text, height - 1)
                line.append(text)
        _fill(line, waiting)
        grid.append(line)
    return grid


def _fill(line: list[str], waiting: dict[int, tuple[str, int]]) -> None:
    while len(line) in waiting:
        text, height = waiting.pop(len(line))
        if height > 1:
            waiting[len(line)] = (text, height - 1)
        line.append(text)


def grid_pieces(grid: Grid, head: int | None = None, sided: bool = False) -> Iterator[Piece]:
    """The table as a piece. `head` is the number of header rows, None where the format doesn't say; `sided`:
    the first cell of each row names it. A row over the full width in a table is a line of its own."""
    rows = [[one_line(cell) for cell in row] for row in grid]
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    if sided:
        lines = [f"{row[0].rstrip(':')}: {'; '.join(_unrepeated(row[1:]))}" if any(row[1:]) else row[0] for row in rows]
        yield Piece("table", "\n".join(lines))
        return
    depth = header_depth(rows) if head is None else min(head, len(rows))
    header = merge_header(rows[:depth])
    body = [[row[0]] if len(set(row)) == 1 and len(row) > 1 and len(header) > 1 else row for row in rows[depth:]]
    lines = [row[0] if len(row) == 1 and len(header) > 1 else table(header, [row]) for row in body]
    yield Piece("table", "\n".join(lines) if lines else table(header, []))


def _unrepeated(cells: Sequence[str]) -> list[str]:
    return [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]


def header_depth(rows: Sequence[Sequence[str]]) -> int:
    """1 where the first row looks like names of columns (short, no numbers, none twice), else 0."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    first = [cell for cell in rows[0] if cell]
    named = len(first) >= max(1, len(rows[0]) - 1) and len(set(first)) == len(first)
    return int(named and all(len(cell) <= 80 and not _NUMBER.match(cell) for cell in first))


def merge_header(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name a column from several header rows: `Group / Column`, a repeated name once."""
    width = max(map(len, rows), default=0)
    names = []
    for column in range(width):
        parts: list[str] = []
        for row in rows:
            cell = row[column] if column < len(row) else ""
            if cell and cell not in parts:
                parts.append(cell)
        names.append(" / ".join(parts))
    return names
