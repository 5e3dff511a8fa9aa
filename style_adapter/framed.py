"""The `framed` rung: the draft word for word, the persona speaking only around it, in remarks that state no fact.
Knows no model; whether a remark states a fact, the guard decides."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from core.text import CITATION, sentences
from style_adapter.bible import Bible
from style_adapter.score.address import forms
from style_adapter.score.morph import tokens

# Subjects at which nobody jests.
GRAVE = re.compile(
    r"(?<!\w)(?:смерт|умер|умира|погиб|гибел|похорон|траур|суицид|самоуби|насил|убий|инвалид|онколог|злокачеств|опухол|рак(?:а|ом)?\b"
    r"|инфаркт|инсульт|кровотеч|реанимац|ампутац|травм|ожог|отравлен|анафилак|беременн|выкидыш|диагноз|лекарств|симптом|боль\b|боли\b"
    r"|хирург|пострадавш|эвакуац|пожар|увольнен|сокращени[ея]\s+(?:штата|работник)|банкрот|взыскан|арест|уголовн|сирот|опек[аиу]\b"
    r"|беженц|войн|теракт|пациент|death|died\b|dying|deceased|funeral|suicid|violen|murder|cancer|tumou?r|stroke\b|bleed|amputat"
    r"|injur|poison|anaphyla|pregnan|miscarr|diagnos|medicin|symptom|pain\b|surg|casualt|evacuat|fire\b|dismissal|bankrupt|arrest"
    r"|criminal|orphan|refugee|war\b|patient)",
    re.I,
)
QUOTED = re.compile(r"```[\s\S]*?(?:```|\Z)|`[^`\n]*`|«[^«»\n]*»|\"[^\"\n]*\"")
LONGEST_REMARK = 90  # characters; a frame is seasoning
OFFERED = 4


def remarks(bible: Bible, said: str, partly: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the persona may say around facts: the bible's own frames, else the remarks in its examples; the sober ones alone
    where `partly` (no direct answer) or what is `said`, question and facts, is grave."""
    if partly or GRAVE.search(said):
        return bible.framing.sober_before, bible.framing.sober_after
    if bible.framing.before or bible.framing.after:
        return bible.framing.before, bible.framing.after
    before: list[str] = []
    after: list[str] = []
    for example in bible.examples:
        if not example.draft:
            continue
        spans = [example.reply[start:end] for start, end in sentences(example.reply)]
        cited = [number for number, span in enumerate(spans) if CITATION.search(span)]
        if cited:
            before += [span for span in spans[: cited[0]] if len(span) <= LONGEST_REMARK]
            after += [span for span in spans[cited[-1] + 1 :] if len(span) <= LONGEST_REMARK]
    return tuple(before), tuple(after)


def fitting_address(bible: Bible, items: Sequence[str], body: str) -> tuple[str, ...]:
    """Of these remarks those that may stand beside facts that address their reader in the other form («вы» in a quote that
    stays as it is): such as address nobody."""
    if bible.address not in ("ty", "vy") or not ({"ty", "vy"} - {bible.address}) & _addresses(body):
        return tuple(items)
    return tuple(item for item in items if not _addresses(item))


def _addresses(text: str) -> set[str]:
    return {form for _, form, _ in forms(tokens(QUOTED.sub(" ", text)))}


def _order(items: Sequence[str], seed: str) -> list[str]:
    """The same seed gives the same order, another seed another: replies vary, yet a question asked twice is answered alike."""
    return sorted(items, key=lambda item: hashlib.blake2b((seed + item).encode(), digest_size=8).digest())


def frame(bible: Bible, body: str, seed: str, partly: bool = False) -> list[str]:
    """Up to four wordings around `body`, most wanted first; none where the persona has no remarks."""
    before, after = (fitting_address(bible, items, body) for items in remarks(bible, f"{seed}\n{body}", partly))
    openings, closings = _order(before, seed), _order(after, seed)
    pick = hashlib.blake2b(seed.encode(), digest_size=1).digest()[0]
    offered: list[str] = []
    for number in range(OFFERED):
        opening = openings[number % len(openings)] if openings else ""
        closing = closings[number % len(closings)] if closings else ""
        if opening and closing:
            style = (pick + number) % 3
            opening, closing = opening if style != 1 else "", closing if style != 0 else ""
        apart = "\n" if "\n" in body else " "
        text = apart.join(part for part in (opening, body, closing) if part)
        if text != body and text not in offered:
            offered.append(text)
    return offered
