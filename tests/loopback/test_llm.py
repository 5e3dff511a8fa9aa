"""The loopback LLM endpoint, driven by the real AsyncOpenAI client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from tests.loopback.llm import LlmServer

MODEL = "loopback-model"
Scenario = Callable[[LlmServer, AsyncOpenAI], Awaitable[None]]


def run(scenario: Scenario, *, key: str = "k", violations: int = 0, **options: Any) -> None:
    async def whole() -> None:
        async with LlmServer(api_key="k", **options) as llm:
            client = AsyncOpenAI(base_url=llm.base_url, api_key=key, max_retries=0, timeout=5)
            try:
                await scenario(llm, client)
            finally:
                await client.close()
            assert len(llm.violations) == violations, llm.violations

    asyncio.run(whole())


async def ask(client: AsyncOpenAI, text: str = "Как откатить релиз?", **options: Any) -> Any:
    messages: Any = [{"role": "system", "content": "Отвечай кратко."}, {"role": "user", "content": text}]
    return await client.chat.completions.create(model=MODEL, messages=messages, **options)


async def streamed(client: AsyncOpenAI, **options: Any) -> str:
    text = ""
    async for chunk in await ask(client, stream=True, **options):
        if chunk.choices and chunk.choices[0].delta.content:
            text += chunk.choices[0].delta.content
    return text


async def collect(client: AsyncOpenAI, into: list[str]) -> None:
    async for chunk in await ask(client, stream=True, timeout=0.3):
        into.append(chunk.choices[0].delta.content or "")


def test_answers_with_and_without_a_stream() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        answer = await ask(client, temperature=0.2, max_tokens=50)
        assert answer.choices[0].message.content == "Ответ на: Как откатить релиз?"
        assert answer.usage.total_tokens > 0
        assert await streamed(client) == "Ответ на: Как откатить релиз?"
        usage = [c.usage async for c in await ask(client, stream=True, stream_options={"include_usage": True})]
        assert usage[-1] is not None
        assert [m["role"] for m in llm.requests[0].messages] == ["system", "user"]
        assert [r.outcome for r in llm.requests] == ["answered"] * 3

    run(scenario, brain=lambda messages: f"Ответ на: {messages[-1]['content']}")


def test_the_brain_may_wait() -> None:
    async def brain(messages: list[dict[str, str]]) -> str:
        await asyncio.sleep(0)
        return str(len(messages))

    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        assert (await ask(client)).choices[0].message.content == "2"

    run(scenario, brain=brain)


def test_embeddings_and_models() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        assert [m.id async for m in client.models.list()] == [MODEL]
        packed = await client.embeddings.create(model=MODEL, input=["откат релиза", "откат"])
        plain = await client.embeddings.create(model=MODEL, input="откат релиза", encoding_format="float")
        assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)
        assert len(packed.data) == 2
        with pytest.raises(openai.BadRequestError):
            await client.embeddings.create(model=MODEL, input="")

    run(scenario, violations=1)


def test_requests_outside_the_contract() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        create: Any = client.chat.completions.create
        user = {"role": "user", "content": "x"}
        cases: list[dict[str, Any]] = [
            {"messages": [{"role": "robot", "content": "x"}]},
            {"messages": []},
            {"messages": [{"role": "user", "content": 5}]},
            {"messages": [{"role": "user", "content": " "}]},
            {"messages": [user, {"role": "system", "content": "поздно"}]},
            {"messages": [user], "temperature": 3},
            {"messages": [user], "extra_body": {"temprature": 1}},
            {"messages": [user], "stream_options": {"include_usage": True}},
        ]
        for i, case in enumerate(cases):
            with pytest.raises(openai.BadRequestError):
                await create(model=MODEL, **case)
            assert len(llm.violations) >= i + 1, case
        with pytest.raises(openai.NotFoundError, match="does not exist"):
            await create(model="other", messages=[user])

    run(scenario, violations=8)


def test_wrong_key() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        with pytest.raises(openai.AuthenticationError):
            await ask(client)

    run(scenario, key="other")


def test_refused_connection() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        await llm.refuse_connections()
        with pytest.raises(openai.APIConnectionError):
            await ask(client)

    run(scenario)


def test_429_and_500() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        llm.script.add("error", "chat", code=429, headers={"Retry-After": "7"})
        with pytest.raises(openai.RateLimitError) as limited:
            await ask(client)
        assert limited.value.response.headers["retry-after"] == "7"
        llm.script.add("error", "chat", code=500)
        with pytest.raises(openai.InternalServerError):
            await ask(client)
        assert (await ask(client)).choices

    run(scenario)


@pytest.mark.parametrize("stream", [False, True])
def test_hang_before_the_first_token(stream: bool) -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        llm.script.add("hang", "chat")
        with pytest.raises(openai.APITimeoutError):
            await ask(client, stream=stream, timeout=0.1)

    run(scenario)


def test_streams_that_break() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        for kind, expected in (
            ("hang_mid", (openai.APIError, httpx.HTTPError)),
            ("cut", (openai.APIError, httpx.HTTPError)),
            ("error_mid", openai.APIError),
        ):
            llm.script.add(kind, "chat", after=2)
            got: list[str] = []
            with pytest.raises(expected):
                await collect(client, got)
            assert "".join(got) == "слово слово слово слово ", kind
            assert llm.requests[-1].outcome == kind
        assert len(await streamed(client)) == len("слово " * 20)

    run(scenario, brain=lambda _: "слово " * 20)


def test_answers_that_make_no_sense() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        for kind in ("rubbish", "invalid_json"):
            llm.script.add(kind, "chat")
            with pytest.raises((ValueError, openai.OpenAIError)):
                await ask(client)
        llm.script.add("empty_choices", "chat", times=2)
        assert (await ask(client)).choices == []
        assert await streamed(client) == ""
        llm.script.add("long", "chat")
        assert len((await ask(client)).choices[0].message.content) > 190_000
        llm.script.add("drop_before", "chat")
        with pytest.raises(openai.APIConnectionError):
            await ask(client)

    run(scenario)


def test_a_client_that_leaves_is_noticed() -> None:
    async def scenario(llm: LlmServer, client: AsyncOpenAI) -> None:
        stream = await ask(client, stream=True)
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                break
        await stream.close()
        for _ in range(100):
            if llm.requests[0].hung_up:
                break
            await asyncio.sleep(0.02)
        assert llm.requests[0].hung_up
        assert len(llm.requests[0].sent) < 100

    run(scenario, brain=lambda _: "слово " * 1000, pause_s=0.01)


def test_runs_as_a_process() -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.loopback.llm", "--max-seconds", "20", "--model", "persona-alex"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = json.loads(process.stdout.readline())["base_url"]
        with urllib.request.urlopen(f"{base}/models", timeout=5) as response:
            assert json.loads(response.read())["data"][0]["id"] == "persona-alex"
        process.terminate()
        assert process.wait(10) == 0
