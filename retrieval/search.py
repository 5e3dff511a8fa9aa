"""Hybrid search: a question to ranked passages. The same fusion on every engine. Knows no drafting.

Scores are put on absolute scales, so they compare across questions: BM25 is divided by the score of a chunk that holds every
term of the question once, the dense score is the mean of the chunk's cosine and its best sentence's. When the question's
language is not the documents', BM25 finds nothing and so weighs nothing (docs/adr/001-fusion.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core import smalltalk
from core.nouns import Passages, Question
from core.payload import passage, sentence_vectors
from core.ports import Catalog, Embedder, Hit, Store
from core.terms import terms
from retrieval.evidence import choose
from retrieval.found import Found, SearchResult
from retrieval.query import QueryTerms, analyse
from retrieval.sparse import AVERAGE_TERMS, K1, B, query_vector
from retrieval.sufficiency import judge

if TYPE_CHECKING:
    from core.ports import Matrix

CANDIDATES = 40  # asked of the engine, of each vector kind
SHOWN_LEAST = 8  # evidence and sufficiency look at so many, however few are asked for
RESCORED = 20  # read whole and scored exactly
DENSE_WEIGHT = 1.0
TYPICAL_WEIGHT = (K1 + 1) / 1.9  # saturated weight of one occurrence in a chunk of middling length


class Searcher:
    def __init__(self, store: Store, embedder: Embedder, catalog: Catalog) -> None:
        self._store = store
        self._embedder = embedder
        self._catalog = catalog

    async def search(self, question: Question, limit: int = 8) -> Passages:
        """Passages with the evidence in them and what they allow: an answer, part of one, or a refusal."""
        if smalltalk.kind(question.text):
            return Passages(question, question.text, (), "smalltalk")
        result = await self.find(question, max(limit, SHOWN_LEAST))
        judged = judge(result)
        hits = result.passages.hits[:limit]
        quotes = tuple(quote.source for quote in choose(result)) if judged.kind != "refused" else ()
        return replace(
            result.passages, hits=hits, kind=judged.kind, confidence=judged.confidence, evidence=quotes,
            missing=judged.missing,
        )  # fmt: skip

    async def find(self, question: Question, limit: int) -> SearchResult:
        query = question.text.strip()
        vocabulary, chunks = self._catalog.vocabulary(), self._catalog.chunk_count()
        analysed = analyse(query, vocabulary, chunks)
        vector = self._embedder.encode_query(query)
        known = [(term, 1.0) for term in analysed.idf if term in vocabulary]
        dense, sparse = await self._store.query(vector.tolist(), query_vector(known), CANDIDATES)
        chosen = _shortlist(dense, sparse, analysed)
        payloads = {point.id: point.payload for point in await self._store.retrieve(chosen)}
        found = [
            _score(ident, payloads[ident], analysed, vector)
            for ident in chosen
            if ident in payloads and self._catalog.visible(payloads[ident]["version"])
        ]
        found.sort(key=lambda item: -item.passage.score)
        best = tuple(found[:limit])
        passages = Passages(question, query, tuple(item.passage for item in best))
        return SearchResult(passages, best, analysed, vector)


def _shortlist(dense: list[Hit], sparse: list[Hit], analysed: QueryTerms) -> list[str]:
    """The ids worth reading whole, by the engine's scores alone; a score that is missing is the list's lowest."""
    ideal = analysed.mass * TYPICAL_WEIGHT
    floor = dense[-1].score if dense else 0.0
    cosines = {hit.id: hit.score for hit in dense}
    lexical = {hit.id: hit.score / ideal for hit in sparse}
    fused = {
        ident: lexical.get(ident, 0.0) + DENSE_WEIGHT * cosines.get(ident, floor)
        for ident in cosines.keys() | lexical.keys()
    }
    return sorted(fused, key=lambda ident: (-fused[ident], ident))[:RESCORED]


def _score(ident: str, payload: Mapping[str, Any], analysed: QueryTerms, vector: Matrix) -> Found:
    spans, vectors = sentence_vectors(payload)
    cosines = vectors @ vector if len(spans) else np.zeros(1, np.float32)
    mean = vectors.mean(axis=0) if len(spans) else vector * 0
    whole = float(mean @ vector / max(float(np.linalg.norm(mean)), 1e-6))
    counts = Counter(terms(". ".join((payload["title"], *payload["headings"])) + "\n" + payload["text"]))
    length = sum(counts.values())
    norm = K1 * (1 - B + B * length / AVERAGE_TERMS)
    bm25 = sum(
        weight * counts[term] * (K1 + 1) / (counts[term] + norm)
        for term, weight in analysed.idf.items()
        if term in counts
    )
    coverage = sum(weight for term, weight in analysed.idf.items() if term in counts) / analysed.mass
    lexical = bm25 / (analysed.mass * TYPICAL_WEIGHT)
    dense = (whole + float(cosines.max())) / 2
    signals = {
        "lexical": lexical,
        "dense": dense,
        "chunk": whole,
        "sentence": float(cosines.max()),
        "coverage": coverage,
    }
    return Found(
        passage(ident, payload, lexical + DENSE_WEIGHT * dense, signals), tuple(spans), vectors
    )
