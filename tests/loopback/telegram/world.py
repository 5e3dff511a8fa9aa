"""Chats, people, messages and files as the server holds them. Knows no HTTP and no methods."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.loopback.telegram.schema import Violation

Json = dict[str, Any]
T = TypeVar("T")


class ApiError(Exception):
    """What the Bot API answers when it refuses: a status, a description, perhaps parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class ContractError(Exception):
    """A call that breaks the contract; recorded as violations and refused with 400."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("; ".join(f"{v.where}: {v.message}" for v in violations))
        self.violations = violations


@dataclass(eq=False)
class Message:
    """One message of a chat. `body` is the Bot API object, `edits` the earlier texts, oldest first."""

    chat: Chat
    id: int
    body: Json
    from_bot: bool
    at: float
    edits: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def text(self) -> str:
        return str(self.body.get("text", self.body.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        return list(self.body.get("entities") or self.body.get("caption_entities") or [])

    @property
    def thread_id(self) -> int | None:
        return self.body.get("message_thread_id")

    @property
    def reply_to(self) -> int | None:
        """The id of the message that this one answers."""
        replied = self.body.get("reply_to_message")
        return replied["message_id"] if replied else None

    @property
    def buttons(self) -> list[Json]:
        """The inline buttons, row by row, flat."""
        rows = self.body.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def button(self, label: str) -> Json:
        """The button whose label contains `label`, or whose callback data is it."""
        for button in self.buttons:
            if button.get("callback_data") == label or label in button["text"]:
                return button
        raise LookupError(f"no button {label!r} among {[b['text'] for b in self.buttons]}")

    def __repr__(self) -> str:
        who = "bot" if self.from_bot else self.body.get("from", {}).get("first_name", "?")
        return f"<{self.chat.id}/{self.id} {who}: {self.text[:60]!r}>"


@dataclass(frozen=True)
class Event:
    """One thing that happened in a chat: `kind` is message, edit, delete, draft, action or press."""

    seq: int
    at: float
    kind: str
    chat_id: int
    message: Message | None = None
    data: Json = field(default_factory=dict)


@dataclass(eq=False)
class Chat:
    """A private chat, a group or a supergroup; message ids count from 1 in each, as in supergroups."""

    id: int
    type: str
    title: str | None = None
    username: str | None = None
    person: Json | None = None
    is_forum: bool = False
    started: bool = True
    bot_status: str = "member"
    migrated_to: int | None = None
    topics: dict[int, str] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    log: list[Event] = field(default_factory=list)
    drafts: dict[int, Json] = field(default_factory=dict)
    _last_id: int = 0

    def next_message_id(self) -> int:
        """The next id of this chat; topics take ids too, as the service messages that open them do."""
        self._last_id += 1
        return self._last_id

    @property
    def object(self) -> Json:
        """The Bot API's Chat."""
        body: Json = {"id": self.id, "type": self.type}
        if self.person is not None:
            body |= {k: v for k, v in self.person.items() if k in {"first_name", "last_name", "username"}}
        if self.title is not None:
            body["title"] = self.title
        if self.username:
            body["username"] = self.username
        if self.is_forum:
            body["is_forum"] = True
        return body

    def from_bot(self, *, thread: int | None = None) -> list[Message]:
        """The bot's messages that are still there, oldest first, of one thread if asked."""
        return [
            m
            for m in self.messages.values()
            if m.from_bot and not m.deleted and (thread is None or m.thread_id == thread)
        ]

    def transcript(self) -> list[str]:
        """The chat as a person sees it now, a line a message."""
        return [
            ("bot" if m.from_bot else m.body.get("from", {}).get("first_name", "?")) + ": " + (m.text or "…")
            for m in self.messages.values()
            if not m.deleted
        ]


@dataclass(frozen=True)
class StoredFile:
    """A file on the server; `size` may be claimed larger than the content, to test limits cheaply."""

    file_id: str
    path: str
    content: bytes
    size: int


@dataclass(frozen=True)
class Call:
    """One call of the bot: when, what, and how it was answered (200, an error code, or 0: no answer)."""

    at: float
    method: str
    chat_id: int | None
    params: Json
    code: int
    description: str = ""


class World:
    """Everything the server knows, and the place to wait for something to become true."""

    def __init__(self, bot: Json) -> None:
        self.bot = bot
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: dict[str, Json] = {}
        self.inline: dict[str, Json] = {}
        self.inline_messages: dict[str, Message] = {}
        self.settings: dict[str, Any] = {}
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        self.counters: Counter[str] = Counter()
        self._sequence = 0
        self._changed = asyncio.Event()

    def chat(self, chat_id: object) -> Chat:
        """The chat of an id or @username, or the Bot API's own refusal."""
        if isinstance(chat_id, str):
            found = next((c for c in self.chats.values() if c.username and f"@{c.username}" == chat_id), None)
        else:
            found = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if found is None:
            raise ApiError(400, "Bad Request: chat not found")
        return found

    def bot_user(self) -> Json:
        """The bot as a message's sender: without the fields that only getMe has."""
        return {k: v for k, v in self.bot.items() if k in {"id", "is_bot", "first_name", "username"}}

    def store(self, content: bytes, name: str, size: int | None = None) -> StoredFile:
        """Keeps a file; `size` overrides the size that is told."""
        number = len(self.files) + 1
        stored = StoredFile(
            f"file-{number}", f"documents/{number}/{name}", content, len(content) if size is None else size
        )
        self.files[stored.file_id] = stored
        return stored

    def messages(self) -> Iterator[Message]:
        for chat in self.chats.values():
            yield from chat.messages.values()

    def happened(self, kind: str, chat: Chat, message: Message | None = None, **data: Any) -> Event:
        """Records an event and wakes those who wait."""
        self._sequence += 1
        event = Event(self._sequence, time.monotonic(), kind, chat.id, message, data)
        chat.log.append(event)
        self.wake()
        return event

    def wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for(self, predicate: Callable[[], T | None], within: float = 30.0) -> T:
        """The first truthy value of `predicate`, asked after every event, else TimeoutError."""
        deadline = time.monotonic() + within
        while True:
            changed = self._changed
            if value := predicate():
                return value
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"not within {within} s; {self.describe()}")
            try:
                await asyncio.wait_for(changed.wait(), min(left, 0.1))
            except TimeoutError:
                continue

    def describe(self) -> str:
        """The state in a few lines, for a failing test."""
        calls = [f"{c.method}→{c.code} {c.description}".strip() for c in self.calls[-8:]]
        chats = {c.id: c.transcript()[-4:] for c in list(self.chats.values())[-6:]}
        return f"last calls: {calls}; chats: {chats}; violations: {self.violations[:5]}"
