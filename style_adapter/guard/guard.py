"""The fact guard: does a restyled text state the facts of its draft, all of them and no others? Rules look first; a small learned
reader, where its weights are installed, confirms what they are not sure of and reads what they pass. Knows no persona and no
language model."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from core.nouns import Reason, Verdict
from style_adapter.guard import deep, framed, merged, reader, surface, vectors, words
from style_adapter.guard.facts import Facts, analyse
from style_adapter.guard.messages import reason


class Guard:
    """Reusable, without state between calls, safe to share between threads. `Guard()` loads its models (about a second)."""

    def __init__(self) -> None:
        with ThreadPoolExecutor(
            1
        ) as beside:  # the embedder is mostly unpacked, which leaves Python free for the others
            embedder = beside.submit(vectors.clauses, ["готово"])
            vectors.russian("готово")
            surface.check(analyse("Один [1]."), analyse("Два [1]."))
            self._reader = reader.installed()
            embedder.result()

    def surface(self, draft: str, styled: str) -> Verdict:
        """The cheap checks only: numbers, units, dates, identifiers, citations."""
        found = surface.check(analyse(merged.gathered(draft, styled)), analyse(styled))
        return _verdict(found, draft)

    def check(self, draft: str, styled: str) -> Verdict:
        """Every check, the cheap ones first. Any text gets an answer."""
        return self.check_many(draft, [styled])[0]

    def check_many(self, draft: str, candidates: Sequence[str]) -> list[Verdict]:
        """One verdict per candidate, in order; the draft is read once."""
        whole, facts = words.read(draft), [analyse(candidate) for candidate in candidates]
        told = [merged.gathered(draft, candidate) for candidate in candidates]
        known = [whole if each == draft else words.read(each) for each in told]
        cheap = [surface.check(mine.facts, theirs) for mine, theirs in zip(known, facts, strict=True)]
        asked = [n for n, sure in enumerate(cheap) if self._reader and not sure and candidates[n].strip()]
        with ThreadPoolExecutor(1) as beside:
            reading = beside.submit(self._read, draft, [candidates[n] for n in asked])
            if len(asked) == 1:  # several are read beside the rules; for one that costs more than it saves
                wait([reading])
            found = [self._reasons(whole, *each) for each in zip(known, candidates, facts, cheap, strict=True)]
        for number, doubts in zip(asked, reading.result(), strict=True):
            sure, likely = found[number]
            if not sure:
                found[number] = [], self._weighed(draft, candidates[number], likely, doubts)
        return [_verdict(sure + likely, draft) for sure, likely in found]

    def states_no_fact(self, text: str, draft: str) -> Verdict:
        """Is a framed text the draft's sentences verbatim plus sentences of the persona's own that state no fact?"""
        known = words.read(draft)
        found = [reason("dropped_claim", s, "", draft) for s in framed.missing_sentences(text, draft)]
        found += [reason("added_claim", "", s, draft) for s in framed.joined(text, draft)]
        for sentence in framed.own_sentences(text, draft):
            found += framed.facts_in(sentence, known)
        return _verdict(found, draft)

    def _read(self, draft: str, styled: Sequence[str]) -> list[list[reader.Doubt]]:
        return self._reader.read(draft, styled) if self._reader and styled else []

    def _reasons(
        self, cited: words.Reading, draft: words.Reading, styled: str, facts: Facts, cheap: list[Reason]
    ) -> tuple[list[Reason], list[Reason]]:
        """(sure, likely) ones, `cheap` those of the surface checks; `cited`: the draft as it came, `draft`: as it is compared."""
        if not styled.strip():
            return ([reason("dropped_claim", cited.text, "", cited.text)] if cited.text.strip() else []), []
        return deep.check(draft, words.read(styled, facts), cheap, cited if cited is not draft else None)

    def _weighed(self, draft: str, styled: str, likely: list[Reason], doubts: list[reader.Doubt]) -> list[Reason]:
        """The rules' likely findings in claims that the reader doubts too; its own greatest doubt, where all of them together are
        strong."""
        if not doubts:
            return likely
        kept = [r for r in likely if r.kind in reader.UNTOLD or _doubt(r, draft, styled, doubts) > reader.AGREES]
        if reader.together(doubts) > reader.STOPS:
            worst = max(doubts, key=reader.weight)
            mine = "" if worst.kind == "added_claim" else draft[slice(*worst.draft)]
            theirs = "" if worst.kind == "dropped_claim" else styled[slice(*worst.styled)]
            if all(r.kind != worst.kind for r in kept):
                kept.append(reason(worst.kind, mine, theirs, draft))
        return kept


def _doubt(found: Reason, draft: str, styled: str, doubts: Sequence[reader.Doubt]) -> float:
    """How much the reader doubts the claims that hold what the rules found; all of them where nothing tells which those are."""
    for quoted, text in ((found.draft, draft), (found.styled, styled)):
        told = [marks for start, end, marks in reader.stretches(text) if quoted and quoted in text[start:end]]
        own = [doubt.score for doubt in doubts if any(doubt.marks & marks for marks in told)]
        if own:
            return max(own)
    return max(doubt.score for doubt in doubts)


def _verdict(reasons: list[Reason], draft: str) -> Verdict:
    """Each reason once, its quotation such that it stands in the draft."""
    unique: dict[tuple[str, str, str], Reason] = {}
    for each in reasons:
        unique.setdefault((each.kind, each.draft, each.styled), replace(each, draft=merged.quoted(each.draft, draft)))
    return Verdict(not unique, tuple(unique.values()))
