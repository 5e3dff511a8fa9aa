"""Spans of an answer: their names and attributes by the GenAI conventions, nobody's words in them, nothing loaded where off."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.traces import Traces
from core.answer import Parts, answer
from core.errors import UnavailableError
from core.nouns import Candidate, Checked, Draft, Passages, Question, Reason, Styled, Verdict
from core.settings import LlmSettings
from tests.conftest import ROOT, clean_env

SECRET = "Когда у Марины отпуск?"


def traced(prompts: bool = False) -> tuple[Traces, InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Traces(provider.get_tracer("test"), "handbook", prompts), exporter


async def search(question: Question) -> Passages:
    return Passages(question, question.text, ())


async def restyle(draft: Draft, persona: str | None, slips: Any = ()) -> Styled:
    return Styled(draft, persona, (Candidate("Ну, 30 дней.", "styled"),))


async def check(styled: Styled) -> Checked:
    reason = Reason("number", "28", "30", "another number")
    return Checked(styled, (Verdict(False, (reason,)),), (0.5,))


def asked(traces: Traces, complete: Any = None) -> None:
    call = traces.llm(complete, LlmSettings(base_url="http://127.0.0.1:9/v1", model="small")) if complete else None

    async def draft(passages: Passages) -> Draft:
        text = await call([{"role": "user", "content": SECRET}]) if call else "28 дней."
        return Draft(passages, "answer", text)

    question = Question(SECRET)
    parts = traces.parts(Parts(search, draft, restyle, check))
    asyncio.run(traces.answer(question, "alex", answer(question, "alex", parts)))


def by_name(spans: tuple[ReadableSpan, ...]) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans}


def test_an_answer_is_a_tree_of_spans() -> None:
    traces, exporter = traced()
    asked(traces)
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == [
        "retrieval handbook", "draft", "restyle", "guard", "restyle", "guard", "invoke_agent alex",
    ]  # fmt: skip
    root = by_name(spans)["invoke_agent alex"]
    assert root.parent is None
    assert all(span.parent and span.parent.span_id == root.context.span_id for span in spans[:-1])
    assert dict(root.attributes or {})["gen_ai.operation.name"] == "invoke_agent"
    assert dict(root.attributes or {})["gen_ai.agent.name"] == "alex"
    assert dict(root.attributes or {})["expertbot.answer.status"] == "draft"
    assert dict(spans[0].attributes or {})["gen_ai.data_source.id"] == "handbook"
    assert dict(spans[3].attributes or {})["expertbot.guard.reasons"] == ("number",)
    assert [dict(span.attributes or {})["expertbot.repair"] for span in spans if span.name == "restyle"] == [
        False,
        True,
    ]


@pytest.mark.parametrize("prompts", [False, True])
def test_words_are_kept_only_where_asked_for(prompts: bool) -> None:
    traces, exporter = traced(prompts)
    asked(traces)
    assert (SECRET in "".join(span.to_json(indent=None) for span in exporter.get_finished_spans())) is False
    kept = [value for span in exporter.get_finished_spans() for value in dict(span.attributes or {}).values()]
    assert (SECRET in kept) is prompts


def test_a_call_of_an_llm_is_a_span_within_the_draft() -> None:
    async def complete(messages: Any, model: str = "") -> str:
        return "28 дней. [1]"

    traces, exporter = traced()
    asked(traces, complete)
    spans = by_name(exporter.get_finished_spans())
    call = spans["chat small"]
    assert call.parent
    assert call.parent.span_id == spans["draft"].context.span_id
    known = dict(call.attributes or {})
    assert (known["gen_ai.operation.name"], known["gen_ai.request.model"], known["server.address"]) == (
        "chat", "small", "127.0.0.1",
    )  # fmt: skip


def test_a_failure_names_its_kind_and_no_words() -> None:
    async def complete(messages: Any, model: str = "") -> str:
        raise UnavailableError(SECRET, "cure")

    traces, exporter = traced()
    with pytest.raises(UnavailableError):
        asked(traces, complete)
    for name in ("chat small", "draft", "invoke_agent alex"):
        span = by_name(exporter.get_finished_spans())[name]
        assert dict(span.attributes or {})["error.type"] == "UnavailableError"
        assert not span.events
        assert SECRET not in str(span.status.description)


def test_nothing_of_it_is_loaded_where_it_is_off() -> None:
    code = (
        "import sys, bot.app, bot.telegram.service; sys.exit(any(m.startswith('opentelemetry') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean_env(), check=False)
    assert done.returncode == 0
