"""Claims that a restyled text adds: clauses with nothing of the draft in them that read like facts, by rule and by a small
trained model. Knows alignment; persona colour is let be."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from style_adapter.guard import units, vectors
from style_adapter.guard.align import Alignment
from style_adapter.guard.ops import Slip
from style_adapter.guard.segments import CITATION, bare
from style_adapter.guard.words import Reading

Vector = np.ndarray[tuple[int], np.dtype[np.float32]]
CUT = re.compile(r"[,;:()!?…\n]|\s[—–-]{1,2}\s|\.(?=\s|$)|\[\d")
SIMILE = re.compile(r"(?<!\w)(?:как|словно|будто|точно|вроде|что твой|like|as if|as though|than a|so to speak)(?!\w)")
YOU = re.compile(
    r"(?<!\w)(?:ты|вы|тебе|вам|тебя|вас|твой|твоя|твои|ваш\w*|you|your|yours|ye|thee|thou|thy|y'all|we|us|let's)(?!\w)"
)
ME = re.compile(r"(?<!\w)(?:я|мне|меня|мой|моя|мои|мое|i|me|my|mine|i'm|i've|i'd|ma)(?!\w)")
ADDS = re.compile(
    r"(?:^|\W)(?:и|а|да|причем|притом|который|которая|которое|которые|где|начиная|благодаря|and|which|where|who|also|plus|since|from|beneath|under|in|on|at|by|за|с|в|на)\s"
)
TIME = re.compile(
    r"(?<!\w)(?:год\w*|лет|века?|месяц\w*|недел\w*|дн\w{1,2}|час\w*|минут\w*|раньше|позже|потом|впоследствии|years?|months?|weeks?|days?|hours?|centur\w+|later|winter|summer|decades?)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch between marks: its span and the indices of its content words."""

    start: int
    end: int
    words: tuple[int, ...]


def units_of(reading: Reading) -> list[Unit]:
    """The stretches of a text, in order."""
    cuts = [0, *(m.end() for m in CUT.finditer(reading.text)), len(reading.text)]
    found = []
    for start, end in itertools.pairwise(cuts):
        inside = tuple(j for j, w in enumerate(reading.words) if start <= w.start < end and w.content)
        if inside:
            found.append(Unit(start, end, inside))
    return found


def features(a: Alignment, unit: Unit) -> Vector:
    """What the model sees of a stretch: its embedding, its likeness to the draft, and a few marks of colour and of fact."""
    text = a.styled.text[unit.start : unit.end]
    low = a.styled.folded[unit.start : unit.end]
    mine, draft = vectors.clauses([text, a.draft.text])
    sentence = next(((s, e) for s, e in a.styled.facts.spans if s <= unit.start < e), (unit.start, unit.end))
    whole = a.styled.text[sentence[0] : sentence[1]]
    told = [a.back[j] for j in unit.words]
    numbers = [v for v in a.styled.facts.values if unit.start <= v.start < unit.end and v.form != "loose"]
    extra = [
        float(mine @ draft), float(np.mean(told)), float(max(told)), min(len(unit.words), 8) / 8,
        float(bool(CITATION.search(bare(whole)))), float(whole.rstrip().endswith(("!", "?"))), float(bool(SIMILE.search(low))),
        float(bool(YOU.search(low))), float(bool(ME.search(low))), float(bool(ADDS.search(" " + low))),
        float(bool(TIME.search(low))),
        float(len(numbers)), float(any(v.unit for v in numbers)),
        float(any(a.styled.words[j].form.imperative for j in unit.words)),
        float(any(a.styled.words[j].name for j in unit.words)),
        float(unit.end <= (a.styled.facts.segments[0].end if a.styled.facts.segments[0].cites else 0)),
    ]  # fmt: skip
    return np.concatenate([mine, np.array(extra, np.float32)]).astype(np.float32)


@lru_cache(maxsize=1)
def model() -> tuple[Vector, float]:
    with np.load(Path(__file__).with_name("colour.npz"), allow_pickle=False) as data:
        return data["weights"], float(data["bias"])


THRESHOLD = 2.0


class Additions:
    """Looks for stretches that state something the draft does not."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.slips: list[Slip] = []

    def run(self) -> list[Slip]:
        weights, bias = model()
        for unit in units_of(self.a.styled):
            told = [self.a.back[j] for j in unit.words]
            telling = [
                j
                for j in unit.words
                if units.named(self.a.styled.words[j].text, after_digit=False) is None
                and self.a.styled.words[j].form.pos in ("noun", "adj", "verb")
            ]
            if len(telling) < 2 or self._spoken_time(unit):
                continue
            if max(told) >= 0.75 or not self._cited(unit) or self._known_number(unit):
                continue
            score = float(features(self.a, unit) @ weights + bias)
            if score >= THRESHOLD:
                self.slips.append(
                    Slip("added_claim", None, (unit.start, unit.end), min(0.99, 0.45 + (score - THRESHOLD) / 10))
                )
        self._measures()
        return self.slips

    def _known_number(self, unit: Unit) -> bool:
        """A number of the draft in other words: a paraphrase, no addition."""
        mine = [v for v in self.a.styled.facts.values if unit.start <= v.start < unit.end]
        if any(unit.start <= m.start < unit.end for m in self.a.styled.facts.moments):
            return True
        return any(d.equals(v) or d.value == v.value for v in mine for d in self.a.draft.facts.values)

    def _spoken_time(self, unit: Unit) -> bool:
        """Words that may tell one of the draft's clock times or dates."""
        if not self.a.draft.facts.moments:
            return False
        return any(unit.start <= v.start < unit.end for v in self.a.styled.facts.values)

    def _measures(self) -> None:
        """A measured number in words that the draft does not have, in a cited sentence: `стоял четыреста лет`."""
        draft = self.a.draft.facts.values
        for value in self.a.styled.facts.values:
            if (
                value.form != "word"
                or value.unit is None
                or value.unit.dimension in ("times", "volume", "angle")
                or value.value in (100, 1000, 10**6, 10**9)
            ):
                continue
            if any(d.equals(value) or d.value == value.value for d in draft) or any(
                s <= value.start < e for s, e in self.a.styled.facts.idioms
            ):
                continue
            if any(
                v.form == "loose" and v.start <= value.start < v.end and any(d.equals(v) for d in draft)
                for v in self.a.styled.facts.values
            ):
                continue
            if value.unit.dimension == "time" and any(m.key[0] == "clock" for m in self.a.draft.facts.moments):
                continue
            unit = next((u for u in units_of(self.a.styled) if u.start <= value.start < u.end), None)
            if (
                unit
                and self._cited(unit)
                and not SIMILE.search(self.a.styled.folded[unit.start : unit.end])
                and not ME.search(self.a.styled.folded[unit.start : unit.end])
            ):
                self.slips.append(Slip("added_claim", None, (unit.start, unit.end), 0.6))

    def _cited(self, unit: Unit) -> bool:
        """Colour in a sentence of its own is left alone; an addition leans on a cited one."""
        start, end = next(((s, e) for s, e in self.a.styled.facts.spans if s <= unit.start < e), (unit.start, unit.end))
        return CITATION.search(bare(self.a.styled.text), start, end) is not None
