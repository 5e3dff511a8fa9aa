"""The parts of the bot put together, started in order, and stopped so that nothing is lost. Whether it is alone or one of several
replicas is settled here, and the parts hardly notice."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.control import ControlServer
from bot.jobs import Jobs
from bot.metrics import Listener, Metrics, index_values
from bot.replicas.team import Team
from bot.telegram.answering import Answering
from bot.telegram.confirm import Confirmations
from bot.telegram.delivery import Delivery
from bot.telegram.desk import Desk
from bot.telegram.engine import Engine
from bot.telegram.gate import Gate
from bot.telegram.inbox import Inbox, Outbox, Outgoing
from bot.telegram.inline import Inline
from bot.telegram.intake import Webhook
from bot.telegram.outcome import Asked, Service
from bot.telegram.words import say
from bot.telegram.work import Execution, JobNews

if TYPE_CHECKING:
    from aiogram import Bot, Dispatcher
    from aiogram.types import User

    from bot.app import App
    from bot.replicas.link import Link
    from bot.state import State
    from core.settings import Settings

DRAIN = 25.0  # seconds that answers under way have after SIGTERM


@dataclass(slots=True)
class Whole:
    """`team` is None where this process is alone."""

    service: Service
    delivery: Delivery
    inline: Inline
    engine: Engine
    control: ControlServer
    webhook: Webhook
    listener: Listener
    team: Team | None

    async def start(self) -> None:
        """Everything but the intake."""
        await self.listener.start()
        self.service.desk.start()
        if self.team:  # what one process would take up at its start, a replica takes up as it gets its share
            self.team.start(self.engine, self.delivery)
            return
        await self.control.start()
        self.delivery.start()
        self.engine.start()
        self.service.jobs.start()

    async def alarm(self, message: str) -> None:
        """Tell the admins of a second poller, each in their language."""
        service = self.service
        values = {"what": message, "pid": os.getpid(), "host": socket.gethostname()}
        messages = [
            Outgoing(admin, say(service.jobs.language_of(admin), "second_poller", **values), user=admin)
            for admin in service.settings.telegram.admins
        ]
        await service.state.db.write(lambda db: service.outbox.put(db, f"alarm {time.time()}", messages))
        for one in messages:
            self.delivery.wake(one.chat)

    async def stop(self) -> None:
        """Intake first, then what is under way has its time; the rest is on the disk and goes on at the next start."""
        started = asyncio.get_running_loop().time()

        def left() -> float:
            return max(0.1, DRAIN - (asyncio.get_running_loop().time() - started))

        await self.webhook.close()
        if self.team:
            self.team.read_no_more()
        await self.control.close()
        await self.inline.close()
        await self.service.jobs.close()
        await self.engine.close(left() / 2)
        await self.service.desk.close(left())
        with suppress(TimeoutError):
            async with asyncio.timeout(min(left(), 10)):
                await self.delivery.idle()
        await self.delivery.close()
        if self.team:
            await self.team.close()
        await self.listener.close()


def assemble(
    settings: Settings, bot: Bot, me: User, app: App, state: State, link: Link | None, stopping: asyncio.Event
) -> Whole:
    """Nothing is started yet."""
    team = Team(link, state, me.id, settings) if link else None
    gate, outbox = Gate(bot, team.sending if team else None), Outbox(state, me.id)
    inbox = team.inbox if team else Inbox(state, me.id)
    delivery = Delivery(state, outbox, gate, team.partitions.owns) if team else Delivery(state, outbox, gate)
    news = JobNews(gate, outbox)
    news.delivery = delivery
    jobs = Jobs(state, me.id, Execution(settings, app, state, bot), news)

    async def work(asked: Asked) -> None:
        await answering.work(asked)

    desk = Desk(settings.telegram, state, me.id, work, team.limits if team else None)
    service = Service(settings, app, state, inbox, outbox, gate, jobs, desk, Confirmations(), me.id, me.username or "")
    metrics = Metrics()
    answering = Answering(service, delivery, metrics)
    inline = Inline(service, answering)
    engine = Engine(bot, dispatcher(), service, delivery, inline)

    def values() -> dict[str, float]:
        return {
            "in_flight": desk.running, "queue": desk.length, "unsent": outbox.waiting(), "jobs": len(jobs.open()),
            "partitions": len(team.partitions.held) if team else 0, **index_values(app),
        }  # fmt: skip

    return Whole(
        service, delivery, inline, engine, ControlServer(settings, app, state), Webhook(settings.telegram, engine.take),
        Listener(settings.metrics.listen, metrics, values, lambda: not stopping.is_set()), team,
    )  # fmt: skip


def dispatcher() -> Dispatcher:
    from aiogram import Dispatcher

    from bot.telegram import buttons, handlers, owner

    made = Dispatcher(disable_fsm=True)
    for router in (owner.router, owner.refusals, buttons.router, handlers.router):
        made.include_router(router)
    return made
