"""One replica of several: it holds some partitions, works off their updates and writes to their chats. What it loses it leaves
alone, what it must hand over it finishes first. Knows no handlers."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from bot.replicas.inbox import SharedInbox
from bot.replicas.limits import Limits, Sending
from bot.replicas.partitions import Partitions, partition_of
from core.errors import UnavailableError

if TYPE_CHECKING:
    from bot.replicas.link import Link
    from bot.state import State
    from bot.telegram.delivery import Delivery
    from bot.telegram.engine import Engine
    from core.settings import Settings

log = logging.getLogger("expertbot.replicas")
LOOK_EVERY = 0.05  # seconds between two looks for what is done
OUTBOX_EVERY = 0.5  # and for messages that others put for our chats


class Team:
    def __init__(self, link: Link, state: State, bot: int, settings: Settings) -> None:
        self.partitions = Partitions(link, bot)
        self.limits = Limits(link, bot, settings.telegram.per_minute)
        self.sending = Sending(link, bot)
        self.inbox = SharedInbox(state, bot, link, self.limits)
        self._handing_over: set[int] = set()
        self._reading = True
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, engine: Engine, delivery: Delivery) -> None:
        self._engine, self._delivery = engine, delivery
        self._tasks = [asyncio.create_task(work()) for work in (self._hold, self._read, self._tidy)]

    def read_no_more(self) -> None:
        """What is under way is finished; what comes is for others."""
        self._reading = False

    async def close(self) -> None:
        """After all work has stopped: others may take over at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self.inbox.sweep()
            await self.partitions.release(self.partitions.held, gone=True)
        except UnavailableError as error:
            log.warning("%s The leases end by themselves.", error.message)

    async def _hold(self) -> None:
        """Renew, take a share, hand over what is too much."""
        while True:
            before = self.partitions.held
            try:
                surplus = await self.partitions.renew(take=self._reading)
                self._come(self.partitions.held - before)  # at once: before anything is sent to their chats
                self._handing_over &= self.partitions.held
                await self._hand_over()  # what was not read since the last time
                wanted = max(0, surplus - len(self._handing_over))
                self._handing_over |= set(sorted(self.partitions.held - self._handing_over, reverse=True)[:wanted])
            except UnavailableError as error:
                log.warning("%s", error.message)
                if not self.partitions.trusted:
                    self.partitions.lose()
            except Exception:
                log.exception("partitions")
            await self._gone(before - self.partitions.held)
            await asyncio.sleep(self.partitions.every)

    async def _hand_over(self) -> None:
        for number in sorted(self._handing_over):

            def inside(chat: int, number: int = number) -> bool:
                return partition_of(chat) == number

            if not self.inbox.busy(number) and not self._delivery.busy(inside):
                self._handing_over.discard(number)
                await self.partitions.release([number])

    def _come(self, numbers: frozenset[int]) -> None:
        if numbers:
            log.info("partitions %s are ours now, of %d replicas", sorted(numbers), self.partitions.members)
            self._delivery.start(lambda chat: partition_of(chat) in numbers)

    async def _gone(self, numbers: frozenset[int]) -> None:
        if numbers:
            log.info("partitions %s are others' now", sorted(numbers))
            await self._delivery.leave(lambda chat: partition_of(chat) in numbers)
            self.inbox.drop(numbers)

    async def _read(self) -> None:
        while True:
            held = self.partitions.held - self._handing_over
            if not self._reading or not held or not self.partitions.trusted:
                await asyncio.sleep(LOOK_EVERY)
                continue
            try:
                for update, admitted, status in await self.inbox.read(held):
                    self._engine.take_up(update, admitted, status)
            except UnavailableError as error:
                log.warning("%s", error.message)
                await asyncio.sleep(1)
            except Exception:
                log.exception("reading")
                await asyncio.sleep(1)

    async def _tidy(self) -> None:
        """Delete what is done; see what others put into the outbox for our chats."""
        looked = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.inbox.sweep()
                if time.monotonic() - looked > OUTBOX_EVERY:
                    looked = time.monotonic()
                    self._delivery.look()
            except UnavailableError as error:
                log.warning("%s", error.message)
                await asyncio.sleep(1)
            except Exception:
                log.exception("tidying")
                await asyncio.sleep(1)
