"""`expertbot worker`: does the owner's jobs (documents, reindex, evaluation) that replicas of the bot took in. Any number may
run; one at a time writes the index. Answers nobody."""

from __future__ import annotations

import logging

from bot import logs
from bot.jobs import Jobs
from bot.metrics import Listener, Metrics, index_values
from bot.replicas.claims import JobClaims
from bot.replicas.limits import Sending
from bot.telegram.gate import Gate
from bot.telegram.inbox import Outbox
from bot.telegram.service import opened, refuse
from bot.telegram.work import Execution, JobNews
from core.errors import UsageError
from core.process import on_signals
from core.settings import Settings

log = logging.getLogger("expertbot.jobs")


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; what is being done then is taken up by another worker, or at the next start."""
    if not settings.shared:
        raise UsageError(
            "A worker takes its jobs from Redis, and none is set.",
            "Set EXPERTBOT_REDIS__URL; without it `expertbot serve` does its jobs itself.",
        )
    refuse(settings)
    logs.start(settings.log, settings)
    async with opened(settings, sweep=True) as (bot, me, app, state, link):
        stopping = on_signals()
        assert link is not None
        gate = Gate(bot, Sending(link, me.id))
        news = JobNews(gate, Outbox(state, me.id))
        jobs = Jobs(state, me.id, Execution(settings, app, state, bot), news, JobClaims(link, me.id))
        listener = Listener(
            settings.metrics.listen, Metrics(), lambda: {"jobs": len(jobs.open()), **index_values(app)},
            lambda: not stopping.is_set(),
        )  # fmt: skip
        await listener.start()
        jobs.start()
        log.info("waiting for jobs; %d documents are in", len(app.ledger.sources()))
        await stopping.wait()
        log.info("stopping")
        await jobs.close()
        await listener.close()
