"""Bearer keys: shown once, kept only as a hash. Knows no HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import time
from pathlib import Path

from core.errors import UnavailableError, UsageError

PREFIX = "eb-"


class Keys:
    """A JSON file of name → sha256 of the key, read anew when it has changed. Keys hold 256 random bits, so a plain hash can't be
    guessed backwards. Once there was a key there is no going back to none: a revoked or lost file opens nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = self._stat()
        self._hashes = self._read()
        self._asked = bool(self._hashes)

    def __bool__(self) -> bool:
        """Whether a key is asked for."""
        self._refresh()
        return self._asked

    def _stat(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    def _read(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self._path.read_text("utf-8")) if self._path.is_file() else {}
        except (OSError, ValueError) as error:
            raise UnavailableError(
                f"The keys in {self._path} can't be read: {error}.", "Restore the file, or delete it."
            ) from error
        return found

    def _refresh(self) -> None:
        state = self._stat()
        if state != self._state:
            self._hashes, self._state = self._read(), state
            self._asked = self._asked or bool(self._hashes)

    def add(self, name: str) -> str:
        """A new key under this name, told once. Raises UsageError where the name is taken."""
        if name in self._hashes:
            raise UsageError(f"There is a key named {name} already.", "Choose another name, or revoke it first.")
        key = PREFIX + secrets.token_urlsafe(32)
        self._write({**self._hashes, name: _hash(key)})
        return key

    def revoke(self, name: str) -> None:
        if name not in self._hashes:
            raise UsageError(f"There is no key named {name}.", f"There are: {', '.join(self._hashes) or 'none'}.")
        self._write({known: value for known, value in self._hashes.items() if known != name})

    def owner(self, key: str) -> str | None:
        """The name a key belongs to. Compares against every hash, so the time tells nothing."""
        self._refresh()
        found, given = None, _hash(key)
        for name, known in self._hashes.items():
            if hmac.compare_digest(given, known):
                found = name
        return found

    def _write(self, hashes: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(hashes, file)
        fresh.replace(self._path)
        self._hashes, self._state = hashes, self._stat()
        self._asked = self._asked or bool(hashes)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Bucket:
    """Calls a minute, evenly refilled, per name."""

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60
        self._most = max(per_minute / 6, 1.0)
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, name: str) -> float:
        """0 where the call may go, else the seconds until it may."""
        now = time.monotonic()
        left, since = self._left.get(name, (self._most, now))
        left = min(self._most, left + (now - since) * self._rate)
        if left < 1:
            self._left[name] = (left, now)
            return (1 - left) / self._rate
        self._left[name] = (left - 1, now)
        return 0.0
