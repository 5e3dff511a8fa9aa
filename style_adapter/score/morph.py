"""Words of a text with their Russian morphology. Knows no bible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from core.text import CYRILLIC, WORD, fold, stem

_GROUP = {
    "INFN": "V",
    "VERB": "V",
    "GRND": "V",
    "PRTF": "P",
    "PRTS": "P",
    "ADJF": "A",
    "ADJS": "A",
    "COMP": "A",
    "NOUN": "N",
}


_HELD = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: folded, with its place."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words of a text in order; `text[start:end]` is the word as written."""
    return [Token(_even(fold(found.group())), found.start(), found.end()) for found in WORD.finditer(text)]


def _even(word: str) -> str:
    """«жееесть» as «жесть»: a letter held down is one letter. Digits stay."""
    return _HELD.sub(r"\1", word) if len(word) > 3 else word


@cache
def _analyzer() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=100_000)
def parses(word: str) -> tuple[Any, ...]:
    """pymorphy's readings of a folded Cyrillic word, likeliest first; empty for other scripts."""
    return tuple(_analyzer().parse(word)) if CYRILLIC.search(word) else ()


@lru_cache(maxsize=100_000)
def likely(word: str, grammemes: frozenset[str]) -> float:
    """How likely it is, 0..1, that the word has all these grammemes at once. Guessed words count half."""
    total = 0.0
    for reading in parses(word):
        if grammemes <= reading.tag.grammemes:
            total += reading.score * (1.0 if reading.is_known else 0.5)
    return total


@lru_cache(maxsize=100_000)
def part_of_speech(word: str) -> str:
    """pymorphy's part of speech of the likeliest reading; empty for other scripts."""
    readings = parses(word)
    return str(readings[0].tag.POS or "") if readings else ""


@lru_cache(maxsize=100_000)
def keys(word: str, least: float = 0.15) -> frozenset[tuple[str, str]]:
    """What the word is compared by: (lemma, kind) of each likely reading. Kinds keep «уважаемый» apart from
    «уважаю», and an imperative («обращайтесь») apart from its infinitive. English: the word itself and its
    simple inflections' base."""
    if not CYRILLIC.search(word):
        return frozenset((form, "E") for form in _english_bases(word))
    found: set[tuple[str, str]] = set()
    for reading in parses(word):
        if reading.score < least:
            continue
        kind = _GROUP.get(str(reading.tag.POS), str(reading.tag.POS))
        if "impr" in reading.tag.grammemes:
            kind = "I"
        found.add((fold(reading.normal_form), kind))
        if not reading.is_known and len(word) >= 5:
            found.add((stem(word), "S"))
    return frozenset(found) or frozenset({(word, "S")})


def _english_bases(word: str) -> set[str]:
    """Short words change only by -s: «cooling» is no form of the slang «cool»."""
    bases = {word}
    if word.endswith("'s"):
        bases.add(word[:-2])
    if word.endswith("s") and not word.endswith("ss"):
        bases |= {word[:-1], word[:-2]} if word.endswith("es") else {word[:-1]}
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 5:
            bases |= {root, root + "e", root[:-1] if root[-1] == root[-2] else root}
    return bases
