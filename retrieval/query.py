"""What a question asks for, in the index's own terms: concepts, each with its weight and the terms that may stand for it.
Knows no store."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from core.nouns import Lang
from core.terms import TOKEN, pieces_of
from core.text import CYRILLIC, fold, language, stem
from retrieval.forms import stems_of
from retrieval.function_words import FUNCTION_WORDS
from retrieval.words import SYNONYM, Words, thesaurus

# «If nothing is set» asks for the default, whatever the words.
UNSET = re.compile(
    r"если (?:(?:ничего|его|её|ее|их|это|сам\w*|явно|путь|тег|значение|число|ни) )*(?:не|ничего не) "
    r"(?:указ|мен|зада|трога|настра|пропис|писа|выстав|перед|став)\w*"
    r"|без (?:указания|настройки|параметров)"
    r"|(?:when|if|unless) (?:\w+ ){0,4}(?:not set|unset|absent|omitted|not specified|not given|specify|set nothing)"
)
DEFAULT = {stem("умолчание"): 0.9, stem("умолчанию"): 0.9, "default": 0.9}
PART_WEIGHT = 0.6  # of a compound's part beside the compound itself
NAMED = re.compile(r"[._/@=:\d]|[a-zа-я][A-ZА-Я]|^[A-Z]{2,}$|[A-Za-z]-[A-Za-z]")
NEIGHBOURED = 4  # letters: shorter words have no neighbours worth having


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing asked about. `forms`: terms of the index that stand for it → how well (1 = the word itself); empty where the
    index knows none. `weight` is its IDF times its share. `named`: an identifier, flag or file name, of which the exact form
    matters. `share`: 1 for the question's own, less for what the conversation before it lends."""

    word: str  # its stem
    weight: float
    forms: Mapping[str, float]
    exact: bool
    named: bool = False
    share: float = 1.0
    typed: str = ""  # as it stands in the question


@dataclass(frozen=True)
class Query:
    """A question analysed. `text` is what is embedded; `own` what the person typed, layout mended."""

    text: str
    own: str
    concepts: tuple[Concept, ...]
    lang: Lang

    @cached_property
    def mass(self) -> float:
        return sum(concept.weight for concept in self.concepts) or 1.0

    @cached_property
    def standing(self) -> dict[str, list[tuple[int, float]]]:
        """Term → (number of a concept, how well the term stands for it)."""
        found: dict[str, list[tuple[int, float]]] = {}
        for number, concept in enumerate(self.concepts):
            for term, worth in concept.forms.items():
                found.setdefault(term, []).append((number, worth))
        return found

    def term_weights(self, stand_in: float) -> list[tuple[str, float]]:
        """Terms for the engine, which multiplies by its own IDF; what only stands for a word counts `stand_in` times."""
        weights: dict[str, float] = {}
        for concept in self.concepts:
            for term, worth in concept.forms.items():
                weight = concept.share * (worth if worth >= 1.0 or not concept.exact else worth * stand_in)
                weights[term] = max(weight, weights.get(term, 0.0))
        return list(weights.items())


def idf(chunks_with_term: int, chunks: int) -> float:
    return math.log(1 + (chunks - chunks_with_term + 0.5) / (chunks_with_term + 0.5))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text on its way to a concept."""

    word: str
    term: str
    weight: float = 1.0
    named: bool = False
    whole: bool = False  # a compound as one: it has no synonyms


def analyse(
    parts: Sequence[tuple[str, float]], words: Words, vocabulary: Mapping[str, int], chunks: int, embedded: str = ""
) -> Query:
    """`parts`: the question (share 1) and what the conversation lends, each with its share."""
    own = parts[0][0]
    concepts: dict[str, Concept] = {}
    for text, share in parts:
        for concept in _concepts(text, share, words, vocabulary, chunks):
            held = concepts.get(concept.word)
            if held is None or held.share < share:
                concepts[concept.word] = concept
    return Query(embedded or own, own, tuple(concepts.values()), language(own))


def _concepts(text: str, share: float, words: Words, vocabulary: Mapping[str, int], chunks: int) -> Iterator[Concept]:
    found = list(_words(text, vocabulary))
    phrases = _phrases(text)
    near = words.neighbours({item.term for item in found if not item.whole and len(item.term) >= NEIGHBOURED})
    for item in found:
        stems = {item.term} if item.whole else stems_of(fold(item.word)) | {item.term}
        forms = dict.fromkeys((term for term in sorted(stems) if term in vocabulary), 1.0)
        exact = bool(forms)
        if not item.whole:
            others = [*map(words.synonyms, sorted(stems)), near.get(item.term, {}), phrases.get(item.term, {})]
            if not exact:
                respelt = words.respelt(item.term, fold(item.word))
                others += [respelt, *(words.synonyms(term) for term in respelt)]
            for other in others:
                for term, worth in other.items():
                    if term in vocabulary and term != item.term:
                        forms[term] = max(worth, forms.get(term, 0.0))
        weight = _idf(forms, vocabulary, chunks)
        yield Concept(item.term, weight * share * item.weight, forms, exact, item.named, share, item.word)
    if UNSET.search(fold(text)):
        forms = {term: worth for term, worth in DEFAULT.items() if term in vocabulary}
        yield Concept("умолчание", _idf(forms, vocabulary, chunks) * share, forms, False, False, share, "умолчание")


def _words(text: str, vocabulary: Mapping[str, int]) -> Iterator[_Word]:
    for match in TOKEN.finditer(text):
        token = match["word"]
        pieces = pieces_of(token)
        named = bool(match["dashes"]) or bool(NAMED.search(token))
        whole = fold(token)
        if whole in FUNCTION_WORDS and not match["dashes"]:
            continue
        compound = len(pieces) > 1 and (whole in vocabulary or (named and not CYRILLIC.search(token)))
        if match["dashes"]:
            yield _Word(whole, match["dashes"] + whole, 1.0, True, True)
        elif compound:
            yield _Word(token, whole, 1.0, named, True)
        for piece in pieces:
            folded = fold(piece)
            if folded in FUNCTION_WORDS or (len(folded) < 2 and not folded.isdigit()):
                continue
            share = PART_WEIGHT if compound or match["dashes"] else 1.0
            yield _Word(piece, stem(folded), share, named and len(pieces) == 1 and not match["dashes"])


def _phrases(text: str) -> dict[str, dict[str, float]]:
    """Stem → what stands for the phrase that it is part of (пространство имён → namespace)."""
    _, by_phrase, groups, _ = thesaurus()
    stems = [stem(fold(match["word"])) for match in TOKEN.finditer(text)]
    found: dict[str, dict[str, float]] = {}
    for size in (2, 3):
        for at in range(len(stems) - size + 1):
            for number in by_phrase.get(tuple(stems[at : at + size]), ()):
                for term in stems[at : at + size]:
                    held = found.setdefault(term, {})
                    held.update({member: worth for member, worth in groups[number].items() if worth >= SYNONYM})
    return found


def _idf(forms: Mapping[str, float], vocabulary: Mapping[str, int], chunks: int) -> float:
    """Of the word in all its forms, or, where the index doesn't hold it, of the commonest word that stands well for it."""
    own = sum(vocabulary[form] for form, worth in forms.items() if worth >= 1.0)
    if own:
        return idf(min(own, chunks), chunks)
    close = [vocabulary[other] for other, worth in forms.items() if worth >= 0.7] or [
        vocabulary[other] for other in forms
    ]
    return idf(max(close, default=0), chunks)


def without_share(query: Query) -> Query:
    """The question's own concepts only."""
    return replace(query, concepts=tuple(concept for concept in query.concepts if concept.share == 1.0))
