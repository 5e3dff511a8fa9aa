"""Whether the passages found hold an answer: one calibrated decision from several signals. Knows no drafting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from core.nouns import DraftKind
from core.text import CYRILLIC, LATIN, fold
from retrieval.features import PASSAGE
from retrieval.found import SearchResult
from retrieval.neighbours import common
from retrieval.rank import scorer
from retrieval.units import ASKS_CODE, ASKS_NUMBER, ASKS_WHETHER, ASKS_WHY, CODE, NUMBER, UNSET_ASKED
from retrieval.words import thesaurus

if TYPE_CHECKING:
    from core.ports import Matrix

REFUSE_BELOW = 0.253  # cross-validated: 5 % of the answerable fall below (evals/LOG-retrieval.md)
PARTLY_BELOW = 0.35  # below it the answer says that it may not be one
NAMED_MISSING = 2  # words a refusal names
LOOKED = 3  # passages

SUFFICIENCY = (
    "score", "gap", "share of best", "coverage", "exact coverage", "window", "best unit", "own unit", "missing", "missing weight",
    "unknown", "unknown weight", "unknown name", "names", "rarest", "best cosine", "mean cosine", "chunk cosine", "joint",
    "unit score", "unit share", "unit gap", "quoted coverage", "quoted missing weight", "number unanswered", "code unanswered",
    "asks whether", "asks why", "asks default", "other language", "concepts", "leans", "coverage of three", "strange unknown",
    "z cosine", "z coverage", "document agrees", "exact rarest",
    "missing noun", "missing term", "missing latin", "missing verb", "unquoted noun", "unquoted term", "unquoted latin",
    "nouns found", "terms found", "nowhere noun", "nowhere term", "loose noun", "pairs", "best pair", "second passage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """`confidence` in 0..1; `missing` are words of the question that the documents don't know."""

    kind: DraftKind
    confidence: float
    missing: tuple[str, ...] = ()


def sufficiency_features(result: SearchResult, scores: Sequence[Matrix]) -> Matrix:
    """(len(SUFFICIENCY),). `scores` are the unit scores of the first passages."""
    query, found = result.query, result.found
    weights = np.array([c.weight for c in query.concepts], np.float32)
    shares = weights / query.mass
    own = np.array([c.share == 1.0 for c in query.concepts], bool)
    typical = 5.0  # IDF of a telling word
    passages = np.array([item.passage.score for item in found], np.float32)
    ranked = np.sort(passages)[::-1]
    odds = np.exp(passages - passages.max())
    table = np.array([item.features for item in found[:LOOKED]], np.float32)
    column = {name: table[:, n] for n, name in enumerate(PASSAGE)}
    anywhere = [np.maximum(item.candidate.found.max(axis=0), item.candidate.header) for item in found[:LOOKED]]
    best = anywhere[0]
    absent = (1 - best) * own
    exactly = np.maximum(found[0].candidate.exact.max(axis=0), found[0].candidate.header >= 1.0)
    unknown = np.array([own[n] and not c.forms for n, c in enumerate(query.concepts)], bool)
    strange = np.array([own[n] and not c.exact and not _everyday(c.word) for n, c in enumerate(query.concepts)], bool)
    names = np.array([own[n] and c.named for n, c in enumerate(query.concepts)], bool)
    rarest = int(np.argmax(weights * own)) if own.any() else -1
    rank, unit = _best_unit(scores)
    flat = np.concatenate(list(scores)) if scores else np.zeros(1, np.float32)
    top = np.sort(flat)[::-1]
    chosen = found[rank].candidate
    near = slice(max(0, unit - 1), unit + 2)
    quoted = np.maximum(chosen.found[near].max(axis=0), chosen.header)
    text = str(chosen.payload["text"])
    spans = chosen.spans[near]
    quote = fold(text[spans[0][0] : spans[-1][1]]) if spans else ""
    asked = fold(query.own)
    own_mass = max(float(shares[own].sum()), 1e-6)
    cosines = np.sort(np.concatenate([item.candidate.cosines for item in found[:LOOKED]]))[::-1]
    values = [
        ranked[0], ranked[0] - ranked[min(1, len(ranked) - 1)], odds.max() / odds.sum(), float(best @ shares),
        float(exactly @ shares), column["best window"].max(), column["best unit"].max(),
        max(float((item.candidate.found @ (shares * own)).max()) for item in found[:LOOKED]) / own_mass,
        float((absent > 0.5).sum()), float((absent * weights).max(initial=0.0)) / typical, float(unknown.sum()),
        float((unknown * weights).max(initial=0.0)) / typical, float((unknown & names).any()),
        float(exactly[names].mean()) if names.any() else 0.8, float(best[rarest]) if rarest >= 0 else 0.5, column["best cosine"].max(),
        float(cosines[:3].mean()), column["chunk cosine"].max(), column["joint"].max(), top[0],
        float(1 / np.exp(flat - top[0]).sum()), top[0] - top[min(3, len(top) - 1)], float(quoted @ shares),
        float(((1 - quoted) * own * weights).max(initial=0.0)) / typical,
        float(bool(ASKS_NUMBER.search(asked)) and not NUMBER.search(quote)),
        float(bool(ASKS_CODE.search(asked)) and not CODE.search(text[spans[0][0] : spans[-1][1]] if spans else "")),
        float(bool(ASKS_WHETHER.search(asked))), float(bool(ASKS_WHY.search(asked))), float(bool(UNSET_ASKED.search(asked))),
        column["other language"][0], math.log1p(int(own.sum())), float(not own.all()),
        float(np.max(anywhere, axis=0) @ shares), float(strange.sum()), column["z cosine"][0], column["z coverage"][0],
        float(len({item.passage.source for item in found[:LOOKED]}) == 1),
        float(exactly[rarest]) if rarest >= 0 else 0.5,
        *_by_kind(result, weights * own / typical, best, quoted, anywhere), ranked[min(1, len(ranked) - 1)],
    ]  # fmt: skip
    return np.array(values, np.float32)


def _by_kind(result: SearchResult, weights: Matrix, best: Matrix, quoted: Matrix, anywhere: Sequence[Matrix]) -> list[float]:
    """What is missing weighs by what it is: a noun or a term of the trade tells more than a verb or a colour."""
    concepts = result.query.concepts
    noun = np.array([part_of_speech(fold(c.typed)) == "noun" for c in concepts], bool)
    verb = np.array([part_of_speech(fold(c.typed)) == "verb" for c in concepts], bool)
    latin = np.array([bool(LATIN.search(c.word)) for c in concepts], bool)
    term = np.array([c.word in thesaurus()[0] for c in concepts], bool) | latin
    union = np.max(anywhere, axis=0)

    def lost(kind: Matrix, held: Matrix) -> float:
        return float(((1 - held) * kind * weights).max(initial=0.0))

    def kept(kind: Matrix) -> float:
        mass = float((kind * weights).sum())
        return float((best * kind * weights).sum()) / mass if mass else 0.8

    together = [_together(item.candidate.found, weights) for item in result.found[:LOOKED]]
    return [
        lost(noun, best), lost(term, best), lost(latin, best), lost(verb, best), lost(noun, quoted), lost(term, quoted),
        lost(latin, quoted), kept(noun), kept(term), lost(noun, union), lost(term, union),
        float(((1 - quoted) * noun * weights).sum()), together[0], max(together),
    ]  # fmt: skip


def _together(found: Matrix, weights: Matrix) -> float:
    """How much of the question any unit of a passage brings together: the weight of its two telling words that meet in one."""
    return max((float(np.sort(row * weights)[-2:].sum()) if len(row) > 1 else 0.0 for row in found), default=0.0)


@cache
def _morphology() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=50_000)
def part_of_speech(word: str) -> str:
    """`noun`, `verb` or `other`; words in Latin letters count as nouns."""
    if not CYRILLIC.search(word):
        return "noun"
    tag = _morphology().parse(word)[0].tag.POS
    return "noun" if tag == "NOUN" else "verb" if tag in ("VERB", "INFN", "GRND", "PRTS") else "other"


def _everyday(word: str) -> bool:
    return common(word) or word in thesaurus()[0]


def _best_unit(scores: Sequence[Matrix]) -> tuple[int, int]:
    best = [(float(row.max()), rank, int(row.argmax())) for rank, row in enumerate(scores) if len(row)]
    _, rank, unit = max(best, default=(0.0, 0, 0))
    return rank, unit


def judge(result: SearchResult, scores: Sequence[Matrix]) -> Judgement:
    """`scores` are the unit scores of the first passages."""
    if not result.found:
        return Judgement("refused", 0.0, missing(result))
    strength = float(scorer("sufficiency")(sufficiency_features(result, scores)[None])[0])
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, strength))))
    if confidence < REFUSE_BELOW:
        return Judgement("refused", confidence, missing(result))
    return Judgement("partly" if confidence < PARTLY_BELOW else "answer", confidence)


def missing(result: SearchResult) -> tuple[str, ...]:
    """The things the question names that the documents don't know at all, as the person typed them: identifiers first, then
    nouns; words of everyday language are not among them, for it's not they that are asked about."""
    unknown = [c for c in result.query.concepts if c.share == 1.0 and not c.forms and c.typed]
    telling = [c for c in unknown if c.named or (part_of_speech(fold(c.typed)) == "noun" and not common(c.word))]
    telling.sort(key=lambda c: not c.named)
    words: list[str] = []
    for concept in telling:
        if not any(concept.typed.lower() in word.lower() for word in words):
            words.append(concept.typed)
    return tuple(words[:NAMED_MISSING])
