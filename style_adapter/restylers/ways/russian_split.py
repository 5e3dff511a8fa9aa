"""One Russian sentence as two or more, its words and their order unchanged; each keeps the citations."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_turn import depends
from style_adapter.restylers.ways.russian_words import WORD, first_verb, has_verb, is_a, upper
from style_adapter.score.morph import parses

# With one of these in the first part, what follows may still belong to the clause it opens.
_OPENS = re.compile(
    r"\b(?:если|когда|хотя|чтобы|пока|котор\w+|что|чего|чему|чем|где|куда|откуда|как|как(?:ой|ая|ое|ие|их|им|ими|ого|ому|ую)|поскольку|потому|ли|будто|пусть|раз"
    r"|кто|кого|кому|ни|либо|чей|чья|чьё|чьи|сколько|насколько|то|не только|или|кроме|включая|например|так)\b",
    re.I,
)
# A condition at the end of the second part may hold for the first too.
_HANGS = re.compile(
    r"\b(?:если|когда|кроме|пока|чтобы|потому|поскольку|хотя|исключени\w+|услови\w+|случа\w+|котор\w+)\b", re.I
)
_STARTS_APART = re.compile(
    r"(?:не|также|затем|потом|только|и|именно|если|когда|лишь|даже|то|уже|чаще|иногда|ещё)\b", re.I
)
_SHARED = re.compile(r"(?:если|когда|при|пока|для|после|до|в|на|во|с|со|у|по|без|за|из|через)\b", re.I)


def splits(core: str, mask: str, tail: str) -> list[str]:
    return [
        *_at_semicolons(core, mask, tail),
        *_at_conjunction(core, mask, tail),
        *_at_ellipsis(core, mask, tail),
        *_at_relative(core, mask, tail),
        *_at_comma(core, mask, tail),
    ]


def _cut(core: str, tail: str, *parts: tuple[int, int]) -> str:
    """The parts as sentences of their own, each with the citations of the tail."""
    cited = tail.rstrip(".! ")
    texts = [upper(core[start:end].strip()) for start, end in parts]
    return ". ".join(f"{text}{cited}" for text in texts[:-1]) + f". {texts[-1]}{tail}"


def _at_semicolons(core: str, mask: str, tail: str) -> list[str]:
    """«A; B [1].» as «A [1]. B [1].»."""
    if not 1 <= mask.count(";") <= 2 or "(" in mask or ":" in mask:
        return []
    ends = [found.start() for found in re.finditer(";", mask)]
    spans = list(zip([0, *(end + 1 for end in ends)], [*ends, len(core)], strict=True))
    texts = [mask[start:end].strip() for start, end in spans]
    if any(len(text.split()) < 3 or not _states(text) for text in texts):
        return []
    lead = texts[0].split()[0].lower()
    if (
        not _object_leads(texts[0])
        and (leads(texts[0]) or lead in ("если", "когда", "пока"))
        and any(text.split()[0].lower() != lead for text in texts)
    ):
        return []
    return [_cut(core, tail, *spans)]


def _object_leads(text: str) -> bool:
    """Whether it begins with what is done to («Миграцию запускает `run`»), which holds for its own verb alone."""
    what = phrase(text, 0, "accs")
    if what is None or any(str(r.tag.case) == "nomn" for r in parses(fold(what.words[-1]))):
        return False
    verb = re.match(rf" (?P<verb>{WORD}) ", text[depends(text, what.end) :])
    return verb is not None and any("tran" in r.tag and "3per" in r.tag for r in parses(fold(verb["verb"]))[:1])


def _states(text: str) -> bool:
    return has_verb(text) or " — " in text


def _at_conjunction(core: str, mask: str, tail: str) -> list[str]:
    """«A, а B [1].» as «A [1]. А B [1].», where both say something by themselves."""
    out = []
    for found in re.finditer(r", (?P<word>а|но|однако|поэтому|так что|и|причём|после чего) ", mask):
        first, rest, word = mask[: found.start()], mask[found.end() :], found["word"]
        if re.search(r"[;:(]|\. ", first) or re.search(r";|\. ", rest) or rest.count("(") != rest.count(")"):
            continue
        if _OPENS.search(first) or _HANGS.search(rest) or _STARTS_APART.match(rest):
            continue
        if word in ("поэтому", "так что") and _lacks_subject(rest):
            continue
        if word == "а" and re.search(r"\bне\b", first):  # «не A, а B» is one statement
            continue
        if word in ("и", "но", "однако") and not _speaks_of(rest):  # the subject of the first part would be missing
            continue
        if " — " in first or not _says(first, rest) or min(len(first.split()), len(rest.split())) < 3:
            continue
        if leads(first) and rest.split()[0].lower() != first.split()[0].lower() and word != "поэтому":
            continue
        said = {"после чего": "После этого", "причём": "Причём"}.get(word, word.capitalize())
        second = core[found.end() :]
        out.append(f"{core[: found.start()]}{tail.rstrip('.! ')}. {said} {second}{tail}")
    return out[:1]


def _lacks_subject(rest: str) -> bool:
    """«поэтому по умолчанию должен быть в Git»: a sentence of its own would leave open who."""
    rest = re.sub(r"^(?:по умолчанию|всегда|обычно|не) ", "", rest)
    return first_verb(rest) == 0 or re.match(r"(?:долж|мо[гж])[а-яё]+\b", rest) is not None


def _says(first: str, rest: str) -> bool:
    """Whether both have a predicate near: a verb, or for the second a dash that stands for the verb of the first."""
    near = re.split(r"[,:]", rest)[0]
    stated = has_verb(near.split(" — ")[0]) or (" — " in near and not has_verb(rest) and _names(rest))
    return has_verb(first) and stated


def _names(text: str) -> bool:
    """Whether what stands before a dash has a noun of its own or none to miss: no adjective alone, whose noun was said before."""
    words = re.findall(rf"{WORD}|{HELD}+", text.split(" — ")[0])
    lone = [word for word in words if any(str(r.tag.POS) in ("ADJF", "PRTF", "NUMR") for r in parses(fold(word))[:1])]
    return not lone or any(word.startswith(HELD) or is_a(word, "NOUN") for word in words)


def leads(text: str) -> bool:
    """Whether it begins with a place, a time, a condition or a person it is for rather than with what it speaks of: what comes
    first may hold for all that follows («Стажёрам доступ закрыт, но чтение открыто»)."""
    text = re.sub(r"^(?:Однако|Но|А|Поэтому|Также|Кроме того,|При этом) ", "", text)
    if text.startswith(HELD):
        return False
    word = re.match(WORD, text)
    if word is None or any(is_a(word.group(), part) for part in ("PREP", "ADVB")):
        return True
    cases = {str(reading.tag.case) for reading in parses(fold(word.group())) if reading.tag.case}
    return bool(cases) and "nomn" not in cases


def _speaks_of(text: str) -> bool:
    """Whether a subject stands before the verb, its first word in the nominative."""
    at = first_verb(text)
    if at == 0:
        return False
    if text.startswith(HELD):
        return True
    word = re.match(WORD, text)
    if word is None or is_a(word.group(), "PREP"):
        return False
    return any(
        str(reading.tag.case) == "nomn" and str(reading.tag.POS) in ("NOUN", "ADJF", "NPRO", "NUMR")
        for reading in parses(fold(word.group()))[:2]
    )


def _at_ellipsis(core: str, mask: str, tail: str) -> list[str]:
    """«Сессия живёт 12 часов, для L3 — час [1].» as «Сессия живёт 12 часов [1]. Для L3 — час [1].»."""
    found = re.match(r"(?P<first>[^,;:()]+), (?P<rest>[^;:()]+)$", mask)
    if (
        not found
        or ". " in mask
        or _OPENS.search(found["first"])
        or re.match(r"(?:а|но|и|в том числе)\b", found["rest"])
    ):
        return []
    first, rest = found["first"], found["rest"]
    if not all(part.count(" — ") == 1 for part in rest.split(", ")) or _HANGS.search(rest) or has_verb(rest):
        return []
    if (" — " in first) == has_verb(first) or first.count(" — ") > 1 or len(first.split()) < 3 or _OPENS.search(rest):
        return []
    if re.search(r"\bне\b", first) or re.search(r"\bсо? (?:даты|момента|дня)\b", rest):  # may be of both
        return []
    begins = rest.split()[0]
    if not _names(rest):  # «промежуточные — 3 года»: which?
        return []
    if leads(first) and first.split()[0].lower() != begins:
        return []
    if not (_SHARED.match(rest) or _speaks_of(rest)) or is_a(begins, "ADVB"):
        return []
    return [_cut(core, tail, (0, found.end("first")), (found.start("rest"), len(core)))]


_WHICH = {"что": "Это", "в результате чего": "В результате", "из-за чего": "Из-за этого", "благодаря чему": "Благодаря этому",
          "в связи с чем": "В связи с этим", "для чего": "Для этого", "вследствие чего": "Из-за этого"}  # fmt: skip
_EFFECT = (
    r"(?:при(?:водит|вело|ведёт|ведет)|позволя(?:ет|ло)|позволит|позволило|означает|означало|обеспечи(?:вает|ло)|делает|сделало"
    r"|способств(?:ует|овало)|ведёт|вед[её]т|вызвало|вызывает|упрощает|упростило|снижает|снизило|повышает|повысило|увеличивает"
    r"|увеличило|уменьшает|уменьшило|помогает|помогло|ускоряет|ускорило|экономит|гарантирует|исключает|облегчает|облегчило)\b"
)


def _at_relative(core: str, mask: str, tail: str) -> list[str]:
    """«A, что приводит к B [1].» as «A [1]. Это приводит к B [1].»."""
    found = re.match(
        rf"(?P<first>[^;:()]+), (?P<word>что (?=(?:не |также )?{_EFFECT})"
        rf"|в результате чего |из-за чего |благодаря чему |в связи с чем |вследствие чего )(?P<rest>[^;]+)$", mask,
    )  # fmt: skip
    if not found or ". " in mask or _OPENS.search(found["first"]) or len(found["rest"].split()) < 3:
        return []
    if not has_verb(found["first"]) or _HANGS.search(found["rest"]) or not has_verb(found["rest"]):
        return []
    if re.search(r"\b(?:а|но|и)$|, (?:но|а) ", found["first"]) or len(found["first"].split()) < 3:
        return []
    said = _WHICH[found["word"].strip()]
    return [f"{core[: found.end('first')]}{tail.rstrip('.! ')}. {said} {core[found.start('rest') :]}{tail}"]


def _at_comma(core: str, mask: str, tail: str) -> list[str]:
    """«Индекс растёт, копия лежит в архиве [1].» as «Индекс растёт [1]. Копия лежит в архиве [1].»: two clauses with a comma
    alone between them, each with its subject and verb."""
    found = re.match(r"(?P<first>[^,;:()—–]+), (?P<rest>[^,;:()—–]+)$", mask)
    if not found or ". " in mask or _OPENS.search(mask) or _HANGS.search(mask) or _STARTS_APART.match(found["rest"]):
        return []
    first, rest = found["first"], found["rest"]
    if min(len(first.split()), len(rest.split())) < 3 or not _whole(first) or not _whole(rest) or leads(first):
        return []
    if re.match(r"(?:а|но|и|однако|поэтому|причём|значит|в том числе|всё|все|весь|вся|это)\b", rest):
        return []
    return [_cut(core, tail, (0, found.end("first")), (found.start("rest"), len(core)))]


def _whole(text: str) -> bool:
    """Whether it is a clause of its own: a phrase in the nominative or accusative, «их», «для них» and the like, then a verb."""
    at = first_verb(text) if first_verb(text) >= 0 else _adjective(text)
    says = re.search(r"\b(?:говор|счита|пиш|сообща|полага|утвержда|отмеча|поясн|сказ)[а-яё]* ?", text)
    if at <= 0 or (says and phrase(text, says.end(), "accs") is None):
        return False
    if re.match(
        r"(?:(?:для|на|в|при|из|у|с|к) )?(?:его|её|их|них|него|неё|ней|нём|нем|ним|нему|он|она|они|оно)\b ", text
    ):
        return True
    return any(phrase(text, 0, case) is not None for case in ("nomn", "accs"))


def _adjective(text: str) -> int:
    """Where a short adjective stands as the predicate."""
    for found in re.finditer(WORD, text):
        if (readings := parses(fold(found.group()))) and str(readings[0].tag.POS) in ("ADJS", "PRED"):
            return found.start()
    return -1
