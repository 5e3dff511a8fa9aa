"""Confirmations: what a person is asked before it is done, bound to the person and good for a minute. They are not kept on
the disk: after a restart the command is simply repeated."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.telegram.words import say

if TYPE_CHECKING:
    from bot.telegram.outcome import Outcome, Service

GOOD_FOR = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Pending:
    user: int
    kind: str
    params: dict[str, Any]
    until: float


class Confirmations:
    def __init__(self) -> None:
        self._pending: dict[str, Pending] = {}

    def ask(self, user: int, kind: str, params: dict[str, Any]) -> str:
        """A nonce for the button."""
        now = time.monotonic()
        self._pending = {nonce: item for nonce, item in self._pending.items() if item.until > now}
        nonce = secrets.token_urlsafe(9)
        self._pending[nonce] = Pending(user, kind, params, now + GOOD_FOR)
        return nonce

    def take(self, nonce: str, user: int) -> Pending | None:
        """What was asked, once; None where it is too late, done already or another person's."""
        found = self._pending.get(nonce)
        if found is None or found.user != user:
            return None
        del self._pending[nonce]
        return found if found.until > time.monotonic() else None


def confirm(out: Outcome, service: Service, kind: str, params: dict[str, Any], text: str) -> None:
    """Ask with two buttons; what a press leads to is told in buttons.py."""
    lang, nonce = out.who.lang, service.confirmations.ask(out.who.talk.user, kind, params)
    out.say(text, (((say(lang, "yes"), f"c:{nonce}:y"), (say(lang, "no"), f"c:{nonce}:n")),))
