"""Fact locking: what must come back letter for letter goes through a model as placeholders. Knows no model."""

from __future__ import annotations

import re
from collections.abc import Mapping

from style_adapter.guard.facts import analyse

LEFT, RIGHT = "⟦", "⟧"
PLACEHOLDER = re.compile(rf"{LEFT}(\d+){RIGHT}")


def lock(draft: str) -> tuple[str, dict[str, str]]:
    """The draft with `⟦1⟧`, `⟦2⟧` … for identifiers, numbers with their units, and dates; and what each stands for.

    Citations stay as they are, so that a model sees where claims end; number words of everyday talk are left alone.
    A draft that already holds such brackets is returned as it is, with an empty table."""
    if LEFT in draft or RIGHT in draft:
        return draft, {}
    facts = analyse(draft)
    spans = [(i.start, i.end) for i in facts.identifiers]
    spans += [(m.start, m.end) for m in facts.moments if m.key[0] in ("day", "clock")]
    spans += [(v.start, v.end) for v in facts.values if v.form == "digits"]
    table: dict[str, str] = {}
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if start < position:
            continue
        mark = f"{LEFT}{len(table) + 1}{RIGHT}"
        table[mark] = draft[start:end]
        pieces += [draft[position:start], mark]
        position = end
    return "".join(pieces) + draft[position:], table


def unlock(text: str, table: Mapping[str, str]) -> str | None:
    """The text with every placeholder replaced, or None when one is missing, came twice, or was never given."""
    found = [m.group() for m in PLACEHOLDER.finditer(text)]
    if sorted(found) != sorted(table):
        return None
    opened = PLACEHOLDER.sub(lambda m: table[m.group()], text)
    rest = PLACEHOLDER.sub("", text)
    return None if LEFT in rest or RIGHT in rest else opened
