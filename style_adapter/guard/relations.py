"""Who did what to whom, and what followed from what: roles and causes over aligned words. Knows no operators of degree."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.text import CYRILLIC
from style_adapter.guard import identifiers, lexicon, units
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
        if any(v.start <= word.start < v.end for v in a.draft.facts.values) or units.named(
            word.text, after_digit=False
        ):
            continue
        if not word.content or match.score < 0.8 or count_d[word.lemma] != 1 or match.index in used:
            continue
        other = a.styled.words[match.index]
        if count_s[other.lemma] == 1 or match.score == 1.0 and count_s[word.lemma] == 1:
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


def _sort(item: Item, a: Alignment) -> str:
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
        self._prepositions()
        self._excluded()
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
        names = [_sort(i, self.a) for i in found]
        kinds = np.array([names.index(name) for name in names])
        parallel = kinds[:, None] == kinds[None, :]
        verbatim = np.array([i.kind != "word" for i in found])
        for k in range(n):
            away[k, :, k] = away[:, k, k] = toward[k, :, k] = toward[:, k, k] = -99
        # what is bound must stand close to what it is bound to, in both texts
        close_d, close_s = near_d <= 6, near_s <= 11
        away = np.where(close_d[:, None, :] & close_s[None, :, :], away, -99)
        toward = np.where(close_d[None, :, :] & close_s[:, None, :], toward, -99)
        score = np.where(parallel, np.minimum(away.max(axis=2), toward.max(axis=2)), -99)
        for one, two in np.argwhere(score >= 3):
            grid = np.minimum(away[one, two][:, None], toward[one, two][None, :])
            grid = np.where(parallel, grid, -99)
            x, y = np.unravel_index(int(grid.argmax()), grid.shape)
            margin = float(grid[x, y]) - (0 if verbatim[[one, two, x, y]].any() else 3)
            if margin >= 3:
                draft = self._around([found[one].draft, found[x].draft])
                styled = self._around([found[one].styled, found[y].styled])
                self.slips.append(Slip("role_swap", draft, styled, 0.42 + 0.04 * min(margin, 8)))
                return

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
                if (
                    noun.form.pos != "noun"
                    or abs(noun.clause - verb.clause) > 0
                    or self.a.best[i].score < 0.9
                ):
                    continue
                theirs = self.a.styled.words[self.a.best[i].index]
                if theirs.clause == other.clause:
                    before, after = _subject(noun), _subject(theirs)
                    changed.append((noun, theirs, after - before))
            up = [c for c in changed if c[2] > 0]
            down = [c for c in changed if c[2] < 0]
            if (
                up
                and down
                and sum(abs(c[2]) for c in (up[0], down[0])) >= 2
                and other.form.pos == verb.form.pos
            ):
                causal = any(p.search(verb.low) for _, p in lexicon.CAUSE_RE)
                spans_d = [(w.start, w.end) for w in (verb, up[0][0], down[0][0])]
                spans_s = [(w.start, w.end) for w in (other, up[0][1], down[0][1])]
                self.slips.append(
                    Slip(
                        "cause_effect_reversed" if causal else "role_swap",
                        self._around(spans_d),
                        self._around(spans_s),
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
            if (
                not latin
                and verb.form.pos not in ("verb", "adj")
                or latin
                and not _verbal(self.a.draft, verb)
            ):
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
                if up and down and bare and (latin or all(w.name and _subject(w) == 0 for _, w in crossed)):
                    causal = any(p.search(verb.low) for _, p in lexicon.CAUSE_RE)
                    self.slips.append(Slip("cause_effect_reversed" if causal else "role_swap", self._around([(w.start, w.end) for w in (up[0], down[0], verb)]),
                                           self._around([(w.start, w.end) for w in (up[1], down[1], other)]), 0.65))  # fmt: skip
                    return

    def _arguments(self, reading: Reading, verb: Word) -> tuple[list[Word], list[Word]]:
        """Nouns and names close to a verb on its left and right, no other clause between but a relative one."""
        near = [
            w
            for w in reading.words
            if w.content
            and w.form.pos in ("noun", "adj")
            and w.sentence == verb.sentence
            and w.start != verb.start
        ]
        left = [
            w
            for w in near
            if w.end <= verb.start
            and verb.start - w.end < 36
            and not BARRIER.search(reading.text[w.end : verb.start])
        ]
        right = [
            w
            for w in near
            if w.start >= verb.end
            and w.start - verb.end < 36
            and not BARRIER.search(reading.text[verb.end : w.start])
        ]
        return left[-2:], right[:2]

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
                    before != other_before
                    and before == other_after
                    and after == other_before
                    and one.kind == two.kind
                    and (before or other_before)
                ):
                    if abs(one.draft[0] - two.draft[0]) < 60 and abs(one.styled[0] - two.styled[0]) < 90:
                        spots = [one.draft, two.draft], [one.styled, two.styled]
                        self.slips.append(
                            Slip(
                                "role_swap",
                                self._around(spots[0]),
                                self._around(spots[1]),
                                0.6 if one.kind != "word" else 0.5,
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
                    self.slips.append(
                        Slip("role_swap", (word.start, word.end), (other.start, other.end), 0.7)
                    )
                    return

    # causes

    def _causes(self) -> None:
        mine, theirs = self._links(self.a.draft), self._links(self.a.styled)
        for other in theirs:
            claim = self._styled_claim(other[1])
            own = [m for m in mine if claim is None or self._claim(m[1]) == claim]
            if not own:
                self._invented(other, claim)
        for link in mine:
            cause, effect = self._sides(self.a.draft, link)
            both = {self.a.draft.words[i].lemma for i in cause} & {
                self.a.draft.words[i].lemma for i in effect
            }
            votes = []
            for other in theirs:
                if self.a.inside(self._claim(link[1]), other[1]):
                    votes.append((*self._vote(cause, effect, both, other), other[1]))
            if votes and not any(total > 0 for total, _, _ in votes):
                total, crossed, at = min(votes)
                if crossed and total < 0:
                    self.slips.append(
                        Slip(
                            "cause_effect_reversed",
                            self._sentence(self.a.draft, link[1]),
                            self._sentence(self.a.styled, at),
                            0.75,
                        )
                    )

    def _vote(
        self, cause: list[int], effect: list[int], both: set[str], other: tuple[str, int, int]
    ) -> tuple[float, bool]:
        """Agreement of a styled connector's sides with the draft's, and whether words of both crossed over."""
        their_cause, their_effect = (set(x) for x in self._sides(self.a.styled, other))
        total, crossed = 0.0, []
        for group, right, wrong in ((cause, their_cause, their_effect), (effect, their_effect, their_cause)):
            bad = 0
            for i in group:
                match, word = self.a.best[i], self.a.draft.words[i]
                if match.score >= 0.75 and word.lemma not in both and word.form.pos != "adv":
                    total += (match.index in right) - (match.index in wrong)
                    bad += match.index in wrong
            crossed.append(bad > 0)
        return total, all(crossed)

    def _invented(self, other: tuple[str, int, int], claim: int | None) -> None:
        """A cause where the draft tells none, between two things it does tell."""
        if not STRONG.match(self.a.styled.folded[other[1] : other[2]]):
            return
        cause, effect = self._sides(self.a.styled, other)
        told = [
            [i for i in side if self.a.back[i] >= 0.9 and self.a.styled.words[i].form.pos != "adv"]
            for side in (cause, effect)
        ]
        if min(len(t) for t in told) >= 2 and sum(len(t) for t in told) >= 4:
            segment = self.a.claims[claim if claim is not None else 0]
            self.slips.append(
                Slip(
                    "cause_effect_reversed",
                    (segment.start, segment.end),
                    self._sentence(self.a.styled, other[1]),
                    0.55,
                )
            )

    def _styled_claim(self, position: int) -> int | None:
        return next((k for k in range(len(self.a.claims)) if self.a.inside(k, position)), None)

    def _links(self, reading: Reading) -> list[tuple[str, int, int]]:
        text = plain(reading)
        found: list[tuple[str, int, int]] = []
        for name, pattern in lexicon.CAUSE_RE:
            for match in pattern.finditer(text):
                if not any(s <= match.start() < e for _, s, e in found):
                    found.append((name, match.start(), match.end()))
        return found

    def _sentence(self, reading: Reading, position: int) -> tuple[int, int]:
        """The sentence around a position; lines of verse that end without a stop belong together."""
        spans = reading.facts.spans
        at = next((k for k, (s, e) in enumerate(spans) if s <= position < e), None)
        if at is None:
            return position, position
        first = last = at
        while first > 0 and not STOP.search(reading.text[: spans[first - 1][1]][-4:]):
            first -= 1
        while last + 1 < len(spans) and not STOP.search(reading.text[: spans[last][1]][-4:]):
            last += 1
        return spans[first][0], spans[last][1]

    def _sides(self, reading: Reading, link: tuple[str, int, int]) -> tuple[list[int], list[int]]:
        """Word indices of cause and effect around a connector."""
        name, start, end = link
        first, last = self._sentence(reading, start)
        marks = [s for s in reading.facts.segments if s.cites]
        first = max([first] + [s.after for s in marks if s.after <= start])
        last = min([last] + [s.end for s in marks if s.end >= end])
        inside = [
            i
            for i, w in enumerate(reading.words)
            if first <= w.start < last and w.content and not start <= w.start < end
        ]
        left = [i for i in inside if reading.words[i].start < start]
        right = [i for i in inside if reading.words[i].start >= end]
        if name == "back":
            if not left and re.match(
                r"because|since|as|for|поскольку|так|раз|из-за|благодаря|due|thanks|owing|'cause|seeing|given",
                reading.folded[start:],
            ):
                comma = re.search(r",(?! (?:что|чего|который))| — ", reading.text[end:last])
                cut = end + comma.start() if comma else last
                return [i for i in right if reading.words[i].start < cut], [
                    i for i in right if reading.words[i].start >= cut
                ]
            head = reading.folded[start:end]
            if re.match(
                r"из-за|благодаря|вследствие|due|because of|owing|thanks|on account", head
            ) and not head.endswith(("того", "того,")):
                stop = next(
                    (
                        k
                        for k, i in enumerate(right)
                        if reading.words[i].form.pos == "verb"
                        and reading.words[i].form.known
                        and CYRILLIC.search(reading.words[i].low)
                    ),
                    len(right),
                )
                return right[:stop], left + right[stop:]
            if re.search(r"(?:it's|it is|'tis)\s+$", reading.folded[max(0, start - 8) : start]) and (
                that := re.search(r"\sthat\s", reading.text[end:last])
            ):
                cut = end + that.start()
                return [i for i in right if reading.words[i].start < cut], [
                    i for i in right if reading.words[i].start >= cut
                ]
            return right, left
        if not left:  # `Поэтому …` at the head of a sentence: the cause is the sentence before
            before = [
                i
                for i, w in enumerate(reading.words)
                if w.content
                and w.end <= first
                and w.sentence == (reading.words[right[0]].sentence - 1 if right else -1)
            ]
            return before, right
        verbs = re.match(r"(?:вызыва|вызвал|порожда|породил|обуслов|приво|приве)", reading.folded[start:])
        if verbs:
            return _by_case(reading, left, right)
        return left, right

    def _claim(self, position: int) -> int:
        return next(
            (k for k, c in enumerate(self.a.claims) if c.start <= position < c.after), len(self.a.claims) - 1
        )


STOP = re.compile(r"[.!?…\]]\W*$")
STRONG = re.compile(
    r"из-за|потому что|поэтому|вследствие|по (?:этой|сей|той) причине|благодаря|в результате|оттого|вызва|приве|приво|because|due to|owing|caus|makes?$|made|led to|leads? to|result|therefore|for (?:this|that) reason|that's why|which is why|thanks to|so that|hence|consequently"
)


def _by_case(reading: Reading, left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Cause and effect of a Russian causal verb: subject and object by case, by order where case is silent."""
    signs = [
        (sum(_subject(reading.words[i]) for i in side if reading.words[i].form.pos == "noun"), side)
        for side in (left, right)
    ]
    if signs[0][0] < 0 or signs[1][0] > 0 and signs[0][0] <= 0:
        return right, left
    return left, right


BARRIER = re.compile(r"[;:.!?()\[\]—–]|,(?!\s*(?:who|which|that|him|her|he|she|котор|что|did))")
REJECT = re.compile(
    r"(?:(?<!\w)а (?:вовсе |отнюдь |совсем )?не|отнюдь не|(?<!\w)not|rather than|instead of|вместо)\s+(?:the |a |an |by the |by )?$"
)


def _rejected(reading: Reading) -> list[Word]:
    return [
        w
        for w in reading.words
        if w.content
        and w.form.pos == "noun"
        and REJECT.search(reading.folded[max(0, w.start - 24) : w.start])
    ]


def _lead(reading: Reading, span: tuple[int, int]) -> str:
    """The preposition that leads a word in, or nothing."""
    match = re.search(
        r"(?<!\w)(на|с|со|в|во|к|из|от|до|для|у|за|под|над|from|to|with|for|by|into|in|as|than)\s+(?:[`«“\"]|(?:mr|ms|mrs|dr|the|a|an)\.?\s+|\w+(?:ого|ему|ой|ым|ом|ую)\s+)?$",
        reading.folded[max(0, span[0] - 24) : span[0]],
    )
    return {"со": "с", "во": "в"}.get(match[1], match[1]) if match else ""


def _subject(noun: Word) -> int:
    """1: only a subject by its form; -1: only an object; 0: either."""
    cases = noun.form.cases
    if "nomn" in cases and "accs" not in cases:
        return 1
    return -1 if "accs" in cases and "nomn" not in cases else 0


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
        and reading.folded[word.end : word.end + 40].find(" by ") >= 0
        or word.form.pos == "verb"
        and word.low.endswith(("ся", "сь", "н", "на", "но", "ны", "т", "та", "то", "ты"))
        and bool(CYRILLIC.search(word.low))
        and not word.low.endswith(("ет", "ит", "ут", "ют", "ат", "ят"))
    )
