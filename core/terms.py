"""The lexical terms of a text: what BM25, the vocabulary and coverage count. Flags, file names and camelCase are kept whole
and also split, so that `--set-string` is found by itself and by its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.text import fold, stem

TOKEN = re.compile(r"[^\W_]+(?:[._/:@+=-]+[^\W_]+)*|[^\W_]+", re.UNICODE)
PART = re.compile(r"[^\W_]+", re.UNICODE)
CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")


def terms(text: str) -> Iterator[str]:
    """Folded stems of every word, in order; a compound (`werf.yaml`, `по-русски`, `fromLatest`) yields its parts and itself."""
    for match in TOKEN.finditer(text):
        token = match.group()
        parts = PART.findall(token)
        pieces = [piece for part in parts for piece in CAMEL.split(part)]
        for piece in pieces:
            yield stem(fold(piece))
        if len(pieces) > 1:
            yield fold(token)
