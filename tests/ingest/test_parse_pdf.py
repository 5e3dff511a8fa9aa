"""PDF: columns, hyphens, running headers, headings, lists, tables."""

from __future__ import annotations

from itertools import zip_longest

from core.nouns import ParsedDocument
from ingest.parse import parse
from tests.ingest.make_files import RUSSIAN
from tests.ingest.make_pdf import Text, column, make_pdf

OTHER = (
    "Доступ к резервным копиям имеют только администраторы второй линии. Запрещается передавать копии третьим лицам, кроме "
    "случаев, прямо предусмотренных законодательством. Научно-технический отдел получает обезличенные копии раз в квартал, "
    "какие-то из них уничтожаются досрочно."
)


def read(*pages: list[Text], title: str = "") -> ParsedDocument:
    return parse(make_pdf(pages, title=title), "a.pdf", name="a.pdf")


def test_paragraphs_with_hyphens_are_whole() -> None:
    for chars in range(28, 90, 3):
        text = read(
            [*column(RUSSIAN, 60, 780, chars=chars, hyphens=True), *column(OTHER, 60, 400, chars=chars, hyphens=True)]
        ).text
        assert text == f"{RUSSIAN}\n\n{OTHER}"


def test_two_columns_are_read_one_after_the_other() -> None:
    left = column(f"{RUSSIAN} {OTHER}", 60, 700, chars=38, hyphens=True)
    right = column(f"{OTHER} {RUSSIAN}", 320, 700, chars=38, hyphens=True)
    title = [Text(60, 760, "Очень длинный заголовок поверх обеих колонок", 16)]
    for lines in (left + right, [line for pair in zip_longest(left, right) for line in pair if line]):
        text = read(title + lines).text
        assert text.startswith("# Очень длинный заголовок поверх обеих колонок\n\n")
        assert f"{RUSSIAN} {OTHER}" in text
        assert f"{OTHER} {RUSSIAN}" in text


def test_running_headers_and_page_numbers_are_dropped_and_paragraphs_go_on_over_pages() -> None:
    lines = column(f"{RUSSIAN} {OTHER} " * 3, 60, 780, chars=80)
    half = len(lines) // 2
    pages = [
        [Text(60, 820, "ООО «Ромашка». Внутренний документ", 9), *part, Text(290, 20, f"Стр. {number} из 2", 9)]
        for number, part in enumerate(
            (lines[:half], [line._replace(y=line.y + half * 14.3) for line in lines[half:]]), 1
        )
    ]
    text = read(*pages).text
    assert text == f"{RUSSIAN} {OTHER} {RUSSIAN} {OTHER} {RUSSIAN} {OTHER}"


def test_headings_by_size_and_by_bold_type() -> None:
    document = read(
        [
            Text(60, 790, "Регламент копирования", 20),
            Text(60, 750, "1. Общие положения", 15),
            *column(RUSSIAN, 60, 720, chars=80),
            Text(60, 620, "Ответственность", 11, bold=True),
            *column(OTHER, 60, 600, chars=80),
        ],
        title="Microsoft Word - черновик.docx",
    )
    assert document.title == "Регламент копирования"
    assert document.text == (
        f"# Регламент копирования\n\n## 1. Общие положения\n\n{RUSSIAN}\n\n### Ответственность\n\n{OTHER}"
    )


def test_title_from_the_properties_where_the_page_has_none() -> None:
    assert read(column(RUSSIAN, 60, 700, chars=80), title="Годовой отчёт").title == "Годовой отчёт"
    assert read(column(RUSSIAN, 60, 700, chars=80), title="doc1.docx").title == "a"


def test_lists_and_tables() -> None:
    rows = (
        ("Система", "Срок, дней", "Ответственный"),
        ("Почта", "30", "Иванов"),
        ("Бухгалтерия", "1825", "Петрова"),
        ("Портал", "14", "Ким"),
    )
    table = [
        Text(x, 700 - 16 * number, cell)
        for number, row in enumerate(rows)
        for x, cell in zip((60, 220, 360), row, strict=True)
    ]
    document = read(
        [
            *column(RUSSIAN, 60, 800, chars=80),
            *table,
            Text(60, 600, "Перед началом работ:"),
            Text(60, 580, "• проверить место на диске;"),
            Text(60, 566, "• остановить службу и дождаться, пока очередь"),
            Text(70, 552, "опустеет полностью;"),
            Text(60, 538, "• снять копию."),
        ]
    )
    assert document.text == (
        f"{RUSSIAN}\n\n"
        "Система: Почта; Срок, дней: 30; Ответственный: Иванов\n"
        "Система: Бухгалтерия; Срок, дней: 1825; Ответственный: Петрова\n"
        "Система: Портал; Срок, дней: 14; Ответственный: Ким\n\n"
        "Перед началом работ:\n\n"
        "- проверить место на диске;\n- остановить службу и дождаться, пока очередь опустеет полностью;\n- снять копию."
    )
    assert [block.kind for block in document.blocks] == ["paragraph", "table", "paragraph", "list"]


def test_code_in_fixed_width_type_keeps_its_lines_and_indents() -> None:
    code = ("server:", "    port: 8080", "", "    tls: true")
    lines = [
        Text(80 + 5.5 * (len(line) - len(line.lstrip())), 700 - 14 * number, line.strip(), mono=True)
        for number, line in enumerate(code)
        if line
    ]
    document = read([*column(RUSSIAN, 60, 780, chars=80), *lines, *column(OTHER, 60, 600, chars=80)])
    assert document.text == f"{RUSSIAN}\n\n```\nserver:\n    port: 8080\n\n    tls: true\n```\n\n{OTHER}"


def test_chapter_names_beside_page_numbers_are_dropped() -> None:
    pages = [
        [Text(60, 820, f"Глава {number // 2 + 1}: Утилиты {number + 5}", 11), *column(RUSSIAN, 60, 780, chars=80)]
        for number in range(5)
    ]
    assert "Утилиты" not in read(*pages).text


def test_pairs_without_a_header_are_not_given_one() -> None:
    pairs = (("Владелец", "Иванов"), ("Замещает", "Петрова"), ("Отдел", "Связь"))
    rows = [
        Text(x, 700 - 16 * place, cell)
        for place, pair in enumerate(pairs)
        for x, cell in zip((60, 220), pair, strict=True)
    ]
    assert read(rows).text == "Владелец: Иванов\nЗамещает: Петрова\nОтдел: Связь"
