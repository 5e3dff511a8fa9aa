"""Long work in one process: what stops it, and what must not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import jobs as module
from bot.jobs import Job, Jobs
from bot.state import State


class Quiet:
    def __init__(self) -> None:
        self.faults = 0

    async def progress(self, job: Job, done: int, total: int) -> None: ...

    def ended(self, db: sqlite3.Connection, job: Job) -> None:
        if self.faults:
            self.faults -= 1
            raise ValueError("a bug of ours")

    def told(self, job: Job) -> None: ...


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def added(state: State, jobs: Jobs) -> int:
    return await state.db.write(lambda db: jobs.add(db, "ingest", {}, 1, 1, "ru"))


def test_a_stop_while_a_cancelled_job_ends_is_not_forgotten(tmp_path: Path) -> None:
    async def scene() -> None:
        state, began, ending = State(tmp_path), asyncio.Event(), asyncio.Event()

        async def execute(job: Job, progress: Any) -> dict[str, Any]:
            began.set()
            try:
                await asyncio.sleep(60)
            finally:
                ending.set()
                await asyncio.sleep(0.2)  # it has something to put away
            return {}

        jobs = Jobs(state, 1, execute, Quiet())
        ident = await added(state, jobs)
        jobs.start()
        await began.wait()
        assert jobs.cancel(ident)
        await ending.wait()
        async with asyncio.timeout(10):
            await jobs.close()
        assert jobs.get(ident).state in ("cancelled", "running")
        state.close()

    asyncio.run(scene())


def test_a_bug_in_one_job_does_not_end_all_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.05)

    async def scene() -> None:
        state, news = State(tmp_path), Quiet()
        news.faults = 2  # as it ends, and as that is told as a failure

        async def execute(job: Job, progress: Any) -> dict[str, Any]:
            return {}

        jobs = Jobs(state, 1, execute, news)
        await added(state, jobs)
        jobs.start()
        await until(lambda: not jobs.open())
        assert jobs.latest()[0].state == "done"
        await jobs.close()
        state.close()

    asyncio.run(scene())
