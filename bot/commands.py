"""What an owner can have done, as functions from an open App to JSON-able results of the contract. The command line, the
control socket and Telegram all call these."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot import generations
from bot.app import App
from core.answer import Watch
from core.errors import UsageError
from core.nouns import Answer, Passages, Question, Reason, Turn
from ingest.files import source_of
from ingest.pipeline import IngestReport

Json = dict[str, Any]
Progress = Callable[[int, int, str], None]


def quiet(done: int, total: int, what: str) -> None:
    """No progress shown."""


def report_json(report: IngestReport) -> Json:
    failed = [{"source": f.source, "error": f.error, "hint": f.hint} for f in report.failed]
    return {
        "added": report.added, "updated": report.updated, "unchanged": report.unchanged, "removed": report.removed,
        "failed": failed, "chunks": report.chunks, "seconds": round(report.seconds, 3),
    }  # fmt: skip


async def ingest(app: App, paths: Sequence[str], prune: bool = False, progress: Progress = quiet) -> Json:
    return report_json(await app.ingest([Path(path) for path in paths], prune, progress))


async def docs(app: App) -> list[Json]:
    return [asdict(row) for row in app.ledger.documents()]


async def remove(app: App, source_or_id: str) -> Json:
    """Raises UsageError where nothing, or more than one document, is meant."""
    found = app.ledger.find(source_or_id) or app.ledger.find(source_of(Path(source_or_id)))
    if not found:
        raise UsageError(f"There is no document {source_or_id}.", "`expertbot docs` lists what is in.")
    if len(found) > 1:
        raise UsageError(f"{source_or_id} may mean {', '.join(found)}.", "Give the whole path or the id.")
    return {"removed": await app.ingestor.remove(found)}


async def reindex(app: App, progress: Progress = quiet) -> Json:
    """Build the index anew; the App need not be open, so an index of another embedder can be replaced."""
    return _generation_json(await generations.reindex(app, progress))


async def rollback(app: App, progress: Progress = quiet) -> Json:
    return _generation_json(await generations.rollback(app, progress))


def _generation_json(made: generations.Generation) -> Json:
    return {**asdict(made), "seconds": round(made.seconds, 3)}


async def search(app: App, query: str, limit: int = 8, history: Sequence[Json] = ()) -> Json:
    started = time.perf_counter()
    passages = await app.search(question_of(query, history), limit)
    return passages_json(passages, time.perf_counter() - started)


async def ask(
    app: App, question: str, persona: str | None = None, history: Sequence[Json] = (), watch: Watch | None = None
) -> Json:
    """`persona`: an id, `none`, or None for the default of the settings."""
    answer = await app.answer(question_of(question, history), app.persona(persona), watch)
    return answer_json(answer)


def question_of(text: str, history: Sequence[Json] = ()) -> Question:
    """Raises UsageError for an empty question or a history of another shape."""
    if not text.strip():
        raise UsageError("The question is empty.", 'Ask something, e.g. expertbot ask "Сколько хранятся логи?".')
    try:
        turns = tuple(Turn(item["role"], str(item["content"])) for item in history)
    except (KeyError, TypeError) as error:
        raise UsageError(
            "The history has another shape.", 'Each turn is {"role": "user" | "assistant", "content": "…"}.'
        ) from error
    if any(turn.role not in ("user", "assistant") for turn in turns):
        raise UsageError("A turn's role is `user` or `assistant`.", "Leave system messages out.")
    return Question(whole(text.strip()), tuple(Turn(turn.role, whole(turn.content)) for turn in turns))


def whole(text: str) -> str:
    """Text without half characters (lone surrogates), which JSON and a shell can hand over and nothing can encode."""
    return text.encode("utf-8", "replace").decode("utf-8")


def passages_json(passages: Passages, seconds: float) -> Json:
    hits = [
        {"rank": rank, "score": round(hit.score, 4), "source": hit.source, "title": hit.title,
         "headings": list(hit.headings), "text": hit.text, "start": hit.start, "end": hit.end}
        for rank, hit in enumerate(passages.hits, 1)
    ]  # fmt: skip
    return {"query": passages.query, "hits": hits, "seconds": round(seconds, 4)}


def answer_json(answer: Answer) -> Json:
    draft = answer.draft
    sources = [
        {"n": s.n, "source": s.source, "title": s.title, "headings": list(s.headings), "quote": s.quote,
         "start": s.start, "end": s.end}
        for s in draft.sources
    ]  # fmt: skip
    return {
        "id": answer.id, "question": draft.passages.question.text, "text": answer.text, "status": answer.status,
        "persona": answer.persona, "draft": draft.text, "sources": sources, "guard": verdict_json(answer.verdict),
        "confidence": round(draft.passages.confidence, 3), "note": draft.note or answer.checked.styled.note,
        "timings": {
            stage: round(answer.timings.get(stage, 0.0), 4)
            for stage in ("search", "draft", "restyle", "guard", "total")
        },
    }  # fmt: skip


def verdict_json(verdict: Any) -> Json:
    return {"ok": verdict.ok, "reasons": [reason_json(reason) for reason in verdict.reasons]}


def reason_json(reason: Reason) -> Json:
    return asdict(reason)
