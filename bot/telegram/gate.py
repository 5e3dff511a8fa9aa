"""Every call to the Bot API goes through here: a second between messages in a chat, 20 a minute in a group, 30 a second in all,
and silence for as long as a 429 asks. Knows no handlers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.methods import TelegramMethod

    T = TypeVar("T")

log = logging.getLogger("expertbot.telegram")

PER_CHAT = 1.02  # seconds between two messages, from the answer to one to the call of the next
PER_GROUP_MINUTE = 20
PER_SECOND = 30
SPARE = 12  # of these, kept free of drafts and status edits
WINDOW = 1.02
# A 429 does not say whether the chat or the whole bot is meant; so at first all is silent, for so many seconds at most.
# A second chat's 429 within that time tells that the bot is meant.
DOUBT = 5.0
IDLE = 120.0  # seconds after which a chat's clock is forgotten
UNDER_WAY = 0.02  # seconds after which a call under way is looked at again


class Sending(Protocol):
    """What other processes of the same bot send (bot/replicas/limits.py)."""

    async def wait(self, chat: int, spare: int = 0) -> tuple[float, bool]: ...
    async def rest(self, chat: int, seconds: float, everywhere: float) -> None: ...


class Sent:
    """One call. Until it is answered nobody knows when Telegram counted it, so it counts as now."""

    def __init__(self) -> None:
        self.at: float | None = None

    def left(self, span: float, now: float) -> float:
        """Seconds until it no longer counts within a window of `span`."""
        return UNDER_WAY if self.at is None else self.at + span - now


class Chat:
    """What was sent to one chat, and until when it rests."""

    def __init__(self) -> None:
        self.sent: deque[Sent] = deque(maxlen=PER_GROUP_MINUTE)
        self.rests_until = 0.0

    def wait(self, now: float, group: bool) -> float:
        waits = [self.rests_until - now]
        if self.sent:
            waits.append(self.sent[-1].left(PER_CHAT, now))
        if group and len(self.sent) == PER_GROUP_MINUTE:
            waits.append(self.sent[0].left(61, now))
        return max(0.0, *waits)

    def idle(self, now: float) -> bool:
        return self.rests_until < now and (not self.sent or self.sent[-1].left(IDLE, now) < 0)


class Gate:
    """`urgent` waits for its turn and always calls; `spare` calls at once or not at all; `other` is for calls that put no
    message. All of them raise what aiogram raises, but a 429 only `urgent`."""

    def __init__(self, bot: Bot, sending: Sending | None = None) -> None:
        self._bot = bot
        self._sending = sending  # what other processes send, where there are others
        self._turnstile = asyncio.Lock()
        self._chats: dict[int, Chat] = {}
        self._recent: deque[Sent] = deque()
        self._rests_until = 0.0
        self._last_429: tuple[int, float] | None = None
        self._methods: dict[str, float] = {}  # of calls that put no message: until when they rest

    async def urgent(self, chat: int, method: TelegramMethod[T]) -> T:
        """After its turn has come. Raises TelegramRetryAfter once the rest it asks for is noted: call again."""
        while (wait := self._wait(chat) or await self._others(chat)) > 0:  # noqa: ASYNC110 (others may have gone first)
            await asyncio.sleep(wait)
        return await self._call(chat, method)

    async def spare(self, chat: int, method: TelegramMethod[T]) -> T | None:
        """Now, or None where there is no room now or Telegram refuses."""
        from aiogram.exceptions import AiogramError

        if self._wait(chat) > 0 or self._used() > PER_SECOND - SPARE:
            return None
        if self._sending and (await self._sending.wait(chat, SPARE))[0] > 0:
            return None
        try:
            return await self._call(chat, method)
        except AiogramError as error:
            log.debug("not shown in %s: %s", chat, error)
            return None

    async def other(self, method: TelegramMethod[T]) -> T | None:
        """None where Telegram refuses or asks for silence."""
        from aiogram.exceptions import AiogramError, TelegramRetryAfter

        name = method.__api_method__
        if self._methods.get(name, 0) > time.monotonic():
            return None
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            self._methods[name] = time.monotonic() + error.retry_after
        except AiogramError as error:
            log.debug("%s: %s", name, error)
        return None

    async def _others(self, chat: int) -> float:
        """Where there are other processes: 0 once they leave room, else the seconds for which this chat rests. One asks for all
        that wait here, or a crowd of chats would ask all the time."""
        if not self._sending:
            return 0.0
        async with self._turnstile:
            while True:
                wait, everywhere = await self._sending.wait(chat)
                if not wait or not everywhere:
                    return wait
                await asyncio.sleep(wait)

    def room_in(self, chat: int) -> float:
        """Seconds until a message to this chat could go."""
        return self._wait(chat)

    def _wait(self, chat: int) -> float:
        now = time.monotonic()
        everywhere = self._rests_until - now
        if self._used() >= PER_SECOND:
            everywhere = max(everywhere, min(sent.left(WINDOW, now) for sent in self._recent))
        known = self._chats.get(chat)
        return max(0.0, everywhere, known.wait(now, chat < 0) if known else 0.0)

    def _used(self) -> int:
        """Calls that count within the last second."""
        now = time.monotonic()
        self._recent = deque(sent for sent in self._recent if sent.left(WINDOW, now) > 0)
        return len(self._recent)

    async def _call(self, chat: int, method: TelegramMethod[T]) -> T:
        from aiogram.exceptions import TelegramRetryAfter

        sent = Sent()
        self._tidy()
        self._chats.setdefault(chat, Chat()).sent.append(sent)
        self._recent.append(sent)
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            everywhere = self._rest(chat, float(error.retry_after))
            if self._sending:
                await self._sending.rest(chat, error.retry_after + 0.05, everywhere + 0.05)
            raise
        finally:
            sent.at = time.monotonic()

    def _rest(self, chat: int, seconds: float) -> float:
        """The seconds for which everything is silent."""
        now = time.monotonic()
        last, self._last_429 = self._last_429, (chat, now)
        meant_for_all = last is not None and last[0] != chat and now - last[1] < max(DOUBT, seconds)
        known = self._chats.setdefault(chat, Chat())
        known.rests_until = max(known.rests_until, now + seconds + 0.05)
        everywhere = seconds if meant_for_all else min(seconds, DOUBT)
        self._rests_until = max(self._rests_until, now + everywhere + 0.05)
        log.warning("Telegram asks chat %s to rest %.0f s (429)", chat, seconds)
        return everywhere

    def _tidy(self) -> None:
        if len(self._chats) > 1000:
            now = time.monotonic()
            self._chats = {chat: known for chat, known in self._chats.items() if not known.idle(now)}
