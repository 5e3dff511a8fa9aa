"""Draft words that have no counterpart in a restyled text, each with the marks by which a small trained model tells what was lost
from what was paraphrased; a condition whose words are lost together is a slip. Knows alignment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.text import CYRILLIC
from style_adapter.guard import lexicon, units, vectors
from style_adapter.guard.align import Alignment
from style_adapter.guard.coverage import GENERIC, GOVERNS, LEADS, LIMITING, Chunk, chunks
from style_adapter.guard.ops import Slip
from style_adapter.guard.words import Word

Vector = np.ndarray[tuple[int], np.dtype[np.float32]]
KEPT, GONE = 0.75, 0.6  # likeness above which a draft word lives on, below which a styled word is strange
LOST = 1.0  # summed probability at which one faithful dev pair in a hundred is stopped


@dataclass(frozen=True, slots=True)
class Gap:
    """A draft word without a counterpart: its span, its phrase, its claim, its marks, and whether a condition holds it."""

    span: tuple[int, int]
    phrase: tuple[int, int]
    claim: int
    marks: Vector
    conditional: bool


class Gaps:
    """All lost words of one aligned pair."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = a = alignment
        self.valued = [(v.start, v.end) for v in a.draft.facts.values]
        self.valued += [(m.start, m.end) for m in a.draft.facts.moments]
        self.chunks = chunks(a.draft, a.claim_of)
        self.chunk_of = {i: c for c in self.chunks for i in c.words}
        self.english = float(not CYRILLIC.search(a.draft.text))
        self.content = [i for i, w in enumerate(a.draft.words) if w.content]
        self.told = float(np.mean([a.best[i].score for i in self.content])) if self.content else 1.0
        self.missing = [i for i in self.content if a.best[i].score < KEPT and not self._answered(i)]
        self.strange = [j for j, w in enumerate(a.styled.words) if w.content and a.back[j] < GONE]
        self._encode()

    def _answered(self, index: int) -> bool:
        """Words that values or units already answer for."""
        word = self.a.draft.words[index]
        if any(s <= word.start < e for s, e in self.valued):
            return True
        return units.named(word.text, after_digit=False) is not None

    def _encode(self) -> None:
        """All embeddings of a pair at once."""
        a = self.a
        wanted = sorted({self.chunk_of[i] for i in self.missing if i in self.chunk_of}, key=lambda c: c.start)
        mine = [a.draft.text[c.start : c.end] for c in wanted]
        theirs = [a.styled.text[s:e] for s, e in a.styled.clauses[:80]]
        sides = [a.draft.text[s:e] for s, e in a.draft.clauses[:40]]
        chunk, clause, draft = np.split(vectors.clauses(mine + theirs + sides), np.cumsum([len(mine), len(theirs)]))
        self.likeness: dict[Chunk, float] = {}
        for row, each in enumerate(wanted):
            inside = [any(s < e2 and s2 < e for s2, e2 in a.region[each.claim]) for s, e in a.styled.clauses[:80]]
            grid = np.where(inside, chunk[row] @ clause.T, 0) if inside else np.zeros(1)
            self.likeness[each] = float(grid.max())
        self.clause_like = (draft @ clause.T).max(axis=1) if len(clause) and len(draft) else np.zeros(40)

    def run(self) -> list[Slip]:
        """Conditions whose words are lost, claim by claim."""
        weights, bias = model()
        found: dict[int, list[tuple[float, Gap]]] = {}
        for gap in self.lost():
            if gap.conditional:
                found.setdefault(gap.claim, []).append((1 / (1 + float(np.exp(-(gap.marks @ weights + bias)))), gap))
        slips = []
        for gaps in found.values():
            total = sum(p for p, _ in gaps)
            surest = max(gaps, key=lambda g: g[0])[1]
            slips.append(Slip("condition_dropped", surest.phrase, None, 0.5 * min(total / LOST, 1.9)))
        return slips

    def lost(self) -> list[Gap]:
        """Draft content words without a counterpart under their own mark."""
        return [self._lost(i) for i in self.missing if i in self.chunk_of]

    def _lost(self, index: int) -> Gap:
        a, word, chunk = self.a, self.a.draft.words[index], self.chunk_of[index]
        claim = a.claim_of[index]
        beside = [i for i in chunk.words if i != index]
        clause = [i for i in self.content if a.draft.words[i].clause == word.clause]
        rest = [i for i in self.content if a.claim_of[i] == claim and i != index]
        region = a.region[claim]
        room = [j for j in self.strange if any(s <= a.styled.words[j].start < e for s, e in region)]
        conditional, limiting = self.conditional(chunk.start, chunk.end), self._limiting(chunk)
        partner, slot = self._partner(index, room)
        before, after = self._neighbour(index, -1), self._neighbour(index, 1)
        other = a.styled.words[partner] if partner is not None else None
        score = a.best[index].score
        like = float(self.clause_like[word.clause]) if word.clause < len(self.clause_like) else 0.0
        tags = [word.form.pos == p for p in ("noun", "adj", "verb", "adv")]
        marks = [
            score, a.anywhere[index].score, *tags, word.name, word.weight,
            word.form.pos == "adj" and after >= 0.8, max((a.best[i].score for i in beside), default=0.0),
            len([i for i in chunk.words if a.best[i].score < KEPT]) / len(chunk.words), len(chunk.words) == 1,
            self._mean(clause), self._mean(rest), self.told, self.told - score, chunk is self.chunks[0],
            limiting, conditional, sum(w.lemma == word.lemma for w in a.draft.words) > 1,
            bool(GENERIC.match(word.low) or GENERIC.match(word.lemma)), self.likeness.get(chunk, 0.0), like,
            like - float(np.mean(self.clause_like[: len(a.draft.clauses)])), before, after, before >= 0.8 and after >= 0.8,
            other is not None, other is not None and other.form.pos == word.form.pos,
            float(a.matrix[index, partner]) if partner is not None else 0.0, self._contrast(word, other),
            other is not None and other.form.known, min(slot, 4) / 4, min(len(word.low), 14) / 14, word.form.known,
            self.english, min(len(room), 12) / 12, min(len(room) / (1 + len(self.missing)), 4) / 4,
            min(len(self.missing), 10) / 10, score < 0.3, score < 0.5,
            a.draft.text[word.end : word.end + 2].strip(" ,") == "`",
            self.likeness.get(chunk, 0.0) * (score < 0.5), conditional and score < 0.5, limiting and score < 0.5,
            (other is not None and other.form.pos == word.form.pos) and before >= 0.8 and after >= 0.8,
        ]  # fmt: skip
        return Gap((word.start, word.end), (chunk.start, chunk.end), claim, np.array(marks, np.float32), conditional)

    def _mean(self, indices: list[int]) -> float:
        return float(np.mean([self.a.best[i].score for i in indices])) if indices else 1.0

    def _neighbour(self, index: int, step: int) -> float:
        """How well the nearest content word on one side, in the same clause, lives on."""
        words = self.a.draft.words
        i = index + step
        while 0 <= i < len(words) and words[i].clause == words[index].clause:
            if words[i].content:
                return self.a.best[i].score
            i += step
        return 0.5

    def _partner(self, index: int, room: list[int]) -> tuple[int | None, int]:
        """The strange styled word that stands where this draft word should, and how many stand there."""
        a = self.a
        anchors = []
        for step in (-1, 1):
            i = index + step
            while 0 <= i < len(a.draft.words) and abs(i - index) <= 6:
                if a.draft.words[i].content and a.best[i].score >= KEPT:
                    anchors.append(a.best[i].index)
                    break
                i += step
        near = [j for j in room if any(abs(j - k) <= 4 for k in anchors)]
        if not near:
            return None, 0
        pos = a.draft.words[index].form.pos
        return max(
            near,
            key=lambda j: (
                a.styled.words[j].form.pos == pos,
                float(a.matrix[index, j]),
                -min(abs(j - k) for k in anchors),
            ),
        ), len(near)

    def _contrast(self, word: Word, other: Word | None) -> bool:
        """The two words stand in one set whose members exclude one another."""
        if other is None:
            return False
        sets = [{r for key in (w.lemma, w.low) for r in lexicon.CONTRAST_OF.get(key, ())} for w in (word, other)]
        return bool(sets[0] & sets[1])

    def _limiting(self, chunk: Chunk) -> bool:
        head = self.a.draft.folded[chunk.start : chunk.end].split()
        return bool(head and LIMITING.match(head[0]))

    def conditional(self, start: int, end: int) -> bool:
        """The stretch begins with, or stands behind, the word of a condition, exception or restriction."""
        folded = self.a.draft.folded
        if LEADS.match(folded[start:end]):
            return True
        before = re.split(r"[;:.]|\[\d", folded[max(0, start - 40) : start])[-1]
        return GOVERNS.search(before) is not None


@lru_cache(maxsize=1)
def model() -> tuple[Vector, float]:
    """Weights and bias of the logistic regression that `python -m evals.guard_train` writes."""
    with np.load(Path(__file__).with_name("gaps.npz"), allow_pickle=False) as data:
        return data["weights"], float(data["bias"])
