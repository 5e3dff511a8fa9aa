"""A Qdrant server or cluster behind the same port: a generation is a collection `<name>-<number>`, the alias `<name>`
points at the active one. Knows no ledger."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from core.errors import UnavailableError, UsageError
from core.ports import Hit, Point, SparseVector
from core.settings import QdrantSettings

if TYPE_CHECKING:
    from qdrant_client import AsyncQdrantClient
    from qdrant_client.http import models as rest

T = TypeVar("T")
PAGE = 1000
BATCH = 256  # points a request: about 4 MB, well under the server's 32 MB


async def _call(awaitable: Awaitable[T]) -> T:
    """The client's many exceptions as ours, each with a cure."""
    import httpx
    from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

    try:
        return await awaitable
    except UnexpectedResponse as error:
        if error.status_code in (401, 403):
            raise UsageError(
                "The Qdrant server refuses the key.", "Check EXPERTBOT_QDRANT__API_KEY.", code="qdrant_key"
            ) from error
        reason = error.content.decode(errors="replace")[:200]
        raise UnavailableError(
            f"The Qdrant server answered {error.status_code}: {reason}",
            "Look into the server's log.",
            code="qdrant_status",
            status=error.status_code or "?",
        ) from error
    except (ResponseHandlingException, ApiException, httpx.HTTPError, OSError) as error:
        raise UnavailableError(
            f"The Qdrant server can't be reached: {error}",
            "Is it running at EXPERTBOT_QDRANT__URL?",
            code="qdrant_down",
        ) from error


class ServerStore:
    """One collection."""

    def __init__(self, client: AsyncQdrantClient, collection: str) -> None:
        self._client = client
        self._collection = collection

    async def upsert(self, points: Sequence[Point]) -> None:
        from qdrant_client.http import models as rest

        for start in range(0, len(points), BATCH):
            rows = [
                rest.PointStruct(
                    id=point.id,
                    vector={
                        "dense": [float(value) for value in point.dense],
                        "sparse": rest.SparseVector(
                            indices=list(point.sparse.indices), values=list(point.sparse.values)
                        ),
                    },
                    payload=dict(point.payload),
                )
                for point in points[start : start + BATCH]
            ]
            await _call(self._client.upsert(self._collection, rows, wait=True))

    async def delete(self, ids: Sequence[str]) -> None:
        from qdrant_client.http import models as rest

        for start in range(0, len(ids), PAGE):
            selector = rest.PointIdsList(points=list(ids[start : start + PAGE]))
            await _call(self._client.delete(self._collection, selector, wait=True))

    async def count(self) -> int:
        return (await _call(self._client.count(self._collection, exact=True))).count

    async def ids(self) -> set[str]:
        found: set[str] = set()
        offset = None
        while True:
            records, offset = await _call(
                self._client.scroll(self._collection, limit=PAGE, offset=offset, with_payload=False, with_vectors=False)
            )
            found.update(str(record.id) for record in records)
            if offset is None:
                return found

    async def retrieve(self, ids: Sequence[str], vectors: bool = False) -> list[Point]:
        if not ids:
            return []
        records = await _call(
            self._client.retrieve(self._collection, list(ids), with_payload=True, with_vectors=vectors)
        )
        return [_point(record) for record in records]

    async def query(self, dense: Sequence[float], sparse: SparseVector, limit: int) -> tuple[list[Hit], list[Hit]]:
        from qdrant_client.http import models as rest

        requests = [rest.QueryRequest(query=[float(v) for v in dense], using="dense", limit=limit)]
        if sparse.indices:
            vector = rest.SparseVector(indices=list(sparse.indices), values=list(sparse.values))
            requests.append(rest.QueryRequest(query=vector, using="sparse", limit=limit))
        answers = await _call(self._client.query_batch_points(self._collection, requests))
        lists = [[Hit(str(point.id), point.score) for point in answer.points] for answer in answers]
        return lists[0], lists[1] if sparse.indices else []

    async def flush(self) -> None:
        """Nothing to do: every write waited for the server's own log."""

    async def close(self) -> None:
        """The client is the index's."""


def _point(record: rest.Record) -> Point:
    vectors = record.vector if isinstance(record.vector, dict) else {}
    sparse = vectors.get("sparse")
    return Point(
        id=str(record.id),
        dense=vectors.get("dense", ()),  # type: ignore[arg-type]
        sparse=SparseVector(tuple(sparse.indices), tuple(sparse.values))  # type: ignore[union-attr]
        if sparse
        else SparseVector((), ()),
        payload=record.payload or {},
    )


class ServerIndex:
    """The collections of one index and its alias."""

    def __init__(self, client: AsyncQdrantClient, settings: QdrantSettings, dim: int) -> None:
        self._client = client
        self._settings = settings
        self._dim = dim

    def _name(self, generation: int) -> str:
        return f"{self._settings.collection}-{generation:06d}"

    async def open(self, generation: int) -> ServerStore:
        name = self._name(generation)
        if not await _call(self._client.collection_exists(name)):
            raise UnavailableError(
                f"The Qdrant server has no collection {name}.",
                "Build it anew: expertbot reindex.",
                code="index_missing",
            )
        return ServerStore(self._client, name)

    async def create(self, generation: int) -> ServerStore:
        from qdrant_client.http import models as rest

        name = self._name(generation)
        await self.drop(generation)
        await _call(
            self._client.create_collection(
                name,
                vectors_config={"dense": rest.VectorParams(size=self._dim, distance=rest.Distance.COSINE)},
                sparse_vectors_config={"sparse": rest.SparseVectorParams(modifier=rest.Modifier.IDF)},
                shard_number=self._settings.shards,
                replication_factor=self._settings.replicas,
                write_consistency_factor=self._settings.replicas // 2 + 1,
                on_disk_payload=True,
            )
        )
        for key in ("source", "doc_id", "version"):
            await _call(self._client.create_payload_index(name, key, rest.PayloadSchemaType.KEYWORD))
        return ServerStore(self._client, name)

    async def activate(self, generation: int) -> None:
        from qdrant_client.http import models as rest

        alias = self._settings.collection
        known = await _call(self._client.get_aliases())
        if any(a.alias_name == alias and a.collection_name == self._name(generation) for a in known.aliases):
            return
        changes: list[rest.DeleteAliasOperation | rest.CreateAliasOperation] = []
        if any(item.alias_name == alias for item in known.aliases):
            changes.append(rest.DeleteAliasOperation(delete_alias=rest.DeleteAlias(alias_name=alias)))
        target = rest.CreateAlias(collection_name=self._name(generation), alias_name=alias)
        changes.append(rest.CreateAliasOperation(create_alias=target))
        await _call(self._client.update_collection_aliases(changes))

    async def drop(self, generation: int) -> None:
        if await _call(self._client.collection_exists(self._name(generation))):
            await _call(self._client.delete_collection(self._name(generation)))

    async def generations(self) -> list[int]:
        prefix = self._settings.collection + "-"
        found = await _call(self._client.get_collections())
        tails = [item.name.removeprefix(prefix) for item in found.collections if item.name.startswith(prefix)]
        return sorted(int(tail) for tail in tails if tail.isdigit())

    async def close(self) -> None:
        await self._client.close()


def connect(settings: QdrantSettings) -> AsyncQdrantClient:
    """A client of the server a setting names; nothing is sent yet."""
    from qdrant_client import AsyncQdrantClient

    key = settings.api_key.get_secret_value() or None
    scheme, host = _parts(settings.url)
    # A bare name is a private network's, as in compose.
    if key and scheme == "http" and host not in ("127.0.0.1", "::1") and set(host) & {".", ":"}:
        raise UsageError("The Qdrant key would travel in clear text.", "Use https:// in EXPERTBOT_QDRANT__URL.")
    seconds = math.ceil(settings.timeout_seconds)  # the client takes whole ones
    return AsyncQdrantClient(url=settings.url, api_key=key, timeout=seconds, check_compatibility=False)


def _parts(url: str) -> tuple[str, str]:
    """Scheme and host. Raises UsageError for what is no server's URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsageError("EXPERTBOT_QDRANT__URL is not a server's URL.", "e.g. http://127.0.0.1:6333")
    return parts.scheme, parts.hostname
