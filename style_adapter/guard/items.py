"""What can be traced from one text to the other without doubt, and how far apart such things stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from style_adapter.guard import identifiers, units
from style_adapter.guard.align import Alignment
from style_adapter.guard.words import Reading, Word

Grid = np.ndarray[tuple[int, int], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that stands once in each text: where, and what kind it is."""

    draft: tuple[int, int]
    styled: tuple[int, int]
    kind: str  # word | name | identifier | value
    pos: str = ""


def items(a: Alignment) -> list[Item]:
    """Everything that can be traced from one text to the other without doubt."""
    found: list[Item] = []
    count_d = _counts(a.draft)
    count_s = _counts(a.styled)
    used: set[int] = set()
    for index, word in enumerate(a.draft.words):
        match = a.best[index]
        if any(v.start <= word.start < v.end for v in a.draft.facts.values) or units.named(
            word.text, after_digit=False
        ):
            continue
        if not word.content or match.score < 0.8 or count_d[word.lemma] != 1 or match.index in used:
            continue
        other = a.styled.words[match.index]
        if count_s[other.lemma] == 1 or (match.score == 1.0 and count_s[word.lemma] == 1):
            used.add(match.index)
            found.append(
                Item(
                    (word.start, word.end),
                    (other.start, other.end),
                    "name" if word.name else "word",
                    word.form.pos,
                )
            )
    for each in a.draft.facts.identifiers:
        if len([i for i in a.draft.facts.identifiers if i.text == each.text]) == 1:
            theirs = [i for i in a.styled.facts.identifiers if i.text == each.text]
            at = (
                theirs[0].start
                if len(theirs) == 1
                else identifiers.occurrence(each.text, a.styled.text)
                if not theirs
                else None
            )
            if at is not None:
                found.append(Item((each.start, each.end), (at, at + len(each.text)), "identifier"))
    for value in a.draft.facts.values:
        theirs_v = [v for v in a.styled.facts.values if value.equals(v) and v.form != "loose"]
        mine_v = [v for v in a.draft.facts.values if v.equals(value) and v.form != "loose"]
        if a.draft.text[max(0, value.start - 1) : value.start] == "-" or value.value == 1:
            continue
        if value.form != "loose" and len(theirs_v) == 1 and len(mine_v) == 1:
            found.append(Item((value.start, value.end), (theirs_v[0].start, theirs_v[0].end), "value"))
    return sorted(found, key=lambda i: i.draft)


def sort(item: Item, a: Alignment) -> str:
    """What an item may change places with: a noun with a noun, a year with a year."""
    if item.kind == "word":
        return item.pos
    value = next((v for v in a.draft.facts.values if item.kind == "value" and v.start == item.draft[0]), None)
    if value is None:
        return item.kind
    return "year" if value.year else f"value {value.unit.dimension if value.unit else ''}"


def _counts(reading: Reading) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in reading.words:
        found[word.lemma] = found.get(word.lemma, 0) + 1
    return found


def distances(reading: Reading, spans: list[tuple[int, int]]) -> Grid:
    """How far apart spans stand: words between them, and much more across clauses and sentences."""
    starts = np.array([w.start for w in reading.words] or [0])
    clause_starts = np.array([c[0] for c in reading.clauses])
    sentence_starts = np.array([s[0] for s in reading.facts.spans] or [0])
    positions = np.array([s[0] for s in spans])
    word = np.searchsorted(starts, positions)
    clause = np.searchsorted(clause_starts, positions, side="right")
    sentence = np.searchsorted(sentence_starts, positions, side="right")
    words = np.abs(word[:, None] - word[None, :])
    hops = np.minimum(np.abs(clause[:, None] - clause[None, :]), 3)
    far = np.abs(sentence[:, None] - sentence[None, :]) > 0
    return np.asarray(np.minimum(words + 3.0 * hops + 8.0 * far, 30), np.float32)


def around(spans: list[tuple[int, int]]) -> tuple[int, int]:
    """The span that holds all of these."""
    return min(s for s, _ in spans), max(e for _, e in spans)


def subject(noun: Word) -> int:
    """1: only a subject by its form; -1: only an object; 0: either."""
    cases = noun.form.cases
    if "nomn" in cases and "accs" not in cases:
        return 1
    return -1 if "accs" in cases and "nomn" not in cases else 0
