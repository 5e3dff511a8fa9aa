"""Who did what to whom, and what followed from what: roles and causes over aligned words. Knows no operators of degree."""

from __future__ import annotations

import itertools
import re

import numpy as np

from core.text import CYRILLIC
from style_adapter.guard import lexicon
from style_adapter.guard.align import Alignment
from style_adapter.guard.causes import Causes
from style_adapter.guard.coverage import GENERIC
from style_adapter.guard.items import Item, around, distances, items, sort, subject
from style_adapter.guard.ops import Slip
from style_adapter.guard.words import Reading, Word

EXACT, SURE = 4, 10  # words: least margin of a swap of names, identifiers and values; of any others


class Relations:
    """All relation checks of one aligned pair."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.items = items(alignment)
        self.slips: list[Slip] = []
        self._near: dict[tuple[bool, int], tuple[list[Word], list[Word]]] = {}

    def run(self) -> list[Slip]:
        causes = Causes(self.a)
        causes.run()
        self.slips += causes.slips
        self._cases()
        self._orders()
        self._prepositions()
        self._excluded()
        if not any(s.kind in ("cause_effect_reversed", "role_swap") for s in self.slips):
            self._bindings()
        return self.slips

    # A is to X as B is to Y

    def _bindings(self) -> None:
        """Two things of one sort each stand nearer to what was the other's, which are of one sort too. The least margin of the
        four tells how sure: texts told in another order cross by a few words as often as swapped ones do."""
        found = [i for i in self.items if i.kind != "word" or not self._idle(i)][:30]
        if len(found) < 4:
            return
        mine = distances(self.a.draft, [i.draft for i in found])
        theirs = distances(self.a.styled, [i.styled for i in found])
        names = [sort(i, self.a) for i in found]
        best: tuple[float, tuple[int, ...]] = (0.0, ())
        for p, q in itertools.combinations(range(len(found)), 2):
            if names[p] != names[q]:
                continue
            close = (np.minimum(mine[p], mine[q]) <= 8) & (np.minimum(theirs[p], theirs[q]) <= 12)
            close[[p, q]] = False
            before, after = mine[p] - mine[q], theirs[p] - theirs[q]  # below zero: nearer to p
            for x in np.flatnonzero(close & (before < 0) & (after > 0)):
                for y in np.flatnonzero(close & (before > 0) & (after < 0)):
                    margin = float(min(-before[x], before[y], after[x], -after[y]))
                    exact = all(found[k].kind != "word" for k in (p, q, x, y))
                    if names[x] == names[y] and margin >= (EXACT if exact else SURE) and margin > best[0]:
                        best = margin, (p, q, int(x), int(y))
        if best[0]:
            one, _, bound, _ = best[1]
            draft = around([found[one].draft, found[bound].draft])
            styled = around([found[one].styled, found[best[1][3]].styled])
            self.slips.append(Slip("role_swap", draft, styled, 0.4 + 0.04 * min(best[0], 10)))

    def _idle(self, item: Item) -> bool:
        """A word that binds nothing: an adverb, a modal, a noun as general as `parameter`."""
        text = self.a.draft.folded[slice(*item.draft)]
        modal = any(p.fullmatch(text) for p in lexicon.MODALITY_RE.values())
        return item.pos == "adv" or modal or GENERIC.match(text) is not None

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
                    before, after = subject(noun), subject(theirs)
                    changed.append((noun, theirs, after - before))
            up = [c for c in changed if c[2] > 0]
            down = [c for c in changed if c[2] < 0]
            if up and down and sum(abs(c[2]) for c in (up[0], down[0])) >= 2 and other.form.pos == verb.form.pos:
                causal = any(p.search(verb.low) for _, p in lexicon.CAUSE_RE)
                spans_d = [(w.start, w.end) for w in (verb, up[0][0], down[0][0])]
                spans_s = [(w.start, w.end) for w in (other, up[0][1], down[0][1])]
                self.slips.append(
                    Slip(
                        "cause_effect_reversed" if causal else "role_swap",
                        around(spans_d),
                        around(spans_s),
                        0.7,
                    )
                )

    # subjects and objects by order and preposition

    def _orders(self) -> None:
        """`A verb B` → `B verb A`, where case does not tell: English, and names and identifiers anywhere."""
        for index, verb in enumerate(self.a.draft.words):
            if not verb.content or self.a.best[index].score < 0.9 or verb.form.pos == "adv":
                continue
            latin = not CYRILLIC.search(verb.low)
            if (not latin and verb.form.pos not in ("verb", "adj")) or (latin and not _verbal(self.a.draft, verb)):
                continue
            left, right = self._arguments(self.a.draft, verb)
            if not left or not right:
                continue
            for j in np.flatnonzero(self.a.matrix[index] >= 0.9):
                other = self.a.styled.words[int(j)]
                if _passive(self.a.draft, verb) != _passive(self.a.styled, other) or not self.a.inside(
                    self.a.claim_of[index], other.start
                ):
                    continue
                their_left, their_right = self._arguments(self.a.styled, other)
                up = self._crossed(left, their_right, their_left)
                down = self._crossed(right, their_left, their_right)
                crossed = [
                    (r, w)
                    for pair in (up, down)
                    if pair
                    for r, w in zip((self.a.draft, self.a.styled), pair, strict=True)
                ]
                bare = all(not _lead(r, (w.start, w.end)) for r, w in crossed)
                if up and down and bare and (latin or all(w.name and subject(w) == 0 for _, w in crossed)):
                    causal = any(p.search(verb.low) for _, p in lexicon.CAUSE_RE)
                    kind = "cause_effect_reversed" if causal else "role_swap"
                    mine = around([(w.start, w.end) for w in (up[0], down[0], verb)])
                    theirs = around([(w.start, w.end) for w in (up[1], down[1], other)])
                    self.slips.append(Slip(kind, mine, theirs, 0.65))
                    return

    def _arguments(self, reading: Reading, verb: Word) -> tuple[list[Word], list[Word]]:
        """Nouns and names close to a verb on its left and right, no other clause between but a relative one."""
        key = (reading is self.a.draft, verb.start)
        if key in self._near:  # a verb of one text is held against many of the other
            return self._near[key]
        near = [
            w
            for w in reading.words
            if w.content and w.form.pos in ("noun", "adj") and w.sentence == verb.sentence and w.start != verb.start
        ]
        left = [
            w
            for w in near
            if w.end <= verb.start and verb.start - w.end < 36 and not BARRIER.search(reading.text[w.end : verb.start])
        ]
        right = [
            w
            for w in near
            if w.start >= verb.end and w.start - verb.end < 36 and not BARRIER.search(reading.text[verb.end : w.start])
        ]
        self._near[key] = left[-2:], right[:2]
        return self._near[key]

    def _crossed(self, mine: list[Word], across: list[Word], same: list[Word]) -> tuple[Word, Word] | None:
        for word in mine:
            if any(w.lemma == word.lemma for w in same):
                return None
            for other in across:
                if other.lemma == word.lemma:
                    return word, other
        return None

    def _prepositions(self) -> None:
        """`A на B` → `B на A`, `from A to B` → `from B to A`."""
        led = []
        for item in self.items:
            if item.kind in ("name", "identifier", "value") or item.pos == "noun":
                led.append((item, _lead(self.a.draft, item.draft), _lead(self.a.styled, item.styled)))
        for k, (one, before, after) in enumerate(led):
            for two, other_before, other_after in led[k + 1 : k + 4]:
                if (
                    (
                        before != other_before
                        and before == other_after
                        and after == other_before
                        and one.kind == two.kind != "value"
                        and (before or other_before)
                    )
                    and "[" not in self.a.draft.text[one.draft[1] : two.draft[0]]
                    and abs(one.draft[0] - two.draft[0]) < 60
                    and abs(one.styled[0] - two.styled[0]) < 90
                ):
                    spots = [one.draft, two.draft], [one.styled, two.styled]
                    self.slips.append(
                        Slip(
                            "role_swap",
                            around(spots[0]),
                            around(spots[1]),
                            0.6 if one.kind != "word" else 0.45,
                        )
                    )
                    return

    def _excluded(self) -> None:
        """`A, а не B` → `B, а не A`."""
        mine, theirs = _rejected(self.a.draft), _rejected(self.a.styled)
        for word in mine:
            index = self.a.draft.words.index(word)
            for other in theirs:
                if (
                    self.a.back[self.a.styled.words.index(other)] < 0.9
                    or other.lemma == word.lemma
                    or self.a.best[index].score < 0.9
                ):
                    continue
                if other.lemma not in {w.lemma for w in mine} and word.lemma not in {w.lemma for w in theirs}:
                    self.slips.append(Slip("role_swap", (word.start, word.end), (other.start, other.end), 0.7))
                    return


BARRIER = re.compile(r"[;:.!?()\[\]—–]|,(?!\s*(?:who|which|that|him|her|he|she|котор|что|did))")
REJECT = re.compile(
    r"(?:(?<!\w)а (?:вовсе |отнюдь |совсем )?не|отнюдь не|(?<!\w)not|rather than|instead of|вместо)\s+(?:the |a |an |"
    r"by the |by )?$"
)


def _rejected(reading: Reading) -> list[Word]:
    return [
        w
        for w in reading.words
        if w.content and w.form.pos == "noun" and REJECT.search(reading.folded[max(0, w.start - 24) : w.start])
    ]


def _lead(reading: Reading, span: tuple[int, int]) -> str:
    """The preposition that leads a word in, or nothing."""
    match = re.search(
        r"(?<!\w)(на|с|со|в|во|к|из|от|до|для|у|за|под|над|from|to|with|for|by|into|in|as|than)\s+(?:[`«“\"]|(?:mr|ms|mrs|dr|the|a|an)\.?\s+|\w+(?:ого|ему|ой|ым|ом|ую)\s+)?$",
        reading.folded[max(0, span[0] - 24) : span[0]],
    )
    return {"со": "с", "во": "в"}.get(match[1], match[1]) if match else ""


BE = re.compile(r"(?:^|\W)(?:is|are|was|were|be|been|being|get|gets|got)\s+(?:\w+\s+)?$", re.IGNORECASE)


def _verbal(reading: Reading, word: Word) -> bool:
    """An English word that stands like a verb between nouns."""
    before = reading.folded[max(0, word.start - 16) : word.start]
    return not re.search(
        r"(?:^|\W)(?:the|a|an|of|in|on|at|for|by|his|her|its|their|my|your)\s+$", before
    ) and not word.low.endswith(("tion", "ment", "ness", "ity"))


def _passive(reading: Reading, word: Word) -> bool:
    return (
        bool(BE.search(reading.folded[max(0, word.start - 18) : word.start]))
        and (word.form.past or reading.folded[word.end : word.end + 40].find(" by ") >= 0)
    ) or (
        word.form.pos == "verb"
        and word.low.endswith(("ся", "сь", "н", "на", "но", "ны", "т", "та", "то", "ты"))
        and bool(CYRILLIC.search(word.low))
        and not word.low.endswith(("ет", "ит", "ут", "ют", "ат", "ят"))
    )
