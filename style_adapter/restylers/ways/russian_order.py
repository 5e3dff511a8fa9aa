"""Other orders of the clauses of a Russian sentence, and one sentence as two. Its words stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD, masked
from style_adapter.restylers.ways.russian_clause import clauses
from style_adapter.restylers.ways.russian_dash import dashes
from style_adapter.restylers.ways.russian_manner import manners
from style_adapter.restylers.ways.russian_purpose import purposes
from style_adapter.restylers.ways.russian_split import leads, splits
from style_adapter.restylers.ways.russian_time import timed
from style_adapter.restylers.ways.russian_turn import turns
from style_adapter.restylers.ways.russian_voice import voices
from style_adapter.restylers.ways.russian_words import HELD_TEXT, WORD, first_verb, has_verb, is_a, lower, upper
from style_adapter.score.morph import parses

# Words after which a clause turned round would point at something else.
_POINTING = re.compile(
    r"\b(?:он|она|оно|они|его|её|ее|их|ему|ей|им|ими|нём|нем|ней|них|ним|нему|этот|эта|это|эти|этого|этой|этом|этих|этим"
    r"|этому|эту|тот|та|те|того|том|тем|такой|такая|такое|такие|такого|таких|таким|там|тогда|туда|оттуда|последний"
    r"|последняя|последние|при этом|поэтому|также|иначе|обе|оба|сам|сама|сами|само|свой|своя|своё|свои|своего|своей|своих|другой"
    r"|другие|остальные|остальных|второй|вторая|второе)\b", re.I,
)  # fmt: skip
_SUBJECTLESS = re.compile(r"(?:не )?[а-яё]+(?:[аея]н|ят)[аоы]? (?:в|на|из|как|для|при|¤)", re.I)

_BARE = re.compile(r"(?:не )?[а-яё]+(?:[аея]н|ят|ыт|ут)[аоы]?$", re.I)  # «если не задано»: what?

_ANTECEDENT = re.compile(  # «в дни, когда» is one phrase
    r"(?:случа\w+|дн[еия]\w*|день|момент\w*|врем\w+|период\w*|сезон\w*|час\w*|год\w*|ситуаци\w+|раз|тогда|пор\w?|минут\w*"
    r"|недел\w+|месяц\w*|сейчас|позже|раньше|этап\w*|эпох\w+|стади\w+|услови\w+)$"
)


def orders(sentence: str) -> list[str]:
    """Condition or purpose before or after what depends on it; two statements of a semicolon as two sentences."""
    end = re.search(r"\s*(?:\[\d{1,3}\]\s*)*[.!]?\s*$", sentence)
    tail = sentence[end.start() :] if end else ""
    core = sentence[: len(sentence) - len(tail)]
    if re.match(r"[а-яё]", core):  # an item of a list may go on from what stands above it
        return []
    mask = masked(core, HELD_TEXT)
    out = [*_orders(core, mask), *_within(core, mask)]
    kept = (text for text in out if not text[:1].isdigit() or core[:1].isdigit())  # «7 дней живут следы» limps
    return [*(text + tail for text in kept), *splits(core, mask, tail)]


_ONE_CLAUSE = (voices, dashes, timed, clauses, turns, purposes, manners)


def _orders(core: str, mask: str) -> list[str]:
    out = [*_turned(core, mask), *_moved(core, mask), *_inverted(core, mask), *_fronted(core, mask)]
    out += [*_may_first(core, mask), *_paired(core, mask)]
    return out + [text for way in _ONE_CLAUSE for text in way(core, mask)]


def _kept_last(core: str, mask: str) -> list[str]:
    """Orders after which the clause ends as before: what follows a colon may explain its last words."""
    return [*_may_first(core, mask), *voices(core, mask), *dashes(core, mask), *clauses(core, mask)]


def _within(core: str, mask: str) -> list[str]:
    """The same for a part before a colon that explains it, or between semicolons."""
    if "(" in mask or ". " in mask or not re.search("[;:]", mask):
        return []
    if ":" in mask and (
        mask.count(":") > 1 or ";" in mask or not has_verb(mask.split(":")[1]) or not has_verb(mask.split(":")[0])
    ):
        return []
    out, at = list[str](), 0
    for end in [*(found.start() for found in re.finditer("[;:]", mask)), len(mask)]:
        start = at + len(mask[at:end]) - len(mask[at:end].lstrip())
        at = end + 1
        part, seen = core[start:end], mask[start:end]
        if start == 0 and ";" in mask and leads(seen):  # what comes first may hold for all parts
            continue
        if len(seen.split()) < 4 or (":" in mask and start > 0) or not re.match(r"[а-яёА-ЯЁ]", seen):
            continue
        for text in (_kept_last if ":" in mask else _orders)(upper(part), upper(seen)):
            if not re.match(r"[А-ЯЁ]", text):
                continue
            out.append(f"{core[:start]}{text if part[0].isupper() else text[0].lower() + text[1:]}{core[end:]}")
    return out


def _turned(core: str, mask: str) -> list[str]:
    """«Если A, то B» as «B, если A» and the other way."""
    if re.search(r"[;:()–]|\. ", mask) or ("—" in mask and ", даже если " not in mask):
        return []
    front = re.match(r"(?P<word>Если|Чтобы|Когда|Пока) (?P<first>[^,]+), (?:то )?(?P<rest>[^,]+)$", mask)
    if front and not re.match(r"(?:и|а|но|что|где|когда|даже|котор\w+|или|либо)\b", front["rest"]):
        first, rest = core[front.start("first") : front.end("first")], core[front.start("rest") : front.end("rest")]
        if not _clauses(first, rest) or re.match(r"(?:бы|например|не указано иное)\b", first):
            return []
        return [f"{upper(rest)}, {front['word'].lower()} {first}"]
    although = re.match(r"(?P<rest>[^,]+), даже если (?P<first>[^,]+)$", mask.replace(" — ", " - "))
    if although:
        first, rest = core[although.start("first") : although.end("first")], core[: although.end("rest")]
        plain = not re.match(r"(?:Если|Когда|Пока|Чтобы|Даже)\b", rest) and " и " not in although["rest"]
        return [f"Даже если {first}, {lower(rest)}"] if plain and _clauses(first) and not _POINTING.search(rest) else []
    if "—" in mask:
        return []
    back = re.match(
        r"(?P<rest>[^,]+), (?P<word>если|чтобы|пока) (?P<first>[^,]+)$", mask
    )  # «показывает, когда …» would lose its object
    if back and not re.search(r"(?:даже|только|лишь|и|так|того|тем|том|ли|как|кроме)$", back["rest"]):
        first, rest = core[back.start("first") : back.end("first")], core[back.start("rest") : back.end("rest")]
        if not _clauses(first, rest) or re.match(r"(?:только|не указано иное)\b", first):
            return []
        if sum(has_verb(part) for part in back["rest"].split(" и ")) > 1:  # the condition may be of the second only
            return []
        if back["word"] == "пока" and re.search(_ANTECEDENT, back["rest"]):
            return []
        if back["word"] == "чтобы" and re.search(r"\b(?:нужн|надо|необходим|достаточн|след|требу|хот)\w*", rest):
            return []
        return [f"{upper(back['word'])} {first}, {lower(rest)}"]
    return []


def _clauses(*texts: str) -> bool:
    """Whether each says something by itself and points at nothing, nor leaves out what it is about («если установлена в 1»)."""
    return all(
        len(text.split()) > 1
        and _says(text)
        and not _POINTING.search(text)
        and not _SUBJECTLESS.match(text)
        and not _BARE.match(text)
        for text in texts
    )


def _says(text: str) -> bool:
    return has_verb(text) or any(is_a(word, "INFN") for word in re.findall(WORD, text))


def _moved(core: str, mask: str) -> list[str]:
    """«По умолчанию X делает Y» as «X делает по умолчанию Y»."""
    front = re.match(r"По умолчанию (?P<rest>[^,;:()—–]+)", mask)
    if not front:
        return []
    at = front.start("rest")
    verb = first_verb(mask[at : front.end()])
    both = sum(first_verb(part) >= 0 for part in front["rest"].split(" и ")) > 1
    if both or re.match(
        r"\s?(?:[;—–]|,(?!\s(?:если|когда|котор|чтобы|где|что)))", mask[front.end() :]
    ):  # it holds for what follows too
        return []
    if verb <= 0 or re.search(r"\b(?:не|где|что) $", mask[at : at + verb]):
        return []
    end = at + verb + len(re.match(WORD, mask[at + verb :]).group())  # type: ignore[union-attr]
    return [f"{upper(core[at:end])} по умолчанию{core[end:]}"]


def _may_first(core: str, mask: str) -> list[str]:
    """«Удалить образ можно командой» as «Можно удалить образ командой»."""
    word = re.match(WORD, mask)
    found = re.match(r"[^,;:()—–.]+? (?P<it>можно|нельзя)(?! никому| никогда| ни ) ?", mask)
    if (
        not word
        or not found
        or not is_a(word.group(), "INFN")
        or len(re.findall(r"\b(?:можно|нельзя)\b", mask)) > 1
        or found.start("it") < word.end()
    ):
        return []
    at, end = found.start("it"), found.end("it")
    rest = core[end:] if core[end : end + 1] in (",", "", ":", ";") else core[end:].lstrip()
    glue = "" if rest[:1] in (",", "", ":", ";") else " "
    return [f"{upper(found['it'])} {lower(core[:at].rstrip())}{glue}{rest}"]


def _paired(core: str, mask: str) -> list[str]:
    """«как A, так и B» as «и A, и B»; «либо A, либо B» as «или A, или B»."""
    out = []
    for first, second, plain in ((r"\bкак\b", r", так и\b", "и"), (r"\bлибо\b", r", либо\b", "или")):
        found = re.search(rf"(?P<a>{first})(?P<between>[^;:—–]+?)(?P<b>{second})", mask)
        if found and len(re.findall(first, mask)) == (1 if plain == "и" else 2) and found.start() > 0:
            between = core[found.start("between") : found.end("between")]
            out.append(f"{core[: found.start()]}{plain}{between}, {plain}{core[found.end() :]}")
    return out


def _inverted(core: str, mask: str) -> list[str]:
    """«Команда `x` показывает статус» as «Статус показывает команда `x`»: its object is what was asked about."""
    found = re.match(
        rf"(?P<noun>[А-ЯЁ][а-яё]+) (?P<name>{HELD}+(?: {HELD}+)*) (?P<verb>[а-яё]+) (?P<rest>[^,;:()—–]+)$", mask
    )
    if not found or first_verb(found["rest"]) >= 0:  # «команда A удаляет B и пишет C»
        return []
    noun, verb = parses(fold(found["noun"])), parses(found["verb"])
    if not any(str(r.tag.case) == "nomn" for r in noun[:2]) or not verb or str(verb[0].tag.POS) != "VERB":
        return []
    if "tran" not in verb[0].tag.grammemes or str(verb[0].tag.person) != "3per":
        return []
    first = re.match(WORD, found["rest"])
    readings = parses(fold(first.group())) if first else ()
    if not any(str(r.tag.case) == "accs" and str(r.tag.POS) in ("NOUN", "ADJF") for r in readings[:4]):
        return []
    rest = core[found.start("rest") :]
    name = core[found.start("name") : found.end("name")]
    return [f"{upper(rest)} {found['verb']} {lower(found['noun'])} {name}"]


def _fronted(core: str, mask: str) -> list[str]:
    """«Журнал хранится 3 года» as «3 года хранится журнал»: place, time or number first, subject last."""
    if re.search(r"[,;:()—–%]|\. ", mask) or not re.match(r"[А-ЯЁ]", mask):
        return []
    at = first_verb(mask)
    if at <= 0:
        return []
    verb = re.match(WORD, mask[at:]).group()  # type: ignore[union-attr]
    subject, rest = core[:at].rstrip(), core[at + len(verb) :].strip()
    if re.search(r"\b(?:долж\w+|мо[гж]\w+|быть)\b", subject):
        return []
    negated = subject.endswith(" не")
    if negated and rest.startswith("для "):
        return []
    subject = subject.removesuffix(" не")
    words, others = subject.split(), rest.split()
    head = parses(fold(words[0])) if words else ()
    if not 1 <= len(words) <= 5 or not 2 <= len(others) <= 7 or not head or not _subject(words, verb):
        return []
    if (
        re.search(rf"(?:^|\s)(?:и|или|либо|не|по умолчанию)\s|{HELD}", f"{mask[:at].removesuffix(' не ')} ")
        or "можно" in rest
    ):
        return []
    if not re.match(r"\d", others[0]) and not any(
        is_a(re.sub(r"\W", "", others[0]), part) for part in ("PREP", "NUMR")
    ):
        return []
    if re.search(r"(?<=[а-яё]) (?:и|или|а|но)\b|\b(?:себя|себе|собой|собою)\b", rest) or (
        re.match(r"(?:с|из|до)\b", rest) and not re.search(r"\d", rest)
    ):
        return []
    return [f"{upper(rest)} {'не ' if negated else ''}{verb} {lower(subject)}"]


def _subject(words: Sequence[str], verb: str) -> bool:
    """Whether the words begin with a noun or its adjective in the nominative that agrees with the verb."""
    numbers = {str(r.tag.number) for r in parses(fold(verb)) if str(r.tag.POS) in ("VERB", "PRTS")}
    for reading in parses(fold(words[0]))[:2]:
        tag = reading.tag
        if str(tag.POS) in ("NOUN", "ADJF", "PRTF") and str(tag.case) == "nomn" and str(tag.number) in numbers:
            return len(words) == 1 or not is_a(words[0], "PREP")
    return False
