"""What a person may ask and what the bot may send, counted over all replicas. Where Redis does not answer nothing is held up:
limits are there for fairness, and Telegram's own refusals are minded anyway."""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING

from bot.replicas.link import TAKE
from core.errors import UnavailableError

if TYPE_CHECKING:
    from bot.replicas.link import Link

log = logging.getLogger("expertbot.replicas")
INSIDE = 2  # one running, one waiting
LONGEST_MS = 180_000  # a question is in here at most: above the longest answer
LOOK_AGAIN = 0.05  # seconds
WINDOW_MS = 1100
PER_SECOND = 28  # of Telegram's 30: the clocks of two calls need not agree

# 0: come in · -1: one is waiting already · n > 0: too fast, n ms to wait
ENTER = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local rate, most = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[4] == '' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[6]) then return -1 end
  local kept = redis.call('HMGET', KEYS[2], 'tokens', 'at')
  local tokens = math.min(most, tonumber(kept[1] or most) + (now - tonumber(kept[2] or now)) * rate)
  if tokens < 1 then return math.ceil((1 - tokens) / rate) end
  redis.call('HSET', KEYS[2], 'tokens', tostring(tokens - 1), 'at', now)
  redis.call('PEXPIRE', KEYS[2], math.ceil(most / rate))
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[5]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 0
"""
LEAVE = """
redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
"""
# {ms to wait, 0: go; 1 where all chats have to}
SEND = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local all, own = redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2])
if own > 0 and own > all then return {own, 0} end
if all > 0 then return {all, 1} end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[1]))
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[2]) then
  local first = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
  return {math.max(1, tonumber(first[2]) + tonumber(ARGV[1]) - now), 1}
end
redis.call('ZADD', KEYS[3], now, ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return {0, 0}
"""
REST = """
for number = 1, #KEYS do
  if redis.call('PTTL', KEYS[number]) < tonumber(ARGV[number]) then
    redis.call('SET', KEYS[number], 1, 'PX', ARGV[number])
  end
end
"""


class Limits:
    """A person's questions, wherever they are answered."""

    def __init__(self, link: Link, bot: int, per_minute: float) -> None:
        self._link = link
        self._prefix = f"{link.prefix}:{bot}:user"
        self._rate = per_minute / 60_000  # tokens a millisecond
        self._most = max(1.0, per_minute)

    async def enter(self, user: int, update_id: int, again: bool) -> int:
        """0 where a question may come in; -1 where one waits already; else the seconds until the next may."""
        keys = [f"{self._prefix}:{user}:inside", f"{self._prefix}:{user}:tokens"]
        arguments = [update_id, self._rate, self._most, "again" if again else "", LONGEST_MS, INSIDE]
        try:
            answer = int(await self._link.script(ENTER, keys, arguments))
        except UnavailableError as error:
            log.warning("limits: %s", error.message)
            return 0
        return answer if answer <= 0 else math.ceil(answer / 1000)

    async def turn(self, user: int, update_id: int) -> None:
        """Until no other question of this person is being answered."""
        try:
            key = f"{self._prefix}:{user}:turn"
            while not await self._link.script(TAKE, [key], [update_id, LONGEST_MS]):  # noqa: ASYNC110 (another's)
                await asyncio.sleep(LOOK_AGAIN)
        except UnavailableError as error:
            log.warning("limits: %s", error.message)

    async def leave(self, user: int, update_id: int) -> None:
        keys = [f"{self._prefix}:{user}:inside", f"{self._prefix}:{user}:turn"]
        await self._link.script(LEAVE, keys, [update_id])


class Sending:
    """Calls to the Bot API, whoever makes them: thirty a second in all, and silence where a 429 asked for it."""

    def __init__(self, link: Link, bot: int) -> None:
        self._link = link
        self._prefix = f"{link.prefix}:{bot}:sending"
        self.calls = 0

    async def wait(self, chat: int, spare: int = 0) -> tuple[float, bool]:
        """0 where a call may go now, and then it is counted; else the seconds until it may, and whether every chat has to wait.
        `spare` places are left free."""
        self.calls += 1
        keys = [f"{self._prefix}:rest", f"{self._prefix}:rest:{chat}", f"{self._prefix}:recent"]
        arguments = [WINDOW_MS, PER_SECOND - spare, f"{self._link.member}:{self.calls}"]
        try:
            milliseconds, everywhere = await self._link.script(SEND, keys, arguments)
        except UnavailableError as error:
            log.warning("limits: %s", error.message)
            return 0.0, False
        return int(milliseconds) / 1000, bool(everywhere)

    async def rest(self, chat: int, seconds: float, everywhere: float) -> None:
        """A 429: the chat rests, and for a while all chats do."""
        keys = [f"{self._prefix}:rest:{chat}", f"{self._prefix}:rest"]
        try:
            await self._link.script(REST, keys, [math.ceil(seconds * 1000), math.ceil(everywhere * 1000)])
        except UnavailableError as error:
            log.warning("limits: %s", error.message)
