"""The owner's jobs as they are done and as they are shown: files fetched, commands run, one message edited. Knows no handlers."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from bot import commands
from bot.jobs import Job, Progress
from bot.telegram import faults, fetch
from bot.telegram.inbox import Outgoing
from bot.telegram.split import split
from bot.telegram.words import say
from core.errors import UnavailableError
from core.nouns import Lang

if TYPE_CHECKING:
    from aiogram import Bot

    from bot.app import App
    from bot.state import State
    from bot.telegram.delivery import Delivery
    from bot.telegram.gate import Gate
    from bot.telegram.inbox import Outbox
    from core.settings import Settings

Json = dict[str, Any]
BAR = 12
FAILURES_SHOWN = 5


def uploads(data_dir: Path, user: int) -> Path:
    """Where a person's documents lie."""
    return data_dir / "uploads" / str(user)


class Execution:
    """Runs a job of each kind on the open App."""

    def __init__(self, settings: Settings, app: App, state: State, bot: Bot) -> None:
        self._settings = settings
        self._app = app
        self._state = state
        self._bot = bot

    async def __call__(self, job: Job, progress: Progress) -> Json:
        params = job.params
        if job.kind == "upload":
            return await self._ingest(await self._download(job), progress)
        if job.kind == "ingest":
            place = params["what"]
            if fetch.is_url(place):
                target = uploads(self._settings.data_dir, job.user)
                place = str(await fetch.fetch(place, self._settings.ingest.roots, target))
            return await self._ingest(Path(place), progress)
        if job.kind == "reindex":
            return await commands.reindex(self._app, progress)
        if job.kind == "rollback":
            return await commands.rollback(self._app, progress)
        if job.kind == "remove":
            if params["id"] not in {row.id for row in self._app.ledger.documents()}:
                return {"removed": 0}  # a restart found it done
            return await commands.remove(self._app, params["id"])
        from bot import feedback

        return await feedback.evaluate(self._app, self._state, progress)

    async def _ingest(self, path: Path, progress: Progress) -> Json:
        """The report, with the code of each failure: it is told in the person's language."""
        report = await self._app.ingest([path], False, progress)
        result = commands.report_json(report)
        for told, failure in zip(result["failed"], report.failed, strict=True):
            told["code"] = failure.code
        return result

    async def _download(self, job: Job) -> Path:
        folder = uploads(self._settings.data_dir, job.user)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path: Path = folder / job.params["what"]
        partial = folder / f".{job.id}.part"
        from aiogram.exceptions import AiogramError
        from aiohttp import ClientError

        try:
            file = await self._bot.get_file(job.params["file_id"])
            await self._bot.download_file(file.file_path or "", partial)
        except (AiogramError, ClientError, OSError) as error:  # TimeoutError is an OSError
            raise UnavailableError(
                f"Telegram did not hand over the file: {type(error).__name__}.", "Send it again.", code="telegram_file"
            ) from error
        os.replace(partial, path)
        return path


class JobNews:
    """One message per job, edited."""

    def __init__(self, gate: Gate, outbox: Outbox) -> None:
        self._gate = gate
        self._outbox = outbox
        self.delivery: Delivery | None = None

    async def progress(self, job: Job, done: int, total: int) -> None:
        from aiogram.methods import EditMessageText

        if job.message is None or not job.chat:
            return
        filled = BAR * done // total
        text = say(
            lang(job), "job_progress", id=job.id, what=what(job), done=done, total=total,
            bar="▓" * filled + "░" * (BAR - filled),
        )  # fmt: skip
        await self._gate.spare(
            job.chat, EditMessageText(chat_id=job.chat, message_id=job.message, text=text, parse_mode=None)
        )

    def ended(self, db: sqlite3.Connection, job: Job) -> None:
        (text, entities), *more = split(describe(job))
        messages = [Outgoing(job.chat, text, tuple(entities), user=job.user, job=job.id)]
        messages += [Outgoing(job.chat, text, tuple(entities), user=job.user) for text, entities in more]
        self._outbox.put(db, f"j{job.id}", messages)

    def told(self, job: Job) -> None:
        if self.delivery:
            self.delivery.wake(job.chat)


def lang(job: Job) -> Lang:
    return "en" if job.lang == "en" else "ru"


def what(job: Job) -> str:
    """A job in words."""
    return say(lang(job), f"kind_{job.kind}", what=job.params.get("what", ""))


def describe(job: Job) -> str:
    """A job's state and, where it ended, what came of it."""
    in_words = lang(job)
    head = say(in_words, f"job_{job.state}", id=job.id, what=what(job))
    result = job.result
    if job.state == "failed":
        error, cure = faults.in_words(result, in_words)
        return f"{head}\n✗ {error}" + (f"\n→ {cure}" if cure else "")
    if job.state != "done":
        return head
    if "added" in result:
        lines = [head, say(in_words, "ingested", **result)]
        for failure in result["failed"][:FAILURES_SHOWN]:
            name = PurePath(failure["source"]).name or failure["source"]
            error, cure = faults.in_words(failure, in_words)
            lines.append(say(in_words, "ingest_failed", source=name, error=error.removeprefix(f"{name}: "), hint=cure))
        return "\n".join(lines + (["…"] if len(result["failed"]) > FAILURES_SHOWN else []))
    if "generation" in result:
        return f"{head}\n{say(in_words, 'generation', **result)}"
    if "removed" in result:
        return f"{head}\n{say(in_words, 'removed', **result)}"
    return f"{head}\n" + say(in_words, "evaluated" if result.get("questions") else "eval_none", **result)
