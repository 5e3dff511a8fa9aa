"""`python -m tests.loopback.qdrant [--port N] [--api-key K] [--max-seconds S]`: prints where it is."""

from __future__ import annotations

import asyncio

from tests.loopback.qdrant.server import QdrantServer
from tests.loopback.serving import arguments, run_until


async def main() -> None:
    parser = arguments("A Qdrant server on 127.0.0.1, in memory")
    parser.add_argument("--api-key", default=None)
    parser.add_argument("--strict", action="store_true", help="refuse filters on fields without an index")
    options = parser.parse_args()
    server = QdrantServer(api_key=options.api_key, strict=options.strict, port=options.port)

    async def start() -> dict[str, object]:
        await server.__aenter__()
        return {"url": server.url}

    async def stop() -> None:
        await server.__aexit__(None, None, None)

    await run_until(start, stop, options.max_seconds)


if __name__ == "__main__":
    asyncio.run(main())
