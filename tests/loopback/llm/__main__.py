"""`python -m tests.loopback.llm [--port N] [--answer TEXT] [--fault KIND]`: prints where it is."""

from __future__ import annotations

import asyncio

from tests.loopback.llm.server import LlmServer, echo
from tests.loopback.serving import arguments, run_until


async def main() -> None:
    parser = arguments("An OpenAI-compatible endpoint on 127.0.0.1")
    parser.add_argument("--answer", default=None, help="what it answers; without it the last message once more")
    parser.add_argument("--model", action="append", help="a model it has; may be given several times")
    parser.add_argument("--api-key", default=None)
    parser.add_argument("--fault", default=None, help="every chat call fails so: hang, cut, rubbish, …")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between streamed pieces")
    options = parser.parse_args()
    server = LlmServer(
        echo if options.answer is None else lambda _: str(options.answer),
        models=tuple(options.model or ("loopback-model",)),
        api_key=options.api_key,
        pause_s=options.pause,
        port=options.port,
    )
    if options.fault:
        server.script.add(options.fault, "chat", times=-1)

    async def start() -> dict[str, object]:
        await server.__aenter__()
        return {"url": server.url, "base_url": server.base_url}

    async def stop() -> None:
        await server.__aexit__(None, None, None)

    await run_until(start, stop, options.max_seconds)


if __name__ == "__main__":
    asyncio.run(main())
