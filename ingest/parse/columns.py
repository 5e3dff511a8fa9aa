"""The order in which a page's columns are read, and rows within a column. Tells columns of prose from columns
of a table by how full their lines are. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.parse.layout import Fragment

_STEP = 2.0  # points: how finely a gutter is looked for
_LEAST = 4  # lines a column of prose has


def rows_of(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """Fragments on one height together, from the top down, each row from left to right."""
    rows: list[list[Fragment]] = []
    for part in sorted(fragments, key=lambda part: (-(part.top + part.bottom) / 2, part.left)):
        middle = (part.top + part.bottom) / 2
        last = rows[-1][0] if rows else None
        if last is not None and last.bottom + 0.2 * last.size < middle < last.top - 0.2 * last.size:
            rows[-1].append(part)
        else:
            rows.append([part])
    return [sorted(row, key=lambda part: part.left) for row in rows]


def reading_order(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """The page's columns in reading order. What runs over all columns, a title for instance, ends them above
    it."""
    parts = [part for part in fragments if part.text.strip()]
    gutter = _gutter(parts)
    if gutter is None:
        return [parts] if parts else []
    crossing = sorted((part for part in parts if part.left < gutter < part.right), key=lambda part: -part.top)
    rest = [part for part in parts if not part.left < gutter < part.right]
    out: list[list[Fragment]] = []
    wide: list[Fragment] = []
    above = float("inf")
    for part in [*crossing, None]:
        below = part.top if part is not None else float("-inf")
        band = [other for other in rest if below <= (other.top + other.bottom) / 2 < above]
        if band:
            if wide:
                out.append(wide)
                wide = []
            out += reading_order([other for other in band if other.right <= gutter])
            out += reading_order([other for other in band if other.left >= gutter])
        if part is not None:
            wide.append(part)
            above = below
    if wide:
        out.append(wide)
    return out


def _gutter(parts: Sequence[Fragment]) -> float | None:
    """The middle of the blank stripe between two columns of prose, None where the page has one column."""
    if len(parts) < 2 * _LEAST:
        return None
    left, right = min(part.left for part in parts), max(part.right for part in parts)
    size = median(part.size for part in parts)
    count = int((right - left) / _STEP) + 1
    covered = [0] * (count + 1)
    for part in parts:
        for cell in range(int((part.left - left) / _STEP), int((part.right - left) / _STEP) + 1):
            covered[min(cell, count)] += 1
    allowed = 0.25 * len(parts)
    best: tuple[float, float] | None = None
    cell = int(count * 0.15)
    while cell < count * 0.85:
        if covered[cell] > allowed:
            cell += 1
            continue
        end = cell
        while end < count and covered[end] <= allowed:
            end += 1
        lowest = min(covered[cell:end])
        bottom = [spot for spot in range(cell, end) if covered[spot] == lowest]
        middle = left + (bottom[0] + bottom[-1] + 1) / 2 * _STEP
        if len(bottom) * _STEP >= 0.6 * size and _are_prose(parts, middle):
            best = min(best or (float("inf"), 0.0), (lowest, middle))
        cell = end
    return None if best is None else best[1]


def _are_prose(parts: Sequence[Fragment], gutter: float) -> bool:
    """Whether on both sides there are lines of running text: long ones, most of them as wide as their
    column."""
    for side in (
        [part for part in parts if part.right <= gutter],
        [part for part in parts if part.left >= gutter],
    ):
        if len(side) < _LEAST:
            return False
        width = max(part.right for part in side) - min(part.left for part in side)
        full = sum(part.right - part.left > 0.6 * width for part in side)
        if full < 0.5 * len(side) or median(len(part.text) for part in side) < 15:
            return False
    return True
