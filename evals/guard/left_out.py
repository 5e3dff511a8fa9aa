"""Left out and joined by code: a clause of a draft that its faithful restyle tells in a clause of its own, cut out of either, and
one claim's text joined to another's, of either. Cut out of both, or joined to both, they are faithful again. As `turned.py`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from core.text import CYRILLIC, stem
from evals.guard.turned import PART, WORD
from evals.guard.windows import Group, Told
from evals.readers.examples import KINDS
from style_adapter.guard.morph import analyzer, light
from style_adapter.guard.reader import Span, stretches, window

ENDS = re.compile(
    r"(?<=[,;:.!?—–])\s+|\s+(?=(?:и|а|но|если|когда|because|and|but|if|when|unless|while|so)\s)",
    re.IGNORECASE,
)
ROOT = 6  # letters that tell a word
OWN = 2  # words that a clause and its answer share, and that no other clause has
FACTS = re.compile(r"\d+|`[^`]+`")  # a clause and its answer have the same
CONDITION = re.compile(
    r"\W*(?:(?:и|а|но|and|but)\s+)?(?:только |лишь |only |even )?"
    r"(?:если|коли|когда|кроме|пока|при условии|после|до того|"
    r"if|when|unless|except|provided|until|till|as long as|while|once|after|before)\b",
    re.IGNORECASE,
)
LONGEST = 55, 75  # words of two claims joined, in the draft and in the restyle
MOST = 2  # clauses cut out of one claim


def groups(draft: str, styled: str, dice: random.Random) -> Iterator[Group]:
    """Of a draft and a faithful restyle: one group for each clause that can be cut out of both, and one for two claims joined."""
    claims = [
        (m, window(draft, m).text, window(styled, m).text) for m in dict.fromkeys(m for _, _, m in stretches(draft))
    ]
    for _, first, second in claims:
        found = list(_answers(first, second))
        for one, two in dice.sample(found, min(MOST, len(found))):
            mirrored, wrong = _without(first, one), _without(second, two)
            conditional = CONDITION.match(first[slice(*one)]) or CONDITION.match(second[slice(*two)])
            lost, more = ("condition_dropped",) * 2 if conditional else ("dropped_claim", "added_claim")
            yield _group(
                draft, Told(first, second, 0, ()), _told(first, wrong, lost), _told(mirrored, second, more, two)
            )
    if len(claims) > 1:
        (own, first, second), (other, with_first, with_second) = dice.sample(claims, 2)
        mirrored = " ".join(dice.sample((first, with_first), 2))
        wrong = " ".join(dice.sample((second, with_second), 2))
        apart = not own & other and second not in with_second and with_second not in second
        if apart and all(len(text.split()) < most for text, most in zip((mirrored, wrong), LONGEST, strict=True)):
            at = wrong.index(with_second)
            added = _told(first, wrong, "added_claim", (at, at + len(with_second)))
            yield _group(draft, Told(first, second, 0, ()), added, _told(mirrored, second, "dropped_claim"))


def _told(first: str, second: str, kind: str, spot: Span | None = None) -> Told:
    """A pair that is wrong; where something is lost, nothing of the second text is at fault."""
    return Told(first, second, KINDS.index(kind), (spot,) if spot else None)


def _group(draft: str, same: Told, wrong: Told, mirrored: Told) -> Group:
    both = Told(mirrored.first, wrong.second, 0, ())
    return Group(PART, draft, (KINDS[wrong.kind],), (same, wrong, mirrored, both), ((0, 1), (0, 2), (3, 1), (3, 2)))


def _answers(first: str, second: str) -> Iterator[tuple[Span, Span]]:
    """Clauses of the draft that one clause of the restyle answers, and nothing else does."""
    mine, theirs = _clauses(first), _clauses(second)
    for n, (span, words) in enumerate(mine):
        others = set[str]().union(*(has for k, (_, has) in enumerate(mine) if k != n))
        own = words - others
        answers = [k for k, (_, has) in enumerate(theirs) if has & own]
        if len(answers) != 1:
            continue
        (k,) = answers
        there, has = theirs[k]
        rest = set[str]().union(*(has for m, (_, has) in enumerate(theirs) if m != k))
        alike = set(FACTS.findall(first[slice(*span)])) == set(FACTS.findall(second[slice(*there)]))
        if len(has & own) >= OWN and not has & others and rest & others and alike:
            yield span, there


def _clauses(text: str) -> list[tuple[Span, set[str]]]:
    found = [match.span() for match in ENDS.finditer(text)]
    starts, ends = [0, *(end for _, end in found)], [*(start for start, _ in found), len(text)]
    return [((low, high), _roots(text[low:high])) for low, high in zip(starts, ends, strict=True)]


def _roots(text: str) -> set[str]:
    """What tells the words that carry a claim."""
    found = set[str]()
    for match in WORD.finditer(text):
        word = match.group().strip("`").lower()
        if len(word) < 4:
            continue
        if CYRILLIC.search(word):
            parse = analyzer().parse(word)[0]
            lemma = str(parse.normal_form).replace("ё", "е")
            if str(parse.tag.POS) in ("NOUN", "VERB", "INFN", "ADJF", "ADJS", "PRTF", "PRTS") and not light(
                word, lemma
            ):
                found.add(lemma[:ROOT])
        elif not light(word, word):
            found.add(stem(word)[:ROOT])
    return found


def _without(text: str, clause: Span) -> str:
    before, behind = text[: clause[0]].rstrip(), text[clause[1] :].lstrip()
    if behind:
        return f"{before} {behind}".strip()
    return before if before.endswith((".", "!", "?")) else before.rstrip(",;:—– ") + "."
