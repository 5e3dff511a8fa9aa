"""Parts of speech of single words. Knows no sentence."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from core.text import CYRILLIC


@cache
def morphology() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=50_000)
def part_of_speech(word: str) -> str:
    """`noun`, `verb` or `other` of a folded word; words in Latin letters count as nouns."""
    if not CYRILLIC.search(word):
        return "noun"
    tag = morphology().parse(word)[0].tag.POS
    return "noun" if tag == "NOUN" else "verb" if tag in ("VERB", "INFN", "GRND", "PRTS") else "other"


@lru_cache(maxsize=20_000)
def is_verb(word: str) -> bool:
    """Whether a folded word is a verb of the Russian dictionary; a coined one (деплоить) is not."""
    if not CYRILLIC.search(word) or not morphology().word_is_known(word):
        return False
    return part_of_speech(word) == "verb"
