"""What something is done for, and what may be done, as a verb where officialese has a noun of it: «для получения карты» and
«чтобы получить карту», «допускается использование X» and «можно использовать X»."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_turn import depends, hangs
from style_adapter.restylers.ways.russian_words import WORD, has_verb, is_a, lower, upper
from style_adapter.score.morph import parses

# A noun of doing, the verb for once, the verb for doing at all.
_DOING = {
    noun: (once, ever)
    for noun, once, ever in (
        line.split()
        for line in """получение получить получать; использование использовать использовать; применение применить применять
        хранение хранить хранить; запуск запустить запускать; создание создать создавать; удаление удалить удалять
        изменение изменить менять; настройка настроить настраивать; установка установить устанавливать
        включение включить включать; отключение отключить отключать; добавление добавить добавлять
        просмотр посмотреть смотреть; проверка проверить проверять; обновление обновить обновлять
        ускорение ускорить ускорять; повышение повысить повышать; снижение снизить снижать; оплата оплатить оплачивать
        оформление оформить оформлять; открытие открыть открывать; закрытие закрыть закрывать
        подключение подключить подключать; восстановление восстановить восстанавливать
        копирование скопировать копировать; перемещение переместить перемещать
        переименование переименовать переименовывать; загрузка загрузить загружать; скачивание скачать скачивать
        отправка отправить отправлять; публикация опубликовать публиковать; подтверждение подтвердить подтверждать
        продление продлить продлевать; замена заменить менять; отмена отменить отменять; выбор выбрать выбирать
        определение определить определять; отслеживание отследить отслеживать; передача передать передавать
        покупка купить покупать; продажа продать продавать; защита защитить защищать
        предотвращение предотвратить предотвращать; устранение устранить устранять; исправление исправить исправлять
        ограничение ограничить ограничивать; сохранение сохранить сохранять; очистка очистить очищать
        возврат вернуть возвращать; сравнение сравнить сравнивать; переопределение переопределить переопределять
        перенос перенести переносить; редактирование отредактировать редактировать; сокращение сократить сокращать
        заказ заказать заказывать; уменьшение уменьшить уменьшать; увеличение увеличить увеличивать""".replace(
            "\n", ";"
        ).split(";")
    )
}
_NEEDS = re.compile(
    r"(?:не )?(?:нуж(?:ен|на|но|ны)|надо|необходим(?:а|о|ы)?|требуется|требуются|понадобится|понадобятся|можно|достаточно|следует"
    r"|хватит|придётся)\b"
)
_INSTRUMENT = re.compile(
    r"(?:опци|флаг|команд|директив|параметр|ключ|утилит|функци|инструмент|программ|приложени|сервис|портал|плагин|скрипт|модул"
    r"|кнопк|меню|карт|форм|настройк|аннотаци|переменн|расширени|библиотек|фильтр|шаблон|пароль|терминал)"
)
_ALLOWED = r"(?P<may>(?:д|Д)опускается|(?:р|Р)азреш(?:ается|ено|ена|ён)|(?:в|В)озможн(?:о|а))"
_BANNED = r"(?P<no>(?:з|З)апрещ(?:ается|ено|ена|ён)|(?:н|Н)е (?:допускается|разрешается|разреш(?:ено|ена|ён)))"


def purposes(core: str, mask: str) -> list[str]:
    ways = (_in_order_to, _serves, _may_be, _lets, _use, _using, _given, _caption)
    return [text for way in ways for text in way(core, mask)]


def _doing(core: str, mask: str, at: int, case: str, once: bool) -> tuple[str, int]:
    """What is done, as a verb with its object, for the noun in this case at `at`, and where it ends; "" where it is no noun of
    doing or its object is not sure."""
    word = re.match(rf"({WORD}) (?=[а-яё{HELD}])", mask[at:])
    if word is None:
        return "", at
    noun = next(
        (r for r in parses(fold(word.group(1)))[:3] if str(r.tag.POS) == "NOUN" and str(r.tag.case) == case), None
    )
    verbs = _DOING.get(fold(noun.normal_form)) or _DOING.get(noun.normal_form) if noun is not None else None
    if noun is None or verbs is None or str(noun.tag.number) != "sing":
        return "", at
    verb, begin = verbs[0 if once else 1], at + word.end()
    held = re.match(rf"{HELD}+", mask[begin:])
    if held:
        end = begin + held.end()
        return f"{verb} {core[begin:end]}", end
    what = phrase(mask, begin, "gent")
    if what is None or str(what.noun.animacy) == "anim" or {"сам", "свой"} & {r.normal_form for r in what.readings}:
        return "", at
    said = what.in_case("accs")
    if not said:
        return "", at
    end = depends(mask, what.end)
    return f"{verb} {said}{core[what.end : end]}", end


def _joined(mask: str, at: int) -> bool:
    """Whether more is joined to what ends here."""
    return re.match(r",? (?:и|или|либо|а также)\b|, [а-яё]+(?:ия|ки|и|а|я|ов|ий)\b", mask[at:]) is not None


def _in_order_to(core: str, mask: str) -> list[str]:
    """«Для получения карты нужен паспорт» as «Чтобы получить карту, нужен паспорт»."""
    if not mask.startswith("Для ") or re.search(r"[;:()—–]|\. ", mask):
        return []
    said, end = _doing(core, mask, 4, "gent", once=True)
    to = re.match(rf" (?:к|из|от) (?:[а-яё]+|{HELD}+)", mask[end:]) if said else None
    stop = end + (to.end() if to else 0)
    rest = mask[stop + 1 :]
    if not said or mask[stop : stop + 1] != " " or _joined(mask, stop):
        return []
    begins = rest.split()[0] if rest else ""
    told = any("impr" in r.tag for r in parses(fold(begins))[:2]) and begins[-2:] in ("те", "сь", "ся")
    if not _NEEDS.match(rest) and not told:
        return []
    return [f"Чтобы {said}{core[end:stop]}, {core[stop + 1 :]}"]


def _serves(core: str, mask: str) -> list[str]:
    """«X используется для хранения файлов» as «X используется, чтобы хранить файлы»: it ends the sentence."""
    found = re.search(r" (?:используется|используются|служит|служат|применяется|применяются) для ", mask)
    if found is None or re.search(r"[,;:()—–]|\. |\b(?:только|не|и|или)\b", mask):
        return []
    said, end = _doing(core, mask, found.end(), "gent", once=False)
    if not said or not re.fullmatch(rf"(?: (?:в|на|из|по) (?:[а-яё]+|{HELD}+)){{0,2}}", mask[end:]):
        return []
    return [f"{core[: found.end() - len(' для ')]}, чтобы {said}{core[end:]}"]


def _may_be(core: str, mask: str) -> list[str]:
    """«Допускается использование X» as «Можно использовать X», «Запрещена передача X» as «Нельзя передавать X»."""
    found = re.match(rf"(?P<before>(?:[^;:()]+, (?:но|а|и) )?)(?:{_ALLOWED}|{_BANNED}) ", mask)
    if found is None:
        return []
    said, end = _doing(core, mask, found.end(), "nomn", once=bool(found["may"]))
    if not said or _joined(mask, end) or re.search(r"\b(?:только|лишь)\b", mask):
        return []
    word = "нельзя" if found["no"] else "можно"
    start = found.end("before")
    return [f"{core[:start]}{upper(word) if core[start].isupper() else word} {said}{core[end:]}"]


def _lets(core: str, mask: str) -> list[str]:
    """«Приложение позволяет оплатить счёт» as «С помощью приложения можно оплатить счёт»."""
    found = re.match(rf"(?P<subject>[А-ЯЁ][^,;:()—–]*?) (?:позволяет|позволяют) (?=(?P<verb>{WORD}))", mask)
    subject = phrase(mask, 0, "nomn") if found else None
    if found is None or subject is None or not is_a(found["verb"], "INFN") or _joined(mask, found.end()):
        return []
    if not _INSTRUMENT.match(fold(subject.words[-1])) or not hangs(mask[subject.end : found.end("subject")]):
        return []
    if re.search(r"\b(?:не|ни|также|только)\b", mask) or len(subject.words) > 2:
        return []
    whose = subject.in_case("gent")
    rest = core[found.end() :]
    return [f"С помощью {lower(whose)}{core[subject.end : found.end('subject')]} можно {rest}"] if whose else []


def _use(core: str, mask: str) -> list[str]:
    """«Чтобы извлечь теги, можно использовать утилиту `jq`» as «Извлечь теги можно с помощью утилиты `jq`»."""
    found = re.match(r"Чтобы (?P<what>[^,;:()—–]+), можно (?:использовать|воспользоваться) (?=[а-яё¤])", mask)
    if found is None or not is_a(found["what"].split()[0], "INFN") or re.search(r"\b(?:не|только|и|или)\b", mask):
        return []
    at = found.end()
    using = mask[:at].rstrip().endswith("использовать")
    said = core[at:]
    if mask[at] != HELD:
        tool = phrase(mask, at, "accs" if using else "ablt")
        whose = tool.in_case("gent") if tool is not None and str(tool.noun.animacy) == "inan" else ""
        if tool is None or not whose:
            return []
        at, said = tool.end, f"{whose}{core[tool.end :]}"
    if re.search(r"[,;()—–]|:.|\. ", mask[at:]) or has_verb(mask[at:]):
        return []
    return [f"{upper(core[found.start('what') : found.end('what')])} можно с помощью {said}"]


def _using(core: str, mask: str) -> list[str]:
    """«Используя анкету, можно продлить полис» as «С помощью анкеты можно продлить полис»."""
    found = re.match(rf"Используя (?P<what>[^,;:()—–]+), можно (?=(?P<verb>{WORD}))", mask)
    if found is None or not is_a(found["verb"], "INFN"):
        return []
    at, said = found.start("what"), core[found.start("what") : found.end("what")]
    if mask[at] != HELD:
        what = phrase(mask, at, "accs")
        whose = what.in_case("gent") if what is not None and str(what.noun.animacy) == "inan" else ""
        if what is None or not whose or not hangs(mask[what.end : found.end("what")]):
            return []
        said = f"{whose}{core[what.end : found.end('what')]}"
    elif not re.fullmatch(rf"{HELD}+(?: {HELD}+)*", found["what"]):
        return []
    return [f"С помощью {said} можно {core[found.end() :]}"]


def _given(core: str, mask: str) -> list[str]:
    """«При наличии справки плату не берут» as «Если есть справка, плату не берут», «При использовании прокси укажите порт» as
    «Если использовать прокси, укажите порт»."""
    found = re.match(r"При (?P<what>наличии|использовании) (?=[а-яё¤])", mask)
    if found is None or re.search(r"[;:()—–]|\. ", mask):
        return []
    there = found["what"] == "наличии"
    held = re.match(rf"{HELD}+(?=,? [^{HELD}])", mask[found.end() :])
    if held:
        end = found.end() + held.end()
        said = core[found.end() : end]
    else:
        what = phrase(mask, found.end(), "gent")
        if what is None or (not there and str(what.noun.animacy) == "anim"):
            return []
        end = depends(mask, what.end)
        said = f"{what.in_case('nomn' if there else 'accs')}{core[what.end : end]}"
    rest = mask[end:]
    clause = re.match(r",? (?P<clause>[^,]+)", rest)
    if clause is None or said.startswith(" ") or _joined(mask, end) or not has_verb(clause["clause"]):
        return []
    begins = clause["clause"].split()[0]
    cases = {str(r.tag.case) for r in parses(fold(begins))[:3] if r.tag.case and r.score > 0.2}
    if begins.startswith(HELD) or is_a(begins, "PREP") or cases & {"gent", "ablt", "datv"}:
        return []  # it may hang on the words before
    return [f"Если {'есть' if there else 'использовать'} {said}, {core[end + clause.start('clause') :]}"]


def _to_do(word: str) -> bool:
    """Whether it is an infinitive and nothing else: «есть» and «размести» may be more."""
    readings = parses(fold(word))
    return bool(readings) and str(readings[0].tag.POS) == "INFN" and not any("impr" in r.tag for r in readings)


def _caption(core: str, mask: str) -> list[str]:
    """«Собрать образ: `build`» as «Чтобы собрать образ — `build`»: what a command is for."""
    found = re.match(rf"(?P<verb>[А-ЯЁ][а-яё]+) (?P<what>[^;:()—–]+):(?: {HELD}+)?$", mask)
    if found is None or not _to_do(found["verb"]) or has_verb(found["what"]):
        return []
    at = found.start("what")
    joined = re.match(rf"и {WORD} ", mask[at:])
    at += joined.end() if joined else 0
    if not mask[at:].startswith(HELD) and not any(phrase(mask, at, case) for case in ("accs", "gent")):
        return []  # «Посмотреть раньше»: what?
    if re.search(r"\b(?:не|чтобы|если|можно|нельзя|надо)\b", mask):
        return []
    end = found.end("what")  # where a colon stands; before a block of code it stays
    return [f"Чтобы {lower(core[:end])} —{core[end + 1 :]}" if core[end + 1 :] else f"Чтобы {lower(core)}"]
