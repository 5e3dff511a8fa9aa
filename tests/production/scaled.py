"""Redis, a Qdrant double, replicas and workers as processes of their own, as compose.yaml's profile `scale` starts them: the
commands, the settings and the numbers are read from there."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from tests.conftest import HANDBOOK, ROOT, clean_env
from tests.loopback.qdrant import QdrantServer
from tests.loopback.telegram import TelegramServer
from tests.telegram.running import ADMIN, TOKEN

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
REPLICAS, WORKERS = 3, int(SERVICES["worker"]["deploy"]["replicas"])
PASSWORD = "loopback-redis"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Process:
    """A process that may be killed and started again; what it says is kept in `log`."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], place: Path, health: str = "") -> None:
        self.name = name
        self.health = health
        self.log = place / f"{name}.log"
        self._command = command
        self._env = env
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(self._command, cwd=ROOT, env=self._env, stdout=log, stderr=log)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._running is not None
        return self._running

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    async def stop(self, within: float = 40) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, within)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    async def metrics(self) -> dict[str, float]:
        """Its figures, as Prometheus gets them."""
        async with aiohttp.ClientSession() as session, session.get(self.health.replace("readyz", "metrics")) as answer:
            lines = (await answer.text()).splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}

    async def ready(self, within: float = 120) -> None:
        """Until it says so at its health address."""
        deadline = time.monotonic() + within
        async with aiohttp.ClientSession() as session:
            while True:
                assert self.process.poll() is None, self.said()
                try:
                    async with session.get(self.health) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                assert time.monotonic() < deadline, self.said()
                await asyncio.sleep(0.1)


def redis_server(place: Path, port: int) -> Process:
    """`compose.yaml`'s own command, on loopback and with a folder of its own."""
    folder = place / "redis"
    folder.mkdir(exist_ok=True)
    shell, option, script = SERVICES["redis"]["command"]
    script = script.replace("$$", "$").replace("0.0.0.0", "127.0.0.1").replace("6379", str(port))
    command = [shell, option, script.replace("/data", str(folder))]
    return Process("redis", command, {"REDISCLI_AUTH": PASSWORD, "PATH": os.environ["PATH"]}, place)


class Scaled:
    """All of it. `tg.updates.upstreams` stand for the proxy."""

    def __init__(self, place: Path, tg: TelegramServer, qdrant: QdrantServer, **settings: str) -> None:
        self.place = place
        self.tg = tg
        self.data_dir = place / "data"
        self.redis = redis_server(place, redis_port := free_port())
        self.env = clean_env(
            EXPERTBOT_TELEGRAM__TOKEN=tg.token,
            EXPERTBOT_TELEGRAM__API_BASE=tg.url,
            EXPERTBOT_TELEGRAM__ADMINS=str(ADMIN),
            EXPERTBOT_TELEGRAM__PER_MINUTE="600",
            EXPERTBOT_TELEGRAM__WEBHOOK_SECRET="loopback-secret",
            EXPERTBOT_PERSONA__DEFAULT="none",
            EXPERTBOT_QDRANT__URL=qdrant.url,
            EXPERTBOT_REDIS__URL=f"redis://:{PASSWORD}@127.0.0.1:{redis_port}/0",
            EXPERTBOT_DATA_DIR=str(self.data_dir),
            EXPERTBOT_PERSONA__MODELS_FOLDER=str(self.data_dir / "models"),
            OMP_NUM_THREADS="1",
            **settings,
        )
        hooks = [free_port() for _ in range(REPLICAS)]
        self.env["EXPERTBOT_TELEGRAM__WEBHOOK_URL"] = f"http://127.0.0.1:{hooks[0]}/hook"
        self.replicas = [self._ours("bot", number, port) for number, port in enumerate(hooks)]
        self.workers = [self._ours("worker", number, None) for number in range(WORKERS)]
        tg.updates.upstreams = [f"http://127.0.0.1:{port}" for port in hooks]

    def _ours(self, service: str, number: int, hook: int | None) -> Process:
        watch = free_port()
        given = SERVICES[service]["environment"]
        mine = {"EXPERTBOT_METRICS__LISTEN": f"127.0.0.1:{watch}"}
        if hook:
            mine["EXPERTBOT_TELEGRAM__WEBHOOK_LISTEN"] = f"127.0.0.1:{hook}"
        shared = {"EXPERTBOT_DATA_DIR", "EXPERTBOT_PERSONA__MODELS_FOLDER"}
        assert set(mine) | shared == set(given), "what compose.yaml sets"
        command = [sys.executable, "-m", "bot", *SERVICES[service]["command"]]
        health = f"http://127.0.0.1:{watch}/readyz"
        return Process(f"{service}-{number}", command, {**self.env, **mine}, self.place, health)

    @property
    def ours(self) -> list[Process]:
        return [*self.replicas, *self.workers]

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=180, check=False)

    def rows(self, query: str) -> list[Any]:
        with sqlite3.connect(f"file:{self.data_dir / 'state.sqlite'}?mode=ro", uri=True) as db:
            return db.execute(query).fetchall()


@asynccontextmanager
async def scaled(
    place: Path, replicas: int = REPLICAS, workers: int = WORKERS, **settings: str
) -> AsyncIterator[Scaled]:
    """With the handbook in; afterwards no contract was breached and no secret was logged."""
    async with AsyncExitStack() as stack:
        tg = await stack.enter_async_context(TelegramServer(TOKEN))
        qdrant = await stack.enter_async_context(QdrantServer())
        made = Scaled(place, tg, qdrant, **settings)
        made.redis.start()
        stack.callback(made.redis.kill)
        done = await asyncio.to_thread(made.cli, "ingest", str(HANDBOOK))
        assert done.returncode == 0, done.stderr
        del made.replicas[replicas:], made.workers[workers:], tg.updates.upstreams[replicas:]
        for process in made.ours:
            process.start()
            stack.callback(process.kill)
        await asyncio.gather(*(process.ready() for process in made.ours))
        await tg.wait_for(lambda: tg.updates.webhook is not None, 30)
        yield made
        codes = await asyncio.gather(*(process.stop() for process in made.ours))
        said = "".join(process.said() for process in made.ours)
        assert set(codes) == {0}, (codes, said[-3000:])
        # One of ours, logged; the children of a worker that is killed as it starts them print another.
        fault = re.search(r" ERROR [^\n]*\nTraceback", said)
        assert fault is None, said[fault.start() :][:3000]
        assert tg.token not in said
        assert PASSWORD not in said
        assert tg.violations == [], tg.violations[:5]
        assert qdrant.violations == [], qdrant.violations[:5]
        assert tg.faults.breaches == []


def redis_missing() -> bool:
    return shutil.which("redis-server") is None
