"""Which parts of the passages found answer the question: at most three quotes, word for word. A quote is the best unit with what
it can't be read without, its lead-in, its block of code, and neighbours that answer too. Knows no store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.nouns import Source
from core.text import denies
from retrieval.features import HEADER_HELPS, weighed
from retrieval.found import Found, SearchResult
from retrieval.late_signals import unit_late
from retrieval.rank import Scorer, scorer
from retrieval.units import UNIT, Shape, shape, unit_features

if TYPE_CHECKING:
    from core.ports import Matrix

QUOTES = 3
PASSAGES = 6  # looked into
LONGEST = 480  # characters of a quote
MARGIN = 3.0  # a neighbour this much worse than the quote's best unit stays out
ROW_MARGIN = 0.5  # likewise of two rows of a table: the other rows are about other things
SAME_PASSAGE = 1.0  # what a second quote of a passage must be better by
SAME_DOCUMENT = 0.3
# A short question in the words of a heading («сколько хранятся логи» over «Журналы › Сроки хранения») asks for the table below,
# whose rows never repeat those words. Longer questions are hardly ever covered so: none of the 411 of the dev sets is.
HEADED = 0.75  # share of the question that title and headings hold
HEADING = re.compile(r"^ {0,3}#{1,6} +(?P<text>[^\n]+)\n?", re.M)
ROWS_HELPED, LATE_ROWS_HELPED = 4.0, 3.0  # points; the scorers of the quality mode like rows better by themselves


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch with its score; `source.n` numbers quotes from 1 in reading order of relevance."""

    source: Source
    score: float


def choose(result: SearchResult, scores: Sequence[Matrix], limit: int = QUOTES) -> list[Quote]:
    """The best stretches over the first passages, most relevant first. `scores` as `unit_scores` gives them."""
    found = result.found[:PASSAGES]
    taken: list[list[tuple[int, int]]] = [[] for _ in found]
    quotes: list[Quote] = []
    while len(quotes) < limit:
        picked = _best(found, scores, taken, quotes)
        if picked is None:
            break
        rank, unit = picked
        item = found[rank].candidate
        text = str(item.payload["text"])
        kinds = shape(text, item.spans)
        first, last = stretch(kinds, item.spans, scores[rank], unit, taken[rank])
        core = stretch(kinds, item.spans, scores[rank], unit, taken[rank], margin=-np.inf)
        taken[rank].append((first, last))
        start, end = item.spans[core[0]][0], item.spans[core[1]][1]
        quote = replace(
            _quote(found[rank], item.spans[first][0], item.spans[last][1], len(quotes) + 1),
            focus=text[start:end].strip(),
            denied=_denied(found[rank], start),
            weight=float(scores[rank][unit]),
        )
        if all(quote.quote != other.source.quote for other in quotes):
            quotes.append(Quote(quote, float(scores[rank][unit])))
    return quotes


def unit_tables(result: SearchResult) -> list[Matrix]:
    """For each of the first passages, what is measured of its units: (units, len(UNIT)), with UNIT_LATE behind them where the
    tokens were compared."""
    found, query = result.found[:PASSAGES], result.query
    if not found:
        return []
    shares = np.array([c.weight for c in query.concepts], np.float32) / query.mass
    covered = [weighed(np.maximum(i.candidate.found, HEADER_HELPS * i.candidate.header), shares) for i in found]
    best = (
        found[0].passage.score,
        max(float(item.candidate.cosines.max()) for item in found),
        max(float(cover.max()) for cover in covered),
    )
    tables = [unit_features(item.candidate, item.passage.score, n, best, query) for n, item in enumerate(found)]
    if not result.late:
        return tables
    late = unit_late([item.candidate for item in found])
    return [np.column_stack(both).astype(np.float32) for both in zip(tables, late, strict=True)]


def unit_scores(result: SearchResult, weigh: Scorer | None = None) -> list[Matrix]:
    """For each of the first passages, the score of each of its units, by the stored weights where none are given."""
    weigh = weigh or scorer("unit", result.late)
    tables = unit_tables(result)
    if not tables:
        return []
    query = result.query
    shares = np.array([c.weight for c in query.concepts], np.float32) / query.mass
    scores = [weigh(table) for table in tables]
    for own, table, item in zip(scores, tables, result.found, strict=False):
        if float(item.candidate.header @ shares) >= HEADED:
            # All alike: the table is asked for, not a row of it.
            rows = table[:, UNIT.index("row")] > 0
            own[rows] = own[rows].max(initial=-np.inf) + (LATE_ROWS_HELPED if result.late else ROWS_HELPED)
    return scores


def _best(
    found: Sequence[Found], scores: Sequence[Matrix], taken: Sequence[list[tuple[int, int]]], quotes: Sequence[Quote]
) -> tuple[int, int] | None:
    """The passage's number and the unit's of the best unit not yet quoted; others' passages and documents come first."""
    documents = {quote.source.source for quote in quotes}
    best, where = -np.inf, None
    for rank, item in enumerate(found):
        cost = SAME_PASSAGE if taken[rank] else SAME_DOCUMENT if item.passage.source in documents else 0.0
        for unit, score in enumerate(scores[rank].tolist()):
            if score - cost > best and not any(first <= unit <= last for first, last in taken[rank]):
                best, where = score - cost, (rank, unit)
    return where


def stretch(
    kinds: Shape, spans: Sequence[tuple[int, int]], scores: Matrix, unit: int, taken: Sequence[tuple[int, int]] = (),
    margin: float = MARGIN,
) -> tuple[int, int]:  # fmt: skip
    """The first and the last unit of the quote around a unit: what belongs to it, then neighbours at most `margin` worse, rows
    beside a row at most ROW_MARGIN, the better first."""
    first = last = unit
    low = max((end + 1 for _, end in taken if end < unit), default=0)
    high = min((start - 1 for start, _ in taken if start > unit), default=len(spans) - 1)

    def fits(start: int, end: int) -> bool:
        return spans[end][1] - spans[start][0] <= LONGEST

    while True:
        options: list[tuple[float, int, int]] = []
        for side, near in ((-1, first - 1), (1, last + 1)):
            if not low <= near <= high or not fits(min(first, near), max(last, near)):
                continue
            belongs = _belongs(kinds, near, first if side < 0 else last, side)
            allowed = min(margin, ROW_MARGIN) if kinds.row[near] and kinds.row[unit] else margin
            if belongs or scores[near] >= scores[unit] - allowed:
                options.append((float(scores[near]) + (100.0 if belongs else 0.0), min(first, near), max(last, near)))
        if not options:
            break
        _, first, last = max(options)
    while last > first and kinds.heading[last]:
        last -= 1
    return first, last


def _belongs(kinds: Shape, near: int, edge: int, side: int) -> bool:
    """Whether a quote that ends at `edge` can't be read without the unit beside it."""
    if kinds.code[near] and kinds.code[edge]:
        return True
    if side < 0:
        return kinds.brings[near] or (kinds.leans[edge] and not kinds.code[near])
    return kinds.brings[edge] or kinds.heading[edge]


def _denied(item: Found, start: int) -> str:
    """The nearest heading above what begins at `start` of the passage, or there, if it denies what stands below."""
    text = item.passage.text
    while (begins := HEADING.match(text, start)) or text[start : start + 1] == "\n":
        start = begins.end() if begins else start + 1
    above = [found for found in HEADING.finditer(text, 0, start) if text.count("```", 0, found.start()) % 2 == 0]
    heading = above[-1]["text"] if above else (item.passage.title, *item.passage.headings)[-1]
    return heading.strip() if denies(heading) else ""


def _quote(item: Found, start: int, end: int, n: int) -> Source:
    passage = item.passage
    text = passage.text[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return Source(
        n,
        passage.source,
        passage.title,
        passage.headings,
        text,
        passage.start + start,
        passage.start + start + len(text),
    )
