"""Remarks around a quote: what they say to whom."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from core.nouns import Checked, Draft, Passages, Question, Reason
from style_adapter.bible import Bible, load
from style_adapter.framed import fitting_address, frame
from style_adapter.voice import Voices
from tests.conftest import ROOT

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


class Adding:
    """A model that copies the draft and adds a claim which, by itself, looks like a remark."""

    async def restyle(self, bible: Bible, draft: Draft, slips: Sequence[Reason]) -> list[str]:
        return [f"{draft.text} Оплату переводит бухгалтерия.", f"Слушай. {draft.text}"]

    async def warm(self, bible: Bible) -> None: ...


def test_words_of_a_model_around_the_draft_are_read_by_every_check():
    draft = Draft(
        Passages(Question("Сколько хранятся логи?"), "", ()),
        "answer",
        "Логи хранятся 90 дней [1]. Удаляет их дежурный администратор [2].",
        lang="ru",
    )
    voices = Voices(ROOT / "personas", Adding())

    async def run() -> Checked:
        return await voices.check(await voices.restyle(draft, "alex"))

    checked = asyncio.run(run())
    added, plain, *bible = zip(checked.styled.candidates, checked.verdicts, strict=True)
    assert (added[0].rung, added[1].ok, plain[0].rung, plain[1].ok) == ("framed", False, "framed", True)
    assert bible
    assert all(candidate.own and verdict.ok for candidate, verdict in bible)
