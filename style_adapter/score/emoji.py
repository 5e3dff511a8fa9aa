"""Emoji and text smileys in a reply, with their places. A list's «1)» and balanced brackets are no
smileys."""

from __future__ import annotations

import re

EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U0001f1e6-\U0001f1ff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23fa\u203c\u2049\u3030\u303d]"
    "[\ufe0f\u200d\U0001f3fb-\U0001f3ff\U0001f000-\U0001faff\u2600-\u27bf]*|.\ufe0f\u20e3?"
)
SMILEY = re.compile(
    r"(?<![\w`])(?:[:;=][-‑'^o]?[)(\]\[DPpРЗ3*|/\\]{1,6}(?![\w/])|[(\[][-^]?[:;=](?!\w)|"
    r"[xX]D+\b|[хХ][дД]+\b|<3+(?!\d)|"
    r"\^_*\^|[oоOО0]_+[oоOО0]\b|[-=]_+[-=]|T_T\b|¯\\?_\(ツ\)_/¯|\(ツ\)|:[a-z_]{3,20}:(?!\w))"
)
LIST_MARK = re.compile(r"(?:^|(?<=[\s(]))(?:\d{1,3}|[a-zA-Zа-яА-ЯёЁ]{1,2})\)", re.M)


def smileys(text: str) -> list[tuple[int, int]]:
    """Spans of every emoji and smiley of a text whose code is already blanked out, in order."""
    spans = [found.span() for rule in (EMOJI, SMILEY) for found in rule.finditer(text)]
    covered = {at for start, end in spans for at in range(start, end)}
    lists = {found.end() - 1 for found in LIST_MARK.finditer(text)}
    depth = 0
    for found in re.finditer(r"[()]", text):
        at = found.start()
        if at in covered:
            continue
        if found.group() == "(":
            depth += 1
        elif depth:
            depth -= 1
        elif at not in lists:
            spans.append((at, at + 1))
    return _joined(sorted(spans))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
