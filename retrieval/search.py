"""Hybrid search: a question to ranked passages. The same fusion on every engine. Knows no drafting.

The engine brings candidates by the dense vector and by BM25 over the question's words and what stands for them; each is read
whole, measured (retrieval/features.py) and ranked by a small learned scorer (docs/adr/011-ranker.md)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from core import smalltalk
from core.nouns import Passages, Question
from core.payload import passage
from core.plain import plain
from core.ports import Catalog, Embedder, Hit, Store
from retrieval.cross_encoder import CrossEncoder
from retrieval.evidence import choose, unit_scores
from retrieval.features import PASSAGE, passage_features, read
from retrieval.followup import resolve
from retrieval.found import Found, SearchResult
from retrieval.late import TokenEncoder
from retrieval.late_signals import PASSAGE_LATE
from retrieval.query import Query, analyse
from retrieval.rank import scorer
from retrieval.sparse import K1, B, query_vector
from retrieval.sufficiency import hopeless, judge
from retrieval.words import Words

CANDIDATES = 60  # asked of the engine, of each vector kind
RESCORED = 48  # read whole and scored exactly
SHOWN_LEAST = 8  # evidence and sufficiency look at so many, however few are asked for
STAND_IN = 0.5  # what a word that only stands for the question's own counts in the engine's BM25
TYPICAL_WEIGHT = (K1 + 1) / (
    1 + K1 * (1 - B + B * 0.85)
)  # saturated weight of one occurrence in a chunk of middling length


class Searcher:
    def __init__(
        self, store: Store, embedder: Embedder, catalog: Catalog, cross_encoder: CrossEncoder | None = None,
        tokens: TokenEncoder | None = None,
    ) -> None:  # fmt: skip
        """With a cross-encoder it is decided more surely whether there is an answer, and more slowly. With a token encoder it is
        found more surely what answers: every chunk must have been indexed with it."""
        self._cross_encoder = cross_encoder
        self._tokens = tokens
        self._store = store
        self._embedder = embedder
        self._catalog = catalog
        self._words = Words()

    async def search(self, question: Question, limit: int = 8) -> Passages:
        """Passages with the evidence in them and what they allow: an answer, part of one, or a refusal."""
        if smalltalk.kind(question.text):
            return Passages(question, question.text, (), "smalltalk")
        result = await self.find(question, max(limit, SHOWN_LEAST))
        scores = unit_scores(result)
        quotes = tuple(quote.source for quote in choose(result, scores))
        cross = None
        if self._cross_encoder and quotes and not hopeless(result):
            cross = await self._cross_encoder.log_odds(result.query.text, quotes)
        judged = judge(result, scores, cross)
        return replace(
            result.passages, hits=result.passages.hits[:limit], kind=judged.kind, confidence=judged.confidence,
            evidence=quotes if judged.kind != "refused" else (), missing=judged.missing,
        )  # fmt: skip

    def analyse(self, question: Question) -> Query:
        """The question in the index's words, resolved with the conversation."""
        vocabulary = self._catalog.vocabulary()
        self._words.sync(vocabulary)
        resolved = resolve(question, self._words.mended(plain(question.text.strip())))
        return analyse(resolved.parts, self._words, vocabulary, self._catalog.chunk_count(), resolved.text)

    async def find(self, question: Question, limit: int) -> SearchResult:
        query = self.analyse(question)
        embed = self._embedder.encode_query
        vector = await asyncio.to_thread(embed, query.text) if self._embedder.remote else embed(query.text)
        weights = query_vector(query.term_weights(STAND_IN))
        dense, sparse = await self._store.query(vector.tolist(), weights, CANDIDATES)
        chosen = _shortlist(dense, sparse, query)
        payloads = {point.id: point.payload for point in await self._store.retrieve(list(chosen))}
        visible = [
            (ident, payloads[ident], ranks)
            for ident, ranks in chosen.items()
            if ident in payloads and self._catalog.visible(payloads[ident]["version"])
        ]
        tokens = self._tokens.query(query.text) if self._tokens else None
        read_whole = read(visible, query, vector, tokens)
        if not read_whole:
            return SearchResult(Passages(question, query.text, ()), (), query, vector)
        features = passage_features(read_whole, query)
        scores = scorer("passage", tokens is not None)(features)
        names = PASSAGE if tokens is None else PASSAGE + PASSAGE_LATE
        order = sorted(range(len(read_whole)), key=lambda n: (-scores[n], read_whole[n].id))[:limit]
        found = tuple(
            Found(
                passage(
                    read_whole[n].id, read_whole[n].payload, float(scores[n]),
                    dict(zip(names, features[n].tolist(), strict=True)),
                ),
                read_whole[n],
                features[n],
            )
            for n in order
        )  # fmt: skip
        return SearchResult(Passages(question, query.text, tuple(item.passage for item in found)), found, query, vector)


def _shortlist(dense: list[Hit], sparse: list[Hit], query: Query) -> dict[str, tuple[int, int]]:
    """The ids worth reading whole, by the engine's scores alone, with their ranks in both lists."""
    best = fused(dense, sparse, query.mass)[:RESCORED]
    dense_rank = {hit.id: rank for rank, hit in enumerate(dense)}
    sparse_rank = {hit.id: rank for rank, hit in enumerate(sparse)}
    return {ident: (dense_rank.get(ident, 2 * CANDIDATES), sparse_rank.get(ident, 2 * CANDIDATES)) for ident in best}


def fused(dense: list[Hit], sparse: list[Hit], mass: float) -> list[str]:
    """Ids by the sum of cosine and BM25, this divided by what a passage with every word of the question would weigh: `mass` is
    the sum of their IDF. Where a score is missing, the cosine is the list's lowest and BM25 is 0."""
    floor = dense[-1].score if dense else 0.0
    cosines = {hit.id: hit.score for hit in dense}
    lexical = {hit.id: hit.score / (mass * TYPICAL_WEIGHT) for hit in sparse}
    total = {ident: lexical.get(ident, 0.0) + cosines.get(ident, floor) for ident in cosines.keys() | lexical.keys()}
    return sorted(total, key=lambda ident: (-total[ident], ident))
