"""A table from any format, as rows that stand by themselves: spans filled in, the header found. Knows no
format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.clean import one_line, table
from ingest.parse.build import Piece

Grid = list[list[str]]

_NUMBER = re.compile(r"^[-+−]?[\d\s.,]*\d(?:[\d\s.,:/%-]|[₽$€°]|руб\.?|шт\.?)*$")
_HEADS = re.compile(
    r"^(?:№|#|п/п|имя|наименование|название|параметр|описание|значение|ключ|поле|тип|роль|должность|срок|цена|код|команда|вопрос"
    r"|ответ|термин|определение|назначение|пример|name|title|parameter|description|value|key|field|type|role|price|code"
    r"|command|question|answer|term|definition|example|option|meaning|default)(?:\b|$)",
    re.I,
)


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


def grid_pieces(grid: Grid, head: int | None = None, sided: bool = False, likely: bool = False) -> Iterator[Piece]:
    """The table as a piece. `head` is the number of header rows, None where the format doesn't say (a header
    is `likely` where most tables of the format have one); `sided`: the first cell of each row names it. A row
    over the full width in a table is a line of its own."""
    rows = [[one_line(cell) for cell in row] for row in grid]
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    if head is None and max(map(len, rows)) == 2:
        head = header_depth(rows, likely)
        sided = sided or (head == 0 and not likely)
    if sided:
        lines = [f"{row[0].rstrip(':')}: {'; '.join(_unrepeated(row[1:]))}" if any(row[1:]) else row[0] for row in rows]
        yield Piece("table", "\n".join(lines))
        return
    depth = header_depth(rows, likely) if head is None else min(head, len(rows))
    header = merge_header(rows[:depth])
    body = [[row[0]] if len(set(row)) == 1 and len(row) > 1 and len(header) > 1 else row for row in rows[depth:]]
    lines = [row[0] if len(row) == 1 and len(header) > 1 else table(header, [row]) for row in body]
    yield Piece("table", "\n".join(lines) if lines else table(header, []))


def _unrepeated(cells: Sequence[str]) -> list[str]:
    return [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]


def header_depth(rows: Sequence[Sequence[str]], likely: bool = False) -> int:
    """1 where the first row names the columns, else 0: its cells are short, different and no numbers. With
    two columns that is also what "Name | Ivanov" looks like, so there more is asked for unless a header is
    `likely`: figures below only, or words that head columns. A wrong name in every row is worse than none."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    first = [cell for cell in rows[0] if cell]
    named = len(first) >= max(1, len(rows[0]) - 1) and len(set(first)) == len(first)
    if not named or any(len(cell) > 80 or _NUMBER.match(cell) or cell.startswith("-") for cell in first):
        return 0
    if likely or len(rows[0]) > 2 or not rows[0][0]:
        return 1
    return int(any(_HEADS.search(cell) for cell in first) or any(_figures_below(rows, column) for column in (0, 1)))


def _figures_below(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether a column holds a figure in every row but the first."""
    cells = [row[column] if column < len(row) else "" for row in rows]
    return not re.search(r"\d", cells[0]) and all(re.search(r"\d", cell) for cell in cells[1:])


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
