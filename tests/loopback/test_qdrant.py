"""The loopback Qdrant server, driven by the real AsyncQdrantClient over HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jsonschema_rs")

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from tests.loopback.qdrant import CONTRACT, QdrantServer

pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason=f"no {CONTRACT.name} beside the checkout")

UUID = "550e8400-e29b-41d4-a716-446655440000"
DENSE = {"dense": models.VectorParams(size=3, distance=models.Distance.COSINE)}
SPARSE = {"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)}
Scenario = Callable[[QdrantServer, AsyncQdrantClient], Awaitable[None]]


def run(scenario: Scenario, *, violations: int = 0, key: str | None = "k", **options: Any) -> None:
    async def whole() -> None:
        async with QdrantServer(api_key="k", **options) as qdrant:
            client = AsyncQdrantClient(url=qdrant.url, api_key=key, timeout=5, check_compatibility=False)
            try:
                await scenario(qdrant, client)
            finally:
                await client.close()
            assert qdrant.own_errors == []
            assert len(qdrant.violations) == violations, qdrant.violations

    # The client warns that a key over plain HTTP is insecure; on loopback that is the point.
    with pytest.warns(UserWarning, match="insecure") if key else _nothing():
        asyncio.run(whole())


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def point(number: int | str, dense: list[float], words: dict[int, float], **payload: Any) -> models.PointStruct:
    sparse = models.SparseVector(indices=list(words), values=list(words.values()))
    return models.PointStruct(id=number, vector={"dense": dense, "bm25": sparse}, payload=payload)


async def filled(client: AsyncQdrantClient, name: str = "docs-1") -> None:
    await client.create_collection(name, vectors_config=DENSE, sparse_vectors_config=SPARSE)
    await client.create_payload_index(name, "source", models.PayloadSchemaType.KEYWORD)
    await client.upsert(
        name,
        [
            point(1, [1, 0, 0], {7: 1.0, 9: 1.0}, source="a.md", text="Откат релиза"),
            point(2, [0, 1, 0], {7: 1.0}, source="a.md", text="Сборка"),
            point(UUID, [0, 0.9, 0.1], {8: 1.0}, source="b.md", text="Бандлы"),
        ],
        wait=True,
    )


def test_collections_points_and_aliases() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        assert not await client.collection_exists("docs-1")
        await filled(client)
        info = await client.get_collection("docs-1")
        assert info.points_count == 3
        assert info.payload_schema["source"].data_type == models.PayloadSchemaType.KEYWORD
        assert info.config.params.sparse_vectors is not None
        assert [c.name for c in (await client.get_collections()).collections] == ["docs-1"]
        create = models.CreateAlias(collection_name="docs-1", alias_name="docs")
        await client.update_collection_aliases([models.CreateAliasOperation(create_alias=create)])
        assert (await client.count("docs")).count == 3
        assert [a.alias_name for a in (await client.get_aliases()).aliases] == ["docs"]
        assert len((await client.get_collection_aliases("docs-1")).aliases) == 1
        (record,) = await client.retrieve("docs", [UUID], with_vectors=True)
        assert record.payload == {"source": "b.md", "text": "Бандлы"}
        assert isinstance(record.vector, dict)
        seen: list[Any] = []
        page, offset = await client.scroll("docs", limit=2)
        seen += page
        page, offset = await client.scroll("docs", limit=2, offset=offset)
        assert [r.id for r in seen + page] == [1, 2, UUID]
        assert offset is None
        only_a = models.Filter(must=[models.FieldCondition(key="source", match=models.MatchValue(value="a.md"))])
        assert (await client.count("docs", count_filter=only_a)).count == 2
        await client.set_payload("docs", {"tag": "x"}, points=only_a)
        await client.delete("docs", models.FilterSelector(filter=only_a), wait=True)
        assert (await client.count("docs")).count == 1
        await client.delete_collection("docs-1")
        assert not await client.collection_exists("docs-1")

    run(scenario)


def test_hybrid_queries_with_idf_filters_and_fusion() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await filled(client)
        words = models.SparseVector(indices=[7, 9], values=[1.0, 1.0])
        sparse = await client.query_points("docs-1", query=words, using="bm25", with_payload=True)
        assert [p.id for p in sparse.points] == [1, 2]
        assert sparse.points[0].score > 2 * sparse.points[1].score  # the rarer word weighs more
        only_b = models.Filter(must=[models.FieldCondition(key="source", match=models.MatchAny(any=["b.md"]))])
        dense = await client.query_points("docs-1", query=[0.0, 1.0, 0.0], using="dense", query_filter=only_b)
        assert [p.id for p in dense.points] == [UUID]
        prefetch = [
            models.Prefetch(query=words, using="bm25", limit=10),
            models.Prefetch(query=[0.0, 1.0, 0.0], using="dense", limit=10),
        ]
        fusion = models.FusionQuery(fusion=models.Fusion.RRF)
        fused = await client.query_points("docs-1", prefetch=prefetch, query=fusion, limit=2)
        assert len(fused.points) == 2
        requests = [
            models.QueryRequest(query=words, using="bm25", limit=1),
            models.QueryRequest(query=[1.0, 0.0, 0.0], using="dense", limit=1, with_payload=["text"]),
        ]
        one, two = await client.query_batch_points("docs-1", requests)
        assert one.points[0].id == two.points[0].id == 1
        assert two.points[0].payload == {"text": "Откат релиза"}

    run(scenario)


def test_what_a_server_refuses() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await filled(client)
        cases: list[tuple[Awaitable[Any], int, str]] = [
            (client.count("absent"), 404, "absent"),
            (client.create_collection("docs-1", vectors_config=DENSE), 409, "already exists"),
            (client.upsert("docs-1", [point(5, [1, 0], {1: 1.0})]), 400, "imension"),
            (client.query_points("docs-1", query=[1.0, 0.0, 0.0], using="other"), 400, "other"),
        ]
        for call, status, words in cases:
            with pytest.raises(UnexpectedResponse) as caught:
                await call
            assert caught.value.status_code == status, caught.value
            assert words in str(caught.value)

    run(scenario)


def test_requests_outside_the_contract_are_named() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await filled(client)
        with pytest.raises(UnexpectedResponse):
            await client.upsert("docs-1", [point("not-a-uuid", [1, 0, 0], {1: 1.0})])
        base = f"{qdrant.url}/collections/docs-1"
        cases: list[tuple[str, str, Any]] = [
            ("POST", "/points/scroll", {"limit": 2, "filtr": {}}),
            ("POST", "/points/scroll", {"limit": "2"}),
            ("POST", "/points/count?excact=true", {}),
            ("PUT", "/points?wait=yes", {"points": []}),
            ("POST", "/points/query", {"query": [1, 0, 0], "using": "dense", "filter": {"mast": []}}),
            ("POST", "/points/search", {"vector": [1, 0, 0], "limit": 1}),
            ("POST", "/points/scroll", None),
        ]
        import aiohttp

        async with aiohttp.ClientSession(headers={"api-key": "k"}) as session:
            for i, (method, path, body) in enumerate(cases):
                data = b"{" if body is None else json.dumps(body).encode()
                async with session.request(method, base + path, data=data) as response:
                    assert response.status in {400, 404}, (path, await response.text())
                assert len(qdrant.violations) == i + 2, (path, qdrant.violations)

    run(scenario, violations=8)


@pytest.mark.parametrize("key", [None, "wrong"])
def test_api_key(key: str | None) -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        with pytest.raises(UnexpectedResponse) as caught:
            await client.get_collections()
        assert caught.value.status_code == 401

    run(scenario, key=key)


@pytest.mark.parametrize("status", [400, 413])
def test_body_limit(status: int) -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await client.create_collection("docs-1", vectors_config=DENSE, sparse_vectors_config=SPARSE)
        with pytest.raises(UnexpectedResponse, match="larger than allowed") as caught:
            await client.upsert("docs-1", [point(1, [1, 0, 0], {1: 1.0}, text="я" * 20_000)])
        assert caught.value.status_code == status
        assert qdrant.calls[-1].size > 10_000

    run(scenario, max_body=10_000, oversize_status=status)


def test_strict_mode_wants_an_index() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await filled(client)
        tagged = models.Filter(must=[models.FieldCondition(key="tag", match=models.MatchValue(value="x"))])
        with pytest.raises(UnexpectedResponse, match="Index required"):
            await client.query_points("docs-1", query=[1.0, 0.0, 0.0], using="dense", query_filter=tagged)
        await client.create_payload_index("docs-1", "tag", models.PayloadSchemaType.KEYWORD)
        found = await client.query_points("docs-1", query=[1.0, 0.0, 0.0], using="dense", query_filter=tagged)
        assert found.points == []

    run(scenario, strict=True)


def test_faults() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await filled(client)
        qdrant.script.add("error", "query_points")
        with pytest.raises(UnexpectedResponse) as caught:
            await client.query_points("docs-1", query=[1.0, 0.0, 0.0], using="dense")
        assert caught.value.status_code == 500
        fresh = [point(9, [1, 0, 0], {1: 1.0})]
        qdrant.script.add("drop_before", "upsert_points")
        with pytest.raises(ResponseHandlingException):
            await client.upsert("docs-1", fresh)
        assert (await client.count("docs-1")).count == 3
        qdrant.script.add("drop_after", "upsert_points")
        with pytest.raises(ResponseHandlingException):
            await client.upsert("docs-1", fresh)
        assert (await client.count("docs-1")).count == 4
        hang = qdrant.script.add("hang", "count_points")
        counting = asyncio.ensure_future(client.count("docs-1"))
        await asyncio.sleep(0.1)
        assert not counting.done()
        counting.cancel()
        assert hang.hits == 1
        assert (await client.count("docs-1")).count == 4

    run(scenario)


def test_runs_as_a_process() -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.loopback.qdrant", "--max-seconds", "20"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with urllib.request.urlopen(f"{url}/collections", timeout=5) as response:
            assert json.loads(response.read())["result"] == {"collections": []}
        process.terminate()
        assert process.wait(10) == 0


async def wide(client: AsyncQdrantClient) -> None:
    await client.create_collection(
        "wide",
        vectors_config={"dense": models.VectorParams(size=3, distance=models.Distance.DOT, on_disk=True)},
        sparse_vectors_config={"bm25": models.SparseVectorParams(index=models.SparseIndexParams(on_disk=False))},
        hnsw_config=models.HnswConfigDiff(m=16, ef_construct=64),
        optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0),
        quantization_config=models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        ),
        strict_mode_config=models.StrictModeConfig(enabled=True, max_query_limit=1000),
        replication_factor=2,
        write_consistency_factor=1,
    )


def test_the_client_s_other_calls_fit_the_contract() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await wide(client)
        text_index = models.TextIndexParams(
            type=models.TextIndexType.TEXT, tokenizer=models.TokenizerType.WORD, lowercase=True
        )
        await client.create_payload_index("wide", "text", text_index)
        await client.create_payload_index("wide", "position", models.PayloadSchemaType.INTEGER)
        batch = models.Batch(
            ids=[1, 2],
            vectors={"dense": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]},
            payloads=[{"position": 1}, {"position": 2}],
        )
        await client.upsert("wide", batch, wait=True, ordering=models.WriteOrdering.STRONG)
        await client.update_vectors("wide", [models.PointVectors(id=1, vector={"dense": [0.0, 0.0, 1.0]})])
        await client.set_payload("wide", {"tag": ["x"]}, points=[1, 2])
        await client.overwrite_payload("wide", {"position": 5, "text": "Сборка образов"}, points=[2])
        await client.delete_payload("wide", ["tag"], points=[1])
        await client.batch_update_points("wide", [models.DeleteOperation(delete=models.PointIdsList(points=[77]))])
        await client.update_collection("wide", optimizers_config=models.OptimizersConfigDiff(indexing_threshold=20_000))
        await client.delete_payload_index("wide", "position")
        assert list((await client.get_collection("wide")).payload_schema) == ["text"]
        assert (await client.info()).version.startswith("1.")

    run(scenario)


def test_the_client_s_other_queries_fit_the_contract() -> None:
    async def scenario(qdrant: QdrantServer, client: AsyncQdrantClient) -> None:
        await wide(client)
        payloads = [{"position": 1, "tag": ["x"]}, {"position": 5, "text": "Сборка образов"}]
        vectors: Any = {"dense": [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]}
        await client.upsert("wide", models.Batch(ids=[1, 2], vectors=vectors, payloads=payloads))
        late = models.Filter(
            must=[models.FieldCondition(key="position", range=models.Range(gte=2))],
            must_not=[models.HasIdCondition(has_id=[1])],
            should=[models.IsEmptyCondition(is_empty=models.PayloadField(key="tag"))],
        )
        order = models.OrderBy(key="position", direction=models.Direction.DESC)
        with pytest.raises(UnexpectedResponse, match="No range index"):
            await client.scroll("wide", order_by=order)
        await client.create_payload_index("wide", "position", models.PayloadSchemaType.INTEGER)
        page, _ = await client.scroll("wide", scroll_filter=late, order_by=order, with_vectors=["dense"])
        assert [r.id for r in page] == [2]
        found = await client.query_points(
            "wide",
            query=[0.0, 1.0, 0.0],
            using="dense",
            limit=5,
            offset=0,
            score_threshold=0.5,
            search_params=models.SearchParams(exact=True, hnsw_ef=64),
            with_payload=models.PayloadSelectorInclude(include=["text"]),
            consistency=models.ReadConsistencyType.MAJORITY,
            timeout=3,
        )
        assert [p.payload for p in found.points] == [{"text": "Сборка образов"}]
        groups = await client.query_points_groups("wide", "position", query=[0.0, 1.0, 0.0], using="dense")
        assert len(groups.groups) == 2

    run(scenario)
