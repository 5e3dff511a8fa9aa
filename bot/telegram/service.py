"""`expertbot serve`: what is refused at the start, who we are, and how long it runs."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from bot import logs
from bot.app import App
from bot.lock import DataLock
from bot.replicas.link import Link
from bot.state import State
from bot.telegram.assembly import assemble
from bot.telegram.intake import Alarm, poll
from bot.telegram.outcome import Service
from bot.telegram.words import menu
from core.errors import UnavailableError, UsageError
from core.nouns import Lang
from core.process import on_signals
from core.settings import Settings

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import User

log = logging.getLogger("expertbot.telegram")
TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
PATIENCE = 2.0  # seconds for a lock that an ending command may still hold
# Telegram shows each person the menu of their app's language, else the one of none.
MENUS: tuple[tuple[str | None, Lang], ...] = ((None, "en"), ("ru", "ru"))


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises UsageError, UnavailableError where it can't start, with the cure."""
    refuse(settings)
    logs.start(settings.log, settings)
    async with opened(settings) as (bot, me, app, state, link):
        await _run(settings, bot, me, app, state, link)


@asynccontextmanager
async def opened(
    settings: Settings, sweep: bool | None = None
) -> AsyncIterator[tuple[Bot, User, App, State, Link | None]]:
    """Everything that a process of the service works with, in the order in which it can fail."""
    with DataLock(settings.data_dir, PATIENCE, shared=settings.shared):
        async with AsyncExitStack() as stack:
            bot = make_bot(settings)
            stack.push_async_callback(bot.session.close)
            link: Link | None = None
            if settings.shared:
                link = Link(settings.redis)
                stack.push_async_callback(link.close)
                await link.await_redis()
            me = await greet(bot, settings)
            state = State(settings.data_dir)
            stack.callback(state.close)
            app = App(settings)
            stack.push_async_callback(app.close)
            await state.open()
            await app.open(sweep=not settings.shared if sweep is None else sweep)
            yield bot, me, app, state, link


def refuse(settings: Settings) -> None:
    """What can be told to be wrong before anything is started."""
    telegram = settings.telegram
    token = telegram.token.get_secret_value()
    if not token:
        raise UsageError("There is no bot token.", "Get one from @BotFather and set EXPERTBOT_TELEGRAM__TOKEN.")
    if not TOKEN.fullmatch(token):
        raise UsageError("The bot token has another shape than 123456:ABC….", "Copy it whole from @BotFather.")
    if telegram.webhook_url and not telegram.webhook_secret.get_secret_value():
        raise UsageError(
            "A webhook without a secret would take orders from anyone.",
            "Set EXPERTBOT_TELEGRAM__WEBHOOK_SECRET to 1-256 of A-Z a-z 0-9 _ -, or leave the webhook out.",
        )
    if settings.shared and not telegram.webhook_url:
        raise UsageError(
            "Only one process may poll Telegram; several replicas need a webhook.",
            "Set EXPERTBOT_TELEGRAM__WEBHOOK_URL and __WEBHOOK_SECRET, or leave EXPERTBOT_REDIS__URL out.",
        )


def make_bot(settings: Settings) -> Bot:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    api = TelegramAPIServer.from_base(settings.telegram.api_base.rstrip("/"))
    return Bot(settings.telegram.token.get_secret_value(), session=AiohttpSession(api=api, timeout=30))


async def greet(bot: Bot, settings: Settings) -> User:
    """Who we are, by Telegram; the first proof that token and network are right."""
    from aiogram.exceptions import (
        AiogramError,
        ClientDecodeError,
        TelegramNetworkError,
        TelegramNotFound,
        TelegramUnauthorizedError,
    )

    base = settings.telegram.api_base
    try:
        return await bot.me()
    except (TelegramUnauthorizedError, TelegramNotFound) as error:
        raise UsageError(
            "Telegram does not know this bot token.", "Copy it whole from @BotFather to EXPERTBOT_TELEGRAM__TOKEN."
        ) from error
    except TelegramNetworkError as error:
        raise UnavailableError(
            f"The Bot API at {base} can't be reached.",
            "Check the network, a proxy, and EXPERTBOT_TELEGRAM__API_BASE.",
        ) from error
    except ClientDecodeError as error:
        raise UnavailableError(
            f"What answers at {base} is no Bot API.",
            "Check EXPERTBOT_TELEGRAM__API_BASE, and whether a proxy is in between.",
        ) from error
    except AiogramError as error:
        raise UnavailableError(f"The Bot API at {base} refuses: {error}.", "Try again in a minute.") from error


async def _run(settings: Settings, bot: Bot, me: User, app: App, state: State, link: Link | None) -> None:
    stopping = on_signals()
    whole = assemble(settings, bot, me, app, state, link, stopping)
    await app.warm()
    await whole.start()
    beside = [asyncio.create_task(work) for work in (_menus(whole.service, settings), _tidy(state), app.warm_voice())]
    try:
        if settings.telegram.webhook_url:
            await whole.webhook.start(bot)
            intake = asyncio.create_task(asyncio.Event().wait())
        else:
            await bot.delete_webhook()
            intake = asyncio.create_task(poll(bot, whole.engine.take, Alarm(whole.alarm)))  # type: ignore[arg-type]
        log.info("@%s answers; %d documents are in", me.username, len(app.ledger.sources()))
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait({intake, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if intake.done():
            intake.result()
        intake.cancel()
        await asyncio.gather(intake, return_exceptions=True)
    finally:
        log.info("stopping")
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await whole.stop()


async def _tidy(state: State) -> None:
    """What is old goes, once a day."""
    while True:
        await asyncio.sleep(86400)
        with suppress(UnavailableError):
            await state.open()


async def _menus(service: Service, settings: Settings) -> None:
    """The command menus, a longer one for admins; only a convenience, so refusals are passed over."""
    from aiogram.methods import SetMyCommands
    from aiogram.types import BotCommand, BotCommandScopeChat

    for scope in (None, *(BotCommandScopeChat(chat_id=admin) for admin in settings.telegram.admins)):
        for code, lang in MENUS:
            shown = menu(lang, admin=scope is not None)
            commands = [BotCommand(command=name, description=text) for name, text in shown]
            await service.gate.other(SetMyCommands(commands=commands, scope=scope, language_code=code))
