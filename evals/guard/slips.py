# ruff: noqa: E501  (tables of corruptions)
"""Slips made by code: one spot of a text, a word or two. Knows no drafts and no guard."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

SWAPS: dict[str, tuple[tuple[str, str], ...]] = {
    "unit": ((r"\bминут", "секунд"), (r"\bчас(?=ов|а\b)", "дн"), (r" %", " ГБ"), (r"\bГБ\b", "МБ"), (r"\bрублей", "долларов"), (r"\bkm\b", "miles"),
             (r"\bminutes\b", "seconds"), (r"\bhours\b", "days"), (r"\bpercent\b", "pounds"), (r"\bдней", "недель"), (r"\bdays\b", "weeks")),
    "date": ((r"\bянваря", "марта"), (r"\bмая\b", "июня"), (r"\bоктября", "ноября"), (r"\bJanuary\b", "April"), (r"\bMay\b", "June"), (r"\b(1[6-9])(\d)(\d)\b", "YEAR")),
    "negation_flip": ((r"\bнельзя\b", "можно"), (r"\bзапрещено\b", "разрешено"), (r"\bне требует\b", "требует"), (r"\bне (?=может\b|могут\b)", ""),
                      (r"\bcannot\b", "can"), (r"\bmust not\b", "must"), (r"\bnot accepted\b", "accepted"), (r"\bis not\b", "is"), (r"\bare not\b", "are")),
    "modality": ((r"\bдолжн[аы]?\b", "может"), (r"\bнеобходимо\b", "желательно"), (r"\bмогут\b", "обязаны"), (r"\bможет\b", "обязан"), (r"\bmust\b", "may"),
                 (r"\bmay\b", "must"), (r"\bshould\b", "must"), (r"\bобязательно\b", "по желанию")),
    "quantifier": ((r"\bвсе\b", "некоторые"), (r"\bвсех\b", "некоторых"), (r"\bвсегда\b", "иногда"), (r"\bтолько\b", "в том числе"), (r"\ball\b", "some"),
                   (r"\bmost\b", "all"), (r"\bnone\b", "some"), (r"\balways\b", "sometimes"), (r"\bнекоторые\b", "все")),
    "comparison_flipped": ((r"\bне менее\b", "не более"), (r"\bне более\b", "не менее"), (r"\bбольше\b", "меньше"), (r"\bдо удаления\b", "после удаления"),
                           (r"\bat least\b", "at most"), (r"\bmore than\b", "less than"), (r"\bfirst\b", "last"), (r"\bпервым\b", "последним"), (r"\bпосле\b", "до")),
}  # fmt: skip


def number(text: str, dice: random.Random) -> str | None:
    """Another number in the place of one."""
    spots = [
        m for m in re.finditer(r"(?<![\w.,`/-])\d{1,5}(?![\w.,`/-]|\])", text) if text[m.start() - 1 : m.start()] != "["
    ]
    if not spots:
        return None
    spot = dice.choice(spots)
    other = str(int(spot.group()) + dice.choice((1, 2, 3, 10)))
    return text[: spot.start()] + other + text[spot.end() :]


def identifier(text: str, dice: random.Random) -> str | None:
    """A letter lost inside a code span with marks of code."""
    spots = [m for m in re.finditer(r"`([^`\n]*[-_./=][^`\n]*)`", text) if len(m[1]) > 5]
    if not spots:
        return None
    spot = dice.choice(spots)
    cut = dice.randrange(2, len(spot[1]) - 1)
    return text[: spot.start(1) + cut] + "x" + text[spot.start(1) + cut + 1 :]


def citation(text: str, dice: random.Random) -> str | None:
    """A mark lost, invented, or two marks changed over."""
    if "[1]" not in text or "[2]" not in text:
        return text.replace(" [1]", "", 1) if "[1]" in text else None
    return dice.choice(
        (
            text.replace(" [2]", "", 1),
            text.replace("[2]", "[7]", 1),
            text.replace("[1]", "[#]").replace("[2]", "[1]").replace("[#]", "[2]"),
        )
    )


def swap(kind: str) -> Callable[[str, random.Random], str | None]:
    def corrupt(text: str, dice: random.Random) -> str | None:
        options = list(SWAPS[kind])
        dice.shuffle(options)
        for pattern, other in options:
            match = re.search(pattern, text)
            if match and other == "YEAR":
                return text[: match.start()] + f"{match[1]}{(int(match[2]) + 3) % 10}{match[3]}" + text[match.end() :]
            if match:
                return text[: match.start()] + other + text[match.end() :]
        return None

    return corrupt


CORRUPTIONS: dict[str, Callable[[str, random.Random], str | None]] = {
    "number": number, "identifier": identifier, "citation": citation, **{kind: swap(kind) for kind in SWAPS},
}  # fmt: skip
