"""Who does what, the other way round: «Линтер проверяет отступы» and «Отступы проверяет линтер». The form of a word, not its
place, says who does it: where it could be either, the order stays."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD
from style_adapter.restylers.ways.russian_phrase import Phrase, phrase
from style_adapter.restylers.ways.russian_words import WORD, first_verb, is_a, lower, upper
from style_adapter.score.morph import parses

CASES = {
    "для": ("gent",), "в": ("loct", "accs"), "во": ("loct",), "на": ("loct",), "при": ("loct",), "без": ("gent",),
    "после": ("gent",), "до": ("gent",), "через": ("accs",), "внутри": ("gent",), "вне": ("gent",),
    "во время": ("gent",), "перед": ("ablt",), "между": ("ablt",),
}  # fmt: skip
_TIED = re.compile(
    r"\b(?:не|ни|только|лишь|даже|также|тоже|уже|ещё|сам|сама|само|сами|себя|себе|собой|свой|своя|своё|свои|своего|своей|своих"
    r"|свою|своим|своими|его|её|их|это|этот|эта|эти|этого|что|котор\w+|если|когда|чтобы|как|каждый|каждая|каждое|все|любой"
    r"|никто|один|одна|одно|и|или|а|но)\b", re.I,
)  # fmt: skip


def turns(core: str, mask: str) -> list[str]:
    if re.search(r"[;:()—–]|\. ", mask):
        return []
    return [*_object_last(core, mask), *_object_first(core, mask), *_subject_first(core, mask)]


def depends(mask: str, at: int) -> int:
    """Where the genitives and names that hang on a noun end."""
    while mask[at : at + 1] == " ":
        held = re.match(rf" {HELD}+(?![^\s,.;:])", mask[at:])
        if held:
            at += held.end()
            continue
        more = phrase(mask, at + 1, "gent")
        if (
            more is None
            or more.words[0] in ("раз", "лет")
            or any(str(r.tag.case) == "nomn" for r in parses(fold(more.words[0]))[:3])
        ):
            break
        at = more.end
    return at


def hangs(rest: str) -> bool:
    """Whether nothing but genitives, names and prepositions with their nouns follows a noun, where the text is known to be
    its phrase."""
    for word in rest.split():
        if re.fullmatch(rf"{HELD}+", word):
            continue
        if is_a(word, "PREP") and word != "для":
            return True
        if not any(str(r.tag.case) == "gent" for r in parses(fold(word))[:4]):
            return False
    return True


def _transitive(word: str) -> str:
    """The number of a finite transitive verb of the third person; "" where it is none."""
    readings = parses(fold(word))[:1]
    for reading in readings:
        tag = reading.tag
        if str(tag.POS) == "VERB" and "tran" in tag and "impr" not in tag and (not tag.person or "3per" in tag):
            return str(tag.number)
    return ""


def _clear(one: Phrase, subject: Phrase, verb: str) -> bool:
    """Whether it can't be the subject: another number than the verb's, or no form of the nominative."""
    if str(subject.noun.number) != verb or str(subject.noun.animacy) == str(one.noun.animacy) == "anim":
        return False
    nominative = any(str(r.tag.case) == "nomn" for word in one.words for r in parses(fold(word)) if r.is_known)
    return str(one.noun.number) != verb or not nominative


def _object_last(core: str, mask: str) -> list[str]:
    """«Ключи меняет дежурный инженер раз в год» as «Дежурный инженер меняет ключи раз в год»."""
    what = phrase(mask, 0, "accs")
    end = depends(mask, what.end) if what else 0
    verb = re.match(rf" (?P<verb>{WORD}) (?=[а-яё])", mask[end:]) if what else None
    number = _transitive(verb["verb"]) if verb else ""
    if what is None or verb is None or not number:
        return []
    who = phrase(mask, end + verb.end(), "nomn")
    if (
        who is None
        or not _clear(what, who, number)
        or _TIED.search(mask[: end + verb.end()])
        or _TIED.search(" ".join(who.words))
    ):
        return []
    stop = depends(mask, who.end)
    if re.match(r",| и\b| или\b| [А-ЯЁ]", mask[stop:]) or re.match(rf" {WORD}(?:ый|ий|ая|ое|ые|ие)\b", mask[stop:]):
        return []
    after = re.match(rf" ({WORD})", mask[stop:])
    if (
        after
        and after.group(1) not in ("раз", "лет")
        and any(str(reading.tag.case) == "gent" for reading in parses(fold(after.group(1))) if reading.tag.case)
    ):  # «совет директоров компании»: it would be left with the object
        return []
    return [f"{upper(core[who.start : stop])} {verb['verb']} {lower(core[:end])}{core[stop:]}"]


def _object_first(core: str, mask: str) -> list[str]:
    """«Линтер проверяет отступы и имена» as «Отступы и имена проверяет линтер»."""
    who = phrase(mask, 0, "nomn")
    end = depends(mask, who.end) if who else 0
    verb = re.match(rf" (?P<verb>{WORD}) (?=[а-яё])", mask[end:]) if who else None
    number = _transitive(verb["verb"]) if verb else ""
    if who is None or verb is None or not number:
        return []
    at = end + verb.end()
    what = phrase(mask, at, "accs")
    rest = mask[at:]
    if what is None or not _clear(what, who, number) or _TIED.search(mask[:at]):
        return []
    if _TIED.search(re.sub(r" (?:и|или) ", " ", rest)) or first_verb(rest) >= 0 or len(rest.split()) > 9:
        return []
    if any(
        is_a(word, part) for word in re.findall(WORD, rest) for part in ("PRTF", "GRND", "INFN", "PRTS", "ADJS", "PRED")
    ):
        return []
    return [f"{upper(core[at:])} {verb['verb']} {lower(core[:end])}"]


def _only_place(text: str) -> bool:
    """Whether it is nothing but prepositions with their nouns and what hangs on those."""
    at = 0
    while at < len(text):
        found = re.match(rf"({WORD}) ", text[at:])
        cases = CASES.get(found.group(1).lower(), ()) if found else ()
        if found is None or not cases:
            return False
        at += found.end()
        held = re.match(rf"{HELD}+(?: {HELD}+)*(?= |$)", text[at:])
        what = None if held else next((p for case in cases if (p := phrase(text, at, case)) is not None), None)
        if not held and what is None:
            return False
        at = depends(text, at + held.end() if held else what.end) + 1  # type: ignore[union-attr]
    return True


def _subject_first(core: str, mask: str) -> list[str]:
    """«В праздник действует пятничное расписание» as «Пятничное расписание действует в праздник»."""
    word = re.match(WORD, mask)
    if word is None or not (is_a(word.group(), "PREP") or len(word.group()) == 1) or "," in mask:
        return []
    at = first_verb(mask)
    if at <= 0 or _TIED.search(mask) or first_verb(mask[at + len(re.match(WORD, mask[at:]).group()) :]) >= 0:  # type: ignore[union-attr]
        return []
    verb = re.match(WORD, mask[at:]).group()  # type: ignore[union-attr]
    if re.match(r"(?:был|есть|бы|мо[гж]|долж|име|нача|ста[лн]|явля)", verb) or not 2 <= len(mask[:at].split()) <= 7:
        return []
    if any(
        is_a(w, part)
        for w in re.findall(WORD, mask[:at])
        for part in ("PRTF", "GRND", "INFN", "PRED", "ADJS", "NPRO", "COMP")
    ):
        return []
    who = phrase(mask, at + len(verb) + 1, "nomn") if _only_place(mask[: at - 1]) else None
    if who is None or depends(mask, who.end) != len(mask):
        return []
    numbers = {str(r.tag.number) for r in parses(fold(verb))[:1]}
    genders = {str(r.tag.gender) for r in parses(fold(verb))[:1] if r.tag.gender and str(r.tag.number) == "sing"}
    if str(who.noun.number) not in numbers or (genders and str(who.noun.gender) not in genders):
        return []
    return [f"{upper(core[who.start :])} {core[at : at + len(verb)]} {lower(core[:at].rstrip())}"]
