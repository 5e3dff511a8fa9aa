"""A bible made ready for scoring: phrases compiled, its own vocabulary gathered. Knows no persona by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from core.text import fold, stem, words
from style_adapter.bible import Bible
from style_adapter.score import lexicon
from style_adapter.score.lexicon import word_set
from style_adapter.score.morph import part_of_speech
from style_adapter.score.phrases import PhraseBook

CONTENT = frozenset({"NOUN", "VERB", "INFN", "ADJF", "ADJS", "ADVB", "PRTF", "GRND", "INTJ", "PRED"})


@dataclass(frozen=True)
class Profile:
    """What the rules look things up in. `vocabulary`: stems the persona uses in its own lines and the drafts
    do not."""

    bible: Bible
    greetings_own: tuple[str, ...]
    greetings_all: PhraseBook
    never: PhraseBook
    favourites: PhraseBook
    officialese: PhraseBook
    officialese_patterns: tuple[re.Pattern[str], ...]
    slang: PhraseBook
    voice: PhraseBook
    spoken: PhraseBook
    topics: frozenset[tuple[str, ...]]
    taboos: tuple[tuple[re.Pattern[str], str], ...]
    vocabulary: frozenset[str]
    said: str  # the persona's own lines, folded: a cliché among them is its manner


def compiled(rules: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    # «ё» is written «е» as often as not; in a range of letters it stands as it is.
    return tuple(re.compile(re.sub("(?<!а-я)ё", "[её]", rule), re.I | re.M) for rule in rules)


_COMMON = word_set(
    "документ документы быть есть мочь document documents papers have with that this your what will from"
)

IDENTITY = compiled(lexicon.IDENTITY)
CLICHES = compiled(lexicon.CLICHES)
PROFANE = compiled(lexicon.PROFANE)
CONTRACTION = re.compile(lexicon.CONTRACTION, re.I)
LIVED_TURNS = compiled(lexicon.LIVED_TURNS)
LIVED_EN = re.compile(
    rf"\bi(?:['’]ve| have| had| used to)?(?: (?:once|often|personally|also|myself|"
    rf"already))? (?P<verb>{lexicon.LIVED_EN})\b",
    re.I,
)


@lru_cache(maxsize=1)
def _officialese() -> PhraseBook:
    return PhraseBook((*lexicon.OFFICIALESE_RU, *lexicon.OFFICIALESE_EN))


@lru_cache(maxsize=1)
def _slang() -> PhraseBook:
    return PhraseBook((*lexicon.SLANG_RU, *lexicon.SLANG_EN))


@lru_cache(maxsize=1)
def _greetings() -> PhraseBook:
    return PhraseBook(lexicon.GREETINGS)


@lru_cache(maxsize=3)
def _voice(register: str) -> PhraseBook:
    if register == "colloquial":
        return PhraseBook((*lexicon.SLANG_RU, *lexicon.SLANG_EN, *lexicon.LOOSE_RU, *lexicon.LOOSE_EN))
    return PhraseBook((*lexicon.COURTESY_RU, *lexicon.COURTESY_EN) if register == "formal" else ())


@lru_cache(maxsize=3)
def _spoken(register: str) -> PhraseBook:
    return PhraseBook((*lexicon.SPOKEN_RU, *lexicon.SPOKEN_EN) if register == "colloquial" else ())


@lru_cache(maxsize=32)
def profile(bible: Bible) -> Profile:
    """The compiled bible; kept, so that scoring thousands of texts compiles once."""
    speech = bible.speech
    own = tuple(" ".join(words(text)) for text in speech.greetings)
    return Profile(
        bible=bible,
        greetings_own=own,
        greetings_all=_greetings() if not own else PhraseBook((*lexicon.GREETINGS, *own)),
        never=PhraseBook(speech.never),
        favourites=PhraseBook([favourite.text for favourite in speech.favourite]),
        officialese=_officialese(),
        officialese_patterns=compiled(lexicon.OFFICIALESE_PATTERNS),
        slang=_slang(),
        voice=_voice(speech.register_),
        spoken=_spoken(speech.register_),
        topics=frozenset(
            tuple(map(stem, words(topic))) for topic in (bible.length.expanded.topics if bible.length.expanded else ())
        ),
        taboos=tuple((re.compile(taboo.pattern, re.I | re.U), taboo.text) for taboo in bible.taboos if taboo.pattern),
        vocabulary=_vocabulary(bible),
        said=fold("\n".join((*bible.utterances, *(favourite.text for favourite in speech.favourite)))),
    )


def _vocabulary(bible: Bible) -> frozenset[str]:
    neutral = {stem(word) for example in bible.examples for word in words(f"{example.draft or ''} {example.user}")}
    found = set()
    for line in bible.utterances:
        for word in words(line):
            content = part_of_speech(word) in CONTENT or (word.isascii() and len(word) > 3)
            if content and len(word) > 2 and word.isalpha():
                found.add(stem(word))
    common = {stem(word) for word in _COMMON}
    return frozenset(found - neutral - common)
