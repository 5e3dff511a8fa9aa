"""Which sentences of the passages found answer the question: at most three, word for word. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass

from core.nouns import Source
from core.terms import terms
from retrieval.found import SearchResult

QUOTES = 3
PASSAGES = 5
LEXICAL = 0.6
PASSAGE = 0.35


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence with its score; `source.n` numbers quotes from 1 in reading order of relevance."""

    source: Source
    score: float


def choose(result: SearchResult, limit: int = QUOTES) -> list[Quote]:
    """The best sentences over the first passages, most relevant first."""
    scored: list[tuple[float, int, tuple[int, int]]] = []
    for rank, item in enumerate(result.found[:PASSAGES]):
        for (start, end), vector in zip(item.spans, item.vectors, strict=True):
            held = set(terms(item.passage.text[start:end]))
            covered = sum(weight for term, weight in result.terms.idf.items() if term in held)
            score = (
                float(vector @ result.vector)
                + LEXICAL * covered / result.terms.mass
                + PASSAGE * item.passage.score
            )
            scored.append((score, rank, (start, end)))
    scored.sort(key=lambda entry: -entry[0])
    quotes: list[Quote] = []
    for score, rank, (start, end) in scored:
        passage = result.found[rank].passage
        text = passage.text[start:end].strip()
        if any(text == other.source.quote for other in quotes):
            continue
        offset = passage.start + start
        source = Source(
            len(quotes) + 1, passage.source, passage.title, passage.headings, text, offset, passage.start + end
        )
        quotes.append(Quote(source, score))
        if len(quotes) == limit:
            break
    return quotes
