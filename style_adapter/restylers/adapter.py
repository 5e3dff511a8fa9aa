"""The adapter in this process as a restyler: statement by statement in one batch, the wordings that keep their facts put
together with what is quoted."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import UnavailableError
from core.nouns import Draft, Lang, Reason, Verdict
from core.text import language
from style_adapter.bible import Bible
from style_adapter.framed import remarks
from style_adapter.model.decode import Manner
from style_adapter.model.template import LIGHT
from style_adapter.restylers.combine import Combiner
from style_adapter.restylers.compose import (
    Span,
    cycled,
    framed,
    head_of,
    plain_body,
    replaced,
    speaks,
    statements,
)
from style_adapter.restylers.fidelity import faithful
from style_adapter.score import score
from style_adapter.versions import Versions

if TYPE_CHECKING:
    from style_adapter.model.engine import Engine, Wording

CheckMany = Callable[[str, Sequence[str]], Sequence[Verdict]]
# How candidates are drawn, in this order, again from the start where more are wanted. A base this small rewords well with the
# draft's own words and a few light ones; left free it invents.
MANNERS = (
    Manner(0.4, opens=True, tight=True),
    Manner(0.8, tight=True),
    Manner(0.8, opens=True, tight=True),
    Manner(1.0, opens=True, tight=True),
    Manner(0.6, tight=True),
    Manner(1.0, tight=True),
)
OFFERED = 6  # wordings handed to the guard
TRIED = 3  # choices of bodies and remarks to put together
MOST = 3  # statements reworded in one answer, the first ones; the others are quoted


@dataclass(frozen=True, slots=True)
class Job:
    """One draft to reword. `seed` differs between a first try and a repair; `partly`: it begins with words that say so."""

    bible: Bible
    question: str
    draft: str
    seed: int = 0
    partly: bool = False

    @property
    def statements(self) -> list[Span]:
        found = statements(self.draft, head_of(self.draft, self.partly))
        return [span for span in found if speaks(self.draft[span.start : span.end], self.bible.language)][:MOST]

    @property
    def lang(self) -> Lang:
        return language(self.draft)


class AdapterRestyler:
    """`engine` loads the base at its first call; `check` is the guard, `version`
    another adapter than the active one. Safe for concurrent use: requests that come while
    the model is busy share its next batch."""

    def __init__(
        self, engine: Callable[[], Engine], versions: Versions, check: CheckMany, candidates: int, version: str = ""
    ) -> None:
        self._make, self._versions, self._check = engine, versions, check
        self._candidates, self._version = candidates, version
        self._engine: Engine | None = None
        self._loading = threading.Lock()
        self._loaded: dict[str, str] = {}
        self._combine: Combiner[Job, list[list[str]]] = Combiner(self._write)

    async def restyle(self, bible: Bible, draft: Draft, slips: Sequence[Reason]) -> list[str]:
        job = Job(bible, draft.passages.question.text, draft.text, 1 if slips else 0, draft.kind == "partly")
        return await asyncio.to_thread(self.wordings, job)

    def ready(self, persona: str) -> Engine:
        """The engine with the persona's active adapter resident. Raises UnavailableError where it has none."""
        name = self._version or self._versions.active_name(persona)
        if not name:
            raise UnavailableError(
                f"«{persona}» has no active adapter.",
                f"Train one: expertbot persona train {persona}, then activate it.",
            )
        with self._loading:
            if self._engine is None:
                self._engine = self._make()
            key = f"{persona}/{name}"
            if self._loaded.get(persona) != key:
                self._engine.add(persona, self._versions.folder(persona, name))
                self._loaded[persona] = key
            return self._engine

    def wordings(self, job: Job) -> list[str]:
        """Blocking. The best first; none where nothing of the draft is prose in the persona's language."""
        spans = job.statements
        if not spans:
            return []
        self.ready(job.bible.id)
        written = self._combine((job.bible.id, job.lang), job)
        return self._ranked(job, self._composed(job, spans, written))[:OFFERED]

    def _write(self, key: Hashable, jobs: Sequence[Job]) -> list[list[list[str]]]:
        engine = self.ready(jobs[0].bible.id)
        plans = [self._plan(job) for job in jobs]
        flat = engine.write(jobs[0].bible.id, [wording for plan in plans for wording in plan], jobs[0].seed)
        out, at = [], 0
        for plan in plans:
            out.append(flat[at : at + len(plan)])
            at += len(plan)
        return out

    def _plan(self, job: Job) -> list[Wording]:
        """Each statement for itself: what has one fact to keep keeps it, and its `[n]` stays at its claim."""
        from style_adapter.model.engine import Wording

        spans = job.statements
        each = _manners(max(2, self._candidates // len(spans)))
        return [
            Wording(job.question, job.draft[span.start : span.end], each, job.lang, LIGHT[job.lang]) for span in spans
        ]

    def _composed(self, job: Job, spans: Sequence[Span], written: Sequence[Sequence[str]]) -> list[str]:
        """The draft with its statements in their best faithful wording, and a remark of the bible before or after or both:
        what a small model remarks by itself is rarely sense."""
        choices = dict[Span, list[str]]()
        for span, texts in zip(spans, written, strict=True):
            part = job.draft[span.start : span.end]
            choices[span] = self._faithful(job, part, [plain_body(text, part) for text in texts])
        own_before, own_after = remarks(job.bible)
        openings, closings = _mixed(own_before, job.question), _mixed(own_after, job.question)
        out = []
        for at in range(TRIED):
            bodies = {span: found[at % len(found)] for span, found in choices.items() if found}
            body = replaced(job.draft, bodies)
            opening, closing = cycled(openings, at), cycled(closings, at)
            out += [body, framed(body, opening, closing), framed(body, opening, ""), framed(body, "", closing)]
            if bodies:  # a quote keeps its capital letter
                out.append(framed(body, opening, "", fused=True))
        return [text for text in dict.fromkeys(out) if text and text != job.draft]

    def _faithful(self, job: Job, part: str, bodies: Sequence[str]) -> list[str]:
        """Wordings whose facts passed, the liveliest first."""
        changed = [body for body in dict.fromkeys(bodies) if body not in ("", part) and faithful(part, body)]
        if not changed:
            return []
        verdicts = self._check(part, changed)
        passed = [body for body, verdict in zip(changed, verdicts, strict=True) if verdict.ok]
        rated = [(score(job.bible, body, prompt=job.question, draft=part), body) for body in passed]
        kept = [(found.value, body) for found, body in rated if "address" not in found.broken]
        return [body for _, body in sorted(kept, key=lambda item: -item[0])]

    def _ranked(self, job: Job, texts: Sequence[str]) -> list[str]:
        """By persona score; of two alike the one that says the facts in its own words."""
        rated = [
            (score(job.bible, text, prompt=job.question, draft=job.draft).value, job.draft not in text, text)
            for text in texts
        ]
        return [text for *_, text in sorted(rated, key=lambda item: (not item[1], -item[0]))]


def _manners(count: int) -> tuple[Manner, ...]:
    return tuple(MANNERS[at % len(MANNERS)] for at in range(count))


def _mixed(items: Sequence[str], seed: str) -> list[str]:
    """An order that the question decides, so that answers vary and the same question is answered alike."""
    return sorted(
        dict.fromkeys(items), key=lambda item: hashlib.blake2b((seed + item).encode(), digest_size=8).digest()
    )
