"""Markdown and plain text: what stays, what goes, Russian words whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nouns import ParsedDocument
from ingest.clean import join_lines, normalize, row
from ingest.parse import SUFFIXES, parse, supported

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpora" / "werf-ru"


def read(text: str, name: str = "a.md") -> ParsedDocument:
    return parse(text.encode(), name, name=name)


def kinds(document: ParsedDocument) -> list[str]:
    return [block.kind for block in document.blocks]


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        ("резервное копиро-\nвание", "резервное копирование"),
        ("информацион-\nный отдел", "информационный отдел"),
        ("какой-\nто узел", "какой-то узел"),
        ("кто-\nнибудь ещё", "кто-нибудь ещё"),
        ("из-\nза сбоя", "из-за сбоя"),
        ("по-\nрусски", "по-русски"),
        ("во-\nпервых", "во-первых"),
        ("северо-\nзападный филиал", "северо-западный филиал"),
        ("научно-\nтехнический", "научно-технический"),
        ("Ростов-\nна-Дону", "Ростов-на-Дону"),
        ("Санкт-\nПетербург", "Санкт-Петербург"),
        ("модель GPT-\n4 и выше", "модель GPT-4 и выше"),
        ("в 2019-\n2020 годах", "в 2019-2020 годах"),
        ("и/\nили", "и/или"),
        ("конец строки\nначало", "конец строки начало"),
        ("лимит —\n5 запросов", "лимит — 5 запросов"),
        ("a self-\nsigned certificate", "a self-signed certificate"),
        ("the infor-\nmation", "the information"),
        ("дове-\nренность", "доверенность"),
        ("объ-\nявление", "объявление"),
    ],
)
def test_words_broken_at_a_line_end_are_made_whole(lines: str, whole: str) -> None:
    assert join_lines(lines.split("\n")) == whole


def test_the_document_decides_doubtful_hyphens() -> None:
    assert join_lines(["веб-", "интерфейс"], {"веб-интерфейс"}) == "веб-интерфейс"
    assert join_lines(["бэк-", "офис"], {"бэкофис"}) == "бэкофис"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("й и ё".encode().decode() and "и\u0306 и е\u0308", "й и ё"),
        ("пере\u00adнос", "перенос"),
        ("доку\u00ad\nмент", "документ"),
        ("10\u00a0000\u202fруб.", "10 000 руб."),
        ("не\u200bвидимый", "невидимый"),
        ("\u202eслева\u202c", "слева"),
        ("за\u0301мок", "замок"),
        ("тег\U000e0041\U000e0042 и", "тег и"),
        ("a\r\nb\rc\x0bd", "a\nb\nc\nd"),
        ("\ufeffначало\x00", "начало"),
        ("e\ufb03cient \ufb01le", "efficient file"),
        ("семья 👩‍💻", "семья 👩‍💻"),
    ],
)
def test_unicode_is_cleaned(raw: str, clean: str) -> None:
    assert normalize(raw) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


def test_markdown_keeps_structure_and_drops_marks() -> None:
    document = read(
        "# Книга **жирная**\n\nТекст с _курсивом_, `кодом`, [ссылкой](http://a.b/c) и\nвторой строкой. "
        "Адрес https://example.org остаётся. ![схема](x.png)\n\n- один\n- два\n  1. глубже\n     ```sh\n     ls -l\n     ```\n\n"
        "> Цитата\n> дальше\n\n```yaml\na:  1\n\n\nb: 2\n```\n\n| К | Ц |\n|---|---|\n| а | 1 |\n| б | |\n"
    )
    assert document.title == "Книга жирная"
    assert kinds(document) == ["heading", "paragraph", "list", "quote", "code", "table"]
    assert document.text == (
        "# Книга жирная\n\n"
        "Текст с курсивом, `кодом`, ссылкой и второй строкой. Адрес https://example.org остаётся. схема\n\n"
        "- один\n- два\n  1. глубже\n     ```sh\n     ls -l\n     ```\n\n"
        "Цитата дальше\n\n```yaml\na:  1\n\n\nb: 2\n```\n\nК: а; Ц: 1\nК: б"
    )


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("---\ntitle: Имя\npermalink: x\n---\n", "Имя"),
        ('---\ntitle: "В кавычках: да"\n---\n', "В кавычках: да"),
        ("+++\ntitle = 'TOML'\n+++\n", "TOML"),
        ("", "a"),
        ("---\n\nчерта, а не шапка\n\n---\n", "a"),
    ],
)
def test_front_matter_gives_the_title_and_goes(head: str, title: str) -> None:
    document = read(f"{head}Текст страницы.\n")
    assert document.title == title
    assert document.text.endswith("Текст страницы.")
    assert "permalink" not in document.text


def test_template_marks_go_and_code_stays() -> None:
    document = read(
        "---\ntitle: Т\n---\n{% raw %}\n```yaml\nvalue: {{ .Values.x }}\n```\n{% endraw %}\n\n"
        'См. [раздел]({{ "/usage/a.html" | true_relative_url }}) и `{{ .x }}`.\n{: .note }\n\n'
        "{% include a.liquid %}\n\n{% for a in b %}\n<p>{{ a }}</p>\n{% endfor %}\n\n"
        '| Тип | Пример |\n|---|---|\n| Строка | {% raw %}`{{ "да" }}`{% endraw %} |\n\n'
        '!!! warning "Внимание"\n    Тело предупреждения.\n\n:::note\nТело заметки.\n:::\n\n> [!NOTE]\n> Важно.\n'
    )
    assert document.text == (
        "```yaml\nvalue: {{ .Values.x }}\n```\n\nСм. раздел и `{{ .x }}`.\n\n"
        'Тип: Строка; Пример: `{{ "да" }}`\n\nВнимание\n\nТело предупреждения.\n\nТело заметки.\n\nВажно.'
    )


def test_templates_in_code_about_templates_stay() -> None:
    text = "Пишите так:\n\n```jinja\n{% raw %}{{ x }}{% endraw %}\n{% for a in b %}{{ a }}{% endfor %}\n```\n\nи `{% if %}`."
    assert read(text).text == text


def test_html_in_markdown_is_read_and_placeholders_stay() -> None:
    document = read(
        "Задайте `--repo`, затем --env=<name> и <version> адресата.<br>Новая строка <b>жирно</b>.\n\n"
        '<div class="tabs"><a href="#">werf.yaml</a></div>\n\n<details><summary>Подробнее</summary>\n\nВнутри.\n\n</details>\n\n'
        "<table><tr><th>А</th><th>Б</th></tr><tr><td>1</td><td>2</td></tr></table>\n\n<!-- скрыто -->\n"
        "<script>alert(1)</script>\n"
    )
    assert document.text == (
        "Задайте `--repo`, затем --env=<name> и <version> адресата.\nНовая строка жирно.\n\nwerf.yaml\n\nПодробнее\n\nВнутри.\n\n"
        "А: 1; Б: 2"
    )


def test_numbered_items_show_their_true_numbers() -> None:
    assert read("1. раз\n1. два\n1. три\n").text == "1. раз\n2. два\n3. три"


def test_plain_text_lines_are_mended_and_lists_kept() -> None:
    document = read(
        "РЕГЛАМЕНТ\n=========\n\nРезервное копирование выполняется еже-\nдневно в три часа ночи по московскому времени,\n"
        "если не объявлены технические работы на всей\nплощадке целиком.\n\nПорядок:\n"
        "1) остановить службу, дождаться пока очередь\n"
        "   опустеет;\n2) снять копию.\n\nг. Москва\nул. Ленина, 1\n\n2.1 Сроки\n\nТридцать суток.\n",
        "a.txt",
    )
    assert document.title == "РЕГЛАМЕНТ"
    assert kinds(document) == ["heading", "paragraph", "paragraph", "list", "paragraph", "heading", "paragraph"]
    assert "выполняется ежедневно в три часа ночи по московскому времени, если не объявлены" in document.text
    assert "1) остановить службу, дождаться пока очередь опустеет;\n2) снять копию." in document.text
    assert "г. Москва\nул. Ленина, 1" in document.text
    assert "## 2.1 Сроки" in document.text


def test_one_paragraph_of_text_comes_back_as_it_is() -> None:
    text = "«Ёлочки» и тире — обычное дело; срок 30 дней (кроме выходных)."
    assert read(text, "a.txt").text == text


def test_a_table_row_stands_by_itself() -> None:
    assert row(["Тариф", "Цена:"], ["Базовый", "10"]) == "Тариф: Базовый; Цена: 10"
    assert row(["", "Free", "Pro"], ["Лимит", "5", ""]) == "Лимит — Free: 5"
    assert row(["А"], ["1", "2"]) == "А: 1; 2"


def test_names_and_suffixes() -> None:
    assert supported("Отчёт.DOCX")
    assert supported("a.md")
    assert not supported("a.exe")
    assert not supported("README")
    assert set(SUFFIXES) >= {
        ".md",
        ".txt",
        ".rst",
        ".html",
        ".pdf",
        ".docx",
        ".pptx",
        ".xlsx",
        ".csv",
        ".epub",
        ".json",
        ".jsonl",
    }


def test_a_markdown_run_imports_no_other_format() -> None:
    code = (
        "import sys; from ingest.parse import parse; from ingest.chunk import chunk\n"
        "chunk(parse('# А\\n\\nБ'.encode(), 'a', name='a.md'))\n"
        "heavy = 'lxml docx openpyxl pypdfium2 docutils llama_index torch charset_normalizer pymorphy3'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpora/werf-ru is not there")
def test_real_pages_carry_no_template_or_markup_outside_code() -> None:
    for path in sorted(CORPUS.rglob("*.md")):
        document = parse(path.read_bytes(), str(path), name=path.name)
        assert document.title
        for block in document.blocks:
            if block.kind != "code":
                text = document.text[block.start : block.end]
                assert "true_relative_url" not in text
                if block.kind == "paragraph":
                    assert "{% raw" not in text
                    assert "</" not in text
