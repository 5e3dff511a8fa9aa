"""From a draft to checked wordings in a persona's voice: which restyler speaks, what the guard and the score say of it.
Knows no Qdrant, no Telegram."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from core.errors import ExpertbotError
from core.nouns import Candidate, Checked, Draft, Reason, Styled, Verdict
from core.smalltalk import kind as smalltalk_kind
from style_adapter.bible import Bible, load
from style_adapter.framed import frame
from style_adapter.guard import Guard
from style_adapter.judge import Judge
from style_adapter.score import score

log = logging.getLogger(__name__)


class Restyler(Protocol):
    """The adapter, the prompt layer, a remote server."""

    async def restyle(self, bible: Bible, draft: Draft, slips: Sequence[Reason]) -> list[str]:
        """Wordings of an `answer` or `partly` draft. Raises UnavailableError where it can't work now."""
        ...

    async def warm(self, bible: Bible) -> None:
        """Load what the first wording would wait for; nothing is asked of a remote model."""
        ...


class Voices:
    """Every persona of a folder, its restyler, the guard and the score; a judge where the owner wants one."""

    def __init__(self, folder: Path, restyler: Restyler | None = None, judge: Judge | None = None) -> None:
        self._folder = folder
        self._restyler = restyler
        self._judge = judge
        self._bibles: dict[str, tuple[float, Bible]] = {}

    @cached_property
    def guard(self) -> Guard:
        return Guard()

    def bible(self, persona: str) -> Bible:
        """Raises UsageError naming the persona or its faults. Read anew when the file has changed."""
        path = self._folder / persona / "bible.yaml"
        changed = path.stat().st_mtime if path.is_file() else 0.0
        known = self._bibles.get(persona)
        if known is None or known[0] != changed:
            known = (changed, load(self._folder, persona))
            self._bibles[persona] = known
        return known[1]

    def personas(self) -> list[str]:
        """The ids of all personas in the folder."""
        return sorted(path.parent.name for path in self._folder.glob("*/bible.yaml"))

    async def restyle(self, draft: Draft, persona: str | None, slips: Sequence[Reason] = ()) -> Styled:
        if persona is None:
            return Styled(draft, None)
        bible = self.bible(persona)
        if draft.kind in ("refused", "smalltalk"):
            return Styled(draft, persona, tuple(Candidate(text, "styled") for text in _own_words(bible, draft)))
        note, wordings = "", list[str]()
        if self._restyler:
            try:
                wordings = await self._restyler.restyle(bible, draft, slips)
            except ExpertbotError as error:
                note = error.message
        framed = [] if slips else frame(bible, draft.text, draft.passages.question.text, draft.kind == "partly")
        candidates = [Candidate(text, "framed" if draft.text in text else "styled") for text in wordings]
        candidates += [Candidate(text, "framed", own=True) for text in framed]
        return Styled(draft, persona, tuple(candidates), note)

    async def warm(self, persona: str) -> None:
        if self._restyler:
            await self._restyler.warm(self.bible(persona))

    async def check(self, styled: Styled) -> Checked:
        if not styled.candidates or styled.persona is None:
            return Checked(styled)
        verdicts = await asyncio.to_thread(self._verdicts, styled)
        bible, draft = self.bible(styled.persona), styled.draft
        question = draft.passages.question
        scores = tuple(
            score(bible, candidate.text, prompt=question.text, turn=len(question.history) // 2, draft=draft.text).value
            for candidate in styled.candidates
        )
        if self._judge and draft.kind in ("answer", "partly"):
            verdicts = await self._heard(self._judge, styled, verdicts, scores)
        return Checked(styled, verdicts, scores)

    async def _heard(
        self, judge: Judge, styled: Styled, verdicts: tuple[Verdict, ...], scores: tuple[float, ...]
    ) -> tuple[Verdict, ...]:
        """The verdicts, less what the judge doubts: it reads the best wording that code passes, and the next where it doubts."""
        kept = list(verdicts)
        passed = [n for n, c in enumerate(styled.candidates) if c.rung == "styled" and verdicts[n].ok]
        for n in sorted(passed, key=lambda n: -scores[n]):
            text = styled.candidates[n].text
            try:
                doubt = await judge.doubt(styled.draft.text, text)
            except (ExpertbotError, ValueError) as error:
                log.warning("the judge failed, the guard alone decides: %s", error)
                break
            if doubt is None:
                break
            log.info("guard and judge disagree: code passes, the judge says %s", doubt.kind,
                     extra={"draft": styled.draft.text, "styled": text, "spots": (doubt.draft, doubt.styled)})  # fmt: skip
            kept[n] = Verdict(False, (doubt,))
        return tuple(kept)

    def _verdicts(self, styled: Styled) -> tuple[Verdict, ...]:
        draft = styled.draft
        if draft.kind in ("refused", "smalltalk"):
            return tuple(Verdict(True) for _ in styled.candidates)  # the bible's own words, checked by its lint
        texts = [candidate.text for candidate in styled.candidates if not candidate.own]
        checked = iter(self.guard.check_many(draft.text, texts))
        verdicts: list[Verdict] = []
        for candidate in styled.candidates:
            verdict = Verdict(True) if candidate.own else next(checked)
            if candidate.rung == "framed" and verdict.ok:
                verdict = self.guard.states_no_fact(candidate.text, draft.text)
            verdicts.append(verdict)
        return tuple(verdicts)


def _own_words(bible: Bible, draft: Draft) -> list[str]:
    """Refusals and small talk are the bible's, in an order that the question decides. What is missing is named in
    neutral words, which no voice may alter."""
    question = draft.passages.question.text
    lines: Sequence[str] = bible.refusals if draft.kind == "refused" else bible.smalltalk
    if bible.language not in ("user", draft.lang) and not lines:
        return []
    if draft.kind == "smalltalk":
        lines = _fitting(bible, question) or lines
    chosen = sorted(lines, key=lambda line: hashlib.blake2b((question + line).encode(), digest_size=8).digest())[:1]
    named = draft.text if draft.kind == "refused" and draft.passages.missing else ""
    return [f"{line} {named}".strip() for line in chosen]


def _fitting(bible: Bible, question: str) -> list[str]:
    """The small-talk lines that answer this kind of message: greetings greet, other lines don't."""
    greets = tuple(greeting.lower() for greeting in bible.speech.greetings)
    asked = smalltalk_kind(question)
    opening = [line for line in bible.smalltalk if line.lower().startswith(greets)] if greets else []
    others = [line for line in bible.smalltalk if line not in opening]
    return opening if asked in ("greeting", "mood", "identity") else others
