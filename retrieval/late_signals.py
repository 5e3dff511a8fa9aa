"""What late interaction tells of a passage and of a unit of it, as numbers a scorer weighs, beside those of retrieval/features.py
and units.py. Knows no weights and no store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.ports import Matrix
    from retrieval.features import Candidate

PASSAGE_LATE = (
    "late", "late unit", "late second unit", "late text", "z late", "z late unit", "late behind", "late unit behind",
    "late rank", "document late",
)  # fmt: skip
UNIT_LATE = (
    "late", "late alone", "late around", "late behind", "late alone behind", "late around behind", "late in passage",
)  # fmt: skip


def whole(candidate: Candidate) -> float:
    """How well the question is met by all of a passage, its headings among it: the mean over the question's tokens."""
    return float(candidate.met.max(axis=0) @ candidate.heft)


def _units(candidate: Candidate) -> Matrix:
    """(units, tokens), the headings above helping each."""
    rows: Matrix = np.maximum(candidate.met[1:], candidate.met[:1])
    return rows if len(rows) else candidate.met[:1]


def passage_late(candidates: Sequence[Candidate]) -> Matrix:
    """(candidates, len(PASSAGE_LATE))"""
    rows = []
    for item in candidates:
        units = np.sort(_units(item) @ item.heft)[::-1]
        text = item.met[1:].max(axis=0, initial=0.0) @ item.heft
        rows.append((whole(item), units[0], units[min(1, len(units) - 1)], text))
    table = np.array(rows, np.float32)
    late, unit = table[:, 0], table[:, 1]
    rank = np.argsort(np.argsort(-late))
    document = np.zeros(len(rows), np.float32)
    sources = [item.payload["doc_id"] for item in candidates]
    for number, source in enumerate(sources):
        document[number] = max(
            (late[n] for n, other in enumerate(sources) if other == source and n != number), default=0
        )
    columns = [
        (late - late.mean()) / (late.std() + 0.02), (unit - unit.mean()) / (unit.std() + 0.02),
        late - late.max(), unit - unit.max(), 1 / (2 + rank), document,
    ]  # fmt: skip
    return np.column_stack([table, *columns]).astype(np.float32)


def unit_late(candidates: Sequence[Candidate]) -> list[Matrix]:
    """For each candidate (units, len(UNIT_LATE))."""
    columns = [_columns(candidate) for candidate in candidates]
    best = np.max([column.max(axis=0) for column in columns if len(column)], axis=0, initial=0.0)
    return [
        np.column_stack([column, column - best, column[:, :1] - column[:, :1].mean()]).astype(np.float32)
        if len(column)
        else np.zeros((0, len(UNIT_LATE)), np.float32)
        for column in columns
    ]


def _columns(candidate: Candidate) -> Matrix:
    """(units, 3): how well a unit meets the question with the headings above it, alone, and with its neighbours too."""
    if not candidate.spans:
        return np.zeros((0, 3), np.float32)
    units = _units(candidate)
    wide = units.copy()
    wide[1:] = np.maximum(wide[1:], units[:-1])
    wide[:-1] = np.maximum(wide[:-1], units[1:])
    return np.column_stack([table @ candidate.heft for table in (units, candidate.met[1:], wide)])
