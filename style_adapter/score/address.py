"""How a Russian reply addresses its reader: ты, вы or neither. Works on the own words of a reply."""

from __future__ import annotations

from typing import Literal

from style_adapter.score.lexicon import word_set
from style_adapter.score.morph import Token, likely, parses

Form = Literal["ty", "vy"]

TY_WORDS = word_set("""
    ты тебя тебе тобой тобою твой твоя твоё твое твои твоего твоей твоему твою твоим твоих твоими твоем
""")
VY_WORDS = word_set("""
    вы вас вам вами ваш ваша ваше ваши вашего вашей вашему вашу вашим ваших вашими вашем
""")
# Imperatives and second persons that speak to nobody.
FROZEN = word_set("""
    см ср пожалуй вишь поди небось кажись будь глядишь скажем допустим пусть пускай почитай
""")

_TWO_SINGULAR = frozenset({"2per", "sing"})
_TWO_PLURAL = frozenset({"2per", "plur"})
_IMPERATIVE_SINGULAR = frozenset({"impr", "sing", "excl"})
_IMPERATIVE_PLURAL = frozenset({"impr", "plur", "excl"})
_LEAST = 0.5


def form_of(token: Token) -> tuple[Form, bool] | None:
    """The address form of a word and whether it is an imperative; None where it addresses nobody."""
    word = token.word
    if word in TY_WORDS:
        return "ty", False
    if word in VY_WORDS:
        return "vy", False
    readings = parses(word)
    if not readings or readings[0].tag.POS != "VERB":
        return None
    plural, imperative_plural = likely(word, _TWO_PLURAL), likely(word, _IMPERATIVE_PLURAL)
    if plural + imperative_plural >= _LEAST:
        return "vy", imperative_plural >= plural
    if word in FROZEN:
        return None
    single, imperative = likely(word, _TWO_SINGULAR), likely(word, _IMPERATIVE_SINGULAR)
    if single + imperative >= _LEAST:
        return "ty", imperative >= single
    return None


def forms(words: list[Token]) -> list[tuple[Token, Form, bool]]:
    """Every word that addresses the reader: (word, form, is an imperative)."""
    found = []
    for token in words:
        form = form_of(token)
        if form is not None:
            found.append((token, *form))
    return found
