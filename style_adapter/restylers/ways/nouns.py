"""What the ways of every language share: a place with its options, what may not be touched, capitals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

BOOKISH = "\x1f"
HELD = "¤"  # stands for every character that may not be touched
CODE = r"```[\s\S]*?(?:```|\Z)|`[^`\n]*`|\[\d{1,3}\]"


@dataclass(frozen=True, slots=True)
class Place:
    """`text[start:end]` may also be said as any of `options`. `bookish[i]`: option `i` is more so than what stands there, else
    plainer."""

    start: int
    end: int
    options: tuple[str, ...]
    bookish: tuple[bool, ...] = ()

    def fitting(self, register: str) -> Place | None:
        """With the options that suit a formal, neutral or colloquial speaker; None where none does."""
        if register == "neutral":
            return self
        kept = [
            option
            for option, bookish in zip(self.options, self.bookish, strict=True)
            if bookish == (register == "formal")
        ]
        return Place(self.start, self.end, tuple(kept), (register == "formal",) * len(kept)) if kept else None


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` finds the place in a masked text, as its group `it`; `say` gives other words for it, or none, after a
    BOOKISH mark where they are more so."""

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
            options = {capital_as(word, option.strip(BOOKISH)): option[:1] == BOOKISH for option in rule.say(match)}
            options.pop(word, None)
            if options:
                taken.append(Place(start, end, tuple(options), tuple(options.values())))
    return sorted(taken, key=lambda place: place.start)


def said(text: str, chosen: Iterable[tuple[Place, str]]) -> str:
    """The text with each place said as chosen."""
    out, at = list[str](), 0
    for place, option in sorted(chosen, key=lambda pair: pair[0].start):
        out += [text[at : place.start], option]
        at = place.end
    return "".join([*out, text[at:]])


def group(
    *members: str, also: Sequence[str] = (), before: str = "", after: str = "", casual: bool = False
) -> list[Rule]:
    """Each member may be said as any other, the plainest first; those of `also`, more bookish than all (or `casual`: plainer),
    are understood and never said. `before` and `after` are patterns of what must stand there."""
    rules = []
    for member in sorted((*members, *also), key=len, reverse=True):
        at = members.index(member) if member in members else -1 if casual else len(members)
        others = tuple(
            f"{BOOKISH if number > at else ''}{other}" for number, other in enumerate(members) if other != member
        )
        spelled = re.escape(member).replace(r"\ ", r"\s")
        edge = r"(?![\w'’-])" if member[-1].isalpha() else ""
        start = r"(?<![\w'’-])" if member[0].isalpha() else ""
        pattern = re.compile(f"{before}{start}(?P<it>{spelled}){edge}{after}", re.I)
        rules.append(Rule(pattern, lambda _, others=others: others))  # type: ignore[misc]
    return rules


def one_way(*olds: str, by: str, before: str = "", after: str = "") -> list[Rule]:
    """Each of `olds` may be said as `by`, which does not mean them everywhere."""
    return group(by, also=olds, before=before, after=after)
