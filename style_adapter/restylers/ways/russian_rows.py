"""A row of a table as a sentence, its header's words as the frame: «Ключи подписи — срок: 1 год; кто меняет: Лиза» as «Для
ключей подписи срок — 1 год, меняет Лиза», «Уровень: T0; Цена: 5 ₽» as «Для уровня T0 цена — 5 ₽»."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD, masked
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_turn import hangs
from style_adapter.restylers.ways.russian_words import HELD_TEXT, WORD, has_verb, is_a, lower
from style_adapter.score.morph import parses

_LABEL = rf"[а-яё][а-яё-]*(?: (?:[а-яё-]+|{HELD}+)){{0,3}}"
_HEAD = rf"[А-ЯЁA-Z{HELD}][^;:—\n]{{0,40}}"
_ROW = re.compile(rf"(?P<subject>[^—;:()\n]+(?:\([^()\n]*\))?) — (?P<cells>{_LABEL}: .+)$")
_HEADED = re.compile(rf"(?P<head>[А-ЯЁ][а-яё-]+(?: [а-яё-]+){{0,2}}): (?P<of>[^;:\n]+); (?P<cells>{_HEAD}: .+)$")
_CELL = re.compile(rf"(?P<label>{_LABEL}|{_HEAD}): (?P<value>(?:[^;:]|(?<=\d):(?=\d))+)$")
_UNITS = re.compile(r"[А-ЯЁ]?[а-яё]?[А-ЯЁ][а-яё]?\b")  # «ГиБ» reads as a verb
_LONGEST = 12  # words of a cell
_TAIL = re.compile(r"\s*(?:\[\d{1,3}\]\s*)*[.!]?\s*$")
_ONLY_NAMES = frozenset(("описание", "пояснение"))  # labels that say nothing of their cell
_SEVERAL = re.compile(r"(?:исключени|ограничени|требовани|услови|услуг|скид|льгот|особенност)")
_TOTAL = frozenset(("всего", "итого"))
_WHEN = re.compile(r"(?:дат|дн|ден|врем|срок|период|имен|им|фамили)")


def is_row(sentence: str) -> bool:
    """Whether a sentence is a row: what it is of, then cells with their labels."""
    core, _ = _cut(sentence)
    mask = masked(core, HELD_TEXT)
    headed = _HEADED.match(mask)
    found = headed or _ROW.match(mask)
    cells = [_CELL.match(cell) for cell in found["cells"].split("; ")] if found else []
    if not headed and len(cells) == 1 and cells[0] is not None and cells[0]["label"] not in _ONLY_NAMES:
        return False  # «Обычный случай — ошибка сети: сервис ждёт»
    return bool(cells) and None not in cells


def _cut(sentence: str) -> tuple[str, str]:
    tail = sentence[_TAIL.search(sentence).start() :]  # type: ignore[union-attr]
    return sentence[: len(sentence) - len(tail)], tail


def told(sentence: str) -> list[str]:
    """The row as a sentence; none where a cell is long or what the row is of has no sure case."""
    core, tail = _cut(sentence)
    mask = masked(core, HELD_TEXT)
    headed = _HEADED.match(mask)
    found = headed or _ROW.match(mask)
    cells = _cells(core, found) if found else []
    if found is None or not cells:
        return []
    text = "; ".join(cells) if any("," in cell or ":" in cell for cell in cells) else ", ".join(cells)
    if headed:
        if re.match(r"кто\b|описание\b|пояснение\b", fold(headed["cells"])):
            return []  # «Для вида «партнёры» выпускает банк»: what?
        begin = _kind(headed["head"], core[headed.start("of") : headed.end("of")], headed["of"])
        return [f"{begin} {text}{tail}"] if begin else []
    subject = core[: found.end("subject")]
    if found["cells"].startswith("по умолчанию"):
        return [f"{subject} {text}{tail}"]
    if found["cells"].split(":")[0] in _ONLY_NAMES:
        return [f"{subject} — {text}{tail}"]
    whose = _of(subject, mask)
    return [f"Для {whose} {text}{tail}"] if whose else []


def _cells(core: str, found: re.Match[str]) -> list[str]:
    """The cells as parts of a sentence, or as they are; none where the first of them stays as it is."""
    out, at = list[str](), found.start("cells")
    parts = found["cells"].split("; ")
    for seen in parts:
        cell = _CELL.match(seen)
        if cell is None or len(seen.split()) > _LONGEST:
            return []
        label = lower(core[at : at + cell.end("label")])
        said = ""
        if len(parts) == 1 or label not in _ONLY_NAMES:
            said = _said(label, core[at + cell.start("value") : at + cell.end("value")], cell["value"])
        if not said and not out:
            return []
        out.append(said or f"{label}{core[at + cell.end('label') : at + len(seen)]}")
        at += len(seen) + 2
    return out


def _kind(head: str, of: str, seen: str) -> str:
    """How a sentence begins that is of one of a kind: «Для уровня T0», «Если день будний,»; "" where it can't be said."""
    kind = phrase(head, 0, "nomn")
    if kind is None or str(kind.noun.number) != "sing" or re.search(r" (?:в|на|за|для|с|по|из|к) ", head):
        return ""
    if (
        not hangs(head[kind.end :])
        or str(kind.noun.animacy) == "anim"
        or has_verb(_UNITS.sub("", seen))
        or len(seen.split()) > 5
    ):
        return ""
    if re.fullmatch(WORD, seen) and any(
        str(r.tag.POS) == "ADJF" and str(r.tag.case) == "nomn" and str(r.tag.gender) == str(kind.noun.gender)
        for r in parses(fold(seen))[:3]
    ):
        return f"Если {lower(head)} {lower(of)},"
    if _WHEN.match(fold(head)) or "«" in of:
        return ""
    named = not re.search(r"[а-яё]", seen, re.I)
    whose = f"{lower(kind.in_case('gent'))}{head[kind.end :]}"
    return f"Для {whose} {of}" if named else f"Для {whose} «{of}»"


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
    plain = plain or label in _TOTAL or is_a(label.split()[0], "PREP")
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
