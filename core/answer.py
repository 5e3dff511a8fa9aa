"""The way of an answer, from top to bottom: question → passages → draft → restyle → guard → choose.

Facts come only from the documents, manner only from the persona: the draft is neutral and cited, the persona rewords it, the
guard compares the two, and what is sent is the best wording that passed. This file knows the order of events and nothing
about how any of them is done."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from core.nouns import Answer, Candidate, Checked, Draft, Passages, Question, Reason, Status, Styled, Verdict

Stage = Literal["search", "draft", "restyle", "guard", "total"]


class Restyle(Protocol):
    async def __call__(self, draft: Draft, persona: str | None, slips: Sequence[Reason] = ()) -> Styled:
        """Wordings of the draft in the persona's voice; `slips` are what the guard found in the last ones."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an answer is made with."""

    search: Callable[[Question], Awaitable[Passages]]
    draft: Callable[[Passages], Awaitable[Draft]]
    restyle: Restyle
    check: Callable[[Styled], Awaitable[Checked]]


@dataclass(slots=True)
class Watch:
    """Called as the answer comes to be, so that a chat can show where it is. What `drafted` brings is checked against the
    documents but not yet in the persona's voice; nothing unverified is ever handed out."""

    started: Callable[[Stage], Awaitable[None]] | None = None
    drafted: Callable[[Draft], Awaitable[None]] | None = None


async def answer(question: Question, persona: str | None, parts: Parts, watch: Watch | None = None) -> Answer:
    """One question, one answer. `persona` is an id, or None for the neutral voice."""
    watch, clock = watch or Watch(), Clock()
    with clock.stage("total"):
        if watch.started:
            await watch.started("search")
        with clock.stage("search"):
            passages = await parts.search(question)
        with clock.stage("draft"):
            draft = await parts.draft(passages)
        if watch.drafted:
            await watch.drafted(draft)
        if watch.started:
            await watch.started("restyle")
        with clock.stage("restyle"):
            styled = await parts.restyle(draft, persona)
        with clock.stage("guard"):
            checked = await parts.check(styled)
        if slips := _slips(checked):
            with clock.stage("restyle"):
                repaired = await parts.restyle(draft, persona, slips)
            with clock.stage("guard"):
                checked = _join(checked, await parts.check(repaired))
    return choose(checked, clock.seconds)


def choose(checked: Checked, timings: dict[str, float] | None = None) -> Answer:
    """The ladder: the best `styled` wording that passed, else the best `framed` one, else the draft itself."""
    draft = checked.styled.draft
    ranked = sorted(
        zip(checked.styled.candidates, checked.verdicts, checked.scores, strict=True),
        key=lambda item: (not item[1].ok, item[0].rung != "styled", -item[2]),
    )
    ident = uuid.uuid4().hex[:12]
    if ranked and ranked[0][1].ok:
        candidate, verdict, _ = ranked[0]
        return Answer(ident, checked, candidate.text, _status(draft, candidate), verdict, timings or {})
    failed = next((verdict for candidate, verdict, _ in ranked if candidate.rung == "styled"), Verdict(True))
    return Answer(ident, checked, draft.text, _status(draft, None), failed, timings or {})


def _status(draft: Draft, candidate: Candidate | None) -> Status:
    if draft.kind == "refused" or draft.kind == "smalltalk":
        return draft.kind
    return candidate.rung if candidate else "draft"


def _slips(checked: Checked) -> tuple[Reason, ...]:
    """What to repair: the reasons of the best-scored styled wording, where none passed and there was one."""
    styled = [
        (score, verdict)
        for candidate, verdict, score in zip(checked.styled.candidates, checked.verdicts, checked.scores, strict=True)
        if candidate.rung == "styled"
    ]
    if not styled or any(verdict.ok for _, verdict in styled):
        return ()
    return max(styled, key=lambda item: item[0])[1].reasons


def _join(first: Checked, second: Checked) -> Checked:
    styled = Styled(
        first.styled.draft,
        first.styled.persona,
        first.styled.candidates + second.styled.candidates,
        first.styled.note,
    )
    return Checked(styled, first.verdicts + second.verdicts, first.scores + second.scores)


class Clock:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
