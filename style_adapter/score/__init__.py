"""The persona score: every rule of a bible as code, with the place of each violation. Knows no persona by
name."""

from __future__ import annotations

from collections.abc import Sequence

from style_adapter.bible import Bible
from style_adapter.score import rules
from style_adapter.score.nouns import Reply, Score, SetScore, Violation
from style_adapter.score.profile import Profile, profile
from style_adapter.score.spans import View
from style_adapter.score.voice import voice, voice_strength

__all__ = ["Reply", "Score", "SetScore", "Violation", "favourite_use", "score", "score_many"]

# rule -> (function, how much of the score one breach takes). Taboos take half: two of them leave a quarter.
_RULES: dict[str, tuple[rules.Rule, float]] = {
    "address": (rules.address, 0.5),
    "greetings": (rules.greetings, 0.4),
    "never": (rules.never, 0.5),
    "emoji": (rules.emoji, 0.5),
    "length": (rules.length, 0.3),
    "favourite": (rules.favourites, 0.2),
    "register": (rules.register, 0.3),
    "language": (rules.speaks_language, 0.5),
    "never_claims": (rules.never_claims, 0.5),
    "identity": (rules.identity, 0.6),
    "cliche": (rules.cliche, 0.35),
    "taboo": (rules.taboo, 0.5),
    "repetition": (rules.repetition, 0.4),
    "voice": (voice, 0.4),
}
_WEIGHT = {name: weight for name, (_, weight) in _RULES.items()} | {"greets_again": 0.15}
_AGAIN = 0.15  # each further breach of the same rule
_SLACK = 1.5  # a favourite's share is a rate: small sets may exceed it by this much of one standard deviation
_SMALL = 200  # replies


def score(bible: Bible, text: str, *, prompt: str = "", turn: int = 0, draft: str = "") -> Score:
    """How well a reply keeps to the bible. `prompt` is the message it answers, `turn` its number from 0,
    `draft` the neutral text it restyles: quotes, code and sentences carried over verbatim are not held
    against it."""
    return _score(profile(bible), View(text, prompt, draft, turn))


def score_many(bible: Bible, replies: Sequence[Reply | str]) -> SetScore:
    """Scores of many replies, and what only a set shows: favourites used in a greater share of replies than
    allowed."""
    ready = profile(bible)
    items = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
    scores = tuple(_score(ready, View(item.text, item.prompt, item.draft, item.turn)) for item in items)
    if not scores:
        return SetScore(0.0, 0.0)
    over = []
    holders = favourite_use(bible, items)
    for favourite in bible.speech.favourite:
        count, cap = len(holders[favourite.text]), favourite.max_share
        slack = _SLACK * (cap * (1 - cap) / len(items)) ** 0.5 if len(items) < _SMALL else 0
        if count > 1 and count / len(items) > cap + slack:
            message = f"«{favourite.text}» in {count / len(items):.0%} of replies, at most {cap:.0%}"
            over.append(Violation("favourite", favourite.text, message, 0, 0))
    mean = sum(item.value for item in scores) / len(scores)
    passed = sum(item.passed for item in scores) / len(scores)
    shares = {text: len(at) / len(items) for text, at in holders.items()}
    return SetScore(mean, passed, scores, tuple(over), shares)


def favourite_use(bible: Bible, replies: Sequence[Reply]) -> dict[str, tuple[int, ...]]:
    """Each favourite phrase with the indices of the replies that hold it."""
    book = profile(bible).favourites
    found = [{phrase.text for phrase, _ in book.find(View(reply.text).words)} for reply in replies]
    return {
        favourite.text: tuple(n for n, texts in enumerate(found) if favourite.text in texts)
        for favourite in bible.speech.favourite
    }


def _score(ready: Profile, view: View) -> Score:
    if not view.text.strip():
        return Score(0.0, (Violation("empty", "", "there is no text", 0, 0),), ("empty",))
    applied = _applicable(ready)
    violations: list[Violation] = []
    for name in applied:
        violations += _RULES[name][0](ready, view)
    value = 1.0
    for rule in {violation.rule for violation in violations}:
        count = sum(violation.rule == rule for violation in violations)
        lost = _WEIGHT[rule] * (1 - voice_strength(ready, view) if rule == "voice" else 1.0)
        value *= 1 - min(0.9, lost + _AGAIN * (count - 1))
    return Score(round(value, 4), tuple(sorted(violations, key=lambda item: (item.start, item.rule))), applied)


def _applicable(ready: Profile) -> tuple[str, ...]:
    """The rules this bible has something to say on."""
    bible = ready.bible
    silent = {
        "never": not bible.speech.never,
        "emoji": bible.speech.emoji == "free",
        "favourite": not bible.speech.favourite,
        "never_claims": not bible.never_claims,
        "taboo": not ready.taboos,
        "voice": bible.speech.register_ == "neutral",
    }
    return tuple(name for name in _RULES if not silent.get(name))
