"""The connection to Redis: its faults as ours, scripts by name, and whether it keeps what it acknowledges. Knows no keys."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core import install
from core.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from core.settings import RedisSettings

log = logging.getLogger("expertbot.replicas")
CONNECT_SECONDS = 3.0
PAUSE = 1.0  # seconds between two tries at the start
AT_ONCE = 32  # commands under way
ANSWER_SECONDS = 5.0  # above every blocking read

# Take or keep a lease: KEYS[1] is held by ARGV[1] for ARGV[2] ms unless another holds it. 1 where it is ours.
TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""


class Link:
    """`member` names this process among the others, a new one at each start."""

    def __init__(self, settings: RedisSettings) -> None:
        try:
            from redis.asyncio import Redis
            from redis.asyncio.retry import Retry
            from redis.backoff import ConstantBackoff
        except ImportError as error:
            raise UsageError("Several replicas need the Redis client.", install.extra("scale")) from error
        try:
            self.redis: Any = Redis.from_url(
                settings.url.get_secret_value(), decode_responses=True, socket_connect_timeout=CONNECT_SECONDS,
                socket_timeout=ANSWER_SECONDS, health_check_interval=15, retry=Retry(ConstantBackoff(0.05), 1),
            )  # fmt: skip
        except ValueError as error:
            raise UsageError("EXPERTBOT_REDIS__URL is not a Redis URL.", "e.g. redis://127.0.0.1:6379/0") from error
        self.prefix = settings.prefix
        self.lease_ms = int(settings.lease_seconds * 1000)
        self.member = uuid.uuid4().hex
        self._patience = settings.wait_seconds
        self._scripts: dict[str, Any] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def call(self, command: str, *arguments: Any, **options: Any) -> Any:
        """One command. Raises UnavailableError where Redis does not answer or refuses."""
        return await self._ask(getattr(self.redis, command)(*arguments, **options))

    async def script(self, text: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """A Lua script: all of it happens or nothing, and nobody else in between."""
        known = self._scripts.get(text)
        if known is None:
            known = self._scripts[text] = self.redis.register_script(text)
        return await self._ask(known(keys=list(keys), args=list(arguments)))

    async def _ask(self, waiting: Any) -> Any:
        from redis.exceptions import AuthenticationError, RedisError

        # The client sends within `asyncio.wait_for`, which on Python 3.11 forgets a cancellation that comes as its work ends or
        # fails: who was told to stop would go on for ever.
        task = asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        try:
            async with self._places:  # in turn, not each on a connection of its own
                answer = await waiting
        except (RedisError, OSError) as error:
            if task and task.cancelling() > cancelled:
                raise asyncio.CancelledError from error
            if isinstance(error, AuthenticationError):
                raise UsageError("Redis refuses the password.", "Check EXPERTBOT_REDIS__URL.") from error
            raise UnavailableError(
                f"Redis can't be used: {type(error).__name__}: {error}.", "Is it running at EXPERTBOT_REDIS__URL?"
            ) from error
        if task and task.cancelling() > cancelled:
            raise asyncio.CancelledError
        return answer

    async def await_redis(self) -> None:
        """`check`, where Redis may be starting again just now: a process that comes back in an outage joins the others after it.
        Raises UnavailableError where it stays away longer than the setting allows."""
        until = time.monotonic() + self._patience
        while True:
            try:
                return await self.check()
            except UnavailableError as error:
                if time.monotonic() + PAUSE > until:
                    raise
                log.warning("%s Trying on. %s", error.message, error.hint)
                await asyncio.sleep(PAUSE)

    async def check(self) -> None:
        """Raises UsageError where Redis would lose on a power failure what it has acknowledged, or drop keys when full."""
        kept = await self.call("info", "persistence")
        if not kept.get("aof_enabled"):
            raise UsageError(
                "This Redis keeps nothing on its disk: updates that were acknowledged could be lost.",
                "Start it with --appendonly yes --appendfsync always.",
            )
        memory = await self.call("info", "memory")
        if memory.get("maxmemory_policy", "noeviction") != "noeviction":
            raise UsageError(
                "This Redis drops keys when it is full: updates could be lost.", "Set maxmemory-policy noeviction."
            )

    async def close(self) -> None:
        await self.redis.aclose()
