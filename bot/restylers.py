"""Which restyler the settings ask for. With `auto` a persona speaks by its adapter where one is active and the extra is
installed, else by the prompt layer where an LLM is set, else in frames only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UnavailableError
from core.nouns import Draft, Reason
from core.ports import Embedder
from core.settings import LlmSettings, PersonaSettings, Settings
from style_adapter.bible import Bible
from style_adapter.judge import Complete
from style_adapter.model import extra
from style_adapter.versions import Versions
from style_adapter.voice import Restyler

if TYPE_CHECKING:
    from style_adapter.guard import Guard
    from style_adapter.model.engine import Engine
    from style_adapter.prompt import ExampleBank


def build_restyler(
    settings: Settings, versions: Versions, guard: Callable[[], Guard], complete: Complete | None, embedder: Embedder
) -> Restyler | None:
    """None: the `framed` rung is the highest. Raises UnavailableError where what is asked for can't be had."""
    wanted = settings.persona
    prompt = _prompt(settings, complete, embedder) if complete else None
    if wanted.restyler == "none":
        return None
    if wanted.restyler == "remote":
        return _remote(wanted, settings.llm)
    if wanted.restyler == "prompt":
        if prompt is None:
            raise UnavailableError(
                "The prompt layer needs an LLM.", "Set EXPERTBOT_LLM__BASE_URL and EXPERTBOT_LLM__MODEL."
            )
        return prompt
    if wanted.restyler == "adapter":
        extra.require()
        return _adapter(wanted, versions, guard)
    return Auto(_adapter(wanted, versions, guard) if extra.installed() else None, prompt, versions)


class Auto:
    """The adapter for personas that have one, the prompt layer for the others."""

    def __init__(self, adapter: Restyler | None, prompt: Restyler | None, versions: Versions) -> None:
        self._adapter, self._prompt, self._versions = adapter, prompt, versions

    async def restyle(self, bible: Bible, draft: Draft, slips: Sequence[Reason]) -> list[str]:
        if self._adapter and self._versions.active(bible.id):
            return await self._adapter.restyle(bible, draft, slips)
        return await self._prompt.restyle(bible, draft, slips) if self._prompt else []

    async def warm(self, bible: Bible) -> None:
        if chosen := self._adapter if self._adapter and self._versions.active(bible.id) else self._prompt:
            await chosen.warm(bible)


def _adapter(wanted: PersonaSettings, versions: Versions, guard: Callable[[], Guard]) -> Restyler:
    from style_adapter.restylers.adapter import AdapterRestyler

    def engine() -> Engine:
        from style_adapter.model.base import cache_folder, locate
        from style_adapter.model.engine import Engine

        return Engine(locate(wanted.base, cache_folder(wanted.models_folder)))

    return AdapterRestyler(engine, versions, lambda draft, texts: guard().check_many(draft, texts))


def _prompt(settings: Settings, complete: Complete, embedder: Embedder) -> Restyler:
    from style_adapter.dataset.items import read_all
    from style_adapter.prompt import ExampleBank, examples_of
    from style_adapter.restylers.prompt import PromptRestyler

    folder = (
        Path(settings.persona.folder)
        if settings.persona.folder
        else Path(__file__).resolve().parent.parent / "personas"
    )

    @lru_cache(maxsize=8)
    def bank_of(persona: str, version: int) -> ExampleBank | None:
        items, _ = read_all(folder / persona)
        examples = examples_of(_bibles[persona], items)
        return ExampleBank(examples, embedder.encode) if examples else None

    _bibles: dict[str, Bible] = {}

    def bank(bible: Bible) -> ExampleBank | None:
        _bibles[bible.id] = bible
        return bank_of(bible.id, bible.version)

    return PromptRestyler(complete, settings.persona.candidates, bank)


def _remote(wanted: PersonaSettings, llm: LlmSettings) -> Restyler:
    from style_adapter.restylers.remote import RemoteRestyler

    if not wanted.remote_base_url:
        raise UnavailableError("The remote restyler needs a server.", "Set EXPERTBOT_PERSONA__REMOTE_BASE_URL.")

    @lru_cache(maxsize=32)
    def complete_as(model: str) -> Complete:
        from core.llm import Endpoint, Llm

        endpoint = Endpoint(wanted.remote_base_url, wanted.remote_api_key.get_secret_value(), model)
        return Llm((endpoint,), llm).complete

    return RemoteRestyler(complete_as, wanted.candidates)
