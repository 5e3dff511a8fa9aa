"""The judge: an LLM that reads what the guard passes. It may refuse a wording, frees none, and where it fails code decides."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence

import pytest

from core.errors import UnavailableError
from core.nouns import Candidate, Draft, Passages, Question, Styled
from core.settings import Settings
from style_adapter.judge import Judge
from style_adapter.voice import Voices
from tests.conftest import ROOT

DRAFT = "Кэш хранится 20 дней [1]. Ночью его чистит сервер [2]."
GOOD = "Кэш, братцы, хранится двадцать дней [1]. А ночью его чистит сервер [2]."
BETTER = "Двадцать дней хранится кэш [1]. Ночью его чистит сервер, красота [2]."
WRONG = "Кэш, братцы, хранится тридцать дней [1]. А ночью его чистит сервер [2]."


class Model:
    """Stands for the LLM: answers in turn, and keeps what it was asked."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def __call__(self, messages: Sequence[dict[str, str]]) -> str:
        assert [m["role"] for m in messages] == ["system", "user"]
        self.asked.append(messages[1]["content"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def heard(model: Model, *texts: str) -> list[list[str]]:
    """The kinds of the reasons against each wording."""
    passages = Passages(Question("Сколько хранится кэш?"), "Сколько хранится кэш?", ())
    styled = Styled(Draft(passages, "answer", DRAFT), "alex", tuple(Candidate(text, "styled") for text in texts))
    checked = asyncio.run(Voices(ROOT / "personas", judge=Judge(model)).check(styled))
    return [[reason.kind for reason in verdict.reasons] for verdict in checked.verdicts]


def test_what_it_doubts_is_refused_and_logged_and_the_next_best_is_read(caplog: pytest.LogCaptureFixture) -> None:
    doubt = {"faithful": False, "kind": "role_swap", "draft": "чистит сервер", "restyled": "чистит сервер"}
    model = Model("Вот: " + json.dumps(doubt, ensure_ascii=False), '{"faithful": true}')
    with caplog.at_level(logging.INFO, logger="style_adapter.voice"):
        found = heard(model, GOOD, BETTER)
    assert sorted(map(tuple, found)) == [(), ("role_swap",)]
    assert "disagree" in caplog.text
    assert len(model.asked) == 2
    assert all(DRAFT in asked for asked in model.asked)


def test_it_is_not_asked_about_what_code_stops_and_can_not_free_it() -> None:
    model = Model('{"faithful": true}')
    stopped, passed = heard(model, WRONG, GOOD)
    assert "number" in stopped
    assert not passed
    assert len(model.asked) == 1
    assert GOOD in model.asked[0]


@pytest.mark.parametrize(
    "answer", ["Yes, faithful!", "{}", '{"faithful": "no"}', "{{", UnavailableError("away", "wait")]
)
def test_where_it_fails_code_decides(caplog: pytest.LogCaptureFixture, answer: str | Exception) -> None:
    with caplog.at_level(logging.WARNING, logger="style_adapter.voice"):
        assert heard(Model(answer), GOOD) == [[]]
    assert "judge failed" in caplog.text


def test_kinds_and_spots_that_it_invents_are_not_passed_on() -> None:
    async def reasons(said: dict[str, object]) -> tuple[str, str, str]:
        found = await Judge(Model(json.dumps(said))).doubt(DRAFT, GOOD)
        assert found is not None
        assert found.message
        return found.kind, found.draft, found.styled

    assert asyncio.run(reasons({"faithful": False, "kind": "vibes", "draft": "нет такого", "restyled": 5})) == (
        "entity_swap",
        DRAFT,
        GOOD,
    )


def test_it_is_off_unless_asked_for() -> None:
    assert not Settings().persona.judge
