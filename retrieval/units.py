"""The units of a passage, sentences, list items, rows and lines of code, and what is measured of each for a question.
Knows no weights and no store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.text import fold
from retrieval.features import HEADER_HELPS, Candidate, window
from retrieval.query import Query

if TYPE_CHECKING:
    from core.ports import Matrix

FENCE = re.compile(r"^[ \t]*(?:[-*]\s+|\d+\.\s+)?(?:`{3,}|~{3,})", re.M)
ITEM = re.compile(r"[ \t]*(?:[-*•–—]|\(?\d{1,3}[.)])[ \t]")
ROW = re.compile(r"[ \t]*\|")
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


def shape(text: str, spans: list[tuple[int, int]]) -> Shape:
    fences = [match.start() for match in FENCE.finditer(text)]
    found = Shape([], [], [], [], [])
    for start, end in spans:
        unit = text[start:end]
        inside = sum(fence <= start for fence in fences) % 2 == 1 or bool(FENCE.match(unit))
        found.code.append(inside)
        found.heading.append(not inside and bool(HEADING.match(unit)))
        found.item.append(not inside and bool(ITEM.match(unit)))
        found.row.append(not inside and bool(ROW.match(unit)))
        found.brings.append(not inside and unit.rstrip(" *_`").endswith(":"))
    return found


def unit_features(
    candidate: Candidate, score: float, rank: int, best: tuple[float, float, float], query: Query
) -> Matrix:
    """(units, len(UNIT)). `best`: the first passage's score, the best cosine and the best coverage of any unit."""
    text, spans = str(candidate.payload["text"]), candidate.spans
    kinds = shape(text, spans)
    shares = np.array([c.weight for c in query.concepts], np.float32) / query.mass
    own = np.array([c.share == 1.0 for c in query.concepts], bool)
    named = np.array([c.named and c.share == 1.0 for c in query.concepts], bool)
    own_mass = max(float(shares[own].sum()), 1e-6)
    count = len(spans)
    cover = np.maximum(candidate.found, HEADER_HELPS * candidate.header) @ shares
    in_text = candidate.found @ shares
    around = window(candidate.found, candidate.header) @ shares
    cosines = candidate.cosines
    asked = fold(query.own)
    asks = [float(bool(p.search(asked))) for p in (ASKS_NUMBER, ASKS_CODE, ASKS_WHY, UNSET_ASKED, ASKS_WHETHER)]
    lexical = candidate.payload["terms"]
    near = np.array([cosines[max(0, n - 1) : n + 2].mean() for n in range(count)], np.float32)
    spread = float(cosines.std()) + 0.05
    middle = float(cosines.mean())
    rows = []
    for n, (start, end) in enumerate(spans):
        unit = fold(text[start:end])
        held = lexical[n].split(" ")
        rows.append([
            score, score - best[0], float(rank), cover[n], in_text[n], around[n], float(candidate.exact[n] @ shares), cosines[n],
            cosines[n] - best[1], near[n], cover[n] - best[2], kinds.heading[n], kinds.code[n], kinds.item[n], kinds.row[n],
            kinds.brings[n], np.log1p(end - start) / 6,
            asks[0] * bool(NUMBER.search(unit)), asks[1] * (kinds.code[n] or bool(CODE.search(unit))),
            asks[2] * bool(REASON.search(unit)), asks[3] * bool(DEFAULT.search(unit)), asks[4] * bool(REFUSAL.search(unit)),
            float(candidate.exact[n][named].mean()) if named.any() else 0.5,
            float(candidate.found[n][own] @ shares[own]) / own_mass,
            in_text[n - 1] if n else 0.0, np.log1p(sum(term not in query.standing for term in held)) / 4,
            (cosines[n] - middle) / spread, float(n == 0),
        ])  # fmt: skip
    return np.array(rows, np.float32).reshape(count, len(UNIT))


UNSET_ASKED = re.compile(
    r"умолчани|дефолт|default|если (?:\w+ )?(?:ничего |его |их )?не |без указания|absent|omitted|unset|not set"
)
