"""Lost words made by code in hand-written faithful pairs: a phrase is cut out of the styled text, or a word of the draft is
replaced, so that the persona's text stays as a person wrote it. For training only, never for figures."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.text import language
from style_adapter.guard import morph, vectors, words
from style_adapter.guard.align import Alignment, align
from style_adapter.guard.coverage import GENERIC, chunks
from style_adapter.guard.gaps import Gaps


@dataclass(frozen=True, slots=True)
class Made:
    """A corrupted pair; `lost` are the draft spans that have no counterpart now."""

    draft: str
    styled: str
    kind: str
    lost: tuple[tuple[int, int], ...]


def cut_out(text: str, start: int, end: int) -> str:
    """The text without a stretch, blanks and commas mended."""
    found = text[:start].rstrip(" ,") + " " + text[end:].lstrip(" ,")
    return re.sub(r"\s+([,.;:!?])", r"\1", found).strip()


class Corrupter:
    """Makes slips in one faithful pair; `pool` are drafts of other pairs, in the same language."""

    def __init__(self, draft: str, styled: str, pool: list[words.Reading], dice: random.Random) -> None:
        self.dice, self.pool = dice, pool
        self.a: Alignment = align(words.read(draft), words.read(styled))
        self.draft, self.styled, self.language = draft, styled, language(draft)
        self.chunks = chunks(self.a.draft, self.a.claim_of)
        self.kept = [
            i for i, w in enumerate(self.a.draft.words)
            if w.content and self.a.best[i].score >= 0.85 and not GENERIC.match(w.low)
            and not any(v.start <= w.start < v.end for v in self.a.draft.facts.values)
        ]  # fmt: skip

    def every(self) -> Iterator[Made]:
        """One try of each slip."""
        makers: list[Callable[[], Made | None]] = [
            self.drop,
            self.drop,
            self.drop,
            self.entity,
            self.entity,
            self.entity,
        ]
        seen = set()
        for maker in makers:
            made = maker()
            if (
                made
                and (made.draft, made.styled) not in seen
                and (made.draft, made.styled) != (self.draft, self.styled)
            ):
                seen.add((made.draft, made.styled))
                yield made

    def _chunk(self, head: bool = False) -> tuple[tuple[int, int], list[int]] | None:
        """A chunk of the draft whose words all live on, not the topic."""
        good = [
            c for c in self.chunks[0 if head else 1 :]
            if all(self.a.best[i].score >= 0.75 for i in c.words) and not any(self.a.draft.words[i].name for i in c.words)
            and not any(c.start <= v.start < c.end for v in self.a.draft.facts.values)
        ]  # fmt: skip
        if not good:
            return None
        chunk = self.dice.choice(good)
        picked = list(chunk.words)
        start = chunk.start
        if len(picked) > 1 and self.dice.random() < 0.4:  # a modifier alone
            picked = picked[:1]
            start = self.a.draft.words[picked[0]].start
            return (start, self.a.draft.words[picked[0]].end), picked
        return (start, chunk.end), picked

    def drop(self) -> Made | None:
        """The styled words of a chunk are taken out."""
        found = self._chunk()
        if not found:
            return None
        span, picked = found
        spots = sorted(self.a.best[i].index for i in picked)
        theirs = [self.a.styled.words[j] for j in spots]
        if theirs[-1].end - theirs[0].start > 60 or theirs[0].sentence != theirs[-1].sentence:
            return None
        start, end = theirs[0].start, theirs[-1].end
        lead = re.search(r"(?<!\w)(?:[\w'-]{1,4}\s+){1,2}$", self.styled[max(0, start - 12) : start])
        if lead and morph.form(lead.group().split()[0]).pos == "function" and len(picked) > 1:
            start -= len(lead.group())
        if self.a.styled.facts.segments and re.search(r"[\d\[\]`]", self.styled[start:end]):
            return None
        kind = "condition_dropped" if Gaps(self.a).conditional(*span) else "dropped_claim"
        spans = tuple((self.a.draft.words[i].start, self.a.draft.words[i].end) for i in picked)
        return Made(self.draft, cut_out(self.styled, start, end), kind, spans)

    def entity(self) -> Made | None:
        """A noun or adjective of the draft is replaced by one of the same sort from other drafts."""
        options = [i for i in self.kept if self.a.draft.words[i].form.pos in ("noun", "adj")]
        if not options:
            return None
        i = self.dice.choice(options)
        word = self.a.draft.words[i]
        taken = {w.lemma for w in self.a.draft.words} | {w.lemma for w in self.a.styled.words}
        pool = [
            w for r in self.dice.sample(self.pool, min(40, len(self.pool))) for w in r.words
            if w.content and w.form.pos == word.form.pos and w.name == word.name
            and w.lemma not in taken and not GENERIC.match(w.low)
        ]  # fmt: skip
        if not pool:
            return None
        if not word.name:
            pool = sorted(pool, key=lambda w: -_like(word, w))[:12]
            pool = [w for w in pool if _like(word, w) < 0.62] or pool
        other = self.dice.choice(pool[:6] if not word.name else pool)
        text = _inflected(other.text, word.text) if self.language == "ru" else other.text
        if text is None:
            return None
        text = text.capitalize() if word.text[0].isupper() else text
        return Made(self.draft[: word.start] + text + self.draft[word.end :], self.styled, "entity_swap",
                    ((word.start, word.start + len(text)),))  # fmt: skip


def _like(one: words.Word, two: words.Word) -> float:
    if re.search("[а-я]", one.low):
        a, b = vectors.russian(one.lemma), vectors.russian(two.lemma)
        return float(a @ b) if a is not None and b is not None else 0.0
    a, b = vectors.clauses([one.low, two.low])
    return float(a @ b) - 0.1


def _inflected(word: str, model: str) -> str | None:
    """A Russian word in the case and number of another."""
    source, target = morph.analyzer().parse(word)[0], morph.analyzer().parse(model)[0]
    grammemes = {str(g) for g in (target.tag.case, target.tag.number) if g}
    if source.tag.POS == "ADJF" and target.tag.gender and "sing" in grammemes:
        grammemes.add(str(target.tag.gender))
    found = source.inflect(grammemes) if grammemes else None
    if found is None:
        return None
    return found.word.capitalize() if word[0].isupper() else str(found.word)
