"""The words of a neutral answer: small talk told from questions, table rows as people say them."""

from __future__ import annotations

import pytest

from core.smalltalk import kind
from core.text import denies
from retrieval.draft import cite, present


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("спасибо, ты лучший!", "thanks"),
        ("Молодец", "thanks"),
        ("ты кто вообще?", "identity"),
        ("thanks, you are the best", "thanks"),
        ("ты", None),
        ("понял, а где почитать про квоты?", None),
        ("спасибо, а как отключить VPN?", None),
    ],
)
def test_small_talk_is_told_from_questions(text: str, expected: str | None) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Параметр: секций; По умолчанию: 6; Предел: 48", "Секций — по умолчанию: 6; предел: 48"),
        (
            "Что: PostgreSQL; Полная копия: в 02:30; URL: x.example",
            "PostgreSQL — полная копия: в 02:30; URL: x.example",
        ),
        ("Уровень: SEV2; Признак: не работает T1", "Уровень: SEV2; Признак: не работает T1"),
        ("Причины: сеть; решение: перезапуск", "Причины: сеть; решение: перезапуск"),
    ],
)
def test_a_first_column_that_only_names_things_is_left_out(row: str, said: str) -> None:
    assert present(row) == said


@pytest.mark.parametrize(
    ("quote", "denied", "said"),
    [
        (
            "## Нельзя\n\n1. Делать дамп.\n2. Хранить копии.",
            "Нельзя",
            "Нельзя:\n1. Делать дамп.\n2. Хранить копии [1].",
        ),
        ("2. Хранить копии дома.", "Нельзя", "Нельзя:\nХранить копии дома [1]."),
        ("## Что хранится\n\nЖурналы.", "", "Журналы [1]."),
        ("## Нельзя", "Нельзя", ""),
        ("- drafts", "What is not backed up", "What is not backed up:\ndrafts [1]."),
    ],
)
def test_a_heading_that_denies_stays_with_what_it_denies(quote: str, denied: str, said: str) -> None:
    assert cite(quote, 1, denied) == said


@pytest.mark.parametrize("heading", ["Чего делать нельзя", "Запрещено", "Исключения", "What we don’t back up", "Never"])
def test_what_denies(heading: str) -> None:
    assert denies(heading)


@pytest.mark.parametrize("heading", ["Нетто и брутто", "Непрерывная интеграция", "Notes", "Northern site", "Можно"])
def test_what_does_not_deny(heading: str) -> None:
    assert not denies(heading)
