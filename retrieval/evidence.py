"""Which parts of the passages found answer the question: at most three, word for word. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass

from core.nouns import Source
from retrieval.found import SearchResult

QUOTES = 3
PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch with its score; `source.n` numbers quotes from 1 in reading order of relevance."""

    source: Source
    score: float


def choose(result: SearchResult, limit: int = QUOTES) -> list[Quote]:
    """The best units over the first passages, most relevant first."""
    scored: list[tuple[float, int, tuple[int, int]]] = []
    import numpy as np
    w = np.array([c.weight for c in result.query.concepts], np.float32) / result.query.mass
    for rank, item in enumerate(result.found[:PASSAGES]):
        cover = item.candidate.found @ w
        for n, span in enumerate(item.candidate.spans):
            scored.append((float(item.candidate.cosines[n]) + 0.6 * float(cover[n]) + 0.35 * item.passage.score, rank, span))
    scored.sort(key=lambda entry: -entry[0])
    quotes: list[Quote] = []
    for score, rank, (start, end) in scored:
        passage = result.found[rank].passage
        text = passage.text[start:end].strip()
        if any(text == other.source.quote for other in quotes):
            continue
        source = Source(
            len(quotes) + 1, passage.source, passage.title, passage.headings, text, passage.start + start, passage.start + end
        )
        quotes.append(Quote(source, score))
        if len(quotes) == limit:
            break
    return quotes
