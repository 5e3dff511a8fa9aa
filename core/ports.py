"""The seams between rooms: what the index, an embedder and the visible set look like. Behind each stand two real
implementations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.nouns import Chunk

    Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Term weights: `indices` (uint32, unique) and `values` of the same length."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One chunk as stored. `id` is a UUID string; `payload` holds the chunk and where it comes from."""

    id: str
    dense: Sequence[float]
    sparse: SparseVector
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """A point found, with the score of one vector kind: cosine for dense, BM25 for sparse."""

    id: str
    score: float
    payload: Mapping[str, Any] = field(default_factory=dict)


class Embedder(Protocol):
    """Texts to unit vectors. `name` and `dim` are part of an index's identity."""

    @property
    def name(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def remote(self) -> bool:
        """Whether a query waits for a network: then it is asked in a thread."""
        ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """(n, dim) float32, rows of length 1."""
        ...

    def encode_query(self, text: str) -> Matrix:
        """(dim,) float32 of length 1."""
        ...


class Store(Protocol):
    """One generation of the index: named vectors `dense` (cosine) and `sparse` (IDF at query time)."""

    async def upsert(self, points: Sequence[Point]) -> None: ...
    async def delete(self, ids: Sequence[str]) -> None: ...
    async def count(self) -> int: ...
    async def ids(self) -> set[str]: ...
    async def retrieve(self, ids: Sequence[str], vectors: bool = False) -> list[Point]:
        """The points that exist, any order; with `vectors`, dense and sparse too, else they are empty."""
        ...

    async def query(self, dense: Sequence[float], sparse: SparseVector, limit: int) -> tuple[list[Hit], list[Hit]]:
        """The best `limit` by the dense vector and the best `limit` by the sparse one, each best first, in one call."""
        ...

    async def flush(self) -> None: ...
    async def close(self) -> None: ...


class Index(Protocol):
    """The generations of an index, by number."""

    async def open(self, generation: int) -> Store: ...
    async def create(self, generation: int) -> Store:
        """An empty generation; one left there by a crash is removed first."""
        ...

    async def activate(self, generation: int) -> None:
        """Make it the one that other readers of the engine see (an alias on a server; nothing to do embedded)."""
        ...

    async def drop(self, generation: int) -> None: ...
    async def generations(self) -> list[int]: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class EncodedDocument:
    """A document's points, ready to store, and how many of its chunks hold each term."""

    version: str
    points: tuple[Point, ...]
    term_chunks: Mapping[str, int]


class DocumentEncoder(Protocol):
    """Chunks to points. `name` changes whenever the same chunk would be encoded otherwise."""

    @property
    def name(self) -> str: ...
    def encode(self, source: str, title: str, version: str, chunks: Sequence[Chunk], first: int = 0) -> EncodedDocument:
        """`first` is the number of `chunks[0]` within its document."""
        ...


class Catalog(Protocol):
    """What a search must know of the committed documents."""

    def visible(self, version: str) -> bool:
        """Whether this state of a document is the committed one in the active generation."""
        ...

    def vocabulary(self) -> Mapping[str, int]:
        """Chunks holding each term, over the active generation. Kept in memory; don't change it."""
        ...

    def chunk_count(self) -> int: ...
