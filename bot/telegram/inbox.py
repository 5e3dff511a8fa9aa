"""What came in and what must go out, on the disk: an update is acknowledged once it lies here, and a message is sent until it is
known to be sent. Knows no Bot API calls."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.state import State, Talk

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent, or (`edit`) the new content of one already sent. `buttons` are rows of (label, callback data);
    entities are Bot API objects. `question` is the message that an answer belongs to, `reply_to` the one it is shown under;
    `after` is a message of the chat known to be older."""

    chat: int
    text: str
    entities: tuple[Json, ...] = ()
    buttons: tuple[tuple[tuple[str, str], ...], ...] = ()
    thread: int = 0
    user: int = 0
    question: int | None = None
    reply_to: int | None = None
    after: int = 0
    edit: int | None = None
    job: int | None = None
    delete: tuple[int, ...] = field(default=())  # messages that this one replaces


@dataclass(frozen=True, slots=True)
class Row:
    """A message waiting in the outbox."""

    id: int
    message: Outgoing


class Inbox:
    """Updates of one bot. The states: new → admitted (a question that was let in) → done."""

    def __init__(self, state: State, bot: int) -> None:
        self._db = state.db
        self.bot = bot

    async def keep(self, updates: Iterable[Json]) -> list[Json]:
        """Store updates; returns those not seen before. When this returns they may be acknowledged."""
        rows = [(self.bot, update["update_id"], json.dumps(update, ensure_ascii=False)) for update in updates]

        def store(db: sqlite3.Connection) -> list[Json]:
            fresh = []
            for bot, ident, body in rows:
                values = (bot, ident, body, time.time())
                if db.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?, 'new', ?, NULL)", values).rowcount:
                    fresh.append(json.loads(body))
            return fresh

        return await self._db.write(store)

    def open(self) -> list[tuple[Json, bool, int | None]]:
        """(update, admitted, status message) of all that is not done, oldest first: what a restart has to take up."""
        rows = self._db.read(
            "SELECT body, state, status_message FROM inbox WHERE bot = ? AND state IN ('new', 'admitted')"
            " ORDER BY update_id",
            (self.bot,),
        )
        return [(json.loads(row["body"]), row["state"] == "admitted", row["status_message"]) for row in rows]

    def admit(self, db: sqlite3.Connection, update_id: int) -> None:
        db.execute("UPDATE inbox SET state = 'admitted' WHERE bot = ? AND update_id = ?", (self.bot, update_id))

    def done(self, db: sqlite3.Connection, update_id: int) -> None:
        """Nothing more to do for it; its words are not kept, only its number."""
        db.execute(
            "UPDATE inbox SET state = 'done', body = NULL WHERE bot = ? AND update_id = ?", (self.bot, update_id)
        )

    def is_done(self, db: sqlite3.Connection, update_id: int) -> bool:
        """Whether it was done already: then another replica took it for abandoned."""
        row = db.execute(
            "SELECT 1 FROM inbox WHERE bot = ? AND update_id = ? AND state = 'done'", (self.bot, update_id)
        ).fetchone()
        return row is not None

    def left(self, update_id: int) -> None:
        """It could not be worked on now; it stays here for the next start."""

    def status_message(self, db: sqlite3.Connection, update_id: int, message: int) -> None:
        db.execute(
            "UPDATE inbox SET status_message = ? WHERE bot = ? AND update_id = ?", (message, self.bot, update_id)
        )


class Outbox:
    """Messages of one bot, sent chat by chat in the order in which they were put."""

    def __init__(self, state: State, bot: int) -> None:
        self._db = state.db
        self.bot = bot

    def put(self, db: sqlite3.Connection, origin: str, messages: Sequence[Outgoing]) -> None:
        """`origin` names what they come from: the same thing done twice still sends once."""
        for part, message in enumerate(messages):
            body = {key: value for key, value in asdict(message).items() if value}
            db.execute(
                "INSERT OR IGNORE INTO outbox (bot, chat, thread, user, origin, part, body, state, question, job, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?)",
                (self.bot, message.chat, message.thread, message.user, origin, part,
                 json.dumps(body, ensure_ascii=False), message.question, message.job, time.time()),
            )  # fmt: skip

    def chats(self) -> list[int]:
        """Chats for which something waits."""
        rows = self._db.read("SELECT DISTINCT chat FROM outbox WHERE bot = ? AND state = 'waiting'", (self.bot,))
        return [int(row["chat"]) for row in rows]

    def next(self, chat: int) -> Row | None:
        rows = self._db.read(
            "SELECT o.id, o.body, o.chat, j.message_id AS shown FROM outbox o LEFT JOIN jobs j ON j.id = o.job"
            " WHERE o.bot = ? AND o.chat = ? AND o.state = 'waiting' ORDER BY o.id LIMIT 1",
            (self.bot, chat),
        )
        if not rows:
            return None
        body = json.loads(rows[0]["body"])
        body["chat"] = rows[0]["chat"]  # as it is now: a group may have moved
        if rows[0]["shown"]:
            body["edit"] = rows[0]["shown"]  # a job has one message, which is edited
        body["entities"] = tuple(body.get("entities", ()))
        body["buttons"] = tuple(tuple((label, data) for label, data in row) for row in body.get("buttons", ()))
        body["delete"] = tuple(body.get("delete", ()))
        return Row(rows[0]["id"], Outgoing(**body))

    def sent(self, db: sqlite3.Connection, ident: int, message_id: int | None) -> None:
        """It is there; its text is not kept a second time."""
        db.execute(
            "UPDATE outbox SET state = 'sent', body = '', message_id = ?, at = ? WHERE id = ?",
            (message_id, time.time(), ident),
        )
        db.execute(
            "UPDATE jobs SET message_id = COALESCE(message_id, ?) WHERE id = (SELECT job FROM outbox WHERE id = ?)",
            (message_id, ident),
        )

    def failed(self, db: sqlite3.Connection, ident: int, why: str) -> None:
        """It can never be delivered: blocked, left, gone."""
        db.execute("UPDATE outbox SET state = 'failed', body = '', error = ? WHERE id = ?", (why, ident))

    def drop_chat(self, db: sqlite3.Connection, chat: int, why: str) -> None:
        db.execute(
            "UPDATE outbox SET state = 'failed', body = '', error = ? WHERE bot = ? AND chat = ? AND state = 'waiting'",
            (why, self.bot, chat),
        )

    def newest_known(self, chat: int) -> int:
        """The highest message id of ours or answered by us in a chat."""
        rows = self._db.read(
            "SELECT MAX(MAX(COALESCE(message_id, 0)), MAX(COALESCE(question, 0))) AS newest FROM outbox"
            " WHERE bot = ? AND chat = ?",
            (self.bot, chat),
        )
        return int(rows[0]["newest"] or 0)

    def parts_of(self, talk: Talk, question: int) -> list[int]:
        """The messages that answered a question, first part first."""
        rows = self._db.read(
            "SELECT message_id FROM outbox WHERE bot = ? AND chat = ? AND question = ? AND message_id IS NOT NULL"
            " GROUP BY message_id ORDER BY message_id",
            (talk.bot, talk.chat, question),
        )
        return [int(row["message_id"]) for row in rows]

    def on_the_way(self, talk: Talk, question: int) -> bool:
        """Whether parts of the answer to a question are not sent yet."""
        return bool(
            self._db.read(
                "SELECT 1 FROM outbox WHERE bot = ? AND chat = ? AND question = ? AND state = 'waiting' LIMIT 1",
                (talk.bot, talk.chat, question),
            )
        )

    def waiting(self) -> int:
        rows = self._db.read("SELECT COUNT(*) AS n FROM outbox WHERE bot = ? AND state = 'waiting'", (self.bot,))
        return int(rows[0]["n"])
