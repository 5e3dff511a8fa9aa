"""What a question asks for, and whether the best sentences offer it."""

from __future__ import annotations

import asyncio
from collections import Counter

import numpy as np
import pytest

from core.nouns import Question
from core.terms import terms
from evals.retrieval.lab import FOLDERS, Lab
from retrieval.asked import Asked, asked
from retrieval.evidence import unit_scores
from retrieval.found import SearchResult
from retrieval.query import Query, analyse
from retrieval.reader import READER, WORD_VECTOR, nearness, question_vector, reader_features
from retrieval.speech import part_of_speech
from retrieval.sufficiency import SUFFICIENCY, sufficiency_features
from retrieval.words import Words

DOCUMENTS = """
Предельный размер файла — 20 МБ, больше не принимается. Ключ --force удаляет ветку без вопросов. Отпуск согласует тимлид.
Версия 2.4 поддерживает нормальные имена. The limit is five requests per second.
"""


def query(text: str) -> Query:
    vocabulary = Counter(terms(DOCUMENTS))
    words = Words()
    words.sync(vocabulary)
    return analyse(((text, 1.0),), words, vocabulary, 10)


def words_of(query: Query, numbers: tuple[int, ...]) -> set[str]:
    return {query.concepts[n].word for n in numbers}


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Сколько хранятся логи?", "number"), ("когда релиз", "time"), ("Кто согласует отпуск?", "person"),
     ("Почему упала сборка", "reason"), ("каким флагом удалить ветку", "code"), ("Как удалить ветку?", "way"),
     ("какая зарплата у тимлида", "money"), ("Можно ли удалить ветку?", "whether"), ("Where is the config stored?", "place"),
     ("What is the maximum size?", "number"), ("Which version is supported?", "version"), ("Who approves it?", "person")],
)  # fmt: skip
def test_the_kind_of_thing_asked_for(text: str, kind: str) -> None:
    assert kind in asked(query(text)).kinds


@pytest.mark.parametrize(
    ("text", "focus"),
    [("Какой предельный размер файла?", {"предельн", "размер"}), ("какую ветку удалит ключ?", {"ветк"}),
     ("Сколько файлов принимается?", {"файл"}), ("Which requests are limited?", {"request"}), ("Как удалить ветку?", set())],
)  # fmt: skip
def test_the_word_that_names_what_is_asked_for(text: str, focus: set[str]) -> None:
    found = query(text)
    assert words_of(found, asked(found).focus) == focus


def test_verbs_names_and_numbers_are_told_apart() -> None:
    found = query("Как через Vault удалить ветку 2023 ключом --force?")
    what: Asked = asked(found)
    assert "удал" in words_of(found, what.acts)
    assert words_of(found, what.numbers) == {"2023"}
    assert {"vault", "force"} <= {found.concepts[n].word.strip("-") for n in what.names}


def test_parts_of_speech() -> None:
    assert [part_of_speech(word) for word in ("ветка", "удалить", "предельный", "helm")] == [
        "noun",
        "verb",
        "other",
        "noun",
    ]


def test_nearness_knows_the_word_itself_and_its_meaning() -> None:
    found = query("удалить файл")
    held = [frozenset({"удаля", "файл"}), frozenset({"очист"}), frozenset({"понедельник"})]
    table = nearness(found.concepts, held)
    assert table.shape == (3, len(found.concepts))
    number = [concept.word for concept in found.concepts].index("файл")
    assert table[0, number] == 1.0
    assert table[2].max() < 0.5


def test_the_question_vector_is_of_length_one_or_nothing() -> None:
    assert np.linalg.norm(question_vector("сколько хранятся журналы")) == pytest.approx(1.0, abs=1e-5)
    assert question_vector("ъъъ 123").tolist() == [0.0] * WORD_VECTOR


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab(FOLDERS["handbook"])


def found(lab: Lab, text: str) -> SearchResult:
    return asyncio.run(lab.searcher.find(Question(text), 8))


def signals(lab: Lab, text: str) -> dict[str, float]:
    result = found(lab, text)
    return dict(zip(READER, reader_features(result, unit_scores(result)).tolist(), strict=True))


def test_what_the_documents_answer_reads_better_than_what_they_do_not(lab: Lab) -> None:
    told = signals(lab, "Сколько дней отпуска положено в год?")
    untold = signals(lab, "Сколько дней отпуска положено ксеноморфам из Loki в 1987 году?")
    assert told["missing number"] == 0.0
    assert untold["missing number around"] > 0.5
    assert untold["absent latin"] + untold["absent noun"] > told["absent latin"] + told["absent noun"]
    assert untold["soft any"] < told["soft any"]


def test_an_identifier_that_nobody_knows_is_seen(lab: Lab) -> None:
    assert signals(lab, "Что делает opora backup --zstd-level?")["unknown identifier"] >= 1.0
    assert signals(lab, "Сколько дней отпуска?")["unknown identifier"] == 0.0


@pytest.mark.parametrize("text", ["?", "как", "а", "😀", "1", "```", "how many"])
def test_odd_questions_have_finite_signals(lab: Lab, text: str) -> None:
    result = found(lab, text)
    if result.found:
        made = sufficiency_features(result, unit_scores(result))
        assert made.shape == (len(SUFFICIENCY),)
        assert np.isfinite(made).all()


def test_the_number_of_passages_asked_for_does_not_change_the_judgement(lab: Lab) -> None:
    few, many = (asyncio.run(lab.searcher.find(Question("Сколько дней отпуска?"), n)) for n in (8, 20))
    assert np.allclose(
        sufficiency_features(few, unit_scores(few)), sufficiency_features(many, unit_scores(many)), atol=1e-5
    )
