"""Words are found by their hashes as the library finds them by name."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from navec import Navec

from style_adapter.guard import vectors


def test_vectors_are_those_of_the_library() -> None:
    spec = importlib.util.find_spec("natasha")
    assert spec
    assert spec.origin
    (file,) = (Path(spec.origin).parent / "data" / "emb").glob("navec*.tar")
    theirs = Navec.load(str(file))
    for word in theirs.vocab.words[::499]:
        mine = vectors.russian(word)
        assert mine is not None, word
        assert mine == pytest.approx(theirs[word] / (np.linalg.norm(theirs[word]) or 1), abs=1e-6), word


@pytest.mark.parametrize("word", ["", "ъъъъ", "werf", "\ud800", "слово " * 9])
def test_a_word_that_is_not_there_has_none(word: str) -> None:
    assert vectors.russian(word) is None
