"""Which replica works for which chats. Chats fall into partitions, a partition is held by one replica at a time, by a lease that
it renews; a replica that dies or stands still loses its partitions to the others, one that comes gets its share of them.
Knows neither updates nor messages."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable

from bot.replicas.link import Link

COUNT = 16  # so more replicas than this have nothing to do
MARGIN = 0.2  # of a lease: so much earlier its holder stops by itself

# Renew, take what is free up to a fair share, and tell what is held and how many are too many.
SHARE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local lease, me = tonumber(ARGV[1]), ARGV[2]
redis.call('ZADD', KEYS[1], now + lease, me)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local partitions = #KEYS - 1
local members = redis.call('ZCARD', KEYS[1])
local fair = math.ceil(partitions / members)
local held, free = {}, {}
for number = 1, partitions do
  local holder = redis.call('GET', KEYS[number + 1])
  if holder == me then
    redis.call('PEXPIRE', KEYS[number + 1], lease)
    held[#held + 1] = number - 1
  elseif not holder then
    free[#free + 1] = number - 1
  end
end
for _, number in ipairs(free) do
  if #held >= fair or ARGV[3] == '' then break end
  redis.call('SET', KEYS[number + 2], me, 'PX', lease)
  held[#held + 1] = number
end
return {held, math.max(0, #held - fair), members}
"""
LEAVE = """
if ARGV[2] == 'gone' then redis.call('ZREM', KEYS[1], ARGV[1]) end
for number = 2, #KEYS do
  if redis.call('GET', KEYS[number]) == ARGV[1] then redis.call('DEL', KEYS[number]) end
end
"""


def partition_of(chat: int) -> int:
    return zlib.crc32(str(chat).encode()) % COUNT


class Partitions:
    """`renew` every fifth of a lease. What is `held` may be worked on until `trusted` turns false."""

    def __init__(self, link: Link, bot: int) -> None:
        self._link = link
        self._members = f"{link.prefix}:{bot}:replicas"
        self._leases = [f"{link.prefix}:{bot}:held:{number}" for number in range(COUNT)]
        self._until = 0.0
        self.held: frozenset[int] = frozenset()
        self.members = 1

    @property
    def every(self) -> float:
        """Seconds between two renewals."""
        return self._link.lease_ms / 5000

    @property
    def trusted(self) -> bool:
        """Whether nobody else can hold what this process believes to hold."""
        return time.monotonic() < self._until

    def owns(self, chat: int) -> bool:
        return partition_of(chat) in self.held and self.trusted

    async def renew(self, take: bool = True) -> int:
        """Keep what is held and (`take`) get a share of what is free; how many partitions are more than the share."""
        asked = time.monotonic()
        keys = [self._members, *self._leases]
        arguments = [self._link.lease_ms, self._link.member, "take" if take else ""]
        held, surplus, members = await self._link.script(SHARE, keys, arguments)
        self._until = asked + self._link.lease_ms / 1000 * (1 - MARGIN)
        self.held, self.members = frozenset(int(number) for number in held), int(members)
        return int(surplus)

    def lose(self) -> None:
        """No renewal came through in time: others may hold everything by now."""
        self.held = frozenset()

    async def release(self, numbers: Iterable[int], gone: bool = False) -> None:
        """Let others have these at once; `gone`: this process ends."""
        numbers = list(numbers)
        self.held -= frozenset(numbers)
        keys = [self._members, *(self._leases[number] for number in numbers)]
        await self._link.script(LEAVE, keys, [self._link.member, "gone" if gone else ""])
