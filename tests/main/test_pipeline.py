"""Ingest, remove, prune, reindex and rollback in one process: the real engine, the real embedder, small documents."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot import commands, generations
from bot.app import App
from core.errors import DocumentError, UnavailableError, UsageError
from core.nouns import Question
from core.payload import chunk_id
from core.settings import load
from ingest import pipeline
from ingest.limits import MAX_INPUT

Scenario = Callable[[App, Path], Awaitable[None]]


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Scenario], None]:
    """Run a scenario on an open App over a folder of three documents; afterwards engine and ledger must agree."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, limit in (("a", 4), ("b", 8), ("c", 16)):
        write(folder, name, limit)

    async def whole(scenario: Scenario) -> None:
        app = App(load(env={}, data_dir=tmp_path / "data", folder=tmp_path))
        await app.open()
        try:
            await commands.ingest(app, [str(folder)])
            await scenario(app, folder)
            await agree(app)
        finally:
            await app.close()

    return lambda scenario: asyncio.run(whole(scenario))


def write(folder: Path, name: str, limit: int) -> Path:
    path = folder / f"{name}.md"
    path.write_text(f"# Документ {name}\n\nПредел памяти сервиса {name} равен {limit} ГБ.\n", encoding="utf-8")
    return path


async def texts(app: App) -> set[str]:
    """What a search finds, by its last line."""
    found = await app.search(Question("какой предел памяти сервиса"), 20)
    return {hit.text.strip().splitlines()[-1] for hit in found.hits}


def line(name: str, limit: int) -> str:
    return f"Предел памяти сервиса {name} равен {limit} ГБ."


ALL = {line("a", 4), line("b", 8), line("c", 16)}


async def agree(app: App) -> None:
    """The engine holds the points of the committed documents and no other; nothing is left loose."""
    generation = app.ledger.active()
    assert generation is not None
    pieces = app.ledger.pieces(generation)
    assert await app.store.ids() == {chunk_id(version, n) for version, count in pieces.items() for n in range(count)}
    assert not app.ledger.loose()
    assert app.ledger.chunk_count() == sum(pieces.values())


def test_unchanged_files_write_nothing_and_changed_ones_replace(run):
    async def scenario(app: App, folder: Path) -> None:
        before = {row.source: row for row in app.ledger.documents()}
        report = await commands.ingest(app, [str(folder), str(folder / "a.md"), str(folder)])
        assert (report["unchanged"], report["chunks"]) == (3, 0)
        write(folder, "b", 9)
        report = await commands.ingest(app, [str(folder)])
        assert (report["added"], report["updated"], report["unchanged"]) == (0, 1, 2)
        assert await texts(app) == {line("a", 4), line("b", 9), line("c", 16)}
        assert {row.source for row in app.ledger.documents()} == set(before)

    run(scenario)


def test_what_is_hashed_is_what_is_parsed(run, monkeypatch):
    """A file that changes while it is read is in as one state or the other, under that state's hash."""

    async def scenario(app: App, folder: Path) -> None:
        path = write(folder, "b", 9)
        read = pipeline.read_file

        def read_then_change(path: Path, limit: int = MAX_INPUT) -> bytes:
            data = read(path, limit)
            if path.name == "b.md":
                write(folder, "b", 10)
            return data

        monkeypatch.setattr(pipeline, "read_file", read_then_change)
        await commands.ingest(app, [str(folder)])
        monkeypatch.setattr(pipeline, "read_file", read)
        (row,) = [row for row in app.ledger.documents() if row.source.endswith("/b.md")]
        write(folder, "b", 9)
        assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert line("b", 9) in await texts(app)

    run(scenario)


def test_prune_removes_only_what_is_gone(run, tmp_path: Path):
    async def scenario(app: App, folder: Path) -> None:
        odd = folder / "notes.odd"
        odd.write_text(line("odd", 2), encoding="utf-8")
        inner, other = folder / "inner", tmp_path / "docs-other"
        for place, name in ((inner, "d"), (other, "e")):
            place.mkdir()
            write(place, name, 32)
        assert (await commands.ingest(app, [str(odd), str(inner), str(other)]))["added"] == 3
        (folder / "a.md").unlink()
        (inner / "d.md").unlink()
        (other / "e.md").unlink()
        report = await commands.ingest(app, [str(folder / "b.md")], prune=True)
        assert report["removed"] == 0, "a file is no folder to prune"
        report = await commands.ingest(app, [str(folder), str(inner)], prune=True)
        assert report["removed"] == 2, "the overlapping folder counts once, the neighbour not, the odd suffix stays"
        left = {Path(source).name for source in app.ledger.sources()}
        assert left == {"b.md", "c.md", "notes.odd", "e.md"}
        with pytest.raises(UsageError):
            await commands.ingest(app, [str(folder / "nowhere")], prune=True)

    run(scenario)


def test_removed_documents_leave_every_generation(run):
    async def scenario(app: App, folder: Path) -> None:
        await commands.reindex(app)
        previous = app.ledger.previous()
        assert previous is not None
        assert await commands.remove(app, "a.md") == {"removed": 1}
        assert await texts(app) == ALL - {line("a", 4)}
        kept = await app.index.open(previous)
        try:
            assert await kept.count() == 2
        finally:
            await kept.close()
        await commands.rollback(app)
        assert await texts(app) == ALL - {line("a", 4)}

    run(scenario)


def test_rollback_brings_what_changed_since(run):
    async def scenario(app: App, folder: Path) -> None:
        first = app.ledger.active()
        made = await commands.reindex(app)
        assert made["documents"] == 3
        write(folder, "b", 9)
        write(folder, "d", 32)
        (folder / "c.md").unlink()
        await commands.ingest(app, [str(folder)], prune=True)
        came = {row.source: row.ingested_at for row in app.ledger.documents()}
        back = await commands.rollback(app)
        assert (back["generation"], back["documents"]) == (first, 3)
        now = {line("a", 4), line("b", 9), line("d", 32)}
        assert await texts(app) == now
        await agree(app)
        again = await commands.rollback(app)
        assert again["generation"] == made["generation"]
        assert await texts(app) == now
        assert {row.source: row.ingested_at for row in app.ledger.documents()} == came

    run(scenario)


def test_rollback_without_a_generation_before_is_refused(run):
    async def scenario(app: App, folder: Path) -> None:
        with pytest.raises(UsageError):
            await commands.rollback(app)

    run(scenario)


def test_a_failed_rollback_changes_nothing_and_can_be_repeated(run, monkeypatch):
    async def scenario(app: App, folder: Path) -> None:
        made = await commands.reindex(app)

        async def fail(*_: object) -> None:
            raise UnavailableError("no", "no")

        with monkeypatch.context() as patch:
            patch.setattr(generations, "_verify", fail)
            with pytest.raises(UnavailableError):
                await commands.rollback(app)
        assert app.ledger.active() == made["generation"]
        assert await texts(app) == ALL
        await commands.rollback(app)

    run(scenario)


def test_searches_and_writes_go_on_while_the_index_is_built(run):
    async def scenario(app: App, folder: Path) -> None:
        write(folder, "d", 32)
        building = asyncio.create_task(commands.reindex(app))
        await asyncio.sleep(0.1)
        # These wait for the switch, and must then write to the new generation, not to the one they saw when called.
        adding = asyncio.create_task(commands.ingest(app, [str(folder)]))
        removing = asyncio.create_task(commands.remove(app, "a.md"))
        answered = 0
        while not building.done():
            assert await texts(app) >= ALL
            answered += 1
            await asyncio.sleep(0.01)
        assert answered > 3
        await asyncio.gather(building, adding, removing)
        assert await texts(app) == {line("b", 8), line("c", 16), line("d", 32)}

    run(scenario)


def test_a_cancelled_reindex_leaves_no_trace(run):
    async def scenario(app: App, folder: Path) -> None:
        active = app.ledger.active()
        begun = asyncio.Event()
        task = asyncio.create_task(commands.reindex(app, lambda *_: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert app.ledger.generation_numbers() == [active] == await app.index.generations()
        assert await texts(app) == ALL
        assert (await commands.reindex(app))["documents"] == 3

    run(scenario)


def test_a_cancelled_ingest_keeps_what_was_committed_and_goes_on_later(run):
    async def scenario(app: App, folder: Path) -> None:
        for number in range(12):
            write(folder, f"n{number}", 100 + number)
        begun = asyncio.Event()
        task = asyncio.create_task(commands.ingest(app, [str(folder)], progress=lambda *_: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await agree(app)
        await commands.ingest(app, [str(folder)])
        assert len(app.ledger.sources()) == 15
        assert len(await texts(app)) == 15

    run(scenario)


def test_a_write_that_was_begun_is_finished_though_cancelled(run, monkeypatch):
    async def scenario(app: App, folder: Path) -> None:
        write(folder, "d", 32)
        upsert, begun = app.store.upsert, asyncio.Event()

        async def slow(points):
            begun.set()
            await asyncio.sleep(0.2)
            await upsert(points)

        monkeypatch.setattr(app.store, "upsert", slow)
        task = asyncio.create_task(commands.ingest(app, [str(folder)]))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await agree(app)
        assert line("d", 32) in await texts(app)

    run(scenario)


def test_an_index_can_be_built_by_an_app_that_was_never_opened(tmp_path: Path):
    async def scenario() -> None:
        app = App(load(env={}, data_dir=tmp_path / "data", folder=tmp_path))
        try:
            made = await commands.reindex(app)
            assert (made["generation"], made["documents"]) == (1, 0)
        finally:
            await app.close()

    asyncio.run(scenario())


def test_a_fault_in_the_building_process_is_told_as_it_was(run):
    async def scenario(app: App, folder: Path) -> None:
        damaged = app.settings.model_copy(
            update={"embedder": app.settings.embedder.model_copy(update={"kind": "openai"})}
        )
        with pytest.raises(UsageError, match="needs a model"):
            await generations._in_child(damaged, 99, commands.quiet)

    run(scenario)


def test_a_cancelled_reader_is_nobody_elses_until_its_thread_is_done(run):
    async def scenario(app: App, folder: Path) -> None:
        data = "".join(f"Пункт {n}: предел {n} ГБ.\n\n" for n in range(4000)).encode()
        tasks = [asyncio.create_task(app.parse(data, f"/long{n}.md")) for n in range(6)]
        await asyncio.sleep(0.05)
        for task in tasks[:5]:
            task.cancel()
        document, _ = await tasks[5]
        assert document.source == "/long5.md"
        for number in range(4):
            short, _ = await app.parse(f"# {number}\n\nТекст {number}.".encode(), f"/s{number}.md")
            assert f"Текст {number}." in short.text
        with pytest.raises(DocumentError):
            await app.parse(b"", "/empty.md")

    run(scenario)
