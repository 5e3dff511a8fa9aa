"""Phrases of Russian: a noun with its adjectives, found and put into another case. Knows no way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.text import fold
from style_adapter.restylers.ways.nouns import capital_as
from style_adapter.restylers.ways.russian_words import WORD
from style_adapter.score.morph import parses


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text[start:end]`: adjectives and their noun, with the readings that agree."""

    start: int
    end: int
    words: tuple[str, ...]
    readings: tuple[Any, ...]

    @property
    def noun(self) -> Any:
        return self.readings[-1].tag

    def in_case(self, case: str, number: str = "") -> str:
        """The phrase in another case; "" where a form is missing. Animate nouns keep their animacy."""
        out = []
        number = number or str(self.noun.number)
        for word, reading in zip(self.words, self.readings, strict=True):
            wanted = {case, number}
            if str(reading.tag.POS) != "NOUN":
                wanted |= {str(self.noun.gender)} if number == "sing" else set()
                if case == "accs" and (number == "plur" or str(self.noun.gender) == "masc"):
                    wanted.add(str(self.noun.animacy))
            form = reading.inflect(wanted)
            if form is None:
                return ""
            out.append(capital_as(word, str(form.word)))
        return " ".join(out)


def phrase(text: str, at: int, case: str, most: int = 3) -> Phrase | None:
    """The phrase in this case that begins at `at`, up to its noun; None where there is none for sure."""
    words: list[str] = []
    adjectives: list[list[Any]] = []
    for found in re.finditer(rf"({WORD})(?: |(?=[^\wа-яё]|$))", text[at:]):
        if found.start() != sum(len(word) + 1 for word in words) or len(words) > most:
            return None
        word = found.group(1)
        known = [r for r in parses(fold(word))[:12] if r.is_known and r.score > 0.01 and not _name(r)]
        nouns = [r for r in known if str(r.tag.POS) == "NOUN" and str(r.tag.case) == case and "Fixd" not in r.tag]
        likely = str(known[0].tag.POS) if known else ""
        if nouns and (likely == "NOUN" or not any(str(r.tag.POS) in ("ADJF", "PRTF") for r in known)):
            return _agreed(text, at, [*words, word], adjectives, nouns)
        fitting = [r for r in known if str(r.tag.POS) in ("ADJF", "PRTF") and str(r.tag.case) == case]
        if not fitting or any(g in fitting[0].tag for g in ("Anph",)):
            return None
        words.append(word)
        adjectives.append(fitting)
    return None


def _agreed(text: str, at: int, words: list[str], adjectives: list[list[Any]], nouns: list[Any]) -> Phrase | None:
    for noun in nouns:
        chosen = [next((r for r in readings if _agree(r.tag, noun.tag)), None) for readings in adjectives]
        if all(reading is not None for reading in chosen):
            return Phrase(at, at + sum(map(len, words)) + len(words) - 1, tuple(words), (*chosen, noun))
    return None


def _agree(one: Any, noun: Any) -> bool:
    if str(one.number) != str(noun.number):
        return False
    return str(noun.number) == "plur" or str(one.gender) == str(noun.gender)


def _name(reading: Any) -> bool:
    return any(g in reading.tag for g in ("Name", "Surn", "Patr"))
