"""A row of a table as a sentence, its header's words as the frame: «Ключи подписи — срок: 1 год; кто меняет: Лиза» as «Для
ключей подписи срок — 1 год, меняет Лиза»."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD, masked
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_turn import hangs
from style_adapter.restylers.ways.russian_words import HELD_TEXT, WORD, has_verb, lower
from style_adapter.score.morph import parses

_LABEL = rf"[а-яё][а-яё-]*(?: (?:[а-яё-]+|{HELD}+)){{0,3}}"
ROW = re.compile(rf"(?P<subject>[^—;:()\n]+(?:\([^()\n]*\))?) — (?P<cells>{_LABEL}: .+)$")
_CELL = re.compile(rf"(?P<label>{_LABEL}): (?P<value>[^;:]+)$")
_UNITS = re.compile(r"[А-ЯЁ]?[а-яё]?[А-ЯЁ][а-яё]?\b")  # «ГиБ» reads as a verb
_LONGEST = 12  # words of a cell
_TAIL = re.compile(r"\s*(?:\[\d{1,3}\]\s*)*[.!]?\s*$")
_ONLY_NAMES = frozenset(("описание", "пояснение"))  # labels that say nothing of their cell
_SEVERAL = re.compile(r"(?:исключени|ограничени|требовани|услови|услуг|скид|льгот|особенност)")


def is_row(sentence: str) -> bool:
    """Whether a sentence is a row: what it is of, a dash, cells with their labels."""
    core = sentence[: _TAIL.search(sentence).start()]  # type: ignore[union-attr]
    found = ROW.match(masked(core, HELD_TEXT))
    cells = [_CELL.match(cell) for cell in found["cells"].split("; ")] if found else []
    if len(cells) == 1 and cells[0] is not None and cells[0]["label"] not in _ONLY_NAMES:
        return False  # «Обычный случай — ошибка сети: сервис ждёт»
    return bool(cells) and None not in cells


def told(sentence: str) -> list[str]:
    """The row as a sentence; none where a cell is long or what the row is of has no sure case."""
    tail = sentence[_TAIL.search(sentence).start() :]  # type: ignore[union-attr]
    core = sentence[: len(sentence) - len(tail)]
    mask = masked(core, HELD_TEXT)
    found = ROW.match(mask)
    if found is None:
        return []
    subject = core[: found.end("subject")]
    cells = list[str]()
    changed, at = False, found.start("cells")
    for seen in found["cells"].split("; "):
        cell = _CELL.match(seen)
        if cell is None or len(seen.split()) > _LONGEST:
            return []
        value = core[at + cell.start("value") : at + cell.end("value")]
        alone = len(seen) == len(found["cells"])
        said = _said(cell["label"], value, cell["value"]) if alone or cell["label"] not in _ONLY_NAMES else ""
        cells.append(said or core[at : at + len(seen)])
        changed |= bool(said)
        at += len(seen) + 2
    first = _CELL.match(found["cells"].split("; ")[0])
    label = first["label"] if first else ""
    if label in _ONLY_NAMES:
        return [f"{subject} — {cells[0]}{tail}"] if len(cells) == 1 and cells[0] != core[found.start("cells") :] else []
    if not changed or cells[0] == core[found.start("cells") :].split("; ")[0]:
        return []
    glue = "; " if any("," in cell or ":" in cell for cell in cells) else ", "
    if label == "по умолчанию":
        return [f"{subject} {glue.join(cells)}{tail}"]
    whose = _of(subject, mask)
    return [f"Для {whose} {glue.join(cells)}{tail}"] if whose else []


def _of(subject: str, mask: str) -> str:
    """What the row is of, in the genitive; "" where it is nobody's thing or its case is not sure."""
    seen = mask[: len(subject)]
    if re.fullmatch(rf"{HELD}+", seen):
        return subject
    head = re.match(rf"{HELD}+(?= )", seen)
    if head:
        return subject if re.match(r" (?:на|в|для|из|при|без) ", seen[head.end() :]) else ""
    found = phrase(seen, 0, "nomn")
    if found is None or str(found.noun.animacy) == "anim":
        return ""
    if not hangs(seen[found.end :]):
        return ""
    whose = found.in_case("gent")
    return f"{lower(whose)}{subject[found.end :]}" if whose and "и" not in seen.split() else ""


def _said(label: str, value: str, seen: str) -> str:
    """A cell as part of a sentence; "" where its label is no plain noun."""
    what = phrase(label, 0, "nomn")
    plain = what is not None and hangs(label[what.end :])
    if what is not None and plain and fold(seen.strip()) == "нет":
        several = len(what.words) == 1 and _SEVERAL.match(label)
        none = what.in_case("gent", "plur" if several else "")
        return f"{none}{label[what.end :]} нет" if none else ""
    if " — " in seen or has_verb(_UNITS.sub("", seen)) or ". " in seen or fold(seen.strip()) == "да":
        return ""
    if label in _ONLY_NAMES:
        return lower(value)
    if label == "по умолчанию":
        return f"по умолчанию — {value}"
    who = re.fullmatch(rf"кто (?P<verb>{WORD}ет|{WORD}ит)", label)
    if who:
        return f"{who['verb']} {value}" if _one(seen) else ""
    return f"{label} — {value}" if plain else ""


def _one(seen: str) -> bool:
    """Whether it names one who does it: no list, its noun in the nominative or a name with a capital."""
    word = re.match(WORD, seen)
    if word is None or re.search(r"\bи\b|\bили\b|,", seen):
        return False
    return any(
        str(r.tag.case) == "nomn" and str(r.tag.number) == "sing" and str(r.tag.POS) in ("NOUN", "ADJF")
        for r in parses(fold(word.group()))[:3]
    )
