"""A small HTTP control beside the Bot API, for driving the server by hand or from another process.

POST /_loopback/<verb> with a JSON object; every verb answers JSON. GET /_loopback lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.loopback.telegram.people import Group, Person
from tests.loopback.telegram.server import TelegramServer
from tests.loopback.telegram.world import ApiError, Chat, Json, Message


class Control:
    """People and groups by name; a group is addressed by its title."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Group] = {}
        self._verbs: dict[str, Callable[[Json], Any]] = {
            "user": self.user,
            "group": self.group,
            "say": self.say,
            "document": self.document,
            "press": self.press,
            "inline": self.inline,
            "answer": self.answer,
            "transcript": self.transcript,
            "fault": self.fault,
            "report": self.report,
        }
        server.app.router.add_get("/_loopback", self._list)
        server.app.router.add_post("/_loopback/{verb}", self._do)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({name: (verb.__doc__ or "").strip() for name, verb in self._verbs.items()})

    async def _do(self, request: web.Request) -> web.Response:
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"error": "no such verb; GET /_loopback lists them"}, status=404)
        try:
            return web.json_response(verb(await request.json() if request.can_read_body else {}))
        except (KeyError, LookupError, TypeError, ValueError, ApiError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    def _person(self, p: Json) -> Person:
        name = p.get("user", "Аня")
        if name not in self._people:
            self._people[name] = self._server.user(name, id=p.get("id"), language=p.get("language", "ru"))
        return self._people[name]

    def _chat(self, p: Json) -> Chat:
        return self._groups[p["group"]].chat if "group" in p else self._person(p).private

    def _message(self, p: Json) -> Message:
        return self._chat(p).messages[p["message_id"]]

    def user(self, p: Json) -> Json:
        """{user, id?, language?}: a person, made at first mention."""
        return self._person(p).user

    def group(self, p: Json) -> Json:
        """{title, members: [user], forum?}: a supergroup with the bot in it."""
        members = [self._person({"user": name}) for name in p["members"]]
        self._groups[p["title"]] = self._server.group(p["title"], members, forum=p.get("forum", False))
        return self._groups[p["title"]].chat.object

    def say(self, p: Json) -> Json:
        """{user, text, group?, thread?, mention?}: a message."""
        place = self._chat(p) if "group" in p else None
        sent = self._person(p).say(p["text"], chat=place, thread=p.get("thread"), mention=p.get("mention", False))
        return sent.body

    def document(self, p: Json) -> Json:
        """{user, name, text, caption?}: a text file to the bot."""
        sent = self._person(p).send_document(p["text"].encode(), p["name"], caption=p.get("caption", ""))
        return sent.body

    def press(self, p: Json) -> Json:
        """{user, message_id, button, group?}: presses a button; `answer` tells what came of it."""
        return {"query_id": self._person(p).press(self._message(p), p["button"]).id}

    def inline(self, p: Json) -> Json:
        """{user, query}: an inline query; `answer` tells what came of it."""
        return {"query_id": self._person(p).inline(p["query"]).id}

    def answer(self, p: Json) -> Any:
        """{query_id}: the bot's answer to a press or an inline query, null while there is none."""
        world = self._server.world
        return (world.queries.get(p["query_id"]) or world.inline[p["query_id"]])["answer"]

    def transcript(self, p: Json) -> Json:
        """{user} or {group}: the chat as it looks now, drafts included."""
        chat = self._chat(p)
        return {
            "lines": chat.transcript(),
            "messages": [m.body for m in chat.messages.values() if not m.deleted],
            "drafts": {str(k): d["text"] for k, d in chat.drafts.items()},
        }

    def fault(self, p: Json) -> Json:
        """{kind, methods?, chats?, times?, …fields of Fault}: one more fault; {"kind": "clear"} ends all."""
        if p["kind"] == "clear":
            self._server.faults.clear()
            return {}
        options = {k: v for k, v in p.items() if k not in {"kind", "methods", "chats"}}
        fault = self._server.faults.add(p["kind"], p.get("methods", ()), p.get("chats", ()), **options)
        return {"kind": fault.kind, "times": fault.times}

    def report(self, p: Json) -> Json:
        """{}: violations, breaches of cooldowns, counters, pending updates."""
        server = self._server
        return {
            "violations": [asdict(v) for v in server.violations],
            "breaches": [asdict(b) for b in server.faults.breaches],
            "own_errors": server.own_errors,
            "counters": dict(server.world.counters),
            "pending": len(server.updates.pending),
            "confirmed": len(server.updates.confirmed),
        }
