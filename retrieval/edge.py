"""The embedded engine: a generation is a folder with one Qdrant Edge shard, in this process. Knows no ledger."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import BrokenIndexError, UnavailableError
from core.ports import Hit, Point, SparseVector

if TYPE_CHECKING:
    import qdrant_edge

T = TypeVar("T")
PAGE = 1000
# The engine writes through memory maps of sparse files: on a full disk the kernel ends the process (SIGBUS) instead of
# refusing. So it is asked for less than there is: a shard begins with five files of 32 MB.
ROOM = 200 << 20  # bytes that must be free before points are written
LITTLE = 16 << 20  # before points are deleted


def _failure(error: Exception, folder: Path) -> UnavailableError:
    """The engine raises bare exceptions with a text; the disk being full is the one people meet."""
    if "No space left" in str(error) or "os error 28" in str(error):
        return UnavailableError(
            "The disk is full; nothing that was in is lost.",
            "Free some space and repeat the command.",
            code="disk_full",
        )
    return BrokenIndexError(
        f"The index in {folder} can't be used: {error}", "Build it anew: expertbot reindex.", code="index_broken"
    )


def _need(folder: Path, size: int) -> None:
    """Raises UnavailableError where fewer than `size` bytes are free."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise UnavailableError(
            f"The disk is full: {free >> 20} MB are free, {size >> 20} MB are needed; nothing that was in is lost.",
            "Free some space and repeat the command.",
            code="disk_full",
        )


class EdgeStore:
    """One shard. Calls take milliseconds and run on the event loop's thread, writes in a worker thread."""

    def __init__(self, shard: qdrant_edge.EdgeShard, folder: Path) -> None:
        self._shard = shard
        self._folder = folder

    def _run(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except UnavailableError:
            raise
        except Exception as error:  # the binding has no exception type of its own
            raise _failure(error, self._folder) from error

    async def upsert(self, points: Sequence[Point]) -> None:
        import qdrant_edge as edge

        def write() -> None:
            _need(self._folder, ROOM)
            rows = [
                edge.Point(
                    point.id,
                    {
                        "dense": list(point.dense),
                        "sparse": edge.SparseVector(list(point.sparse.indices), list(point.sparse.values)),
                    },
                    dict(point.payload),
                )
                for point in points
            ]
            self._shard.update(edge.UpdateOperation.upsert_points(rows))

        await asyncio.to_thread(self._run, write)

    async def delete(self, ids: Sequence[str]) -> None:
        import qdrant_edge as edge

        if ids:
            _need(self._folder, LITTLE)
            self._run(lambda: self._shard.update(edge.UpdateOperation.delete_points(list(ids))))

    async def count(self) -> int:
        import qdrant_edge as edge

        return self._run(lambda: self._shard.count(edge.CountRequest(exact=True)))

    async def ids(self) -> set[str]:
        import qdrant_edge as edge

        found: set[str] = set()
        offset: Any = None
        while True:
            request = edge.ScrollRequest(offset=offset, limit=PAGE, with_payload=False, with_vector=False)
            records, offset = self._run(lambda request=request: self._shard.scroll(request))  # type: ignore[misc]
            found.update(str(record.id) for record in records)
            if offset is None:
                return found

    async def retrieve(self, ids: Sequence[str], vectors: bool = False) -> list[Point]:
        if not ids:
            return []
        records = self._run(lambda: self._shard.retrieve(list(ids), True, vectors))
        return [_point(record) for record in records]

    async def query(self, dense: Sequence[float], sparse: SparseVector, limit: int) -> tuple[list[Hit], list[Hit]]:
        import qdrant_edge as edge

        nearest = edge.Query.Nearest
        requests = [edge.QueryRequest(limit=limit, query=nearest(list(dense), "dense"))]
        if sparse.indices:
            vector = edge.SparseVector(list(sparse.indices), list(sparse.values))
            requests.append(edge.QueryRequest(limit=limit, query=nearest(vector, "sparse")))
        found = self._run(lambda: self._shard.query_batch(edge.QueryBatchRequest(requests)))
        lists = [[Hit(str(point.id), point.score) for point in points] for points in found]
        return lists[0], lists[1] if sparse.indices else []

    async def flush(self) -> None:
        self._run(self._shard.flush)

    def optimize(self) -> None:
        """Build HNSW and merge segments. Holds the interpreter lock for seconds: only in a process that serves nobody."""
        self._run(self._shard.optimize)

    async def close(self) -> None:
        self._run(self._shard.close)


def _point(record: Any) -> Point:
    vectors = record.vector or {}
    sparse = vectors.get("sparse")
    return Point(
        id=str(record.id),
        dense=vectors.get("dense", ()),
        sparse=SparseVector(tuple(sparse.indices), tuple(sparse.values)) if sparse else SparseVector((), ()),
        payload=record.payload or {},
    )


class EdgeIndex:
    """Generations as folders `<folder>/<number>`. Which one is active, the ledger says."""

    def __init__(self, folder: Path, dim: int) -> None:
        self._folder = folder
        self._dim = dim

    def _path(self, generation: int) -> Path:
        return self._folder / f"{generation:06d}"

    async def open(self, generation: int) -> EdgeStore:
        import qdrant_edge as edge

        path = self._path(generation)
        try:
            return EdgeStore(edge.EdgeShard.load(str(path)), path)
        except Exception as error:
            raise _failure(error, path) from error

    async def create(self, generation: int) -> EdgeStore:
        import qdrant_edge as edge

        await self.drop(generation)
        path = self._path(generation)
        config = edge.EdgeConfig(
            vectors={"dense": edge.EdgeVectorParams(size=self._dim, distance=edge.Distance.Cosine)},
            sparse_vectors={"sparse": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        )
        try:
            path.mkdir(parents=True)
            _need(path, ROOM)
            return EdgeStore(edge.EdgeShard.create(str(path), config), path)
        except UnavailableError:
            raise
        except Exception as error:
            raise _failure(error, path) from error

    async def activate(self, generation: int) -> None:
        """Nothing to do: no other process reads an embedded index."""

    async def drop(self, generation: int) -> None:
        path = self._path(generation)
        if path.exists():
            await asyncio.to_thread(shutil.rmtree, path)

    async def generations(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        return sorted(int(path.name) for path in self._folder.iterdir() if path.name.isdigit())

    async def close(self) -> None:
        """Nothing to do: each store is closed by who opened it."""
