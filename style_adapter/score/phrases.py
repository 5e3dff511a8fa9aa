"""Finding phrases in a reply by their forms: greetings, never-words, favourites. Knows no bible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.text import words
from style_adapter.score.morph import Token, keys


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as a row of words; each holds the keys any of its forms would have."""

    text: str
    words: tuple[str, ...]
    keys: tuple[frozenset[tuple[str, str]], ...]

    @classmethod
    def of(cls, text: str) -> Phrase:
        parts = tuple(words(text))
        return cls(text, parts, tuple(keys(part, 0.3) for part in parts))

    def at(self, tokens: Sequence[Token], n: int) -> bool:
        """Whether the phrase, in any of its forms, stands at the n-th word."""
        if not self.words or n + len(self.words) > len(tokens):
            return False
        for word, wanted, token in zip(self.words, self.keys, tokens[n:], strict=False):
            if token.word != word and not wanted & keys(token.word):
                return False
        return True


class PhraseBook:
    """Many phrases looked up at once: indexed by the keys of their first word."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._by_key: dict[tuple[str, str], list[Phrase]] = {}
        self._by_word: dict[str, list[Phrase]] = {}
        for phrase in map(Phrase.of, phrases):
            if phrase.words:
                self._by_word.setdefault(phrase.words[0], []).append(phrase)
                for key in phrase.keys[0]:
                    self._by_key.setdefault(key, []).append(phrase)

    def find(self, tokens: Sequence[Token]) -> list[tuple[Phrase, int]]:
        """(phrase, index of its first word) for every place, in order; the longest phrase at each place."""
        found: list[tuple[Phrase, int]] = []
        taken = 0
        for n, token in enumerate(tokens):
            if n < taken:
                continue
            near = [
                *self._by_word.get(token.word, ()),
                *(p for key in keys(token.word) for p in self._by_key.get(key, ())),
            ]
            fitting = [phrase for phrase in near if phrase.at(tokens, n)]
            if fitting:
                best = max(fitting, key=lambda phrase: len(phrase.words))
                found.append((best, n))
                taken = n + len(best.words)
        return found
