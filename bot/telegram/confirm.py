"""Confirmations: what a person is asked before it is done, bound to the person and good for a minute. They are not kept on
the disk: after a restart the command is simply repeated."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

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
