"""What every loopback server shares: binding to 127.0.0.1, dropping a connection, running as a process."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

CONTRACTS = Path(__file__).resolve().parents[2].parent / "shared" / "contracts"


class LoopbackSite:
    """An aiohttp application on 127.0.0.1; `port` 0 takes a free one."""

    def __init__(self, app: web.Application, port: int = 0) -> None:
        # A client that dies must not leave its long poll behind: that would look like a second poller.
        self._runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=0.2, access_log=None, keepalive_timeout=30
        )
        self._port = port
        self.url = ""

    async def start(self) -> str:
        """Starts to listen and returns the base URL without a trailing slash."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self.url

    async def stop(self) -> None:
        await self._runner.cleanup()


def abort(request: web.Request) -> web.Response:
    """Cuts the connection under the request; the response returned is never seen by the client."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def arguments(description: str) -> argparse.ArgumentParser:
    """The options every loopback process takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--max-seconds", type=float, default=600.0, help="it ends by itself after this")
    return parser


async def run_until(
    start: Callable[[], Awaitable[dict[str, object]]],
    stop: Callable[[], Awaitable[None]],
    max_seconds: float,
) -> None:
    """Starts, prints what `start` returns as one JSON line, stops at SIGTERM, SIGINT or the limit."""
    print(json.dumps(await start(), ensure_ascii=False), flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(ended.wait(), max_seconds)
    await stop()
