"""A server of adapters as a restyler: OpenAI-compatible (vLLM with --enable-lora), where `model` is the persona's id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.errors import ExpertbotError
from core.nouns import Draft, Reason
from style_adapter.bible import Bible
from style_adapter.judge import Complete
from style_adapter.model.template import DRAFT


class RemoteRestyler:
    """`complete_as(model)` completes with that model. The server's chat template must be the one of training: those of
    Gemma, ChatML and Llama 3 models are."""

    def __init__(self, complete_as: Callable[[str], Complete], candidates: int) -> None:
        self._complete_as, self._candidates = complete_as, candidates

    async def restyle(self, bible: Bible, draft: Draft, slips: Sequence[Reason]) -> list[str]:
        complete = self._complete_as(bible.id)
        content = DRAFT.format(question=draft.passages.question.text, draft=draft.text)
        wanted = [complete([{"role": "user", "content": content}]) for _ in range(self._candidates)]
        results = await asyncio.gather(*wanted, return_exceptions=True)
        texts = [result.strip() for result in results if isinstance(result, str)]
        for result in results:
            if isinstance(result, BaseException) and (not texts or not isinstance(result, ExpertbotError)):
                raise result
        return list(dict.fromkeys(filter(None, texts)))

    async def warm(self, bible: Bible) -> None:
        """The server's models are its own business."""
