"""Questions proposed from documents: each has a gold quote that its page holds, and they can be asked at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.evaluation import holds, load_items
from bot.proposals import _asked, from_heading
from core.errors import UnavailableError
from tests.conftest import Run

PAGE = """# Хранение

## Восстановить базу

Копия базы хранится 35 дней, потом её удаляет `opora prune`. Погода бывает разной.

## Журналы

Журналы входного балансировщика хранятся не более 14 дней, дальше их нет нигде.
"""


@pytest.mark.parametrize(
    ("heading", "lang", "question"),
    [("Восстановить базу", "ru", "Как восстановить базу?"), ("Журналы", "ru", "Что сказано про «Журналы»?"),
     ("Как устроен отпуск?", "ru", "Как устроен отпуск?"), ("Restoring a database", "en", "What about restoring a database?"),
     ("SLA", "en", "What do the documents say about SLA?")],
)  # fmt: skip
def test_a_heading_as_a_question(heading: str, lang: str, question: str) -> None:
    assert from_heading(heading, lang) == question


def test_proposals_are_a_set_of_questions(expertbot: Run, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(PAGE, encoding="utf-8")
    data, out = tmp_path / "data", tmp_path / "own.jsonl"
    assert expertbot("ingest", str(tmp_path / "docs"), data_dir=data).returncode == 0
    made = expertbot("eval", "make", "--out", str(out), "--limit", "5", data_dir=data)
    assert made.returncode == 0, made.stderr
    items = load_items(out)
    assert {item.question for item in items} >= {"Как восстановить базу?"}
    for item in items:
        assert holds(PAGE, item.gold)
    again = expertbot("eval", "make", "--out", str(out), data_dir=data)
    assert again.returncode == 2
    assert "exists already" in again.stderr


async def answered(messages: Sequence[dict[str, str]]) -> str:
    assert "14 дней" in messages[1]["content"]
    return "1. Сколько живут логи с балансера?\n2. А сколько они весят?\n"


async def down(messages: Sequence[dict[str, str]]) -> str:
    raise UnavailableError("no", "later")


def test_an_llm_asks_in_other_words_and_beside_the_page() -> None:
    payload = {
        "title": "Хранение",
        "headings": ["Журналы"],
        "source": "page.md",
        "text": "Журналы хранятся не более 14 дней.",
    }
    quote = "Журналы хранятся не более 14 дней."
    rows = asyncio.run(_asked(payload, quote, 7, answered))
    assert [(row["question"], row["answerable"]) for row in rows] == [
        ("Сколько живут логи с балансера?", True), ("А сколько они весят?", False),
    ]  # fmt: skip
    assert json.loads(json.dumps(rows))[1]["near"] == "page.md"
    [row] = asyncio.run(_asked(payload, quote, 7, down))
    assert row["question"] == "Что сказано про «Журналы»?"
