"""`python -m tests.loopback.telegram [--port N] [--token T] [--max-seconds S]`: prints where it is."""

from __future__ import annotations

import asyncio

from tests.loopback.serving import arguments, run_until
from tests.loopback.telegram.control import Control
from tests.loopback.telegram.server import TelegramServer


async def main() -> None:
    parser = arguments("A Bot API server on 127.0.0.1")
    parser.add_argument("--token", default="42:loopback")
    parser.add_argument("--privacy-mode", action="store_true", help="hide group chatter from the bot")
    options = parser.parse_args()
    server = TelegramServer(options.token, port=options.port, privacy_mode=options.privacy_mode)
    Control(server)

    async def start() -> dict[str, object]:
        await server.__aenter__()
        return {"url": server.url, "token": server.token, "control": f"{server.url}/_loopback"}

    async def stop() -> None:
        await server.__aexit__(None, None, None)

    await run_until(start, stop, options.max_seconds)


if __name__ == "__main__":
    asyncio.run(main())
