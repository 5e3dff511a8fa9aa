"""The stems that the forms of one Russian word come to. The stemmer takes the end of журнал for that of a verb, so журнал and
журналы have two stems, as узел and узла, день and дня have. Knows no index."""

from __future__ import annotations

from functools import lru_cache

from core.text import CYRILLIC, fold, stem
from retrieval.speech import morphology

INFLECTED = frozenset({"NOUN", "ADJF", "ADJS", "COMP", "VERB", "INFN", "GRND", "PRTF", "PRTS"})


@lru_cache(maxsize=20_000)
def stems_of(word: str) -> frozenset[str]:
    """Of a folded word, by its likeliest reading; its own stem is among them."""
    if not CYRILLIC.search(word) or not word.isalpha():
        return frozenset((stem(word),))
    reading = morphology().parse(word)[0]
    if reading.tag.POS not in INFLECTED:
        return frozenset((stem(word),))
    return frozenset({stem(word), *(stem(fold(form.word)) for form in reading.lexeme)})
