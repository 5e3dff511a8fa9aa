"""The Bot API server: takes calls over HTTP, checks them by the contract, strikes them with faults, answers.

In a test: `async with TelegramServer() as tg:`; the bot gets `tg.url` and `tg.token`, the test acts through
`tg.user(…)`, `tg.group(…)`, `tg.faults`, `tg.updates` and looks at `tg.world`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeVar

import aiohttp
from aiohttp import web

from tests.loopback.serving import LoopbackSite, abort
from tests.loopback.telegram import methods_bot, methods_messages
from tests.loopback.telegram.faults import Fault, FaultScript
from tests.loopback.telegram.people import Group, Person, make_user
from tests.loopback.telegram.schema import BotApiSchema, Upload, Violation
from tests.loopback.telegram.updates import UpdateQueue
from tests.loopback.telegram.world import ApiError, Call, Chat, ContractError, Json, World

T = TypeVar("T")
_MAX_BODY = 60 * 1024 * 1024
_UNSERVED = "the loopback server doesn't serve this method"


class TelegramServer:
    """One bot's Bot API on loopback. `privacy_mode` hides from it the group chatter not meant for it."""

    def __init__(
        self,
        token: str = "42:loopback",
        *,
        username: str = "loopback_expert_bot",
        privacy_mode: bool = False,
        port: int = 0,
        check_own: bool = True,
        seed: int = 0,
        schema: BotApiSchema | None = None,
    ) -> None:
        self.token = token
        self.schema = schema or BotApiSchema.load()
        self.world = World(_bot(int(token.split(":")[0]), username, privacy_mode))
        self.updates = UpdateQueue(self.world.counters)
        self.faults = FaultScript(seed)
        self.own_errors: list[str] = []
        self.url = ""
        self._privacy_mode = privacy_mode
        self._check_own = check_own
        self._closing = asyncio.Event()
        self.app = web.Application(client_max_size=_MAX_BODY)
        self.app.router.add_route("*", "/bot{token}/{method}", self._call)
        self.app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._site = LoopbackSite(self.app, port)

    async def __aenter__(self) -> Self:
        self.url = await self._site.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self.updates.set_webhook(None, drop_pending=False)
        await self._site.stop()

    # ── the test's side ──
    @property
    def violations(self) -> list[Violation]:
        """Breaches of the contract by the bot: must stay empty."""
        return self.world.violations

    @property
    def calls(self) -> list[Call]:
        return self.world.calls

    def user(
        self,
        name: str,
        *,
        language: str | None = "ru",
        id: int | None = None,
        username: str | None = None,
        started: bool = False,
    ) -> Person:
        """A new person; the bot can't write to them before they wrote (or `started`)."""
        user_id = id if id is not None else 1000 + len(self.world.users)
        user = make_user(user_id, name, language, username)
        self.world.users[user_id] = user
        private = Chat(user_id, "private", person=user, started=started, members={user_id: "member"})
        self.world.chats[user_id] = private
        return Person(self.world, self.updates, self._privacy_mode, user, private)

    def group(
        self,
        title: str,
        members: Iterable[Person],
        *,
        supergroup: bool = True,
        forum: bool = False,
        username: str | None = None,
    ) -> Group:
        """A new group with the bot in it; the first member owns it."""
        number = len(self.world.chats)
        chat = Chat(
            id=-1_001_000_000_000 - number if supergroup else -4_000_000 - number,
            type="supergroup" if supergroup else "group",
            title=title,
            username=username,
            is_forum=forum,
        )
        for i, person in enumerate(members):
            chat.members[person.id] = "member" if i else "creator"
        self.world.chats[chat.id] = chat
        return Group(self.world, self.updates, self._privacy_mode, chat)

    async def wait_for(self, predicate: Callable[[], T | None], within: float = 30.0) -> T:
        """The first truthy value of `predicate` (asked after every event), or TimeoutError with the state."""
        return await self.world.wait_for(predicate, within)

    async def idle(self, quiet_s: float = 0.3, within: float = 30.0) -> None:
        """Waits until every update is confirmed and no call came for `quiet_s`; TimeoutError else."""
        await self.world.wait_for(
            lambda: not self.updates.pending and time.monotonic() - self._last_call() > quiet_s, within
        )

    def _last_call(self) -> float:
        return next((c.at for c in reversed(self.calls) if c.method != "getUpdates"), 0.0)

    # ── the bot's side ──
    async def _call(self, request: web.Request) -> web.StreamResponse:
        method, arrived = request.match_info["method"], time.monotonic()
        if request.match_info["token"] != self.token:
            self.world.counters["unauthorized"] += 1
            return _error(ApiError(401, "Unauthorized"))
        raw, uploads = await _read(request)
        chat_id = _chat_id(raw.get("chat_id"))
        fault = None
        try:
            self._flood(method, chat_id)
            fault = self.faults.match(method, chat_id)
            if struck := await self._strike(fault, method, chat_id, request):
                self._record(arrived, method, raw, 0, fault.kind if fault else "")
                return struck
            result, params = await self.perform(method, raw, uploads)
        except ApiError as error:
            self._record(arrived, method, raw, error.code, error.description)
            return _error(error)
        except asyncio.CancelledError:
            self.world.counters["abandoned"] += 1
            raise
        self._record(arrived, method, params, 200)
        if fault is not None and fault.kind == "drop_after":
            return abort(request)
        return web.json_response({"ok": True, "result": result}, dumps=_dumps)

    def _flood(self, method: str, chat_id: int | None) -> None:
        chat = self.world.chats.get(chat_id) if chat_id is not None else None
        wait = self.faults.resting(method, chat_id)
        if wait is None:
            wait = self.faults.flooded(method, chat_id, chat is not None and chat.type != "private")
        if wait is not None:
            raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    async def _strike(
        self, fault: Fault | None, method: str, chat_id: int | None, request: web.Request
    ) -> web.StreamResponse | None:
        """The fault's own answer, or None where the call goes on."""
        if fault is None or fault.kind == "drop_after":
            return None
        self.world.counters[f"fault.{fault.kind}"] += 1
        if fault.kind == "429":
            wait = self.faults.cool_down(fault, method, chat_id)
            raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if fault.kind == "error":
            raise ApiError(fault.code, fault.description)
        if fault.kind == "rubbish":
            return web.Response(text="<html><body>Please log in</body></html>", content_type="text/html")
        if fault.kind in {"hang", "slow"}:
            try:
                await asyncio.wait_for(self._closing.wait(), fault.seconds)
            except TimeoutError:
                if fault.kind == "slow":
                    return None
        return abort(request)

    async def perform(self, method: str, raw: Json, uploads: dict[str, Upload]) -> tuple[Any, Json]:
        """Checks and executes one call; (result, decoded parameters). Violations are recorded."""
        try:
            if not self.schema.knows(method):
                self.world.violations.append(Violation(method, "", "the Bot API has no such method"))
                raise ApiError(404, "Not Found")
            params, violations = self.schema.decode(method, raw, uploads)
            if violations:
                raise ContractError(violations)
            resolved = {k: _resolve(v, uploads) for k, v in params.items()}
            result = await self._execute(method, resolved)
        except ContractError as error:
            self.world.violations += error.violations
            raise ApiError(400, f"Bad Request: {error}") from error
        except KeyError as error:
            raise ApiError(400, f"Bad Request: {error} is required") from error
        if self._check_own and method != "getUpdates":
            self.own_errors += [f"{method}: {e}" for e in self.schema.check_result(method, result)]
        return result, params

    async def _execute(self, method: str, p: Json) -> Any:
        if method == "getUpdates":
            return await methods_bot.get_updates(self.updates, p)
        if method == "setWebhook":
            return await methods_bot.set_webhook(self.updates, p, self._webhook_reply)
        if method == "deleteWebhook":
            return await methods_bot.delete_webhook(self.updates, p)
        if method == "getWebhookInfo":
            return methods_bot.webhook_info(self.updates)
        handler = methods_messages.METHODS.get(method) or methods_bot.METHODS.get(method)
        if handler is None:
            raise ContractError([Violation(method, "", _UNSERVED)])
        return handler(self.world, p)

    async def _webhook_reply(self, response: aiohttp.ClientResponse) -> None:
        """A webhook may answer with a call; Telegram carries it out and tells nobody how it went."""
        kind = response.content_type
        if kind.startswith("multipart/"):
            raw, uploads = await _read_multipart(aiohttp.MultipartReader.from_response(response))
        else:
            body = await response.read()
            raw, uploads = (json.loads(body) if body.lstrip().startswith(b"{") else {}), {}
        method = raw.pop("method", None)
        if method is None:
            return
        try:
            _result, params = await self.perform(method, raw, uploads)
            self._record(time.monotonic(), method, params, 200)
        except ApiError as error:
            self._record(time.monotonic(), method, raw, error.code, error.description)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _error(ApiError(401, "Unauthorized"))
        try:
            if struck := await self._strike(self.faults.match("file", None), "file", None, request):
                return struck
        except ApiError as error:
            return _error(error)
        path = request.match_info["path"]
        stored = next((f for f in self.world.files.values() if f.path == path), None)
        self.world.counters["downloads"] += 1
        if stored is None:
            return _error(ApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    def _record(self, at: float, method: str, params: Json, code: int, description: str = "") -> None:
        self.world.counters[f"calls.{method}"] += 1
        self.world.counters[f"answers.{code}"] += 1
        if method == "getUpdates" and code == 200:
            return  # an idle bot polls for ever
        self.world.calls.append(Call(at, method, _chat_id(params.get("chat_id")), params, code, description))
        self.world.wake()


def _bot(bot_id: int, username: str, privacy_mode: bool) -> Json:
    abilities = (
        "can_connect_to_business has_main_web_app has_topics_enabled allows_users_to_create_topics "
        "can_manage_bots supports_guest_queries supports_join_request_queries"
    )
    return dict.fromkeys(abilities.split(), False) | {
        "id": bot_id,
        "is_bot": True,
        "first_name": "Loopback",
        "username": username,
        "can_join_groups": True,
        "can_read_all_group_messages": not privacy_mode,
        "supports_inline_queries": True,
    }


async def _read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """The parameters of a call, from the query string and any of the four body forms."""
    raw: Json = dict(request.query)
    if request.content_type.startswith("multipart/"):
        fields, uploads = await _read_multipart(await request.multipart())
        return raw | fields, uploads
    if request.content_type == "application/json" and request.can_read_body:
        return raw | await request.json(), {}
    return raw | {k: v for k, v in (await request.post()).items() if isinstance(v, str)}, {}


async def _read_multipart(
    reader: aiohttp.MultipartReader | aiohttp.multipart.MultipartResponseWrapper,
) -> tuple[Json, dict[str, Upload]]:
    fields: Json = {}
    uploads: dict[str, Upload] = {}
    while (part := await reader.next()) is not None:
        if not isinstance(part, aiohttp.BodyPartReader):
            continue
        name = part.name or ""
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[name] = content.decode("utf-8")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads[name] = Upload(part.filename, content, mime)
    return fields, uploads


def _resolve(value: Any, uploads: dict[str, Upload]) -> Any:
    if isinstance(value, str) and value.startswith("attach://"):
        return uploads.get(value.removeprefix("attach://"), value)
    return value


def _chat_id(value: object) -> int | None:
    try:
        return int(value)  # type: ignore[call-overload,no-any-return]
    except (TypeError, ValueError):
        return None


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _error(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.code, dumps=_dumps)
