"""The adapter in this process as a restyler: whole draft and statement by statement in one batch, the pieces that keep
their facts put together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import UnavailableError
from core.nouns import Draft, Lang, Reason, Verdict
from core.text import language, sentences
from style_adapter.bible import Bible
from style_adapter.model.decode import Manner
from style_adapter.restylers.combine import Combiner
from style_adapter.restylers.compose import LONGEST_REMARK, Pieces, joined, pieces, units
from style_adapter.score import score
from style_adapter.versions import Versions

if TYPE_CHECKING:
    from style_adapter.model.engine import Engine, Wording

CheckMany = Callable[[str, Sequence[str]], Sequence[Verdict]]
# How candidates are drawn, in this order, again from the start where more are wanted.
MANNERS = (
    Manner(0.0),
    Manner(0.7, opens=True),
    Manner(0.7, closes=True),
    Manner(0.9, opens=True),
    Manner(0.8),
    Manner(0.9, closes=True),
)
OFFERED = 6


@dataclass(frozen=True, slots=True)
class Job:
    """One draft to reword. `seed` differs between a first try and a repair."""

    bible: Bible
    question: str
    draft: str
    seed: int


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
        job = Job(bible, draft.passages.question.text, draft.text, 1 if slips else 0)
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
        """Blocking. The best first."""
        self.ready(job.bible.id)
        parts = statements(job.draft)
        written = self._combine((job.bible.id, language(job.draft)), job)
        whole, by_part = written[0], written[1:]
        if len(parts) == 1:
            return self._ranked(job, whole)[:OFFERED]
        return self._ranked(job, [*self._composed(job, parts, by_part), *whole])[:OFFERED]

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
        """The whole draft, then each of its statements where there are several."""
        from style_adapter.model.engine import Wording

        lang: Lang = language(job.draft)
        parts = statements(job.draft)
        if len(parts) == 1:
            return [Wording(job.question, job.draft, _manners(self._candidates), lang)]
        few = max(2, self._candidates // 2)
        plan = [Wording(job.question, job.draft, _manners(max(1, self._candidates // 3)), lang)]
        return plan + [Wording(job.question, part, _manners(few), lang) for part in parts]

    def _composed(self, job: Job, parts: Sequence[str], written: Sequence[Sequence[str]]) -> list[str]:
        """Texts of the statements' best bodies, with one remark before and one after at most."""
        bodies, before, after, changed = list[str](), list[str](), list[str](), 0
        for part, texts in zip(parts, written, strict=True):
            cut = [found for found in map(pieces, texts) if found]
            kept = self._faithful(part, cut)
            bodies.append(kept[0].body if kept else part)
            changed += bool(kept) and kept[0].body != part
            before += [found.before for found in cut if _remark(found.before)]
            after += [found.after for found in cut if _remark(found.after)]
        if not changed and not before and not after:
            return []
        limit = job.bible.length.default.max_sentences
        room = max(0, max(limit, len(sentences(job.draft))) - sum(len(sentences(body)) for body in bodies))
        openings, closings = list(dict.fromkeys(before)) or [""], list(dict.fromkeys(after)) or [""]
        texts = [
            joined(
                bodies,
                openings[at % len(openings)] if at != 1 else "",
                closings[at % len(closings)] if at != 2 else "",
                room,
            )
            for at in range(OFFERED)
        ]
        return list(dict.fromkeys(texts))

    def _faithful(self, part: str, cut: Sequence[Pieces]) -> list[Pieces]:
        """Those whose facts passed, the liveliest first."""
        bodies = [found.body for found in cut]
        if not bodies:
            return []
        verdicts = self._check(part, bodies)
        passed = [found for found, verdict in zip(cut, verdicts, strict=True) if verdict.ok]
        return sorted(passed, key=lambda found: found.body == part)

    def _ranked(self, job: Job, texts: Sequence[str]) -> list[str]:
        rated = [
            (score(job.bible, text, prompt=job.question, draft=job.draft).value, text) for text in dict.fromkeys(texts)
        ]
        return [text for _, text in sorted(rated, key=lambda item: -item[0])]


def statements(draft: str) -> list[str]:
    """What is reworded apart: cited statements of a draft that has several."""
    return units(draft)


def _manners(count: int) -> tuple[Manner, ...]:
    return tuple(MANNERS[at % len(MANNERS)] for at in range(count))


def _remark(text: str) -> bool:
    return 0 < len(text) <= LONGEST_REMARK and len(sentences(text)) == 1
