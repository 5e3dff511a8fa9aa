"""Who rewords a draft: statements apart, what a small model garbles, the adapter end to end, the prompt layer, a server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Hashable, Sequence
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.nouns import Draft, Passages, Question, Reason, Verdict
from style_adapter.bible import Bible, load
from style_adapter.model.base import locate
from style_adapter.model.engine import Engine
from style_adapter.restylers.adapter import AdapterRestyler, Job
from style_adapter.restylers.combine import Combiner
from style_adapter.restylers.compose import framed, head_of, prose, replaced
from style_adapter.restylers.prompt import PromptRestyler
from style_adapter.restylers.remote import RemoteRestyler
from style_adapter.versions import Versions
from tests.adapter.conftest import World

LISTING = """Прямого ответа в документах нет, ближайшее по теме: Логи хранятся 90 дней [1].
Включить можно так:
`werf build --repo x`
`werf converge` [2].
Порог очистки — 70 % [3]. Имя: a; Цена: 5 [4]."""


def cut(draft: str, partly: bool = False) -> list[str]:
    return [draft[span.start : span.end] for span in prose(draft, head_of(draft, partly))]


def test_prose_is_no_listing():
    assert cut(LISTING, partly=True) == [
        "Логи хранятся 90 дней [1].",
        "Включить можно так:",
        "Порог очистки — 70 % [3].",
        "Имя: a; Цена: 5 [4].",
    ]
    assert cut("```\nкод тут стоит [1].\n```") == []
    assert cut("`a` `b` `c` [1].") == []


def test_replacing_sentences_leaves_the_rest():
    spans = prose(LISTING, head_of(LISTING, True))
    assert replaced(LISTING, {}) == LISTING
    text = replaced(LISTING, {spans[0]: "90 дней логи и хранятся [1]."})
    assert text.startswith("Прямого ответа в документах нет, ближайшее по теме: 90 дней логи и хранятся [1].\nВключить")
    assert text.endswith(LISTING[-60:])


def test_a_fused_remark_adds_no_sentence():
    assert framed("Логи хранятся [1].", "Слушай сюда.", "", fused=True) == "Слушай сюда: логи хранятся [1]."
    assert framed("`a` хранится [1].", "Слушай сюда.", "", fused=True) == "Слушай сюда: `a` хранится [1]."
    assert framed("Логи [1].", "Серьёзно?", "", fused=True) == ""


@pytest.fixture
def bible(world: World) -> Bible:
    return load(world.personas, "tiny")


def draft_of(text: str, question: str = "сколько памяти") -> Draft:
    return Draft(Passages(Question(question), question, ()), "answer", text)


def passes(_: str, texts: Sequence[str]) -> list[Verdict]:
    return [Verdict(True) for _ in texts]


def test_the_adapter_end_to_end(world: World, bible: Bible, tmp_path: Path):
    """Whatever a random model prefers, what is offered holds every locked string and leaves quotes alone."""
    versions = Versions(world.personas, tmp_path)
    versions.add("tiny", world.adapter)
    made: list[Engine] = []

    def engine() -> Engine:
        made.append(Engine(locate(str(world.base)), threads=1))
        return made[-1]

    restyler = AdapterRestyler(engine, versions, passes)
    with pytest.raises(UnavailableError, match="no active adapter"):
        asyncio.run(restyler.restyle(bible, draft_of("Нужно 4 ГБ памяти [1]."), ()))
    versions.activate("tiny", "v1")
    texts = asyncio.run(restyler.restyle(bible, draft_of(LISTING), ()))
    assert all("`werf converge` [2]." in text and "90" in text and "[3]" in text for text in texts)
    assert texts
    assert asyncio.run(restyler.restyle(bible, draft_of("`a` [1]."), ())) == []
    asyncio.run(restyler.restyle(bible, draft_of("Нужно 4 ГБ памяти [1]."), [Reason("x", "", "", "")]))
    assert len(made) == 1


def test_many_ask_at_once(world: World, bible: Bible, tmp_path: Path):
    versions = Versions(world.personas, tmp_path)
    versions.add("tiny", world.adapter)
    versions.activate("tiny", "v1")
    restyler = AdapterRestyler(lambda: Engine(locate(str(world.base)), threads=1), versions, passes)
    drafts = [draft_of(f"Нужно {number} ГБ памяти [1].") for number in range(2, 8)]

    async def all_of_them() -> list[list[str]]:
        return await asyncio.gather(*(restyler.restyle(bible, draft, ()) for draft in drafts))

    for draft, texts in zip(drafts, asyncio.run(all_of_them()), strict=True):
        number = draft.text.split()[1]
        assert all(f"{number} " in text for text in texts)


def test_the_language_of_the_draft_must_be_the_personas(bible: Bible):
    assert Job(bible, "memory?", "A node needs 4 GB of memory [1].").sentences() == []


def test_waiting_jobs_go_together():
    batches: list[list[int]] = []

    def run(key: Hashable, jobs: Sequence[int]) -> list[int]:
        time.sleep(0.05)
        batches.append(list(jobs))
        return [job * 2 for job in jobs]

    combine: Combiner[int, int] = Combiner(run, most=3)
    results: dict[int, int] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: combine("a", n)})) for n in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: n * 2 for n in range(7)}
    assert max(map(len, batches)) <= 3
    assert len(batches) < 7


def test_a_fault_reaches_everyone_who_waited():
    def run(key: Hashable, jobs: Sequence[int]) -> list[int]:
        raise UnavailableError("broken")

    combine: Combiner[int, int] = Combiner(run)
    for _ in range(2):
        with pytest.raises(UnavailableError, match="broken"):
            combine("a", 1)


class Scripted:
    """An LLM that answers from a list; an exception in it is raised."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers, self.asked = list(answers), list[Sequence[dict[str, str]]]()

    async def __call__(self, messages: Sequence[dict[str, str]]) -> str:
        self.asked.append(messages)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_the_prompt_layer_offers_what_came_back(bible: Bible):
    llm = Scripted("раз", UnavailableError("down"), "раз ")
    texts = asyncio.run(PromptRestyler(llm, 6).restyle(bible, draft_of("Нужно 4 ГБ [1]."), ()))
    assert texts == ["раз"]
    assert "Нужно 4 ГБ [1]." in llm.asked[0][-1]["content"]


def test_the_prompt_layer_names_the_slips_of_the_last_try(bible: Bible):
    llm = Scripted("ещё раз")
    slips = [Reason("number", "4", "5", "4 стало 5")]
    assert asyncio.run(PromptRestyler(llm, 6).restyle(bible, draft_of("Нужно 4 ГБ [1]."), slips)) == ["ещё раз"]
    assert "4 стало 5" in llm.asked[0][-1]["content"]


def test_an_llm_that_is_down_is_said(bible: Bible):
    llm = Scripted(*(UnavailableError("down") for _ in range(3)))
    with pytest.raises(UnavailableError, match="down"):
        asyncio.run(PromptRestyler(llm, 3).restyle(bible, draft_of("Нужно 4 ГБ [1]."), ()))


def test_the_remote_model_is_the_persona_and_the_message_the_one_of_training(bible: Bible):
    llm, models = Scripted("раз", "два"), list[str]()

    def complete_as(model: str) -> Scripted:
        models.append(model)
        return llm

    texts = asyncio.run(RemoteRestyler(complete_as, 2).restyle(bible, draft_of("Нужно 4 ГБ [1]."), ()))
    assert texts == ["раз", "два"]
    assert models == ["tiny"]
    assert llm.asked[0] == [{"role": "user", "content": "сколько памяти\n\n[draft]\nНужно 4 ГБ [1]."}]
