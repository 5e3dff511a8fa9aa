"""A text as words with grammar, sentences and clauses. Knows one text at a time."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from core.text import CYRILLIC, fold
from style_adapter.guard import morph
from style_adapter.guard.facts import Facts, analyse
from style_adapter.guard.morph import Form

LIMIT = 900  # words read with grammar; beyond that a text is checked by the surface only
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
BREAK = re.compile(
    r"[,;:()!?…«»“”\"\n]|\.(?=\s|$)|\s[—–-]{1,2}\s|(?<!\w)(?:но|а|и|или|либо|зато|хотя|если|когда|потому|поскольку|поэтому|"
    r"and|but|or|while|whereas|though|although|because|if|when|so|unless|which|котор\w+)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text; `clause` and `sentence` number where it stands, `name` says that it looks like a proper name."""

    start: int
    end: int
    text: str
    low: str
    form: Form
    sentence: int
    clause: int
    name: bool
    content: bool
    weight: float

    @property
    def lemma(self) -> str:
        return self.form.lemma


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with all that is known of it alone."""

    facts: Facts
    folded: str
    words: list[Word]
    clauses: list[tuple[int, int]]

    @property
    def text(self) -> str:
        return self.facts.text

    def clause_words(self, clause: int) -> list[Word]:
        return [w for w in self.words if w.clause == clause]


def read(text: str, facts: Facts | None = None) -> Reading:
    """Words with grammar, in order."""
    facts = facts or analyse(text)
    folded = fold(text)
    masked = list(text)
    for each in facts.identifiers:
        masked[each.start : each.end] = "\x00" * (each.end - each.start)
    for segment in facts.segments:
        masked[segment.end : segment.after] = "\x00" * (segment.after - segment.end)
    body = "".join(masked)
    clauses = _clauses(fold(body), facts.spans)
    words: list[Word] = []
    sentence = clause = 0
    for match in WORD.finditer(body):
        if len(words) >= LIMIT:
            break
        while sentence + 1 < len(facts.spans) and facts.spans[sentence][1] <= match.start():
            sentence += 1
        while clause + 1 < len(clauses) and clauses[clause][1] <= match.start():
            clause += 1
        words.append(_word(match, body, sentence, clause, facts))
    return Reading(facts, folded, words, clauses)


def _clauses(folded: str, sentences: list[tuple[int, int]]) -> list[tuple[int, int]]:
    cuts = sorted({0, len(folded)} | {m.start() for m in BREAK.finditer(folded)} | {s for s, _ in sentences})
    return [(a, b) for a, b in itertools.pairwise(cuts) if re.search(r"\w|\x00", folded[a:b])] or [(0, len(folded))]


def _word(match: re.Match[str], body: str, sentence: int, clause: int, facts: Facts) -> Word:
    text = match.group()
    low = fold(text).replace("’", "'")
    found = morph.form(text)
    first = not re.search(r"[^\W_]", body[facts.spans[sentence][0] : match.start()]) if facts.spans else True
    after_break = (
        first or re.search(r"(?:[.!?:…\n«“\"]|(?:^|[.!?…,\n])\s?—)\s*$", body[: match.start()][-4:]) is not None
    )
    capital = text[:1].isupper()
    foreign = not CYRILLIC.search(text) and bool(CYRILLIC.search(body))
    acronym = (
        len(text) >= 2
        and text.isupper()
        and not re.search(r"[A-ZА-ЯЁ]{2,}\s+[A-ZА-ЯЁ]{2,}", body[max(0, match.start() - 8) : match.end() + 8])
    )
    quoted = capital and body[max(0, match.start() - 1) : match.start()] in ("«", "“", '"', "„")
    name = (
        quoted
        or acronym
        or (capital and not after_break and len(text) > 1 and found.pos not in ("pronoun", "function"))
        or (foreign and capital and len(text) > 2)
    )
    light = morph.light(low, found.lemma) and not name
    content = name or (not light and found.pos not in ("function", "pronoun") and len(low) > 2)
    weight = 1.5 if name else {"noun": 1.0, "adj": 0.9, "verb": 0.5, "adv": 0.4}.get(found.pos, 0.0)
    return Word(
        match.start(),
        match.end(),
        text,
        low,
        found,
        sentence,
        clause,
        name,
        content,
        weight if content else 0.0,
    )
