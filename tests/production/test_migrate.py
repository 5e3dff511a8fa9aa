"""An index moved to a Qdrant server and back: every point, and what searches bring."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.migrate import migrate, overlap, plan
from core.errors import BrokenIndexError, UnavailableError, UsageError
from core.nouns import Chunk, ParsedDocument
from core.payload import chunk_id, pack, version_id
from core.ports import Hit, Point
from core.settings import QdrantSettings, Settings
from ingest.ledger import Entry, Ledger
from retrieval.edge import EdgeIndex
from retrieval.sparse import document_vector
from tests.conftest import SHARED
from tests.loopback.qdrant import QdrantServer

DIM = 64
A_DOCUMENT = 20  # chunks
WORDS = "лог бэкап квота релиз секрет кластер том образ сертификат узел под сеть диск ключ отчёт".split()

pytestmark = [
    pytest.mark.skipif(
        not (SHARED / "contracts" / "qdrant-openapi.json").exists(), reason="../shared/contracts is not here"
    ),
    pytest.mark.filterwarnings("ignore:Api key is used"),
]


def quiet(done: int, total: int, what: str) -> None:
    pass


def stock(data: Path, chunks: int) -> None:
    """A data folder with that many chunks, their vectors drawn by chance."""
    random = np.random.default_rng(0)

    async def fill() -> None:
        ledger, index = Ledger(data / "ledger.sqlite"), EdgeIndex(data / "index", DIM)
        generation = ledger.begin_generation("parse|encode")
        store = await index.create(generation)
        entries = []
        for number in range(chunks // A_DOCUMENT):
            source, digest = f"/docs/{number}.md", f"{number:064x}"
            version = version_id(source, digest, "parse|encode")
            texts = [f"{' '.join(random.choice(WORDS, 5))} {number}-{n}" for n in range(A_DOCUMENT)]
            vectors = random.standard_normal((A_DOCUMENT, DIM)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            await store.upsert([
                Point(
                    chunk_id(version, n), vectors[n].tolist(), document_vector(text),
                    pack(Chunk(text, 0, len(text)), source=source, title="Т", version=version, spans=[(0, len(text))],
                         vectors=vectors[n : n + 1], terms=[text]),
                )
                for n, text in enumerate(texts)
            ])  # fmt: skip
            document = ParsedDocument(source, "Т", "\n".join(texts), ())
            entries.append(Entry(document, digest, "parse", version, A_DOCUMENT, {"лог": 1}))
        ledger.commit(generation, entries)
        ledger.activate(generation)
        await store.flush()
        await store.close()
        ledger.close()

    asyncio.run(fill())


def settings(data: Path, url: str = "", collection: str = "moved") -> Settings:
    return Settings(data_dir=data, qdrant=QdrantSettings(url=url, collection=collection))


async def content(data: Path, generation: int = 1) -> dict[str, Point]:
    store = await EdgeIndex(data / "index", DIM).open(generation)
    try:
        return {point.id: point for point in await store.retrieve(sorted(await store.ids()), vectors=True)}
    finally:
        await store.close()


def both_ways(data: Path, chunks: int, searches: int = 40) -> None:
    async def run() -> None:
        before = await content(data)
        async with QdrantServer() as server:
            there = await migrate(settings(data), server.url, quiet, searches)
            assert (there.chunks, there.copied, there.removed) == (chunks, chunks, 0)
            assert (there.searches, there.equal_searches, there.agreement) == (searches, searches, 1.0)
            await EdgeIndex(data / "index", DIM).drop(1)
            back = await migrate(settings(data, server.url), "embedded", quiet, searches)
            assert (back.chunks, back.copied, back.equal_searches) == (chunks, chunks, searches)
            assert server.violations == []
            assert server.own_errors == []
        after = await content(data)
        assert after.keys() == before.keys()
        for ident, point in before.items():
            assert after[ident].payload == point.payload
            assert np.allclose(after[ident].dense, point.dense, atol=1e-6)
            assert after[ident].sparse == point.sparse
        print(
            f"{chunks} chunks there in {there.seconds:.0f} s and back in {back.seconds:.0f} s: {len(after)} ids, payloads and "
            f"vectors equal; searches equal {there.equal_searches} and {back.equal_searches} of {searches}"
        )

    asyncio.run(run())


def test_there_and_back_is_the_same_index(tmp_path: Path):
    stock(tmp_path, 260)
    both_ways(tmp_path, 260)


@pytest.mark.slow
def test_twenty_thousand_there_and_back(tmp_path: Path):
    stock(tmp_path, 20_000)
    both_ways(tmp_path, 20_000, 200)


def test_a_cut_move_goes_on_where_it_was(tmp_path: Path):
    stock(tmp_path, 400)

    async def run() -> None:
        async with QdrantServer() as server:
            server.script.add("drop_before", "upsert_points", skip=1)
            with pytest.raises(UnavailableError):
                await migrate(settings(tmp_path), server.url, quiet, 20)
            again = await migrate(settings(tmp_path), server.url, quiet, 20)
            assert 0 < again.copied < 400
            assert (again.chunks, again.equal_searches) == (400, 20)
            third = await migrate(settings(tmp_path), server.url, quiet, 20)
            assert (third.copied, third.removed) == (0, 0)

    asyncio.run(run())


def test_what_changed_meanwhile_is_brought_along(tmp_path: Path):
    stock(tmp_path, 100)

    async def run() -> None:
        async with QdrantServer() as server:
            await migrate(settings(tmp_path), server.url, quiet, 20)
            ledger = Ledger(tmp_path / "ledger.sqlite")
            ledger.remove(["/docs/0.md"])
            ledger.close()
            again = await migrate(settings(tmp_path), server.url, quiet, 20)
            assert (again.chunks, again.copied, again.removed) == (80, 0, 20)

    asyncio.run(run())


def test_a_point_that_came_to_harm_is_mended(tmp_path: Path):
    stock(tmp_path, 100)

    async def run() -> None:
        async with QdrantServer() as server:
            await migrate(settings(tmp_path), server.url, quiet, 20)
            from qdrant_client import AsyncQdrantClient

            client = AsyncQdrantClient(url=server.url, check_compatibility=False)
            ident = sorted(await content(tmp_path))[7]
            await client.set_payload("moved-000001", {"text": "подменено"}, points=[ident])
            await migrate(settings(tmp_path), server.url, quiet, 20)
            (point,) = await client.retrieve("moved-000001", [ident])
            assert point.payload is not None
            assert point.payload["text"] != "подменено"
            aliases = (await client.get_aliases()).aliases
            assert [(a.alias_name, a.collection_name) for a in aliases] == [("moved", "moved-000001")]
            await client.close()

    asyncio.run(run())


def test_an_index_of_others_is_left_alone(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    stock(one, 40)
    stock(two, 60)

    async def run() -> None:
        async with QdrantServer() as server:
            await migrate(settings(one), server.url, quiet, 20)
            with pytest.raises(UsageError, match="already") as error:
                await migrate(settings(two), server.url, quiet, 20)
            assert "COLLECTION" in error.value.hint
            moved = await migrate(settings(two, collection="other"), server.url, quiet, 20)
            assert moved.chunks == 60
            assert (await migrate(settings(one), server.url, quiet, 20)).copied == 0

    asyncio.run(run())


def test_settings_are_checked_before_anything_moves(tmp_path: Path):
    with pytest.raises(UsageError, match="no Qdrant server"):
        plan(settings(tmp_path), "embedded")
    for nonsense in ("qdrant:6333", "ftp://a", "http://", "http://user:word@host"):
        with pytest.raises(UsageError, match="URL"):
            plan(settings(tmp_path), nonsense)
    with pytest.raises(UsageError, match="no index"):
        asyncio.run(migrate(settings(tmp_path), "http://127.0.0.1:1", quiet, 20))
    stock(tmp_path, 20)
    with pytest.raises(UnavailableError, match="reached"):
        asyncio.run(migrate(settings(tmp_path), "http://127.0.0.1:1", quiet, 20))


def test_a_broken_origin_is_not_moved(tmp_path: Path):
    stock(tmp_path, 40)

    async def run(ids: Sequence[str]) -> None:
        store = await EdgeIndex(tmp_path / "index", DIM).open(1)
        await store.delete(ids)
        await store.flush()
        await store.close()
        async with QdrantServer() as server:
            with pytest.raises(BrokenIndexError, match="missing"):
                await migrate(settings(tmp_path), server.url, quiet, 20)
            assert not [call for call in server.calls if call.operation == "create_collection"]

    asyncio.run(run(sorted(asyncio.run(content(tmp_path)))[:1]))


def test_overlap_forgives_only_ties_with_the_last():
    a, b, c, d = (str(uuid.UUID(int=n)) for n in range(4))
    assert overlap([Hit(a, 0.9), Hit(b, 0.5)], [Hit(a, 0.9), Hit(c, 0.5)]) == 1.0
    assert overlap([Hit(a, 0.9), Hit(b, 0.5)], [Hit(b, 0.5), Hit(d, 0.5)]) == 0.5
    assert overlap([], []) == 1.0
    assert overlap([], [Hit(a, 1.0)]) == 0.0
