"""The words of a question in the index's own words: other keyboard layouts, misspellings, English words in Russian letters,
synonyms, neighbours in meaning. Built over an index's vocabulary, kept up as it changes. Knows no store."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.text import CYRILLIC, fold, stem
from retrieval import sounds
from retrieval.forms import stems_of
from retrieval.neighbours import Neighbours, common
from retrieval.speech import is_verb

THESAURUS = Path(__file__).parent / "thesaurus.txt"
SYNONYM = 0.8  # how well each kind of stand-in stands for the word itself
PART_OF_PHRASE = 0.5
TRANSLITERATED = 0.9
MISSPELT = 0.9
NEAREST = 0.62  # least cosine of a neighbour
NEIGHBOURS = 6
NEIGHBOUR_WORTH = 0.9
ACRONYM = re.compile(r"[A-Z]{2,5}s?\W*")  # typed with shift held: a name, not a slip of the layout


Groups = Mapping[str, tuple[int, ...]]
Phrases = Mapping[tuple[str, ...], tuple[int, ...]]


@cache
def thesaurus() -> tuple[Groups, Phrases, tuple[Mapping[str, float], ...], Mapping[str, str]]:
    """Stem → its groups, phrase of stems → its groups, the groups: term → how well it stands for the meaning, and stem → the
    single word as it stands there."""
    by_word: dict[str, list[int]] = defaultdict(list)
    by_phrase: dict[tuple[str, ...], list[int]] = defaultdict(list)
    groups: list[Mapping[str, float]] = []
    spelt: dict[str, str] = {}
    for line in THESAURUS.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        members: dict[str, float] = {}
        for cell in line.split(","):
            stems = tuple(stem(fold(word)) for word in re.findall(r"[^\W_]+", cell))
            if len(stems) == 1:
                members[stems[0]] = SYNONYM
                spelt[stems[0]] = fold(cell.strip())
                by_word[stems[0]].append(len(groups))
            elif stems:
                members.setdefault(max(stems, key=len), PART_OF_PHRASE)
                by_phrase[stems].append(len(groups))
        groups.append(members)
    words = {word: tuple(dict.fromkeys(numbers)) for word, numbers in by_word.items()}
    return words, {phrase: tuple(numbers) for phrase, numbers in by_phrase.items()}, tuple(groups), spelt


class Words:
    """An index's vocabulary, ready to be asked in other words."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._vocabulary: Mapping[str, int] = {}
        self._neighbours = Neighbours()
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._latin: list[str] = []
        self._russian: dict[str, list[str]] = defaultdict(list)

    def sync(self, vocabulary: Mapping[str, int]) -> None:
        """Take in what is new; costs nothing where the vocabulary hasn't grown."""
        self._vocabulary = vocabulary
        if len(vocabulary) == len(self._seen):
            return
        new = [term for term in list(vocabulary) if term not in self._seen]
        self._seen.update(new)
        self._neighbours.add(new)
        for term in new:
            if len(term) < 3 or not term.isalpha():
                continue
            if CYRILLIC.search(term):
                self._russian[sounds.russian_key(term)].append(term)
                for key in sounds.cyrillic_keys(term):
                    self._by_sound[key].append(term)
            elif term.isascii():
                self._latin.append(term)
                for key in sounds.latin_keys(term):
                    self._by_sound[key].append(term)

    def holds(self, term: str) -> bool:
        return term in self._vocabulary

    def familiar(self, term: str) -> bool:
        """A word of the documents, of the thesaurus or of everyday language: not one to be mended."""
        return term in self._vocabulary or common(term) or term in thesaurus()[0]

    # The question's text

    def mended(self, text: str) -> str:
        """The text with look-alike letters and the wrong keyboard layout put right."""
        shouted = text.isupper()
        return _each_word(text, lambda word: self._mended_word(word, shouted))

    def _mended_word(self, word: str, shouted: bool) -> str:
        word = sounds.one_script(word)
        if self._any_familiar(word) or (not shouted and ACRONYM.fullmatch(word)):
            return word
        other = sounds.other_layout(word)
        letters = re.sub(r"[^\w]", "", other)
        long_enough = len(letters) >= 3 or letters in TINY
        return other if long_enough and self._every_familiar(other) else word

    def _any_familiar(self, word: str) -> bool:
        pieces = [stem(fold(piece)) for piece in re.findall(r"[^\W_]+", word)]
        return not pieces or any(self.familiar(piece) and len(piece) > 1 for piece in pieces)

    def _every_familiar(self, word: str) -> bool:
        pieces = [stem(fold(piece)) for piece in re.findall(r"[^\W_]+", word)]
        return bool(pieces) and all(self.familiar(piece) or piece in TINY for piece in pieces)

    # One word

    def respelt(self, term: str, word: str = "") -> dict[str, float]:
        """The index's terms that a stem it doesn't know may be: misspelt, or English in Russian letters. `word` is what it's the
        stem of: a Russian verb is no English word (сварить isn't sever)."""
        if len(term) < 3 or not term.isalpha():
            return {}
        cyrillic = bool(CYRILLIC.search(term))
        found = {} if cyrillic and is_verb(word) else self._as_sounds(term, cyrillic)
        if not common(term):
            for other, worth in (self._misspelt_russian(term) if cyrillic else self._misspelt_latin(term)).items():
                found[other] = max(worth, found.get(other, 0.0))
        return found

    def _as_sounds(self, term: str, cyrillic: bool) -> dict[str, float]:
        """A Russian spelling of an English name varies; Russian in Latin letters is letter for letter: podman isn't подмена."""
        keys = sounds.cyrillic_keys(term) if cyrillic else sounds.latin_keys(term)
        spelt = sounds.romanised(term) if cyrillic else term
        found: dict[str, float] = {}
        for key in keys:
            for other in self._by_sound.get(key, ()):
                if bool(CYRILLIC.search(other)) == cyrillic or not self.holds(other):
                    continue
                ratio = SequenceMatcher(None, spelt, other if cyrillic else sounds.romanised(other)).ratio()
                if ratio >= (0.8 if not cyrillic else 0.45 if len(key) >= 4 else 0.6 if len(key) == 3 else 0.75):
                    found[other] = TRANSLITERATED * min(1.0, 0.5 + ratio / 2)
        return dict(sorted(found.items(), key=lambda item: -item[1])[:4])

    def _misspelt_russian(self, term: str) -> dict[str, float]:
        key = sounds.russian_key(term)
        if key in self._russian:
            return {other: MISSPELT for other in self._russian[key] if self.holds(other)}
        return {
            other: MISSPELT - 0.1 * (distance > 1)
            for near, distance in self._close(key, self._russian)
            for other in self._russian[near]
            if self.holds(other)
        }

    def _misspelt_latin(self, term: str) -> dict[str, float]:
        near = self._close(term, self._latin)  # the first letter of a name is seldom wrong: kustomize is not customize
        return {other: MISSPELT for other, _ in near if other[0] == term[0] and self.holds(other)}

    @staticmethod
    def _close(word: str, choices: Iterable[str]) -> list[tuple[str, float]]:
        """The choices at the least edit distance, one slip in four letters or more, two in eight or more."""
        if len(word) < 4:
            return []
        reach = 2 if len(word) >= 8 else 1
        choices = [other for other in choices if abs(len(other) - len(word)) <= reach]
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=reach, limit=6)
        return [(near, distance) for near, distance, _ in found if distance == found[0][1]]

    def synonyms(self, term: str) -> dict[str, float]:
        by_word, _, groups, spelt = thesaurus()
        return _best(
            (form, worth)
            for number in by_word.get(term, ())
            for member, worth in groups[number].items()
            for form in stems_of(spelt.get(member, member)) | {member}
        )

    def neighbours(self, terms: Iterable[str]) -> dict[str, dict[str, float]]:
        """Index terms near in meaning, 0..0.9."""
        return {
            term: {other: NEIGHBOUR_WORTH * (cosine - 0.4) / 0.6 for other, cosine in near if self.holds(other)}
            for term, near in self._neighbours.near(terms, NEAREST, NEIGHBOURS).items()
        }


TINY = frozenset(  # words too short to be in doubt
    "а в и к о с у я на не но по от до из за об во со ли же бы мы вы он ты как что где i a to of in on at is it".split()
)


def _best(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for term, worth in pairs:
        best[term] = max(worth, best.get(term, 0.0))
    return best


def _each_word(text: str, change: Callable[[str], str]) -> str:
    return re.sub(r"\S+", lambda match: change(match.group()), text)
