"""A question's words in the documents' words: layouts, misspellings, jargon, synonyms, neighbours."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nouns import Question, Turn
from core.plain import plain
from core.terms import TOKEN, pieces_of, terms
from core.text import fold, stem
from retrieval.followup import leans, resolve
from retrieval.query import analyse
from retrieval.sounds import cyrillic_keys, latin_keys, one_script, other_layout, russian_key
from retrieval.words import Words, thesaurus

DOCUMENTS = """
Команда patchwork apply разворачивает релиз в пространство имён кластера. Флаг `--dry-run` только показывает изменения.
Образы хранятся в реестре и удаляются политикой очистки. Секреты обновляются раз в сутки. Namespace, registry, docker, helm.
Если адрес не указан, по умолчанию используется порт 8080. Считается ошибкой, если под не готов. Как отключить проверку.
"""


@pytest.fixture(scope="module")
def words() -> Words:
    made = Words()
    made.sync(Counter(terms(DOCUMENTS)))
    return made


@pytest.mark.parametrize(
    ("russian", "english"),
    [("неймспейс", "namespac"), ("хелм", "helm"), ("реджистр", "registri"), ("докер", "docker"), ("пэкедж", "packag"),
     ("кубернетес", "kubernet"), ("чекаут", "checkout"), ("деплой", "deploy"), ("таймаут", "timeout"), ("скоуп", "scope")],
)  # fmt: skip
def test_a_russian_spelling_sounds_like_its_english_word(russian: str, english: str) -> None:
    assert cyrillic_keys(russian) & latin_keys(english)


@pytest.mark.parametrize(("wrong", "right"), [("обнавля", "обновля"), ("щита", "счита"), ("секред", "секрет")])
def test_a_misspelling_sounds_like_the_right_word(wrong: str, right: str) -> None:
    assert russian_key(wrong) == russian_key(right)


def test_acronyms_and_compounds_of_both_scripts_stay_as_typed(words: Words) -> None:
    assert words.mended("файлы из LFS, где OIDC?") == "файлы из LFS, где OIDC?"
    assert words.mended("http-прокси для образов") == "http-прокси для образов"
    assert words.mended("RFR JNRK.XBNM GHJDTHRE") == "как отключить проверку"


def test_layouts_and_look_alikes() -> None:
    assert other_layout("jnrk.xbnm") == "отключить"
    assert other_layout("вщслук") == "docker"
    assert one_script("рaзом") == "разом"  # the `a` is Latin
    assert one_script("v8Б") == "v8Б"


def test_mended_text(words: Words) -> None:
    assert words.mended("rfr jnrk.xbnm ghjdthre") == "как отключить проверку"
    assert words.mended("вщслук registry") == "docker registry"
    assert words.mended("how do I list patchwork images?") == "how do I list patchwork images?"


def test_respelt(words: Words) -> None:
    assert "docker" in words.respelt("докер")
    assert "секрет" in words.respelt("сикрет")
    assert "счита" in words.respelt("щита")
    assert not words.respelt("kustom")  # a name is not another name
    made = Words()
    made.sync({"подменя": 1, "образ": 1})
    assert not made.respelt("podman")
    assert "образ" in made.respelt("obraz")


def test_synonyms_and_neighbours(words: Words) -> None:
    assert "разворачива" in words.synonyms("депл")
    assert stem("удаляются") in words.neighbours([stem("delete")])[stem("delete")]


def test_vocabulary_grows_and_shrinks() -> None:
    made, vocabulary = Words(), {"helm": 1}
    made.sync(vocabulary)
    assert made.respelt("докер") == {}
    vocabulary["docker"] = 1
    made.sync(vocabulary)
    assert "docker" in made.respelt("докер")
    del vocabulary["docker"]
    assert made.respelt("докер") == {}


def test_thesaurus_is_of_one_form() -> None:
    words_of, phrases, groups, _ = thesaurus()
    assert len(groups) > 200
    assert all(len(group) > 1 for group in groups)
    assert (stem("пространство"), stem("имен")) in phrases
    assert words_of["кубер"] == words_of["kubernet"]


def test_concepts(words: Words) -> None:
    vocabulary = Counter(terms(DOCUMENTS))
    query = analyse([("как вырубить верф --dry-run в неймспейсе, если ничего не указать?", 1.0)], words, vocabulary, 9)
    by_word = {concept.word: concept for concept in query.concepts}
    assert "как" not in by_word
    assert by_word["--dry-run"].named
    assert by_word["--dry-run"].forms == {"--dry-run": 1.0}
    assert stem("отключить") in by_word[stem("вырубить")].forms
    assert "namespac" in by_word["неймспейс"].forms
    assert by_word["верф"].forms == {}
    assert stem("умолчанию") in by_word["умолчание"].forms


def test_a_phrase_stands_for_a_word(words: Words) -> None:
    query = analyse([("имя для пространства имён", 1.0)], words, Counter(terms(DOCUMENTS)), 9)
    assert any("namespac" in concept.forms for concept in query.concepts)


# Conversations

HISTORY = (Turn("user", "Как удалить старые образы?"), Turn("assistant", "Командой cleanup, политикой очистки [1]."))


@pytest.mark.parametrize(
    "question", ["а почему?", "и как её отключить?", "сколько он хранится", "and how do I turn it off?", "зачем это"]
)
def test_what_leans(question: str) -> None:
    assert leans(question)


def test_what_stands_alone() -> None:
    question = "Каким флагом патчворк ограничивает скорость загрузки больших архивов?"
    assert not leans(question)
    assert resolve(Question(question, HISTORY), question).parts == ((question, 1.0),)


def test_a_follow_up_borrows_words() -> None:
    resolved = resolve(Question("а как отключить?", HISTORY), "а как отключить?")
    assert [share for _, share in resolved.parts] == sorted((share for _, share in resolved.parts), reverse=True)
    assert "старые образы" in resolved.text
    assert "[1]" not in resolved.text
    assert resolved.text.endswith("а как отключить?")


def test_a_chain_of_follow_ups_keeps_its_subject() -> None:
    history = (*HISTORY, Turn("user", "а почему?"), Turn("assistant", "Так задано."))
    assert "старые образы" in resolve(Question("и когда?", history), "и когда?").text


def test_without_history_nothing_is_lent() -> None:
    assert resolve(Question("а почему?"), "а почему?").parts == (("а почему?", 1.0),)


# Markup


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("**Жирный** и _курсив_, `--код *x*`", "Жирный и курсив, --код *x*"),
        ("см. [страницу](https://a.b/c_(d)) и <https://e.f>", "см. страницу и https://e.f"),
        ("| Флаг | Смысл |\n|---|:-:|\n| `-x` | **да** |", "Флаг — Смысл\n-x — да"),
        ("Вот:\n```yaml\na: _b_\n```\nи всё", "Вот:\na: _b_\nи всё"),
        ("## Заголовок", "Заголовок"),
        ("snake_case_name и 2*3*4, __init__", "snake_case_name и 2*3*4, __init__"),
        ("PREFIX_* и OTHER_*", "PREFIX_* и OTHER_*"),
        ("без разметки", "без разметки"),
    ],
)
def test_plain(marked: str, text: str) -> None:
    assert plain(marked) == text


def test_flags_are_terms_with_their_dashes() -> None:
    assert {"--dry-run", "dry-run", "dri", "run"} <= set(terms("ключ `--dry-run`"))
    assert "--b" not in set(terms("a--b c - d"))


def test_a_russian_word_is_not_an_english_one_that_sounds_a_little_like_it() -> None:
    made = Words()
    made.sync(Counter({"sever": 1, "commit": 1, "deploy": 1}))
    assert made.respelt(stem("сварить"), "сварить") == {}
    assert "deploy" in made.respelt(stem("деплоить"), "деплоить")


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ab_-./:=+@ ЯяёA1 `\n—«»", max_size=14))
def test_documents_and_questions_are_cut_into_the_same_words(text: str) -> None:
    """Whole documents by the fast expression, questions by the one that tells the parts."""
    cut: list[str] = []
    for dashes, word in TOKEN.findall(text):
        pieces = pieces_of(word)
        cut += [stem(fold(piece)) for piece in pieces]
        cut += [fold(word)] if len(pieces) > 1 else []
        cut += [dashes + fold(word)] if dashes else []
    assert terms(text) == cut
