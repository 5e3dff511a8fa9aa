"""What the documents lack, as people's questions show it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.feedback import gaps
from bot.telegram.figures import _gap


@pytest.fixture
def state(tmp_path: Path) -> Any:
    db = sqlite3.connect(tmp_path / "state.sqlite")
    db.row_factory = sqlite3.Row
    db.execute("CREATE TABLE traces (id TEXT, bot INTEGER, body TEXT, at REAL)")
    db.execute("CREATE TABLE feedback (trace TEXT, value INTEGER)")
    hits = [{"source": f"{n}.md", "title": "Логи", "headings": ["Логи", f"Раздел {n}"], "score": 1.0} for n in range(3)]
    asked = [
        ("a", 1, "Где тёмная тема?", "refused", 10), ("b", 1, "где тёмная тема", "refused", 20),
        ("c", 1, "Сколько дней?", "answer", 30), ("d", 1, "Кто главный?", "answer", 40),
        ("e", 2, "Чужой вопрос", "refused", 50), ("f", 1, "Старый", "refused", 1),
        ("g", 1, "Отчасти?", "partly", 60),
    ]  # fmt: skip
    for ident, bot, question, kind, at in asked:
        body = {"question": question, "kind": kind, "passages": hits}
        db.execute("INSERT INTO traces VALUES (?, ?, ?, ?)", (ident, bot, json.dumps(body), at))
    db.executemany("INSERT INTO feedback VALUES (?, ?)", [("d", -1), ("c", 1), ("b", -1)])
    return SimpleNamespace(db=SimpleNamespace(read=lambda query, values=(): db.execute(query, values).fetchall()))


def test_what_was_refused_half_answered_or_disliked_is_listed_once(state: Any) -> None:
    found = gaps(state, 1, 5.0, 10)
    assert [(gap["question"], gap["times"], gap["disliked"]) for gap in found] == [
        ("где тёмная тема", 2, 1), ("Отчасти?", 1, 0), ("Кто главный?", 1, 1),
    ]  # fmt: skip
    assert [hit["source"] for hit in found[0]["nearest"]] == ["0.md", "1.md"]
    assert len(gaps(state, 1, 5.0, 1)) == 1


def test_a_gap_is_shown_with_where_to_mend_the_documents(state: Any) -> None:
    shown = _gap(gaps(state, 1, 5.0, 10)[0], 1)
    assert shown.split("\n") == ["1. где тёмная тема (×2, 👎 1)", "    → Логи › Раздел 0", "    → Логи › Раздел 1"]
