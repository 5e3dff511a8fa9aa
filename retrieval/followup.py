"""A question understood with the conversation before it, without a model: what it leans on lends it words. Knows no index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.nouns import Question, Turn
from core.plain import plain
from core.text import fold, strip_citations, words
from retrieval.function_words import FUNCTION_WORDS

OPENING = re.compile(
    r"(?:а|и|но|или|тогда|ну а|хорошо|ок|окей|ладно|понятно|а если|and|but|or|so|then|what about|how about|ok|okay)\b[\s,]*"
)
POINTING = re.compile(
    r"\b(?:он|она|оно|они|его|её|ее|их|ему|ей|им|нему|ней|него|нее|неё|них|ними|ним|это|этого|этому|этом|этим|этот|эта|эту|эти|"
    r"этой|этих|тот|та|те|той|тех|там|туда|оттуда|тут|здесь|тогда|"
    r"такой|такая|такое|такие|так|тоже|также|при этом|иначе|остальн\w+|первый|второй|последний|"
    r"it|its|they|them|their|that|this|those|these|there|one|ones|then|same|else|otherwise|instead|former|latter|such)\b"
)
FEW = 4  # content words: with fewer, a question in the middle of a conversation is rarely about something new
USER_SHARE = 0.6
ASSISTANT_SHARE = 0.4
LONGEST = 300  # characters of an answer that lend words


@dataclass(frozen=True, slots=True)
class Resolved:
    """`parts`: the question and what lends it words, each with its share; `text`: what is embedded, and shown as what was
    searched for."""

    parts: tuple[tuple[str, float], ...]
    text: str


def leans(question: str) -> bool:
    """Whether a question in a conversation seems to go on from what was said."""
    folded = fold(question).strip()
    content = [word for word in words(folded) if word not in FUNCTION_WORDS]
    return len(content) < FEW or bool(OPENING.match(folded)) or bool(POINTING.search(folded))


def resolve(question: Question, text: str) -> Resolved:
    """`text` is the question, mended. What it leans on: the person's last question that stood by itself, and the last answer."""
    asked, answered = _last(question.history, "user"), _last(question.history, "assistant")
    if not question.history or not leans(text):
        return Resolved(((text, 1.0),), text)
    parts = [(text, 1.0)]
    if asked:
        parts.append((asked, USER_SHARE))
    if answered:
        parts.append((answered, ASSISTANT_SHARE))
    return Resolved(tuple(parts), " ".join(part for part, _ in reversed(parts)))


def _last(history: Sequence[Turn], role: str) -> str:
    """The last turn of a role; a question that leans itself brings the one before it along."""
    turns = [plain(strip_citations(turn.content)).strip() for turn in history if turn.role == role]
    if not turns:
        return ""
    if role == "user" and len(turns) > 1 and leans(turns[-1]):
        return f"{turns[-2]} {turns[-1]}"[-LONGEST:]
    return turns[-1][:LONGEST]
