"""The quality mode: a cross-encoder that reads a question and a quote together and says whether the quote answers it. Knows no
ranking. Trained by evals/readers (docs/adr/032-readers.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np

from core.e5 import PairReader, shared, weights
from core.nouns import Source

LEARNED = Path(__file__).parent / "weights" / "cross_encoder.npz"


class CrossEncoder:
    """About a third of a second a question on two old cores; half a second and 180 MB at the first. Raises UsageError where the
    weights are not installed."""

    def __init__(self) -> None:
        weights()
        # One at a time, in a thread of its own: a reading takes all cores, and whoever gives up waiting is left out.
        self._thread = ThreadPoolExecutor(1, "cross-encoder")

    @cached_property
    def reader(self) -> PairReader:
        """Raises UnavailableError where the weights are damaged."""
        with np.load(LEARNED) as learned:
            return PairReader(shared(), dict(learned))

    async def log_odds(self, question: str, quotes: Sequence[Source]) -> float:
        """Log odds that the likeliest of the quotes (at least one) answers the question, some -5 … 5; three of
        four questions without an answer lie below -4.5."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, question, quotes)

    def _read(self, question: str, quotes: Sequence[Source]) -> float:
        logits = self.reader.read(question, [headed(quote) for quote in quotes])
        return float((logits[:, 1] - logits[:, 0]).max())

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def headed(quote: Source) -> str:
    """A quote as it is read: below its title and headings."""
    return " › ".join([quote.title, *quote.headings]) + "\n" + quote.quote
