"""What the checks of the surface share: both texts' facts, the reasons found, and the words for what is gone. Knows no number and
no date."""

from __future__ import annotations

import re

from core.nouns import Reason
from core.text import fold, stem, words
from style_adapter.guard import segments
from style_adapter.guard.facts import Facts
from style_adapter.guard.messages import reason
from style_adapter.guard.segments import Segment

CLAUSE = re.compile(r"[,;:(){}\n]\s*|\.\s|\s[—–]\s|\s\[")
CONDITIONAL = re.compile(
    r"(?<!\w)(?:если|когда|при|кроме|только|лишь|для|дольше|выше|ниже|больше|меньше|более|менее|старше|моложе|крупнее|дороже|тяжелее|после|начиная|пока|свыше|до|выпущен\w+|"
    r"if|when|unless|except|only|below|above|over|under|after|before|until|within|during|for|longer|older|younger|heavier|more|less)(?!\w)"
)


class Telling:
    """One draft and one styled text."""

    def __init__(self, draft: Facts, styled: Facts) -> None:
        self.draft, self.styled = draft, styled
        self.reasons: list[Reason] = []

    def say(self, kind: str, draft: str, styled: str) -> None:
        self.reasons.append(reason(kind, draft, styled, self.draft.text))

    def claim(self, position: int) -> Segment:
        """The claim of the draft that holds a position."""
        return next((s for s in self.draft.segments if s.start <= position < s.after), self.draft.segments[-1])

    def region(self, claim: Segment) -> list[tuple[int, int]]:
        """Where the styled text tells a claim."""
        return segments.regions(claim, self.styled.segments, self.styled.text, self.styled.spans)

    def gone(self, at: int, until: int, text: str) -> None:
        """`text`, at `at` of the draft, is nowhere: with it goes a condition or a claim."""
        start = max((s for s, _ in self.draft.spans if s <= at), default=0)
        marks = [m.end() for m in CLAUSE.finditer(self.draft.text, start, at)]
        left = max([start, *marks])
        right = CLAUSE.search(self.draft.text, until)
        conditional = CONDITIONAL.search(fold(self.draft.text[max(0, left - 1) : at]))
        if conditional:
            self.say(
                "condition_dropped",
                self.draft.text[left : right.start() if right else len(self.draft.text)],
                "",
            )
        else:
            self.say("dropped_claim", text, "")

    def about_draft(self, position: int) -> bool:
        """The sentence at `position` carries a citation or shares words with the draft: it is no mere talk."""
        start, end = next(((a, b) for a, b in self.styled.spans if a <= position < b), (0, len(self.styled.text)))
        if segments.CITATION.search(segments.bare(self.styled.text), start, end):
            return True
        mine = {stem(w) for w in words(self.draft.text) if len(w) > 3}
        return len({stem(w) for w in words(self.styled.text[start:end]) if len(w) > 3} & mine) >= 2
