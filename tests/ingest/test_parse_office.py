"""Word, PowerPoint, Excel and CSV."""

from __future__ import annotations

import io

import pytest

from core.nouns import ParsedDocument
from ingest.parse import parse
from tests.ingest.make_files import _word, make_docx, make_pptx, make_xlsx


def test_word_document() -> None:
    document = parse(make_docx(), "a.docx", name="a.docx")
    assert document.title == "Регламент доступа"
    assert document.text == (
        "# Регламент доступа\n\n# Общие положения\n\nДоступ выдаёт администратор по заявке руководителя.\n\n"
        "- заявка подаётся через портал\n- срок рассмотрения — 3 дня\n1. Откройте портал.\n2. Заполните форму.\n\n## Сроки\n\n"
        "Роль: Стажёр; Система: Почта; Срок: 1 день\nРоль: Стажёр; Система: Портал; Срок: 2 дня\n"
        "Роль: Инженер; Система: VPN; Срок: 5 дней"
    )


def test_word_insertions_boxes_and_controls_are_read_deletions_and_hidden_text_are_not() -> None:
    body = (
        "<w:p><w:r><w:t>Срок </w:t></w:r><w:ins><w:r><w:t>пять</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>три</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>тайна</w:t></w:r><w:r><w:t> дней.</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Из поля.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:hyperlink><w:r><w:t>Ссыл</w:t></w:r><w:r><w:t>ка</w:t></w:r></w:hyperlink>"
        "<w:r><w:t xml:space='preserve'> и</w:t><w:br/><w:t>строка</w:t></w:r></w:p>"
    )
    assert parse(_word(body), "a", name="a.docx").text == "Срок пять дней.\n\nИз поля.\n\nСсылка и\nстрока"


def test_word_bold_lines_are_headings_where_there_are_no_styles() -> None:
    bold = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Порядок выдачи</w:t></w:r></w:p>"
    plain = "<w:p><w:r><w:t>Выдаёт администратор.</w:t></w:r></w:p>"
    document = parse(_word(bold + plain), "a", name="a.docx")
    assert document.text == "## Порядок выдачи\n\nВыдаёт администратор."


def test_word_numbers_that_are_not_in_the_text_are_counted() -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (kind, text) in enumerate((("decimal", "%1."), ("decimal", "%1.%2."), ("russianLower", "%3)")))
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="99"><w:abstractNumId w:val="99"/></w:num>'))
    for depth, text in (
        (0, "Общие"),
        (1, "Термины"),
        (1, "Сроки"),
        (2, "день"),
        (2, "ночь"),
        (0, "Оплата"),
        (1, "Счёт"),
    ):
        mark = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="99"/></w:numPr>'
        document.add_paragraph(text)._p.get_or_add_pPr().append(parse_xml(mark))
    out = io.BytesIO()
    document.save(out)
    text = parse(out.getvalue(), "a", name="a.docx").text
    assert text == "1. Общие\n1.1. Термины\n1.2. Сроки\n    а) день\n    б) ночь\n2. Оплата\n2.1. Счёт"


def test_presentation() -> None:
    document = parse(make_pptx(), "a.pptx", name="a.pptx")
    assert document.title == "Планы на квартал"
    assert document.text == (
        "# Слайд 1: Планы на квартал\n\n- Перенос архива\n- Обновление почты\n\nЗаметки докладчика:\n\n"
        "Сказать про бюджет: 250 тысяч.\n\n"
        "# Слайд 2: Сроки\n\nРабота: Архив; Срок: май\nРабота: Почта; Срок: июнь"
    )


def test_workbook() -> None:
    document = parse(make_xlsx(), "a.xlsx", name="a.xlsx")
    assert document.text == (
        "# Тарифы\n\nТарифы на 2024 год\n\n"
        "Группа: Частные; Тариф: Базовый; Цена: 1200.5; Скидка: 15%; Действует с: 05.03.2024\n"
        "Группа: Частные; Тариф: Полный; Цена: 3000; Скидка: 20%; Действует с: 01.04.2024 12:30\n"
        "Группа: Итого; Цена: =SUM(C3:C4)\n\n"
        "# Контакты\n\nОтдел: Продажи; Телефон: +7 495 000-00-01\nОтдел: Склад; Телефон: +7 495 000-00-02"
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            'Имя;Оклад\nИван;10,5\n"Пётр; мл.";20\n'.encode("cp1251"),
            "Имя: Иван; Оклад: 10,5\nИмя: Пётр; мл.; Оклад: 20",
        ),
        ("name,city\nIvan,Perm\n".encode("utf-16"), "name: Ivan; city: Perm"),
        ("имя\tгород\nИван\tПермь\n".encode(), "имя: Иван; город: Пермь"),
        ('a,b\n"две\nстроки",1\n'.encode(), "a: две строки; b: 1"),
        (b"1,2\n3,4\n", "1; 2\n3; 4"),
        (
            "Отчёт за май\n;;\nГород;План;Факт\nПермь;1;2\nОмск;3;4\n".encode(),
            "Отчёт за май\n\nГород: Пермь; План: 1; Факт: 2\nГород: Омск; План: 3; Факт: 4",
        ),
    ],
)
def test_csv(data: bytes, text: str) -> None:
    document: ParsedDocument = parse(data, "a.csv", name="a.csv")
    assert document.text == text
