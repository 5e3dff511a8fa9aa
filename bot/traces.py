"""OpenTelemetry traces of answers, by the GenAI conventions where they have a name for it: `invoke_agent` around an answer, in it
`retrieval`, drafting, rewording and the guard, and `chat` around each call of an LLM. Nobody's words are in them unless a setting
asks for it. Without an endpoint nothing of this is loaded, and the parts of an answer are not wrapped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core import install
from core.answer import Parts
from core.errors import UsageError
from core.nouns import Answer, Checked, Draft, Passages, Question, Reason, Styled

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

    from core.settings import LlmSettings, Settings

Complete = Callable[..., Awaitable[str]]
PROVIDER = "expertbot"


class Traces:
    """`tracer` makes the spans; `prompts`: whether questions and answers are kept in them."""

    def __init__(
        self, tracer: Tracer, source: str, prompts: bool = False, shutdown: Callable[[], None] | None = None
    ) -> None:
        self._tracer = tracer
        self._source = source
        self._prompts = prompts
        self._shutdown = shutdown

    @classmethod
    def from_settings(cls, settings: Settings) -> Traces | None:
        """None where no endpoint is set. Raises UsageError where the extra is not installed."""
        if not settings.traces.endpoint:
            return None
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise UsageError("Traces need OpenTelemetry.", install.extra("otel")) from error
        provider = TracerProvider(resource=Resource.create({"service.name": PROVIDER}), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.traces.endpoint)))
        source = settings.qdrant.collection if settings.qdrant.url else "embedded"
        return cls(provider.get_tracer(PROVIDER), source, settings.traces.prompts, provider.shutdown)

    def close(self) -> None:
        """After what waits is sent, or can't be."""
        if self._shutdown:
            self._shutdown()

    def parts(self, parts: Parts) -> Parts:
        """The same parts, each in a span."""

        async def search(question: Question) -> Passages:
            with self._span(
                f"retrieval {self._source}", "retrieval", **{"gen_ai.data_source.id": self._source}
            ) as span:
                found = await parts.search(question)
                span.set_attribute("expertbot.passages", len(found.hits))
                span.set_attribute("expertbot.confidence", found.confidence)
                self._words(span, "gen_ai.retrieval.query.text", found.query)
                return found

        async def draft(passages: Passages) -> Draft:
            with self._span("draft") as span:
                made = await parts.draft(passages)
                span.set_attribute("expertbot.draft.kind", made.kind)
                span.set_attribute("expertbot.draft.origin", made.origin)
                return made

        async def restyle(draft: Draft, persona: str | None, slips: Sequence[Reason] = ()) -> Styled:
            with self._span("restyle") as span:
                span.set_attribute("expertbot.repair", bool(slips))
                made = await parts.restyle(draft, persona, slips)
                span.set_attribute("expertbot.candidates", len(made.candidates))
                return made

        async def check(styled: Styled) -> Checked:
            with self._span("guard") as span:
                made = await parts.check(styled)
                kinds = sorted({reason.kind for verdict in made.verdicts for reason in verdict.reasons})
                span.set_attribute("expertbot.guard.passed", sum(verdict.ok for verdict in made.verdicts))
                span.set_attribute("expertbot.guard.reasons", kinds)
                return made

        return Parts(search, draft, restyle, check)

    async def answer(self, question: Question, persona: str | None, work: Awaitable[Answer]) -> Answer:
        """The whole answer, in a span of its own."""
        agent = persona or "neutral"
        with self._span(f"invoke_agent {agent}", "invoke_agent", **{"gen_ai.agent.name": agent}) as span:
            made = await work
            span.set_attribute("expertbot.answer.id", made.id)
            span.set_attribute("expertbot.answer.status", made.status)
            self._words(span, "expertbot.question", question.text)
            self._words(span, "expertbot.answer", made.text)
            return made

    def llm(self, complete: Complete, settings: LlmSettings) -> Complete:
        """The same call, in a span."""
        address = urlsplit(settings.base_url).hostname or "api.openai.com"

        async def call(messages: Sequence[dict[str, str]], model: str = "") -> str:
            from opentelemetry.trace import SpanKind

            named = model or settings.model
            known = {"gen_ai.provider.name": "openai", "gen_ai.request.model": named, "server.address": address,
                     "gen_ai.request.temperature": settings.temperature}  # fmt: skip
            with self._span(f"chat {named}", "chat", SpanKind.CLIENT, **known) as span:
                text = await complete(messages, model)
                span.set_attribute("expertbot.output.characters", len(text))
                return text

        return call

    def _words(self, span: Span, name: str, text: str) -> None:
        if self._prompts:
            span.set_attribute(name, text)

    @contextmanager
    def _span(self, name: str, operation: str = "", kind: Any = None, **attributes: Any) -> Iterator[Span]:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        if operation:
            attributes = {"gen_ai.operation.name": operation, "gen_ai.provider.name": PROVIDER, **attributes}
        with self._tracer.start_as_current_span(
            name, kind=kind or SpanKind.INTERNAL, attributes=attributes,
            record_exception=False, set_status_on_exception=False,  # a message may hold somebody's words
        ) as span:  # fmt: skip
            try:
                yield span
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise
