"""How updates come: by long polling or by a webhook. Either acknowledges only what lies on the disk. Knows no handlers."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import socket
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.telegram.words import say
from core.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from aiogram import Bot
    from aiohttp import web

    from core.settings import TelegramSettings

Json = dict[str, Any]
Take = Callable[[Iterable[Json]], Awaitable[None]]
log = logging.getLogger("expertbot.telegram")
LONG_POLL = 25  # seconds
KINDS = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
SLOWEST_RETRY = 15.0
LARGEST_BODY = 4 << 20
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def poll(bot: Bot, take: Take, alarm: Callable[[str], Awaitable[None]]) -> None:
    """For ever: getUpdates, keep, and only with the next call acknowledge. `alarm` hears of a second poller."""
    from aiogram.exceptions import (
        AiogramError,
        TelegramConflictError,
        TelegramRetryAfter,
        TelegramUnauthorizedError,
    )
    from aiogram.methods import GetUpdates

    class RawUpdates(GetUpdates):
        """As they came: an update that this version can't understand must not hold up the others."""

        __returning__ = list[dict[str, Any]]

    offset, pause = 0, 0.5
    while True:
        try:
            method = RawUpdates(offset=offset, timeout=LONG_POLL, allowed_updates=KINDS)
            updates: Any = await bot(method, request_timeout=LONG_POLL + 10)
            if updates:
                await take(updates)
                offset = max(update["update_id"] for update in updates) + 1
            pause = 0.5
        except TelegramUnauthorizedError as error:
            raise UnavailableError(
                "Telegram no longer accepts the bot's token.", "Get a new one from @BotFather and start again."
            ) from error
        except TelegramConflictError as error:
            await alarm(error.message)
            await asyncio.sleep(pause := min(pause * 2, SLOWEST_RETRY))
        except TelegramRetryAfter as error:
            await asyncio.sleep(error.retry_after)
        except (AiogramError, OSError, TimeoutError) as error:
            log.warning("getUpdates: %s; again in %.1f s", error, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, SLOWEST_RETRY)
        except UnavailableError as error:  # the disk: what is not kept is not acknowledged
            log.error("%s %s", error.message, error.hint)
            await asyncio.sleep(pause := min(pause * 2, SLOWEST_RETRY))


def second_poller(message: str) -> str:
    return say("en", "second_poller", what=message, pid=os.getpid(), host=socket.gethostname())


class Webhook:
    """Listens, checks the secret, keeps, and then says 200. `ready` turns false before it stops."""

    def __init__(self, settings: TelegramSettings, take: Take) -> None:
        self._settings = settings
        self._take = take
        self._runner: web.AppRunner | None = None
        self.ready = False

    async def start(self, bot: Bot) -> None:
        from aiohttp import web

        host, _, port = self._settings.webhook_listen.rpartition(":")
        if not port.isdecimal():
            raise UsageError(
                f"{self._settings.webhook_listen} is no address.", "EXPERTBOT_TELEGRAM__WEBHOOK_LISTEN=127.0.0.1:8081"
            )
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post(urlsplit(self._settings.webhook_url).path or "/", self._update)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._readiness)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, int(port)).start()
        except OSError as error:
            raise UnavailableError(
                f"{self._settings.webhook_listen} can't be listened on: {error.strerror}.",
                "Is another instance running? Else choose another port: EXPERTBOT_TELEGRAM__WEBHOOK_LISTEN.",
            ) from error
        await bot.set_webhook(
            self._settings.webhook_url, secret_token=self._settings.webhook_secret.get_secret_value(),
            allowed_updates=KINDS, max_connections=40,
        )  # fmt: skip
        self.ready = True
        log.info("listening on %s for %s", self._settings.webhook_listen, self._settings.webhook_url)

    async def close(self) -> None:
        self.ready = False
        if self._runner:
            await self._runner.cleanup()

    async def _update(self, request: web.Request) -> web.Response:
        from aiohttp import web

        secret = self._settings.webhook_secret.get_secret_value()
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return web.Response(status=401)
        try:
            update = json.loads(await request.read())
            int(update["update_id"])
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400)
        try:
            await self._take([update])
        except (UnavailableError, sqlite3.Error) as error:
            log.error("%s", error)
            return web.Response(status=503)  # Telegram repeats it
        return web.Response()

    async def _alive(self, _: web.Request) -> web.Response:
        from aiohttp import web

        return web.Response(text="ok")

    async def _readiness(self, _: web.Request) -> web.Response:
        from aiohttp import web

        return web.Response(status=200 if self.ready else 503)


class Alarm:
    """Tells of a second poller: in the log, and to the admins once in ten minutes."""

    EVERY = 600.0

    def __init__(self, tell: Callable[[str], Awaitable[None]]) -> None:
        self._tell = tell
        self._last = -self.EVERY

    async def __call__(self, message: str) -> None:
        log.error("%s", second_poller(message))
        if time.monotonic() - self._last > self.EVERY:
            self._last = time.monotonic()
            await self._tell(message)
