"""A second look at what a small model wrote, stricter than the fact guard: its slips are garbled and swapped words, which no
person would write and the guard, made for people's paraphrases, may let pass. Word by word: what the draft says must be
there, what is new must be small talk. Knows no model."""

from __future__ import annotations

import re
from collections import Counter

from core.text import CITATION, CYRILLIC, stem
from style_adapter.score.lexicon import word_set
from style_adapter.score.morph import keys, part_of_speech, tokens

CONTENT = frozenset(
    {"NOUN", "VERB", "INFN", "ADJF", "ADJS", "COMP", "PRTF", "PRTS", "GRND", "NUMR", "ADVB", "PRED", ""}
)
# Said of anything and nothing: may come and go. Whether a modal changed its sense, the guard sees.
GENERIC = word_set("""
    являться быть есть иметься существовать находиться осуществляться производиться выполняться проводиться
    необходимо нужно надо требоваться следует следовать должный можно мочь разрешаться допускаться возможно
    данный этот тот такой сам свой который весь там тут здесь сюда так уже ещё просто потом зато вообще короче ладно
    например обычно также иначе лишь именно это самый раз дело ну вот же
    it this that these those there here just simply also please is are be been being has have
""")
# What turns a fact round: as many in the wording as in the draft.
TURNING = word_set("""
    не ни нет без кроме или если только никогда всегда нельзя запрещать запрещаться запретить до после перед выше ниже
    более менее больше меньше не-раньше раньше позже пока первый второй третий
    not no never without except or if unless only until before after above below more less first second third
""")
PREFIX = 5  # letters that two words of one root share: «проверка», «проверяет»
REMARK = 8  # words an opening joined by a colon has at most
_PAIRS = re.compile(r"\S+: [^;:]+; \S[^;:]*: ")


def faithful(draft: str, wording: str) -> bool:
    """Whether the wording says the draft's words, inflected or moved, and none of its own but for an opening remark."""
    said, given = _remark_off(wording, draft), draft
    if Counter(_turning(said)) != Counter(_turning(given)):
        return False
    theirs, ours = _content(given), _content(said)
    lost = [word for word in theirs if word not in GENERIC and not _among(word, ours)]
    new = [word for word in ours if word not in GENERIC and not _among(word, theirs)]
    return not lost and not new and not _doubled(said, given)


def is_table(statement: str) -> bool:
    """`A: 1; B: 2`: names and values, which are quoted."""
    return bool(_PAIRS.search(statement))


def _content(text: str) -> list[str]:
    bare = CITATION.sub("", text)
    return [
        token.word
        for token in tokens(bare)
        if part_of_speech(token.word) in CONTENT and (len(token.word) > 1 or token.word.isdigit())
    ]


def _turning(text: str) -> list[str]:
    """The turning words by lemma, in any order."""
    found = []
    for token in tokens(text):
        lemmas = {token.word} | {lemma for lemma, _ in keys(token.word)}
        hit = lemmas & TURNING
        if hit:
            found.append(min(hit))
    return found


def _among(word: str, others: list[str]) -> bool:
    mine = {lemma for lemma, _ in keys(word)}
    for other in others:
        if other == word or mine & {lemma for lemma, _ in keys(other)}:
            return True
        if CYRILLIC.search(word) and len(word) >= PREFIX and len(other) >= PREFIX:
            if stem(word) == stem(other):
                return True
            if word[:PREFIX] == other[:PREFIX] and part_of_speech(word) != part_of_speech(other):
                return True
    return bool(mine & GENERIC)


def _doubled(said: str, given: str) -> bool:
    """A content word said more often than the draft does is a loop or a fact put to the wrong thing."""
    theirs = Counter(stem(word) for word in _content(given))
    ours = Counter(stem(word) for word in _content(said) if word not in GENERIC)
    return any(count > max(1, theirs[key]) for key, count in ours.items())


def _remark_off(wording: str, draft: str) -> str:
    """Without an opening clause («Соблазн понимаю: …») that shares no word with the draft and holds no digit."""
    opening = re.match(r"([^:—.\[\d`]{2,80})(?::| —) ", wording)
    if not opening or len(opening.group(1).split()) > REMARK:
        return wording
    own, theirs = _content(opening.group(1)), _content(draft)
    if any(_among(word, theirs) for word in own if word not in GENERIC):
        return wording
    return wording[opening.end() :]
