"""Our LLM client, and drafting with it, on llama.cpp's own server: one that nobody here wrote."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import ExpertbotError, UnavailableError
from core.llm import Llm
from core.nouns import Passage, Passages, Question, Source
from core.settings import LlmSettings
from retrieval.draft import LlmDrafter
from tests.loopback.llamacpp import llama_server, smollm2

TEXT = "Staff have 28 days of paid leave in a year. Two of them must be taken together."


def client(url: str, **settings: float) -> Llm:
    return Llm.from_settings(LlmSettings(base_url=url, model="smollm2", temperature=0, **settings))  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_client_on_a_real_server() -> None:
    async def scenario(url: str) -> None:
        llm = client(url + "/v1")
        messages = [{"role": "user", "content": "What is the capital of France? One word."}]
        pieces = [piece async for piece in llm.stream(messages)]
        assert len(pieces) > 1, "it came in pieces"
        assert "Paris" in "".join(pieces)
        assert await llm.complete(messages) == "".join(pieces)
        passage = Passage("c", "d", "leave.md", "Leave", (), TEXT, 0, len(TEXT), 1.0)
        question = Question("How many days of paid leave are there?")
        proof = Source(1, "leave.md", "Leave", (), TEXT[:42], 0, 42)
        draft = await LlmDrafter(llm.complete)(Passages(question, question.text, (passage,), evidence=(proof,)))
        print(f"{len(pieces)} pieces; draft by {draft.origin}: {draft.text!r} {draft.note}")
        assert "28" in draft.text
        assert draft.sources
        assert draft.origin == "llm" or "citations" in draft.note, (
            "so small a model may forget to cite; that is noticed"
        )
        assert set(llm.state().values()) == {"closed"}
        await llm.close()
        hasty = client(url + "/v1", first_token_seconds=0.001)
        with pytest.raises(UnavailableError):
            await hasty.complete(messages)
        await hasty.close()
        nowhere = client(url + "/nowhere")
        with pytest.raises(ExpertbotError) as raised:
            await nowhere.complete(messages)
        assert raised.value.hint
        await nowhere.close()

    with llama_server(smollm2(), context=4096) as server:
        asyncio.run(scenario(server.listening_address))
