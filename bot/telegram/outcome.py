"""What an update leads to, as values: handlers say it, the engine makes it so in one transaction. Knows no handlers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.state import Talk
from bot.telegram.inbox import Outgoing
from bot.telegram.render import Buttons, Rendered
from core.nouns import Lang

if TYPE_CHECKING:
    from bot.app import App
    from bot.jobs import Jobs
    from bot.state import State
    from bot.telegram.confirm import Confirmations
    from bot.telegram.desk import Desk
    from bot.telegram.gate import Gate
    from bot.telegram.inbox import Inbox, Outbox
    from core.settings import Settings

Write = Callable[[sqlite3.Connection], Any]


@dataclass(frozen=True, slots=True)
class Who:
    """Where an update comes from. `owner`: the numeric id is an admin's; `admin`: and this is the private chat."""

    talk: Talk
    lang: Lang
    update_id: int
    private: bool
    owner: bool
    allowed: bool
    message: int = 0

    @property
    def admin(self) -> bool:
        return self.owner and self.private


@dataclass(frozen=True, slots=True)
class Asked:
    """A question let in, or about to be."""

    talk: Talk
    update_id: int
    message: int
    text: str
    lang: Lang
    private: bool
    edited: bool = False
    status_message: int | None = None


@dataclass(slots=True)
class Outcome:
    """Messages to send, rows to write, a question to answer, a toast for a pressed button, all of one update."""

    who: Who
    messages: list[Outgoing] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    after: list[Callable[[], Any]] = field(default_factory=list)
    question: Asked | None = None
    inline: str | None = None
    toast: str = ""

    def say(
        self, text: str | Iterable[Rendered], buttons: Buttons = (), reply_to: int | None = None, job: int | None = None
    ) -> None:
        """A message of the bot's own to where the update came from; parts are sent one after the other, buttons under the
        last."""
        from bot.telegram.split import split

        parts = list(split(text)) if isinstance(text, str) else list(text)
        talk = self.who.talk
        for number, (body, entities) in enumerate(parts):
            last = number == len(parts) - 1
            self.messages.append(
                Outgoing(
                    talk.chat, body, tuple(entities), buttons if last else (), talk.thread, talk.user,
                    reply_to=reply_to if number == 0 else None, after=self.who.message, job=job if last else None,
                )
            )  # fmt: skip

    def replace(self, message: int, text: str) -> None:
        """New words, without buttons, for a message of the bot in this chat."""
        self.messages.append(replace(Outgoing(self.who.talk.chat, text, user=self.who.talk.user), edit=message))


@dataclass(slots=True)
class Service:
    """What handlers may use."""

    settings: Settings
    app: App
    state: State
    inbox: Inbox
    outbox: Outbox
    gate: Gate
    jobs: Jobs
    desk: Desk
    confirmations: Confirmations
    me: int
    username: str
