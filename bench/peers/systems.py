"""The four systems behind one shape: `ingest`, `search`, `reopen`. Each is set up as its own documentation shows for hybrid
search with vectors computed outside; none is asked to embed."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from bench.peers.corpus import Chunks

LIMIT = 10


class System(Protocol):
    def __init__(self, folder: Path) -> None: ...
    def ingest(self, chunks: Chunks) -> None: ...
    def search(self, text: str, vector: np.ndarray) -> Sequence[int]:
        """Numbers of the best chunks, best first."""
        ...

    def settle(self) -> None:
        """What a system does once in a while to search faster; left out where it has nothing of the kind."""

    def reopen(self) -> None:
        """Close and open again, where the system keeps anything on disk."""
        ...


class Store(System):
    """This project's embedded engine and the fusion of its two lists, nothing else: what the peers are compared with."""

    def __init__(self, folder: Path) -> None:
        from retrieval.edge import EdgeIndex

        self._index = EdgeIndex(folder, 512)
        self._loop = asyncio.new_event_loop()
        self._vocabulary: dict[str, int] = {}
        self._count = 0

    def ingest(self, chunks: Chunks) -> None:
        from core.nouns import Chunk
        from core.payload import pack
        from core.ports import Point
        from core.terms import terms
        from retrieval.sparse import document_vector

        async def run() -> None:
            self._store = await self._index.create(1)
            for start in range(0, len(chunks.texts), 256):
                points = []
                for number in range(start, min(start + 256, len(chunks.texts))):
                    text, vector = chunks.texts[number], chunks.vectors[number]
                    held = list(terms(text))
                    for term in set(held):
                        self._vocabulary[term] = self._vocabulary.get(term, 0) + 1
                    payload = pack(
                        Chunk(text, 0, len(text)), source=str(number), title="", version="v",
                        spans=[(0, len(text))], vectors=vector[None, :], terms=[" ".join(held)],
                    )  # fmt: skip
                    points.append(Point(str(uuid.UUID(int=number)), vector.tolist(), document_vector(held), payload))
                await self._store.upsert(points)
            await self._store.flush()

        self._loop.run_until_complete(run())
        self._count = len(chunks.texts)

    def settle(self) -> None:
        """Build the graph, as a reindex does; searched before and after that, nothing is missing."""
        self._store.optimize()

    def search(self, text: str, vector: np.ndarray) -> list[int]:
        from core.terms import terms
        from retrieval.query import idf
        from retrieval.search import CANDIDATES, fused
        from retrieval.sparse import query_vector

        asked = set(terms(text))
        weights = [(term, 1.0) for term in asked]
        mass = sum(idf(self._vocabulary.get(term, 0), self._count) for term in asked)

        async def run() -> list[int]:
            dense, sparse = await self._store.query(vector.tolist(), query_vector(weights), CANDIDATES)
            best = fused(dense, sparse, mass)[:LIMIT]
            payloads = {point.id: point.payload for point in await self._store.retrieve(best)}
            return [int(payloads[ident]["source"]) for ident in best]

        return self._loop.run_until_complete(run())

    def reopen(self) -> None:
        async def run() -> None:
            await self._store.close()
            self._store = await self._index.open(1)

        self._loop.run_until_complete(run())


class Search(Store):
    """The whole search beside it: the question in the index's words, 48 candidates read whole, the learned ranker."""

    # What a Searcher asks of an embedder and a catalog.
    name, dim, remote = "given", 512, False

    def encode_query(self, text: str) -> np.ndarray:
        return self._vector

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        raise AssertionError("vectors are given")

    def visible(self, version: str) -> bool:
        return True

    def vocabulary(self) -> dict[str, int]:
        return self._vocabulary

    def chunk_count(self) -> int:
        return self._count

    def search(self, text: str, vector: np.ndarray) -> list[int]:
        from core.nouns import Question

        self._vector = vector
        found = self._loop.run_until_complete(self._searcher.find(Question(text), LIMIT))
        return [int(hit.source) for hit in found.passages.hits]

    def reopen(self) -> None:
        from retrieval.search import Searcher

        super().reopen()
        self._searcher = Searcher(self._store, self, self)  # type: ignore[arg-type]


class LlamaIndex(System):
    """IngestionPipeline into QdrantVectorStore in local mode, hybrid, with this project's sparse vectors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open()

    def _open(self) -> None:
        from llama_index.vector_stores.qdrant import QdrantVectorStore
        from qdrant_client import QdrantClient

        from core.terms import terms
        from retrieval.sparse import document_vector, query_vector

        def documents(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
            vectors = [document_vector(terms(text)) for text in texts]
            return [list(v.indices) for v in vectors], [list(v.values) for v in vectors]

        def queries(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
            vectors = [query_vector((term, 1.0) for term in set(terms(text))) for text in texts]
            return [list(v.indices) for v in vectors], [list(v.values) for v in vectors]

        self._client = QdrantClient(path=str(self._folder))
        self._store = QdrantVectorStore(
            "bench", client=self._client, enable_hybrid=True, sparse_doc_fn=documents, sparse_query_fn=queries,
            batch_size=256,
        )  # fmt: skip

    def ingest(self, chunks: Chunks) -> None:
        from llama_index.core.ingestion import IngestionPipeline
        from llama_index.core.schema import TextNode

        nodes = [
            TextNode(text=text, id_=str(uuid.UUID(int=number)), metadata={"n": number}, embedding=vector.tolist())
            for number, (text, vector) in enumerate(zip(chunks.texts, chunks.vectors, strict=True))
        ]
        IngestionPipeline(transformations=[], vector_store=self._store).run(nodes=nodes)

    def search(self, text: str, vector: np.ndarray) -> list[int]:
        from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode

        query = VectorStoreQuery(
            query_embedding=vector.tolist(), query_str=text, similarity_top_k=40, sparse_top_k=40, hybrid_top_k=LIMIT,
            mode=VectorStoreQueryMode.HYBRID,
        )  # fmt: skip
        return [int(node.metadata["n"]) for node in self._store.query(query).nodes or []]

    def reopen(self) -> None:
        self._client.close()
        self._open()


class Haystack(System):
    """InMemoryDocumentStore: BM25 and embedding retrievers joined by reciprocal rank fusion. It keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")

    def ingest(self, chunks: Chunks) -> None:
        from haystack import Document
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever

        self._store.write_documents(
            [
                Document(id=str(number), content=text, embedding=vector.tolist())
                for number, (text, vector) in enumerate(zip(chunks.texts, chunks.vectors, strict=True))
            ]
        )
        self._bm25 = InMemoryBM25Retriever(self._store, top_k=40)
        self._dense = InMemoryEmbeddingRetriever(self._store, top_k=40)
        self._join = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=LIMIT)

    def search(self, text: str, vector: np.ndarray) -> list[int]:
        lists = [
            self._bm25.run(query=text)["documents"],
            self._dense.run(query_embedding=vector.tolist())["documents"],
        ]
        return [int(document.id) for document in self._join.run(documents=lists)["documents"]]

    def reopen(self) -> None:
        """Nothing is on disk."""


class Txtai(System):
    """Embeddings with hybrid=True (Faiss + its own BM25), content stored in SQLite, vectors given from outside."""

    def __init__(self, folder: Path) -> None:
        from txtai import Embeddings

        self._folder = folder / "txtai"
        known: dict[str, np.ndarray] = {}

        def transform(texts: list[str]) -> np.ndarray:  # txtai wants a plain function
            return np.stack([known[text] for text in texts])

        self._known, self._transform = known, transform
        self._embeddings = Embeddings(method="external", transform=transform, hybrid=True, content=True)

    def ingest(self, chunks: Chunks) -> None:
        self._known.update(zip(chunks.texts, chunks.vectors, strict=True))
        self._embeddings.index([(number, text, None) for number, text in enumerate(chunks.texts)])
        self._embeddings.save(str(self._folder))

    def search(self, text: str, vector: np.ndarray) -> list[int]:
        self._known[text] = vector
        return [int(row["id"]) for row in self._embeddings.search(text, LIMIT)]

    def reopen(self) -> None:
        from txtai import Embeddings

        self._embeddings.close()
        self._embeddings = Embeddings()
        self._embeddings.load(str(self._folder), config={"transform": self._transform})


SYSTEMS: dict[str, type[System]] = {
    "expertbot": Store,
    "expertbot, whole search": Search,
    "llama-index": LlamaIndex,
    "haystack": Haystack,
    "txtai": Txtai,
}
