"""`expertbot api`: routes, keys, limits, errors in OpenAI's shape."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

from aiohttp import web

from bot.api import messages
from bot.api.keys import Bucket, Keys
from bot.app import App
from bot.commands import Json
from bot.console.records import Recent
from bot.console.routes import Console, is_console, refusal
from bot.control import Door
from bot.lock import DataLock
from bot.metrics import Metrics, index_values
from core.errors import ExpertbotError, UnavailableError, UsageError
from core.process import on_signals
from core.settings import Settings

LOG = logging.getLogger("expertbot.api")
BODY_LIMIT = 1 << 20
AT_ONCE = 16
PER_MINUTE = 120.0
OPEN_PATHS = ("/healthz", "/readyz")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def keys_path(settings: Settings) -> Path:
    return Path(settings.api.keys_file) if settings.api.keys_file else settings.data_dir / "api_keys.json"


def address(listen: str) -> tuple[str, int]:
    """Raises UsageError for anything but host:port."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise UsageError(f"{listen} is not host:port.", "e.g. EXPERTBOT_API__LISTEN=127.0.0.1:8088")
    return host.strip("[]"), int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Api:
    """One open App behind HTTP."""

    def __init__(self, app: App, keys: Keys) -> None:
        self._app = app
        self._keys = keys
        self._metrics = Metrics()
        self._bucket = Bucket(PER_MINUTE)
        self._in_flight = 0
        self._recent = Recent()
        self.ready = False

    def application(self) -> web.Application:
        server = web.Application(client_max_size=BODY_LIMIT, middlewares=[self._cors, self._errors, self._guarded])
        server.router.add_post("/v1/chat/completions", self._chat)
        server.router.add_get("/v1/models", self._models)
        server.router.add_get("/healthz", self._health)
        server.router.add_get("/readyz", self._readiness)
        server.router.add_get("/metrics", self._figures)
        Console(self._app, self._recent).add_to(server)
        return server

    # Around every call

    @web.middleware
    async def _cors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin", "")
        allowed = origin in self._app.settings.api.origins
        if request.method == "OPTIONS":
            answer: web.StreamResponse = web.Response(status=204 if allowed else 403)
        else:
            answer = await handler(request)
        if allowed and not answer.prepared:
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
            answer.headers["Vary"] = "Origin"
        return answer

    @web.middleware
    async def _errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            return _error(error.status, error.reason)
        except UsageError as error:
            return _error(400, error.message, error.hint)
        except UnavailableError as error:
            self._metrics.failed(error)
            return _error(503, error.message, error.hint)
        except ConnectionError:  # the client has gone; there is nobody to tell
            raise
        except ExpertbotError as error:
            self._metrics.failed(error)
            return _error(500, error.message, error.hint)
        except Exception as error:
            ident = uuid4().hex[:8]
            LOG.exception("error %s", ident)
            self._metrics.failed(error)
            return _error(500, f"Something went wrong that should not: error {ident}.", "The log has the details.")

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_console(request.path):
            return refusal(request, self._keys) or await handler(request)
        if request.path in OPEN_PATHS or not self._keys:
            return await handler(request)
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        owner = self._keys.owner(key.strip()) if scheme.lower() == "bearer" else None
        if owner is None:
            return _error(
                401, "The key is missing or wrong.", "Authorization: Bearer eb-…; expertbot api --new-key NAME"
            )
        if wait := self._bucket.wait(owner):
            answer = _error(429, "Too many calls with this key.", f"Try again in {wait:.0f} s.")
            answer.headers["Retry-After"] = str(int(wait) + 1)
            return answer
        return await handler(request)

    # Routes

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"The body is not JSON: {error}.", "Send a JSON object.") from error
        asked = messages.parse(body)
        question = asked.question()
        if asked.model != messages.NEUTRAL and asked.model not in self._personas():
            return _error(404, f"There is no model {asked.model}.", f"There are: {', '.join(self._personas())}.")
        if self._in_flight >= AT_ONCE:
            return _error(429, "All places are taken.", "Try again in a few seconds.")
        self._in_flight += 1
        try:
            answer = await self._app.answer(question, self._app.persona(asked.model))
        finally:
            self._in_flight -= 1
        self._metrics.answered(answer)
        self._recent.add(answer)
        if not asked.stream:
            return web.json_response(messages.reply(answer, asked), dumps=_dumps)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await stream.prepare(request)
        for chunk in messages.chunks(answer, asked):
            await stream.write(f"data: {_dumps(chunk)}\n\n".encode())
        await stream.write(b"data: [DONE]\n\n")
        return stream

    def _personas(self) -> list[str]:
        return [*self._app.voices.personas(), messages.NEUTRAL]

    async def _models(self, request: web.Request) -> web.Response:
        rows = [{"id": name, "object": "model", "created": 0, "owned_by": "expertbot"} for name in self._personas()]
        return web.json_response({"object": "list", "data": rows}, dumps=_dumps)

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _readiness(self, request: web.Request) -> web.Response:
        return web.json_response({"ready": self.ready}, status=200 if self.ready else 503)

    async def _figures(self, request: web.Request) -> web.Response:
        body = self._metrics.page({"in_flight": self._in_flight, **index_values(self._app)})
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _error(status: int, message: str, hint: str = "") -> web.Response:
    """OpenAI's error object, the cure in the same sentence."""
    kinds = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
    body: Json = {
        "error": {
            "message": f"{message} {hint}".strip(),
            "type": kinds.get(status, "server_error"),
            "code": None,
            "param": None,
        }
    }
    return web.json_response(body, status=status, dumps=_dumps)


async def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; then not ready, the calls under way finished, closed."""
    host, port = address(settings.api.listen)
    keys = Keys(keys_path(settings))
    if not keys and not _is_loopback(host):
        raise UsageError(f"The service would listen on {host} without a key.", "First: expertbot api --new-key NAME.")
    settings = settings.for_programs()
    with DataLock(settings.data_dir, shared=settings.shared):
        app = App(settings)
        runner: web.AppRunner | None = None
        door: Door | None = None
        voice: asyncio.Task[None] | None = None
        try:
            stop = on_signals()
            await app.open(sweep=not settings.shared)
            door = await Door.open(settings, app)
            await app.warm()
            voice = asyncio.create_task(app.warm_voice())
            api = Api(app, keys)
            runner = web.AppRunner(api.application(), shutdown_timeout=25)
            await runner.setup()
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                raise UnavailableError(
                    f"{host}:{port} can't be listened on: {error.strerror}.", "Choose another port."
                ) from error
            bound = runner.addresses[0][1]
            api.ready = True
            LOG.warning("listening on http://%s:%s%s", host, bound, "" if keys else ", no key asked: loopback only")
            await stop.wait()
            api.ready = False
        finally:
            if voice:
                voice.cancel()
            if runner:
                await runner.cleanup()
            if door:
                await door.close()
            await app.close()
