"""Whether a number in a text counts a noun: `до 20 копий`, `6 people`; not `в восемь двери открывают`. Knows no dates."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from core.text import CYRILLIC
from style_adapter.guard import morph

NEXT = re.compile(r"[ \xa0-]+([^\W\d_]+)")
CALENDAR = re.compile(
    r"утр|дня|ноч|вечер|час|понедельник|вторник|сред[уые]|четверг|пятниц|суббот|воскресен|январ|феврал|март|апрел|ма[йяю]|июн|июл|"
    r"август|сентябр|октябр|ноябр|декабр|год",
    re.IGNORECASE,
)
COUNTED = ("NOUN", "ADJF", "PRTF")
ANY = frozenset(("nomn", "accs", "gent", "datv", "ablt", "loct"))
BEFORE = re.compile(
    r"(?<!\w)(?:(?P<gent>до|от|с|со|после|около|из|без|для|у)|(?P<datv>к|ко|по)|(?P<loct>в|во|на|о|об|при))\s$",
    re.IGNORECASE,
)
GOVERNED = {  # `в 6 залах` and `в 6 залов`
    "gent": frozenset(("gent",)), "datv": frozenset(("datv", "accs")), "loct": frozenset(("loct", "accs")),
}  # fmt: skip
OBLIQUE = ("gent", "datv", "ablt", "loct")


def counts(text: str, start: int, end: int, number: Fraction) -> bool:
    """Whether what stands behind a number is a noun in the form that this number asks for."""
    cases = _asked(text, start, end)
    for _ in range(3):
        match = NEXT.match(text, end)
        if match is None or (match[1][0].isupper() and not match[1].isupper()):  # a name begins something else
            return False
        if CYRILLIC.match(match[1]):
            return _russian(match[1].lower(), int(number), cases)
        if _plural(match[1].lower()):
            return True
        if morph.form(match[1]).pos not in ("adj", "noun"):
            return False
        end = match.end()
    return False


def _asked(text: str, start: int, end: int) -> frozenset[str]:
    """The cases that a number of this span may stand in, as its last word or the preposition before it tells."""
    last = re.split(r"[\s-]+", text[start:end].lower())[-1]
    if not text[start].isdigit() and CYRILLIC.match(last):
        return frozenset(p.tag.case for p in morph.analyzer().parse(last) if p.tag.case) or ANY
    before = BEFORE.search(text, max(0, start - 9), start)
    return GOVERNED[before.lastgroup or ""] if before else ANY


def numbers(text: str, end: int) -> bool:
    """Whether digits that end at `end` are the number of a thing: `в 3 кабинете`; not `в 8 двери открывают`, `до 18 пятницы`."""
    match = NEXT.match(text, end)
    if match is None or match[1][0].isupper() or not CYRILLIC.match(match[1]) or CALENDAR.match(match[1]):
        return False
    tags = _tags(match[1].lower())
    return any(tag == ("NOUN", "sing", case) for tag in tags[:1] for case in OBLIQUE) and all(
        t[2] != "nomn" for t in tags
    )


def ranks(text: str, start: int, end: int) -> bool:
    """Whether the Russian ordinal of this span stands with a noun: `в двадцать четвёртом кабинете`; not `в двадцать четвёртом
    кабинет закрыли`."""
    match = NEXT.match(text, end)
    if match is None or match[1][0].isupper() or not CYRILLIC.match(match[1]):
        return False
    mine = _cases(re.split(r"[\s\d-]+", text[start:end])[-1].lower())
    return any(tag[0] in ("NOUN", "ADJF") and tag[2] in mine and tag[1] == "sing" for tag in _tags(match[1].lower()))


@lru_cache(maxsize=20_000)
def _tags(word: str) -> tuple[tuple[str, str, str], ...]:
    """Part of speech, number and case of every reading; none of a pronoun or a preposition."""
    if morph.form(word).pos in ("function", "pronoun"):
        return ()
    return tuple(
        (str(p.tag.POS), str(p.tag.number), str(p.tag.case))
        for p in morph.analyzer().parse(word)
        if "Apro" not in p.tag and p.tag.case
    )


def _russian(word: str, number: int, cases: frozenset[str]) -> bool:
    last = 0 if 10 < number % 100 < 20 else number % 10
    plain = bool(cases & {"nomn", "accs"})  # `восемь копий`, `две копии`, but `к двум копиям`
    return any(
        (count == "plur" and (case in cases or (plain and case == "gent")) and case in OBLIQUE and pos in COUNTED)
        or (plain and last in (2, 3, 4) and ((pos, count, case) == ("NOUN", "sing", "gent") or (pos, case) == ("ADJF", "nomn")))
        or (last == 1 and pos == "NOUN" and count == "sing" and case in cases)
        for pos, count, case in _tags(word)
    )  # fmt: skip


TAILS = {"го": "gent", "му": "datv", "м": "loct ablt", "й": "nomn accs", "ый": "nomn accs", "ом": "loct", "ым": "ablt"}


def _cases(word: str) -> set[str]:
    """The cases of an ordinal, or of the letters behind its digits."""
    return set(TAILS[word].split()) if word in TAILS else {case for _, count, case in _tags(word) if count == "sing"}


@lru_cache(maxsize=20_000)
def _plural(word: str) -> bool:
    from lemminflect import getAllLemmas

    return word == "people" or any(lemma != word for lemma in getAllLemmas(word).get("NOUN", ()))
