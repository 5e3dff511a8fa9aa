"""Asking, sources, feedback: one bot, many people."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.telegram.running import answered, running


def test_first(handbook_data: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(handbook_data, tmp_path) as (tg, bot):
            anna = tg.user("Анна")
            asked = anna.say("Сколько дней отпуска в год?")
            answer = await answered(tg, asked)
            assert "28" in answer.text
            print(answer.text, answer.buttons)

    asyncio.run(scenario())
