"""The prompt layer as a restyler: any instruction model through an injected `complete`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.errors import ExpertbotError
from core.nouns import Draft, Reason
from style_adapter.bible import Bible
from style_adapter.judge import Complete
from style_adapter.prompt import ExampleBank, messages_for

AT_MOST = 3  # a paid model writes better than a small one, and every wording costs
REPAIR = {
    "ru": "В прошлой попытке факты изменились: {}. Напиши заново, не меняя их.",
    "en": "The last attempt changed facts: {}. Write it again without changing them.",
}


class PromptRestyler:
    """`bank` gives the examples nearest to this turn, where the persona has dialogues."""

    def __init__(
        self, complete: Complete, candidates: int, bank: Callable[[Bible], ExampleBank | None] = lambda _: None
    ) -> None:
        self._complete, self._candidates, self._bank = complete, min(candidates, AT_MOST), bank

    async def warm(self, bible: Bible) -> None:
        await asyncio.to_thread(self._bank, bible)

    async def restyle(self, bible: Bible, draft: Draft, slips: Sequence[Reason]) -> list[str]:
        question = draft.passages.question
        bank = await asyncio.to_thread(self._bank, bible)
        examples = await asyncio.to_thread(bank.nearest, question.text, draft.text) if bank else bible.examples[:2]
        messages = messages_for(bible, draft.text, question.text, question.history, examples)
        if slips:
            found = "; ".join(dict.fromkeys(slip.message for slip in slips))[:600]
            messages[-1]["content"] += "\n\n" + REPAIR[draft.lang].format(found)
        wanted = [self._complete(messages) for _ in range(1 if slips else self._candidates)]
        results = await asyncio.gather(*wanted, return_exceptions=True)
        texts = [result.strip() for result in results if isinstance(result, str)]
        for result in results:
            if isinstance(result, BaseException) and (not texts or not isinstance(result, ExpertbotError)):
                raise result
        return list(dict.fromkeys(filter(None, texts)))
