"""Chunks to points: one dense vector, one sparse vector and a vector a sentence, the heading path counted in.
Knows no store and no ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from core.nouns import Chunk
from core.payload import chunk_id, pack, pack_tokens
from core.plain import plain
from core.ports import Embedder, EncodedDocument, Point
from core.terms import terms
from core.text import sentences
from retrieval.late import TokenEncoder
from retrieval.sparse import document_vector

LONGEST_UNIT = 400  # characters; longer "sentences" (code, tables) are cut at line or word ends
SHORTEST_UNIT = 25  # shorter ones join the next: a lone "Да." or a bullet has no meaning of its own


def units(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a chunk, as evidence is chosen from them."""
    merged: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if merged and merged[-1][1] - merged[-1][0] < SHORTEST_UNIT:
            start = merged.pop()[0]
        while end - start > LONGEST_UNIT:
            cut = text.rfind(" ", start + LONGEST_UNIT // 2, start + LONGEST_UNIT)
            cut = cut if cut > start else start + LONGEST_UNIT
            merged.append((start, cut))
            start = cut + 1
        if start < end:
            merged.append((start, end))
    return merged


class ChunkEncoder:
    """`DocumentEncoder` over an embedder."""

    def __init__(self, embedder: Embedder, tokens: TokenEncoder | None = None) -> None:
        """With a token encoder chunks can be ranked by late interaction too: a quarter of a second each."""
        self._embedder = embedder
        self._tokens = tokens

    @staticmethod
    def name_for(embedder: str, tokens: bool) -> str:
        """The encoder's name over an embedder of that name, with or without a token encoder, loading neither."""
        return f"encode 2:{embedder}" + (f" + {TokenEncoder.name}" if tokens else "")

    @property
    def name(self) -> str:
        return self.name_for(self._embedder.name, self._tokens is not None)

    def encode(self, source: str, title: str, version: str, chunks: Sequence[Chunk], first: int = 0) -> EncodedDocument:
        spans = [units(chunk.text) for chunk in chunks]
        headers = [plain(". ".join(dict.fromkeys((title, *chunk.headings)))) for chunk in chunks]
        texts = [plain(chunk.text[a:b]) for chunk, found in zip(chunks, spans, strict=True) for a, b in found]
        distinct = list(dict.fromkeys(headers))
        vectors = self._embedder.encode(texts + distinct)
        header_of = dict(zip(distinct, vectors[len(texts) :], strict=True))
        points, counts, at = [], Counter[str](), 0
        extra = self._token_payloads(headers, spans, texts)
        for number, (chunk, found, header) in enumerate(zip(chunks, spans, headers, strict=True), first):
            own, lexical = (
                vectors[at : at + len(found)],
                [" ".join(terms(text)) for text in texts[at : at + len(found)]],
            )
            at += len(found)
            searched = [*terms(header), *(term for unit in lexical for term in unit.split(" ") if term)]
            counts.update(set(searched))
            dense = own.mean(axis=0) + HEADER_WEIGHT * header_of[header]
            payload = pack(chunk, source=source, title=title, version=version, spans=found, vectors=own, terms=lexical)
            payload.update(extra[number - first])
            dense = dense / max(float(np.linalg.norm(dense)), 1e-9)
            points.append(Point(chunk_id(version, number), dense.tolist(), document_vector(searched), payload))
        return EncodedDocument(version, tuple(points), dict(counts))

    def _token_payloads(
        self, headers: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]], texts: Sequence[str]
    ) -> list[dict[str, Any]]:
        """`texts`: the units of all chunks, one after the other."""
        if self._tokens is None:
            return [{} for _ in headers]
        rest = iter(texts)
        passages = [(header, list(islice(rest, len(found)))) for header, found in zip(headers, spans, strict=True)]
        return [pack_tokens(passage.vectors, passage.counts) for passage in self._tokens.passages(passages)]


HEADER_WEIGHT = 0.3
