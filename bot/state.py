"""What the service remembers of people and chats: conversations, traces of answers, feedback, personas, budgets, the audit.
Every row about a person names the bot, the chat, the thread and the user, and is read by all four. Knows no Telegram."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.database import Database
from core.nouns import Turn

Json = dict[str, Any]
KEPT_TURNS = 12  # of one conversation
KEPT_CHARS = 8000
KEPT_DAYS = 90  # of turns and traces
ANSWERS_LISTED = 20  # of a person's own, where they ask what is kept
DAY = "%Y-%m-%d"  # UTC, as `usage` names it
SEEN_DAYS = 3  # update ids are remembered so long, to know a repeat; Telegram repeats for one day

SCHEMA = """
CREATE TABLE IF NOT EXISTS inbox (
  bot INTEGER NOT NULL, update_id INTEGER NOT NULL, body TEXT, state TEXT NOT NULL, received REAL NOT NULL,
  status_message INTEGER, PRIMARY KEY (bot, update_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS inbox_open ON inbox (bot, state) WHERE state IN ('new', 'admitted');
CREATE TABLE IF NOT EXISTS outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, bot INTEGER NOT NULL, chat INTEGER NOT NULL, thread INTEGER NOT NULL,
  user INTEGER NOT NULL, origin TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL,
  question INTEGER, job INTEGER, message_id INTEGER, error TEXT, at REAL NOT NULL, UNIQUE (bot, origin, part));
CREATE INDEX IF NOT EXISTS outbox_open ON outbox (bot, chat, id) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS outbox_question ON outbox (bot, chat, question);
CREATE TABLE IF NOT EXISTS turns (
  id INTEGER PRIMARY KEY, bot INTEGER NOT NULL, chat INTEGER NOT NULL, thread INTEGER NOT NULL, user INTEGER NOT NULL,
  role TEXT NOT NULL, content TEXT NOT NULL, trace TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS turns_of ON turns (bot, chat, thread, user, id);
CREATE TABLE IF NOT EXISTS cuts (
  bot INTEGER NOT NULL, chat INTEGER NOT NULL, thread INTEGER NOT NULL, user INTEGER NOT NULL, update_id INTEGER NOT NULL,
  PRIMARY KEY (bot, chat, thread, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS traces (
  id TEXT PRIMARY KEY, bot INTEGER NOT NULL, chat INTEGER NOT NULL, thread INTEGER NOT NULL, user INTEGER NOT NULL,
  question INTEGER, body TEXT NOT NULL, status TEXT NOT NULL, persona TEXT, seconds REAL NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS traces_of ON traces (bot, chat, thread, user, at);
CREATE TABLE IF NOT EXISTS feedback (
  trace TEXT NOT NULL REFERENCES traces (id) ON DELETE CASCADE, user INTEGER NOT NULL, value INTEGER NOT NULL,
  at REAL NOT NULL, PRIMARY KEY (trace, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chats (
  bot INTEGER NOT NULL, chat INTEGER NOT NULL, persona TEXT, blocked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (bot, chat)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS usage (
  bot INTEGER NOT NULL, user INTEGER NOT NULL, day TEXT NOT NULL, questions INTEGER NOT NULL,
  PRIMARY KEY (bot, user, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, bot INTEGER NOT NULL, kind TEXT NOT NULL, params TEXT NOT NULL,
  state TEXT NOT NULL, chat INTEGER NOT NULL, user INTEGER NOT NULL, lang TEXT NOT NULL, message_id INTEGER,
  result TEXT, at REAL NOT NULL, ended REAL);
CREATE TABLE IF NOT EXISTS cancels (job INTEGER PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, user INTEGER, action TEXT NOT NULL, details TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: a person, in a thread, of a chat, with a bot. `thread` is 0 outside topics."""

    bot: int
    chat: int
    thread: int
    user: int

    def values(self) -> tuple[int, int, int, int]:
        return (self.bot, self.chat, self.thread, self.user)


MINE = "bot = ? AND chat = ? AND thread = ? AND user = ?"


class State:
    """`state.sqlite` of a data folder. Writes are functions over the open transaction, to be combined by the caller."""

    def __init__(self, data_dir: Path) -> None:
        self.db = Database(data_dir / "state.sqlite", SCHEMA)
        self.forgotten = Forgotten(data_dir / "forgotten.jsonl")

    async def open(self) -> None:
        """Forget again whom a restored backup may have brought back, and what is old."""
        people = self.forgotten.people()

        def tidy(db: sqlite3.Connection) -> None:
            for user, at in people.items():
                forget(db, user, before=at)
            old = time.time() - KEPT_DAYS * 86400
            for table in ("turns", "traces", "outbox"):
                db.execute(f"DELETE FROM {table} WHERE at < ?", (old,))
            db.execute("DELETE FROM inbox WHERE state = 'done' AND received < ?", (time.time() - SEEN_DAYS * 86400,))
            db.execute(  # a cut goes with the update it was made by: what it kept out has ended long since
                "DELETE FROM cuts WHERE NOT EXISTS"
                " (SELECT 1 FROM inbox i WHERE i.bot = cuts.bot AND i.update_id = cuts.update_id)"
            )

        await self.db.write(tidy)

    def close(self) -> None:
        self.db.close()

    # Conversations

    def history(self, talk: Talk) -> tuple[Turn, ...]:
        """The latest turns, oldest first, within the limits of number and length."""
        rows = self.db.read(
            f"SELECT role, content FROM turns WHERE {MINE} ORDER BY id DESC LIMIT ?", (*talk.values(), KEPT_TURNS)
        )
        turns, size = list[Turn](), 0
        for row in rows:
            size += len(row["content"])
            if size > KEPT_CHARS:
                break
            turns.append(Turn(row["role"], row["content"]))
        while turns and turns[-1].role == "assistant":  # never an answer without its question
            turns.pop()
        return tuple(reversed(turns))

    def last_trace(self, talk: Talk) -> Json | None:
        """The trace of the latest answer in this conversation."""
        rows = self.db.read(f"SELECT body FROM traces WHERE {MINE} ORDER BY at DESC LIMIT 1", talk.values())
        return json.loads(rows[0]["body"]) if rows else None

    def trace(self, ident: str, bot: int, chat: int) -> Json | None:
        """A trace, if it belongs to this chat."""
        rows = self.db.read("SELECT body FROM traces WHERE id = ? AND bot = ? AND chat = ?", (ident, bot, chat))
        return json.loads(rows[0]["body"]) if rows else None

    def trace_of_message(self, bot: int, chat: int, message: int) -> str | None:
        """The id of the answer that a message of the bot is part of."""
        rows = self.db.read(
            "SELECT t.id FROM outbox o JOIN traces t ON t.bot = o.bot AND t.chat = o.chat AND t.question = o.question"
            " WHERE o.bot = ? AND o.chat = ? AND o.message_id = ? AND o.question IS NOT NULL ORDER BY t.at DESC LIMIT 1",
            (bot, chat, message),
        )
        return str(rows[0]["id"]) if rows else None

    def question_at(self, talk: Talk, message: int) -> str | None:
        """The text of the question in this message, as it was answered."""
        rows = self.db.read(f"SELECT body FROM traces WHERE {MINE} AND question = ?", (*talk.values(), message))
        return str(json.loads(rows[0]["body"])["question"]) if rows else None

    def asked_by(self, trace: str) -> int | None:
        rows = self.db.read("SELECT user FROM traces WHERE id = ?", (trace,))
        return int(rows[0]["user"]) if rows else None

    # Chats and settings

    def persona(self, bot: int, chat: int) -> str | None:
        """The persona chosen in a chat, else the one the admins chose for all, else None."""
        rows = self.db.read("SELECT persona FROM chats WHERE bot = ? AND chat = ?", (bot, chat))
        if rows and rows[0]["persona"]:
            return str(rows[0]["persona"])
        rows = self.db.read("SELECT value FROM meta WHERE key = 'persona'")
        return str(rows[0]["value"]) if rows else None

    def asked_today(self, bot: int, user: int) -> int:
        rows = self.db.read("SELECT questions FROM usage WHERE bot = ? AND user = ? AND day = ?", (bot, user, today()))
        return int(rows[0]["questions"]) if rows else 0

    # A person's own words

    def belongings(self, user: int) -> Json:
        """All that is kept of a person: each kind counted (`counts`), and what their words and doings were, newest last."""

        def rows(query: str) -> list[Json]:
            return [dict(row) for row in self.db.read(query, (user,))]

        def number(query: str) -> int:
            return int(self.db.read(query, (user,))[0][0])

        answers = self.db.read(
            "SELECT chat, body, at FROM traces WHERE user = ? ORDER BY at DESC LIMIT ?", (user, ANSWERS_LISTED)
        )
        kept = {
            "messages": rows("SELECT chat, role, content, at FROM turns WHERE user = ? ORDER BY id"),
            "feedback": rows("SELECT trace, value, at FROM feedback WHERE user = ? ORDER BY at"),
            "days": rows("SELECT day, questions FROM usage WHERE user = ? ORDER BY day"),
            "chats": rows("SELECT persona, blocked FROM chats WHERE chat = ?"),
            "jobs": rows("SELECT kind, params, state, at FROM jobs WHERE user = ? ORDER BY id"),
            "audit": rows("SELECT action, details, at FROM audit WHERE user = ? ORDER BY id"),
        }
        counts = {
            **{kind: len(found) for kind, found in kept.items()},
            "traces": number("SELECT COUNT(*) FROM traces WHERE user = ?"),
            "sent": number("SELECT COUNT(*) FROM outbox WHERE user = ?"),
            "marks": number("SELECT COUNT(*) FROM cuts WHERE user = ?") + (user in self.forgotten.people()),
        }
        texts = [
            {"chat": row["chat"], "question": body["question"], "answer": body["text"], "at": row["at"]}
            for row in reversed(answers)
            for body in (json.loads(row["body"]),)
        ]
        return {"user": user, "counts": counts, **kept, "answers": texts}

    async def forget(self, user: int) -> Json:
        """Remove a person's words at once, remember that they are gone, and count what went."""
        at = time.time()
        self.forgotten.add(user, at)
        return await self.db.write(lambda db: forget(db, user, before=at))


class Forgotten:
    """People who asked to be forgotten, in a file that no backup overwrites: ids and times, nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def people(self) -> dict[int, float]:
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.is_file() else []
        found: dict[int, float] = {}
        for line in lines:
            try:
                row = json.loads(line)
                found[int(row["user"])] = float(row["at"])
            except (ValueError, KeyError, TypeError):
                continue  # a line cut by a power failure
        return found

    def add(self, user: int, at: float) -> None:
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
            file.write(json.dumps({"user": user, "at": at}) + "\n")
            file.flush()
            os.fsync(file.fileno())


def today() -> str:
    return time.strftime(DAY, time.gmtime())


# Writes, to be run within a transaction


def remember(db: sqlite3.Connection, talk: Talk, update_id: int, question: str, answer: Json, message: int) -> None:
    """A question with its answer, as turns and as a trace; not where the person reset or was forgotten meanwhile. An earlier
    answer to the same message is replaced."""
    (forgotten,) = db.execute(
        "SELECT COUNT(*) FROM cuts WHERE bot = ? AND chat = 0 AND thread = 0 AND user = ? AND update_id >= ?",
        (talk.bot, talk.user, update_id),
    ).fetchone()
    if forgotten:
        return
    now = time.time()
    for (old,) in db.execute(
        f"SELECT id FROM traces WHERE {MINE} AND question = ?", (*talk.values(), message)
    ).fetchall():
        db.execute("DELETE FROM turns WHERE trace = ?", (old,))
        db.execute("DELETE FROM traces WHERE id = ?", (old,))
    db.execute(
        "INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (answer["id"], *talk.values(), message, json.dumps(answer, ensure_ascii=False), answer["status"],
         answer["persona"], answer["timings"]["total"], now),
    )  # fmt: skip
    (cut,) = db.execute(f"SELECT COALESCE(MAX(update_id), -1) FROM cuts WHERE {MINE}", talk.values()).fetchone()
    if cut >= update_id:
        return
    for role, content in (("user", question), ("assistant", answer["text"])):
        db.execute(
            "INSERT INTO turns (bot, chat, thread, user, role, content, trace, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*talk.values(), role, content, answer["id"], now),
        )
    db.execute(
        f"DELETE FROM turns WHERE {MINE} AND id NOT IN (SELECT id FROM turns WHERE {MINE} ORDER BY id DESC LIMIT ?)",
        (*talk.values(), *talk.values(), KEPT_TURNS),
    )


def reset(db: sqlite3.Connection, talk: Talk, update_id: int) -> None:
    """Forget one conversation; questions that came before this update leave no turn either."""
    db.execute(f"DELETE FROM turns WHERE {MINE}", talk.values())
    db.execute("INSERT OR REPLACE INTO cuts VALUES (?, ?, ?, ?, ?)", (*talk.values(), update_id))


def forget(db: sqlite3.Connection, user: int, before: float | None = None) -> Json:
    """Everything of a person, or everything older than `before`; returns how much of what. What stays: today's count of
    questions, or nobody would have a limit; jobs that are not done; and the audit, for one that the audited can wipe is none."""
    limit = before if before is not None else time.time()
    day = time.strftime(DAY, time.gmtime(limit))
    gone = {
        "messages": db.execute("DELETE FROM turns WHERE user = ? AND at <= ?", (user, limit)).rowcount,
        "feedback": db.execute("DELETE FROM feedback WHERE user = ? AND at <= ?", (user, limit)).rowcount,
        "traces": db.execute("DELETE FROM traces WHERE user = ? AND at <= ?", (user, limit)).rowcount,
        "jobs": db.execute(
            "DELETE FROM jobs WHERE user = ? AND at <= ? AND state NOT IN ('queued', 'running')", (user, limit)
        ).rowcount,
    }
    db.execute("DELETE FROM outbox WHERE user = ? AND at <= ? AND state != 'waiting'", (user, limit))
    db.execute("DELETE FROM usage WHERE user = ? AND day <= ? AND day != ?", (user, day, today()))
    db.execute("DELETE FROM chats WHERE chat = ? AND ? >= ?", (user, limit, time.time() - 60))
    return gone


def vote(db: sqlite3.Connection, trace: str, user: int, value: int) -> bool:
    """Bind a thumb to a trace; False where the trace is gone."""
    if not db.execute("SELECT 1 FROM traces WHERE id = ?", (trace,)).fetchone():
        return False
    db.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", (trace, user, value, time.time()))
    return True


def choose_persona(db: sqlite3.Connection, bot: int, chat: int, persona: str) -> None:
    db.execute(
        "INSERT INTO chats (bot, chat, persona) VALUES (?, ?, ?)"
        " ON CONFLICT (bot, chat) DO UPDATE SET persona = excluded.persona",
        (bot, chat, persona),
    )


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def set_blocked(db: sqlite3.Connection, bot: int, chat: int, blocked: bool) -> None:
    db.execute(
        "INSERT INTO chats (bot, chat, blocked) VALUES (?, ?, ?)"
        " ON CONFLICT (bot, chat) DO UPDATE SET blocked = excluded.blocked",
        (bot, chat, int(blocked)),
    )


def count_question(db: sqlite3.Connection, bot: int, user: int) -> None:
    db.execute(
        "INSERT INTO usage VALUES (?, ?, ?, 1) ON CONFLICT (bot, user, day) DO UPDATE SET questions = questions + 1",
        (bot, user, today()),
    )


def audit(db: sqlite3.Connection, user: int | None, action: str, details: Sequence[Any] | Json = ()) -> None:
    db.execute(
        "INSERT INTO audit (at, user, action, details) VALUES (?, ?, ?, ?)",
        (time.time(), user, action, json.dumps(details, ensure_ascii=False)),
    )


def migrate(db: sqlite3.Connection, bot: int, old: int, new: int) -> None:
    """A group became a supergroup: everything of it goes on under the new id."""
    for table in ("turns", "traces", "outbox", "cuts", "chats"):
        db.execute(f"UPDATE OR REPLACE {table} SET chat = ? WHERE bot = ? AND chat = ?", (new, bot, old))


def cut(db: sqlite3.Connection, bot: int, user: int, update_id: int) -> None:
    """Nothing of a person's questions up to this update is to be remembered any more."""
    db.execute("INSERT OR REPLACE INTO cuts VALUES (?, 0, 0, ?, ?)", (bot, user, update_id))
