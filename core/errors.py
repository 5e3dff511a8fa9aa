"""Every failure a person may see.

ExpertbotError            carries `.hint`: what to do about it
├── UsageError      (2)   a command, path or setting is wrong
├── DocumentError   (3)   one document can't be read; the others go on
├── UnavailableError (5)  something needed is missing: store locked, LLM down, model not installed, disk full
└── BrokenIndexError (5)  what lies on the disk is not what the ledger says
"""

from __future__ import annotations


class ExpertbotError(Exception):
    """`message` is one sentence for a person, `hint` the cure. `code` names the fault in a word ("pdf_scan", "disk_full", …),
    so that the bot can say it in the person's language, with `values` in it (bot/telegram/faults.py); "" where it can't come
    up in a chat. `exit_code` is the command line's."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "", *, code: str = "", **values: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.values = values


class UsageError(ExpertbotError):
    exit_code = 2


class DocumentError(ExpertbotError):
    exit_code = 3


class UnavailableError(ExpertbotError):
    exit_code = 5


class BrokenIndexError(UnavailableError):
    pass
