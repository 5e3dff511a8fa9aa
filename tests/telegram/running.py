"""The whole bot as a process of its own, started as a user starts it, on the loopback Bot API."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, clean_env
from tests.loopback.telegram import Chat, Message, TelegramServer

ADMIN = 1
TOKEN = "4200000:loopback-token-that-is-long-enough-to-look-real"
QUESTIONS = {
    "ru": ("Сколько дней отпуска в год?", "Сколько хранятся логи?", "Что делать, если инцидент начался после выкатки?",
           "Кто дежурит в праздники?", "Как часто проверяют восстановление из копий?"),
    "en": ("What are the limits of the partner API?", "How long can a failing call be looked up?",
           "Which Postgres version do we run?", "When do we rotate the on-call?", "How do I deploy on Windows?"),
}  # fmt: skip


class BotProcess:
    """`python -m bot serve` on a data folder. What it says on stderr is kept in `log`."""

    def __init__(self, server: TelegramServer, data_dir: Path, **settings: str) -> None:
        self.server = server
        self.data_dir = data_dir
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self._env = clean_env(
            EXPERTBOT_TELEGRAM__TOKEN=server.token,
            EXPERTBOT_TELEGRAM__API_BASE=server.url,
            EXPERTBOT_TELEGRAM__ADMINS=",".join(str(ADMIN + number) for number in range(50)),
            EXPERTBOT_PERSONA__DEFAULT="none",
            EXPERTBOT_TELEGRAM__PER_MINUTE="600",
            OMP_NUM_THREADS="1",
            **settings,
        )
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self, within: float = 90) -> None:
        """Returns once it waits for updates."""
        command = [sys.executable, "-m", "bot", "--data-dir", str(self.data_dir), "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 (it lasts longer than this)
                command, cwd=ROOT, env=self._env, stderr=log, stdout=log
            )
        webhook = "EXPERTBOT_TELEGRAM__WEBHOOK_URL" in self._env
        try:
            await self.server.wait_for(
                lambda: (
                    self.exit_code is not None
                    or (self.server.updates.webhook is not None if webhook else self.server.updates.polling)
                ),
                within,
            )
        except TimeoutError:
            raise AssertionError(self.said()) from None
        assert self.exit_code is None, self.said()

    @property
    def exit_code(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """As a power failure would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    async def stop(self, within: float = 40) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, within)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another shell on the same data folder."""
        command = [sys.executable, "-m", "bot", "--data-dir", str(self.data_dir), *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._env, capture_output=True, text=True, timeout=180, check=False
        )

    def rows(self, query: str) -> list[Any]:
        """What the bot's state says."""
        with sqlite3.connect(f"file:{self.data_dir / 'state.sqlite'}?mode=ro", uri=True) as db:
            return db.execute(query).fetchall()

    def rss_mb(self) -> float:
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@asynccontextmanager
async def running(
    data: Path, place: Path, *, tg: TelegramServer | None = None, **settings: str
) -> AsyncIterator[tuple[TelegramServer, BotProcess]]:
    """A server and a bot on a copy of `data`; afterwards the contract was kept and no secret was logged."""
    data_dir = place / "data"
    shutil.copytree(data, data_dir)
    async with tg or TelegramServer(TOKEN) as server:
        bot = BotProcess(server, data_dir, **settings)
        await bot.start()
        try:
            yield server, bot
        finally:
            if bot.exit_code is None:
                code = await bot.stop()
                assert code == 0, (code, bot.said()[-3000:])
        assert server.violations == [], server.violations[:5]
        assert server.faults.breaches == []
        assert server.own_errors == []
        assert "Traceback" not in bot.said(), bot.said()
        assert server.token not in bot.said()


def answers_to(chat: Chat, asked: Message) -> list[Message]:
    """The bot's answers to a message: those with thumbs under them, and what else replies to it."""
    return [message for message in chat.from_bot() if message.reply_to == asked.id]


async def answered(server: TelegramServer, asked: Message, within: float = 90) -> Message:
    """The first answer, once it is there."""
    return await server.wait_for(lambda: next(iter(answers_to(asked.chat, asked)), None), within)


async def said_after(server: TelegramServer, message: Message, within: float = 90) -> Message:
    """The bot's next message in the chat after this one."""
    return await server.wait_for(lambda: next((m for m in message.chat.from_bot() if m.id > message.id), None), within)
