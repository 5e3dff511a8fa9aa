"""Who did what to whom, and what followed from what: roles and causes over aligned words. Knows no operators of degree."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.text import CYRILLIC
from style_adapter.guard import identifiers, lexicon
from style_adapter.guard.align import Alignment
from style_adapter.guard.operators import Slip, plain
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
        if not word.content or match.score < 0.8 or count_d[word.lemma] != 1 or match.index in used:
            continue
        other = a.styled.words[match.index]
        if count_s[other.lemma] == 1 or match.score == 1.0 and count_s[word.lemma] == 1:
            used.add(match.index)
            found.append(Item((word.start, word.end), (other.start, other.end), "name" if word.name else "word", word.form.pos))
    for each in a.draft.facts.identifiers:
        if len([i for i in a.draft.facts.identifiers if i.text == each.text]) == 1:
            theirs = [i for i in a.styled.facts.identifiers if i.text == each.text]
            at = theirs[0].start if len(theirs) == 1 else identifiers.occurrence(each.text, a.styled.text) if not theirs else None
            if at is not None:
                found.append(Item((each.start, each.end), (at, at + len(each.text)), "identifier"))
    for value in a.draft.facts.values:
        theirs_v = [v for v in a.styled.facts.values if value.equals(v) and v.form != "loose"]
        mine_v = [v for v in a.draft.facts.values if v.equals(value) and v.form != "loose"]
        if value.form != "loose" and len(theirs_v) == 1 and len(mine_v) == 1:
            found.append(Item((value.start, value.end), (theirs_v[0].start, theirs_v[0].end), "value"))
    return sorted(found, key=lambda i: i.draft)


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


KINDS = ("word", "name", "identifier", "value")


class Relations:
    """All relation checks of one aligned pair."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.items = items(alignment)
        self.slips: list[Slip] = []

    def run(self) -> list[Slip]:
        self._causes()
        self._cases()
        self._orders()
        if not any(s.kind in ("cause_effect_reversed", "role_swap") for s in self.slips):
            self._bindings()
        return self.slips

    # A is to X as B is to Y

    def _bindings(self) -> None:
        found = [i for i in self.items if i.pos not in ("verb", "adv")][:36]
        if len(found) < 4:
            return
        near_d = distances(self.a.draft, [i.draft for i in found])
        near_s = distances(self.a.styled, [i.styled for i in found])
        bound_d = near_d[None, :, :] - near_d[:, None, :]  # [a, b, x] > 0: x is nearer to a
        bound_s = near_s[None, :, :] - near_s[:, None, :]
        away = np.minimum(bound_d, -bound_s)
        toward = np.minimum(-bound_d, bound_s)
        n = len(found)
        kinds = np.array([KINDS.index(i.kind) for i in found])
        parallel = kinds[:, None] == kinds[None, :]
        verbatim = np.array([i.kind != "word" for i in found])
        for k in range(n):
            away[k, :, k] = away[:, k, k] = toward[k, :, k] = toward[:, k, k] = -99
        # what is bound must stand close to what it is bound to, in both texts
        close = np.minimum(near_d, near_s) <= 9
        away = np.where(close[:, None, :] | close[None, :, :], away, -99)
        toward = np.where(close[:, None, :] | close[None, :, :], toward, -99)
        score = np.minimum(away.max(axis=2), toward.max(axis=2))
        score = np.where(parallel, score, -99) - np.where(verbatim[:, None] & verbatim[None, :], 0, 3)
        best = np.unravel_index(int(score.argmax()), score.shape)
        margin = float(score[best])
        if margin >= 3:
            one, two = found[int(best[0])], found[int(best[1])]
            x, y = found[int(away[best].argmax())], found[int(toward[best].argmax())]
            if {x.kind, y.kind} == {"word"} and {one.kind, two.kind} == {"word"} and margin < 5:
                return
            draft, styled = self._around([one.draft, x.draft]), self._around([one.styled, y.styled])
            self.slips.append(Slip("role_swap", draft, styled, 0.42 + 0.04 * min(margin, 8)))

    def _around(self, spans: list[tuple[int, int]]) -> tuple[int, int]:
        return min(s for s, _ in spans), max(e for _, e in spans)

    # subjects and objects by case

    def _cases(self) -> None:
        """A Russian noun that was only a subject is only an object now, and another the other way round."""
        for index, verb in enumerate(self.a.draft.words):
            match = self.a.best[index]
            if verb.form.pos != "verb" or match.score < 0.9 or not CYRILLIC.search(verb.low):
                continue
            other = self.a.styled.words[match.index]
            changed: list[tuple[Word, Word, int]] = []
            for i, noun in enumerate(self.a.draft.words):
                if noun.form.pos != "noun" or abs(noun.clause - verb.clause) > 0 or self.a.best[i].score < 0.9:
                    continue
                theirs = self.a.styled.words[self.a.best[i].index]
                if theirs.clause == other.clause:
                    before, after = _subject(noun), _subject(theirs)
                    changed.append((noun, theirs, after - before))
            up = [c for c in changed if c[2] > 0]
            down = [c for c in changed if c[2] < 0]
            if up and down and sum(abs(c[2]) for c in (up[0], down[0])) >= 2 and other.form.pos == verb.form.pos:
                causal = any(p.search(verb.low) for _, p in lexicon.CAUSE_RE)
                spans_d = [(w.start, w.end) for w in (verb, up[0][0], down[0][0])]
                spans_s = [(w.start, w.end) for w in (other, up[0][1], down[0][1])]
                self.slips.append(Slip("cause_effect_reversed" if causal else "role_swap", self._around(spans_d), self._around(spans_s), 0.7))

    # subjects and objects by order

    def _orders(self) -> None:
        """`A verb B` → `B verb A`, where case does not tell: English, and identifiers anywhere."""
        for index, verb in enumerate(self.a.draft.words):
            match = self.a.best[index]
            if not verb.content or match.score < 0.9:
                continue
            latin = not CYRILLIC.search(verb.low)
            other = self.a.styled.words[match.index]
            if latin and not _verbal(self.a.draft, verb) or not latin and verb.form.pos not in ("verb", "adj"):
                continue
            if _passive(self.a.draft, verb) != _passive(self.a.styled, other):
                continue
            kinds = ("word", "name", "value", "identifier") if latin else ("identifier",)
            left = [i for i in self.items if i.kind in kinds and i.pos in ("", "noun", "adj") and i.draft[1] <= verb.start and verb.start - i.draft[1] < 40]
            right = [i for i in self.items if i.kind in kinds and i.pos in ("", "noun", "adj") and i.draft[0] >= verb.end and i.draft[0] - verb.end < 40]
            left = [i for i in left if self._one_clause(self.a.draft, i.draft, verb)]
            right = [i for i in right if self._one_clause(self.a.draft, i.draft, verb)]
            if not left or not right:
                continue
            a, b = left[-1], right[0]
            if b.styled[1] <= other.start < a.styled[0] and a.styled[0] - b.styled[1] < 60:
                if self._one_clause(self.a.styled, a.styled, other) and self._one_clause(self.a.styled, b.styled, other) and not re.search(
                    r"(?<!\w)(?:by|of|from|что|which|that|who)(?!\w)", self.a.styled.folded[other.end : a.styled[0]]):  # fmt: skip
                    causal = any(p.search(verb.low) for _, p in lexicon.CAUSE_RE)
                    self.slips.append(Slip("cause_effect_reversed" if causal else "role_swap", self._around([a.draft, b.draft]), self._around([a.styled, b.styled]), 0.65))

    def _one_clause(self, reading: Reading, span: tuple[int, int], word: Word) -> bool:
        gap = reading.text[min(span[1], word.end) : max(span[0], word.start)]
        return not re.search(r"[,;:.!?()\[\]—–]", gap)

    # causes

    def _causes(self) -> None:
        mine, theirs = self._links(self.a.draft), self._links(self.a.styled)
        for link in mine:
            cause, effect = self._sides(self.a.draft, link)
            both = {self.a.draft.words[i].lemma for i in cause} & {self.a.draft.words[i].lemma for i in effect}
            votes: list[tuple[float, tuple[int, int]]] = []
            for other in theirs:
                claim = self._claim(link[1])
                if not any(s <= other[1] < e for s, e in self.a.region[claim]):
                    continue
                their_cause, their_effect = (set(x) for x in self._sides(self.a.styled, other))
                vote = 0.0
                sides = [0.0, 0.0]
                for side, (group, right, wrong) in enumerate(((cause, their_cause, their_effect), (effect, their_effect, their_cause))):
                    for i in group:
                        match = self.a.best[i]
                        if match.score < 0.6 or self.a.draft.words[i].lemma in both or self.a.draft.words[i].form.pos == "adv":
                            continue
                        sides[side] += (match.index in right) - (match.index in wrong)
                vote = sides[0] + sides[1]
                if sides[0] <= 0 and sides[1] <= 0 or vote > 0 or vote <= -2:
                    votes.append((vote, (other[1], other[2])))
            if votes and max(v for v, _ in votes) < 0 and min(v for v, _ in votes) <= -2:
                at = min(votes)[1]
                self.slips.append(Slip("cause_effect_reversed", self._sentence(self.a.draft, link[1]), self._sentence(self.a.styled, at[0]), 0.75))

    def _links(self, reading: Reading) -> list[tuple[str, int, int]]:
        text = plain(reading)
        found: list[tuple[str, int, int]] = []
        for name, pattern in lexicon.CAUSE_RE:
            for match in pattern.finditer(text):
                if not any(s <= match.start() < e for _, s, e in found):
                    found.append((name, match.start(), match.end()))
        return found

    def _sentence(self, reading: Reading, position: int) -> tuple[int, int]:
        return next(((s, e) for s, e in reading.facts.spans if s <= position < e), (position, position))

    def _sides(self, reading: Reading, link: tuple[str, int, int]) -> tuple[list[int], list[int]]:
        """Word indices of cause and effect around a connector."""
        name, start, end = link
        first, last = self._sentence(reading, start)
        marks = [s for s in reading.facts.segments if s.cites]
        first = max([first] + [s.after for s in marks if s.after <= start])
        last = min([last] + [s.end for s in marks if s.end >= end])
        inside = [i for i, w in enumerate(reading.words) if first <= w.start < last and w.content and not start <= w.start < end]
        left = [i for i in inside if reading.words[i].start < start]
        right = [i for i in inside if reading.words[i].start >= end]
        if name == "back":
            if not left and re.match(r"because|since|as|for|поскольку|так|раз|из-за|благодаря|due|thanks|owing|'cause|seeing|given", reading.folded[start:]):
                comma = re.search(r",(?! (?:что|чего|который))| — ", reading.text[end:last])
                cut = end + comma.start() if comma else last
                return [i for i in right if reading.words[i].start < cut], [i for i in right if reading.words[i].start >= cut]
            return right, left
        if not left:  # `Поэтому …` at the head of a sentence: the cause is the sentence before
            before = [i for i, w in enumerate(reading.words) if w.content and w.end <= first and w.sentence == (reading.words[right[0]].sentence - 1 if right else -1)]
            return before, right
        verbs = re.match(r"(?:вызыва|вызвал|порожда|породил|обуслов|приво|приве)", reading.folded[start:])
        if verbs:
            return _by_case(reading, left, right)
        return left, right

    def _claim(self, position: int) -> int:
        return next((k for k, c in enumerate(self.a.claims) if c.start <= position < c.after), len(self.a.claims) - 1)


def _by_case(reading: Reading, left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Cause and effect of a Russian causal verb: subject and object by case, by order where case is silent."""
    signs = [(sum(_subject(reading.words[i]) for i in side if reading.words[i].form.pos == "noun"), side) for side in (left, right)]
    if signs[0][0] < 0 or signs[1][0] > 0 and signs[0][0] <= 0:
        return right, left
    return left, right


def _subject(noun: Word) -> int:
    """1: only a subject by its form; -1: only an object; 0: either."""
    cases = noun.form.cases
    if "nomn" in cases and "accs" not in cases:
        return 1
    return -1 if "nomn" not in cases and cases else 0


BE = re.compile(r"(?:^|\W)(?:is|are|was|were|be|been|being|get|gets|got)\s+(?:\w+\s+)?$", re.IGNORECASE)


def _verbal(reading: Reading, word: Word) -> bool:
    """An English word that stands like a verb between nouns."""
    before = reading.folded[max(0, word.start - 16) : word.start]
    return not re.search(r"(?:^|\W)(?:the|a|an|of|in|on|at|for|by|his|her|its|their|my|your)\s+$", before) and not word.low.endswith(("tion", "ment", "ness", "ity"))


def _passive(reading: Reading, word: Word) -> bool:
    return bool(BE.search(reading.folded[max(0, word.start - 18) : word.start])) and reading.folded[word.end : word.end + 40].find(" by ") >= 0 or word.form.pos == "verb" and word.low.endswith(("ся", "сь", "н", "на", "но", "ны", "т", "та", "то", "ты")) and bool(CYRILLIC.search(word.low)) and not word.low.endswith(("ет", "ит", "ут", "ют", "ат", "ят"))
