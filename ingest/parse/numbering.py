"""The numbers Word shows before paragraphs and doesn't store: "3.1.", "б)", bullets. Counts as Word does.
Knows no text."""

from __future__ import annotations

import re
from typing import Any

from ingest.parse.ooxml import W

_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"


class Numbering:
    """Counters of all lists of a document, moved by `label` paragraph by paragraph."""

    def __init__(self, root: Any | None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}  # list -> depth -> format, pattern, start
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}
        if root is None:
            return
        abstract = {found.get(f"{W}abstractNumId"): self._read(found) for found in root.iter(f"{W}abstractNum")}
        for found in root.iter(f"{W}num"):
            reference = found.find(f"{W}abstractNumId")
            key = "" if reference is None else str(reference.get(f"{W}val"))
            number = str(found.get(f"{W}numId"))
            self._levels[number] = abstract.get(key, {})
            restarts = found.find(f"{W}lvlOverride/{W}startOverride") is not None
            self._abstract[number] = f"{key}/{number}" if restarts else key

    @staticmethod
    def _read(abstract: Any) -> dict[int, tuple[str, str, int]]:
        levels: dict[int, tuple[str, str, int]] = {}
        for level in abstract.iter(f"{W}lvl"):
            values = {tag: level.find(f"{W}{tag}") for tag in ("numFmt", "lvlText", "start")}
            text = {tag: "" if found is None else str(found.get(f"{W}val") or "") for tag, found in values.items()}
            depth = level.get(f"{W}ilvl") or "0"
            start = int(text["start"]) if text["start"].isdecimal() else 1
            if depth.isdecimal():
                levels[int(depth)] = (text["numFmt"] or "decimal", text["lvlText"], start)
        return levels

    def label(self, number: str, depth: int) -> tuple[str, int]:
        """The mark of the next paragraph of this list at this depth, and the depth: `-`, `3.1.`, `б)`. ("",
        0) where the paragraph is in no list."""
        if not number or number == "0":
            return "", 0
        levels = self._levels.get(number, {})
        kind, pattern, _ = levels.get(depth, ("bullet", "", 1))
        if kind in ("bullet", "none") or "%" not in pattern:
            return ("-" if kind != "none" else ""), depth
        counts = self._counts.setdefault(self._abstract[number], [])
        while len(counts) <= depth:
            counts.append(levels.get(len(counts), ("", "", 1))[2] - 1)
        counts[depth] += 1
        del counts[depth + 1 :]

        def shown(found: re.Match[str]) -> str:
            index = int(found.group(1)) - 1
            count = max(counts[index], 1) if index < len(counts) else 1
            return _numeral(count, levels.get(index, ("decimal", "", 1))[0])

        return re.sub(r"%([1-9])", shown, pattern).strip(), 0 if pattern.count("%") > 1 else depth


def _numeral(count: int, kind: str) -> str:
    alphabet = {"russian": _RUSSIAN, "lower": _LATIN, "upper": _LATIN}
    if kind.endswith(("Lower", "Upper", "Letter")):
        letters = alphabet["russian" if kind.startswith("russian") else "lower"]
        letter = letters[(count - 1) % len(letters)] * ((count - 1) // len(letters) + 1)
        return letter.upper() if kind in ("russianUpper", "upperLetter") else letter
    if kind.endswith("Roman"):
        roman = _roman(count)
        return roman.lower() if kind == "lowerRoman" else roman
    return str(count).zfill(2) if kind == "decimalZero" else str(count)


def _roman(count: int) -> str:
    out = ""
    for value, mark in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        out += mark * (count // value)
        count %= value
    return out
