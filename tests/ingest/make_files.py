"""Files for the tests, made when they run: small real ones in every format, and broken ones, bombs and
rubbish."""

from __future__ import annotations

import datetime
import io
import json
import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tests.ingest.make_pdf import Text, column, make_pdf

RUSSIAN = (
    "Резервное копирование выполняется ежедневно в три часа ночи. Копии хранятся тридцать суток, после чего "
    "автоматически удаляются. Исключение составляют бухгалтерские базы: их копии хранятся пять лет."
)


def make_docx() -> bytes:
    """Title, headings, bullets, numbers, a table with a merged cell."""
    import docx

    document = docx.Document()
    document.add_heading("Регламент доступа", 0)
    document.add_heading("Общие положения", 1)
    document.add_paragraph("Доступ выдаёт администратор по заявке руководителя.")
    for item in ("заявка подаётся через портал", "срок рассмотрения — 3 дня"):
        document.add_paragraph(item, style="List Bullet")
    for item in ("Откройте портал.", "Заполните форму."):
        document.add_paragraph(item, style="List Number")
    document.add_heading("Сроки", 2)
    table = document.add_table(rows=4, cols=3)
    rows = (
        ("Роль", "Система", "Срок"),
        ("Стажёр", "Почта", "1 день"),
        ("", "Портал", "2 дня"),
        ("Инженер", "VPN", "5 дней"),
    )
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(number, place).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    return _saved(document.save)


def make_pptx() -> bytes:
    """Two slides: bullets and notes; a table."""
    import pptx
    from pptx.util import Cm

    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Планы на квартал"
    first.placeholders[1].text = "Перенос архива\nОбновление почты"
    first.notes_slide.notes_text_frame.text = "Сказать про бюджет: 250 тысяч."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Сроки"
    table = second.shapes.add_table(3, 2, Cm(2), Cm(5), Cm(15), Cm(5)).table
    for number, row in enumerate((("Работа", "Срок"), ("Архив", "май"), ("Почта", "июнь"))):
        for place, text in enumerate(row):
            table.cell(number, place).text = text
    return _saved(deck.save)


def make_xlsx() -> bytes:
    """A title row, formulas without results, dates, percents, merged cells, a second sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Тарифы"
    sheet.append(["Тарифы на 2024 год"])
    sheet.append(["Группа", "Тариф", "Цена", "Скидка", "Действует с"])
    sheet.append(["Частные", "Базовый", 1200.5, 0.15, datetime.date(2024, 3, 5)])
    sheet.append([None, "Полный", 3000, 0.2, datetime.datetime(2024, 4, 1, 12, 30)])
    sheet.append(["Итого", None, "=SUM(C3:C4)", None, None])
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:A4")
    sheet["D3"].number_format = sheet["D4"].number_format = "0%"
    other = book.create_sheet("Контакты")
    for row in (["Отдел", "Телефон"], ["Продажи", "+7 495 000-00-01"], ["Склад", "+7 495 000-00-02"]):
        other.append(row)
    return _saved(book.save)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def make_zip(entries: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these entries, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def make_epub(chapters: Mapping[str, str] | None = None) -> bytes:
    """A book with a cover page, a navigation page and these chapters (file name -> body)."""
    chapters = chapters or {
        "c1.xhtml": f"<h1>Глава первая</h1><p>{RUSSIAN}</p>",
        "c2.xhtml": "<h1>Глава вторая</h1><ul><li>один</li><li>два</li></ul>",
    }
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    nav = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    opf = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Справочник</dc:title></metadata>'
        f'<manifest>{nav}{items}</manifest><spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    pages = {
        f"OEBPS/{name}": f'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title>'
        f"</head><body>{body}</body></html>"
        for name, body in {"nav.xhtml": "<nav><ol><li>Содержание</li></ol></nav>", **chapters}.items()
    }
    first: dict[str, bytes | str] = {"mimetype": "application/epub+zip", "META-INF/container.xml": container}
    return make_zip({**first, "OEBPS/book.opf": opf, **pages})


def make_locked_pdf() -> bytes:
    """A PDF that opens with a password only."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf([[Text(60, 700, "Тайна")]])))
    writer.encrypt("пароль", algorithm="RC4-128")
    return _saved(writer.write)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ха-ха-ха-ха-ха">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


def _office(folder: str, document: str, kind: str) -> dict[str, bytes | str]:
    """The frame of an Office file around one part."""
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        f'Target="{folder}/{kind}.xml"/></Relationships>'
    )
    return {"[Content_Types].xml": types, "_rels/.rels": relation, f"{folder}/{kind}.xml": document}


def _bomb() -> bytes:
    """60 MB of zeros in 60 KB, dressed as a Word document."""
    entries = _office("word", "<w/>", "document")
    return make_zip({**entries, "word/media/image.bin": bytes(60 * 1024 * 1024)})


def _liar() -> bytes:
    """A Word document whose main part unpacks to more than its table of contents says."""
    body = "<?xml version='1.0'?><w>" + "ложь " * 200_000 + "</w>"
    data = bytearray(make_zip(_office("word", body, "document")))
    size = struct.pack("<I", len(body.encode()))
    small = struct.pack("<I", 100)
    return bytes(data.replace(size, small))


def _link() -> bytes:
    """An archive with a symbolic link in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in _office("word", "<w/>", "document").items():
            archive.writestr(name, data)
        link = zipfile.ZipInfo("word/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _word(body: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    return make_zip(_office("word", text, "document"))


def _rubbish(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def _scan() -> bytes:
    return make_pdf([[], []], image=True)


def _png() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")


def broken() -> dict[str, tuple[Callable[[], bytes], str]]:
    """Files that can't be read: name -> how to make it, and the code of the error."""
    pdf = make_pdf([column(RUSSIAN, 60, 700, chars=80)])
    return {
        "пусто.md": (lambda: b"", "empty"),
        "пробелы.txt": (lambda: b" \n\t\n  ", "empty"),
        "ноль.docx": (lambda: b"", "empty"),
        "только-разметка.md": (lambda: b"<!-- nothing -->\n", "empty"),
        "пустая.html": (lambda: b"<html><body><script>1</script></body></html>", "empty"),
        "пустой.docx": (lambda: _word("<w:p/>"), "empty"),
        "обрезан.pdf": (lambda: pdf[: len(pdf) // 3], "damaged"),
        "обрезан.docx": (lambda: make_docx()[:-3000], "bad_zip"),
        "обрезан.xlsx": (lambda: make_xlsx()[:2000], "bad_zip"),
        "обрезан.epub": (lambda: make_epub()[:900], "bad_zip"),
        "испорчен.docx": (lambda: make_docx().replace(b"PK\x01\x02", b"PK\x01\x09"), "bad_zip"),
        "бомба.docx": (_bomb, "zip_bomb"),
        "лжец.docx": (_liar, "bad_zip"),
        "тысяча.docx": (
            lambda: make_zip({**_office("word", "<w/>", "document"), **{f"word/{n}": "" for n in range(1001)}}),
            "zip_bomb",
        ),
        "матрёшка.zip": (lambda: make_zip({"inner.zip": make_zip({"inner.zip": _rubbish(5000, 1)})}), "archive"),
        "ссылка.docx": (_link, "zip_path"),
        "наружу.docx": (lambda: make_zip({**_office("word", "<w/>", "document"), "../../etc/x": "1"}), "zip_path"),
        "смех.docx": (lambda: make_zip(_office("word", LAUGHS + "<w>&j;</w>", "document")), "xml_entities"),
        "смех.epub": (
            lambda: make_zip({"mimetype": "application/epub+zip", "META-INF/container.xml": LAUGHS + "<c>&j;</c>"}),
            "xml_entities",
        ),
        "смех16.docx": (
            lambda: make_zip(_office("word", (LAUGHS + "<w>&j;</w>").encode("utf-16"), "document")),
            "xml_entities",
        ),  # type: ignore[arg-type]
        "без-документа.docx": (lambda: make_zip({"[Content_Types].xml": "<Types/>", "word/a.xml": "<a/>"}), "damaged"),
        "шум.bin": (lambda: _rubbish(20_000, 2), "binary"),
        "шум.txt": (lambda: _rubbish(20_000, 3), "binary"),
        "шум.pdf": (lambda: _rubbish(20_000, 4), "damaged"),
        "шум.docx": (lambda: _rubbish(20_000, 5), "damaged"),
        "шум-после-заголовка.pdf": (lambda: b"%PDF-1.7\n" + _rubbish(20_000, 6), "damaged"),
        "картинка.txt": (_png, "unsupported"),
        "фото.pdf": (lambda: b"\xff\xd8\xff\xe0" + _rubbish(3000, 7), "unsupported"),
        "старый.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "old_office"),
        "под-паролем.docx": (
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        "под-паролем.pdf": (make_locked_pdf, "password"),
        "скан.pdf": (_scan, "pdf_scan"),
        "без-текста.pdf": (lambda: make_pdf([[], []]), "empty"),
        "толстый.pdf": (lambda: make_pdf([[]] * 1001), "too_many_pages"),
        "записка.rtf": (lambda: b"{\\rtf1\\ansi hello}", "unsupported"),
        "таблица.ods": (
            lambda: make_zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
            "unsupported",
        ),
        "архив.gz": (lambda: b"\x1f\x8b\x08" + _rubbish(500, 8), "unsupported"),
        "глубокий.json": (lambda: b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        "глубокий2.json": (lambda: b'{"a":' * 900 + b"1" + b"}" * 900, "too_deep"),
        "сто-тысяч-блоков.html": (lambda: b"<div>" * 100_000 + "дно".encode() + b"</div>" * 100_000, "too_deep"),
        "сто-тысяч-букв.html": (lambda: b"<b>" * 100_000 + "<p>дно".encode(), "too_deep"),
        "ошибка.json": (lambda: '{"а": 1,\n "б": }'.encode(), "bad_json"),
        "ошибка.jsonl": (lambda: b'{"a": 1}\n{"b": \n', "bad_json"),
        "большой.txt": (lambda: b"a" * (50 * 1024 * 1024 + 1), "too_big"),
    }


def strange() -> dict[str, tuple[Callable[[], bytes], str]]:
    """Odd files that are read all the same: name -> how to make it, and a word that must be found in the
    text."""
    return {
        "pdf-под-видом.txt": (lambda: make_pdf([column(RUSSIAN, 60, 700, chars=80)]), "бухгалтерские"),
        "docx-под-видом.pdf": (make_docx, "администратор"),
        "html-под-видом.docx": (
            lambda: f"<!DOCTYPE html><html><body><p>{RUSSIAN}</p></body></html>".encode(),
            "бухгалтерские",
        ),
        "текст-под-видом.pdf": (lambda: RUSSIAN.encode(), "бухгалтерские"),
        "текст-под-видом.docx": (lambda: RUSSIAN.encode("cp1251"), "бухгалтерские"),
        "строка-10-МБ.txt": (lambda: ("слово " * (10 * 1024 * 1024 // 11)).encode(), "слово"),
        "строка-без-пробелов.txt": (lambda: b"x" * (2 * 1024 * 1024), "xxx"),
        "нули.txt": (lambda: RUSSIAN.encode().replace(b" ", b" \x00", 3), "Резервное"),
        "суррогаты.txt": (lambda: RUSSIAN.encode() + b" \xed\xa0\x80 " + "конец".encode(), "конец"),
        "суррогаты.json": (lambda: b'{"a": "\\ud800 \\u043f\\u0440\\u0438\\u0432\\u0435\\u0442"}', "привет"),
        "вперемешку.txt": (
            lambda: (RUSSIAN + "\n").encode() * 3 + "Строка в другой кодировке.\n".encode("cp1251"),
            "другой кодировке",
        ),
        "сто-тысяч-скобок.md": (lambda: b"[" * 100_000 + b"\n\n" + b"> " * 50_000 + "дно".encode(), ""),
        "сто-тысяч-звёзд.md": (lambda: b"*a_" * 50_000 + " конец".encode(), "конец"),
        "рваная.csv": (lambda: "а;б;в\n1;2\n1;2;3;4\n\n;;\n9;8;7\n".encode("cp1251"), "а: 9; б: 8; в: 7"),
        "кавычка.csv": (lambda: 'a,b\n"незакрытая,1\n2,3\n'.encode(), "незакрытая"),
        "обманный.csv": (lambda: "sep=|\nимя|город\nИван|Пермь\n".encode(), "имя: Иван; город: Пермь"),
        "плоский.json": (lambda: json.dumps("просто строка", ensure_ascii=False).encode(), "просто строка"),
        "строки.json": (lambda: '{"а": 1}\n{"а": 2}\n'.encode(), "а: 2"),
        "огромное-число.json": (lambda: b'{"n": ' + b"9" * 10_000 + b"}", "999"),
        "хвост.pdf": (lambda: make_pdf([column(RUSSIAN, 60, 700, chars=80)])[:-15], "бухгалтерские"),
    }
