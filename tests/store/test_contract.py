"""One suite, every engine: embedded, the client's own memory, and a server over HTTP whose every request is checked."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from core.errors import UnavailableError
from core.nouns import Chunk
from core.payload import pack
from core.ports import Index, Point
from core.settings import QdrantSettings
from core.terms import terms
from retrieval.edge import EdgeIndex
from retrieval.server import ServerIndex
from retrieval.sparse import document_vector, query_vector
from tests.conftest import SHARED

DIM = 16
TEXTS = ["Логи хранятся 30 дней.", "Бэкап каждые 6 часов.", "The quota is 4 GB of memory.", "Флаг `--set-string`."]


@asynccontextmanager
async def opened(engine: str, folder: Path) -> AsyncIterator[Index]:
    settings = QdrantSettings(url="http://127.0.0.1:1", collection="contract")
    if engine == "edge":
        yield EdgeIndex(folder / "index", DIM)
        return
    from qdrant_client import AsyncQdrantClient

    if engine == "memory":
        client = AsyncQdrantClient(":memory:")
        yield ServerIndex(client, settings, DIM)
        await client.close()
        return
    from tests.loopback.qdrant import QdrantServer

    async with QdrantServer() as server:
        client = AsyncQdrantClient(url=server.url, check_compatibility=False)
        yield ServerIndex(client, settings, DIM)
        await client.close()
        assert server.violations == []


def point(number: int, text: str) -> Point:
    vector = np.random.default_rng(number).standard_normal(DIM).astype(np.float32)
    vector /= np.linalg.norm(vector)
    payload = pack(
        Chunk(text, 0, len(text), ("Раздел",)), source="/docs/a.md", title="А", version=str(uuid.UUID(int=7)),
        spans=[(0, len(text))], vectors=vector[None, :], terms=[" ".join(terms(text))],
    )  # fmt: skip
    return Point(str(uuid.UUID(int=number + 1)), vector.tolist(), document_vector(terms(text)), payload)


POINTS = [point(number, text) for number, text in enumerate(TEXTS)]


@pytest.fixture(params=["edge", "memory", "http"])
def on_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Callable[[Index], Awaitable[None]]], None]:
    if request.param == "http" and not (SHARED / "contracts" / "qdrant-openapi.json").exists():
        pytest.skip("../shared/contracts/qdrant-openapi.json is not here")

    def run(check: Callable[[Index], Awaitable[None]]) -> None:
        async def inner() -> None:
            async with opened(request.param, tmp_path) as index:
                await check(index)

        # qdrant-client warns that local payload indexes do nothing, which is so.
        asyncio.run(inner())

    return run


pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect", "ignore:Api key is used")


def test_points_come_back_as_they_went_in(on_engine):
    async def check(index: Index) -> None:
        store = await index.create(1)
        await store.upsert(POINTS)
        await store.flush()
        assert await store.count() == len(POINTS)
        assert await store.ids() == {p.id for p in POINTS}
        (found,) = await store.retrieve([POINTS[1].id], vectors=True)
        assert found.payload == POINTS[1].payload
        assert np.allclose(found.dense, POINTS[1].dense, atol=1e-5)
        assert dict(zip(found.sparse.indices, found.sparse.values, strict=True)) == pytest.approx(
            dict(zip(POINTS[1].sparse.indices, POINTS[1].sparse.values, strict=True)), rel=1e-5
        )

    on_engine(check)


def test_upsert_twice_is_once_and_delete_leaves_nothing(on_engine):
    async def check(index: Index) -> None:
        store = await index.create(1)
        await store.upsert(POINTS)
        await store.upsert(POINTS)
        assert await store.count() == len(POINTS)
        await store.delete([p.id for p in POINTS[:2]] + [str(uuid.UUID(int=999))])
        assert await store.ids() == {p.id for p in POINTS[2:]}
        dense, sparse = await store.query(POINTS[0].dense, POINTS[0].sparse, 10)
        assert POINTS[0].id not in {hit.id for hit in dense + sparse}

    on_engine(check)


def test_query_ranks_by_each_vector_in_one_call(on_engine):
    async def check(index: Index) -> None:
        store = await index.create(1)
        await store.upsert(POINTS)
        asked = query_vector((term, 1.0) for term in terms("дней логи"))
        dense, sparse = await store.query(POINTS[2].dense, asked, 3)
        assert dense[0].id == POINTS[2].id
        assert dense[0].score == pytest.approx(1.0, abs=1e-3)
        assert [hit.id for hit in sparse] == [POINTS[0].id]
        assert len(dense) == 3

    on_engine(check)


def test_query_without_terms_is_dense_only(on_engine):
    async def check(index: Index) -> None:
        store = await index.create(1)
        await store.upsert(POINTS)
        dense, sparse = await store.query(POINTS[0].dense, query_vector([]), 2)
        assert len(dense) == 2
        assert sparse == []

    on_engine(check)


def test_idf_makes_rare_words_count_more(on_engine):
    async def check(index: Index) -> None:
        store = await index.create(1)
        await store.upsert([point(n, "общее слово") for n in range(10, 20)] + [point(30, "общее редкость")])
        _, sparse = await store.query(POINTS[0].dense, query_vector((term, 1.0) for term in terms("общее редкость")), 3)
        assert sparse[0].id == str(uuid.UUID(int=31))
        assert sparse[0].score > 2 * sparse[1].score

    on_engine(check)


def test_generations_are_apart_and_can_be_dropped(on_engine):
    async def check(index: Index) -> None:
        first = await index.create(1)
        await first.upsert(POINTS)
        await first.flush()
        await index.activate(1)
        second = await index.create(2)
        await second.upsert(POINTS[:1])
        await second.flush()
        await index.activate(2)
        assert await index.generations() == [1, 2]
        assert (await first.count(), await second.count()) == (4, 1)
        await first.close()
        await index.drop(1)
        assert await index.generations() == [2]
        await second.close()

    on_engine(check)


def test_create_clears_what_a_crash_left(on_engine):
    async def check(index: Index) -> None:
        left = await index.create(3)
        await left.upsert(POINTS)
        await left.close()
        again = await index.create(3)
        assert await again.count() == 0
        await again.close()

    on_engine(check)


def test_a_missing_generation_names_the_cure(on_engine):
    async def check(index: Index) -> None:
        with pytest.raises(UnavailableError) as error:
            await index.open(42)
        assert "reindex" in error.value.hint

    on_engine(check)


def test_an_embedded_index_survives_closing(tmp_path: Path):
    async def check() -> None:
        index = EdgeIndex(tmp_path / "index", DIM)
        store = await index.create(1)
        await store.upsert(POINTS)
        store.optimize()
        await store.close()
        again = await index.open(1)
        dense, sparse = await again.query(POINTS[3].dense, POINTS[3].sparse, 1)
        assert dense[0].id == sparse[0].id == POINTS[3].id
        await again.close()

    asyncio.run(check())
