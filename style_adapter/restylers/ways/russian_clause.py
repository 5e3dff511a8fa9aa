"""Other builds of a Russian clause: «имеет» and «у … есть», «отсутствует» and «нет», a place or purpose after its subject,
«хотя A, B» and «A, но B»."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD, capital_as
from style_adapter.restylers.ways.russian_phrase import Phrase, phrase
from style_adapter.restylers.ways.russian_turn import CASES, depends, hangs
from style_adapter.restylers.ways.russian_words import WORD, has_verb, is_a, lower, upper
from style_adapter.score.morph import parses

_LINKS = re.compile(  # they tie the sentence to the one before
    r"(?:в|на|для|при|после|до|с) (?:частност\w+|результат\w+|итог\w+|самом|целом|общем|основном|случа\w+|связи|отличи\w+"
    r"|действительност\w+|дальнейшем|момент\w*|сожалени\w+|счасть\w+|примеру?|качестве|соответствии|зависимости|конечн\w+"
    r"|последствии|первую|том числе|течение|ряде|некотор\w+|больш\w+|целях|силу|виде)\b", re.I,
)  # fmt: skip
# What one «имеет» otherwise than one has a thing.
_FIGURED = re.compile(
    r"(?:значени|отношени|смысл|мест|дел|вид|сил|форм|размер|длин|ширин|высот|вес|тип|формат|свойств"
    r"|хожден|имен)"
)
_COUNTS = re.compile(r"\b(?:каждый|каждая|каждое|все|всё|весь|вся|любой|любая|любое|никто|ничто|ни|только|даже|также|оба|обе"
                     r"|и|или|некоторые|многие|один|одна|одно|большинство|тоже|уже|ещё)\b", re.I)  # fmt: skip


def clauses(core: str, mask: str) -> list[str]:
    ways = (_inside, _usually, _holds_for, _has, _contains, _concession, _may, _modal_first)
    return [text for way in ways for text in way(core, mask)]


def _inside(core: str, mask: str) -> list[str]:
    """«Для отката правило не действует» as «Правило для отката не действует»."""
    found = re.match(r"(?P<prep>Во время|[А-ЯЁ][а-яё]*) ", mask)
    cases = CASES.get(found["prep"].lower(), ()) if found else ()
    if (
        found is None
        or not cases
        or _LINKS.match(mask)
        or re.search(r", (?:а|но|и|однако|поэтому|то)\b|[;:()—–]", mask)
    ):
        return []
    at = found.end()
    held = re.match(rf"{HELD}+(?: (?:(?:и|или) )?{HELD}+)* ", mask[at:])
    if held:
        end = at + len(held.group().rstrip())
    else:
        what = next((p for case in cases if (p := phrase(mask, at, case)) is not None), None)
        if what is None:
            return []
        end = depends(mask, what.end)
    this = re.match(r" (?:этот|эта|это|эти)(?= )", mask[end:])
    first = end + (this.end() if this else 0)
    subject = phrase(mask, first + 1, "nomn") if mask[first : first + 1] == " " else None
    if subject is None or any(_COUNTS.match(word) for word in subject.words):
        return []
    if any(str(r.tag.case) == "gent" and r.score > 0.15 for r in parses(fold(subject.words[0]))[:4]) and not held:
        return []  # it may hang on the words before
    stop = depends(mask, subject.end)
    verb = re.match(rf" (?:не )?(?P<verb>{WORD})", mask[stop:])
    if verb is None or not any(is_a(verb["verb"], part) for part in ("VERB", "PRTS", "ADJS")):
        return []
    if re.match(r"(?:распростран|относ|завис|влия|име|состо|отлич|рассчит|предназнач)", verb["verb"]):
        return []  # «на детали гарантия не распространяется»: the verb wants the place
    if not _agrees(subject, verb["verb"]) or re.search(r"(?<=[а-яё]) (?:и|или|но) ", mask[end:stop]):
        return []
    if re.match(r"\w+ \w+ случа", mask) or any(has_verb(part) for part in re.split(r" (?:и|или) ", mask[stop:])[1:]):
        return []  # «при сбое A ждёт и B молчит»: both at the failure
    return [f"{upper(core[end + 1 : stop])} {lower(core[:end])}{core[stop:]}"]


def _subject_end(mask: str, at: int) -> int:
    """Where the subject that begins at `at` ends; -1 where none does."""
    held = re.match(rf"{HELD}+(?= )", mask[at:])
    if held:
        return at + held.end()
    subject = phrase(mask, at, "nomn")
    if subject is None or any(_COUNTS.match(word) for word in subject.words):
        return -1
    return depends(mask, subject.end)


def _usually(core: str, mask: str) -> list[str]:
    """«Обычно сервис стартует за минуту» as «Сервис обычно стартует за минуту»."""
    found = re.match(r"(?:Обычно|В среднем|Иногда|Чаще всего|Сейчас|Теперь) ", mask)
    if found is None or re.search(r"[,;:()—–]|\. |\b(?:и|или|а|но|не)\b", mask):
        return []
    end = _subject_end(mask, found.end())
    verb = re.match(rf" (?P<verb>{WORD})(?= )", mask[end:]) if end > 0 else None
    if verb is None or not any(is_a(verb["verb"], part) for part in ("VERB", "PRTS", "ADJS")):
        return []
    return [f"{upper(core[found.end() : end])} {lower(core[: found.end() - 1])}{core[end:]}"]


def _holds_for(core: str, mask: str) -> list[str]:
    """«На песочницу обещания не распространяются» as «Обещания не распространяются на песочницу»."""
    found = re.match(r"На (?=[а-яё¤])", mask)
    what = phrase(mask, found.end(), "accs") if found else None
    if found is None or what is None or re.search(r"[,;:()—–]|\. |\b(?:и|или|только|все|даже|также)\b", mask):
        return []
    end = depends(mask, what.end)
    stop = _subject_end(mask, end + 1)
    verb = re.fullmatch(r" (?:не )?(?:распространя|влия)(?:ется|ются|ет|ют)", mask[stop:]) if stop > 0 else None
    return [f"{upper(core[end + 1 :])} {lower(core[:end])}"] if verb else []


def _agrees(subject: Phrase, verb: str) -> bool:
    for reading in parses(fold(verb))[:2]:
        tag = reading.tag
        if str(tag.POS) in ("VERB", "PRTS", "ADJS") and str(tag.number) == str(subject.noun.number):
            return not tag.gender or str(tag.number) == "plur" or str(tag.gender) == str(subject.noun.gender)
    return False


def _has(core: str, mask: str) -> list[str]:
    """«Правило имеет имя» as «У правила есть имя»."""
    found = re.match(r"(?P<subject>[А-ЯЁ][^,;:()—–]*?) (?:имеет|имеют) (?=(?P<number>\d)|[а-яё])", mask)
    subject = phrase(mask, 0, "nomn") if found else None
    if found is None or subject is None or re.search(r"\bне$", found["subject"]) or _figured(mask, found.end()):
        return []
    if depends(mask, subject.end) != found.end("subject"):
        return []
    whose = subject.in_case("gent")
    rest = core[found.end() :]
    if not found["number"]:
        what = phrase(mask, found.end(), "accs")
        if what is None or re.search(r"(?<=[а-яё]) (?:и|или) |, [а-яё]+$", mask[what.end :]):
            return []
        said = what.in_case("nomn")
        if not said or str(what.noun.animacy) == "anim":
            return []
        rest = f"{said}{core[what.end :]}"
    if not whose or any(fold(word).startswith(("он", "это", "сам")) for word in subject.words):
        return []
    return [f"У {lower(whose)}{core[subject.end : found.end('subject')]} есть {rest}"]


def _contains(core: str, mask: str) -> list[str]:
    """«Раздел содержит список команд» as «В разделе есть список команд»."""
    found = re.match(r"(?P<subject>[А-ЯЁ][^,;:()—–]*?) (?:содержит|содержат) (?=[а-яё])", mask)
    subject = phrase(mask, 0, "nomn") if found else None
    if found is None or subject is None or not hangs(mask[subject.end : found.end("subject")]):
        return []
    if re.match(r"в|мн|любой|люб|кажд|все|эт", subject.words[0].lower()) or str(subject.noun.animacy) != "inan":
        return []
    what = phrase(mask, found.end(), "accs")
    where, said = subject.in_case("loct"), what.in_case("nomn") if what is not None else ""
    if what is None or not where or not said or re.search(r"\b(?:не|только|также|и|или)\b|[;:()—–]|, ", mask):
        return []
    return [f"В {lower(where)}{core[subject.end : found.end('subject')]} есть {said}{core[what.end :]}"]


def _modal_first(core: str, mask: str) -> list[str]:
    """«Старый образ надо пересобрать» as «Надо пересобрать старый образ»."""
    what = phrase(mask, 0, "accs")
    if what is None or any(_COUNTS.match(word) for word in what.words) or str(what.noun.animacy) == "anim":
        return []
    end = depends(mask, what.end)
    found = re.match(rf" (?P<word>можно|надо|нужно|необходимо|нельзя) (?P<verb>{WORD})(?![а-яё])", mask[end:])
    if found is None or re.match(r"[^,;:.()]*\b(?:и|или|не)\b", mask) or re.search(r"[;—–]", mask):
        return []
    verb = next((r for r in parses(fold(found["verb"]))[:1] if str(r.tag.POS) == "INFN" and "tran" in r.tag), None)
    after = re.match(rf" ({WORD})", mask[end + found.end() :])
    if verb is None or (
        after
        and not is_a(after.group(1), "PREP")
        and any(str(r.tag.case) in ("gent", "accs") for r in parses(fold(after.group(1)))[:4])
    ):
        return []
    rest = core[end + found.end() :]
    return [f"{upper(found['word'])} {found['verb']} {lower(core[:end])}{rest}"]


def _figured(mask: str, at: int) -> bool:
    return any(_FIGURED.match(word) for word in re.findall(WORD, mask[at:])[:3])


def _concession(core: str, mask: str) -> list[str]:
    """«Хотя A, B» as «A, но B»."""
    found = re.match(r"Хотя (?P<first>[^,;:()—–]+), (?P<rest>[^,;:()—–]+)$", mask)
    if not found or not has_verb(found["first"]) or not has_verb(found["rest"]):
        return []
    if re.match(r"(?:бы|и|но|всё|все)\b", found["first"]) or re.match(
        r"(?:но|однако|а|и)\b|.*\bвсё же\b", found["rest"]
    ):
        return []
    first, rest = core[found.start("first") : found.end("first")], core[found.start("rest") :]
    return [f"{upper(first)}, но {rest}"]


def _may(core: str, mask: str) -> list[str]:
    """«Открыть инцидент может любой сотрудник» as «Любой сотрудник может открыть инцидент»."""
    found = re.match(r"(?P<verb>[А-ЯЁ][а-яё]+) (?P<what>[^,;:()—–]+?) (?P<may>может|могут) (?=[а-яё])", mask)
    who = phrase(mask, found.end(), "nomn") if found else None
    if (
        found is None
        or who is None
        or not is_a(found["verb"], "INFN")
        or not re.match(r"[,.;\s¤]*$|, не ", mask[who.end :])
    ):
        return []
    if re.search(r"\b(?:не|только|и|или)$", found["what"]) or re.search(r"\b(?:только|лишь)\b", mask):
        return []
    said = core[: found.end("what")]
    return [f"{upper(core[who.start : who.end])} {found['may']} {lower(said)}{core[who.end :]}"]


def absent(match: re.Match[str]) -> Sequence[str]:
    """«если нужный файл отсутствует» as «если нужного файла нет»."""
    text, start = match.string, match.start("it")
    found = phrase(text, start, "nomn")
    if found is None or not text[found.end :].startswith(match["verb"], 1):
        return ()
    whose = found.in_case("gent")
    none = {"отсутствует": "нет", "отсутствуют": "нет"}.get(match["verb"], "не было")
    return (capital_as(text[start], f"{whose} {none}"),) if whose else ()
