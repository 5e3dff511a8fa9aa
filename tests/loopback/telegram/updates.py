"""The queue of updates: getUpdates with offsets and long polling, or a webhook. Knows no chats."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from tests.loopback.telegram.world import ApiError, Json

ReplyReader = Callable[[aiohttp.ClientResponse], Awaitable[None]]
# What Telegram sends only when it is asked for by name.
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class UpdateQueue:
    """Pending updates in order. `delivered` counts how often each update id went out."""

    def __init__(self, counters: Counter[str], first_id: int = 700_000_001) -> None:
        self.pending: deque[Json] = deque()
        self.delivered: Counter[int] = Counter()
        self.created: list[int] = []
        self.created_at: dict[int, float] = {}
        self.confirmed: set[int] = set()
        self.allowed: list[str] | None = None
        self._counters = counters
        self._next_id = first_id
        self._arrived = asyncio.Event()
        self._poller: asyncio.Event | None = None
        self._echoes: deque[Json] = deque()
        self._duplicate = 0
        self._shuffle = 0
        self.webhook: Webhook | None = None
        self.upstreams: list[str] = []
        self._turn = 0

    # ── what the test scripts ──
    def duplicate(self, times: int = 1) -> None:
        """The next `times` updates that the bot confirms are delivered once more, with the same id."""
        self._duplicate += times

    def reorder(self, times: int = 1) -> None:
        """The next `times` batches of several updates come newest first."""
        self._shuffle += times

    def add(self, kind: str, body: Json) -> int | None:
        """Queues an update and returns its id; None where the bot didn't ask for this kind."""
        if (kind not in self.allowed) if self.allowed else (kind in UNASKED):
            return None
        number = self._next_id
        self._next_id += 1
        self.created.append(number)
        self.created_at[number] = time.monotonic()
        self._counters["updates.created"] += 1
        self.pending.append({"update_id": number, kind: body})
        self._wake()
        return number

    # ── polling ──
    @property
    def polling(self) -> bool:
        """Whether a getUpdates is waiting right now."""
        return self._poller is not None

    async def poll(self, offset: int, limit: int, seconds: float, allowed: list[str] | None) -> list[Json]:
        """getUpdates: confirms what lies below `offset`, waits up to `seconds` for the rest."""
        if self.webhook is not None:
            raise ApiError(409, WEBHOOK_ACTIVE)
        if self._poller is not None:
            self._poller.set()
            self._counters["conflicts"] += 1
        mine = self._poller = asyncio.Event()
        if allowed is not None:
            self.allowed = allowed or None
        self._confirm(offset)
        deadline = time.monotonic() + seconds
        try:
            while not (batch := self._batch(limit)) and (left := deadline - time.monotonic()) > 0:
                await self._arrival(mine, left)
                if mine.is_set():
                    raise ApiError(409, CONFLICT)
            self._count(batch)
            return batch
        finally:
            if self._poller is mine:
                self._poller = None

    async def _arrival(self, terminated: asyncio.Event, seconds: float) -> None:
        waits = [asyncio.ensure_future(e.wait()) for e in (self._arrived, terminated)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _confirm(self, offset: int) -> None:
        if offset < 0:  # the last `-offset` stay, the rest is forgotten
            while len(self.pending) > -offset:
                self.done(self.pending[0])
            return
        for update in [u for u in self.pending if u["update_id"] < offset]:
            self.done(update)
            if self._duplicate > 0:
                self._duplicate -= 1
                self._echoes.append(update)

    def done(self, update: Json) -> None:
        """Drops an update: the bot has it."""
        with contextlib.suppress(ValueError):
            self.pending.remove(update)
        self.confirmed.add(update["update_id"])

    def _batch(self, limit: int) -> list[Json]:
        batch = [*self._echoes, *self.pending][:limit]
        for _ in range(min(len(self._echoes), limit)):
            self._echoes.popleft()
        if self._shuffle and len(batch) > 1:
            self._shuffle -= 1
            batch.reverse()
        return batch

    def _count(self, batch: list[Json]) -> None:
        for update in batch:
            self.delivered[update["update_id"]] += 1
        self._counters["updates.delivered"] += len(batch)

    def _wake(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()

    # ── webhook ──
    async def set_webhook(self, webhook: Webhook | None, *, drop_pending: bool) -> None:
        """Starts or (None) ends delivery by webhook; a long poll in progress is terminated."""
        old = self.webhook
        same = old and webhook and (old.url, old.secret) == (webhook.url, webhook.secret)
        if same and not drop_pending:
            return  # every replica sets it at its start: deliveries under way go on
        if old is not None:
            await old.stop()
        self.webhook = webhook
        if drop_pending:
            for update in list(self.pending):
                self.done(update)
        if webhook is not None:
            if self._poller is not None:
                self._poller.set()
            webhook.start(self)

    async def next_arrival(self) -> None:
        await self._arrived.wait()

    def scripted(self, updates: list[Json]) -> list[Json]:
        """The updates as the script wants them delivered: newest first, or some of them twice."""
        if self._shuffle and len(updates) > 1:
            self._shuffle -= 1
            updates = updates[::-1]
        order = []
        for update in updates:
            order.append(update)
            if self._duplicate > 0:
                self._duplicate -= 1
                order.append(update)
        return order

    def target(self, url: str) -> str:
        """Where the next delivery goes: the URL, or the next of `upstreams` in its place.

        `upstreams` ("http://127.0.0.1:8081", …) stand for a proxy's backends, tried in turn.
        """
        if not self.upstreams:
            return url
        self._turn += 1
        upstream = urlsplit(self.upstreams[self._turn % len(self.upstreams)])
        return urlunsplit(urlsplit(url)._replace(scheme=upstream.scheme, netloc=upstream.netloc))

    def count_one(self, update: Json) -> None:
        self._count([update])


class Webhook:
    """Delivers updates to a URL, in order within a chat, until each is answered with 2xx."""

    def __init__(self, url: str, secret: str, max_connections: int, on_reply: ReplyReader) -> None:
        self.url = url
        self.secret = secret
        self.max_connections = max_connections
        self.last_error: tuple[int, str] | None = None
        self._on_reply = on_reply
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(max_connections)
        self._session: aiohttp.ClientSession | None = None

    def start(self, queue: UpdateQueue) -> None:
        self._spawn(self._run(queue))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, queue: UpdateQueue) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        taken: set[int] = set()
        lanes: dict[object, asyncio.Lock] = {}
        while True:
            fresh = [u for u in queue.pending if u["update_id"] not in taken]
            taken |= {u["update_id"] for u in fresh}
            for update in queue.scripted(fresh):
                lane = lanes.setdefault(_chat_of(update), asyncio.Lock())
                self._spawn(self._deliver(queue, update, lane))
            await queue.next_arrival()

    async def _deliver(self, queue: UpdateQueue, update: Json, lane: asyncio.Lock) -> None:
        async with lane, self._slots:
            pause = 0.05
            while not await self._post(queue, update):
                await asyncio.sleep(pause)
                pause = min(1.0, pause * 2)
            queue.done(update)

    async def _post(self, queue: UpdateQueue, update: Json) -> bool:
        assert self._session is not None
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        body = json.dumps(update, ensure_ascii=False).encode()
        try:
            async with self._session.post(queue.target(self.url), data=body, headers=headers) as response:
                queue.count_one(update)
                if not 200 <= response.status < 300:
                    self._failed(f"Wrong response from the webhook: {response.status} {response.reason}")
                    return False
                await self._on_reply(response)
                return True
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._failed(f"Connection failed: {error}")
            return False

    def _failed(self, message: str) -> None:
        self.last_error = (int(time.time()), message)


def _chat_of(update: Json) -> object:
    body = next(v for k, v in update.items() if k != "update_id")
    message = body.get("message", body)
    return message.get("chat", body.get("from", {})).get("id")
