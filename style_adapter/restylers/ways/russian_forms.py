"""Rules of Russian that need a look at the words around or another form of a word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from core.text import fold
from style_adapter.restylers.ways.nouns import BOOKISH, HELD, Rule
from style_adapter.restylers.ways.russian_words import WORD, first_verb, has_verb, is_a
from style_adapter.score.address import form_of
from style_adapter.score.morph import Token, parses

NOT_BEFORE = r"(?<![а-яёА-ЯЁ-])(?<!не )(?<!ни )(?<!Не )"
_FORM = {"VERB": ("tense", "person", "number", "gender", "mood"), "INFN": (), "ADJF": ("gender", "number", "case")}
THROUGH = {
    "опции": "опцию", "флага": "флаг", "команды": "команду", "директивы": "директиву", "параметра": "параметр",
    "аннотации": "аннотацию", "функции": "функцию", "функций": "функции", "переменной": "переменную", "метода": "метод",
    "файла": "файл", "файлов": "файлы", "утилиты": "утилиту", "ключа": "ключ", "формы": "форму", "приложения": "приложение",
    "сайта": "сайт", "скрипта": "скрипт", "модуля": "модуль", "шаблона": "шаблон", "фильтра": "фильтр",
    "меню": "меню", "панели": "панель", "портала": "портал",
}  # fmt: skip


def with_infinitive(*members: str, also: Sequence[str] = (), negated: bool = False) -> list[Rule]:
    """A group of words that govern an infinitive, which stands a word or two after them or right before them."""
    rules = []
    start = r"(?<![а-яёА-ЯЁ-])" if negated else NOT_BEFORE
    for member in (*members, *also):
        at = members.index(member) if member in members else len(members)
        others = tuple(
            f"{BOOKISH if number > at else ''}{other}" for number, other in enumerate(members) if other != member
        )

        def say(match: re.Match[str], others: tuple[str, ...] = others) -> Sequence[str]:
            words = re.findall(WORD, match.string[match.end("it") :].split(",")[0].split(HELD)[0])[:3]
            ahead = next((at for at, word in enumerate(words) if is_a(word, "INFN")), None)
            if ahead is not None and all(is_a(word, "ADVB") or is_a(word, "PRCL") for word in words[:ahead]):
                return others
            clause = re.split(r"[,;:.—]", match.string[: match.start("it")])[-1]
            behind = re.findall(WORD, clause)
            return others if any(is_a(word, "INFN") for word in behind) and first_verb(clause) < 0 else ()

        rules.append(Rule(re.compile(rf"{start}(?P<it>{member})(?![а-яёА-ЯЁ-])", re.I), say))
    return rules


def lemmas(pairs: str) -> Rule:
    """Words of one government, by their first forms, the plainest first, each in the form of the word it stands for; those
    with `~` are understood and never said."""
    table: dict[str, list[str]] = {}
    for line in pairs.split(";"):
        members = line.split()
        for at, member in enumerate(members):
            table[fold(member.lstrip("~"))] = [
                f"{BOOKISH if number > at else ''}{other}"
                for number, other in enumerate(members)
                if other != member and not other.startswith("~")
            ]

    def say(match: re.Match[str]) -> Sequence[str]:
        word = fold(match["it"])
        if match["it"][0].isupper() and re.search(r"[а-яё,:;]\s$", match.string[: match.start("it")]):
            return ()  # part of a name: «смотрите Необходимая DLL»
        for reading in parses(word)[:1]:
            part = str(reading.tag.POS)
            others = table.get(fold(reading.normal_form))
            if not others or part not in _FORM or not reading.is_known or form_of(Token(word, 0, 0)):
                return ()
            out = [(other[:1], _inflected(other.strip(BOOKISH), reading, part)) for other in others]
            return [f"{BOOKISH if mark == BOOKISH else ''}{form}" for mark, form in out if form]
        return ()

    return Rule(re.compile(rf"(?<![а-яёА-ЯЁ-])(?P<it>{WORD})"), say)


def _inflected(lemma: str, like: object, part: str) -> str:
    tag = like.tag  # type: ignore[attr-defined]
    wanted = {str(value) for name in _FORM[part] if (value := getattr(tag, name)) is not None}
    if part == "ADJF" and tag.case == "accs" and tag.animacy:
        wanted.add(str(tag.animacy))
    for reading in parses(lemma):
        if str(reading.tag.POS) in (part, "INFN" if part == "VERB" else part):
            form = reading.inflect(wanted) if wanted else reading
            if form is not None:
                return str(form.word)
    return ""


def need(match: re.Match[str]) -> Sequence[str]:
    """«требуется агент» as «нужен агент»: by the first noun in the nominative after it."""
    if match["it"].lower() == "требуются":
        return ("нужны",)
    rest = match.string[match.end("it") :]
    if re.match(r"\s+(?:\d|не\b|ещё\b|еще\b|хотя\b|минимум\b|больше\b|меньше\b)", rest):
        return ("нужно",)
    word = re.match(rf"\s+({WORD})", rest)
    if word and re.match(
        r"(?:создани|указани|выполнени|использовани|добавлени|изменени|установк|проведени|наличи)", word.group(1)
    ):
        return ()  # «нужно создание файла» limps
    readings = parses(fold(word.group(1))) if word else ()
    if not readings or (readings[0].tag.case != "nomn" and "nomn" not in {str(r.tag.case) for r in readings[:3]}):
        return ()
    tag = next(reading.tag for reading in readings if str(reading.tag.case) == "nomn")
    if str(tag.POS) not in ("NOUN", "ADJF") or str(tag.number) != "sing":
        return ()
    return ({"masc": "нужен", "femn": "нужна", "neut": "нужно"}.get(str(tag.gender), ""),)


def banned(match: re.Match[str]) -> Sequence[str]:
    """«повтор запрещён» as «повтор под запретом», where no infinitive is what is banned."""
    clause = re.split(r"[,;:.—]", match.string[match.end("it") :])[0]
    left = re.split(r"[,;:.—]", match.string[: match.start("it")])[-1]
    if not re.search(WORD, left) and HELD not in left:
        return ()
    near = re.findall(WORD, clause)[:3] + re.findall(WORD, left)[-3:]
    return () if any(is_a(word, "INFN") for word in near) else ("под запретом",)


def through(match: re.Match[str]) -> Sequence[str]:
    return (f"через {THROUGH[match['noun'].lower()]}",)


def _round(number: str) -> bool:
    """Whether the genitive plural follows the number in the nominative too."""
    if not number.isdigit():
        return False
    return int(number) % 100 in range(5, 21) or int(number) % 10 in (0, 5, 6, 7, 8, 9)


def bound(*options: str) -> Callable[[re.Match[str]], Sequence[str]]:
    """`options[0]` wherever a number follows, the others where its noun keeps its form."""
    return lambda match: options if _round(match["number"]) else options[:1]


def amounts(match: re.Match[str]) -> Sequence[str]:
    """«срок составляет 5 дней» as «срок — 5 дней», in a clause that has no dash yet."""
    left = match.string[: match.start("it")]
    return () if "—" in match.string or re.search(r"[,;(]", left) or left[-3:] == " не" else (" — ",)


def which(match: re.Match[str]) -> Sequence[str]:
    """«переменные, объявленные в файле» as «переменные, которые объявлены в файле»: a participle right after its noun."""
    head = re.search(rf"((?:{WORD} ){{0,2}})({WORD}|{HELD}), $", match.string[: match.start("it")])
    negated = "не " if match["it"].startswith("не ") else ""
    readings = parses(fold(match["it"].removeprefix("не ")))
    word = next((r for r in readings[:4] if str(r.tag.POS) == "PRTF"), None)
    if (
        not head
        or word is None
        or head.group(2) == "числе"
        or re.match(rf"\s*{WORD}", match.string[match.end("it") :]) is None
    ):
        return ()
    before = match.string[: match.start("it")]
    if "котор" in before[-90:] or any(is_a(word, "PRTF") for word in re.findall(rf", ({WORD})", before[:-2])[-1:]):
        return ()  # «компьютер, подключённый к сети, называемый источник»: two of one noun
    if re.search(rf", {WORD}(?:ющ|ащ|ящ|вш|нн|ем|им)[а-яё]{{2,3}} ", match.string[match.end("it") :]):
        return ()
    if "котор" in match.string[match.end("it") :] or _goes_on(match.string[match.end("it") :]):
        return ()
    cases = {str(r.tag.case) for r in readings if str(r.tag.POS) == "PRTF"}
    nouns = [_noun(said, str(word.tag.number), cases) for said in (*head.group(1).split(), head.group(2))]
    if head.group(2) != HELD and not any(nouns):
        return ()
    if (
        "ablt" in cases and head.group(2) == HELD
    ):  # «командой X, запущенной из корня»: how it is to be run, not how it was
        return ()
    number, gender = str(word.tag.number), str(word.tag.gender)
    pronoun = "которые" if number == "plur" else {"masc": "который", "femn": "которая", "neut": "которое"}.get(gender)
    if number == "sing" and len({str(r.tag.gender) for r in readings if str(r.tag.POS) == "PRTF"}) > 1:
        genders = {tag for found in nouns for tag in found} & {"masc", "neut"}
        gender = genders.pop() if len(genders) == 1 else ""
        pronoun = {"masc": "который", "neut": "которое"}.get(gender)
    wanted = {number} | ({gender} if number == "sing" else set())
    if not pronoun or "" in wanted:
        return ()
    tense = str(word.tag.tense)
    if str(word.tag.voice) == "pssv" and tense == "pres":
        form = _done_to(word.normal_form, number) if not _by(match.string[match.end("it") :]) else None
    elif str(word.tag.voice) == "pssv":
        form = word.inflect({"PRTS", *wanted})
    else:
        verb = next((r for r in parses(word.normal_form) if str(r.tag.POS) == "INFN"), None)
        form = verb.inflect({"VERB", tense, *({"3per", number} if tense == "pres" else wanted)}) if verb else None
    return (f"{pronoun} {negated}{form.word}",) if form is not None else ()


def _done_to(verb: str, number: str) -> Any:
    """«используемый» as «используется»."""
    reading = next((r for r in parses(f"{verb}ся") if str(r.tag.POS) == "INFN" and r.is_known), None)
    return reading.inflect({"VERB", "pres", "3per", number}) if reading is not None else None


def _by(rest: str) -> bool:
    """Whether a word without a preposition in the instrumental follows: it may be who does it."""
    words = re.findall(WORD, re.split(r"[,;:.(—]", rest)[0])
    return any(
        any(str(r.tag.case) == "ablt" and r.score > 0.1 for r in parses(fold(word)))
        and not (at and is_a(words[at - 1], "PREP"))
        for at, word in enumerate(words)
    )


def _goes_on(rest: str) -> bool:
    """Whether another participle is joined to this one: «удовлетворяющие фильтру и подпадающие под маску»."""
    joined = re.findall(rf"\s(?:и|или|либо|но)\s(?:не\s)?({WORD})", rest)
    return any(str(reading.tag.POS) == "PRTF" for word in joined for reading in parses(fold(word)))


def _noun(word: str, number: str, cases: set[str]) -> set[str]:
    """The genders of a noun's readings in this number and one of these cases; empty where it is no such noun."""
    found = [r.tag for r in parses(fold(word)) if str(r.tag.POS) == "NOUN" and str(r.tag.case) in cases]
    return {str(tag.gender) for tag in found if str(tag.number) == number}


def such(match: re.Match[str]) -> Sequence[str]:
    """«выполните следующие действия:» as «выполните такие действия:»."""
    for reading in parses(fold(match["it"]))[:1]:
        tag = reading.tag
        wanted = {str(value) for value in (tag.gender, tag.number, tag.case) if value is not None}
        if str(tag.case) == "accs" and tag.animacy:
            wanted.add(str(tag.animacy))
        form = next((f for r in parses("такой") if str(r.tag.POS) == "ADJF" and (f := r.inflect(wanted))), None)
        return (str(form.word),) if form is not None else ()
    return ()


def it_is(match: re.Match[str]) -> Sequence[str]:
    """«`nofile`: число файлов» as «`nofile` — это число файлов»."""
    readings = parses(fold(match["noun"]))
    if not any(str(r.tag.POS) in ("NOUN", "ADJF") and str(r.tag.case) == "nomn" for r in readings[:2]):
        return ()
    rest, *after = re.split(r"([,;:(—])", match.string[match.end("it") :])
    if after and after[0] == ":":  # a row of a table: «`KEY` — описание: …»
        return ()
    if "—" in after or match["noun"].startswith(("люб", "все", "всё")):
        return ()
    return () if has_verb(rest) else (" — это ",)


def single_or(match: re.Match[str]) -> Sequence[str]:
    """«A, либо B» as «A или B», where no other «либо» belongs to it."""
    return () if "либо" in match.string[: match.start("it")].lower() else (" или ",)


def serves_to(match: re.Match[str]) -> Sequence[str]:
    """«`--key`: передать файл» as «`--key` — чтобы передать файл»."""
    return (" — чтобы ",) if is_a(match["noun"], "INFN") and "чтобы" not in match.string else ()


def then(match: re.Match[str]) -> Sequence[str]:
    """«в этом случае сборка упадёт» as «тогда сборка упадёт»; of what was, «тогда» would be a time."""
    verbs = [r[0].tag for word in re.findall(WORD, match["rest"]) if (r := parses(fold(word)))]
    said = [tag for tag in verbs if str(tag.POS) in ("VERB", "PRED", "PRTS", "ADJS")]
    return ("тогда",) if said and not any(str(tag.POS) == "VERB" and str(tag.tense) == "past" for tag in said) else ()


def there_is(match: re.Match[str]) -> Sequence[str]:
    """«если файл присутствует в списке» as «если файл есть в списке»: things, not people."""
    before = match.string[: match.start("it")].rstrip()
    word = re.search(rf"{WORD}$", before)
    if word is None:
        return ("есть",) if before.endswith(HELD) else ()
    readings = [r.tag for r in parses(fold(word.group()))[:2] if str(r.tag.POS) == "NOUN"]
    return ("есть",) if readings and all(str(tag.animacy) == "inan" for tag in readings) else ()
