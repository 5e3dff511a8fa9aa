"""The adapter in this process as a restyler: for every sentence of a draft it chooses among equal ways to say it the one its
persona prefers; remarks come from the bible. No word reaches the reader that is not the draft's, an equal of it or the
bible's."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import UnavailableError
from core.nouns import Draft, Lang, Reason, Verdict
from core.text import language
from style_adapter.bible import Bible
from style_adapter.framed import fitting_address, remarks
from style_adapter.restylers.combine import Combiner
from style_adapter.restylers.compose import Span, cycled, framed, head_of, prose, replaced, speaks
from style_adapter.restylers.ways import Place, familiar, orders, places, said
from style_adapter.score import score
from style_adapter.versions import Versions

if TYPE_CHECKING:
    from style_adapter.model.engine import Engine

CheckMany = Callable[[str, Sequence[str]], Sequence[Verdict]]
OFFERED = 6  # wordings handed to the guard
TRIED = 3  # choices of remarks to put around the facts
MOST = 5  # sentences weighed in one answer, the first ones with other ways; the others are quoted
INDIFFERENT = -4.0  # nats: where nothing is preferred, the way least against the persona's manner


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the persona would address it, and its other ways. `text` may differ from the draft's by the form of
    address alone."""

    span: Span
    text: str
    orders: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def open(self) -> bool:
        return bool(self.orders or self.places)


Liked = list[tuple[float, ...]]  # for each spot of a sentence, the gain of each option


@dataclass(frozen=True, slots=True)
class Job:
    """One draft to reword. `seed` differs between a first try and a repair; `partly`: it begins with words that say so."""

    bible: Bible
    question: str
    draft: str
    seed: int = 0
    partly: bool = False

    @property
    def lang(self) -> Lang:
        return language(self.draft)

    def sentences(self) -> list[Sentence]:
        """Those in the persona's language; other ways only of the first `MOST` that have any."""
        found, opened = list[Sentence](), 0
        for span in prose(self.draft, head_of(self.draft, self.partly)):
            text = self.draft[span.start : span.end]
            if not speaks(text, self.bible.language):
                continue
            lang = language(text)
            if self.bible.address == "ty" and lang == "ru":
                text = familiar(text) or text
            turned = tuple(orders(text, lang)) if opened < MOST else ()
            equal = _fitting(places(text, lang), self.bible) if opened < MOST else ()
            found.append(Sentence(span, text, turned, equal))
            opened += found[-1].open
        return found


class AdapterRestyler:
    """`engine` loads the base at its first call; `check` is the guard, `version`
    another adapter than the active one. Safe for concurrent use: requests that come while
    the model is busy share its next batch."""

    def __init__(self, engine: Callable[[], Engine], versions: Versions, check: CheckMany, version: str = "") -> None:
        self._make, self._versions, self._check, self._version = engine, versions, check, version
        self._engine: Engine | None = None
        self._loading = threading.Lock()
        self._loaded: dict[str, str] = {}
        self._combine: Combiner[tuple[Job, list[Sentence]], list[Liked]] = Combiner(self._weigh)

    async def restyle(self, bible: Bible, draft: Draft, slips: Sequence[Reason]) -> list[str]:
        job = Job(bible, draft.passages.question.text, draft.text, 1 if slips else 0, draft.kind == "partly")
        return await asyncio.to_thread(self.wordings, job)

    async def warm(self, bible: Bible) -> None:
        lang: Lang = "en" if bible.language == "en" else "ru"
        await asyncio.to_thread(lambda: self.ready(bible.id).decoder(lang))

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
        """Blocking. The best first; none where nothing of the draft can be said otherwise."""
        found = job.sentences()
        if not found:
            return []
        self.ready(job.bible.id)
        weighed = [sentence for sentence in found if sentence.open]
        liked = self._combine((job.bible.id, job.lang), (job, weighed)) if weighed else []
        bodies = self._bodies(job, found, dict(zip((s.span for s in weighed), liked, strict=True)))
        return self._ranked(job, _around(job, bodies))[:OFFERED]

    def _weigh(self, key: Hashable, jobs: Sequence[tuple[Job, list[Sentence]]]) -> list[list[Liked]]:
        from style_adapter.model.prefer import Spot

        first = jobs[0][0]
        engine = self.ready(first.bible.id)
        wanted = [
            (job.question, s.text, [*([Spot(0, len(s.text), s.orders)] if s.orders else []),
                                    *(Spot(place.start, place.end, place.options) for place in s.places)])
            for job, group in jobs
            for s in group
        ]  # fmt: skip
        flat = engine.prefer(first.bible.id, wanted, first.lang)
        out, at = [], 0
        for _, group in jobs:
            out.append(flat[at : at + len(group)])
            at += len(group)
        return out

    def _bodies(self, job: Job, found: Sequence[Sentence], liked: Mapping[Span, Liked]) -> list[str]:
        """The draft as the persona prefers it, then with fewer changes, each sentence in the boldest way the guard passes.
        Nothing where no sentence changed."""
        ways = {s.span: _said(s, liked.get(s.span, []), 0.0) for s in found}
        if all(texts[0] == job.draft[span.start : span.end] for span, texts in ways.items()):
            ways |= _indifferent(found, liked)
        chosen = {span: self._passing(job.draft[span.start : span.end], texts) for span, texts in ways.items()}
        plain = {s.span: self._passing(job.draft[s.span.start : s.span.end], [s.text]) for s in found}
        bodies = [replaced(job.draft, chosen), replaced(job.draft, plain)]
        return [body for body in dict.fromkeys(bodies) if body != job.draft]

    def _passing(self, part: str, texts: Sequence[str]) -> str:
        new = [text for text in dict.fromkeys(texts) if text != part]
        verdicts = self._check(part, new) if new else ()
        return next((text for text, verdict in zip(new, verdicts, strict=True) if verdict.ok), part)

    def _ranked(self, job: Job, texts: Sequence[str]) -> list[str]:
        """By persona score; of two alike the earlier."""
        rated = [(score(job.bible, text, prompt=job.question, draft=job.draft).value, text) for text in texts]
        return [text for _, text in sorted(rated, key=lambda item: -item[0])]


def _said(sentence: Sentence, liked: Liked, least: float) -> list[str]:
    """The sentence in the preferred order and words; in its own order in the preferred words; in its own words."""
    gains = iter(liked)
    order = sentence.text
    if sentence.orders and liked:
        best, gain = _best(sentence.orders, next(gains))
        order = best if gain > least else order
    chosen = dict[str, str]()
    for place in sentence.places if liked else ():
        best, gain = _best(place.options, next(gains))
        if gain > least:
            chosen[sentence.text[place.start : place.end].lower()] = best.lower()
    return [_worded(order, chosen), _worded(sentence.text, chosen), order, sentence.text]


def _fitting(found: Sequence[Place], bible: Bible) -> tuple[Place, ...]:
    kept = (place.fitting(bible.speech.register_) for place in found)
    return tuple(place for place in kept if place)


def _best(options: Sequence[str], gains: Sequence[float]) -> tuple[str, float]:
    gain, option = max(zip(gains, options, strict=True))
    return option, gain


def _worded(text: str, chosen: Mapping[str, str]) -> str:
    """The text with its places said as chosen, capitals where they belong."""
    picked = []
    for place in places(text, language(text)):
        wanted = chosen.get(text[place.start : place.end].lower())
        option = next((option for option in place.options if option.lower() == wanted), None)
        if option is not None:
            picked.append((place, option))
    return said(text, picked)


def _indifferent(found: Sequence[Sentence], liked: Mapping[Span, Liked]) -> dict[Span, list[str]]:
    """Where no way is preferred, the one the persona minds least, if it hardly does."""
    best = max(
        ((max(max(gains) for gains in liked[s.span]), s) for s in found if liked.get(s.span)),
        key=lambda pair: pair[0],
        default=None,
    )
    if best is None or best[0] <= INDIFFERENT:
        return {}
    return {best[1].span: _said(best[1], liked[best[1].span], best[0] - 1e-6)}


def _around(job: Job, bodies: Sequence[str]) -> list[str]:
    """The bodies with remarks of the bible before or after or both, as the question falls."""
    own_before, own_after = remarks(job.bible, f"{job.question}\n{job.draft}", job.partly)
    out = []
    for body in bodies:
        openings = _mixed(fitting_address(job.bible, own_before, body), job.question)
        closings = _mixed(fitting_address(job.bible, own_after, body), job.question)
        for at in range(TRIED):
            opening, closing = cycled(openings, at), cycled(closings, at)
            shapes = [
                framed(body, opening, "", fused=True) if body[:40] != job.draft[:40] else "",
                framed(body, opening, ""),
                framed(body, "", closing),
                framed(body, opening, closing),
            ]
            out += _mixed(shapes, job.question)
        out.append(body)
    return [text for text in dict.fromkeys(out) if text and text != job.draft]


def _mixed(items: Sequence[str], seed: str) -> list[str]:
    """An order that the question decides, so that answers vary and the same question is answered alike."""
    return sorted(
        dict.fromkeys(items), key=lambda item: hashlib.blake2b((seed + item).encode(), digest_size=8).digest()
    )
