"""Rows of tables, captions of commands and items of lists said otherwise, and what of them must stay. No model."""

from __future__ import annotations

import pytest

from style_adapter.restylers.compose import prose
from style_adapter.restylers.ways import is_row
from tests.adapter.test_ways import ways


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Тело запроса — предел: 10 МБ; исключение: нет", "Для тела запроса предел — 10 МБ, исключений нет"),
        ("`limit` на сервере — значение: 400; скидка: нет [1].", "Для `limit` на сервере значение — 400, скидок нет [1]."),
        ("Ключи подписи — срок: 1 год; кто меняет: Лиза [1].", "Для ключей подписи срок — 1 год, меняет Лиза [1]."),
        ("Ключи «А» — срок: 1 год; кто меняет: Лиза и Аня", "Для ключей «А» срок — 1 год; кто меняет: Лиза и Аня"),
        ("Размер темы — по умолчанию: 50 ГиБ; предел: 400 ГиБ", "Размер темы по умолчанию — 50 ГиБ, предел — 400 ГиБ"),
        ("Золотая карта — цена: 990 ₽; доставка: нет", "Для золотой карты цена — 990 ₽, доставки нет"),
        ("Анализ крови — цена: 700 ₽; срок: 1 день, не раньше", "Для анализа крови цена — 700 ₽; срок — 1 день, не раньше"),
        ("`KEY` — описание: Печать всех команд [1].", "`KEY` — печать всех команд [1]."),
        ("Вернуть сообщения: `replay` [1].", "Чтобы вернуть сообщения: `replay` [1]."),
        ("Собрать и сохранить образы в реестр:", "Чтобы собрать и сохранить образы в реестр:"),
    ],
)  # fmt: skip
def test_rows_and_captions(text: str, way: str):
    assert way in ways(text)


@pytest.mark.parametrize(
    "text",
    [
        "Иван Петров — должность: врач; кабинет: 12 [1].",  # a person is no thing
        "Пенсионеры — цена: 200 ₽; документ: паспорт [1].",
        "Тело запроса — как менять: попросить владельца; предел: 10 МБ",  # the label is a question
        "Тело запроса — предел: кто просит, тот ждёт; скидка: 5 %",  # a cell that says something by itself
        "Карта и счёт — цена: 990 ₽; срок: 1 год",  # of two things
        "Разместите файл в папке: `a`",
        "Есть несколько способов: `a`",
        "Посмотреть раньше: `a`",
    ],
)
def test_what_of_them_stays(text: str):
    assert not [way for way in ways(text) if way.startswith(("Для", "Чтобы"))]


def test_a_statement_with_a_colon_is_no_row():
    assert not is_row("Обычный случай — ошибка сети: сервис ждёт [1].")
    assert is_row("Обычный случай — срок: 5 минут; кто решает: дежурный [1].")


def test_prose_of_rows_and_lists():
    draft = "- Порт надо указать в файле.\n2. Имя надо указать там же.\n`a` — срок: 1 год; цена: 5 ₽ [1]."
    assert [draft[span.start : span.end] for span in prose(draft)] == [
        "Порт надо указать в файле.",
        "Имя надо указать там же.",
        "`a` — срок: 1 год; цена: 5 ₽ [1].",
    ]


def test_a_comment_within_code_is_no_sentence():
    draft = "`# Шаг 1. Нужно указать порт в файле настроек.` [1]."
    assert not prose(draft)
