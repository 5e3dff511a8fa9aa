"""Words of Russian sentences by their morphology, as the ways need them. Knows no way."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import CODE
from style_adapter.score.morph import parses, tokens

_END = r"(?:[!-~]*[A-Za-z0-9_/\\=\])}>*%+#])?"  # the punctuation after a name is the sentence's
HELD_TEXT = rf"{CODE}|«[^«»\n]*»|\"[^\"\n]*\"|[A-Za-z]{_END}|--?[A-Za-z]{_END}"  # what may not be touched
WORD = r"[а-яёА-ЯЁ]+(?:-[а-яёА-ЯЁ]+)*"


def has_verb(text: str) -> bool:
    kinds = {"VERB", "PRTS", "PRED", "ADJS"}
    return any(reading[0].tag.POS in kinds for token in tokens(text) if (reading := parses(token.word)))


def upper(text: str) -> str:
    return text[:1].upper() + text[1:] if re.match(r"[а-яё]", text) else text


def lower(text: str) -> str:
    """Small first letter, where the word is no name."""
    word = re.match(WORD, text)
    if not word or not text[0].isupper() or (len(word.group()) > 1 and word.group().isupper()) or _name(word.group()):
        return text
    return text[0].lower() + text[1:]


def _name(word: str) -> bool:
    readings = parses(fold(word))
    return bool(readings) and any(g in str(readings[0].tag) for g in ("Name", "Surn", "Geox", "Orgn", "Patr", "UNKN"))


def is_a(word: str, part: str) -> bool:
    readings = parses(fold(word))
    return bool(readings) and any(str(reading.tag.POS) == part for reading in readings[:2] if reading.score > 0.2)


def first_verb(text: str) -> int:
    for match in re.finditer(WORD, text):
        if (reading := parses(fold(match.group()))) and str(reading[0].tag.POS) in ("VERB", "PRTS"):
            return match.start()
    return -1
