"""A Qdrant server over HTTP: every request is checked by the OpenAPI contract, then executed in memory.

In a test: `async with QdrantServer(api_key="k") as qdrant: AsyncQdrantClient(url=qdrant.url, api_key="k")`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.loopback.qdrant.contract import Contract, Violation
from tests.loopback.qdrant.engine import Engine, EngineError
from tests.loopback.script import Script
from tests.loopback.serving import LoopbackSite, abort

MAX_BODY = 32 * 1024 * 1024
_COLLECTION = "/collections/{collection_name}"
_POINTS = _COLLECTION + "/points"
OPERATIONS: dict[str, tuple[str, str]] = {
    "update_aliases": ("POST", "/collections/aliases"),
    "get_collections_aliases": ("GET", "/aliases"),
    "get_collections": ("GET", "/collections"),
    "get_collection": ("GET", _COLLECTION),
    "create_collection": ("PUT", _COLLECTION),
    "update_collection": ("PATCH", _COLLECTION),
    "delete_collection": ("DELETE", _COLLECTION),
    "collection_exists": ("GET", _COLLECTION + "/exists"),
    "get_collection_aliases": ("GET", _COLLECTION + "/aliases"),
    "create_field_index": ("PUT", _COLLECTION + "/index"),
    "delete_field_index": ("DELETE", _COLLECTION + "/index/{field_name}"),
    "upsert_points": ("PUT", _POINTS),
    "get_points": ("POST", _POINTS),
    "delete_points": ("POST", _POINTS + "/delete"),
    "update_vectors": ("PUT", _POINTS + "/vectors"),
    "set_payload": ("POST", _POINTS + "/payload"),
    "overwrite_payload": ("PUT", _POINTS + "/payload"),
    "delete_payload": ("POST", _POINTS + "/payload/delete"),
    "clear_payload": ("POST", _POINTS + "/payload/clear"),
    "batch_update": ("POST", _POINTS + "/batch"),
    "scroll_points": ("POST", _POINTS + "/scroll"),
    "count_points": ("POST", _POINTS + "/count"),
    "facet": ("POST", _COLLECTION + "/facet"),
    "query_points": ("POST", _POINTS + "/query"),
    "query_batch_points": ("POST", _POINTS + "/query/batch"),
    "query_points_groups": ("POST", _POINTS + "/query/groups"),
    "get_point": ("GET", _POINTS + "/{id}"),
}


@dataclass(frozen=True)
class Call:
    """One request: its operation, collection, size in bytes and the status it got (0: none)."""

    at: float
    operation: str
    collection: str
    size: int
    status: int


class QdrantServer:
    """Lives in memory; engine settings (HNSW, quantization, …) are checked and then ignored.

    Faults by operation: hang, slow, error, drop_before, drop_after.

    A real server refuses a body over 32 MB with 400; a proxy before it with 413: `oversize_status` picks.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        strict: bool = False,
        oversize_status: int = 400,
        max_body: int = MAX_BODY,
        port: int = 0,
        check_own: bool = True,
    ) -> None:
        self.contract = Contract.load()
        self.engine = Engine(strict=strict)
        self.script = Script()
        self.violations: list[Violation] = []
        self.own_errors: list[str] = []
        self.calls: list[Call] = []
        self.counters: Counter[str] = Counter()
        self.url = ""
        self._api_key = api_key
        self._oversize_status = oversize_status
        self._max_body = max_body
        self._check_own = check_own
        app = web.Application(client_max_size=0)
        app.router.add_get("/", self._root)
        for health in ("/healthz", "/livez", "/readyz"):
            app.router.add_get(health, self._health)
        for operation, (method, path) in OPERATIONS.items():
            app.router.add_route(method, path, self._handler(operation))
        app.router.add_route("*", "/{rest:.*}", self._unserved)
        self._site = LoopbackSite(app, port)

    async def __aenter__(self) -> Self:
        self.url = await self._site.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.script.closing.set()
        await self._site.stop()

    async def _root(self, _: web.Request) -> web.Response:
        return web.json_response({"title": "qdrant - vector search engine", "version": self.contract.version})

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response(text="healthz check passed")

    async def _unserved(self, request: web.Request) -> web.Response:
        message = f"{request.method} {request.path}: not in the contract, or not served on loopback"
        self.violations.append(Violation("unknown", request.path, message))
        return _error(404, message)

    def _handler(self, operation: str) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._serve(operation, request)

        return handle

    async def _serve(self, operation: str, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        path = dict(request.match_info)
        fault = self.script.match(operation)
        if struck := await self.script.before(fault, request):
            self._record(operation, path, 0, 0)
            return struck
        raw = b""
        try:
            self._authorize(request)
            raw = await request.content.read()
            self._fits(raw)
            if fault is not None and fault.kind == "error":
                self._record(operation, path, len(raw), fault.code)
                return _error(fault.code, fault.message, fault.headers)
            result = self._execute(operation, path, dict(request.query), raw)
        except EngineError as error:
            self._record(operation, path, len(raw), error.status)
            return _error(error.status, str(error))
        except asyncio.CancelledError:
            self.counters["abandoned"] += 1
            raise
        if fault is not None and fault.kind == "drop_after":
            self._record(operation, path, len(raw), 0)
            return abort(request)
        self._record(operation, path, len(raw), 200)
        answer = {"result": result, "status": "ok", "time": time.perf_counter() - started}
        if self._check_own:
            self.own_errors += self.contract.check_answer(operation, answer)
        return web.json_response(answer)

    def _execute(self, operation: str, path: dict[str, str], query: dict[str, str], raw: bytes) -> Any:
        try:
            body = json.loads(raw) if raw else None
        except ValueError as error:
            self.violations.append(Violation(operation, "body", f"not JSON: {error}"))
            raise EngineError(400, f"Format error in JSON body: {error}") from error
        violations = self.contract.check_request(operation, path, query, body)
        if violations:
            self.violations += violations
            first = violations[0]
            raise EngineError(400, f"Format error in JSON body: {first.where}: {first.message}")
        return self.engine.run(operation, path, query, body)

    def _authorize(self, request: web.Request) -> None:
        if self._api_key is None:
            return
        given = request.headers.get("api-key") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not given:
            raise EngineError(401, "Must provide an API key or an Authorization bearer token")
        if not hmac.compare_digest(given, self._api_key):
            raise EngineError(401, "Invalid API key or JWT")

    def _fits(self, raw: bytes) -> None:
        if len(raw) > self._max_body:
            raise EngineError(
                self._oversize_status,
                f"Payload error: JSON payload ({len(raw)} bytes) is larger than allowed "
                f"(limit: {self._max_body} bytes).",
            )

    def _record(self, operation: str, path: dict[str, str], size: int, status: int) -> None:
        self.counters[operation] += 1
        collection = path.get("collection_name", "")
        self.calls.append(Call(time.monotonic(), operation, collection, size, status))


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"status": {"error": message}, "time": 0.0}, status=status, headers=headers)
