"""Whether the passages found hold an answer: one calibrated decision from several signals. Knows no drafting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.nouns import DraftKind
from core.text import LATIN, fold, language
from retrieval.asked import capitalised
from retrieval.features import OPENING, PASSAGE, weighed
from retrieval.found import SearchResult
from retrieval.neighbours import common
from retrieval.rank import Scorer, scorer
from retrieval.reader import READER, WORD_VECTOR, question_vector, reader_features
from retrieval.speech import part_of_speech
from retrieval.units import ASKS_CODE, ASKS_NUMBER, ASKS_WHETHER, ASKS_WHY, CODE, NUMBER, UNSET_ASKED
from retrieval.words import thesaurus

if TYPE_CHECKING:
    from core.ports import Matrix

# By weights that never saw the documents 4 % of the answerable questions fall below the first, 12 % below the second.
REFUSE_BELOW = 0.25
PARTLY_BELOW = 0.42  # below it the answer says that it may not be one
# The cross-encoder's log odds beside the signals', both chosen on the held parts of handbook, install and dcmd, none of which it
# learned from (`python -m evals.readers.weigh`): the offset so that as many answerable questions of theirs are refused as
# without it. Log odds of -1.7 change nothing. Signals fitted anew want these anew.
CROSS_WEIGHT, CROSS_OFFSET = 0.5, 0.85
NAMED_MISSING = 2  # words a refusal names
ALIKE = 0.5  # what stands for a name no better than this is another name
LOOKED = 3  # passages
WEIGHED = 8  # passages, for how they stand against each other
TELLING = 5.0  # IDF of a telling word

RANKED = (
    "score", "gap", "share of best", "coverage", "exact coverage", "window", "best unit", "own unit", "missing", "missing weight",
    "unknown", "unknown weight", "unknown name", "names", "rarest", "best cosine", "mean cosine", "chunk cosine", "joint",
    "unit score", "unit share", "unit gap", "quoted coverage", "quoted missing weight", "number unanswered", "code unanswered",
    "asks whether", "asks why", "asks default", "other language", "concepts", "leans", "coverage of three", "strange unknown",
    "z cosine", "z coverage", "document agrees", "exact rarest", "missing noun", "missing term", "missing latin", "missing verb",
    "unquoted noun", "unquoted term", "unquoted latin", "nouns found", "terms found", "nowhere noun", "nowhere term",
    "loose noun", "pairs", "best pair", "second passage",
)  # fmt: skip
SUFFICIENCY = (*RANKED, *READER, *(f"meaning {n}" for n in range(WORD_VECTOR)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """`confidence` in 0..1; `missing` are words of the question that the documents don't know."""

    kind: DraftKind
    confidence: float
    missing: tuple[str, ...] = ()


def judge(result: SearchResult, scores: Sequence[Matrix], cross: float | None = None) -> Judgement:
    """`scores` are the unit scores of the first passages, `cross` the cross-encoder's log odds, None where it was not asked."""
    if hopeless(result):
        return Judgement("refused", 0.0, missing(result))
    strong = strength(sufficiency_features(result, scores), scorer("sufficiency"), scorer("topic"))
    if cross is not None:
        strong += CROSS_WEIGHT * cross + CROSS_OFFSET
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, strong))))
    if confidence < REFUSE_BELOW:
        return Judgement("refused", confidence, missing(result))
    return Judgement("partly" if confidence < PARTLY_BELOW else "answer", confidence)


def hopeless(result: SearchResult) -> bool:
    """Whether nothing is asked for («?»), nothing was found, or the documents, in the question's own language, hold none of its
    words, nor what would stand for one."""
    query = result.query
    if not result.found or not query.concepts:
        return True
    text = str(result.found[0].candidate.payload["text"])[:OPENING]
    known = any(max(concept.forms.values(), default=0.0) >= ALIKE for concept in query.concepts)
    return not known and language(text) == query.lang


def strength(signals: Matrix, sufficient: Scorer, topic: Scorer) -> float:
    """Log odds that there is an answer: no more than what the signals say, and no more than whether the question is of these
    documents at all."""
    return -float(np.logaddexp(-sufficient(signals[None])[0], -topic(signals[None])[0]))


def missing(result: SearchResult) -> tuple[str, ...]:
    """The things the question names that the documents don't know at all, as the person typed them: identifiers first, then
    names and nouns; words of everyday language are not among them, for it's not they that are asked about."""
    own = [c for c in result.query.concepts if c.share == 1.0 and c.typed]
    named = {
        c.typed for c in own if capitalised(c.typed, result.query.own) and max(c.forms.values(), default=0) < ALIKE
    }
    unknown = [c for c in own if not c.forms or c.typed in named]
    telling = [
        c
        for c in unknown
        if c.named or c.typed in named or (part_of_speech(fold(c.typed)) == "noun" and not common(c.word))
    ]
    telling.sort(key=lambda c: not c.named)
    words: list[str] = []
    for concept in telling:
        if not any(concept.typed.lower() in word.lower() for word in words):
            words.append(concept.typed)
    return tuple(words[:NAMED_MISSING])


@dataclass(frozen=True)
class _Sight:
    """What the signals look at, concept by concept: `shares` sum to 1; `own`, of the question itself; `anywhere`, how well each
    of the first passages holds each concept; `exact`, whether the first holds the word itself; `quoted`, how well the best
    unit and its neighbours do, whose text is `quote`."""

    result: SearchResult
    weights: Matrix
    shares: Matrix
    own: Any
    anywhere: Sequence[Matrix]
    exact: Matrix
    quoted: Matrix
    quote: str


def sufficiency_features(result: SearchResult, scores: Sequence[Matrix]) -> Matrix:
    """(len(SUFFICIENCY),), with SUFFICIENCY_LATE behind it where the tokens were compared. `scores` are the unit scores of the
    first passages. However many passages were asked for, the same number is looked at."""
    result = replace(result, found=result.found[:WEIGHED])
    seen = _see(result, scores)
    signals = {
        **_ranked(result),
        **_units(scores),
        **_covered(seen),
        **_unknown(seen),
        **_by_kind(seen),
        **_asked(seen),
    }
    ranked = np.array([signals[name] for name in RANKED], np.float32)
    return np.concatenate([ranked, reader_features(result, scores), question_vector(result.query.own)])


def _see(result: SearchResult, scores: Sequence[Matrix]) -> _Sight:
    query, found = result.query, result.found
    weights = np.array([c.weight for c in query.concepts], np.float32)
    own = np.array([c.share == 1.0 for c in query.concepts], bool)
    best = [(float(row.max()), rank, int(row.argmax())) for rank, row in enumerate(scores) if len(row)]
    _, rank, unit = max(best, default=(0.0, 0, 0))
    chosen, near = found[rank].candidate, slice(max(0, unit - 1), unit + 2)
    spans = chosen.spans[near]
    first = found[0].candidate
    return _Sight(
        result, weights, weights / query.mass, own,
        [np.maximum(item.candidate.found.max(axis=0), item.candidate.header) for item in found[:LOOKED]],
        np.maximum(first.exact.max(axis=0), first.header >= 1.0),
        np.maximum(chosen.found[near].max(axis=0), chosen.header),
        str(chosen.payload["text"])[spans[0][0] : spans[-1][1]] if spans else "",
    )  # fmt: skip


def _ranked(result: SearchResult) -> dict[str, float]:
    """How the passages stand against each other."""
    found = result.found
    passages = np.array([item.passage.score for item in found], np.float32)
    ranked = np.sort(passages)[::-1]
    odds = np.exp(passages - passages.max())
    table = np.array([item.features for item in found[:LOOKED]], np.float32)
    column = {name: table[:, n] for n, name in enumerate(PASSAGE)}
    cosines = np.sort(np.concatenate([item.candidate.cosines for item in found[:LOOKED]]))[::-1]
    second = float(ranked[min(1, len(ranked) - 1)])
    return {
        "score": float(ranked[0]), "gap": float(ranked[0]) - second, "second passage": second,
        "share of best": float(odds.max() / odds.sum()), "window": float(column["best window"].max()),
        "best unit": float(column["best unit"].max()), "best cosine": float(column["best cosine"].max()),
        "mean cosine": float(cosines[:3].mean()), "chunk cosine": float(column["chunk cosine"].max()),
        "joint": float(column["joint"].max()), "other language": float(column["other language"][0]),
        "z cosine": float(column["z cosine"][0]), "z coverage": float(column["z coverage"][0]),
        "document agrees": float(len({item.passage.source for item in found[:LOOKED]}) == 1),
    }  # fmt: skip


def _units(scores: Sequence[Matrix]) -> dict[str, float]:
    """How far the best unit stands out."""
    flat = np.concatenate(list(scores)) if scores else np.zeros(1, np.float32)
    top = np.sort(flat)[::-1] if len(flat) else np.zeros(1, np.float32)
    return {
        "unit score": float(top[0]),
        "unit share": float(1 / np.exp(top - top[0]).sum()),
        "unit gap": float(top[0] - top[min(3, len(top) - 1)]),
    }


def _covered(seen: _Sight) -> dict[str, float]:
    """How much of the question the first passages hold."""
    own_mass = max(float(seen.shares[seen.own].sum()), 1e-6)
    rarest = int(np.argmax(seen.weights * seen.own)) if seen.own.any() else -1
    own_shares = seen.shares * seen.own
    together = [
        _together(item.candidate.found, seen.weights * seen.own / TELLING) for item in seen.result.found[:LOOKED]
    ]
    return {
        "coverage": float(seen.anywhere[0] @ seen.shares), "exact coverage": float(seen.exact @ seen.shares),
        "own unit": max(float(weighed(i.candidate.found, own_shares).max()) for i in seen.result.found[:LOOKED]) / own_mass,
        "coverage of three": float(np.max(seen.anywhere, axis=0) @ seen.shares),
        "rarest": float(seen.anywhere[0][rarest]) if rarest >= 0 else 0.5,
        "exact rarest": float(seen.exact[rarest]) if rarest >= 0 else 0.5,
        "quoted coverage": float(seen.quoted @ seen.shares),
        "quoted missing weight": float(((1 - seen.quoted) * seen.own * seen.weights).max(initial=0.0)) / TELLING,
        "pairs": together[0], "best pair": max(together),
    }  # fmt: skip


def _together(found: Matrix, weights: Matrix) -> float:
    """The most that two telling words of the question weigh which meet in one unit of a passage."""
    return max((float(np.sort(row * weights)[-2:].sum()) if len(row) > 1 else 0.0 for row in found), default=0.0)


def _unknown(seen: _Sight) -> dict[str, float]:
    """What of the question the first passage, or the whole index, doesn't know."""
    concepts = seen.result.query.concepts
    absent = (1 - seen.anywhere[0]) * seen.own
    unknown = np.array([own and not c.forms for own, c in zip(seen.own, concepts, strict=True)], bool)
    strange = [own and not c.exact and not _everyday(c.word) for own, c in zip(seen.own, concepts, strict=True)]
    names = np.array([own and c.named for own, c in zip(seen.own, concepts, strict=True)], bool)
    return {
        "missing": float((absent > 0.5).sum()), "missing weight": float((absent * seen.weights).max(initial=0.0)) / TELLING,
        "unknown": float(unknown.sum()), "unknown weight": float((unknown * seen.weights).max(initial=0.0)) / TELLING,
        "unknown name": float((unknown & names).any()), "strange unknown": float(sum(strange)),
        "names": float(seen.exact[names].mean()) if names.any() else 0.8,
        "concepts": math.log1p(int(seen.own.sum())), "leans": float(not seen.own.all()),
    }  # fmt: skip


def _by_kind(seen: _Sight) -> dict[str, float]:
    """What is missing weighs by what it is: a noun or a term of the trade tells more than a verb or a colour."""
    concepts, weights = seen.result.query.concepts, seen.weights * seen.own / TELLING
    speech = [part_of_speech(fold(c.typed)) for c in concepts]
    noun, verb = np.array([s == "noun" for s in speech], bool), np.array([s == "verb" for s in speech], bool)
    latin = np.array([bool(LATIN.search(c.word)) for c in concepts], bool)
    term = np.array([c.word in thesaurus()[0] for c in concepts], bool) | latin
    best, union = seen.anywhere[0], np.max(seen.anywhere, axis=0)

    def lost(kind: Any, held: Matrix) -> float:
        return float(((1 - held) * kind * weights).max(initial=0.0))

    def kept(kind: Any) -> float:
        mass = float((kind * weights).sum())
        return float((best * kind * weights).sum()) / mass if mass else 0.8

    return {
        "missing noun": lost(noun, best), "missing term": lost(term, best), "missing latin": lost(latin, best),
        "missing verb": lost(verb, best), "unquoted noun": lost(noun, seen.quoted), "unquoted term": lost(term, seen.quoted),
        "unquoted latin": lost(latin, seen.quoted), "nouns found": kept(noun), "terms found": kept(term),
        "nowhere noun": lost(noun, union), "nowhere term": lost(term, union),
        "loose noun": float(((1 - seen.quoted) * noun * weights).sum()),
    }  # fmt: skip


def _asked(seen: _Sight) -> dict[str, float]:
    """Whether the best quote is of the kind that is asked for."""
    asked, quote = fold(seen.result.query.own), seen.quote
    return {
        "number unanswered": float(bool(ASKS_NUMBER.search(asked)) and not NUMBER.search(fold(quote))),
        "code unanswered": float(bool(ASKS_CODE.search(asked)) and not CODE.search(quote)),
        "asks whether": float(bool(ASKS_WHETHER.search(asked))), "asks why": float(bool(ASKS_WHY.search(asked))),
        "asks default": float(bool(UNSET_ASKED.search(asked))),
    }  # fmt: skip


def _everyday(word: str) -> bool:
    return common(word) or word in thesaurus()[0]
