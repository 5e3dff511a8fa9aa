"""An OpenAI-compatible endpoint whose answers a `brain` gives and whose failures a script gives.

In a test: `async with LlmServer(brain=lambda messages: "…") as llm:`, the client gets `llm.base_url`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import inspect
import itertools
import json
import re
import struct
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from pydantic import ValidationError

from tests.loopback.llm.requests import ChatRequest, EmbeddingRequest, problems, rule_breaks
from tests.loopback.script import Fault, Script
from tests.loopback.serving import LoopbackSite, abort

Json = dict[str, Any]
Brain = Callable[[list[dict[str, str]]], "str | Awaitable[str]"]
Embedder = Callable[[str], list[float]]
RUBBISH = bytes(range(128, 256)) * 8 + b"\n\n<<not http json>>"
LONG_ANSWER_CHARS = 200_000


@dataclass
class Request:
    """One request. `outcome` is answered, refused, or the fault's kind; `sent` holds what was streamed."""

    at: float
    path: str
    body: Json
    key: str
    outcome: str = ""
    sent: list[str] = field(default_factory=list)
    hung_up: bool = False

    @property
    def messages(self) -> list[Json]:
        return list(self.body.get("messages", []))


def echo(messages: list[dict[str, str]]) -> str:
    """The default brain: the last message once more."""
    return messages[-1]["content"]


def hashed_vector(text: str, size: int = 64) -> list[float]:
    """The default embedder: a bag of hashed words of length one; equal words make texts near."""
    vector = [0.0] * size
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        vector[digest[0] % size] += 1.0 if digest[1] % 2 else -1.0
    norm = sum(x * x for x in vector) ** 0.5 or 1.0
    return [x / norm for x in vector]


class LlmServer:
    """Chat completions (with and without a stream), embeddings and models.

    `script.add(kind, …)` with names "chat", "embeddings", "models"; kinds: hang (before the first byte),
    slow, drop_before, error (code, headers), hang_mid, cut, error_mid (these three after `after` pieces),
    rubbish, invalid_json, empty_choices, long. `violations` must stay empty.
    """

    def __init__(
        self,
        brain: Brain = echo,
        *,
        models: tuple[str, ...] = ("loopback-model",),
        api_key: str | None = None,
        embed: Embedder = hashed_vector,
        piece_chars: int = 12,
        pause_s: float = 0.0,
        port: int = 0,
    ) -> None:
        self.brain = brain
        self.script = Script()
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.url = ""
        self._models = models
        self._api_key = api_key
        self._embed = embed
        self._piece_chars = piece_chars
        self._pause_s = pause_s
        self._numbers = itertools.count(1)
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._guarded("chat", self._chat))
        app.router.add_post("/v1/embeddings", self._guarded("embeddings", self._embeddings))
        app.router.add_get("/v1/models", self._guarded("models", self._list_models))
        self._site = LoopbackSite(app, port)

    @property
    def base_url(self) -> str:
        """What a client's `base_url` wants."""
        return f"{self.url}/v1"

    async def __aenter__(self) -> Self:
        self.url = await self._site.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse_connections()

    async def refuse_connections(self) -> None:
        """Stops listening, as a dead server: from here on connections are refused."""
        self.script.closing.set()
        await self._site.stop()

    # ── the common part of every call ──
    def _guarded(
        self, name: str, work: Callable[[web.Request, Request, Fault | None], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            record = await self._record(request)
            fault = self.script.match(name)
            record.outcome = fault.kind if fault else "answered"
            try:
                if struck := await self.script.before(fault, request):
                    return struck
                if refusal := self._refusal(fault, record):
                    return refusal
                return await work(request, record, fault)
            except ValidationError as error:
                return self._invalid(record, problems(error))
            except (asyncio.CancelledError, ConnectionResetError):
                record.hung_up = True
                raise

        return handle

    async def _record(self, request: web.Request) -> Request:
        raw = await request.read()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {"not_json": raw.decode("utf-8", "replace")}
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        record = Request(time.monotonic(), request.path, body, key)
        self.requests.append(record)
        return record

    def _refusal(self, fault: Fault | None, record: Request) -> web.Response | None:
        if self._api_key is not None and not hmac.compare_digest(record.key, self._api_key):
            record.outcome = "refused"
            return _error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
        if fault is None:
            return None
        if fault.kind == "error":
            return _error(fault.code, fault.message, "server_error", None, fault.headers)
        if fault.kind == "rubbish":
            return web.Response(body=fault.body or RUBBISH, content_type="application/json")
        if fault.kind == "invalid_json":
            return web.Response(body=fault.body or b'{"id": "x", "choices": [', content_type="application/json")
        return None

    def _invalid(self, record: Request, found: list[str]) -> web.Response:
        record.outcome = "refused"
        message = "; ".join(found)
        self.violations.append(message)
        return _error(400, message, "invalid_request_error", None)

    def _unknown(self, record: Request, model: str) -> web.Response:
        record.outcome = "refused"
        return _error(404, f"The model `{model}` does not exist.", "invalid_request_error", "model_not_found")

    # ── the three endpoints ──
    async def _list_models(self, request: web.Request, record: Request, fault: Fault | None) -> web.Response:
        data = [{"id": m, "object": "model", "created": 0, "owned_by": "loopback"} for m in self._models]
        return web.json_response({"object": "list", "data": data})

    async def _embeddings(self, request: web.Request, record: Request, fault: Fault | None) -> web.Response:
        asked = EmbeddingRequest.model_validate(record.body)
        if asked.model not in self._models:
            return self._unknown(record, asked.model)
        if not asked.texts or any(not text for text in asked.texts):
            return self._invalid(record, ["input: empty"])
        data = []
        for i, text in enumerate(asked.texts):
            vector: Any = self._embed(text)[: asked.dimensions]
            if asked.encoding_format == "base64":
                vector = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
            data.append({"object": "embedding", "index": i, "embedding": vector})
        words = sum(len(text.split()) for text in asked.texts)
        usage = {"prompt_tokens": words, "total_tokens": words}
        return web.json_response({"object": "list", "data": data, "model": asked.model, "usage": usage})

    async def _chat(self, request: web.Request, record: Request, fault: Fault | None) -> web.StreamResponse:
        asked = ChatRequest.model_validate(record.body)
        if broken := rule_breaks(asked):
            return self._invalid(record, broken)
        if asked.model not in self._models:
            return self._unknown(record, asked.model)
        answer = self.brain([{"role": m.role, "content": m.text} for m in asked.messages])
        text = await answer if inspect.isawaitable(answer) else answer
        if fault is not None and fault.kind == "long":
            text = (text or "слово") + " " + "очень длинный ответ " * (LONG_ANSWER_CHARS // 20)
        head = {
            "id": f"chatcmpl-{next(self._numbers)}",
            "created": int(time.time()),
            "model": asked.model,
        }
        if asked.stream:
            return await self._stream(request, record, fault, asked, head, text)
        if fault is not None and fault.kind in {"cut", "error_mid"}:
            return abort(request)
        if fault is not None and fault.kind == "hang_mid":
            await self.script.pause(fault.seconds)
            return abort(request)
        choices: list[Json] = []
        if fault is None or fault.kind != "empty_choices":
            message = {"role": "assistant", "content": text, "refusal": None}
            choices = [
                {"index": i, "message": message, "finish_reason": "stop", "logprobs": None} for i in range(asked.n or 1)
            ]
        record.sent.append(text)
        body = head | {"object": "chat.completion", "choices": choices, "usage": _usage(asked, text)}
        return web.json_response(body)

    # ── the stream ──
    async def _stream(
        self,
        request: web.Request,
        record: Request,
        fault: Fault | None,
        asked: ChatRequest,
        head: Json,
        text: str,
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        head = head | {"object": "chat.completion.chunk"}

        async def send(choices: list[Json], **more: Any) -> None:
            event = json.dumps(head | {"choices": choices} | more, ensure_ascii=False)
            await response.write(f"data: {event}\n\n".encode())

        if fault is not None and fault.kind == "empty_choices":
            await send([])
        else:
            await send([_delta({"role": "assistant", "content": ""})])
            for i, piece in enumerate(self._pieces(text)):
                if fault is not None and i >= fault.after and await self._break_stream(fault, response, request):
                    return response
                await send([_delta({"content": piece})])
                record.sent.append(piece)
                if self._pause_s and await self.script.pause(self._pause_s):
                    return response
            await send([_delta({}, "stop")])
        if asked.stream_options is not None and asked.stream_options.include_usage:
            await send([], usage=_usage(asked, text))
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _break_stream(self, fault: Fault, response: web.StreamResponse, request: web.Request) -> bool:
        """What a fault does to a stream in its middle; True where the stream is over."""
        if fault.kind == "hang_mid":
            await self.script.pause(fault.seconds)
            abort(request)
        elif fault.kind == "cut":
            abort(request)
        elif fault.kind == "error_mid":
            error = {"message": fault.message, "type": "server_error", "code": fault.code}
            await response.write(f"data: {json.dumps({'error': error})}\n\n".encode())
        else:
            return False
        return True

    def _pieces(self, text: str) -> Iterator[str]:
        for start in range(0, len(text), self._piece_chars):
            yield text[start : start + self._piece_chars]


def _delta(delta: Json, finish: str | None = None) -> Json:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _usage(asked: ChatRequest, text: str) -> Json:
    prompt, completion = sum(len(m.text.split()) for m in asked.messages), len(text.split())
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _error(
    status: int, message: str, kind: str, code: str | None, headers: dict[str, str] | None = None
) -> web.Response:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)
