"""The whole search over the example handbook: found in other words and languages, quoted verbatim, refused where nothing is."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from bot.evaluation import retrieval
from core.nouns import Passages, Question, Turn
from evals.retrieval.lab import FOLDERS, Lab, MemoryCatalog, MemoryStore, questions
from ingest.parse import parse
from retrieval.draft import extractive
from retrieval.embed import UseEmbedder
from retrieval.evidence import LONGEST, QUOTES
from retrieval.features import PASSAGE
from retrieval.rank import scorer
from retrieval.search import Searcher
from retrieval.sufficiency import SUFFICIENCY
from retrieval.units import UNIT, shape

ENOUGH = 40  # questions of the set: the tests are no benchmark


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab(FOLDERS["handbook"])


def ask(lab: Lab, text: str, *history: Turn) -> Passages:
    return asyncio.run(lab.search(Question(text, history), 8))


def test_most_questions_are_answered_with_the_right_document(lab: Lab) -> None:
    items = [item for _, item in questions("handbook", "dev") if item.gold][:ENOUGH]
    rows = asyncio.run(retrieval(lab, items))  # type: ignore[arg-type]
    assert np.mean([row["doc_rank"] <= 5 for row in rows]) >= 0.9
    assert np.mean([row["doc_cited"] for row in rows]) >= 0.8
    assert np.mean([row["refused"] for row in rows]) <= 0.15


def test_quotes_are_verbatim_and_few(lab: Lab) -> None:
    folder = FOLDERS["handbook"]
    asked = 0
    for _, item in questions("handbook", "dev")[:ENOUGH]:
        passages = ask(lab, item.question)
        assert len(passages.evidence) <= QUOTES
        assert [quote.n for quote in passages.evidence] == list(range(1, len(passages.evidence) + 1))
        assert len({(quote.source, quote.start) for quote in passages.evidence}) == len(passages.evidence)
        for quote in passages.evidence:
            document = parse((folder / quote.source).read_bytes(), quote.source, name=quote.source)
            assert document.text[quote.start : quote.end] == quote.quote
            assert len(quote.quote) <= LONGEST
            asked += 1
    assert asked


def test_a_row_is_quoted_alone_and_a_table_whole(lab: Lab) -> None:
    row = asyncio.run(lab.search(Question("Какой RPO у сервисов T1?"))).evidence[0].quote
    assert "T1" in row
    assert "T3" not in row
    prose = asyncio.run(lab.search(Question("Сколько дней отпуска в год?"))).evidence[0].quote
    assert "28 календарных дней" in prose, (
        "a table below a fitting heading does not come before the sentence that answers"
    )
    table = asyncio.run(lab.search(Question("Сколько хранятся логи?"))).evidence[0].quote
    assert all(kind in table for kind in ("балансировщик", "debug", "аудит", "платежи", "GitLab"))


def test_the_wrong_layout_and_english_find_the_russian_page(lab: Lab) -> None:
    russian = ask(lab, "сколько дней отпуска")
    source = russian.hits[0].source
    assert source.endswith("vacation.md")
    assert ask(lab, "crjkmrj lytq jngecrf").hits[0].source == source
    assert source in {hit.source for hit in ask(lab, "How many days of vacation do I get?").hits[:3]}


def test_a_follow_up_is_searched_with_what_it_leans_on(lab: Lab) -> None:
    history = (Turn("user", "Сколько дней отпуска положено?"), Turn("assistant", "28 календарных дней [1]."))
    assert ask(lab, "а перенести их можно?", *history).hits[0].source.endswith("vacation.md")


def test_a_thing_the_documents_do_not_know_is_refused_by_its_name(lab: Lab) -> None:
    passages = ask(lab, "Как переключить ZOOKEEPER_QUORUM_MODE в tarantool?")
    assert passages.kind == "refused"
    assert "ZOOKEEPER_QUORUM_MODE" in passages.missing
    assert passages.evidence == ()
    assert 0.0 <= passages.confidence < 0.5


def test_small_talk_is_not_searched(lab: Lab) -> None:
    assert ask(lab, "Привет! Как дела?").kind == "smalltalk"


@pytest.mark.parametrize("question", ["делать дамп базы prod на ноутбук", "хранить копии в домашних каталогах?"])
def test_what_must_not_be_done_is_not_told_as_advice(lab: Lab, question: str) -> None:
    draft = asyncio.run(extractive(asyncio.run(lab.search(Question(question), 8))))
    assert "Нельзя:\n" in draft.text


@pytest.mark.parametrize("question", ["?", "…", "?!", "а?"])
def test_where_nothing_is_asked_nothing_is_answered(lab: Lab, question: str) -> None:
    assert ask(lab, question).kind in ("refused", "smalltalk")


@pytest.mark.parametrize("question", ["?", "как", "…", "а", "😀", "x" * 3000, "```", "| a | b |"])
def test_odd_questions_are_answered_or_refused(lab: Lab, question: str) -> None:
    assert ask(lab, question).kind in ("answer", "partly", "refused", "smalltalk")


def test_an_empty_index_refuses() -> None:
    class Empty(MemoryStore):
        async def query(self, dense: object, sparse: object, limit: int) -> tuple[list[object], list[object]]:  # type: ignore[override]
            return [], []

    searcher = Searcher(Empty([]), UseEmbedder(), MemoryCatalog())  # type: ignore[arg-type]
    passages = asyncio.run(searcher.search(Question("Сколько хранятся логи?")))
    assert passages.kind == "refused"
    assert passages.hits == ()


@pytest.mark.parametrize(
    ("name", "names"), [("passage", PASSAGE), ("unit", UNIT), ("sufficiency", SUFFICIENCY), ("topic", SUFFICIENCY)]
)
def test_stored_weights_are_of_these_features(name: str, names: tuple[str, ...]) -> None:
    made = scorer(name)
    assert made.names == names
    assert made(np.zeros((3, len(names)), np.float32)).shape == (3,)


def test_the_shape_of_units() -> None:
    text = "# Раздел\nВыполните:\n```\nmake all\n```\n- пункт\n| a | b |"
    spans = []
    at = 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    found = shape(text, spans)
    assert found.heading == [True, False, False, False, False, False, False]
    assert found.brings == [False, True, False, False, False, False, False]
    assert found.code == [False, False, True, True, True, False, False]
    assert found.item == [False, False, False, False, False, True, False]
    assert found.row == [False, False, False, False, False, False, True]


def test_a_question_none_of_whose_words_is_known_is_refused_by_its_name(lab: Lab) -> None:
    passages = ask(lab, "Кто такой Пушкин?")
    assert passages.kind == "refused"
    assert passages.missing == ("Пушкин",)
