"""The doctor goes and looks whether the servers that the settings name are there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import examine
from core.settings import Settings, load
from tests.conftest import SHARED
from tests.loopback.llm import LlmServer
from tests.loopback.qdrant import QdrantServer

pytestmark = pytest.mark.skipif(
    not (SHARED / "contracts" / "qdrant-openapi.json").exists(), reason="../shared/contracts is not here"
)


def settings(place: Path, **env: str) -> Settings:
    given = {f"EXPERTBOT_{name}": value for name, value in env.items()}
    return load(env={"EXPERTBOT_PERSONA__DEFAULT": "none", **given}, data_dir=place / "data", folder=place)


@pytest.mark.filterwarnings("ignore:Api key is used")
def test_servers_that_are_there_and_that_are_not(tmp_path: Path) -> None:
    async def scenario() -> tuple[Any, Any]:
        async with QdrantServer(api_key="k") as qdrant, LlmServer() as llm:
            known = {"QDRANT__URL": qdrant.url, "LLM__BASE_URL": llm.base_url, "LLM__MODEL": "m"}
            there = settings(tmp_path, **known, QDRANT__API_KEY="k")
            wrong = settings(tmp_path, **known, QDRANT__API_KEY="other")
            return await asyncio.to_thread(examine, there), await asyncio.to_thread(examine, wrong)

    there, wrong = asyncio.run(scenario())
    assert [finding.level for finding in there[-2:]] == ["good", "good"]
    assert "generations none" in there[-2].what
    assert (wrong[-2].level, "QDRANT__API_KEY" in wrong[-2].cure) == ("bad", True)
    gone = settings(
        tmp_path, QDRANT__URL="http://127.0.0.1:9", LLM__BASE_URL="http://127.0.0.1:9/v1", LLM__MODEL="m",
        REDIS__URL="redis://127.0.0.1:9/0",
    )  # fmt: skip
    found = examine(gone)[-3:]
    assert [finding.level for finding in found] == ["bad"] * 3
    assert all(finding.cure for finding in found)
