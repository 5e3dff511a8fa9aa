"""Markup by function calls: nothing of anybody's gets through as markup."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.console.html import Safe, difference, highlight, rows, tag, text
from bot.console.words import WORDS, language

EVIL = '<script>alert("1")</script>\'&'


def bare(markup: str) -> str:
    import html

    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def test_children_and_attributes_are_escaped():
    made = tag("p", EVIL, title=EVIL)
    assert "<script" not in made
    assert made.count("<") == 2
    assert bare(made) == EVIL
    assert tag("p", tag("b", "x"), None, 3) == "<p><b>x</b>3</p>"
    assert isinstance(text(EVIL), Safe)
    assert "<script" not in rows(("<a>",), [[EVIL]])


@given(st.text(), st.text())
def test_a_difference_keeps_both_texts(before: str, after: str):
    left, right = difference(before, after)
    assert (bare(left), bare(right)) == (before, after)
    assert not re.search(r"<(?!/?(del|ins)>)", left + right)


@given(st.text(), st.lists(st.text(max_size=5), max_size=4))
def test_a_highlight_keeps_the_text(line: str, spots: list[str]):
    made = highlight(line, spots)
    assert bare(made) == line
    assert not re.search(r"<(?!/?mark>)", made)


def test_what_changed_is_marked():
    left, right = difference("Логи хранятся 30 дней [1].", "Йоу, логи живут 30 дней [1].")
    assert "<del>хранятся </del>" in left
    assert "<ins>живут </ins>" in right
    assert "30 дней" in bare(right)
    assert "<ins>30" not in right
    assert highlight("a 30 b 30", ["30"]).count("<mark>30</mark>") == 2


def test_both_languages_say_the_same_things():
    assert WORDS["ru"].keys() == WORDS["en"].keys()
    assert [language(header) for header in ("", "de", "en-GB,ru;q=0.5", "ru-RU,en", "fr,en;q=0.3")] == [
        "ru", "ru", "en", "ru", "en",
    ]  # fmt: skip
