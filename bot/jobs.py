"""Long work that an owner asked for in a chat: one at a time and in order, kept on the disk, taken up again after a restart,
cancellable. With several workers a job is claimed by a lease; what changes the index goes on one by one, the rest beside it.
Knows no Telegram; what it tells goes through `News`."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from bot.state import audit
from core.errors import ExpertbotError
from core.nouns import Lang

if TYPE_CHECKING:
    from bot.state import State

Json = dict[str, Any]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
Progress = Callable[[int, int, str], None]
OPEN: tuple[JobState, ...] = ("queued", "running")
log = logging.getLogger("expertbot.jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """`kind`: ingest, upload, reindex, rollback, remove, eval. `message` is the chat message that shows how it goes."""

    id: int
    kind: str
    params: Json
    state: JobState
    chat: int
    user: int
    lang: str
    message: int | None
    result: Json


class News(Protocol):
    """Who is told of jobs."""

    async def progress(self, job: Job, done: int, total: int) -> None: ...
    def ended(self, db: sqlite3.Connection, job: Job) -> None:
        """Within the transaction that ends the job."""
        ...

    def told(self, job: Job) -> None:
        """After that transaction."""
        ...


class Claims(Protocol):
    """Who works on a job, where there are several workers (bot/replicas/claims.py)."""

    async def claim(self, job: int) -> bool:
        """True where it is this worker's, and until its lease ends or it is released."""
        ...

    async def renew(self, job: int) -> bool: ...
    async def release(self, job: int) -> None: ...


Execute = Callable[[Job, Progress], Coroutine[Any, Any, Json]]
SHOWN_EVERY = 1.5  # seconds
LOOK_EVERY = 0.5  # seconds, where others may add, cancel and finish jobs
PAUSE = 5.0  # seconds after a fault
READING = ("eval",)  # these change nothing, so they need not wait for the others


class Jobs:
    def __init__(self, state: State, bot: int, execute: Execute, news: News, claims: Claims | None = None) -> None:
        self._claims = claims
        self._state = state
        self._bot = bot
        self._execute = execute
        self._news = news
        self._wake = asyncio.Event()
        self._running: tuple[int, asyncio.Task[Json]] | None = None
        self._cancelled: set[int] = set()
        self._lost: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Run what is queued, and first what a restart interrupted."""
        self._task = asyncio.create_task(self._run(), name="jobs")

    def add(self, db: sqlite3.Connection, kind: str, params: Json, chat: int, user: int, lang: str) -> int:
        """Within a transaction; `wake` after it."""
        audit(db, user, kind, params)
        row = db.execute(
            "INSERT INTO jobs (bot, kind, params, state, chat, user, lang, at) VALUES (?, ?, ?, 'queued', ?, ?, ?, ?)",
            (self._bot, kind, json.dumps(params, ensure_ascii=False), chat, user, lang, time.time()),
        )
        assert row.lastrowid is not None
        return row.lastrowid

    def wake(self) -> None:
        self._wake.set()

    def latest(self, limit: int = 10) -> list[Job]:
        """The latest, newest first."""
        rows = self._state.db.read("SELECT * FROM jobs WHERE bot = ? ORDER BY id DESC LIMIT ?", (self._bot, limit))
        return [_job(row) for row in rows]

    def open(self) -> list[Job]:
        """Queued and running, oldest first."""
        rows = self._state.db.read(
            "SELECT * FROM jobs WHERE bot = ? AND state IN ('queued', 'running') ORDER BY id", (self._bot,)
        )
        return [_job(row) for row in rows]

    def language_of(self, user: int) -> Lang:
        """The language that a person last asked for a job in, Russian where they never did: nothing else on the disk tells."""
        rows = self._state.db.read(
            "SELECT lang FROM jobs WHERE bot = ? AND user = ? ORDER BY id DESC LIMIT 1", (self._bot, user)
        )
        return "en" if rows and rows[0]["lang"] == "en" else "ru"

    def cancel(self, ident: int) -> bool:
        """Stop it if it runs, leave it out if it waits; False where it is neither."""
        if ident not in {job.id for job in self.open()}:
            return False
        self._cancelled.add(ident)
        if self._running and self._running[0] == ident:
            self._running[1].cancel()
        self.wake()
        return True

    def keep_cancelled(self, db: sqlite3.Connection, ident: int) -> None:
        """So that a worker hears of it, and a restart too."""
        db.execute("INSERT OR IGNORE INTO cancels VALUES (?)", (ident,))

    async def close(self) -> None:
        """Interrupt: what ran is taken up at the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            job: Job | None = None
            try:
                job = await self._next()
                if job:
                    await self._one(job)
                elif self._claims:
                    await asyncio.sleep(LOOK_EVERY)
                else:
                    await self._wake.wait()
            except ExpertbotError as error:  # the disk, or Redis
                log.error("jobs: %s %s", error.message, error.hint)
                await asyncio.sleep(PAUSE)
            except Exception:  # else nobody would do a job again, and nobody would see it
                log.exception("jobs")
                await asyncio.sleep(PAUSE)
            finally:
                if job and self._claims:
                    with suppress(ExpertbotError):
                        await self._claims.release(job.id)

    async def _next(self) -> Job | None:
        """The oldest job that may begin now."""
        waiting = self.open()
        if not self._claims:
            return waiting[0] if waiting else None
        changing = [job for job in waiting if job.kind not in READING][:1]
        for job in [*changing, *(job for job in waiting if job.kind in READING)]:
            if await self._claims.claim(job.id):
                if self.get(job.id).state in OPEN:
                    return job
                await self._claims.release(job.id)
        return None

    def _is_cancelled(self, ident: int) -> bool:
        return ident in self._cancelled or bool(self._state.db.read("SELECT 1 FROM cancels WHERE job = ?", (ident,)))

    async def _hold(self, job: Job, task: asyncio.Task[Json]) -> None:
        """End the task where it is cancelled elsewhere, or where the lease is lost: then another works on it."""
        claims = self._claims
        assert claims is not None
        while True:
            await asyncio.sleep(LOOK_EVERY)
            held = True
            with suppress(ExpertbotError):  # it may come back before the lease is over
                held = await claims.renew(job.id)
            if self._is_cancelled(job.id):
                self._cancelled.add(job.id)
            elif not held:
                self._lost.add(job.id)
            else:
                continue
            task.cancel()
            return

    async def _one(self, job: Job) -> None:
        if self._is_cancelled(job.id):
            await self._end(job, "cancelled", {})
            return
        await self._state.db.write(lambda db: db.execute("UPDATE jobs SET state = 'running' WHERE id = ?", (job.id,)))
        latest: list[tuple[int, int]] = [(0, 0)]

        def progress(done: int, total: int, what: str) -> None:
            latest[0] = (done, total)

        task = asyncio.create_task(self._execute(job, progress), name=f"job {job.id}")
        self._running = (job.id, task)
        beside = [asyncio.create_task(self._tell(job, latest))]
        if self._claims:
            beside.append(asyncio.create_task(self._hold(job, task)))
        try:
            result = await task
            await self._end(job, "done", result)
        except asyncio.CancelledError:
            if job.id in self._lost:
                log.warning("job %s is another worker's now", job.id)
                self._lost.discard(job.id)
                _go_on_or_stop()
                return
            if job.id not in self._cancelled:  # the service stops
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                raise
            await self._end(job, "cancelled", {})
            _go_on_or_stop()
        except ExpertbotError as error:
            fault = {"error": error.message, "hint": error.hint, "code": error.code, "values": error.values}
            await self._end(job, "failed", fault)
        except Exception:
            ident = uuid.uuid4().hex[:8]
            log.exception("error %s in job %s", ident, job.id)
            said = f"internal error {ident}, the details are in the bot's log"
            await self._end(job, "failed", {"error": said, "hint": "", "code": "internal", "values": {"ident": ident}})
        finally:
            self._running = None
            for other in beside:
                other.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _tell(self, job: Job, latest: list[tuple[int, int]]) -> None:
        shown = (0, 0)
        while True:
            await asyncio.sleep(SHOWN_EVERY)
            if latest[0] != shown and latest[0][1]:
                shown = latest[0]
                await self._news.progress(self.get(job.id), *shown)

    def get(self, ident: int) -> Job:
        return _job(self._state.db.read("SELECT * FROM jobs WHERE id = ?", (ident,))[0])

    async def _end(self, job: Job, state: JobState, result: Json) -> None:
        def end(db: sqlite3.Connection) -> Job:
            before = _job(db.execute("SELECT * FROM jobs WHERE id = ?", (job.id,)).fetchone())
            if before.state not in OPEN:  # another worker was sooner
                return before
            db.execute("DELETE FROM cancels WHERE job = ?", (job.id,))
            db.execute(
                "UPDATE jobs SET state = ?, result = ?, ended = ? WHERE id = ?",
                (state, json.dumps(result, ensure_ascii=False), time.time(), job.id),
            )
            ended = _job(db.execute("SELECT * FROM jobs WHERE id = ?", (job.id,)).fetchone())
            audit(db, job.user, f"{job.kind} {state}", {"job": job.id})
            self._news.ended(db, ended)
            return ended

        self._cancelled.discard(job.id)
        self._news.told(await self._state.db.write(end))


def _go_on_or_stop() -> None:
    """A job's own cancellation is dealt with; one of the service that came meanwhile is not."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


def _job(row: Any) -> Job:
    return Job(
        row["id"], row["kind"], json.loads(row["params"]), row["state"], row["chat"], row["user"], row["lang"],
        row["message_id"], json.loads(row["result"] or "{}"),
    )  # fmt: skip
