"""What the ways of every language share: a place with its options, what may not be touched, capitals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

HELD = "¤"  # stands for every character that may not be touched
CODE = r"```[\s\S]*?(?:```|\Z)|`[^`\n]*`|\[\d{1,3}\]"


@dataclass(frozen=True, slots=True)
class Place:
    """`text[start:end]` may also be said as any of `options`."""

    start: int
    end: int
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` finds the place in a masked text; `say` gives other words for it, or none. `first`: which of two rules
    that want the same words has them, the smaller one."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], Sequence[str]]


def masked(text: str, held: str) -> str:
    """The text with what matches `held` blotted out, every other character in its place."""
    return re.sub(held, lambda found: HELD * len(found.group()), text)


def capital_as(model: str, text: str) -> str:
    """`text` with the capital or small first letter of `model`."""
    if not text or not model[:1].isalpha():
        return text
    return (text[0].upper() if model[0].isupper() else text[0].lower()) + text[1:]


def found(text: str, mask: str, rules: Iterable[Rule]) -> list[Place]:
    """Where the rules apply, earlier rules first where two want the same words."""
    taken: list[Place] = []
    for rule in rules:
        for match in rule.pattern.finditer(mask):
            start, end = match.span("it")
            if start == end or any(place.start < end and start < place.end for place in taken):
                continue
            word = text[start:end]
            options = dict.fromkeys(capital_as(word, option) for option in rule.say(match))
            options.pop(word, None)
            if options:
                taken.append(Place(start, end, tuple(options)))
    return sorted(taken, key=lambda place: place.start)


def said(text: str, chosen: Iterable[tuple[Place, str]]) -> str:
    """The text with each place said as chosen."""
    out, at = list[str](), 0
    for place, option in sorted(chosen, key=lambda pair: pair[0].start):
        out += [text[at : place.start], option]
        at = place.end
    return "".join([*out, text[at:]])


def group(*members: str, also: Sequence[str] = (), before: str = "", after: str = "") -> list[Rule]:
    """Each member may be said as any other; those of `also` are understood and never said. `before` and `after` are patterns
    of what must stand there."""
    rules = []
    for member in sorted((*members, *also), key=len, reverse=True):
        others = tuple(other for other in members if other != member)
        spelled = re.escape(member).replace(r"\ ", r"\s")
        edge = r"(?![\w'’-])" if member[-1].isalpha() else ""
        start = r"(?<![\w'’-])" if member[0].isalpha() else ""
        pattern = re.compile(f"{before}{start}(?P<it>{spelled}){edge}{after}", re.I)
        rules.append(Rule(pattern, lambda _, others=others: others))  # type: ignore[misc]
    return rules


def one_way(*olds: str, by: str, before: str = "", after: str = "") -> list[Rule]:
    """Each of `olds` may be said as `by`, which does not mean them everywhere."""
    return group(by, also=olds, before=before, after=after)
