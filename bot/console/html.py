"""HTML by function calls: whatever is not made by `tag` is escaped. Knows no page."""

from __future__ import annotations

import html
from difflib import SequenceMatcher
from itertools import pairwise

from razdel import tokenize

VOID = {"meta", "link", "br"}


class Safe(str):
    """Markup that `tag` made, or that stands in our own code."""

    __slots__ = ()


Child = str | int | float | None


def tag(element: str, /, *children: Child, **attributes: str | None) -> Safe:
    """An element; `class_` is its class. A child or attribute that is None is left out."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if element in VOID:
        return Safe(f"<{element}{pairs}>")
    return Safe(f"<{element}{pairs}>{text(*children)}</{element}>")


def text(*children: Child) -> Safe:
    """Children one after the other, each escaped unless it is markup already."""
    parts = (child if isinstance(child, Safe) else html.escape(str(child)) for child in children if child is not None)
    return Safe("".join(parts))


def rows(head: tuple[str, ...], body: list[list[Child]]) -> Safe:
    """A table; each cell knows its column's name, for narrow screens."""
    heads = tag("tr", *(tag("th", name, scope="col") for name in head))
    lines = [
        tag("tr", *(tag("td", cell, data_label=name) for name, cell in zip(head, line, strict=True))) for line in body
    ]
    return tag("table", tag("thead", heads), tag("tbody", *lines))


def difference(before: str, after: str) -> tuple[Safe, Safe]:
    """Both texts, with the words that only one of them has marked: `<del>` in the first, `<ins>` in the second."""
    a, b = _words(before), _words(after)
    left: list[Safe] = []
    right: list[Safe] = []
    matcher = SequenceMatcher(None, [word.lower() for word in a], [word.lower() for word in b], autojunk=False)
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        gone, come = "".join(a[a1:a2]), "".join(b[b1:b2])
        if kind == "equal":
            left.append(text(gone))
            right.append(text(come))
            continue
        if gone:
            left.append(tag("del", gone) if gone.strip() else text(gone))
        if come:
            right.append(tag("ins", come) if come.strip() else text(come))
    return Safe("".join(left)), Safe("".join(right))


def _words(line: str) -> list[str]:
    """Words with the blanks after them, so that joined they are the text again."""
    starts = [token.start for token in tokenize(line)]
    cuts = [0, *starts[1:], len(line)] if starts else [0, len(line)]
    return [line[a:b] for a, b in pairwise(cuts)]


def highlight(line: str, spots: list[str]) -> Safe:
    """The text with these spots in `<mark>`, longest first; overlapping ones merge."""
    marks = [False] * len(line)
    for spot in spots:
        start = line.find(spot) if spot.strip() else -1
        while start >= 0:
            marks[start : start + len(spot)] = [True] * len(spot)
            start = line.find(spot, start + len(spot))
    parts: list[Safe] = []
    start = 0
    for end in range(1, len(line) + 1):
        if end == len(line) or marks[end] != marks[start]:
            piece = line[start:end]
            parts.append(tag("mark", piece) if marks[start] else text(piece))
            start = end
    return Safe("".join(parts))
