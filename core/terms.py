"""The lexical terms of a text: what BM25, the vocabulary and coverage count. Flags, file names and camelCase are kept whole
and also split, so that `--set-string` is found by itself and by its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.text import fold, stem

TOKEN = re.compile(r"(?P<dashes>(?<![\w-])--?(?=[A-Za-z]))?(?P<word>[^\W_]+(?:[._/:@+=-]+[^\W_]+)*)")
PART = re.compile(r"[^\W_]+")
CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")


def pieces_of(token: str) -> list[str]:
    """The parts of a compound: `fromLatest` → from, Latest; `werf.yaml` → werf, yaml."""
    return [piece for part in PART.findall(token) for piece in CAMEL.split(part)]


def terms(text: str) -> Iterator[str]:
    """Folded stems of every word, in order; a compound (`werf.yaml`, `по-русски`, `fromLatest`) yields its parts and itself, a
    flag its name with the dashes too."""
    for match in TOKEN.finditer(text):
        token = match["word"]
        pieces = pieces_of(token)
        for piece in pieces:
            yield stem(fold(piece))
        if len(pieces) > 1:
            yield fold(token)
        if match["dashes"]:
            yield match["dashes"] + fold(token)
