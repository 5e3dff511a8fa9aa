"""The lexical terms of a text: what BM25, the vocabulary and coverage count. Flags, file names and camelCase are kept whole
and also split, so that `--set-string` is found by itself and by its parts."""

from __future__ import annotations

import re
from functools import lru_cache

from core.text import fold, stem

TOKEN = re.compile(r"(?P<dashes>(?<![\w-])--?(?=[A-Za-z]))?(?P<word>[^\W_]+(?:[._/:@+=-]+[^\W_]+)*)")
# The same tokens without groups, most characters by the fast `\w`, for whole documents; underscores at an end are cut off after.
WHOLE = re.compile(r"[^\W_]\w*(?:[._/:@+=-]+[^\W_]\w*)*|(?<![\w-])--?(?=[A-Za-z])\w+(?:[._/:@+=-]+[^\W_]\w*)*")
PART = re.compile(r"[^\W_]+")
CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")


def pieces_of(token: str) -> list[str]:
    """The parts of a compound: `fromLatest` → from, Latest; `werf.yaml` → werf, yaml."""
    return [piece for part in PART.findall(token) for piece in CAMEL.split(part)]


def terms(text: str) -> list[str]:
    """Folded stems of every word, in order; a compound (`werf.yaml`, `по-русски`, `fromLatest`) yields its parts and itself, a
    flag its name with the dashes too."""
    return [term for token in WHOLE.findall(text) for term in _terms_of(token)]


@lru_cache(maxsize=200_000)
def _terms_of(token: str) -> tuple[str, ...]:
    word = token.lstrip("-").rstrip("_")
    pieces = pieces_of(word)
    found = [stem(fold(piece)) for piece in pieces]
    if len(pieces) > 1:
        found.append(fold(word))
    if token[0] == "-":
        found.append(fold(token.rstrip("_")))
    return tuple(found)
