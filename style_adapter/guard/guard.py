"""The fact guard: does a restyled text state the facts of its draft, all of them and no others? Code decides. Knows no
persona and no language model."""

from __future__ import annotations

from collections.abc import Sequence

from core.nouns import Reason, Verdict
from style_adapter.guard import deep, surface, vectors, words


class Guard:
    """Reusable and without state between calls; `Guard()` loads its models (about a second, once per process)."""

    def __init__(self) -> None:
        vectors.load()
        surface.check(surface.analyse("Один [1]."), surface.analyse("Два [1]."))

    def surface(self, draft: str, styled: str) -> Verdict:
        """The cheap checks only: numbers, units, dates, identifiers, citations."""
        return _verdict(surface.check(surface.analyse(draft), surface.analyse(styled)))

    def check(self, draft: str, styled: str) -> Verdict:
        """Every check, the cheap ones first."""
        return self.check_many(draft, [styled])[0]

    def check_many(self, draft: str, candidates: Sequence[str]) -> list[Verdict]:
        """One verdict per candidate; the draft is read once."""
        known = words.read(draft)
        return [_verdict(self._reasons(known, c)) for c in candidates]

    def _reasons(self, draft: words.Reading, styled: str) -> list[Reason]:
        facts = surface.analyse(styled)
        return deep.check(draft, words.read(styled, facts), surface.check(draft.facts, facts))


def _verdict(reasons: list[Reason]) -> Verdict:
    return Verdict(not reasons, tuple(reasons))
