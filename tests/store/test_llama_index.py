"""What we store is readable by a plain llama-index QdrantVectorStore over the same collection, with no code of ours."""

from __future__ import annotations

import asyncio

import pytest

from core.settings import QdrantSettings
from retrieval.server import ServerIndex
from tests.conftest import SHARED
from tests.store.test_contract import DIM, POINTS

pytestmark = pytest.mark.filterwarnings(
    "ignore:Payload indexes have no effect",
    "ignore::DeprecationWarning",
    "ignore::pydantic.warnings.PydanticDeprecatedSince20",
)


def test_llama_index_reads_our_collection():
    if not (SHARED / "contracts" / "qdrant-openapi.json").exists():
        pytest.skip("../shared/contracts/qdrant-openapi.json is not here")
    from llama_index.core.vector_stores.types import VectorStoreQuery
    from llama_index.vector_stores.qdrant import QdrantVectorStore
    from qdrant_client import AsyncQdrantClient

    from tests.loopback.qdrant import QdrantServer

    async def run() -> None:
        async with QdrantServer() as server:
            client = AsyncQdrantClient(url=server.url, check_compatibility=False)
            index = ServerIndex(client, QdrantSettings(url=server.url, collection="read"), DIM)
            store = await index.create(1)
            await store.upsert(POINTS)
            await index.activate(1)
            theirs = QdrantVectorStore("read", aclient=client, dense_vector_name="dense")
            found = await theirs.aquery(VectorStoreQuery(query_embedding=list(POINTS[2].dense), similarity_top_k=2))
            assert found.nodes
            assert found.nodes[0].get_content() == POINTS[2].payload["text"]
            assert found.nodes[0].metadata["source"] == "/docs/a.md"
            assert found.similarities
            assert found.similarities[0] == pytest.approx(1.0, abs=1e-3)
            await client.close()

    asyncio.run(run())
