"""The queue of questions: bounded, fair to each user (one running, one waiting), with rates and a daily budget, and honest about
how long it is. Knows no Telegram calls."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.telegram.outcome import Asked

if TYPE_CHECKING:
    from bot.state import State
    from core.settings import TelegramSettings

log = logging.getLogger("expertbot.telegram")
FIRST_GUESS = 1.0  # seconds an answer is thought to take before one was measured
IDLE_USERS = 5000  # buckets kept at most


@dataclass(slots=True)
class User:
    """One person's questions."""

    tokens: float
    filled: float
    running: bool = False
    waiting: deque[Asked] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question is not taken: a key of the bot's words, with its values."""

    key: str
    values: dict[str, int]


class Others(Protocol):
    """A person's questions at other replicas (bot/replicas/limits.py)."""

    async def enter(self, user: int, update_id: int, again: bool) -> int: ...
    async def turn(self, user: int, update_id: int) -> None: ...


class Desk:
    """`work` answers a question and must not raise."""

    def __init__(
        self, settings: TelegramSettings, state: State, bot: int, work: Callable[[Asked], Awaitable[None]],
        others: Others | None = None,
    ) -> None:  # fmt: skip
        self._others = others
        self._settings = settings
        self._state = state
        self._bot = bot
        self._work = work
        self._users: dict[int, User] = {}
        self._queue: asyncio.Queue[Asked] = asyncio.Queue()
        self._inside = 0  # questions that run or wait
        self._seconds = FIRST_GUESS
        self._workers: list[asyncio.Task[None]] = []
        self._answering: set[asyncio.Task[None]] = set()
        self._stopping = False

    def start(self) -> None:
        self._workers = [
            asyncio.create_task(self._serve(), name=f"answers {number}") for number in range(self._settings.concurrency)
        ]

    @property
    def running(self) -> int:
        """Questions being answered."""
        return len(self._answering)

    @property
    def length(self) -> int:
        """Questions that wait."""
        return max(0, self._inside - self._settings.concurrency)

    async def admit(self, asked: Asked, again: bool = False) -> Refusal | None:
        """Take a question, or say why not. `again`: it was let in before a restart, and is whatever the limits say now."""
        user = self._user(asked.talk.user)
        if not again and (refusal := self._refusal(asked, user)):
            return refusal
        if refusal := await self._paced(asked, user, again):
            return refusal
        self._inside += 1
        if user.running:
            user.waiting.append(asked)
        else:
            user.running = True
            self._queue.put_nowait(asked)
        return None

    def _refusal(self, asked: Asked, user: User) -> Refusal | None:
        if user.waiting:
            return Refusal("one_more", {"seconds": self._eta()})
        if self._inside >= self._settings.concurrency + self._settings.queue:
            return Refusal("full", {"seconds": self._eta()})
        limit = self._settings.per_day
        if self._state.asked_today(self._bot, asked.talk.user) >= limit:
            return Refusal("day_over", {"limit": limit})
        return None

    async def _paced(self, asked: Asked, user: User, again: bool) -> Refusal | None:
        """By the rate of a person, over all replicas where there are others."""
        if self._others:
            wait = await self._others.enter(asked.talk.user, asked.update_id, again)
            if wait:
                return (
                    Refusal("too_fast", {"seconds": wait})
                    if wait > 0
                    else Refusal("one_more", {"seconds": self._eta()})
                )
        elif not again:
            if user.tokens < 1:
                return Refusal("too_fast", {"seconds": math.ceil((1 - user.tokens) * 60 / self._settings.per_minute)})
            user.tokens -= 1
        return None

    def forget(self, user: int) -> list[int]:
        """Drop what a person has waiting, and name those updates; what runs ends by itself."""
        known = self._users.get(user)
        if known is None:
            return []
        dropped = [asked.update_id for asked in known.waiting]
        self._inside -= len(dropped)
        known.waiting.clear()
        return dropped

    def _user(self, ident: int) -> User:
        now, rate = time.monotonic(), self._settings.per_minute / 60
        most = max(1.0, self._settings.per_minute)
        user = self._users.get(ident)
        if user is None:
            if len(self._users) > IDLE_USERS:
                self._users = {i: u for i, u in self._users.items() if u.running or now - u.filled < 60}
            user = self._users[ident] = User(most, now)
        user.tokens = min(most, user.tokens + (now - user.filled) * rate)
        user.filled = now
        return user

    def _eta(self) -> int:
        return max(1, math.ceil((self._inside + 1) * self._seconds / self._settings.concurrency))

    async def _serve(self) -> None:
        while not self._stopping:
            asked = await self._queue.get()
            started, me = time.monotonic(), asyncio.current_task()
            assert me is not None
            self._answering.add(me)
            try:
                if self._others:
                    await self._others.turn(asked.talk.user, asked.update_id)
                await self._work(asked)
            except Exception:
                log.exception("an answer ended without one")
            finally:
                self._answering.discard(me)
                self._seconds += 0.1 * (time.monotonic() - started - self._seconds)
                self._next(asked.talk.user)

    def _next(self, ident: int) -> None:
        user = self._users[ident]
        self._inside -= 1
        if user.waiting:
            self._queue.put_nowait(user.waiting.popleft())
        else:
            user.running = False

    async def close(self, seconds: float) -> None:
        """Let what runs end, for so long; what waits stays in the inbox for the next start."""
        self._stopping = True
        while not self._queue.empty():
            self._queue.get_nowait()
        for task in self._workers:
            if task not in self._answering:
                task.cancel()
        if self._answering:
            await asyncio.wait(set(self._answering), timeout=seconds)
        for task in self._workers:
            task.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
