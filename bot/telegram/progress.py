"""What a person sees while an answer is made: "typing", then a status, then the neutral draft, which is checked against the
documents. Never the persona's unverified words. All of it is spare: where there is no room it is left out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot.telegram.outcome import Asked
from bot.telegram.render import plain
from bot.telegram.split import split
from bot.telegram.words import say
from core.answer import Watch

if TYPE_CHECKING:
    from bot.telegram.gate import Gate
    from core.nouns import Draft

log = logging.getLogger("expertbot.telegram")
BEFORE_TYPING = 0.8  # seconds; most answers are there sooner, and then nothing is shown
BEFORE_STATUS = 1.6
BEFORE_SLOW = 8.0  # then the person is told that it takes longer: a model has 20 s to begin, and may write for a minute
BETWEEN_EDITS = 1.5
DRAFT_LASTS = 20.0  # Telegram lets a draft fade after 30 s
TYPING_LASTS = 4.5
TICK = 0.15


class Progress:
    """Async context around the making of one answer. `kept` records the status message of a group, so that the answer takes its
    place even after a restart. `model`: whether an LLM drafts, which then is what keeps everybody waiting."""

    def __init__(self, asked: Asked, gate: Gate, kept: Callable[[int], Awaitable[None]], model: bool) -> None:
        self._asked = asked
        self._model = model
        self._gate = gate
        self._kept = kept
        self.status_message = asked.status_message
        self._text = say(asked.lang, "searching")
        self._shown = ""
        self._shown_at = 0.0
        self._typed_at = 0.0
        self._stopped = False
        self._calling = False
        self._task: asyncio.Task[None] | None = None

    @property
    def watch(self) -> Watch:
        return Watch(drafted=self._drafted)

    async def _drafted(self, draft: Draft) -> None:
        if draft.kind in ("answer", "partly"):
            self._text = draft.text
        else:
            self._text = say(self._asked.lang, "wording")

    async def __aenter__(self) -> Progress:
        self._task = asyncio.create_task(self._show())
        return self

    async def __aexit__(self, *_: object) -> None:
        """A call under way is waited for: an edit that lands after the answer would hide it."""
        assert self._task is not None
        self._stopped = True
        if self._calling:
            await asyncio.wait({self._task}, timeout=10)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _show(self) -> None:
        started = time.monotonic()
        await asyncio.sleep(BEFORE_TYPING)
        while not self._stopped:
            now = time.monotonic()
            if now - started > BEFORE_SLOW and self._text == say(self._asked.lang, "searching"):
                self._text = say(self._asked.lang, "slow_model" if self._model else "slow")
            self._calling = True
            try:
                if now - started > BEFORE_STATUS and self._due(now):
                    await self._status(now)
                elif now - self._typed_at > TYPING_LASTS and not self._shown:
                    await self._typing(now)
            except Exception:
                log.exception("progress is not shown")
                return
            finally:
                self._calling = False
            await asyncio.sleep(TICK)

    def _due(self, now: float) -> bool:
        if self._asked.edited:
            return False
        if self._text != self._shown:
            return now - self._shown_at > BETWEEN_EDITS
        return self._asked.private and now - self._shown_at > DRAFT_LASTS

    async def _typing(self, now: float) -> None:
        from aiogram.methods import SendChatAction

        talk = self._asked.talk
        self._typed_at = now
        await self._gate.spare(
            talk.chat, SendChatAction(chat_id=talk.chat, action="typing", message_thread_id=talk.thread or None)
        )

    async def _status(self, now: float) -> None:
        from aiogram.methods import EditMessageText, SendMessage, SendMessageDraft
        from aiogram.types import ReplyParameters

        talk, text = self._asked.talk, self._text
        shown, entities = split(*plain(text))[0]
        common: dict[str, Any] = {"chat_id": talk.chat, "text": shown, "parse_mode": None, "entities": entities or None}
        done: Any
        if self._asked.private:
            done = await self._gate.spare(
                talk.chat,
                SendMessageDraft(draft_id=self._asked.update_id, message_thread_id=talk.thread or None, **common),
            )
        elif self.status_message is None:
            reply = ReplyParameters(message_id=self._asked.message, allow_sending_without_reply=True)
            done = await self._gate.spare(
                talk.chat, SendMessage(message_thread_id=talk.thread or None, reply_parameters=reply, **common)
            )
            if done:
                self.status_message = done.message_id
                await self._kept(done.message_id)
        else:
            done = await self._gate.spare(talk.chat, EditMessageText(message_id=self.status_message, **common))
        if done:
            self._shown, self._shown_at = text, now
