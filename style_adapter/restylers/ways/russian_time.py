"""When it happens, said first, after the verb or last: other orders of a Russian sentence of one clause."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_words import WORD, first_verb, is_a, lower, upper
from style_adapter.score.morph import parses

_MONTH = r"(?:январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]"
_DAY = r"(?:понедельник|вторник|сред[ау]|четверг|пятниц[ау]|суббот[ау]|воскресень[ея]|день|ночь|год|месяц|недел[яю]|квартал|час)"
WHEN = (
    rf"(?:[Вв] (?:(?:начале|середине|конце) )?\d{{4}} году|[Вв] (?:(?:начале|середине|конце) )?\d{{4}} года|[СсCc] \d{{4}} года"
    rf"|[Вв] {_MONTH} \d{{4}} года|\d{{1,2}} {_MONTH} \d{{4}} года"
    r"|(?:[Оо]дин раз|[Рр]аз|[Дд]ва раза|[Тт]ри раза|[Дд]важды|[Тт]рижды) в (?:сутки|день|неделю|месяц|квартал|год|полгода|час"
    r"|минуту|\d+ [а-яё]+)"
    rf"|[Кк]ажд(?:ый|ую|ое) {_DAY}|[Кк]аждые \d+ [а-яё]+"
    r"|[Пп]о (?:понедельникам|вторникам|средам|четвергам|пятницам|субботам|воскресеньям|будням|выходным))"
)
_AUX = re.compile(r"(?:был|была|было|были|будет|будут)$")
_GOING_ON = re.compile(r"(?:мо[гж]|долж|нача|ста[лн]|продолж|удал|хо[чт]|реш|пыта|переста)")  # an infinitive follows


def timed(core: str, mask: str) -> list[str]:
    if re.search(r"[;:()—–]|\. ", mask):
        return []
    return [*_later(core, mask), *_earlier(core, mask), *_no_one(core, mask)]


def _predicate(clause: str) -> tuple[int, int]:
    """Where the only predicate of the clause stands; (-1, -1) where there are more or none."""
    at = first_verb(clause)
    if at < 0:
        return -1, -1
    end = at + len(re.match(WORD, clause[at:]).group())  # type: ignore[union-attr]
    verb = clause[at:end]
    if _AUX.match(verb):
        more = re.match(rf" {WORD}", clause[end:])
        if not more or not is_a(more.group().strip(), "PRTS"):
            return -1, -1
        end += more.end()
    if _GOING_ON.match(verb) or first_verb(clause[end:]) >= 0 or re.search(r"\b(?:что|котор\w+|если|чтобы)\b", clause):
        return -1, -1
    return at, end


def _later(core: str, mask: str) -> list[str]:
    """«В 2000 году он получил премию» as «Он получил в 2000 году премию»; «В 2000 году открылся музей» as «Музей открылся…»."""
    when = re.match(rf"{WHEN} (?=[а-яёА-ЯЁ{HELD}])", mask)
    if not when or "," in mask:
        return []
    at = when.end()
    start, end = _predicate(mask[at:])
    said = lower(core[: at - 1])
    if start > 0:
        if not _subject(mask, at, at + start):
            return []
        negated = mask[at : at + start].endswith(" не ")
        rest = core[at + end :]
        if re.match(rf" (?:и|или|не|{WHEN})\b|$", mask[at + end :]) or negated:
            return []
        return [f"{upper(core[at : at + end])} {said}{rest}"]
    if start == 0:
        found = phrase(mask, at + end + 1, "nomn")
        if found is None or not re.fullmatch(r"(?: [а-яё«]\S*){0,2}", mask[found.end :]):
            return []
        if re.search(r"\s(?:и|или|не|в|на|с|по|к|у|за|для|из|от|до)\s", mask[found.end :] + " "):
            return []
        return [f"{upper(core[found.start :])} {core[at : at + end]} {said}"]
    return []


def _subject(mask: str, start: int, end: int) -> bool:
    """Whether what stands there is a subject: a name, a pronoun or a phrase in the nominative with what hangs on it."""
    text = mask[start:end].strip().removesuffix(" не")
    word = re.match(WORD, text)
    if (
        word is None
        or re.search(r"\b(?:и|или|только|даже|также|уже|ещё|ни|всё|все|никто|каждый)\b", text)
        or len(text.split()) > 5
    ):
        return False
    if text.lower() in ("он", "она", "оно", "они", "мы"):
        return True
    found = phrase(mask, start, "nomn")
    if found is None or found.end > start + len(text):
        return False
    rest = re.findall(WORD, mask[found.end : start + len(text)])
    return all(any(str(r.tag.case) == "gent" for r in parses(fold(word))[:3]) for word in rest)


def _earlier(core: str, mask: str) -> list[str]:
    """«Журнал проверяют раз в месяц» as «Раз в месяц журнал проверяют»; «Музей открылся в 2000 году» as «В 2000 году открылся
    музей»."""
    when = re.search(rf" (?P<when>{WHEN})$", mask)
    if not when or "," in mask or not re.match(r"[А-ЯЁ]", mask):
        return []
    start, end = _predicate(mask[: when.start()])
    middle = mask[end : when.start()] if start > 0 else ""
    if start <= 0 or not _subject(mask, 0, start) or mask[:start].endswith(" не "):
        return []
    if re.search(r"\b(?:и|или|а|но|до|с|по|не|только)\b|\d", middle) or len(middle.split()) > 4:
        return []
    if middle.strip() and re.search(r"\d{4} год", when["when"]):  # «винил соединение планет в 1345 году»: of what?
        return []
    if " " not in mask[:start].strip():  # «Тесла умер в 1943 году»: a word alone may be a name
        return []
    subject, verb = lower(core[:start].rstrip()), core[start:end]
    said = upper(core[when.start("when") :])
    if middle:
        return [f"{said} {subject} {verb}{core[end : when.start()]}"]
    return [f"{said} {verb} {subject}" if len(subject.split()) < 4 else f"{said} {subject} {verb}"]


def _no_one(core: str, mask: str) -> list[str]:
    """«Щит выключают через 30 минут» as «Через 30 минут щит выключают»: nobody is named who does it."""
    found = re.match(
        rf"(?P<object>[А-ЯЁ][^,]*?) (?P<verb>{WORD}(?:ут|ют|ат|ят))"
        r" (?P<rest>(?:через|за|до|после|(?:один )?раз в|два раза в|в) [^,]+)$",
        mask,
    )
    if found is None or re.search(r"\b(?:и|или|не|только|также)\b", mask):
        return []
    verb = next((r for r in parses(fold(found["verb"]))[:1] if "3per" in r.tag and "tran" in r.tag), None)
    what = phrase(mask, 0, "accs")
    if verb is None or what is None or what.end != found.end("object"):
        return []
    if str(what.noun.number) == "plur" and str(what.noun.animacy) == "anim":
        return []
    if len(found["rest"].split()) > 6 or not re.match(
        r"(?:через|за|до|после|(?:один )?раз в|два раза в) |в \d", found["rest"]
    ):
        return []
    return [f"{upper(core[found.start('rest') :])} {lower(core[: found.end('object')])} {found['verb']}"]
