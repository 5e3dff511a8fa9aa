"""Prometheus figures of what was answered and how. Labels are few and bounded; no text of anybody's is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.errors import UnavailableError, UsageError
from core.nouns import Answer

if TYPE_CHECKING:
    from aiohttp import web

    from bot.app import App

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
GAUGES = {
    "in_flight": "Questions being answered",
    "queue": "Questions that wait",
    "unsent": "Messages that wait to be sent",
    "partitions": "Partitions of the chats that this replica works for",
    "jobs": "Jobs that wait or run",
    "documents": "Documents in the index",
    "chunks": "Chunks in the index",
    "generation": "Active generation of the index",
    "llm_up": "1 unless every LLM endpoint is shut off",
}
Values = Callable[[], dict[str, float]]


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._stages = Histogram(
            "expertbot_stage_seconds",
            "Time of each stage of an answer",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._answers = Counter("expertbot_answers", "Answers by rung", ["status", "persona"], registry=self.registry)
        self._reasons = Counter("expertbot_guard_reasons", "What the guard found", ["kind"], registry=self.registry)
        self._errors = Counter("expertbot_errors", "Answers that failed", ["error"], registry=self.registry)
        self._gauges = {name: Gauge(f"expertbot_{name}", text, registry=self.registry) for name, text in GAUGES.items()}

    def answered(self, answer: Answer) -> None:
        for stage, seconds in answer.timings.items():
            self._stages.labels(stage).observe(seconds)
        self._answers.labels(answer.status, answer.persona or "none").inc()
        for reason in answer.verdict.reasons:
            self._reasons.labels(reason.kind).inc()

    def failed(self, error: Exception) -> None:
        self._errors.labels(type(error).__name__).inc()

    def page(self, values: dict[str, float]) -> bytes:
        for name, value in values.items():
            self._gauges[name].set(value)
        return generate_latest(self.registry)


def index_values(app: App) -> dict[str, float]:
    """What every process can tell of the index and the LLM."""
    states = app.llm.state().values() if app.llm else ()
    return {
        "documents": len(app.ledger.sources()),
        "chunks": app.ledger.chunk_count(),
        "generation": app.ledger.active() or 0,
        "llm_up": float(not states or "closed" in states),
    }


class Listener:
    """`/metrics`, `/healthz` and `/readyz` of a process that serves nothing else over HTTP, or nothing where no place is set."""

    def __init__(self, listen: str, metrics: Metrics, values: Values, ready: Callable[[], bool]) -> None:
        self._listen = listen
        self._metrics = metrics
        self._values = values
        self._ready = ready
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        if not self._listen:
            return
        from aiohttp import web

        host, _, port = self._listen.rpartition(":")
        if not port.isdecimal():
            raise UsageError(f"{self._listen} is no address.", "EXPERTBOT_METRICS__LISTEN=127.0.0.1:9464")
        app = web.Application()
        app.router.add_get("/metrics", self._figures)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._readiness)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host.strip("[]") or "127.0.0.1", int(port)).start()
        except OSError as error:
            raise UnavailableError(
                f"{self._listen} can't be listened on: {error.strerror}.", "Choose another: EXPERTBOT_METRICS__LISTEN."
            ) from error

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _figures(self, _: web.Request) -> web.Response:
        from aiohttp import web

        body = self._metrics.page(self._values())
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _alive(self, _: web.Request) -> web.Response:
        from aiohttp import web

        return web.Response(text="alive")

    async def _readiness(self, _: web.Request) -> web.Response:
        from aiohttp import web

        return web.Response(status=200 if self._ready() else 503)
