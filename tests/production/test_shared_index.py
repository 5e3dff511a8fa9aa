"""One index, several processes: what one writes the others find at once, whatever they had open; one writes at a time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import commands
from bot.app import App
from core.nouns import Question
from core.settings import Settings, load
from ingest.ledger import Ledger
from tests.conftest import SHARED
from tests.loopback.qdrant import QdrantServer

pytestmark = pytest.mark.skipif(
    not (SHARED / "contracts" / "qdrant-openapi.json").exists(), reason="../shared/contracts is not here"
)


def settings(place: Path, url: str) -> Settings:
    given = {
        "QDRANT__URL": url,
        "REDIS__URL": "redis://127.0.0.1:9/0",
        "PERSONA__DEFAULT": "none",
        "INGEST__WORKERS": "1",
    }
    return load(env={f"EXPERTBOT_{k}": v for k, v in given.items()}, data_dir=place / "data", folder=place)


async def found(app: App, question: str) -> str:
    passages = await app.search(Question(question))
    return passages.hits[0].text if passages.hits else ""


def test_readers_follow_the_writer(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "leave.md").write_text("# Отпуск\n\nОтпуск длится 28 дней в году.", "utf-8")

    async def scenario() -> None:
        async with QdrantServer() as qdrant:
            writer, reader = App(settings(tmp_path, qdrant.url)), App(settings(tmp_path, qdrant.url))
            try:
                await writer.open()
                await reader.open(sweep=False)
                assert await found(reader, "Сколько длится отпуск?") == ""
                await commands.ingest(writer, [str(documents)])
                assert "28" in await found(reader, "Сколько длится отпуск?")
                (documents / "leave.md").write_text("# Отпуск\n\nОтпуск длится 31 день в году.", "utf-8")
                (documents / "pass.md").write_text("# Пропуск\n\nПропуск печатают за 7 минут.", "utf-8")
                await commands.ingest(reader, [str(documents)])  # any of them may write
                assert "31" in await found(writer, "Сколько длится отпуск?")
                assert "7" in await found(writer, "За сколько печатают пропуск?")
                made = await commands.reindex(writer)
                assert "31" in await found(reader, "Сколько длится отпуск?")
                assert reader.ledger.active() == made["generation"]
                await commands.remove(reader, str(documents / "pass.md"))
                assert "Пропуск" not in await found(writer, "За сколько печатают пропуск?")
                assert writer.ledger.vocabulary() == Ledger(tmp_path / "data" / "ledger.sqlite").vocabulary()
                assert qdrant.violations == []
            finally:
                await writer.close()
                await reader.close()

    asyncio.run(scenario())


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with QdrantServer() as qdrant:
            one, other = App(settings(tmp_path, qdrant.url)), App(settings(tmp_path, qdrant.url))
            try:
                await one.open()
                async with one.ingestor.writing:
                    waiting = asyncio.create_task(commands.ingest(other, [str(tmp_path / "nothing.md")]))
                    await asyncio.sleep(0.3)
                    assert not waiting.done()
                    waiting.cancel()
                    await asyncio.gather(waiting, return_exceptions=True)
                async with asyncio.timeout(5):
                    await other.open()
            finally:
                await one.close()
                await other.close()

    asyncio.run(scenario())
