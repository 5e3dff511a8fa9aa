"""Logs on stderr, with every secret blotted out: the bot's token is part of each Bot API address, so it turns up in tracebacks
of others' making."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Iterable

from pydantic import BaseModel, SecretStr

from core.settings import LogSettings, Settings

TOKEN = re.compile(r"\d{6,}:[\w-]{30,}")  # also right after "bot", as in an address
BLOT = "[secret]"
SHORTEST = 6  # a shorter secret can't be told from ordinary text


class Redactor:
    """Removes known secrets, and whatever looks like a bot's token."""

    def __init__(self, secrets: Iterable[str]) -> None:
        found = sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(secret) for secret in found)) if found else None

    def __call__(self, text: str) -> str:
        text = self._known.sub(BLOT, text) if self._known else text
        return TOKEN.sub(BLOT, text)


def secrets_of(settings: BaseModel) -> list[str]:
    """The value of every secret setting."""
    found: list[str] = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.append(value.get_secret_value())
        elif isinstance(value, BaseModel):
            found += secrets_of(value)
    return found


class Lines(logging.Formatter):
    """A line for a person, or (`as_json`) an object a line. The traceback is redacted too."""

    def __init__(self, redact: Redactor, as_json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._redact = redact
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        if not self._as_json:
            return self._redact(super().format(record))
        row = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            row["traceback"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(row, ensure_ascii=False)


def start(wanted: LogSettings, settings: Settings) -> None:
    """Log to stderr from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(Redactor(secrets_of(settings)), wanted.json_lines))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(wanted.level)
    # Theirs at INFO is a line an update; ours says what matters.
    for name in ("aiogram", "aiohttp.access", "httpx", "openai"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
