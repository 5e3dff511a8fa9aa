"""Which words of a draft live on in a restyled text, and where. Knows similarity of words, no operators."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from core.text import CYRILLIC
from style_adapter.guard import morph, vectors
from style_adapter.guard.segments import Segment, regions
from style_adapter.guard.words import Reading, Word

SAME, ROOT, LIKE = 1.0, 0.9, 0.6
ALIASES = (
    frozenset("сша штаты америка usa us american америк".split()),
    frozenset("ес евросоюз eu".split()),
    frozenset("рф россия".split()),
    frozenset("великобритания англия uk britain".split()),
)


@dataclass(frozen=True, slots=True)
class Match:
    """The best counterpart of a draft word: index into the styled words (-1: none) and how alike, 0..1."""

    index: int
    score: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """`best[i]` for the i-th draft word, within its claim's region; `anywhere[i]` in the whole styled text; `back[j]` is the best
    score of the j-th styled word against the whole draft."""

    draft: Reading
    styled: Reading
    claims: list[Segment]
    region: list[list[tuple[int, int]]]  # per claim
    claim_of: list[int]  # per draft word
    best: list[Match]
    anywhere: list[Match]
    back: list[float]
    matrix: np.ndarray[tuple[int, int], np.dtype[np.float32]]
    masks: list[np.ndarray[tuple[int], np.dtype[np.bool_]]]  # per claim: which styled words stand in its region

    def inside(self, claim: int, position: int) -> bool:
        return any(a <= position < b for a, b in self.region[claim])


def _vector_matrix(draft: list[Word], styled: list[Word]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    scores = np.zeros((len(draft), len(styled)), np.float32)
    for cyrillic in (True, False):
        rows = [i for i, w in enumerate(draft) if w.content and not w.name and bool(CYRILLIC.search(w.low)) is cyrillic]
        columns = [j for j, w in enumerate(styled) if w.content and bool(CYRILLIC.search(w.low)) is cyrillic]
        if not rows or not columns:
            continue
        if cyrillic:
            zero = np.zeros(300, np.float32)
            left, right = ([v if (v := vectors.russian(w.lemma)) is not None else zero for w in side] for side in (
                [draft[i] for i in rows], [styled[j] for j in columns]))  # fmt: skip
            found = np.clip((np.stack(left) @ np.stack(right).T - 0.12) / 0.55, 0, 0.85)
        else:
            a, b = (
                vectors.clauses([draft[i].low for i in rows]),
                vectors.clauses([styled[j].low for j in columns]),
            )
            found = np.clip((a @ b.T - 0.3) / 0.5, 0, 0.85)
        scores[np.ix_(rows, columns)] = found
    return scores


def word_score(a: Word, b: Word) -> float:
    """Likeness by form alone: lemma, derivation, initials, spelling of names."""
    if a.lemma == b.lemma or a.low == b.low:
        return SAME
    if not (a.content and b.content):
        return 0.0
    shared = morph.roots(a.lemma) & morph.roots(b.lemma)
    if shared and max(map(len, shared)) >= 4:
        return ROOT
    left, right = min(morph.roots(a.lemma), key=len), min(morph.roots(b.lemma), key=len)
    if len(left) >= 4 and len(right) >= 4:
        prefix = next(
            (i for i, (x, y) in enumerate(zip(left, right, strict=False)) if x != y),
            min(len(left), len(right)),
        )
        if prefix >= max(4, 0.7 * max(len(left), len(right))):
            return ROOT
    if any(a.low in group and b.low in group for group in ALIASES):
        return ROOT
    if (
        (a.name or b.name)
        and min(len(a.low), len(b.low)) >= 3
        and abs(len(a.low) - len(b.low)) <= 3
        and (a.low.startswith(b.low) or b.low.startswith(a.low))
    ):
        return ROOT
    if (
        (a.name or b.name)
        and CYRILLIC.search(a.low)
        and min(len(a.low), len(b.low)) >= 5
        and a.low[:4] == b.low[:4]
        and (a.text[0].isupper() and b.text[0].isupper())
    ):
        return ROOT
    if (
        (a.name or b.name)
        and min(len(a.low), len(b.low)) >= 4
        and a.low[:2] == b.low[:2]
        and SequenceMatcher(None, a.low, b.low).ratio() >= 0.75
    ):
        return ROOT
    return 0.0


def _keys(word: Word) -> set[str]:
    """Two words that share none of these are not alike by form: what `word_score` compares, in turn."""
    found = {f"={word.lemma}", f"={word.low}"}
    if word.content:
        roots = morph.roots(word.lemma)
        found |= {f"r{root}" for root in roots} | {f"p{min(roots, key=len)[:4]}", f"n{word.low[:2]}"}
        found |= {f"a{n}" for n, group in enumerate(ALIASES) if word.low in group}
    return found


def align(draft: Reading, styled: Reading) -> Alignment:
    """Align every draft word."""
    matrix = _vector_matrix(draft.words, styled.words)
    told: dict[str, list[int]] = {}
    for j, word in enumerate(styled.words):
        for key in _keys(word):
            told.setdefault(key, []).append(j)
    for i, word in enumerate(draft.words):
        for j in {j for key in _keys(word) for j in told.get(key, ())}:
            matrix[i, j] = max(matrix[i, j], word_score(word, styled.words[j]))
    claims = draft.facts.segments
    region = [regions(c, styled.facts.segments, styled.text, styled.facts.spans) for c in claims]
    claim_of = [
        next((k for k, c in enumerate(claims) if c.start <= w.start < c.after), len(claims) - 1) for w in draft.words
    ]
    masks = [np.array([any(a <= w.start < b for a, b in r) for w in styled.words], bool) for r in region]
    best: list[Match] = []
    anywhere: list[Match] = []
    for i in range(len(draft.words)):
        row = matrix[i] if styled.words else np.zeros(0, np.float32)
        best.append(_top(np.where(masks[claim_of[i]], row, 0)) if len(row) else Match(-1, 0.0))
        anywhere.append(_top(row))
    back = [float(x) for x in matrix.max(axis=0)] if len(draft.words) else [0.0] * len(styled.words)
    return Alignment(draft, styled, claims, region, claim_of, best, anywhere, back, matrix, masks)


def _top(row: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Match:
    if not len(row):
        return Match(-1, 0.0)
    index = int(row.argmax())
    score = float(row[index])
    return Match(index if score > 0 else -1, score)
