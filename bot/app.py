"""Wiring: settings in, a working application out. The only place that picks implementations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.lock import WriterLock
from core.answer import Parts, Watch, answer
from core.errors import UnavailableError, UsageError
from core.nouns import Answer, Candidate, Chunk, Draft, ParsedDocument, Passages, Question, Styled
from core.ports import DocumentEncoder, Embedder, Index, Store
from core.settings import EmbedderSettings, Settings
from ingest.ledger import Ledger
from ingest.pipeline import Fingerprint, Ingestor, IngestReport, Progress
from ingest.pool import EncoderPool
from retrieval.cross_encoder import CrossEncoder
from retrieval.embed import build_embedder, embedder_name
from retrieval.encode import ChunkEncoder
from retrieval.late import TokenEncoder
from retrieval.search import Searcher

if TYPE_CHECKING:
    from bot.traces import Traces
    from core.llm import Llm
    from ingest.readers import Readers
    from style_adapter.versions import Versions
    from style_adapter.voice import Restyler, Voices

SEARCHES = 3  # tries of one search while another process writes
GRACE = 0.5  # seconds a search under way has to end before its index is closed
ROOT = Path(__file__).resolve().parent.parent


def build_encoder(settings: EmbedderSettings, quality: bool) -> DocumentEncoder:
    """In an encoding process: its own embedder on one thread."""
    return ChunkEncoder(build_embedder(settings), TokenEncoder() if quality else None)


def fingerprint_of(settings: Settings) -> Fingerprint:
    """What these settings make of a document, told without loading anything."""
    from ingest.chunk import CHUNKER_VERSION
    from ingest.parse import PARSER_VERSION

    parser = f"parse {PARSER_VERSION}, chunk {CHUNKER_VERSION}/{settings.ingest.chunk_chars}"
    return Fingerprint(parser, ChunkEncoder.name_for(embedder_name(settings.embedder), settings.retrieval.quality))


def personas_folder(settings: Settings) -> Path:
    return Path(settings.persona.folder) if settings.persona.folder else ROOT / "personas"


def adapter_versions(settings: Settings) -> Versions:
    from style_adapter.versions import Versions

    return Versions(personas_folder(settings), settings.data_dir / "adapters")


class App:
    """One data folder, opened. Create it under a DataLock (shared where the settings name Redis); `open` before use, `close`
    after."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ledger = Ledger(settings.data_dir / "ledger.sqlite")
        self.pool = EncoderPool(
            partial(build_encoder, settings.embedder, settings.retrieval.quality), settings.ingest.workers
        )
        self._store: Store | None = None
        self._searcher: Searcher | None = None
        self._following = asyncio.Lock()
        self._generation: int | None = None
        self._cross_encoder = CrossEncoder() if settings.retrieval.quality else None
        self._tokens = TokenEncoder() if settings.retrieval.quality else None
        if settings.shared and not settings.qdrant.url:
            raise UsageError(
                "Several processes can't share the embedded index: it has one owner.",
                "Set EXPERTBOT_QDRANT__URL to a Qdrant server (`expertbot migrate --to URL` moves what is in), or unset "
                "EXPERTBOT_REDIS__URL.",
            )

    # The index

    @cached_property
    def embedder(self) -> Embedder:
        return build_embedder(self.settings.embedder)

    @cached_property
    def index(self) -> Index:
        if self.settings.qdrant.url:
            from retrieval.server import ServerIndex, connect

            return ServerIndex(connect(self.settings.qdrant), self.settings.qdrant, self.embedder.dim)
        from retrieval.edge import EdgeIndex

        return EdgeIndex(self.settings.data_dir / "index", self.embedder.dim)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        return fingerprint_of(self.settings)

    @cached_property
    def ingestor(self) -> Ingestor:
        from ingest.parse import supported

        return Ingestor(
            self.ledger, self.index, lambda: self.store, self.pool, self.parse, self.fingerprint, supported,
            self.settings.ingest.max_file_mb << 20, self.settings.data_dir,
            WriterLock(self.settings.data_dir, self.settings.shared, self._follow),
        )  # fmt: skip

    @cached_property
    def _readers(self) -> Readers:
        from ingest.readers import Readers
        from ingest.sandbox import Limits

        wanted = self.settings.ingest
        limits = Limits(
            memory_bytes=wanted.parse_memory_mb << 20,
            cpu_seconds=int(wanted.parse_seconds) + 1,
            wall_seconds=wanted.parse_seconds,
            input_bytes=wanted.max_file_mb << 20,
        )
        return Readers(wanted.workers or os.cpu_count() or 1, limits, wanted.chunk_chars)

    async def parse(self, data: bytes, source: str) -> tuple[ParsedDocument, list[Chunk]]:
        return await self._readers.read(data, source)

    async def open(self, sweep: bool = True) -> None:
        """Open the active generation and clear away what a crash left; without `sweep` only read it, where there is one.
        Raises UsageError where it was built with another embedder."""
        self._refuse_other_embedder()
        await self._refuse_other_ledger()
        generation = self.ledger.active()
        if sweep or generation is None:
            generation, self._store = await self.ingestor.open()
        else:
            self._store = await self.index.open(generation)
        self._generation = generation
        self._searcher = self._searching(self._store)

    def _searching(self, store: Store) -> Searcher:
        return Searcher(store, self.embedder, self.ledger, self._cross_encoder, self._tokens)

    async def _follow(self) -> bool:
        """Take in what another process wrote since; False where nothing was."""
        async with self._following:
            news = self.ledger.refresh()
            active = self.ledger.active()
            if news == "anew" and self._store is not None and active is not None:
                if active != self._generation:
                    self._store = await self.index.open(active)  # a server's: nothing is held open
                    self._generation = active
                self._searcher = self._searching(self._store)
            return news != "same"

    def _refuse_other_embedder(self) -> None:
        active = self.ledger.active()
        if active is None:
            return
        built = self.ledger.fingerprint(active).rpartition("|")[2]
        if built != self.fingerprint.encoder:
            raise UsageError(
                f"The index was built with the encoder {built}, the settings name {self.fingerprint.encoder}.",
                "With the bot stopped, build it anew: `expertbot reindex`. Or set the embedder or the quality mode back.",
            )

    async def _refuse_other_ledger(self) -> None:
        """A server's collections that this data folder did not make are another's: a first ingest would replace them."""
        if self.settings.qdrant.url and not self.ledger.generation_numbers() and await self.index.generations():
            raise UsageError(
                f"The Qdrant server has an index {self.settings.qdrant.collection} already, and this data folder did not "
                "make it.",
                "Give the new one another name with EXPERTBOT_QDRANT__COLLECTION, or use the data folder it belongs to.",
            )

    @property
    def store(self) -> Store:
        assert self._store is not None, "open() first"
        return self._store

    async def switch(self, store: Store) -> None:
        """Answer from this store from now on. Searches under way need the old one for milliseconds and are given them."""
        old, self._store = self._store, store
        self._generation = self.ledger.active()
        self._searcher = self._searching(store)
        if old is not None:
            try:
                await asyncio.sleep(GRACE)
            finally:
                await old.close()

    async def close(self) -> None:
        """The store first, the ledger last; what fails to close does not keep the rest open."""
        async with AsyncExitStack() as stack:
            stack.callback(self.ledger.close)
            if self._cross_encoder:
                stack.callback(self._cross_encoder.close)
            if traces := self.__dict__.get("traces"):
                stack.push_async_callback(asyncio.to_thread, traces.close)
            if "index" in self.__dict__:
                stack.push_async_callback(self.index.close)
            if "llm" in self.__dict__ and self.llm:
                stack.push_async_callback(self.llm.close)
            if "_readers" in self.__dict__:
                stack.callback(self._readers.close)
            stack.callback(self.pool.close)
            if self._store is not None:
                stack.push_async_callback(self._store.close)

    # Work

    async def ingest(self, paths: Sequence[Path], prune: bool, progress: Progress) -> IngestReport:
        return await self.ingestor.ingest(paths, prune, progress)

    async def warm(self) -> None:
        """Load what the first answer would wait for: dictionaries, weights, the guard. No model and no LLM. Never raises."""
        question = Question("Сколько хранятся журналы событий?")
        with suppress(Exception):
            passages = await self.search(question)
            persona = self.persona(None)
            if persona:
                told = Candidate("Журналы хранятся 90 дней.", "framed")
                draft = Draft(passages, "answer", "Журналы событий хранятся 90 дней.")
                await self.voices.check(Styled(draft, persona, (told,)))

    async def warm_voice(self) -> None:
        """Load the persona's model, ten seconds beside the first answers. Asks no LLM. Never raises."""
        with suppress(Exception):
            if persona := self.persona(None):
                await self.voices.warm(persona)

    async def search(self, question: Question, limit: int = 8) -> Passages:
        assert self._searcher is not None, "open() first"
        if not self.settings.shared:
            return await self._searcher.search(question, limit)
        await self._follow()
        for _ in range(SEARCHES):
            found = await self._searcher.search(question, limit)
            if not await self._follow():  # else points may have been exchanged under it
                break
        return found

    async def answer(self, question: Question, persona: str | None, watch: Watch | None = None) -> Answer:
        made = answer(question, persona, self.parts, watch)
        return await (self.traces.answer(question, persona, made) if self.traces else made)

    @cached_property
    def voices(self) -> Voices:
        from style_adapter.judge import Judge
        from style_adapter.voice import Voices

        judge = None
        if self.settings.persona.judge:
            if self._complete is None:
                raise UnavailableError("A judge needs an LLM.", "Set EXPERTBOT_LLM__BASE_URL and EXPERTBOT_LLM__MODEL.")
            judge = Judge(self._complete)
        return Voices(self.personas_folder, self._restyler(), judge)

    @property
    def versions(self) -> Versions:
        return adapter_versions(self.settings)

    def _restyler(self) -> Restyler | None:
        """The one the settings ask for; None means the `framed` rung is the highest."""
        from bot.restylers import build_restyler

        return build_restyler(self.settings, self.versions, lambda: self.voices.guard, self._complete, self.embedder)

    def persona(self, wanted: str | None) -> str | None:
        """A persona's id from what a person asked for; None for the neutral voice. Raises UsageError for an unknown one."""
        ident = wanted or self.settings.persona.default
        return None if ident == "none" else self.voices.bible(ident).id

    @cached_property
    def llm(self) -> Llm | None:
        if not self.settings.llm.configured:
            return None
        from core.llm import Llm

        return Llm.from_settings(self.settings.llm)

    @property
    def personas_folder(self) -> Path:
        return personas_folder(self.settings)

    @cached_property
    def parts(self) -> Parts:
        plain = Parts(self.search, self._draft, self.voices.restyle, self.voices.check)
        return self.traces.parts(plain) if self.traces else plain

    @cached_property
    def traces(self) -> Traces | None:
        if not self.settings.traces.endpoint:
            return None
        from bot.traces import Traces

        return Traces.from_settings(self.settings)

    @cached_property
    def _complete(self) -> Callable[..., Awaitable[str]] | None:
        if self.llm is None:
            return None
        return self.traces.llm(self.llm.complete, self.settings.llm) if self.traces else self.llm.complete

    @cached_property
    def _drafter(self) -> Callable[[Passages], Awaitable[Draft]]:
        from retrieval.draft import LlmDrafter, extractive

        return LlmDrafter(self._complete) if self._complete else extractive

    async def _draft(self, passages: Passages) -> Draft:
        return await self._drafter(passages)
