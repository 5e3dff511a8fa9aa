"""A primary LLM that hangs: a program is answered from the next rung, a person at a shell is told; both within ten seconds."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from tests.conftest import HANDBOOK, ROOT, clean_env
from tests.loopback.llm import LlmServer

WITHIN = 10.0


async def run(*args: str, env: dict[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *args, cwd=ROOT, env=env, stdout=pipe, stderr=pipe
    )


@pytest.mark.slow
def test_silence_of_the_model_costs_ten_seconds_at_most(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with LlmServer() as llm:
            env = clean_env(
                EXPERTBOT_DATA_DIR=str(tmp_path / "data"), EXPERTBOT_API__LISTEN="127.0.0.1:0",
                EXPERTBOT_LLM__BASE_URL=llm.base_url, EXPERTBOT_LLM__MODEL="loopback-model",
            )  # fmt: skip
            stocked = await run("ingest", str(HANDBOOK), env=env)
            assert await stocked.wait() == 0
            llm.script.add("hang", "chat", times=99)
            api = await run("api", env=env)
            assert api.stderr
            url = ""
            while not url:
                line = (await api.stderr.readline()).decode()
                assert line, "the service ended"
                if found := re.search(r"http://[\d.]+:\d+", line):
                    url = found.group()
            waits = []
            async with AsyncOpenAI(base_url=url + "/v1", api_key="-", max_retries=0) as client:
                for _ in range(7):
                    started = time.monotonic()
                    reply = await client.chat.completions.create(
                        model="none", messages=[{"role": "user", "content": "Сколько хранятся логи?"}]
                    )
                    waits.append(time.monotonic() - started)
                    assert "[1]" in (reply.choices[0].message.content or "")
            asked = len([one for one in llm.requests if one.path.endswith("/chat/completions")])
            api.terminate()
            await api.wait()
            print(
                f"\nAPI answers after {', '.join(f'{wait:.1f}' for wait in waits)} s; the model was asked {asked} times"
            )
            assert max(waits) <= WITHIN
            assert asked <= 5, "the breaker opens"

            asking = await run("ask", "Сколько хранятся логи?", env=env)
            assert asking.stderr
            started = time.monotonic()
            async with asyncio.timeout(60):
                while "model may be silent" not in (await asking.stderr.readline()).decode():
                    pass
                told = time.monotonic() - started
                said, _ = await asking.communicate()
            print(f"a shell is told after {told:.1f} s and has the answer after {time.monotonic() - started:.1f} s")
            assert told <= WITHIN
            assert "[1]" in said.decode()

    asyncio.run(scenario())
