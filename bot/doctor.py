"""What is missing or doubtful in an installation, each with its cure. Changes nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Awaitable
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Literal
from urllib.parse import urlsplit

from core import install
from core.errors import ExpertbotError
from core.settings import PersonaSettings, Settings

Level = Literal["good", "doubtful", "bad"]
LOW_DISK = 1 << 30  # bytes
REACH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    what: str
    cure: str = ""

    @property
    def mark(self) -> str:
        return {"good": "✓", "doubtful": "?", "bad": "✗"}[self.level]

    def json(self) -> dict[str, str]:
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    return [
        *_folder(settings), *_index(settings), *_embedder(settings), *_quality(settings), *_persona(settings), *_llm(settings),
        *_telegram(settings), *asyncio.run(_reached(settings)),
    ]  # fmt: skip


async def _reached(settings: Settings) -> list[Finding]:
    """Whether the servers that the settings name answer, all asked at once."""
    asked: list[Awaitable[Finding]] = []
    if settings.qdrant.url:
        asked.append(_answers("Qdrant", _qdrant(settings)))
    if settings.shared:
        asked.append(_answers("Redis", _redis(settings)))
    places = {settings.llm.base_url, settings.llm.fallback_base_url} if settings.llm.configured else set()
    if settings.persona.restyler == "remote":
        places.add(settings.persona.remote_base_url)
    asked += [_answers(f"{place}", _listening(place)) for place in sorted(places - {""})]
    return list(await asyncio.gather(*asked))


async def _answers(name: str, work: Awaitable[str]) -> Finding:
    try:
        return Finding("good", f"{name} answers{await asyncio.wait_for(work, REACH_SECONDS)}.")
    except ExpertbotError as error:
        return Finding("bad", error.message, error.hint)
    except (OSError, TimeoutError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no answer in time"
        return Finding("bad", f"{name} can't be reached: {why}.", "Is it running? Check its address in the settings.")


async def _qdrant(settings: Settings) -> str:
    from retrieval.server import ServerIndex, connect

    index = ServerIndex(connect(settings.qdrant), settings.qdrant, 1)
    try:
        return f", generations {', '.join(map(str, await index.generations())) or 'none'}"
    finally:
        await index.close()


async def _redis(settings: Settings) -> str:
    from bot.replicas.link import Link

    link = Link(settings.redis)
    try:
        await link.check()
        return " and keeps what it acknowledges"
    finally:
        await link.close()


async def _listening(url: str) -> str:
    """Only whether somebody listens: a question to a model may cost money."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    _, writer = await asyncio.open_connection(parts.hostname, port)
    writer.close()
    return ""


def _folder(settings: Settings) -> list[Finding]:
    folder = settings.data_dir
    parent = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not os.access(parent, os.W_OK):
        return [Finding("bad", f"The data folder {folder} can't be written.", "Check its owner, or use --data-dir.")]
    free = shutil.disk_usage(parent).free
    if free < LOW_DISK:
        return [Finding("doubtful", f"Only {free >> 20} MB of disk are free.", "Free some space before ingesting.")]
    return [Finding("good", f"Data folder {folder}, {free >> 30} GB free.")]


def _quality(settings: Settings) -> list[Finding]:
    from retrieval.cross_encoder import CrossEncoder

    if not settings.retrieval.quality:
        return []
    try:
        reader = CrossEncoder()
        reader.close()
        reader.reader  # noqa: B018  (it loads)
    except ExpertbotError as error:
        return [Finding("bad", error.message, error.hint)]
    return [Finding("good", "The quality mode reads the best quotes before answering.")]


def _index(settings: Settings) -> list[Finding]:
    path = settings.data_dir / "ledger.sqlite"
    if not path.is_file():
        return [Finding("doubtful", "No documents are in yet.", "expertbot ingest FOLDER")]
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            count = db.execute("SELECT COUNT(*) FROM documents").fetchone()[0]
            row = db.execute("SELECT fingerprint FROM generations WHERE state = 'active'").fetchone()
    except sqlite3.Error as error:
        return [Finding("bad", f"The ledger can't be read: {error}.", "Restore a backup, or ingest anew.")]
    from bot.app import fingerprint_of

    wanted = fingerprint_of(settings).encoder
    if row and row[0].rpartition("|")[2] != wanted:
        cure = "Stop the bot, then `expertbot reindex`, then start it."
        return [Finding("bad", f"The index was built with another encoder than {wanted}.", cure)]
    return [
        Finding("good" if count else "doubtful", f"{count} documents in.", "" if count else "expertbot ingest FOLDER")
    ]


def _embedder(settings: Settings) -> list[Finding]:
    from retrieval.embed import build_embedder, embedder_name

    try:
        build_embedder(settings.embedder)
    except ExpertbotError as error:
        return [Finding("bad", error.message, error.hint)]
    return [Finding("good", f"Embedder {embedder_name(settings.embedder)}.")]


def _persona(settings: Settings) -> list[Finding]:
    wanted = settings.persona.default
    if wanted == "none":
        return [Finding("good", "No persona: the neutral voice.")]
    from bot.app import adapter_versions, personas_folder
    from style_adapter.bible import load
    from style_adapter.model import extra

    try:
        bible = load(personas_folder(settings), wanted)
    except ExpertbotError as error:
        return [Finding("bad", error.message, error.hint)]
    found = [Finding("good", f"Persona {bible.id}: {bible.name}.")]
    if settings.persona.restyler not in ("auto", "adapter"):
        return found
    level: Level = "bad" if settings.persona.restyler == "adapter" else "doubtful"
    try:
        if missing := extra.missing():
            what = f"{', '.join(missing)} not installed: the persona speaks around quoted facts only."
            found.append(Finding(level, what, install.extra("adapter")))
        elif adapter_versions(settings).active(bible.id):
            found.append(_model(settings.persona, level))
    except ExpertbotError as error:
        found.append(Finding("bad", error.message, error.hint))
    return found


def _model(persona: PersonaSettings, level: Level) -> Finding:
    """A base that can't be unpacked is not told at an answer: the persona just speaks around quoted facts."""
    from style_adapter.model.base import cache_folder, check

    try:
        check(persona.base, cache_folder(persona.models_folder))
    except ExpertbotError as error:
        return Finding(level, error.message, error.hint)
    return Finding("good", "The persona's model is unpacked, or has the room to be.")


def _llm(settings: Settings) -> list[Finding]:
    if not settings.llm.configured:
        return [Finding("good", "No LLM: drafts are the documents' own sentences.")]
    return [Finding("good", f"LLM {settings.llm.model} at {settings.llm.base_url or 'the default endpoint'}.")]


def _telegram(settings: Settings) -> list[Finding]:
    telegram = settings.telegram
    if not telegram.token.get_secret_value():
        return [Finding("doubtful", "No Telegram token.", "Get one from @BotFather: EXPERTBOT_TELEGRAM__TOKEN.")]
    found = [Finding("good", "Telegram token set.")]
    if not telegram.admins:
        cure = "EXPERTBOT_TELEGRAM__ADMINS=your numeric id; while there are no admins, the bot tells it at /start."
        found.append(Finding("doubtful", "No admins: nobody can ingest from the chat.", cure))
    if not telegram.allowed:
        cure = (
            "EXPERTBOT_TELEGRAM__ALLOWED=numeric ids, comma-separated; leave it empty only where anyone may read them."
        )
        found.append(Finding("doubtful", "Anyone who finds the bot is answered from your documents.", cure))
    if telegram.webhook_url and not telegram.webhook_secret.get_secret_value():
        found.append(Finding("bad", "A webhook without a secret.", "Set EXPERTBOT_TELEGRAM__WEBHOOK_SECRET."))
    return found
