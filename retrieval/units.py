"""The units of a passage, sentences, list items, rows and lines of code, and what is measured of each for a question.
Knows no weights and no store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.text import fold
from retrieval.features import HEADER_HELPS, Candidate, weighed, window
from retrieval.query import Query

if TYPE_CHECKING:
    from core.ports import Matrix

FENCE = re.compile(r"^[ \t]*(?:[-*]\s+|\d+\.\s+)?(?:`{3,}|~{3,})", re.M)
ITEM = re.compile(r"[ \t]*(?:[-*•–—]|\(?\d{1,3}[.)])[ \t]")
ROW = re.compile(
    r"\s*(?:\||[^:;|\n]{1,60}: [^;\n]+(?:; [^:;\n]{1,60}: [^;\n]*)+\s*$)"
)  # as the parsers give it, `header: cell; …`
LEANS = re.compile(
    r"(?:\w+ ){0,2}(?:так(?:ой|ого|ому|им|ом|ая|ую|ое|ие|их|ими)|эт(?:от|ого|ому|им|ом|а|у|и|их|ими|ой)) \w"  # «журнал таких …»
    r"|(?:(?:если|когда|но|а|и|при этом|тогда|поэтому|if|when|but|and|then) )?(?:он|она|оно|они|его|ее|их|ему|ей|им|это|этот|эта"
    r"|эти|такой|такая|такое|такие|таким|тогда|поэтому|при этом|it|its|they|their|this|these|those|such)\b"
)
HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]")
NUMBER = re.compile(
    r"\d|\b(?:один|одна|одно|две|два|три|четыре|пять|шесть|семь|восемь|девять|десять|one|two|three|four|"
    r"five|six|seven|eight|nine|ten)\b"
)
CODE = re.compile(r"`|--\w|\w+=\S|\b\w+_\w+|\w\(\)|\$")
REASON = re.compile(
    r"поскольку|так как|т\. ?к\.|потому|поэтому|из-за|чтобы|иначе|позволяет|because|since|so that|therefore|otherwise|due to"
)
DEFAULT = re.compile(r"умолчани|default")
REFUSAL = re.compile(r"\bне\b|нельзя|невозможн|only|только|\bnot\b|cannot|n't")
ASKS_NUMBER = re.compile(
    r"скольк|как(?:ой|им|ую|ое|ая|ие) (?:порт|размер|срок|верси|числ|лимит|частот|врем|объ|процент)|"
    r"в котором|когда|част\w* ли|how (?:many|much|long|often|old|far|big|large)|what (?:port|version|year|"
    r"size|percentage|number|time)|when"
)
ASKS_CODE = re.compile(
    r"команд|флаг|ключ|опци|переменн|аннотаци|директив|параметр|функци|чем |что (?:прописать|написать|"
    r"поставить|выставить|повесить)|как (?!работ|устро)|how (?:do|can|to)|which (?:option|flag|variable|"
    r"command|annotation|parameter|directive)|what (?:flag|option|command)"
)
ASKS_WHY = re.compile(r"почему|зачем|отчего|из-за чего|для чего|в чем смысл|чем (?:плох|опас)|why|what for|reason")
ASKS_WHETHER = re.compile(
    r"\bли\b|можно|умеет|поддержив|работает|надо|нужно ли|обязательно|^(?:can|does|do|is|are|will|should|may|did|was|were)\b"
)

UNIT = (
    "passage", "behind the best passage", "rank", "coverage", "in text", "window", "exact", "cosine", "behind the best cosine",
    "cosine around", "behind the best coverage", "heading", "code", "item", "row", "brings", "length", "number", "asks code",
    "reason", "default", "whether", "names", "own", "before", "new", "z in passage", "first",
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What the units of a passage are, by number."""

    heading: list[bool]
    code: list[bool]
    item: list[bool]
    row: list[bool]
    brings: list[bool]  # ends with a colon: what follows belongs to it
    leans: list[bool]  # begins with a word that stands for something said before


def shape(text: str, spans: list[tuple[int, int]]) -> Shape:
    fences = [match.start() for match in FENCE.finditer(text)]
    found = Shape([], [], [], [], [], [])
    for start, end in spans:
        unit = text[start:end]
        inside = sum(fence <= start for fence in fences) % 2 == 1 or bool(FENCE.match(unit))
        found.code.append(inside)
        found.heading.append(not inside and bool(HEADING.match(unit)))
        found.item.append(not inside and bool(ITEM.match(unit)))
        found.row.append(not inside and bool(ROW.match(unit)))
        found.brings.append(not inside and unit.rstrip(" *_`").endswith(":"))
        found.leans.append(not inside and bool(LEANS.match(fold(unit))))
    return found


def unit_features(
    candidate: Candidate, score: float, rank: int, best: tuple[float, float, float], query: Query
) -> Matrix:
    """(units, len(UNIT)). `best`: the first passage's score, the best cosine and the best coverage of any unit."""
    text, spans = str(candidate.payload["text"]), candidate.spans
    if not spans:
        return np.zeros((0, len(UNIT)), np.float32)
    kinds = shape(text, spans)
    shares = np.array([c.weight for c in query.concepts], np.float32) / query.mass
    own = np.array([c.share == 1.0 for c in query.concepts], bool)
    named = np.array([c.named and c.share == 1.0 for c in query.concepts], bool)
    cover = weighed(np.maximum(candidate.found, HEADER_HELPS * candidate.header), shares)
    in_text = weighed(candidate.found, shares)
    cosines = candidate.cosines
    nothing = np.zeros(len(spans), np.float32)
    new = [sum(term not in query.standing for term in unit.split(" ")) for unit in candidate.payload["terms"]]
    columns = [
        nothing + score, nothing + (score - best[0]), nothing + rank, cover, in_text,
        weighed(window(candidate.found, candidate.header), shares), weighed(candidate.exact, shares), cosines, cosines - best[1],
        _around(cosines), cover - best[2], kinds.heading, kinds.code, kinds.item, kinds.row, kinds.brings,
        np.log1p([end - start for start, end in spans]) / 6, *_answers(text, spans, kinds.code, fold(query.own)),
        candidate.exact[:, named].mean(axis=1) if named.any() else nothing + 0.5,
        weighed(candidate.found[:, own], shares[own]) / max(float(shares[own].sum()), 1e-6),
        np.concatenate([[0.0], in_text[:-1]]), np.log1p(new) / 4,
        (cosines - cosines.mean()) / (cosines.std() + 0.05), np.arange(len(spans)) == 0,
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def _around(cosines: Matrix) -> Matrix:
    """The mean of each cosine and its neighbours'."""
    padded = np.concatenate([[0.0], np.cumsum(cosines)])
    numbers = np.arange(len(cosines))
    low, high = np.maximum(numbers - 1, 0), np.minimum(numbers + 2, len(cosines))
    mean: Matrix = (padded[high] - padded[low]) / (high - low)
    return mean


def _answers(text: str, spans: Sequence[tuple[int, int]], code: Sequence[bool], asked: str) -> list[list[bool]]:
    """Columns: whether a unit holds what this kind of question asks for, a number, code, a reason, a default, a refusal."""
    units = [fold(text[start:end]) for start, end in spans]
    columns = []
    for asks, shows in ANSWERS:
        if asks.search(asked):
            columns.append([bool(shows.search(unit)) for unit in units])
        else:
            columns.append([False] * len(units))
    if ASKS_CODE.search(asked):
        columns[1] = [found or is_code for found, is_code in zip(columns[1], code, strict=True)]
    return columns


UNSET_ASKED = re.compile(
    r"умолчани|дефолт|default|если (?:\w+ )?(?:ничего |его |их )?не |без указания|absent|omitted|unset|not set"
)
ANSWERS = (
    (ASKS_NUMBER, NUMBER),
    (ASKS_CODE, CODE),
    (ASKS_WHY, REASON),
    (UNSET_ASKED, DEFAULT),
    (ASKS_WHETHER, REFUSAL),
)
