"""Ways of Russian verbs: passive and active without who does it, «является» and the dash, «может быть указан» and «можно
указать». None where somebody or something in the instrumental does what is told."""

from __future__ import annotations

import re
from typing import Any

from core.text import fold
from style_adapter.restylers.ways.nouns import capital_as
from style_adapter.restylers.ways.russian_phrase import Phrase, phrase
from style_adapter.restylers.ways.russian_words import WORD, has_verb, is_a
from style_adapter.score.morph import parses

# What somebody did, once: a state («был ограничен») would become an event.
_DONE = frozenset(
    """открыть построить основать создать опубликовать выпустить запустить избрать назначить переименовать разрушить
    восстановить подписать утвердить закрыть продать найти обнаружить написать издать напечатать учредить уничтожить
    отменить удалить заменить исправить перевести снести проверить отремонтировать перестроить достроить ввести изобрести
    изготовить привезти установить принять провести""".split()
)
# What may be done to a thing by its reader: «может быть удалён» would rather be a danger.
_MAY = frozenset("указать задать настроить переопределить описать добавить заказать оформить подать оплатить".split())
# What has to be so rather than be done.
_STATES = frozenset(
    """включить выключить отключить открыть закрыть занять связать ограничить расположить обеспечить соблюсти освободить
    уверить закончить завершить достичь посвятить направить ориентировать обусловить представить""".split()
)
# People do it: «файлы удаляются» may be nobody's doing.
_OFFICIAL = {
    "выдаваться": "выдавать", "проводиться": "проводить", "оплачиваться": "оплачивать", "продаваться": "продавать",
    "подаваться": "подавать", "приниматься": "принимать", "выплачиваться": "выплачивать", "взиматься": "брать",
    "сдаваться": "сдавать", "оформляться": "оформлять", "пересматриваться": "пересматривать",
    "утверждаться": "утверждать", "согласовываться": "согласовывать", "публиковаться": "публиковать",
    "заказываться": "заказывать", "предъявляться": "предъявлять", "возмещаться": "возмещать", "начисляться": "начислять",
    "составляться": "составлять", "вводиться": "вводить", "подписываться": "подписывать",
    "рассматриваться": "рассматривать", "списываться": "списывать",
    "удерживаться": "удерживать", "доставляться": "доставлять", "вноситься": "вносить",
    "перевозиться": "перевозить", "исполняться": "исполнять", "возводиться": "строить",
    "изготавливаться": "делать", "изготовляться": "делать",
}  # fmt: skip
_HAD = {"он": "его", "она": "её", "оно": "его", "они": "их"}
_DATED = r"(?:в \d{4} году|\d{1,2} [а-яё]+ \d{4} года|в [а-яё]+ \d{4} года)(?![а-яё])"
_WITH = frozenset("с со над под перед между за вместе".split())


def voices(core: str, mask: str) -> list[str]:
    if " — " in mask:  # «аванс выплачивается 20 числа, зарплата — 5»: what follows would keep its case
        return []
    return [*_was_done(core, mask), *_may_be_done(core, mask), *_is_done(core, mask)]


def _clause(mask: str, at: int) -> str:
    """From `at` to the end of its clause."""
    return re.split(r"[,;:()—–]|\. ", mask[at:])[0]


def _agent(clause: str) -> bool:
    """Whether a word in the instrumental has no preposition: it may be who does it."""
    words = re.findall(WORD, clause)
    for at, word in enumerate(words):
        readings = [r for r in parses(fold(word)) if r.score > 0.1]
        if any(str(r.tag.case) == "ablt" for r in readings) and not _WITH & {
            w.lower() for w in words[max(0, at - 4) : at]
        }:
            return True
    return False


def _object(core: str, mask: str, start: int, end: int, verb: Any) -> str:
    """The subject that fills `[start, end)` as an object; "" where it is no single phrase that agrees with the verb."""
    text = mask[start:end].rstrip()
    word = text.lower()
    if word in _HAD:
        return capital_as(core[start], _HAD[word])
    found = phrase(mask, start, "nomn")
    if found is None or found.end > start + len(text) or str(found.noun.number) != str(verb.number):
        return ""
    if str(verb.number) == "sing" and verb.gender and str(found.noun.gender) != str(verb.gender):
        return ""
    if str(found.noun.animacy) == "anim" and str(found.noun.number) == "plur":
        return ""
    rest = mask[found.end : start + len(text)]
    if not _depends(rest):
        return ""
    form = core[start : found.end] if _alike(found) else found.in_case("accs")
    return f"{form}{core[found.end : start + len(text)]}" if form else ""


def _alike(found: Phrase) -> bool:
    """Whether the accusative is the nominative."""
    tag = found.noun
    return str(tag.animacy) == "inan" and (str(tag.number) == "plur" or str(tag.gender) in ("masc", "neut"))


def _depends(rest: str) -> bool:
    """Whether what follows a noun hangs on it: names, genitives, prepositions with their nouns. Nothing of its own case."""
    if re.search(
        r"(?:^|\s)(?:и|или|а|но|не|также|ещё|еще|уже|только|даже|тоже|сам|сама|само|всё|все|обычно)(?:\s|$)", rest
    ):
        return False
    for word in re.findall(WORD, rest):
        readings = parses(fold(word))[:3]
        if not readings:
            return False
        if is_a(word, "PREP"):
            return True  # its noun and what hangs on it follow
        cases = {str(r.tag.case) for r in readings if r.score > 0.1}
        if "gent" not in cases:
            return False
    return True


def _was_done(core: str, mask: str) -> list[str]:
    """«Рынок был открыт в 1835 году» as «Рынок открыли в 1835 году»."""
    found = re.match(
        rf"(?P<subject>[^,;:()—–¤]+?) (?P<not>не )?(?:(?:был|была|было|были) (?P<verb>{WORD})(?![а-яё])"
        rf"|(?P<dated>{WORD})(?= {_DATED}))", mask,
    )  # fmt: skip
    if found is None or re.match(r"(?:В|Через|На) ", mask):
        return _was_done_there(core, mask)
    verb = _past(found["verb"] or found["dated"])
    if verb is None or _agent(_clause(mask, found.end())) or _goes_on(mask, found.end()):
        return []
    said = _object(core, mask, 0, found.end("subject"), verb[1])
    return [f"{said} {found['not'] or ''}{verb[0]}{core[found.end() :]}"] if said else []


def _was_done_there(core: str, mask: str) -> list[str]:
    """«В 1835 году был открыт рынок» as «В 1835 году открыли рынок»."""
    found = re.match(
        rf"(?P<when>В[^,;:()—–]*? (?:году|века?|городе)) (?:был|была|было|были) (?P<verb>{WORD}) (?=[а-яё])", mask
    )
    verb = _past(found["verb"]) if found else None
    if found is None or verb is None or _agent(_clause(mask, found.end())):
        return []
    subject = phrase(mask, found.end(), "nomn")
    if subject is None or re.match(r" и\b", mask[subject.end :]):
        return []
    said = _object(core, mask, subject.start, subject.end, verb[1])
    return [f"{core[: found.end('when')]} {verb[0]} {said}{core[subject.end :]}"] if said else []


def _goes_on(mask: str, at: int) -> bool:
    """Whether another predicate is joined to this one."""
    rest = mask[at:]
    return (
        bool(re.search(r", (?:а|но|и|затем|потом) ", rest))
        or any(has_verb(part) for part in re.split(r" (?:и|или|но|а) ", re.split(r"[;:]|, ", rest)[0])[1:])
        or bool(re.match(rf",? (?:и|или|но|а) {WORD}", rest))
    )


def _past(word: str) -> tuple[str, Any] | None:
    """What they did, and the tag of the short participle."""
    for reading in parses(fold(word))[:2]:
        if str(reading.tag.POS) == "PRTS" and fold(reading.normal_form) in {fold(verb) for verb in _DONE}:
            verb = next((r for r in parses(fold(reading.normal_form)) if str(r.tag.POS) == "INFN"), None)
            form = verb.inflect({"VERB", "past", "plur"}) if verb is not None else None
            return (str(form.word), reading.tag) if form is not None else None
    return None


def _may_be_done(core: str, mask: str) -> list[str]:
    """«Порт может быть указан в файле» as «Порт можно указать в файле», «должен быть указан» as «надо указать»."""
    found = re.match(
        rf"(?P<subject>[^,;:()—–¤]+?) (?P<also>также )?(?:(?P<may>может|могут)|(?P<must>должен|должна|должно|должны)) быть"
        rf" (?P<verb>{WORD})(?![а-яё])", mask,
    )  # fmt: skip
    if found is None or found["subject"].endswith(" не") or _goes_on(mask, found.end()):
        return []
    reading = next((r for r in parses(fold(found["verb"]))[:2] if str(r.tag.POS) == "PRTS"), None)
    if reading is None or not _fits(reading.normal_form, bool(found["may"])) or _agent(_clause(mask, found.end())):
        return []
    said = _object(core, mask, 0, found.end("subject"), reading.tag)
    word = "можно" if found["may"] else "надо"
    return [f"{said} {found['also'] or ''}{word} {reading.normal_form}{core[found.end() :]}"] if said else []


def _fits(verb: str, may: bool) -> bool:
    return verb in _MAY if may else verb not in _STATES


def _is_done(core: str, mask: str) -> list[str]:
    """«Номера выдаются по паспорту» as «Номера выдают по паспорту»."""
    found = re.match(
        rf"(?P<subject>[^,;:()—–¤]+?) (?P<not>не )?(?P<verb>{WORD}(?:ется|ются|ится|ятся|атся))(?![а-яё])", mask
    )
    if found is None:
        return []
    if re.search(r"\b(?:сам|сама|само|сами|автоматически)\b|[А-ЯЁ]{2,}", mask[found.end() :]):
        return []  # nobody does it, or the one who does is an abbreviation
    reading = next((r for r in parses(fold(found["verb"]))[:1] if r.normal_form in _OFFICIAL), None)
    if reading is None or _agent(_clause(mask, found.end())) or _goes_on(mask, found.end()):
        return []
    verb = next(r for r in parses(_OFFICIAL[reading.normal_form]) if str(r.tag.POS) == "INFN")
    form = verb.inflect({"VERB", "pres", "plur", "3per"})
    said = _object(core, mask, 0, found.end("subject"), reading.tag)
    if not said or form is None or said.lower() in _HAD.values():
        return []
    return [f"{said} {found['not'] or ''}{form.word}{core[found.end() :]}"]
