"""A question that was let in, from its history to its answer in the outbox, in one transaction with all that is remembered of
it. Knows no updates."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import commands
from bot.state import remember
from bot.telegram.inbox import Outgoing
from bot.telegram.progress import Progress
from bot.telegram.render import Rendered, answer_buttons, answer_parts
from bot.telegram.split import split
from bot.telegram.words import say
from core.errors import ExpertbotError, UnavailableError, UsageError
from core.nouns import Answer, Lang, Question
from retrieval.draft import UNCITED

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.telegram.delivery import Delivery
    from bot.telegram.outcome import Asked, Service

Json = dict[str, Any]
log = logging.getLogger("expertbot.telegram")
LONGEST = 150.0  # seconds; above the LLM's own limits, so that nothing hangs for ever
AGAIN = 5.0  # seconds until an answer that could not be written is written again
FOR_THE_FIRST = 60.0  # seconds an edited question waits for the first answer to be there


class Answering:
    def __init__(self, service: Service, delivery: Delivery, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        self._delivery = delivery
        self.running: dict[int, set[asyncio.Task[None]]] = {}  # by user

    async def work(self, asked: Asked) -> None:
        """Answer, remember, hand to delivery. What fails is said."""
        trace: Json | None = None
        if self._service.settings.log.prompts:
            log.info("question %s: %s", asked.update_id, asked.text)
        try:
            asked, trace = await self._made(asked)
            parts, buttons = answer_parts(trace, lowered(trace, asked.lang)), answer_buttons(trace)
        except (ExpertbotError, TimeoutError) as error:
            self._metrics.failed(error)
            log.warning("question %s: %s", asked.update_id, error or "no answer in time")
            parts, buttons = split(say(asked.lang, "later")), ()
        except Exception as error:
            self._metrics.failed(error)
            ident = uuid.uuid4().hex[:8]
            log.exception("error %s", ident)
            parts, buttons = split(say(asked.lang, "broken", ident=ident)), ()
        placed = await self._placed(asked, parts, buttons)
        while True:
            try:
                return await self._commit(asked, trace, placed)
            except UnavailableError as error:  # a full disk: what is answered waits for it
                log.error("question %s: %s %s", asked.update_id, error.message, error.hint)
                await asyncio.sleep(AGAIN)

    async def _made(self, asked: Asked) -> tuple[Asked, Json]:
        service = self._service
        history = service.state.history(asked.talk)
        if asked.edited:
            history = _before(history, asked, service)
        persona = self.persona(asked.talk.chat)

        async def keep(message: int) -> None:
            await service.state.db.write(lambda db: service.inbox.status_message(db, asked.update_id, message))

        async with Progress(asked, service.gate, keep, service.settings.llm.configured) as progress:
            async with asyncio.timeout(LONGEST):
                answer = await service.app.answer(Question(asked.text, history), persona, progress.watch)
        self._metrics.answered(answer)
        return replace(asked, status_message=progress.status_message), trace_of(answer, self.model(answer))

    def persona(self, chat: int) -> str | None:
        """Who speaks in a chat. A persona that is gone gives way to the settings' one, that one to the neutral voice."""
        service = self._service
        for wanted in (service.state.persona(service.me, chat), None):
            try:
                return service.app.persona(wanted)
            except UsageError as error:
                log.warning("persona: %s", error.message)
        return None

    def model(self, answer: Answer) -> str:
        return self._service.settings.llm.model if answer.draft.origin == "llm" else ""

    async def _placed(self, asked: Asked, parts: Sequence[Rendered], buttons: Any) -> list[Outgoing]:
        """The parts as messages: in the place of a status message or of the answer before the edit, else new ones."""
        places: list[int] = []
        if asked.status_message is not None:
            places = [asked.status_message]
        elif asked.edited:
            places = await self._first_answer(asked)
        messages = []
        for number, (text, entities) in enumerate(parts):
            last = number == len(parts) - 1
            messages.append(
                Outgoing(
                    asked.talk.chat, text, tuple(entities), buttons if last else (), asked.talk.thread, asked.talk.user,
                    question=asked.message, reply_to=asked.message if number == 0 else None, after=asked.message,
                    edit=places[number] if number < len(places) else None,
                    delete=tuple(places[len(parts) :]) if last else (),
                )
            )  # fmt: skip
        return messages

    async def _first_answer(self, asked: Asked) -> list[int]:
        """The messages of the answer to the question as it was; waited for where they are still on their way."""
        outbox = self._service.outbox
        for _ in range(int(FOR_THE_FIRST / 0.2)):
            if not outbox.on_the_way(asked.talk, asked.message):
                break
            await asyncio.sleep(0.2)
        return outbox.parts_of(asked.talk, asked.message)

    async def _commit(self, asked: Asked, trace: Json | None, messages: Sequence[Outgoing]) -> None:
        service = self._service

        def write(db: sqlite3.Connection) -> None:
            if service.inbox.is_done(db, asked.update_id):
                return
            service.outbox.put(db, f"u{asked.update_id}", messages)
            if trace:
                remember(db, asked.talk, asked.update_id, asked.text, trace, asked.message)
            service.inbox.done(db, asked.update_id)

        await service.state.db.write(write)
        self._delivery.wake(asked.talk.chat)


def lowered(trace: Json, lang: Lang) -> str:
    """What is said under an answer that stands on a lower rung than it should, "" else."""
    if trace["kind"] not in ("answer", "partly"):
        return ""
    if trace["note"].startswith("LLM"):
        return say(lang, "uncited" if trace["note"] == UNCITED else "without_llm")
    rejected = trace["status"] == "draft" and not trace["guard"]["ok"]  # else there was no wording to begin with
    return say(lang, "without_voice") if rejected else ""


def trace_of(answer: Answer, model: str) -> Json:
    """All that /why, the source buttons and the feedback need to know of an answer."""
    passages = answer.draft.passages
    return {
        **commands.answer_json(answer),
        "query": passages.query,
        "model": model,
        "kind": answer.draft.kind,
        "passages": [
            {"source": hit.source, "title": hit.title, "headings": list(hit.headings), "score": round(hit.score, 4)}
            for hit in passages.hits
        ],
    }


def _before(history: Sequence[Any], asked: Asked, service: Service) -> tuple[Any, ...]:
    """The conversation before an edited question: without its first version and what followed."""
    old = service.state.question_at(asked.talk, asked.message)
    for number in range(len(history) - 1, -1, -1):
        if history[number].role == "user" and history[number].content == old:
            return tuple(history[:number])
    return tuple(history)
