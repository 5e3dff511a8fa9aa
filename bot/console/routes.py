"""The console over HTTP: who may see it, and headers that leave a page nothing to do but be read."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from bot.api.keys import Keys
from bot.app import App
from bot.console.html import Child
from bot.console.pages import Pages
from bot.console.proofs import Proofs
from bot.console.records import KEPT, Recent, Traces
from bot.console.words import STYLE, WORDS, language

PREFIX = "/console"
OWNER = "owner"  # the key's name: other keys are clients', who must not read what people asked
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def is_console(path: str) -> bool:
    return path == PREFIX or path.startswith(PREFIX + "/")


def refusal(request: web.Request, keys: Keys) -> web.Response | None:
    """None where the caller may see the console: with the key named `owner`, or, where there are no keys, on this machine
    under a name of this machine (a page elsewhere may have a name that leads here)."""
    if keys:
        if keys.owner(_given(request)) == OWNER:
            return None
        hint = "The console asks for the key named `owner` as password: expertbot api --new-key owner"
        return web.Response(
            status=401, text=hint, headers={**HEADERS, "WWW-Authenticate": 'Basic realm="expertbot", charset="UTF-8"'}
        )
    if _local(request.remote or "") and _local(urlsplit("//" + request.host).hostname or ""):
        return None
    return web.Response(status=403, text="Without keys the console is open on this machine only.", headers=HEADERS)


def _given(request: web.Request) -> str:
    """The key, as a browser's password or as a bearer."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return value.strip() if scheme.lower() == "bearer" else ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Console:
    def __init__(self, app: App, recent: Recent) -> None:
        self._app = app
        self._recent = recent
        self._traces = Traces(app.settings.data_dir)
        self._proofs = Proofs(app.personas_folder, app.settings.data_dir)

    def add_to(self, server: web.Application) -> None:
        server.router.add_get(PREFIX, self._overview)
        server.router.add_get(PREFIX + "/documents", self._documents)
        server.router.add_get(PREFIX + "/answers/{id}", self._answer)
        server.router.add_get(PREFIX + "/personas", self._personas)
        server.router.add_get(PREFIX + "/plots/{persona}/{place}/{name}", self._plot)
        server.router.add_get(PREFIX + "/style.css", self._style)

    async def _overview(self, request: web.Request) -> web.Response:
        lang = language(request.headers.get("Accept-Language", ""))
        ledger, llm, say = self._app.ledger, self._app.llm, WORDS[lang]
        state = "llm_none" if llm is None else "llm_up" if "closed" in llm.state().values() else "llm_down"
        default = self._app.settings.persona.default
        figures: dict[str, Child] = {
            "documents": len(ledger.sources()), "chunks": ledger.chunk_count(), "generation": ledger.active() or 0,
            "persona": say["nobody"] if default == "none" else default, "llm": say[state],
        }  # fmt: skip
        answers = sorted([*self._recent.all(), *self._traces.latest()], key=lambda record: -record.at)[:KEPT]
        return _page(Pages(lang).overview(figures, answers, self._traces.jobs()))

    async def _documents(self, request: web.Request) -> web.Response:
        lang = language(request.headers.get("Accept-Language", ""))
        return _page(Pages(lang).documents([asdict(row) for row in self._app.ledger.documents()]))

    async def _answer(self, request: web.Request) -> web.Response:
        pages = Pages(language(request.headers.get("Accept-Language", "")))
        ident = request.match_info["id"]
        record = self._recent.get(ident) or self._traces.get(ident)
        return _page(pages.answer(record)) if record else _page(pages.unknown(), 404)

    async def _personas(self, request: web.Request) -> web.Response:
        return _page(Pages(language(request.headers.get("Accept-Language", ""))).personas(self._proofs.all()))

    async def _plot(self, request: web.Request) -> web.Response:
        asked = request.match_info
        found = self._proofs.plot(asked["persona"], f"{asked['place']}/{asked['name']}")
        if found is None:
            return web.Response(status=404, text="There is no such plot.", headers=HEADERS)
        return web.Response(body=found, content_type="image/png", headers=HEADERS)

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css", charset="utf-8", headers=HEADERS)


def _page(html: str, status: int = 200) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8", headers=HEADERS)
