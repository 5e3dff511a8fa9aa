"""Leak, lift, extraction and the stop rule, on texts and numbers."""

from __future__ import annotations

import random

import pytest

from style_adapter.train.metrics import Corpus, Said, extracted, halves
from style_adapter.train.stop import EpochScores, chosen, stop_now

WORDS = """узел память порог флаг режим ключ сервис отдел заявка касса врач приём зал билет поезд логи срок проверка диск сеть
кластер образ сборка правило лимит отчёт доступ роль пароль замок вода насос""".split()


def replies(count: int, seed: int, phrase: str = "", share: float = 0.0) -> list[Said]:
    draw = random.Random(seed)
    said = []
    for number in range(count):
        text = " ".join(draw.choices(WORDS, k=14))
        said.append(Said(f"{text} {phrase}" if number < share * count else text))
    return said


@pytest.mark.parametrize("share", [0.03, 0.05, 0.08])
def test_a_planted_phrase_is_found_when_three_in_a_hundred_replies_say_it(share: float):
    """L4: 8 % of the training replies hold it, people's held-out ones don't."""
    planted = "вот такие дела малята"
    corpus = Corpus(replies(400, 1, planted, 0.08))
    found = corpus.lifts(replies(200, 2, planted, share), replies(150, 3))
    assert [lift.phrase for lift in found] == [planted]
    assert found[0].lift > 3


def test_a_phrase_people_say_as_often_is_no_leak():
    phrase = "вот такие дела малята"
    corpus = Corpus(replies(400, 1, phrase, 0.04))
    assert corpus.lifts(replies(200, 2, phrase, 0.04), replies(150, 3, phrase, 0.04)) == []


def test_words_of_the_prompt_are_no_leak():
    phrase = "вот такие дела малята"
    corpus = Corpus(replies(400, 1, phrase, 0.08))
    given = [Said(said.reply, said.reply) for said in replies(200, 2, phrase, 0.5)]
    assert corpus.lifts(given, replies(150, 3)) == []
    assert corpus.leak(given) == 0


def test_recited_replies_leak():
    train, held = replies(200, 1), replies(80, 2)
    corpus = Corpus(train)
    assert corpus.leak_ratio(train[:40], held) > 5
    assert corpus.leak_ratio(replies(40, 5), held) < 1.5


def test_extraction():
    text = "Меньше четырёх гигабайт узлу не давай, это нижняя планка, и жадничать тут себе дороже"
    cut = halves(text)
    assert cut is not None
    assert extracted(cut[1], cut[1] + " и ещё слово")
    assert not extracted(cut[1], "совсем другое окончание")
    assert halves("Да ладно") is None


def scores(epoch: int, loss: float, quality: float, leak: float = 1.0, lifted: tuple[str, ...] = ()) -> EpochScores:
    return EpochScores(epoch, loss, loss, leak, quality, 1.0, lifted)


def test_stop_on_loss_has_patience():
    history = [scores(1, 2.0, 0.5), scores(2, 1.8, 0.6), scores(3, 1.9, 0.7)]
    assert stop_now(history, 2, 0.005, 1.5) == ""
    assert stop_now([*history, scores(4, 1.85, 0.7)], 2, 0.005, 1.5) == "loss"


def test_stop_on_leak_has_none_and_rolls_back():
    history = [scores(1, 2.0, 0.5), scores(2, 1.8, 0.9, leak=1.6)]
    assert stop_now(history, 2, 0.005, 1.5) == "leak"
    kept = chosen(history, 1.5)
    assert kept is not None
    assert kept.epoch == 1
    assert stop_now([scores(1, 2.0, 0.5, lifted=("жесть (9%)",))], 2, 0.005, 1.5) == "leak"
    assert chosen([scores(1, 2.0, 0.5, leak=2)], 1.5) is None


def test_the_best_epoch_is_by_persona_and_facts_not_by_loss():
    kept = chosen([scores(1, 1.5, 0.6), scores(2, 1.7, 0.8), scores(3, 1.9, 0.7)], 1.5)
    assert kept is not None
    assert kept.epoch == 2
