"""Whole claims against citations: what moved to another mark, and which subjects changed places. Knows alignment only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from style_adapter.guard import identifiers
from style_adapter.guard.align import ROOT, Alignment
from style_adapter.guard.ops import Slip

MOSTLY, HARDLY = 0.5, 0.1  # shares of a claim's words


def moved(a: Alignment) -> list[Slip]:
    """Two claims whose content stands under each other's mark: a moved citation, or, where only the subjects moved, swapped
    roles; and a claim without a mark, whose mark stands at another's sentence."""
    claims = [k for k, c in enumerate(a.claims) if c.cites]
    found: list[Slip] = []
    for x, one in enumerate(claims):
        for two in claims[x + 1 :]:
            if a.claims[one].cites & a.claims[two].cites or a.region[one] == a.region[two]:
                continue
            own, other = _content(a, one, two)
            swapped = _anchors(a, one, two)
            spots = _spots(a, one, two)
            if other > own + 0.25 and other > 1.6 * own and swapped >= 0:
                found.append(Slip("citation", spots[0], spots[1], 0.9))
            elif swapped >= 2 and own >= other:
                found.append(Slip("role_swap", spots[0], spots[2], 0.8))
            elif exchanged := _exchanged(a, one, two):
                found.append(Slip("role_swap" if own >= other else "citation", *exchanged, 0.8))
            elif (crossed := _crossed(a, one, two)) and own >= other:
                found.append(Slip("role_swap", *crossed, 0.7))
    return found or list(_stray(a, claims))


def _stray(a: Alignment, claims: list[int]) -> Iterator[Slip]:
    """`A [1]. B [2].` → `A [1][2]. B.`, `A. B [1], and B [2].`"""
    spans, segments = a.styled.facts.spans, a.styled.facts.segments
    marks = [[c for c in segments if c.cites and s < c.after <= e] for s, e in spans]
    bare = [n for n, each in enumerate(marks) if not each]
    if not bare:
        return
    told = {claim: _told(a, claim, spans) for claim in claims}
    for one in claims:
        claim = a.claims[one]
        own = [(n, each) for n, found in enumerate(marks) for each in found if each.cites & claim.cites]
        where = max(bare, key=lambda n: told[one][n])
        if not own or told[one][where] < MOSTLY or any(told[one][n] > HARDLY for n, _ in own):
            continue
        others = [two for two in claims if not a.claims[two].cites & claim.cites]
        for n, each in own:
            both = where < n and not any(marks[where:n])  # marks together behind both sentences are those of both
            if not any(told[two][n] >= MOSTLY and not (both and a.claims[two].cites & each.cites) for two in others):
                break
        else:
            yield Slip("citation", (claim.start, claim.after), spans[own[0][0]], 0.9)


def _told(a: Alignment, claim: int, spans: Sequence[tuple[int, int]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The share of a claim's own content words, three at least, that each stretch of the styled text holds."""
    others = {w.lemma for w, k in zip(a.draft.words, a.claim_of, strict=True) if k != claim}
    rows = [i for i, w in enumerate(a.draft.words) if a.claim_of[i] == claim and w.content and w.lemma not in others]
    shares = np.zeros(len(spans))
    if len(rows) < 3:
        return shares
    kept = a.matrix[rows] >= ROOT
    for n, (start, end) in enumerate(spans):
        inside = [j for j, w in enumerate(a.styled.words) if start <= w.start < end]
        shares[n] = kept[:, inside].any(axis=1).mean() if inside else 0
    return shares


def _content(a: Alignment, one: int, two: int) -> tuple[float, float]:
    """How well the two claims' words are covered under their own marks, and under each other's."""
    masks = {one: a.masks[one], two: a.masks[two]}
    scores: dict[tuple[int, int], list[float]] = {}
    shared = {w.lemma for i, w in enumerate(a.draft.words) if a.claim_of[i] == one} & {
        w.lemma for i, w in enumerate(a.draft.words) if a.claim_of[i] == two
    }
    for i, word in enumerate(a.draft.words):
        claim = a.claim_of[i]
        if claim not in masks or not word.content or word.lemma in shared:
            continue
        for region, mask in masks.items():
            row = np.where(mask, a.matrix[i], 0)
            scores.setdefault((claim, region), []).append(float(row.max() >= 0.8) if len(row) else 0.0)
    mean = {key: sum(v) / len(v) for key, v in scores.items() if v}
    own = mean.get((one, one), 0) + mean.get((two, two), 0)
    other = mean.get((one, two), 0) + mean.get((two, one), 0)
    return own / 2, other / 2


def _anchors(a: Alignment, one: int, two: int) -> int:
    """+1 for each claim whose identifiers all stand under the other's mark, −1 for each whose stand under its own."""
    vote = 0
    for mine, theirs in ((one, two), (two, one)):
        claim = a.claims[mine]
        names = [i.text for i in a.draft.facts.identifiers if claim.start <= i.start < claim.after]
        rival = {
            i.text for i in a.draft.facts.identifiers if a.claims[theirs].start <= i.start < a.claims[theirs].after
        }
        names = [n for n in names if n not in rival]
        if not names:
            continue
        here, there = (
            any(identifiers.occurs(n, a.styled.text[s:e]) for s, e in a.region[k])
            for n in names[:1]
            for k in (mine, theirs)
        )
        vote += 1 if there and not here else -1 if here else 0
    return vote


def _exchanged(a: Alignment, one: int, two: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """An identifier of each claim alone that stands before the other's mark and never before its own, which the rest of a
    sentence behind a mark does not count as: the draft's and the styled one of the first."""
    spots = []
    for mine, other in ((one, two), (two, one)):
        claim, rival = a.claims[mine], a.claims[other]
        for name in a.draft.facts.identifiers:
            elsewhere = a.draft.text[: claim.start] + " " + a.draft.text[claim.after :]
            if not claim.start <= name.start < claim.after or identifiers.occurs(name.text, elsewhere):
                continue
            told = [
                (each, at)
                for each in a.styled.facts.segments
                if (at := identifiers.occurrence(name.text, a.styled.text[: each.after], each.start)) is not None
            ]
            if told and all(each.cites & rival.cites and not each.cites & claim.cites for each, _ in told):
                spots.append(((name.start, name.end), (told[0][1], told[0][1] + len(name.text))))
                break
    return spots[0] if len(spots) == 2 else None


def _crossed(a: Alignment, one: int, two: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """A noun of each claim that stands only under the other's mark: the draft's and the styled word of the first."""
    masks = {one: a.masks[one], two: a.masks[two]}
    lemmas = {k: {w.lemma for i, w in enumerate(a.draft.words) if a.claim_of[i] == k} for k in (one, two)}
    spots = []
    for mine, other in ((one, two), (two, one)):
        for i, word in enumerate(a.draft.words):
            if (
                a.claim_of[i] != mine
                or not word.content
                or word.form.pos not in ("noun", "adj")
                or word.lemma in lemmas[other]
            ):
                continue
            same = a.matrix[i] >= 0.9
            if same.any() and not (same & ~masks[other]).any():
                at = a.styled.words[int(np.flatnonzero(same)[0])]
                spots.append(((word.start, word.end), (at.start, at.end)))
                break
    return spots[0] if len(spots) == 2 else None


def _spots(a: Alignment, one: int, two: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    claim, region = a.claims[one], a.region[two][0]
    marks = [s for s in a.styled.facts.segments if s.cites & a.claims[two].cites]
    after = marks[0].after if marks else region[1]
    return (claim.start, claim.after), (region[0], after), a.region[one][0]
