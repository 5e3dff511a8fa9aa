"""Russian sentences that say what something is: «является», «это», the dash, a short adjective."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_turn import depends
from style_adapter.restylers.ways.russian_words import WORD, has_verb, is_a, lower
from style_adapter.score.morph import parses

_AMOUNT = re.compile(
    r"(?:люб[а-яё]+|раз|год|года|месяц|день|час|минута|секунда|неделя|квартал|сутки|рубль|копейка|тысяча|миллион|половина|треть"
    r"|четверть|процент|повод|исключение|также|всё|все|никто|ничто|сам|другой|первый|последний|один|одна|одно)\b"
)
_MEASURED = re.compile(
    r"(?:срок|лимит|предел|порог|цена|стоимость|длина|размер|высота|ширина|глубина|вес|объём|владелец|автор|адрес|режим"
    r"|статус|тип|уровень|норма|период|частота|время|дата|язык|формат|имя|название|путь|штраф|плата|оплата|окно|опрос"
    r"|ответ|состояние|цвет|пол|это|эта|этот|эти|он|она|оно|они)\b", re.I,
)  # fmt: skip

_SHORT = frozenset(
    "обязательный необязательный доступный недоступный уникальный возможный невозможный важный полный опциональный".split()
)


def dashes(core: str, mask: str) -> list[str]:
    return [*_is(core, mask), *_result_is(core, mask), *_this_is(core, mask), *_code_is(core, mask)]


def _named(text: str) -> bool:
    """Whether it begins with a noun or its adjective in the nominative and states nothing."""
    word = re.match(WORD, text)
    if word is None or has_verb(text) or is_a(word.group(), "PREP"):
        return False
    return any(
        str(r.tag.case) == "nomn" and str(r.tag.POS) in ("NOUN", "ADJF", "NPRO") for r in parses(fold(word.group()))[:2]
    )


def _is(core: str, mask: str) -> list[str]:
    """«Лион является одним из городов» as «Лион — один из городов»; «поле является обязательным» as «поле обязательно»."""
    found = re.match(r"(?P<subject>[^,;:()—–]+?) (?:является|являются) (?=[а-яё])", mask)
    if found is None or "—" in mask or not _named(found["subject"]):
        return []
    subject = core[: found.end("subject")]
    if re.search(r"(?:^|\s)(?:не|также|уже|ещё|только|это|и|или|обычно|всегда|часто|по сути)$", subject, re.I):
        return []
    if re.match(r"(?:Это|Этот|Эта|Эти)\b", subject):
        return []
    rest = re.split(r"[,;:.(]", mask[found.end() :])[0]
    if re.search(r" (?:и|или|а|но) ", rest) and not rest.startswith(("одним из", "одной из")):
        return []
    for word, said in (("одним", "один"), ("одной", "одна")):
        if rest.startswith(f"{word} из "):
            kind = _kind(rest)
            wanted = {"masc": "один", "neut": "одно", "femn": "одна"}.get(kind, "")
            return (
                [f"{subject} — {wanted}{core[found.end() + len(word) :]}"] if wanted and wanted[:3] == said[:3] else []
            )
    what = phrase(mask, found.end(), "ablt")
    if what is not None:
        said = what.in_case("nomn")
        return [f"{subject} — {said}{core[what.end :]}"] if said and " " not in said[:1] else []
    return _short(core, mask, subject, found.end())


def _result_is(core: str, mask: str) -> list[str]:
    """«Исключением являются молодые особи» as «Исключение — молодые особи»."""
    what = phrase(mask, 0, "ablt")
    end = depends(mask, what.end) if what else 0
    found = re.match(r" (?P<verb>является|являются) (?=[а-яё])", mask[end:]) if what else None
    if what is None or found is None or "—" in mask or not _named(re.split(r"[,;:(]", mask[end + found.end() :])[0]):
        return []
    if phrase(mask, end + found.end(), "nomn") is None or re.search(r"[,;:]", mask[:end]):
        return []
    said = what.in_case("nomn")
    return [f"{said}{core[what.end : end]} — {core[end + found.end() :]}"] if said else []


def _kind(rest: str) -> str:
    """The gender of the things of «одним из самых больших городов»."""
    at = re.match(r"\w+ из (?:самых |наиболее )?", rest)
    what = phrase(rest, at.end(), "gent") if at else None
    return str(what.noun.gender) if what is not None and str(what.noun.number) == "plur" else ""


def _short(core: str, mask: str, subject: str, at: int) -> list[str]:
    """«Поле является обязательным» as «Поле обязательно»."""
    word = re.match(rf"({WORD})(?= ¤|,|\.|;|$| для | при | в )", mask[at:])
    head = phrase(subject.lower() if subject[:1].isupper() else subject, 0, "nomn")
    if word is None or head is None:
        return []
    for reading in parses(fold(word.group(1)))[:2]:
        if str(reading.tag.POS) == "ADJF" and str(reading.tag.case) == "ablt" and reading.normal_form in _SHORT:
            number = str(head.noun.number)
            form = reading.inflect({"ADJS", number, *({str(head.noun.gender)} if number == "sing" else ())})
            return [f"{subject} {form.word}{core[at + word.end(1) :]}"] if form is not None else []
    return []


def _this_is(core: str, mask: str) -> list[str]:
    """«Среда — день без встреч» as «Среда — это день без встреч», and the other way."""
    found = re.match(r"(?P<left>[^,;:()—–]+?) (?:— (?P<this>это )?|– (?P<that>это ))(?P<right>[^;:()—–]+)$", mask)
    if found is None:
        return []
    left, right = found["left"], found["right"]
    clause = re.split(r"[,.]", right)[0]
    if has_verb(clause) or not (_named(left) or (left.startswith(HELD) and not re.search(r"[а-яё]", left))):
        return []
    word = re.match(WORD, right)
    if found["this"] or found["that"]:
        if not (right.startswith(HELD) or (word and (_named(clause) or re.match(r"(?:почти|всегда|не)\b", right)))):
            return []
        this = "this" if found["this"] else "that"
        return [f"{core[: found.start(this)]}{core[found.end(this) :]}"]
    if (
        _MEASURED.match(left)
        or _MEASURED.match(left.split()[-1])
        or not word
        or _AMOUNT.match(right)
        or not _named(clause)
    ):
        return []
    if re.search(r"\d", left) or not phrase(mask, found.start("right"), "nomn") or len(left.split()) > 5:
        return []
    return [f"{core[: found.start('right')]}это {core[found.start('right') :]}"]


_THINGS = re.compile(
    r"(?:Путь|Порт|Адрес|Имя|Файл|Каталог|Папка|Команда|Тег|Ветка|Версия|Значение|Переменная|Флаг|Опция|Пароль|Логин|Репозиторий"
    r"|Образ|Режим|Формат|Код)\b"
)


def _code_is(core: str, mask: str) -> list[str]:
    """«Порт по умолчанию — `8080`» as «`8080` — это порт по умолчанию»."""
    found = re.match(rf"(?P<left>[А-ЯЁ][^,;:()—–]*) — (?P<code>{HELD}+)$", mask)
    if found is None or not _named(found["left"]) or not _THINGS.match(core) or core[found.start("code")] != "`":
        return []
    if (
        re.search(r"\b(?:и|или|только|любой|каждый|все|ещё|также|пример)\b", found["left"], re.I)
        or len(found["left"].split()) < 2
    ):
        return []
    return [f"{core[found.start('code') :]} — это {lower(core[: found.end('left')])}"]
