"""The cheap checks that come first: numbers, units, dates, identifiers and citations, by value and letter for letter.
Knows no grammar and no meaning."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from core.nouns import Reason
from style_adapter.guard import identifiers, kinds, signs
from style_adapter.guard.amounts import Amounts
from style_adapter.guard.dates import Dates
from style_adapter.guard.facts import Facts
from style_adapter.guard.identifiers import Identifier
from style_adapter.guard.rivals import Rivals
from style_adapter.guard.segments import Segment
from style_adapter.guard.telling import Telling


class Surface:
    """Compares one draft with one styled text."""

    def __init__(self, draft: Facts, styled: Facts) -> None:
        self.told, self.draft, self.styled = Telling(draft, styled), draft, styled

    def run(self) -> list[Reason]:
        self._citations()
        self._identifiers()
        Amounts(self.told).run()
        signs.check(self.told)
        Dates(self.told).run()
        self._rivals()
        return self.told.reasons

    # citations

    def _citations(self) -> None:
        wanted, got = self.draft.cites(), self.styled.cites()
        for number in sorted(wanted - got):
            claim = next(s for s in self.draft.segments if number in s.cites)
            self.told.say(
                "citation",
                f"[{number}]" if not (got - wanted) else self._claim(claim),
                self._invented(got - wanted),
            )
        if not wanted - got:
            for number in sorted(got - wanted):
                self.told.say("citation", "", f"[{number}]")

    def _claim(self, claim: Segment) -> str:
        return self.draft.text[claim.start : claim.after]

    def _invented(self, extra: set[int]) -> str:
        return f"[{min(extra)}]" if extra else ""

    # identifiers

    def _identifiers(self) -> None:
        texts = [identifiers.folded(self.styled.text, code) for code in (False, True)]
        lost = [i for i in self.draft.identifiers if not self._kept(i, texts[i.code])]
        seen: set[str] = set()
        lost = [i for i in lost if not (i.text in seen or seen.add(i.text))]  # type: ignore[func-returns-value]
        strange = self._strange()
        for each in lost:
            best = max(strange, key=lambda s: SequenceMatcher(None, each.text, s.text).ratio(), default=None)
            if best is not None and SequenceMatcher(None, each.text, best.text).ratio() >= 0.34:
                strange.remove(best)
                self.told.say(kinds.of_identifier(each, best), each.text, best.text)
            elif each.code or not each.plain_word:
                near = self._nearest(each)
                if near:
                    self.told.say("identifier", each.text, near)
                else:
                    self.told.gone(each.start, each.end, each.text)
        for extra in strange:
            self.told.say("identifier", "", extra.text)

    def _kept(self, identifier: Identifier, text: str) -> bool:
        name = identifiers.folded(identifier.text, identifier.code)
        if identifiers.occurs(name, text):
            return True
        if (identifier.code and not identifier.plain_word) or name.startswith("-"):
            return False
        low, low_text = name.lower(), text.lower()
        if identifiers.occurs(low, low_text) or (not identifier.code and identifiers.occurs(name + "s", text)):
            return True
        if identifier.code and any(i.code and identifiers.inflected(i.text, name) for i in self.styled.identifiers):
            return True
        return not identifier.code and identifiers.occurs(low.replace("-", " "), low_text.replace("-", " "))

    def _strange(self) -> list[Identifier]:
        """Identifiers of the styled text that the draft does not have."""
        texts = [identifiers.folded(self.draft.text, code) for code in (False, True)]
        found: list[Identifier] = []
        first = {i.text: i for i in reversed(self.styled.identifiers)}
        for each in sorted(first.values(), key=lambda i: i.start):
            name, text = identifiers.folded(each.text, each.code), texts[each.code]
            low = text.lower()
            known = (
                identifiers.occurs(name, text)
                if each.code and not each.plain_word
                else identifiers.occurs(name.lower(), low)
            )
            known = known or (
                identifiers.occurs(name.lower().replace("-", " "), low.replace("-", " ")) and not name.startswith("-")
            )
            known = known or (not each.code and name.endswith("s") and identifiers.occurs(name[:-1], text))
            known = known or any(i.code and identifiers.inflected(i.text, name) for i in self.draft.identifiers)
            known = known or identifiers.is_tail(name, self.draft.identifiers, self.styled.text)
            certain = each.code or re.search(r"[\d_/=+]|^-|^\.", name) is not None
            if not known and certain and (each.code or self.told.about_draft(each.start)):  # no `Knight to f3`
                found.append(each)
        return found

    def _nearest(self, identifier: Identifier) -> str:
        """The word of the styled text that most resembles a lost identifier, if any does."""
        words = {m.group() for m in re.finditer(r"[\w./=-]{3,}", self.styled.text)}
        best = max(words, key=lambda w: SequenceMatcher(None, identifier.text.lower(), w.lower()).ratio(), default="")
        return best if best and SequenceMatcher(None, identifier.text.lower(), best.lower()).ratio() >= 0.6 else ""

    def _rivals(self) -> None:
        said = {r.kind for r in self.told.reasons}

        def region_of(position: int) -> list[tuple[int, int]]:
            return self.told.region(self.told.claim(position))

        spots = set[tuple[tuple[int, int], tuple[int, int]]]()
        for kind, mine, theirs in Rivals(self.draft, self.styled, region_of).run():
            if kind not in said and (mine, theirs) not in spots:
                spots.add((mine, theirs))
                self.told.say(kind, self.draft.text[slice(*mine)], self.styled.text[slice(*theirs)])


def check(draft: Facts, styled: Facts) -> list[Reason]:
    """The slips that need no grammar, the surest first."""
    return Surface(draft, styled).run()
