"""Every call to the Bot API goes through here: a second between messages in a chat, 20 a minute in a group, 30 a second in all,
and silence for as long as a 429 asks. Knows no handlers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.methods import TelegramMethod

    T = TypeVar("T")

log = logging.getLogger("expertbot.telegram")

PER_CHAT = 1.05  # seconds between two messages: a little over one, for the network evens nothing out
PER_GROUP_MINUTE = 20
PER_SECOND = 28  # of Telegram's 30
SPARE = 12  # of these, kept free of drafts and status edits
# A 429 does not say whether the chat or the whole bot is meant; so at first all is silent, for so many seconds at most.
# A second chat's 429 within that time tells that the bot is meant.
DOUBT = 5.0
IDLE = 120.0  # seconds after which a chat's clock is forgotten


class Chat:
    """What was sent to one chat, and until when it rests."""

    def __init__(self) -> None:
        self.sent: deque[float] = deque(maxlen=PER_GROUP_MINUTE)
        self.rests_until = 0.0

    def wait(self, now: float, group: bool) -> float:
        waits = [self.rests_until - now]
        if self.sent:
            waits.append(self.sent[-1] + PER_CHAT - now)
        if group and len(self.sent) == PER_GROUP_MINUTE:
            waits.append(self.sent[0] + 61 - now)
        return max(0.0, *waits)


class Gate:
    """`urgent` waits for its turn and always calls; `spare` calls at once or not at all; `other` is for calls that put no
    message. All of them raise what aiogram raises, but a 429 only `urgent`."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._chats: dict[int, Chat] = {}
        self._recent: deque[float] = deque(maxlen=PER_SECOND)
        self._rests_until = 0.0
        self._last_429: tuple[int, float] | None = None
        self._methods: dict[str, float] = {}  # of calls that put no message: until when they rest

    async def urgent(self, chat: int, method: TelegramMethod[T]) -> T:
        """After its turn has come. Raises TelegramRetryAfter once the rest it asks for is noted: call again."""
        while (wait := self._wait(chat)) > 0:  # others may have gone first meanwhile
            await asyncio.sleep(wait)
        return await self._call(chat, method)

    async def spare(self, chat: int, method: TelegramMethod[T]) -> T | None:
        """Now, or None where there is no room now or Telegram refuses."""
        from aiogram.exceptions import AiogramError

        if self._wait(chat) > 0 or self._used() > PER_SECOND - SPARE:
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

    def room_in(self, chat: int) -> float:
        """Seconds until a message to this chat could go."""
        return self._wait(chat)

    def _wait(self, chat: int) -> float:
        now = time.monotonic()
        everywhere = self._rests_until - now
        if len(self._recent) == PER_SECOND:
            everywhere = max(everywhere, self._recent[0] + 1.02 - now)
        known = self._chats.get(chat)
        return max(0.0, everywhere, known.wait(now, chat < 0) if known else 0.0)

    def _used(self) -> int:
        now = time.monotonic()
        return sum(1 for at in self._recent if now - at < 1.02)

    async def _call(self, chat: int, method: TelegramMethod[T]) -> T:
        from aiogram.exceptions import TelegramRetryAfter

        now = time.monotonic()
        self._tidy(now)
        self._chats.setdefault(chat, Chat()).sent.append(now)
        self._recent.append(now)
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            self._rest(chat, float(error.retry_after))
            raise

    def _rest(self, chat: int, seconds: float) -> None:
        now = time.monotonic()
        last, self._last_429 = self._last_429, (chat, now)
        meant_for_all = last is not None and last[0] != chat and now - last[1] < max(DOUBT, seconds)
        known = self._chats[chat]
        known.rests_until = max(known.rests_until, now + seconds + 0.05)
        everywhere = seconds if meant_for_all else min(seconds, DOUBT)
        self._rests_until = max(self._rests_until, now + everywhere + 0.05)
        log.warning("Telegram asks chat %s to rest %.0f s (429)", chat, seconds)

    def _tidy(self, now: float) -> None:
        if len(self._chats) > 1000:
            idle = [
                chat for chat, known in self._chats.items()
                if known.rests_until < now and (not known.sent or now - known.sent[-1] > IDLE)
            ]  # fmt: skip
            for chat in idle:
                del self._chats[chat]
