"""Who works on a job: a lease in Redis. The job itself, its order and its end stand in SQLite. Knows no kinds of jobs."""

from __future__ import annotations

from bot.replicas.link import TAKE, Link

RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class JobClaims:
    def __init__(self, link: Link, bot: int) -> None:
        self._link = link
        self._prefix = f"{link.prefix}:{bot}:job"

    async def claim(self, job: int) -> bool:
        return await self._run(TAKE, job)

    async def renew(self, job: int) -> bool:
        return await self._run(RENEW, job)

    async def release(self, job: int) -> None:
        await self._run(RELEASE, job)

    async def _run(self, script: str, job: int) -> bool:
        return bool(
            await self._link.script(script, [f"{self._prefix}:{job}"], [self._link.member, self._link.lease_ms])
        )
