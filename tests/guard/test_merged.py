# ruff: noqa: E501  (pairs of texts side by side)
"""The draft as a restyle gathers it: claims told in one sentence side by side, their marks behind them."""

from __future__ import annotations

import pytest

from style_adapter.guard import Guard
from style_adapter.guard.merged import gathered, quoted

DRAFT = "Раз два [1]. Три четыре [2]. Пять «шесть» [3]."


@pytest.mark.parametrize(
    ("styled", "wanted"),
    [
        ("Раз [1], три [2], пять [3].", DRAFT),
        ("Раз и три [1][2]. Пять [3].", "Раз два. Три четыре [1][2]. Пять «шесть» [3]."),
        ("Три [2]. Раз, пять [1], [3]!", "Раз два. Пять «шесть» [1][3]. Три четыре [2]."),
        ("Всё разом [1, 2–3].", "Раз два. Три четыре. Пять «шесть» [1][2][3]."),
        ("Раз [2]. Три [1][2]. Пять [3].", DRAFT),  # a mark that stands alone too may be at the wrong claim
        ("Без меток.", DRAFT),
        ("", DRAFT),
    ],
)  # fmt: skip
def test_claims_told_together_stand_together(styled: str, wanted: str) -> None:
    assert gathered(DRAFT, styled) == wanted


@pytest.mark.parametrize("draft", ["", " ", "Без меток.", "Раз и два [1][2].", "Раз [1]. Два [1]."])
def test_other_drafts_stay_as_they_are(draft: str) -> None:
    assert gathered(draft, "Раз и два [1][2].") == draft


def test_a_quotation_stands_in_the_draft() -> None:
    assert quoted("Три четыре", DRAFT) == "Три четыре"
    assert quoted("Раз два. Три четыре [1][2].", DRAFT) == "Три четыре"
    assert quoted("", DRAFT) == ""


@pytest.mark.parametrize(
    ("draft", "styled", "ok"),
    [
        (
            "Отгул берут за день [1]. Перенос отпуска больше чем на месяц согласует директор [2]. Дни сверх 28 оплачивают [3].",
            "Эй, народ! Перенос отпуска больше чем на месяц согласует директор, а дни сверх 28 оплачивают [2][3]. Отгул бери за день [1].",
            True,
        ),
        (
            "Чугунные пушки отлили в Туле, медные привезли из Любека [1].",
            "Медные пушки, внучок, из Любека привезли, чугунные отлили в Туле [1].",
            True,
        ),
        (
            "Заявление подают не позднее чем за 14 дней до отпуска [1].",
            "Заявленьице, милок, неси самое позднее за четырнадцать дней до отпуска [1].",
            True,
        ),
        (
            "Отгул берут за день [1]. Перенос больше чем на месяц согласует директор [2].",
            "Эй, народ! Отгул бери за день, а перенос больше чем на неделю согласует директор [1][2].",
            False,
        ),
    ],
)
def test_merged_sentences_are_compared_as_wholes(guard: Guard, draft: str, styled: str, ok: bool) -> None:
    verdict = guard.check(draft, styled)
    assert verdict.ok is ok, verdict.reasons
    assert all(reason.draft in draft and reason.styled in styled for reason in verdict.reasons)
