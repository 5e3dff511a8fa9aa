"""What followed from what: the sides of causal words in both texts. Knows no other relation."""

from __future__ import annotations

import re

from core.text import CYRILLIC
from style_adapter.guard import lexicon
from style_adapter.guard.align import Alignment
from style_adapter.guard.items import subject
from style_adapter.guard.ops import Slip, plain
from style_adapter.guard.words import Reading


class Causes:
    """Compares cause and effect of an aligned pair."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.slips: list[Slip] = []

    def run(self) -> None:
        """Fills `slips`."""
        mine, theirs = self._links(self.a.draft), self._links(self.a.styled)
        for other in theirs:
            claim = self._styled_claim(other[1])
            own = [m for m in mine if claim is None or self._claim(m[1]) == claim]
            if not own:
                self._invented(other, claim)
        for link in mine:
            cause, effect = self._sides(self.a.draft, link)
            both = {self.a.draft.words[i].lemma for i in cause} & {self.a.draft.words[i].lemma for i in effect}
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
        links = self._links(reading)
        first, last = self._sentence(reading, start)
        marks = [s for s in reading.facts.segments if s.cites]
        first = max([first] + [s.after for s in marks if s.after <= start])
        last = min([last] + [s.end for s in marks if s.end >= end])
        for join in JOIN.finditer(
            reading.folded, first, last
        ):  # `A because B, and B because C`: each link its own sides
            if any(s < join.start() and join.end() <= start for _, s, _ in links):
                first = max(first, join.end())
            elif any(join.end() <= s for _, s, _ in links) and join.start() >= end:
                last = min(last, join.start())
        inside = [
            i
            for i, w in enumerate(reading.words)
            if first <= w.start < last and w.content and not start <= w.start < end
        ]
        left = [i for i in inside if reading.words[i].start < start]
        right = [i for i in inside if reading.words[i].start >= end]
        if name == "back":
            if re.search(r"(?:it's|it is|'tis)\s+$", reading.folded[max(0, start - 8) : start]) and (
                that := re.search(r"\sthat\s", reading.text[end:last])
            ):
                cut = end + that.start()
                return [i for i in right if reading.words[i].start < cut], [
                    i for i in right if reading.words[i].start >= cut
                ]
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
        return next((k for k, c in enumerate(self.a.claims) if c.start <= position < c.after), len(self.a.claims) - 1)


JOIN = re.compile(r"(?:,\s+(?:and|и|а)|;)\s")
STOP = re.compile(r"[.!?…\]]\W*$")
STRONG = re.compile(
    r"из-за|потому что|поэтому|вследствие|по (?:этой|сей|той) причине|благодаря|в результате|оттого|вызва|приве|приво|"
    r"because|due to|owing|caus|makes?$|made|led to|leads? to|result|therefore|for (?:this|that) reason|that's why|"
    r"which is why|thanks to|so that|hence|consequently"
)


def _by_case(reading: Reading, left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Cause and effect of a Russian causal verb: subject and object by case, by order where case is silent."""
    signs = [
        (sum(subject(reading.words[i]) for i in side if reading.words[i].form.pos == "noun"), side)
        for side in (left, right)
    ]
    if signs[0][0] < 0 or (signs[1][0] > 0 and signs[0][0] <= 0):
        return right, left
    return left, right
