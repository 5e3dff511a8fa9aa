"""A real aiogram client on the loopback Bot API, for the server's own tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.loopback.telegram import CONTRACT, TelegramServer

needs_contract = pytest.mark.skipif(not CONTRACT.exists(), reason=f"no {CONTRACT.name} beside the checkout")


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[tuple[TelegramServer, Bot]]:
    async with TelegramServer(**options) as tg:
        session = AiohttpSession(api=TelegramAPIServer.from_base(tg.url), timeout=5)
        bot = Bot(tg.token, session=session)
        try:
            yield tg, bot
        finally:
            session_object = session._session
            if session_object is not None:
                await session_object.close()
        assert tg.own_errors == []


def run(scenario: Callable[[TelegramServer, Bot], Awaitable[None]], **options: Any) -> None:
    async def whole() -> None:
        async with connected(**options) as (tg, bot):
            await scenario(tg, bot)

    asyncio.run(whole())
