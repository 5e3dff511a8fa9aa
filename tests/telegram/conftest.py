"""One ingest of the handbook for all tests here; each bot gets a copy of the folder."""

from __future__ import annotations

import asyncio
import fcntl
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.conftest import HANDBOOK, ROOT, clean_env
from tests.loopback.telegram import Person, TelegramServer
from tests.telegram.running import ADMIN, BotProcess, running
from tests.telegram.scenes import STAGED, PlayedApart

T = TypeVar("T")


@pytest.fixture(scope="session")
def handbook_data(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data folder with the handbook in it; the processes that run the tests share one, made by the first that asks."""
    base = tmp_path_factory.getbasetemp()
    place = (base if worker_id == "master" else base.parent) / "handbook"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            command = [sys.executable, "-m", "bot", "--data-dir", str(place / "data"), "ingest", str(HANDBOOK)]
            env = clean_env(OMP_NUM_THREADS="1")
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False)
            assert done.returncode == 0, done.stderr
            (place / "done").touch()
    return place / "data"


class Stage:
    """One bot and one server for many tests, on an event loop of their own; `run` plays a scene on them."""

    def __init__(self, data: Path, place: Path, names: Iterable[str]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        self._people = 100
        settings = {
            "EXPERTBOT_TELEGRAM__ALLOWED": ",".join(str(number) for number in range(100, 1000)),
            "EXPERTBOT_INGEST__ROOTS": str(place / "allowed"),
        }
        (place / "allowed").mkdir()
        self.allowed = place / "allowed"

        async def enter() -> tuple[TelegramServer, BotProcess]:
            return await self._stack.enter_async_context(running(data, place, **settings))

        self.tg, self.bot = self._call(enter())
        self.admins = [self.tg.user(f"Хозяин {number}", id=ADMIN + number) for number in range(50)]
        self.admin = self.admins[0]
        self.played = {
            name: asyncio.run_coroutine_threadsafe(STAGED[name](self), self._loop) for name in names if name in STAGED
        }

    def person(self, name: str, language: str = "ru") -> Person:
        """A new person on the allow-list."""
        self._people += 1
        return self.tg.user(name, id=self._people, language=language)

    def run(self, scene: Callable[[Stage], Awaitable[None]]) -> None:
        async def play() -> None:
            await scene(self)

        self._call(play())
        assert self.tg.violations == [], self.tg.violations[:3]

    def close(self) -> None:
        self._call(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=240)


@pytest.fixture(scope="session")
def played_apart(
    request: pytest.FixtureRequest, handbook_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PlayedApart]:
    names = [item.name for item in request.session.items]
    made = PlayedApart(names, handbook_data, tmp_path_factory.mktemp("apart"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def stage(
    request: pytest.FixtureRequest,
    played_apart: PlayedApart,
    handbook_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    names = [item.name for item in request.session.items]
    made = Stage(handbook_data, tmp_path_factory.mktemp("stage"), names)
    yield made
    made.close()
