"""What is measured of a passage and of a unit of it for a question, as numbers a ranker weighs. Knows no store, no weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from core.payload import sentence_spans, sentence_vectors, token_vectors
from core.terms import terms
from core.text import language
from retrieval.late import TokenQuery, meetings
from retrieval.late_signals import passage_late
from retrieval.query import Query

if TYPE_CHECKING:
    from core.ports import Matrix

HEADER_HELPS = 0.6  # a word that only the headings hold, for a unit below them
K = 1.2  # saturation of a repeated concept
OPENING = 300  # characters that tell a passage's language
NOTHING: Matrix = np.zeros((0, 0), np.float32)


@lru_cache(maxsize=20_000)
def header_terms(header: str) -> frozenset[str]:
    return frozenset(terms(header))


@dataclass(frozen=True)
class Candidate:
    """A chunk read whole. `found`: (units, concepts), how well the best term of a unit stands for each concept; `exact`
    likewise, 1 where the word itself stands there; `header` and `counts`: (concepts,); `cosines`: (units,) with the question.
    A chunk without units has one row of nothing. `ranks`: in the engine's dense and in its lexical list. In the quality mode
    `met` (1 + units, tokens) says how well the headings and each unit meet each token of the question, `heft` (tokens,) what it
    weighs."""

    id: str
    payload: Mapping[str, Any]
    spans: list[tuple[int, int]]
    found: Matrix
    exact: Matrix
    header: Matrix
    cosines: Matrix
    whole: float
    length: int
    counts: Matrix
    ranks: tuple[int, int]
    met: Matrix = field(default_factory=lambda: NOTHING)
    heft: Matrix = field(default_factory=lambda: NOTHING)

    @property
    def late(self) -> bool:
        """Whether its tokens were compared with the question's."""
        return self.met.size > 0


def read(
    chosen: Sequence[tuple[str, Mapping[str, Any], tuple[int, int]]], query: Query, vector: Matrix,
    tokens: TokenQuery | None = None,
) -> list[Candidate]:  # fmt: skip
    """Chunks as (id, payload, ranks), all at once: their sentences are compared with the question in one product, and so are
    their tokens where the question's are given."""
    spans = [sentence_spans(payload) for _, payload, _ in chosen]
    vectors = sentence_vectors([payload for _, payload, _ in chosen])
    every = vectors @ vector if len(vectors) else np.zeros(0, np.float32)
    candidates, at = [], 0
    meetings = _meetings([payload for _, payload, _ in chosen], tokens)
    heft = NOTHING if tokens is None else tokens.weights
    for (ident, payload, ranks), own, met in zip(chosen, spans, meetings, strict=True):
        rows = slice(at, at + len(own))
        at = rows.stop
        cosines, whole = np.zeros(1, np.float32), 0.0
        if own:
            total = vectors[rows].sum(axis=0)
            cosines = every[rows]
            whole = float(cosines.sum()) / max(math.sqrt(float(total @ total)), 1e-6)
        found, exact, counts, length = _held(payload["terms"], max(len(own), 1), query)
        header = _header(payload, query)
        candidates.append(
            Candidate(ident, payload, own, found, exact, header, cosines, whole, length, counts, ranks, met, heft)
        )
    return candidates


def _meetings(payloads: Sequence[Mapping[str, Any]], tokens: TokenQuery | None) -> Sequence[Matrix]:
    if tokens is None:
        return [NOTHING] * len(payloads)
    return meetings(tokens, token_vectors(payloads), [payload["token_counts"] for payload in payloads])


def _held(units: Sequence[str], rows: int, query: Query) -> tuple[Matrix, Matrix, Matrix, int]:
    """`found`, `exact`, `counts` of a candidate, and its length in terms."""
    standing, size = query.standing, len(query.concepts)
    found = np.zeros((rows, size), np.float32)
    exact = np.zeros((rows, size), np.float32)
    counts = np.zeros(size, np.float32)
    length = 0
    for row, unit in enumerate(units):
        held = unit.split(" ")
        length += len(held)
        for term in [term for term in held if term in standing]:
            for number, worth in standing[term]:
                counts[number] += worth
                if worth > found[row, number]:
                    found[row, number] = worth
                if worth >= 1.0:
                    exact[row, number] = 1.0
    return found, exact, counts, length


def _header(payload: Mapping[str, Any], query: Query) -> Matrix:
    header = np.zeros(len(query.concepts), np.float32)
    for term in header_terms(". ".join((payload["title"], *payload["headings"]))):
        for number, worth in query.standing.get(term, ()):
            header[number] = max(worth, header[number])
    return header


PASSAGE = (
    "exact coverage", "coverage", "best unit", "best window", "header", "bm25", "chunk cosine", "best cosine", "second cosine",
    "joint", "dense rank", "sparse rank", "names", "rarest", "length", "document coverage", "document cosine", "other language",
    "z coverage", "z window", "z cosine", "z chunk", "z bm25", "coverage all", "unit cosine x other",
)  # fmt: skip


def passage_features(candidates: Sequence[Candidate], query: Query) -> Matrix:
    """(candidates, len(PASSAGE)); with PASSAGE_LATE behind them where the tokens were compared."""
    if not candidates:
        return np.zeros((0, len(PASSAGE)), np.float32)
    table = _alone(candidates, query)
    by_document: dict[str, list[int]] = {}
    for number, item in enumerate(candidates):
        by_document.setdefault(item.payload["doc_id"], []).append(number)
    coverage, cosine = table[:, 1].tolist(), table[:, 7].tolist()
    for numbers in by_document.values():
        for number in numbers if len(numbers) > 1 else ():
            table[number, 15] = max(coverage[other] for other in numbers if other != number)
            table[number, 16] = max(cosine[other] for other in numbers if other != number)
    picked = table[:, [1, 3, 7, 6, 5]]
    z = (picked - picked.mean(axis=0)) / (picked.std(axis=0) + 0.05)
    late = [passage_late(candidates)] if candidates[0].late else []
    return np.column_stack([table, z, table[:, 1] ** 2, table[:, 7] * table[:, 17], *late]).astype(np.float32)


def _alone(candidates: Sequence[Candidate], query: Query) -> Matrix:
    """The first 18 columns: each candidate by itself, 15 and 16 left 0. All units stand one under the other, `starts` says where
    each candidate's begin."""
    weights = np.array([c.weight for c in query.concepts], np.float32)
    shares = weights / max(float(weights.sum()), 1e-6)
    named = np.array([c.named and c.share == 1.0 for c in query.concepts], bool)
    sizes = np.array([len(item.found) for item in candidates])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    found = np.concatenate([item.found for item in candidates])
    exact = np.concatenate([item.exact for item in candidates])
    header = np.stack([item.header for item in candidates])
    above = HEADER_HELPS * np.repeat(header, sizes, axis=0)
    cosines = np.concatenate([item.cosines for item in candidates])
    anywhere = np.maximum(np.maximum.reduceat(found, starts), header)
    exactly = np.maximum(np.maximum.reduceat(exact, starts), (header >= 1.0).astype(np.float32))
    units = weighed(np.maximum(found, above), shares)
    around = weighed(np.maximum(_wide(found, starts), above), shares)
    lengths = np.array([item.length for item in candidates], np.float32)
    counts = np.stack([item.counts for item in candidates]) + header
    norm = np.asarray(K * (0.25 + 0.75 * lengths[:, None] / 110.0), np.float32)
    saturated = np.asarray(counts * (K + 1) / (counts + norm), np.float32)
    ordered = [np.sort(item.cosines)[::-1] for item in candidates]
    ranks = np.array([item.ranks for item in candidates], np.float32)
    nothing = np.zeros(len(candidates), np.float32)
    columns = [
        weighed(exactly, shares), weighed(anywhere, shares), np.maximum.reduceat(units, starts),
        np.maximum.reduceat(around, starts),
        weighed(header, shares), weighed(saturated, shares), np.array([item.whole for item in candidates]),
        np.array([best[0] for best in ordered]), np.array([best[min(1, len(best) - 1)] for best in ordered]),
        np.maximum.reduceat(units + cosines, starts), 1 / (8 + ranks[:, 0]), 1 / (8 + ranks[:, 1]),
        exactly[:, named].mean(axis=1) if named.any() else nothing + 0.7,
        anywhere[:, int(np.argmax(weights))] if len(weights) else nothing, np.log1p(lengths) / 6, nothing, nothing,
        np.array([language(str(item.payload["text"])[:OPENING]) != query.lang for item in candidates]),
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def _wide(found: Matrix, starts: Any) -> Matrix:
    """What each unit and its neighbours in the same candidate hold."""
    wide = found.copy()
    within = np.ones(len(found), bool)
    within[starts] = False  # the first unit of a candidate has none before it
    later = np.flatnonzero(within)
    wide[later] = np.maximum(wide[later], found[later - 1])
    wide[later - 1] = np.maximum(wide[later - 1], found[later])
    return wide


def weighed(table: Matrix, weights: Matrix) -> Matrix:
    """(n, concepts) and (concepts,) to (n,). Not `@`: for so narrow a table the BLAS kernel also reads what lies behind it, and
    now and then numpy warns of an invalid value there, though the result is right."""
    return np.asarray(np.einsum("nc,c->n", table, weights), np.float32)


def window(found: Matrix, header: Matrix) -> Matrix:
    """Each unit with its neighbours: what three in a row hold, and the headings above them."""
    held: Matrix = np.maximum(_wide(found, [0]), HEADER_HELPS * header)
    return held
