"""Chunks: exact offsets, order, coverage and size for any document; structure kept where it fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nouns import Block, Chunk, ParsedDocument
from ingest.chunk import chunk, context
from ingest.parse import parse
from ingest.parse.build import Kind, Piece, build, fence

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "werf-ru"

WORDS = st.lists(
    st.sampled_from(
        ["сервер", "копия", "лимит", "42", "v1.2", "запрос;", "узел.", "да!", "x=1", "слово-дефис", "длинноеслово"]
    ),
    min_size=1,
    max_size=60,
)
TEXT = st.one_of(WORDS.map(" ".join), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
LINES = st.lists(TEXT, min_size=1, max_size=12).map("\n".join)


def _shaped(kind: Kind, text: str, level: int) -> Piece:
    if kind == "code":
        return Piece(kind, fence(text))
    if kind == "list":
        return Piece(kind, "\n".join(f"- {line}" for line in text.split("\n")))
    return Piece(kind, text, level)


KINDS: list[Kind] = ["heading", "paragraph", "list", "table", "code", "quote"]
PIECES = st.lists(st.builds(_shaped, st.sampled_from(KINDS), LINES, st.integers(1, 6)), max_size=25)


def _document(pieces: list[Piece]) -> ParsedDocument:
    return build(pieces, "a.md", title="", name="a.md", media_type="text/markdown")


def _check(document: ParsedDocument, pieces: list[Chunk], limit: int) -> None:
    position = 0
    for piece in pieces:
        assert document.text[piece.start : piece.end] == piece.text
        assert 0 < len(piece.text) <= limit
        assert piece.text == piece.text.strip()
        assert not document.text[position : piece.start].strip(), "text between chunks is lost"
        assert piece.start >= position
        position = piece.end
    assert not document.text[position:].strip(), "text after the last chunk is lost"


@given(PIECES, st.sampled_from([60, 200, 1200]))
@settings(deadline=None)
def test_any_document_is_covered_in_order_within_the_limit(pieces: list[Piece], limit: int) -> None:
    document = _document(pieces)
    _check(document, chunk(document, max_chars=limit, target_chars=limit * 2 // 3), limit)


@given(st.text(max_size=2000), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), max_size=6))
@settings(deadline=None)
def test_any_text_with_any_blocks(text: str, spans: list[tuple[int, int]]) -> None:
    """Also where blocks leave text between them, as a store of older documents might."""
    blocks, position = [], 0
    for start, end in sorted(spans):
        start, end = max(start, position), min(end, len(text))
        if start < end:
            blocks.append(Block("paragraph", start, end))
            position = end
    document = ParsedDocument("a", "a", text, tuple(blocks))
    _check(document, chunk(document, max_chars=100), 100)


@given(st.text(max_size=3000))
@settings(deadline=None)
def test_parsed_blocks_lie_in_order_in_their_text(text: str) -> None:
    for name in ("a.md", "a.txt"):
        if not text.strip() or not build([Piece("paragraph", text)], "", title="", name="", media_type="").text:
            continue
        try:
            document = parse(text.encode(), name, name=name)
        except Exception as error:
            assert type(error).__name__ == "DocumentError"  # noqa: PT017  markup without text, control characters
            continue
        position = 0
        for block in document.blocks:
            assert position <= block.start < block.end <= len(document.text)
            assert document.text[block.start : block.end].strip()
            assert not document.text[position : block.start].strip()
            position = block.end
        assert position == len(document.text)
        _check(document, chunk(document, max_chars=300), 300)


def _markdown(text: str, **sizes: int) -> list[Chunk]:
    return chunk(parse(text.encode(), "a.md", name="a.md"), **sizes)


LONG = "Это предложение достаточно длинное, чтобы раздел не считался крошечным и стоял сам по себе. " * 7


def test_heading_path_and_own_heading() -> None:
    pieces = _markdown(f"# Книга\n\n## Первая\n\n{LONG}\n\n### Вложенная\n\n{LONG}\n\n## Вторая\n\n{LONG}\n")
    assert [piece.headings for piece in pieces] == [
        ("Книга", "Первая"),
        ("Книга", "Первая", "Вложенная"),
        ("Книга", "Вторая"),
    ]
    assert pieces[0].text.startswith("# Книга\n\n## Первая")
    assert pieces[2].text.startswith("## Вторая")


def test_tiny_siblings_share_a_chunk_named_by_their_parent() -> None:
    questions = "\n\n".join(f"### Вопрос {number}\n\nКороткий ответ {number}." for number in range(4))
    pieces = _markdown(f"## Вопросы\n\n{LONG * 2}\n\n{questions}\n\n## Другое\n\n{LONG}", max_chars=1400)
    assert [piece.headings for piece in pieces] == [("Вопросы",), ("Вопросы",), ("Другое",)]
    assert all(f"Вопрос {number}" in pieces[1].text for number in range(4))


def test_sections_of_different_parents_never_share_a_chunk() -> None:
    pieces = _markdown(f"## А\n\n{LONG * 2}\n\n### А1\n\nкоротко\n\n## Б\n\n### Б1\n\nкоротко\n\n### Б2\n\nкоротко\n")
    assert not any("А1" in piece.text and "## Б" in piece.text for piece in pieces)
    assert pieces[-1].headings == ("Б",)


def test_code_stays_whole_and_with_the_sentence_before_it() -> None:
    code = "\n".join(f"line_{number} = call({number})" for number in range(25))
    pieces = _markdown(f"## Раздел\n\n{LONG}\n\nЗапустите такую команду:\n\n```python\n{code}\n```\n\n{LONG}")
    holder = next(piece for piece in pieces if "line_0 " in piece.text)
    assert f"```python\n{code}\n```" in holder.text
    assert "Запустите такую команду:" in holder.text


def test_the_last_sentence_of_a_long_paragraph_goes_with_its_code() -> None:
    code = "\n".join(f"step {number}" for number in range(80))
    pieces = _markdown(f"{LONG}Выполните шаги.\n\n```\n{code}\n```\n")
    holder = next(piece for piece in pieces if "step 0\n" in piece.text)
    assert "Выполните шаги." in holder.text
    assert "step 79" in holder.text


def test_lists_and_tables_stay_whole_where_they_fit() -> None:
    items = "\n".join(f"- пункт номер {number} с пояснением" for number in range(20))
    rows = "\n".join(f"| ключ{number} | значение {number} |" for number in range(15))
    pieces = _markdown(f"{LONG}\n\n{items}\n\n{LONG}\n\n| Имя | Смысл |\n|---|---|\n{rows}\n")
    assert sum("пункт номер" in piece.text for piece in pieces) == 1
    assert sum("Имя: ключ" in piece.text for piece in pieces) == 1


def test_a_big_table_is_cut_between_rows_and_each_row_names_its_columns() -> None:
    rows = "\n".join(f"| узел{number} | {number * 10} ГБ | стойка {number % 7} |" for number in range(120))
    pieces = _markdown(f"| Узел | Память | Место |\n|---|---|---|\n{rows}\n")
    lines = [line for piece in pieces for line in piece.text.split("\n")]
    assert len(pieces) > 3
    assert lines == [f"Узел: узел{n}; Память: {n * 10} ГБ; Место: стойка {n % 7}" for n in range(120)]


def test_a_big_list_is_cut_between_items() -> None:
    items = "\n".join(f"{number}. Пункт {number}: {'слово ' * 25}конец." for number in range(1, 30))
    for piece in _markdown(items):
        assert all(line.endswith("конец.") for line in piece.text.split("\n"))


def test_long_text_is_cut_between_sentences() -> None:
    for piece in _markdown(LONG * 5):
        assert piece.text.endswith(".")
        assert piece.text.startswith("Это")


def test_a_word_longer_than_a_chunk_is_cut_as_a_last_resort() -> None:
    pieces = _markdown("ы" * 5000)
    assert "".join(piece.text for piece in pieces) == "ы" * 5000


def test_a_heading_is_never_left_at_the_end_of_a_chunk() -> None:
    for piece in _markdown("\n\n".join(f"## Раздел {n}\n\n{LONG * (n % 4 + 1)}" for n in range(12))):
        assert not piece.text.split("\n")[-1].startswith("#")


def test_context_names_what_the_text_does_not() -> None:
    document = parse(f"---\ntitle: Книга\n---\n## Часть\n\n{LONG}\n\n{LONG}\n".encode(), "a.md", name="a.md")
    first, second = chunk(document)
    assert context(document, first) == "Книга"
    assert context(document, second) == "Книга\nЧасть"


def test_too_small_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="max_chars"):
        chunk(ParsedDocument("a", "a", "текст", ()), max_chars=5)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpora/werf-ru is not there")
def test_real_pages_keep_code_tables_and_lists() -> None:
    whole = total = 0
    for path in sorted(CORPUS.rglob("*.md")):
        document = parse(path.read_bytes(), str(path), name=path.name)
        pieces = chunk(document)
        _check(document, pieces, 1200)
        for block in document.blocks:
            if block.kind in ("code", "table", "list") and block.end - block.start <= 1200:
                total += 1
                whole += any(piece.start <= block.start and block.end <= piece.end for piece in pieces)
    assert total > 500
    assert whole == total
