"""Bytes to text: UTF with and without marks, the Russian code pages, mixtures, short and Latin texts; nothing
ever fails."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.encoding import decode
from ingest.parse import parse

POEM = (
    "Ночью сервер перезагрузили, и очередь сообщений опустела. Дежурный инженер записал время: три часа сорок минут. "
    "Ёмкость диска выросла вдвое, хотя объём данных не изменился; «горячие» таблицы перенесли на отдельный том."
)
SENTENCES = (
    "Копии хранятся тридцать суток.",
    "Срок рассмотрения заявки — не более трёх рабочих дней.",
    "НАСТОЯЩИЙ РЕГЛАМЕНТ УТВЕРЖДЁН ПРИКАЗОМ ДИРЕКТОРА",
    "Команда docker run запускает контейнер в фоне, если указан ключ -d.",
    "Привет",
    "имя;город;оклад",
)
RUSSIAN_TABLES = ("cp1251", "koi8-r", "cp866", "iso8859-5")


@pytest.mark.parametrize("table", ["utf-8", "utf-8-sig", *RUSSIAN_TABLES])
@pytest.mark.parametrize("text", [POEM, *SENTENCES])
def test_russian_in_every_table(text: str, table: str) -> None:
    text = text.encode(table, "ignore").decode(table)
    assert decode(text.encode(table))[0] == text


@pytest.mark.parametrize("table", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("text", [POEM, "A plain English sentence about backups.", "Смешанный text с latin"])
def test_wide_with_and_without_mark(text: str, table: str, mark: bool) -> None:
    bom = codecs.lookup(table).encode("\ufeff")[0] if mark else b""
    assert decode(bom + text.encode(table)) == (text, table)


@pytest.mark.parametrize(
    "text",
    [
        "café à la crème, déjà vu",
        "Größe über Straße",
        "señor mañana",
        "“Quoted” — naïve",
        "café au lait, déjà vu. " * 60,
        "10 € – price",
    ],
)
def test_western_text_is_not_taken_for_russian(text: str) -> None:
    assert decode(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize(
    ("text", "table"), [("καλημέρα κόσμε, τι κάνεις σήμερα; " * 20, "cp1253"), ("日本語の文章です。" * 30, "shift_jis")]
)
def test_other_scripts_are_guessed(text: str, table: str) -> None:
    assert decode(text.encode(table))[0] == text


def test_lines_of_another_table_in_a_utf8_file() -> None:
    data = (POEM + "\n").encode() * 3 + "Эту строку вставили из старого файла.\n".encode("cp1251") + POEM.encode()
    text, encoding = decode(data)
    assert encoding == "utf-8"
    assert "Эту строку вставили из старого файла." in text
    assert text.count(POEM) == 4


def test_a_file_cut_inside_a_letter_loses_that_letter_only() -> None:
    assert decode(POEM.encode()[:-2])[0] == POEM[:-2]


def test_a_declared_table_is_believed_where_it_fits() -> None:
    data = "<meta charset='koi8-r'><p>Мир</p>".encode("koi8-r")
    assert "Мир" in decode(data)[0]
    assert "Привет" in decode("<meta charset=utf-8><p>Привет, мир</p>".encode("cp1251"))[0]


@given(st.binary(max_size=400))
def test_any_bytes_decode(data: bytes) -> None:
    decode(data)[0].encode("utf-8")


@given(st.text(max_size=200))
def test_utf8_comes_back(text: str) -> None:
    if not text.startswith("\ufeff") and "\x00" not in text:
        assert decode(text.encode())[0] == text


@pytest.mark.parametrize("table", ["utf-8", "utf-16", *RUSSIAN_TABLES])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv", "a.rst"])
def test_every_text_format_in_every_table(name: str, table: str) -> None:
    body = {
        "a.html": f"<html><body><p>{SENTENCES[0]}</p></body></html>",
        "a.csv": f"срок,текст\n1,{SENTENCES[0]}\n",
    }.get(name, SENTENCES[0])
    assert SENTENCES[0] in parse(body.encode(table), name, name=name).text
