"""Spreadsheets (XLSX) and CSV to pieces: every row a line that names its columns, so that a row found alone
still says what its numbers are. Knows no other format."""

from __future__ import annotations

import csv
import datetime
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from core.errors import DocumentError
from core.nouns import ParsedDocument
from core.text import language
from ingest.clean import normalize, one_line
from ingest.limits import MAX_CELLS, MAX_ROWS
from ingest.parse.build import Piece, build
from ingest.parse.grid import Grid, grid_pieces, header_depth
from ingest.parse.ooxml import Package

_DEFAULT_SHEET = re.compile(r"^(?:sheet|лист|worksheet|table)\s*\d*$", re.I)
_LARGE = 30 * 1024 * 1024  # bytes of a workbook above which merged cells are not looked at, to save memory
_DELIMITERS = ",;\t|"
_TOP = 15  # rows among which the header is looked for


def parse_csv(text: str, source: str, name: str) -> ParsedDocument:
    """The document of a CSV or TSV text; the delimiter is the one that gives the steadiest columns."""
    text = normalize(text)
    first, _, rest = text.partition("\n")
    delimiter = ""
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[4], rest
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter or _delimiter(text, name), skipinitialspace=True)
    grid: Grid = []
    try:
        for row in reader:
            grid.append(row)
            _check_size(grid, len(grid), name)
    except csv.Error as error:
        cure = f"Correct line {reader.line_num}, or save the table as XLSX."
        raise DocumentError(f"{name}: line {reader.line_num} can't be read as CSV.", cure, code="bad_csv") from error
    return build(_sheet(grid), source, title="", name=name, media_type="text/csv")


def _delimiter(text: str, name: str) -> str:
    """The character that parts the first lines into the most columns, the same number in most lines."""
    sample = text[:65536].splitlines()[:60]
    best, best_score = "\t" if name.lower().endswith(".tsv") else ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        usual = max(set(widths), key=widths.count, default=1)
        score = widths.count(usual) / max(len(widths), 1) * min(usual, 20) if usual > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _check_size(grid: Grid, rows: int, name: str) -> None:
    if rows > MAX_ROWS:
        cure = "Split the table, or leave out the rows nobody asks about."
        raise DocumentError(f"{name}: the table has more than {MAX_ROWS} rows.", cure, code="too_big")


def parse_xlsx(data: bytes, source: str, name: str) -> ParsedDocument:
    """The document of a workbook: a heading a sheet, values as shown, formulas by their results."""
    with Package(data, name):
        pass  # size, entities, passwords
    import openpyxl

    light = len(data) > _LARGE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that openpyxl doesn't know
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=light)
        formulas = (
            None if light else openpyxl.load_workbook(io.BytesIO(data), read_only=False) if _lacks(data) else None
        )
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        pieces: list[Piece] = []
        cells = 0
        for sheet in sheets:
            grid = _grid(sheet, None if formulas is None else formulas[sheet.title], name)
            cells += sum(map(len, grid))
            if cells > MAX_CELLS:
                cure = "Split the workbook, or leave out the sheets nobody asks about."
                raise DocumentError(f"{name}: the workbook has more than {MAX_CELLS} cells.", cure, code="too_big")
            body = list(_sheet(grid))
            if body and not (len(sheets) == 1 and _DEFAULT_SHEET.match(sheet.title)):
                pieces.append(Piece("heading", sheet.title, 1))
            pieces += body
        book.close()
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return build(pieces, source, title="", name=name, media_type=media)


def _lacks(data: bytes) -> bool:
    """Whether some formula was saved without its result, as programs other than Excel do."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.namelist():
            if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
                xml = archive.read(entry)
                if re.search(rb"<f[ >/][^<]*(?:</f>)?\s*(?:<v\s*/>|<v></v>|</c>)", xml):
                    return True
    return False


def _grid(sheet: Any, formulas: Any | None, name: str) -> Grid:
    """The sheet's cells as text, merged ones filled in; empty columns and rows left out."""
    grid: Grid = []
    russian = False
    for number, row in enumerate(sheet.iter_rows(), 1):
        _check_size(grid, number, name)
        values = [(cell.value, getattr(cell, "number_format", "") or "") for cell in row]
        if formulas is not None:
            for index, (value, style) in enumerate(values):
                if value is None:
                    values[index] = (formulas.cell(number, index + 1).value, style)
        russian = russian or any(isinstance(value, str) and language(value) == "ru" for value, _ in values)
        grid.append([_shown(value, style, russian) for value, style in values])
    for merged in getattr(getattr(sheet, "merged_cells", None), "ranges", ()):
        _fill(grid, merged.min_row - 1, merged.max_row, merged.min_col - 1, merged.max_col)
    used = [
        index for index in range(max(map(len, grid), default=0)) if any(index < len(row) and row[index] for row in grid)
    ]
    return [[row[index] if index < len(row) else "" for index in used] for row in grid if any(row)]


def _fill(grid: Grid, top: int, bottom: int, left: int, right: int) -> None:
    if top >= len(grid) or left >= len(grid[top]):
        return
    value = grid[top][left]
    for row in grid[top : min(bottom, top + MAX_ROWS)]:
        for column in range(left, min(right, len(row))):
            row[column] = value


def _shown(value: Any, style: str, russian: bool) -> str:
    """A cell's value as its reader sees it: percents, dates without an empty time, no float noise."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("да" if value else "нет") if russian else ("yes" if value else "no")
    if isinstance(value, datetime.datetime | datetime.date):
        day = value.strftime("%d.%m.%Y" if russian else "%Y-%m-%d")
        timed = isinstance(value, datetime.datetime) and (value.hour or value.minute or value.second)
        return f"{day} {value:%H:%M}" if timed else day
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, int | float):
        if style.rstrip().endswith("%"):
            return f"{_number(value * 100)}%"
        return _number(value)
    return one_line(normalize(str(value)))


def _number(value: float) -> str:
    if isinstance(value, int) or value == int(value):
        return str(int(value))
    return format(value, ".12g")


def _sheet(grid: Grid) -> Iterator[Piece]:
    """The pieces of one table: what stands above its header as paragraphs, then the rows."""
    rows = [[one_line(cell) for cell in row] for row in grid]
    rows = [row for row in rows if any(row)]
    top = _header(rows)
    for row in rows[:top]:
        yield Piece("paragraph", " ".join(dict.fromkeys(filter(None, row))))
    yield from grid_pieces(rows[top:], head=_depth(rows[top:]), likely=True)


def _header(rows: Sequence[Sequence[str]]) -> int:
    """The number of the row that names the columns; 0 where none does."""
    widths = [len(set(filter(None, row))) for row in rows[:200]]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
    for number in range(min(_TOP, len(rows) - 1)):
        if widths[number] >= max(2, usual * 0.6):
            return number
    return 0


def _depth(rows: Sequence[Sequence[str]]) -> int | None:
    """Header rows: two where the first has merged cells (a repeated name) over different names in the
    second."""
    if len(rows) > 2 and len(rows[0]) > 2:
        first = [cell for cell in rows[0] if cell]
        repeated = any(left and left == right for left, right in zip(rows[0], rows[0][1:], strict=False))
        if repeated and len(set(first)) > 1 and header_depth(rows[1:]) == 1:
            return 2
    return None
