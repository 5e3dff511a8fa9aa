"""Questions asked in any chat by `@bot question`: answered at once or not at all, in the person's own voice settings. Not kept:
a query is worth nothing some seconds later."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.telegram.answering import trace_of
from bot.telegram.render import answer_parts, plain, source_block
from bot.telegram.split import split
from bot.telegram.words import say
from core.nouns import Question

if TYPE_CHECKING:
    from aiogram.types import InlineQuery

    from bot.telegram.answering import Answering
    from bot.telegram.outcome import Service, Who

log = logging.getLogger("expertbot.telegram")
STILL = 0.4  # seconds without a further letter before a query is answered
SHORTEST = 3  # letters
CACHED = 30  # seconds, for this person only
SHOWN = 120  # characters of the preview
WITHIN = 12.0  # seconds; Telegram has given up on the query by then


class Inline:
    def __init__(self, service: Service, answering: Answering) -> None:
        self._service = service
        self._answering = answering
        self._asking: dict[int, asyncio.Task[None]] = {}

    def ask(self, query: InlineQuery, who: Who, text: str) -> None:
        """Answer this query; an earlier one of the same person is not wanted any more."""
        user = who.talk.user
        if earlier := self._asking.pop(user, None):
            earlier.cancel()
        task = asyncio.create_task(self._answer(query, who, text))
        self._asking[user] = task
        task.add_done_callback(lambda done: self._asking.pop(user, None) if self._asking.get(user) is done else None)

    async def close(self) -> None:
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def _answer(self, query: InlineQuery, who: Who, text: str) -> None:
        from aiogram.methods import AnswerInlineQuery
        from aiogram.types import (
            InlineQueryResultArticle,
            InlineQueryResultsButton,
            InlineQueryResultUnion,
            InputTextMessageContent,
            LinkPreviewOptions,
            MessageEntity,
        )

        results: list[InlineQueryResultUnion] = []
        button = None
        if len(text) >= SHORTEST and who.allowed:
            await asyncio.sleep(STILL)
            try:
                persona = self._answering.persona(who.talk.user)
                async with asyncio.timeout(WITHIN):
                    answer = await self._service.app.answer(Question(text), persona)
            except Exception:
                log.exception("an inline query was not answered")
                return
            trace = trace_of(answer, self._answering.model(answer))
            body, entities = answer_parts(trace)[0]
            folded = split(*plain("\n\n", *(source_block(source) for source in trace["sources"][:3])))
            if trace["sources"] and len(body) + len(folded[0][0]) < 3000:
                from bot.telegram.split import units

                shift = units(body) + 2
                body, entities = f"{body}\n\n{folded[0][0]}", [
                    *entities, *({**entity, "offset": entity["offset"] + shift} for entity in folded[0][1])
                ]  # fmt: skip
            content = InputTextMessageContent(
                message_text=body, entities=[MessageEntity(**entity) for entity in entities] or None, parse_mode=None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )  # fmt: skip
            results.append(
                InlineQueryResultArticle(
                    id=answer.id, title=text[:SHOWN], description=answer.text[:SHOWN], input_message_content=content
                )
            )
        else:
            button = InlineQueryResultsButton(text=say(who.lang, "inline_empty"), start_parameter="inline")
        await self._service.gate.other(
            AnswerInlineQuery(
                inline_query_id=query.id, results=results, cache_time=CACHED, is_personal=True, button=button
            )
        )
