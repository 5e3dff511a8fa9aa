"""The MCP server as its clients meet it: the official client, over a process's stdin and stdout."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.conftest import HANDBOOK, ROOT, clean_env

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
QUESTION = "Сколько хранятся логи?"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp") / "data"
    command = [sys.executable, "-m", "bot", "--data-dir", str(folder), "ingest", str(HANDBOOK / "logs.md")]
    subprocess.run(command, cwd=ROOT, env=clean_env(), check=True, capture_output=True)
    return folder


def talk(data: Path, work: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        arguments = ["-m", "bot", "--data-dir", str(data), "mcp"]
        server = StdioServerParameters(command=sys.executable, args=arguments, env=clean_env(), cwd=str(ROOT))
        async with Client(server, read_timeout_seconds=60) as client:
            await work(client)

    asyncio.run(run())


def test_tools_only_read_and_find_answer_and_quote(data: Path):
    async def work(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search", "answer", "get_source"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        assert all(tool.description for tool in tools.values())

        found = await called(client, "search", query=QUESTION, limit=3)
        hit = found["hits"][0]
        read = await called(client, "get_source", source=hit["source"], start=hit["start"], chars=8000)
        assert read["text"].startswith(hit["text"])

        answer = await called(client, "answer", question=QUESTION, persona="none")
        assert answer["status"] in ("draft", "refused")
        for source in answer["sources"]:
            length = source["end"] - source["start"]
            quoted = await called(client, "get_source", source=source["source"], start=source["start"], chars=length)
            assert quoted["text"] == source["quote"]

    talk(data, work)


def test_mistakes_come_with_their_cure(data: Path):
    async def work(client: Client) -> None:
        for tool, arguments, word in (
            ("get_source", {"source": "/etc/passwd"}, "no document"),
            ("get_source", {"source": "x", "chars": 10**9}, "chars"),
            ("answer", {"question": "   "}, "empty"),
            ("answer", {"question": QUESTION, "persona": "nobody"}, "nobody"),
            ("search", {"query": "x", "limit": 1000}, "limit"),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error, (tool, arguments)
            assert word in text_of(result), (tool, text_of(result))

    talk(data, work)


async def called(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    return result.structured_content


def text_of(result: Any) -> str:
    return " ".join(getattr(part, "text", "") for part in result.content)
