"""Placeholders come back exactly once, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from style_adapter.guard import lock, unlock

DRAFT = "Команда `tool run --all` занимает от 40 до 60 минут с 17 апреля 2024 года, см. https://docs.example/x [1]."


def test_what_must_survive_is_locked_and_comes_back() -> None:
    locked, table = lock(DRAFT)
    assert {"`tool run --all`", "https://docs.example/x", "17 апреля"} <= set(table.values())
    assert not set("406024") & set(locked.replace("⟦", "").replace("⟧", "")) - set("123456789")
    assert "[1]" in locked
    assert unlock(locked, table) == DRAFT


def test_a_lost_doubled_or_invented_placeholder_is_refused() -> None:
    locked, table = lock(DRAFT)
    assert unlock(locked.replace("⟦1⟧", ""), table) is None
    assert unlock(locked + "⟦1⟧", table) is None
    assert unlock(locked + "⟦99⟧", table) is None
    assert unlock(locked + "⟦", table) is None


def test_a_draft_with_such_brackets_stays_as_it_is() -> None:
    assert lock("⟦1⟧ и 5 ГБ") == ("⟦1⟧ и 5 ГБ", {})


@given(st.text(max_size=200))
def test_any_text_comes_back(text: str) -> None:
    locked, table = lock(text)
    if table:
        assert unlock(locked, table) == text
