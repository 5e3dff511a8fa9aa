"""Whether a reply has a voice at all: positive evidence of the bible's register, by lexical markers rather
than catchphrases."""

from __future__ import annotations

import re
from itertools import pairwise

from core.text import stem, words
from style_adapter.score.address import forms
from style_adapter.score.lexicon import word_set
from style_adapter.score.morph import likely, part_of_speech, tokens
from style_adapter.score.nouns import Violation
from style_adapter.score.profile import Profile
from style_adapter.score.spans import MARK, View

FIRST_PERSON = word_set("я мне меня мной мы нам нас мой моя моё мое мои i me my mine myself")
SPOKEN_LENGTH = 8  # words: people speak in shorter sentences than they write
SHORT = 3  # sentences that one point of evidence carries; each more asks for a quarter
ENOUGH = 0.75
_CONTENT = frozenset({"NOUN", "VERB", "INFN", "ADJF", "ADJS", "ADVB", "INTJ", "PRED", ""})
_FIRST = frozenset({"1per"})
_LIVE = frozenset({"VERB", "NPRO", "PRCL", "ADVB", "INTJ", "PRED", "CONJ"})
_FUNCTION = word_set("""
    и а но в на с по к у о не это the a an of to and in is are be it that this for on at by with or as
    will not
""")
_PREDICATE = frozenset({"VERB", "ADJS", "PRTS", "PRED", "COMP", "INFN"})
_BOOKISH = frozenset({"NOUN", "ADJF", "PRTF", "PRTS", "PREP"})


def voice(profile: Profile, view: View) -> list[Violation]:
    """One violation where the evidence is thin. `neutral` register asks for none."""
    strength = voice_strength(profile, view)
    if strength >= ENOUGH:
        return []
    message = "no voice: it reads as the neutral draft" if strength == 0 else "hardly any voice"
    return [Violation("voice", view.text, message, 0, len(view.text))]


def voice_strength(profile: Profile, view: View) -> float:
    """0 = the neutral text word for word, 1 = plainly someone speaking in the bible's register."""
    register = profile.bible.speech.register_
    if register == "neutral":
        return 1.0
    if not view.words:
        return 0.0
    points = _markers(profile, view) + _asides(view) + _reworded(view)
    if register == "colloquial":
        points += _spoken(profile, view)
    return min(1.0, points / (1 + 0.25 * max(0, len(view.sentences) - SHORT)))


def _markers(profile: Profile, view: View) -> float:
    """Words of the register, the persona's address, first person, its favourites, greetings and
    vocabulary."""
    points = float(len(profile.voice.find(view.words)))
    points += len(profile.favourites.find(view.words))
    said = " ".join(token.word for token in view.words)
    points += sum(said.startswith(greeting) for greeting in profile.greetings_own)
    if profile.bible.address != "neutral":
        points += sum(form == profile.bible.address for _, form, _ in forms(view.words))
    known = {stem(word) for word in view.draft_words}
    first = {token.word for token in view.words} & FIRST_PERSON
    if first or any(likely(token.word, _FIRST) > 0.5 for token in view.words):
        points += 0.75 if profile.bible.speech.register_ == "formal" else 0.5
    points += 0.5 * len({stem(token.word) for token in view.words} & (profile.vocabulary - known))
    return points


def _spoken(profile: Profile, view: View) -> float:
    """Small words of speech, live punctuation, and sentences built of verbs and pronouns rather than
    nouns."""
    known = set(view.draft_words)
    points = 0.5 * sum(view.words[n].word not in known for _, n in profile.spoken.find(view.words))
    points += 0.5 * len(re.findall(r"(?:^|[.!?…]\s+)(?:не|нет|да|no|nah|yes),", view.own, re.I | re.M))
    points += 0.25 * min(2, len(re.findall(r"[?!…]", view.own)))
    for start, end in view.sentences:
        kinds = [part_of_speech(token.word) for token in view.words if start <= token.start < end]
        live, bookish = sum(kind in _LIVE for kind in kinds), sum(kind in _BOOKISH for kind in kinds)
        if len(kinds) >= 2 and live > bookish:
            points += 0.25
        verbless = not any(kind in _PREDICATE for kind in kinds)
        if len(kinds) >= 2 and verbless and not re.search(r"\w\s+[—–-]\s", view.text[start:end]):
            points += 0.5  # an answer thrown out in half a sentence
    if len(view.sentences) > 1 and len(tokens(view.plain)) / len(view.sentences) <= SPOKEN_LENGTH:
        points += 0.5
    return min(points, 1.5)


def _reworded(view: View) -> float:
    """A little where the draft's sentences were rebuilt."""
    return 0.35 if view.draft and len(view.words) > 3 and _carried(view) < 0.5 else 0.0


def _carried(view: View) -> float:
    """The share of word pairs that the draft has too, 0..1."""
    said = [token.word for token in view.words]
    pairs = list(pairwise(said))
    return sum(pair in view.draft_pairs for pair in pairs) / len(pairs) if pairs else 0.0


def _asides(view: View) -> float:
    """The persona's own beside a draft's facts: sentences without a mark, and clauses («палата не
    маршрутка»), mostly of words that the draft has not. Numbers make a clause a fact. Where the facts stand
    much as they were, a new clause is surely an aside; where all is reworded, it may be a paraphrase."""
    if not view.draft:
        return 0.0
    known = {stem(word) for word in view.draft_words}
    points, quip = 0.0, 0.75 if _carried(view) >= 0.45 else 0.4
    for start, end in view.sentences:
        here = [token for token in view.words if start <= token.start < end]
        if len(here) >= 2 and not MARK.search(view.text[start:end]):
            points += 0.75 * (_share_new([token.word for token in here], known) > 0.6)
            continue
        for clause in re.finditer(r"[^,:;—–?!…]+", view.own[start:end]):
            said = words(clause.group())
            own = said and not re.search(r"\d", clause.group()) and any(part_of_speech(w) in _CONTENT for w in said)
            points += quip * bool(own and _share_new(said, known) > 0.75)
    return points


def _share_new(said: list[str], known: set[str]) -> float:
    telling = [word for word in said if word not in _FUNCTION] or said
    return sum(stem(word) not in known for word in telling) / len(telling)
