"""Remarks around a quote: what they say to whom."""

from __future__ import annotations

from pathlib import Path

from style_adapter.bible import load
from style_adapter.framed import fitting_address, frame

ALEX = load(Path(__file__).parents[2] / "personas", "alex")


def test_remarks_beside_a_quote_that_says_vy_address_nobody():
    remarks = ("Держи.", "Без воды.", "Читай сам.")
    assert fitting_address(ALEX, remarks, "Вы можете войти с улицы [1].") == ("Без воды.",)
    assert fitting_address(ALEX, remarks, "Войти можно с улицы [1].") == remarks
    assert fitting_address(ALEX, remarks, "Кнопка «Ваш файл» и `ваш_файл` [1].") == remarks


def test_a_framed_quote_keeps_one_address():
    body = "Если вы купили билет, пройдите к кассе [1]."
    for text in frame(ALEX, body, "куда идти"):
        assert fitting_address(ALEX, [text.replace(body, "")], body)
