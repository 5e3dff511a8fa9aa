"""Habits of a set: phrases too frequent, openings and endings too alike. What a model would learn as a
tic."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from core.text import fold, words
from style_adapter.score.nouns import Reply
from style_adapter.score.spans import CODE, MARK

SHARE = 0.03  # of the replies: a phrase of three words in more is a habit
LEAST = 4  # ... and at least in so many


@dataclass(frozen=True, slots=True)
class Habit:
    """A phrase and how often it comes: `kind` is phrase, opening or ending; `at` are indices of the
    replies."""

    kind: str
    phrase: str
    count: int
    share: float
    at: tuple[int, ...]


def habits(replies: Sequence[Reply], share: float = SHARE) -> list[Habit]:
    """Phrases of 3 to 6 words in too many replies, not counting those that their own draft or prompt gave;
    the first and the last three words likewise. Longest first, and no phrase inside a longer one that is as
    frequent."""
    where: dict[tuple[str, ...], set[int]] = defaultdict(set)
    opening: dict[str, set[int]] = defaultdict(set)
    ending: dict[str, set[int]] = defaultdict(set)
    for n, reply in enumerate(replies):
        given = f" {' '.join(words(MARK.sub(' ', reply.draft + ' ; ' + reply.prompt)))} "
        for clause in _clauses(reply.text):
            for size in range(3, 7):
                for at in range(len(clause) - size + 1):
                    phrase = tuple(clause[at : at + size])
                    if f" {' '.join(phrase)} " not in given:
                        where[phrase].add(n)
        said = words(_bare(reply.text))
        for side, three in ((opening, said[:3]), (ending, said[-3:])):
            if len(three) == 3 and f" {' '.join(three)} " not in given:
                side[" ".join(three)].add(n)
    least = max(LEAST, int(share * len(replies)) + 1)
    often = {phrase: at for phrase, at in where.items() if len(at) >= least}
    found = [
        Habit("phrase", " ".join(p), len(at), len(at) / len(replies), tuple(sorted(at)))
        for p, at in often.items()
        if not _inside(p, often)
    ]
    for kind, side in (("opening", opening), ("ending", ending)):
        found += [
            Habit(kind, text, len(at), len(at) / len(replies), tuple(sorted(at)))
            for text, at in side.items()
            if len(at) >= least
        ]
    return sorted(found, key=lambda habit: (-habit.count, habit.phrase))


def openings(replies: Sequence[Reply], top: int = 10) -> list[tuple[str, float]]:
    """The commonest first words of the replies, with their shares."""
    first = Counter(said[0] for reply in replies if (said := words(_bare(reply.text))))
    return [(word, count / len(replies)) for word, count in first.most_common(top)]


def _bare(text: str) -> str:
    return MARK.sub(" ", CODE.sub(" ", text))


def _clauses(text: str) -> list[list[str]]:
    return [words(part) for part in re.split(r"[.!?…;:\n«»()—]+", fold(_bare(text)))]


def _inside(phrase: tuple[str, ...], often: dict[tuple[str, ...], set[int]]) -> bool:
    here = often[phrase]
    return any(
        len(longer) > len(phrase) and len(at) >= 0.9 * len(here) and f" {' '.join(phrase)} " in f" {' '.join(longer)} "
        for longer, at in often.items()
    )
