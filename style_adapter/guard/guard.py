"""The fact guard: does a restyled text state the facts of its draft, all of them and no others? Code decides. Knows no
persona and no language model; a judge, where one is given, is heard and logged but never decides."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from core.nouns import Reason, Verdict
from style_adapter.guard import deep, framed, surface, vectors, words
from style_adapter.guard.facts import analyse
from style_adapter.guard.messages import reason

log = logging.getLogger(__name__)
Judge = Callable[[str, str], bool]
"""(draft, styled) → does the judge hold it faithful? An NLI model or an LLM; may raise, which is logged."""


class Guard:
    """Reusable, without state between calls, safe to share between threads. `Guard()` loads its models (about a second)."""

    def __init__(self, judge: Judge | None = None) -> None:
        vectors.load()
        surface.check(analyse("Один [1]."), analyse("Два [1]."))
        self._judge = judge

    def surface(self, draft: str, styled: str) -> Verdict:
        """The cheap checks only: numbers, units, dates, identifiers, citations."""
        return _verdict(surface.check(analyse(draft), analyse(styled)))

    def check(self, draft: str, styled: str) -> Verdict:
        """Every check, the cheap ones first. Any text gets an answer."""
        return self.check_many(draft, [styled])[0]

    def check_many(self, draft: str, candidates: Sequence[str]) -> list[Verdict]:
        """One verdict per candidate, in order; the draft is read once."""
        known = words.read(draft)
        verdicts = [_verdict(self._reasons(known, candidate)) for candidate in candidates]
        if self._judge is not None:
            for candidate, verdict in zip(candidates, verdicts, strict=True):
                self._hear(draft, candidate, verdict)
        return verdicts

    def states_no_fact(self, text: str, draft: str) -> Verdict:
        """Is a framed text the draft's sentences verbatim plus sentences of the persona's own that state no fact?"""
        known = words.read(draft)
        found = [reason("dropped_claim", s, "", draft) for s in framed.missing_sentences(text, draft)]
        for sentence in framed.own_sentences(text, draft):
            found += framed.facts_in(sentence, known)
        return _verdict(found)

    def _reasons(self, draft: words.Reading, styled: str) -> list[Reason]:
        if not styled.strip():
            return [reason("dropped_claim", draft.text, "", draft.text)] if draft.text.strip() else []
        facts = analyse(styled)
        return deep.check(draft, words.read(styled, facts), surface.check(draft.facts, facts))

    def _hear(self, draft: str, styled: str, verdict: Verdict) -> None:
        try:
            opinion = self._judge(draft, styled) if self._judge else verdict.ok
        except Exception as error:
            log.warning("guard judge failed: %s", error)
            return
        if opinion != verdict.ok:
            log.info("guard and judge disagree: code says %s, judge says %s", verdict.ok, opinion,
                     extra={"draft": draft, "styled": styled, "kinds": [r.kind for r in verdict.reasons]})  # fmt: skip


def _verdict(reasons: list[Reason]) -> Verdict:
    unique: dict[tuple[str, str, str], Reason] = {}
    for each in reasons:
        unique.setdefault((each.kind, each.draft, each.styled), each)
    return Verdict(not unique, tuple(unique.values()))
