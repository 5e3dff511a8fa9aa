"""Reads the sentences that come nearest to a question and measures whether one of them can be its answer: whether it speaks of
the very thing asked for, and holds what such a question expects. Knows no weights and no store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from core.text import CYRILLIC, LATIN, fold, language, stem, words
from retrieval.asked import (
    DEFAULT_ASKED,
    DEFAULT_SAID,
    KINDS,
    LIMIT_ASKED,
    LIMIT_SAID,
    OFFERS,
    Asked,
    asked,
    capitalised,
    is_part,
)  # fmt: skip
from retrieval.features import HEADER_HELPS, weighed
from retrieval.neighbours import common, load
from retrieval.query import Concept, Query
from retrieval.speech import part_of_speech
from retrieval.words import thesaurus

if TYPE_CHECKING:
    from core.ports import Matrix
    from retrieval.found import SearchResult

READ = 6  # units read, the best by their scores
CLOSELY = 3  # of them, for what must be said in so many words
TELLING = 5.0  # IDF of a telling word
NEAR = 0.35  # cosine of two words from which nearness begins to count
LIKE = 0.85  # the most that a word of near meaning stands for another
PIECE = 0.3  # the weight of a compound's piece beside the compound
IDENTIFIER = re.compile(r"[._/@=:\d-]|[a-z][A-Z]")
WORD_VECTOR = 112  # dimensions of the word table

READER = (
    "has focus", "focus in unit", "focus around", "focus in any", "focus joint", "acts in unit", "acts around", "has acts",
    "acts in any", "qualities around", "soft unit", "soft around", "soft any", "worst around", "worst any",
    "second worst around", "worst noun around", "offered", "offered in any", "offered joint", "offered new",
    "number by focus", "kinds", "is number", "is time", "is person", "is place", "is reason", "is code", "is way",
    "is version", "is money", "is whether", "unknown identifier", "unknown latin", "unknown acronym", "unknown noun",
    "absent identifier", "absent latin", "absent noun", "cosine over page", "cosine over all", "same unit", "best joint",
    "all in unit", "focus cosine", "heading only", "soft wide", "worst wide", "missing number", "missing number around",
    "default unanswered", "limit unanswered", "proper in unit", "proper around", "crossed soft", "crossed cosine",
    "crossed worst", "crossed unit score", "crossed", "exact any", "crossed wide", "named joint", "cosine top", "unit lead",
)  # fmt: skip


@dataclass(frozen=True)
class _Reading:
    """The best units, best first, and how near each comes to each concept of the question. Tables are (units, concepts): `unit`
    of the unit alone, `around` with its neighbours, `page` of the whole passage; `header` is of the headings above."""

    query: Query
    what: Asked
    scores: Matrix
    cosines: Matrix
    texts: list[tuple[str, str]]  # the unit, and with its neighbours
    exact: Matrix
    unit: Matrix
    around: Matrix
    page: Matrix
    header: Matrix
    weights: Matrix
    own: Any

    @cached_property
    def discount(self) -> Matrix:
        """What a unit counts beside the best one."""
        heft: Matrix = np.exp((self.scores - self.scores[0]) / 2)
        return heft

    @cached_property
    def helped(self) -> Matrix:
        return np.asarray(np.maximum(self.unit, HEADER_HELPS * self.header), np.float32)

    @cached_property
    def helped_around(self) -> Matrix:
        return np.asarray(np.maximum(self.around, HEADER_HELPS * self.header), np.float32)

    def covered(self, table: Matrix) -> Matrix:
        """The share of the question that each unit holds."""
        return weighed(table, self.weights) / max(float(self.weights.sum()), 1e-6)

    def of(self, table: Matrix, numbers: tuple[int, ...], none: float) -> Matrix:
        """(units,): how well each holds these concepts; `none` where the question has none such."""
        if not numbers:
            return np.full(len(table), none, np.float32)
        heft = self.weights[list(numbers)] + 0.1
        return weighed(table[:, list(numbers)], heft / heft.sum())


def reader_features(result: SearchResult, scores: Sequence[Matrix]) -> Matrix:
    """(len(READER),). `scores` are the unit scores of the first passages."""
    read = _read(result, scores)
    if read is None:
        return np.zeros(len(READER), np.float32)
    joint, offered = _joint(read)
    signals = {
        **joint, **offered, **_lost(read), **_unknown(read.query), **_absent(read), **_named(read), **_crossed(read),
        **_cosines(read, result, scores),
    }  # fmt: skip
    return np.array([signals[name] for name in READER], np.float32)


def question_vector(question: str) -> Matrix:
    """(WORD_VECTOR,) of length 1: the mean meaning of the question's words, whatever embedder is used; zeros where no
    word is known."""
    rows, vectors = load()
    known = [rows[term] for term in map(stem, words(question)) if term in rows]
    mean = vectors[known].mean(axis=0) if known else np.zeros(WORD_VECTOR, np.float32)
    unit: Matrix = mean / max(float(np.linalg.norm(mean)), 1e-6)
    return unit


def _read(result: SearchResult, scores: Sequence[Matrix]) -> _Reading | None:
    ranked = [(float(score), rank, unit) for rank, row in enumerate(scores) for unit, score in enumerate(row)]
    best = sorted(ranked, reverse=True)[:READ]
    query, found = result.query, result.found
    if not best or not query.concepts:
        return None
    own = np.array([concept.share == 1.0 for concept in query.concepts], bool)
    heft = [c.weight * (PIECE if is_part(query.concepts, n) else 1.0) for n, c in enumerate(query.concepts)]
    units, around, headers, texts, cosines = [], [], [], [], []
    whole = {rank: frozenset(" ".join(found[rank].candidate.payload["terms"]).split(" ")) for _, rank, _ in best}
    for _, rank, unit in best:
        item = found[rank].candidate
        text, lexical, spans = str(item.payload["text"]), item.payload["terms"], item.spans
        near = slice(max(0, unit - 1), unit + 2)
        units.append(frozenset(lexical[unit].split(" ")))
        around.append(frozenset(" ".join(lexical[near]).split(" ")))
        headers.append(item.header)
        texts.append((text[slice(*spans[unit])], text[spans[near][0][0] : spans[near][-1][1]]))
        cosines.append(float(item.cosines[unit]))
    size, ranks = len(best), list(whole)
    tables = nearness(query.concepts, [*units, *around, *whole.values()])
    pages = tables[[2 * size + ranks.index(rank) for _, rank, _ in best]]
    return _Reading(
        query, asked(query), np.array([score for score, _, _ in best], np.float32), np.array(cosines, np.float32), texts,
        np.array([[c.word in held for c in query.concepts] for held in around], np.float32),
        tables[:size], tables[size : 2 * size], pages, np.array(headers, np.float32),
        np.array(heft, np.float32) * own, own,
    )  # fmt: skip


def nearness(concepts: Sequence[Concept], held: Sequence[frozenset[str]]) -> Matrix:
    """(len(held), concepts): how well some term of each set stands for each concept, 0..1: the word itself, what retrieval takes
    for it, else the nearest word by the word table, which counts less."""
    rows, vectors = load()
    place = {term: column for column, term in enumerate(dict.fromkeys(term for terms in held for term in terms))}
    worth = np.zeros((len(concepts), len(place)), np.float32)
    known = [k for k, concept in enumerate(concepts) if concept.word in rows]
    there = [(column, rows[term]) for term, column in place.items() if term in rows]
    if known and there:
        columns = [column for column, _ in there]
        cosines = vectors[[rows[concepts[k].word] for k in known]] @ vectors[[row for _, row in there]].T
        worth[np.ix_(known, columns)] = LIKE * np.maximum(0.0, (cosines - NEAR) / (1 - NEAR))
    for k, concept in enumerate(concepts):
        for term, form in (*concept.forms.items(), (concept.word, 1.0)):
            if term in place:
                worth[k, place[term]] = max(form, worth[k, place[term]])
    table = [worth[:, [place[term] for term in terms]].max(axis=1) for terms in held]
    return np.array(table, np.float32).reshape(len(held), len(concepts))


def _joint(read: _Reading) -> tuple[dict[str, float], dict[str, float]]:
    """Whether the thing asked for, the verb and the kind of answer stand in one place."""
    what, soft, soft_around = read.what, read.covered(read.helped), read.covered(read.helped_around)
    focus, focus_around = read.of(read.helped, what.focus, 0.7), read.of(read.helped_around, what.focus, 0.7)
    acts, acts_around = read.of(read.unit, what.acts, 0.4), read.of(read.around, what.acts, 0.4)
    kinds = [kind for kind in OFFERS if kind in what.kinds]
    offers = [
        [float(bool(OFFERS[kind].search(text if kind == "code" else fold(text)))) for kind in kinds]
        for text, _ in read.texts
    ]
    offered = np.array([max(row, default=0.5) for row in offers], np.float32)
    joint = soft_around * (0.4 + 0.6 * focus_around) * (0.5 + 0.5 * offered)
    return {
        "has focus": float(bool(what.focus)), "focus in unit": float(focus[0]), "focus around": float(focus_around[0]),
        "focus in any": float((focus_around * read.discount).max()), "focus joint": float((focus * soft).max()),
        "focus cosine": float((focus_around * read.cosines).max()), "acts in unit": float(acts[0]),
        "acts around": float(acts_around[0]), "has acts": float(bool(what.acts)),
        "acts in any": float((acts_around * read.discount).max()),
        "qualities around": float(read.of(read.around, what.qualities, 0.5)[0]), "soft unit": float(soft[0]),
        "soft around": float(soft_around[0]), "soft any": float(soft_around.max()),
        "best joint": float((joint * read.discount).max()),
        "same unit": float(int(np.argmax(read.cosines)) == int(np.argmax(soft))),
    }, {
        "offered": float(offered[0]), "offered in any": float((offered * read.discount).max()),
        "offered joint": float((offered * soft_around).max()), "offered new": _fresh(read.query.own, read.texts[0][0], kinds),
        "number by focus": _number_by(read), "kinds": float(len(what.kinds)),
        **{f"is {kind}": float(kind in what.kinds) for kind, _ in KINDS},
    }  # fmt: skip


def _lost(read: _Reading) -> dict[str, float]:
    """What of the question the best places don't hold."""
    around, page = np.maximum(read.around, read.header), np.maximum(read.page, read.header)
    lost = (1 - around) * read.weights / TELLING
    nouns = np.array([part_of_speech(fold(c.typed)) == "noun" for c in read.query.concepts], bool)
    ordered = np.sort(lost[0])[::-1]
    whole = read.around[:, read.own].min(axis=1, initial=1.0)
    asked_text = fold(read.query.own)
    said = [fold(text) for _, text in read.texts[:CLOSELY]]
    return {
        "worst around": float(lost[0].max()), "worst any": float(lost.max(axis=1).min()),
        "second worst around": float(ordered[1]) if len(ordered) > 1 else 0.0,
        "worst noun around": float((lost[0] * nouns).max()),
        "all in unit": float(whole.max()) if read.own.any() else 0.5,
        "heading only": float(((read.header[0] > 0.5) & (read.page[0] < 0.5) & read.own).sum()),
        "soft wide": float(read.covered(page).max()), "exact any": float(read.covered(read.exact).max()),
        "worst wide": float(((1 - page) * read.weights / TELLING).max(axis=1).min()),
        "default unanswered": float(
            bool(DEFAULT_ASKED.search(asked_text)) and not any(DEFAULT_SAID.search(text) for text in said)
        ),
        "limit unanswered": float(bool(LIMIT_ASKED.search(asked_text)) and not any(LIMIT_SAID.search(text) for text in said)),
    }  # fmt: skip


def _named(read: _Reading) -> dict[str, float]:
    """Whether the question's names and numbers stand where the answer would."""
    numbers = list(read.what.numbers)
    names = read.of(read.helped_around, read.what.names, 0.8)
    return {
        "missing number": float((1 - read.unit[0, numbers]).max(initial=0.0)),
        "missing number around": float((1 - read.around[:, numbers]).max(axis=1, initial=0.0).min()),
        "proper in unit": float(read.of(read.helped, read.what.names, 0.8)[0]),
        "proper around": float((names * read.discount).max()),
        "named joint": float((names * read.covered(read.helped_around)).max()),
    }


def _crossed(read: _Reading) -> dict[str, float]:
    """The same signals tell less, or other things, where the documents are in another language than the question."""
    crossed = float(language(read.texts[0][1]) != read.query.lang)
    lost = (1 - np.maximum(read.around[0], read.header[0])) * read.weights / TELLING
    return {
        "crossed": crossed, "crossed soft": crossed * float(read.covered(read.helped_around).max()),
        "crossed cosine": crossed * float(read.cosines.max()), "crossed worst": crossed * float(lost.max()),
        "crossed unit score": crossed * float(read.scores[0]),
        "crossed wide": crossed * float(read.covered(np.maximum(read.page, read.header)).max()),
    }  # fmt: skip


def _cosines(read: _Reading, result: SearchResult, scores: Sequence[Matrix]) -> dict[str, float]:
    """How far the best unit stands out from its page and from all pages: a page's topic alone lifts all of its units."""
    rank = max(range(len(scores)), key=lambda n: float(scores[n].max()) if len(scores[n]) else -np.inf)
    page = result.found[rank].candidate.cosines
    everything = np.concatenate([item.candidate.cosines for item in result.found])
    return {
        "cosine over page": float(read.cosines[0] - page.mean()),
        "cosine over all": float(read.cosines[0] - everything.mean()),
        "cosine top": float(read.cosines.max()), "unit lead": float(read.scores[0] - read.scores[-1]),
    }  # fmt: skip


def _unknown(query: Query) -> dict[str, float]:
    """How many things the question names that the whole index doesn't know: identifiers, words in Latin letters that are no
    common English, acronyms and proper names, nouns that aren't everyday Russian."""
    identifiers = latin = acronyms = nouns = 0.0
    for n, concept in enumerate(query.concepts):
        typed = concept.typed
        if concept.share < 1.0 or concept.exact or not typed:
            continue
        strong = max(concept.forms.values(), default=0.0)
        if IDENTIFIER.search(typed) and not typed.isdigit() and (concept.named or not typed.isalpha()):
            identifiers += strong < 0.85
        elif is_part(query.concepts, n):
            continue
        elif LATIN.search(typed):
            everyday = query.lang == "en" and (common(concept.word) or concept.word in thesaurus()[0])
            shouted = typed.isupper() and len(typed) > 1
            latin += strong < 0.5 and not everyday
            acronyms += strong < 0.5 and (shouted or capitalised(typed, query.own))
        elif capitalised(typed, query.own):
            acronyms += 1.0 - strong
        elif CYRILLIC.search(typed) and not common(concept.word) and part_of_speech(fold(typed)) == "noun":
            nouns += 1.0 - strong
    return {
        "unknown identifier": identifiers, "unknown latin": latin, "unknown acronym": acronyms, "unknown noun": nouns,
    }  # fmt: skip


def _absent(read: _Reading) -> dict[str, float]:
    """The weightiest thing of each kind that no passage read holds, though the index may."""
    seen = np.max(np.maximum(read.page, read.header), axis=0)
    absent = {"absent identifier": 0.0, "absent latin": 0.0, "absent noun": 0.0}
    for n, concept in enumerate(read.query.concepts):
        if concept.share < 1.0 or not concept.typed or is_part(read.query.concepts, n):
            continue
        if concept.named:
            kind = "absent identifier"
        elif LATIN.search(concept.typed):
            kind = "absent latin"
        elif part_of_speech(fold(concept.typed)) == "noun":
            kind = "absent noun"
        else:
            continue
        absent[kind] = max(absent[kind], (1.0 - float(seen[n])) * min(concept.weight / TELLING, 1.4))
    return absent


def _fresh(question: str, text: str, kinds: Sequence[str]) -> float:
    """Whether a sentence holds a token of the kind asked for that the question didn't bring; 0.5 for a kind without such."""
    sharp = [kind for kind in kinds if kind in ("number", "time", "code", "version", "money")]
    if not sharp:
        return 0.5
    brought, folded = fold(question), fold(text)
    for kind in sharp:
        for match in OFFERS[kind].finditer(text if kind == "code" else folded):
            token = re.search(r"[\w./-]+", folded[match.start() : match.end() + 24])
            if token and token.group() not in brought:
                return 1.0
    return 0.0


def _number_by(read: _Reading) -> float:
    """For a question of how many: how near a number stands to the thing counted; 0.5 for another question."""
    what, concepts = read.what, read.query.concepts
    if "number" not in what.kinds and "time" not in what.kinds:
        return 0.5
    counted = what.focus or what.acts
    wanted = {term for n in counted for term, worth in concepts[n].forms.items() if worth >= 0.5}
    wanted |= {concepts[n].word for n in counted}
    nearest = 99
    for text, _ in read.texts[:CLOSELY]:
        tokens = re.findall(r"\d+|[^\W\d_]+", fold(text))
        numbers = [k for k, token in enumerate(tokens) if token.isdigit() or OFFERS["number"].fullmatch(token)]
        things = [k for k, token in enumerate(tokens) if numbers and stem(token) in wanted]
        nearest = min([nearest, *(abs(a - b) for a in numbers for b in things)])
    return 1.0 if nearest <= 3 else 0.6 if nearest <= 8 else 0.3 if nearest < 99 else 0.0
