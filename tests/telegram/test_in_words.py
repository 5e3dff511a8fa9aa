"""Faults, reasons and menus in the reader's language: every code has its Russian words, and they reach the person."""

from __future__ import annotations

import ast
import asyncio
import pickle
import string
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiogram.methods import SetMyCommands
from aiohttp import web

from bot.jobs import Job, Jobs
from bot.state import State
from bot.telegram import fetch
from bot.telegram.assembly import Whole
from bot.telegram.faults import RUSSIAN
from bot.telegram.inbox import Outgoing
from bot.telegram.render import trace_parts
from bot.telegram.service import _menus
from bot.telegram.words import why_words
from bot.telegram.work import describe
from core.errors import BrokenIndexError, ExpertbotError, UnavailableError
from core.nouns import Lang
from core.settings import Settings, TelegramSettings
from retrieval.draft import UNCITED
from style_adapter.judge import KINDS
from tests.conftest import ROOT
from tests.telegram.test_jobs import Quiet, until

FAULTS = ("UsageError", "DocumentError", "UnavailableError", "BrokenIndexError", "Failure")
# What jobs run through.
JOBS = ("ingest", "retrieval", "bot/generations.py", "bot/telegram/work.py", "bot/telegram/fetch.py")
# Faults of the settings, found at the start, before there is anybody to tell.
STARTING = {
    ("ingest/ledger.py", "__init__"), ("retrieval/embed.py", "__init__"), ("retrieval/embed.py", "build_embedder"),
    ("retrieval/server.py", "connect"), ("retrieval/server.py", "_parts"),
}  # fmt: skip
# What another process or another class has named already.
PASSED_ON = {("ingest/sandbox.py", "_parse_and_chunk"), ("ingest/pipeline.py", "_prepare")}


# The codes


def _faults(node: ast.AST, function: str = "") -> Iterator[tuple[str, ast.Call]]:
    """Every fault made in a module, with the function it is made in."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = node.name
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FAULTS:
        yield function, node
    for child in ast.iter_child_nodes(node):
        yield from _faults(child, function)


def test_every_code_has_its_russian_words_and_every_fault_of_a_job_a_code() -> None:
    found = {"internal"}  # bot/jobs.py, of any exception
    for package in ("ingest", "core", "bot", "retrieval"):
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            for function, call in _faults(ast.parse(path.read_text(encoding="utf-8"))):
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                code = given.pop("code", None)
                if isinstance(code, ast.Constant):
                    found.add(str(code.value))
                    texts = RUSSIAN[str(code.value)]
                    wanted = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
                    assert wanted <= set(given), (place, call.lineno, "a value is missing")
                elif place.startswith(JOBS):
                    assert (place, function) in STARTING | PASSED_ON, (place, call.lineno, "no code")
    assert found == set(RUSSIAN)


@pytest.mark.parametrize("code", RUSSIAN)
def test_russian_words_are_russian_and_have_no_full_stop(code: str) -> None:
    error, cure = RUSSIAN[code]
    assert cure or code == "internal"
    for text in filter(None, (error, cure)):
        assert any("а" <= letter <= "я" for letter in text)
        assert not text.endswith(".")


# Jobs


def _failed(tmp_path: Path, error: Exception, lang: Lang) -> str:
    """What a person is told of a job that this error ended."""
    told: list[str] = []

    async def execute(job: Job, progress: Any) -> dict[str, Any]:
        raise error

    async def scene() -> None:
        state = State(tmp_path)
        jobs = Jobs(state, 1, execute, Quiet())
        ident = await state.db.write(lambda db: jobs.add(db, "reindex", {}, 1, 1, lang))
        jobs.start()
        await until(lambda: not jobs.open())
        told.append(describe(jobs.get(ident)))
        await jobs.close()
        state.close()

    asyncio.run(scene())
    return told[0]


def test_a_failed_job_speaks_the_owners_language(tmp_path: Path) -> None:
    error = UnavailableError("Qdrant answered 503: busy", "Look into its log.", code="qdrant_status", status=503)
    assert _failed(tmp_path, error, "ru") == (
        "Задание 1 · перестройка индекса: не вышло\n✗ сервер Qdrant ответил кодом 503\n→ посмотрите его журнал"
    )
    assert _failed(tmp_path, error, "en") == "Job 2 · reindex: failed\n✗ Qdrant answered 503: busy\n→ Look into its log"


def test_an_unforeseen_fault_names_its_number_and_the_log(tmp_path: Path) -> None:
    russian, english = (_failed(tmp_path, ValueError("a bug"), lang).splitlines()[1:] for lang in ("ru", "en"))
    assert len(russian) == len(english) == 1
    ident = russian[0].split()[3].rstrip(",")
    assert len(ident) == 8
    assert russian == [f"✗ внутренняя ошибка {ident}, подробности в журнале бота"]
    assert english[0].startswith("✗ internal error ")
    assert english[0].endswith(", the details are in the bot's log")


def test_a_result_of_an_older_version_is_still_shown() -> None:
    job = Job(1, "reindex", {}, "failed", 1, 1, "ru", None, {"error": "The disk is full.", "hint": "Free some space."})
    assert describe(job).endswith("✗ The disk is full\n→ Free some space")


def test_a_fault_of_the_child_that_builds_an_index_keeps_its_code() -> None:
    came = pickle.loads(pickle.dumps(BrokenIndexError("It broke.", "Mend it.", code="index_broken", status=1)))
    assert (came.message, came.hint, came.code, came.values) == ("It broke.", "Mend it.", "index_broken", {"status": 1})


def test_what_an_address_may_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LARGEST", 10)

    async def big(_: web.Request) -> web.Response:
        return web.Response(text="more than ten bytes")

    async def fetched(url: str, root: str) -> tuple[str, dict[str, Any]]:
        with pytest.raises(ExpertbotError) as raised:
            await fetch.fetch(url, [root], tmp_path / "uploads")
        return raised.value.code, raised.value.values

    async def scene() -> None:
        app = web.Application()
        app.router.add_get("/big", big)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        root = f"http://{host}:{port}/"
        assert await fetched(f"{root}big", root) == ("url_too_big", {})
        assert await fetched(f"{root}none", root) == ("url_status", {"status": 404})
        assert await fetched("http://elsewhere.example/", root) == ("not_allowed", {})
        await runner.cleanup()
        assert await fetched(f"{root}big", root) == ("url", {})
        assert list((tmp_path / "uploads").iterdir()) == []

    asyncio.run(scene())


# /why

TRACE: dict[str, Any] = {
    "status": "draft", "persona": "kesha", "model": "", "confidence": 0.5, "query": "?", "question": "?", "draft": "28 дней [1].",
    "passages": [], "note": UNCITED, "timings": dict.fromkeys(("search", "draft", "restyle", "guard", "total"), 0.012),
    "guard": {"reasons": [{"kind": "number", "draft": "28", "styled": "30"},
                          {"kind": "dropped_claim", "draft": "в год", "styled": ""}]},
}  # fmt: skip


def _why(lang: Lang, **changed: Any) -> str:
    return "\n".join(text for text, _ in trace_parts({**TRACE, **changed}, why_words(lang)))


def test_why_is_in_the_readers_language() -> None:
    russian, english = _why("ru"), _why("en")
    for row in ("· число: «28» → «30»", "· пропущено: «в год»", "ссылки в ответе модели не сошлись",
                "поиск 12, черновик 12, пересказ 12, сверка 12, всего 12"):  # fmt: skip
        assert row in russian
    for row in ("· number: «28»", "· left out: «в год»", "citations did not hold", "search 12, draft 12, rewording 12"):
        assert row in english
    assert "модель не ответила" in _why("ru", note="LLM: The LLM does not answer: it took too long.")
    assert "модель персонажа недоступна" in _why("ru", note="«kesha» has no active adapter.")


@pytest.mark.parametrize("kind", KINDS)
def test_every_slip_has_its_words(kind: str) -> None:
    assert f"slip_{kind}" in why_words("ru")


# The admins


def test_the_menus_come_in_both_languages_for_admins_too() -> None:
    made: dict[tuple[int | None, str | None], list[str]] = {}

    async def other(method: SetMyCommands) -> None:
        chat = getattr(method.scope, "chat_id", None)
        made[chat, method.language_code] = [command.description for command in method.commands]

    settings = Settings(telegram=TelegramSettings(admins=(7,)))
    asyncio.run(_menus(SimpleNamespace(gate=SimpleNamespace(other=other)), settings))  # type: ignore[arg-type]
    assert set(made) == {(None, None), (None, "ru"), (7, None), (7, "ru")}
    assert "статистика" in made[7, "ru"]
    assert "statistics" in made[7, None]
    assert "statistics" not in made[None, None]


def test_the_alarm_is_in_each_admins_language(tmp_path: Path) -> None:
    put: list[Outgoing] = []

    async def scene() -> None:
        state = State(tmp_path)
        jobs = Jobs(state, 1, None, Quiet())  # type: ignore[arg-type]
        for user, lang in ((1, "ru"), (2, "ru"), (2, "en")):
            await state.db.write(lambda db, user=user, lang=lang: jobs.add(db, "eval", {}, user, user, lang))  # type: ignore[misc]
        service = SimpleNamespace(
            settings=Settings(telegram=TelegramSettings(admins=(1, 2, 3))), state=state, jobs=jobs,
            outbox=SimpleNamespace(put=lambda db, origin, messages: put.extend(messages)),
        )  # fmt: skip
        delivery = SimpleNamespace(wake=lambda chat: None)
        await Whole(service, delivery, *[None] * 6).alarm("Conflict")  # type: ignore[arg-type]
        state.close()

    asyncio.run(scene())
    assert [message.chat for message in put] == [1, 2, 3]
    assert [message.text.split()[0] for message in put] == ["Кто-то", "Something", "Кто-то"]
