"""A Russian sentence to a reader who is «ты» instead of «вы»."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import Place, capital_as, masked, said
from style_adapter.restylers.ways.russian_words import HELD_TEXT, WORD
from style_adapter.score.address import VY_WORDS, form_of
from style_adapter.score.morph import Token, parses, tokens

_YOUR = dict(
    zip(
        "вы вас вам вами ваш ваша ваше ваши вашего вашей вашему вашу вашим ваших вашими вашем".split(),
        "ты тебя тебе тобой твой твоя твоё твои твоего твоей твоему твою твоим твоих твоими твоём".split(),
        strict=True,
    )
)


def familiar(sentence: str) -> str | None:
    """The sentence to a reader who is «ты»; None where a word that agrees with «вы» can't be turned."""
    mask = masked(sentence, HELD_TEXT)
    chosen: list[tuple[Place, str]] = []
    words = tokens(mask)
    for at, token in enumerate(words):
        if token.word == "вас" or token.word in VY_WORDS:
            if token.word == "вы" and any(_agrees(other) for other in words[at + 1 : at + 4]):
                return None
            new = _YOUR[token.word]
        elif (form := form_of(token)) is not None and form[0] == "vy":
            if any(_agrees(other) and other.start - token.end < 20 for other in words[at + 1 : at + 3]):
                return None  # «будьте осторожны»: one is «осторожен» or «осторожна»
            new = _singular(token, form[1] and not _states(mask[: token.start], token.word))
        else:
            continue
        if not new:
            return None
        place = Place(token.start, token.end, ())
        polite = token.word in VY_WORDS and re.search(r"[а-яё,]\s$", sentence[: token.start])
        chosen.append((place, capital_as("а" if polite else sentence[token.start], new)))
    if chosen and (_politely_past(mask) or re.search(r"\bсами\b", mask, re.I)):  # «сам» or «сама», nobody knows
        return None
    return said(sentence, chosen)


def _politely_past(mask: str) -> bool:
    """«Потеряли ключ — сообщите»: a clause that begins with a past tense in the plural speaks to the reader too."""
    return any(_agrees(Token(fold(word), 0, 0)) for word in re.findall(rf"(?:^|[,;:—–.(]\s)({WORD})", mask))


def _states(before: str, word: str) -> bool:
    """Whether a form that may be an imperative states something: «если вы хотите», «когда удалите»."""
    clause = re.split(r"[,;:.—–(]", before)[-1]
    return word == "хотите" or bool(
        re.search(r"\b(?:если|когда|пока|чтобы|как|где|котор\w+|что|вы|сколько)\b", clause, re.I)
    )


def _agrees(token: Token) -> bool:
    """A past tense or short adjective in the plural: its singular has a gender nobody knows."""
    readings = parses(token.word)
    if not readings:
        return False
    tag = readings[0].tag
    return str(tag.number) == "plur" and (str(tag.POS) in ("ADJS", "PRTS") or str(tag.tense) == "past")


def _singular(token: Token, imperative: bool) -> str:
    for reading in parses(token.word):
        grammemes = reading.tag.grammemes
        if ("impr" in grammemes) == imperative and "plur" in grammemes and reading.tag.POS == "VERB":
            form = reading.inflect({"sing"})
            return str(form.word) if form is not None else ""
    return ""
