"""The way of an answer: the ladder, the one repair, what a chat sees on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from core.answer import Parts, Watch, answer
from core.nouns import Answer, Candidate, Checked, Draft, Passages, Question, Reason, Styled, Verdict
from core.smalltalk import kind

SLIP = Reason("number", "4 ГБ", "8 ГБ", "Число изменено.")


def make(kind_: str = "answer") -> Draft:
    passages = Passages(Question("Сколько памяти?"), "Сколько памяти?", (), kind_)  # type: ignore[arg-type]
    return Draft(passages, kind_, "Нужно 4 ГБ [1].")  # type: ignore[arg-type]


class Script:
    """Parts that say what they are told: wordings as (rung, text, faithful, score), one list a call."""

    def __init__(self, draft: Draft, *calls: list[tuple[str, str, bool, float]]) -> None:
        self.draft_ = draft
        self.calls = list(calls)
        self.slips: list[Sequence[Reason]] = []
        self.known: dict[str, tuple[bool, float]] = {}

    async def search(self, question: Question) -> Passages:
        return self.draft_.passages

    async def draft(self, passages: Passages) -> Draft:
        return self.draft_

    async def restyle(self, draft: Draft, persona: str | None, slips: Sequence[Reason] = ()) -> Styled:
        self.slips.append(slips)
        wordings = self.calls.pop(0) if self.calls else []
        self.known |= {text: (ok, value) for _, text, ok, value in wordings}
        return Styled(draft, persona, tuple(Candidate(text, rung) for rung, text, _, _ in wordings))  # type: ignore[arg-type]

    async def check(self, styled: Styled) -> Checked:
        found = [self.known[candidate.text] for candidate in styled.candidates]
        verdicts = tuple(Verdict(ok, () if ok else (SLIP,)) for ok, _ in found)
        return Checked(styled, verdicts, tuple(value for _, value in found))

    def run(self, watch: Watch | None = None) -> Answer:
        parts = Parts(self.search, self.draft, self.restyle, self.check)
        return asyncio.run(answer(self.draft_.passages.question, "alex", parts, watch))


def test_the_best_scored_faithful_wording_is_sent():
    found = Script(make(), [("styled", "a", True, 0.6), ("styled", "b", True, 0.9), ("styled", "c", False, 1.0)]).run()
    assert (found.text, found.status, found.verdict.ok) == ("b", "styled", True)


def test_framed_stands_below_styled_whatever_its_score():
    script = Script(make(), [("framed", "f", True, 1.0), ("styled", "s", True, 0.2)])
    assert script.run().text == "s"
    script = Script(make(), [("framed", "f", True, 0.1), ("styled", "s", False, 1.0)], [])
    found = script.run()
    assert (found.text, found.status) == ("f", "framed")


def test_one_repair_with_the_best_wordings_slips():
    script = Script(make(), [("styled", "bad", False, 0.9)], [("styled", "mended", True, 0.5)])
    found = script.run()
    assert (found.text, found.status) == ("mended", "styled")
    assert script.slips == [(), (SLIP,)]
    script = Script(make(), [("styled", "bad", False, 0.9)], [("styled", "still bad", False, 0.5)])
    found = script.run()
    assert (found.text, found.status) == ("Нужно 4 ГБ [1].", "draft")
    assert found.verdict.reasons == (SLIP,)
    assert len(script.slips) == 2


def test_without_wordings_the_draft_is_sent_and_says_so():
    found = Script(make(), []).run()
    assert (found.text, found.status, found.verdict.ok) == ("Нужно 4 ГБ [1].", "draft", True)


@pytest.mark.parametrize("what", ["refused", "smalltalk"])
def test_a_refusal_and_small_talk_are_results(what: str):
    assert Script(make(what), [("styled", "Не знаю.", True, 1.0)]).run().status == what
    assert Script(make(what), []).run().status == what


def test_what_a_chat_sees_on_the_way_is_never_an_unchecked_wording():
    seen: list[str] = []

    async def started(stage: str) -> None:
        seen.append(stage)

    async def drafted(draft: Draft) -> None:
        seen.append(draft.text)

    found = Script(make(), [("styled", "bad", False, 1.0)], []).run(Watch(started, drafted))  # type: ignore[arg-type]
    assert seen == ["search", "Нужно 4 ГБ [1].", "restyle"]
    assert set(found.timings) == {"search", "draft", "restyle", "guard", "total"}
    assert found.timings["total"] >= found.timings["search"]


def test_the_last_value_tells_the_whole_story():
    found = Script(make(), [("styled", "s", True, 1.0)]).run()
    assert found.checked.styled.draft.passages.question.text == "Сколько памяти?"
    assert found.persona == "alex"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Привет!", "greeting"), ("йоу", "greeting"), ("Добрый день, Алекс", "greeting"), ("good morning", "greeting"),
        ("спасибо большое за помощь!", "thanks"), ("ок, понял", "thanks"), ("thanks a lot", "thanks"),
        ("пока", "farewell"), ("до свидания", "farewell"), ("ты кто?", "identity"), ("как дела?", "mood"),
        ("привет, сколько хранятся логи?", None), ("спасибо, а бэкапы?", None), ("кто дежурит сегодня?", None),
        ("как включить отладку", None), ("пока идёт деплой, можно откатить?", None), ("", None), ("🙂", None),
        ("how are logs kept?", None), ("что такое гитерминизм", None),
    ],
)  # fmt: skip
def test_small_talk_asks_nothing_of_the_documents(text: str, what: str | None):
    assert kind(text) == what
