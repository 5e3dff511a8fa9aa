"""Prometheus figures of what was answered and how. Labels are few and bounded; no text of anybody's is in them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.nouns import Answer

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


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
        self._gauges = {
            name: Gauge(f"expertbot_{name}", text, registry=self.registry)
            for name, text in (
                ("in_flight", "Questions being answered"),
                ("documents", "Documents in the index"),
                ("chunks", "Chunks in the index"),
                ("generation", "Active generation of the index"),
                ("llm_up", "1 unless every LLM endpoint is shut off"),
            )
        }

    def answered(self, answer: Answer) -> None:
        for stage, seconds in answer.timings.items():
            self._stages.labels(stage).observe(seconds)
        self._answers.labels(answer.status, answer.persona or "none").inc()
        for reason in answer.verdict.reasons:
            self._reasons.labels(reason.kind).inc()

    def failed(self, error: Exception) -> None:
        self._errors.labels(type(error).__name__).inc()

    def set(self, name: str, value: float) -> None:
        self._gauges[name].set(value)

    def page(self) -> bytes:
        return generate_latest(self.registry)
