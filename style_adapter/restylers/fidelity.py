"""A second look at what a small model wrote, stricter than the fact guard: its slips are garbled, swapped and wrongly inflected
words, which no person would write and the guard, made for people's paraphrases, may let pass. Word by word: what the draft
says must be there in its form, what is new must be small talk. Knows no model."""

from __future__ import annotations

import re
from collections import Counter

from core.text import CITATION, fold, stem
from style_adapter.score.lexicon import word_set
from style_adapter.score.morph import keys, part_of_speech, tokens

CONTENT = frozenset(
    {"NOUN", "VERB", "INFN", "ADJF", "ADJS", "COMP", "PRTF", "PRTS", "GRND", "NUMR", "ADVB", "PRED", ""}
)
INFLECTED = frozenset({"NOUN", "ADJF", "PRTF", "NUMR"})  # the case says who does what to whom: it must stay
# Said of anything and nothing: may come and go. Whether a modal changed its sense, `_turning` and the guard see.
GENERIC = word_set("""
    являться быть есть иметься существовать находиться осуществляться производиться выполняться проводиться
    данный этот тот такой сам свой который весь там тут здесь сюда так уже ещё просто потом зато вообще короче ладно
    никак откуда зачем почему куда тогда учесть смотреть держать помнить знать
    например обычно также иначе лишь именно это самый раз дело ну вот же соответственно причём поэтому
    it this that these those there here just simply also please is are be been being has have then
""")
# Ways to say the same turn of a fact, made one before words are counted. Order matters: longer ones first.
_SAME = [
    (r"\b(?:не менее|не меньше|минимум|как минимум|не ниже|хотя бы)\b", " ≥ "),
    (r"\b(?:не более|не больше|максимум|как максимум|не выше)\b", " ≤ "),
    (r"\b(?:не допускается|не допускаются|не разрешается|не разрешаются|запрещено|запрещён|запрещена|запрещены|запрещается"
     r"|запрещаются|нельзя)\b", " ✗ "),
    (r"\b(?:за исключением|исключая|кроме)\b", " − "),
    (r"\b(?:разрешено|разрешён|разрешена|разрешены|разрешается|разрешаются|допускается|допускаются|можно)\b", " ✓ "),
    (r"\b(?:необходимо|требуется|требуются|обязательно|обязан|обязана|обязаны|нужно|нужен|нужна|нужны|надо|следует|должен"
     r"|должна|должно|должны)\b", " ! "),
]  # fmt: skip
SAME = [(re.compile(fold(pattern)), mark) for pattern, mark in _SAME]
TURNS = "≥≤✗−✓!"
# What turns a fact round: as many in the wording as in the draft.
TURNING = word_set("""
    не ни нет без или если только никогда всегда до после перед выше ниже более менее больше меньше раньше позже пока
    кто-то чтобы через первый второй третий
    not no never without except or if unless only until before after above below more less first second third
""")
REMARK = 8  # words an opening joined by a colon has at most
_PAIRS = re.compile(r"\S+: [^;:]+; \S[^;:]*: ")


def faithful(draft: str, wording: str) -> bool:
    """Whether the wording says the draft's words, moved or lightly reworded, and none of its own but for an opening remark."""
    said = without_remark(wording, draft)
    ours, theirs = _canonical(said), _canonical(draft)
    if _turning(ours) != _turning(theirs):
        return False
    mine, given = _content(ours), _content(theirs)
    return (
        not _unmatched(given, mine)
        and not _unmatched(mine, given)
        and not _doubled(mine, given)
        and _names(said, draft)
    )


def is_table(statement: str) -> bool:
    """`A: 1; B: 2`: names and values, which are quoted."""
    return bool(_PAIRS.search(statement))


def _canonical(text: str) -> str:
    text = fold(CITATION.sub("", text))
    for pattern, mark in SAME:
        text = pattern.sub(mark, text)
    return text


def _content(text: str) -> list[str]:
    return [
        token.word
        for token in tokens(text)
        if part_of_speech(token.word) in CONTENT and (len(token.word) > 1 or token.word.isdigit())
    ]


def _turning(text: str) -> Counter[str]:
    """The turning words by lemma and the canonical marks, in any order. A demand may be left unsaid or added («требуется 4»
    is «4»), whatever it demands is there."""
    found = Counter(mark for mark in text if mark in TURNS and mark != "!")
    for token in tokens(text):
        hit = ({token.word} | {lemma for lemma, _ in keys(token.word)}) & TURNING
        if hit:
            found[min(hit)] += 1
    return found


def _unmatched(words: list[str], others: list[str]) -> list[str]:
    return [word for word in words if not _generic(word) and not any(_same(word, other) for other in others)]


def _generic(word: str) -> bool:
    return word in GENERIC or bool({lemma for lemma, _ in keys(word)} & GENERIC)


def _same(word: str, other: str) -> bool:
    """The same word: nouns and adjectives in the same form, verbs in any."""
    if word == other:
        return True
    if part_of_speech(word) in INFLECTED or part_of_speech(other) in INFLECTED:
        return False
    return bool({lemma for lemma, _ in keys(word)} & {lemma for lemma, _ in keys(other)}) or stem(word) == stem(other)


def _doubled(mine: list[str], given: list[str]) -> bool:
    """A content word said more often than the draft does is a loop or a fact put to the wrong thing."""
    theirs, ours = Counter(map(stem, given)), Counter(stem(word) for word in mine if not _generic(word))
    return any(count > max(1, theirs[key]) for key, count in ours.items())


def _names(said: str, draft: str) -> bool:
    """Words with a capital inside a sentence of the draft keep it."""
    named = set(re.findall(r"(?<=[а-яёa-z,;:—»)] )([А-ЯЁ][а-яё]+|«[^»]+»)", draft))
    return all(name in said for name in named)


def without_remark(wording: str, draft: str) -> str:
    """Without an opening clause («Соблазн понимаю: …») that shares no word with the draft and holds no digit."""
    opening = re.match(r"([^:—.\[\d`]{2,80})(?::| —) ", wording)
    if not opening or len(opening.group(1).split()) > REMARK or shares_words(opening.group(1), draft):
        return wording
    return wording[opening.end() :]


def shares_words(text: str, draft: str) -> bool:
    """Whether a text has a content word, number or name of the draft, in any form."""
    own, theirs = _content(_canonical(text)), _content(_canonical(draft))
    return any(
        _same(word, other) or stem(word) == stem(other) for word in own if not _generic(word) for other in theirs
    )
