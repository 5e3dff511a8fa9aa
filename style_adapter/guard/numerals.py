# ruff: noqa: E501  (tables of words)
"""Number words, Russian (all cases, by pymorphy3) and English, as `Fraction`s. Knows words only: no digits, no units, no dates."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

Role = Literal["unit", "ten", "hundred", "scale", "ordinal", "whole"]


@dataclass(frozen=True, slots=True)
class Numeral:
    """One number word. `whole` stands alone (half, dozen, втрое); `ordinal` ends a number (сорок третьего)."""

    value: Fraction
    role: Role
    rank: int  # 1 units, 2 tens, 3 hundreds, 4 and more scales: a number is read with falling ranks
    ordinal: bool = False


RU_UNITS = "ноль один два три четыре пять шесть семь восемь девять".split()
RU_TEENS = (
    "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
RU_TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
RU_HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
RU_ORDINALS = (
    "первый второй третий четвёртый пятый шестой седьмой восьмой девятый десятый одиннадцатый двенадцатый "
    "тринадцатый четырнадцатый пятнадцатый шестнадцатый семнадцатый восемнадцатый девятнадцатый"
).split()
RU_TEN_ORDINALS = (
    "двадцатый тридцатый сороковой пятидесятый шестидесятый семидесятый восьмидесятый девяностый"
).split()
RU_HUNDRED_ORDINALS = "сотый двухсотый трёхсотый четырёхсотый пятисотый".split()
RU_COLLECTIVE = "двое трое четверо пятеро шестеро семеро восьмеро девятеро десятеро".split()
RU_SCALES = {"тысяча": 10**3, "миллион": 10**6, "миллиард": 10**9, "триллион": 10**12}
RU_WHOLE: dict[str, Fraction] = {
    "полтораста": Fraction(150), "полтора": Fraction(3, 2), "половина": Fraction(1, 2), "треть": Fraction(1, 3), "четверть": Fraction(1, 4),
    "дюжина": Fraction(12), "десяток": Fraction(10), "сотня": Fraction(100),
}  # fmt: skip
RU_FIXED: dict[str, Fraction] = {
    "вдвое": Fraction(2), "надвое": Fraction(2), "натрое": Fraction(3), "начетверо": Fraction(4), "втрое": Fraction(3), "вчетверо": Fraction(4), "впятеро": Fraction(5),
    "вшестеро": Fraction(6), "всемеро": Fraction(7), "вдесятеро": Fraction(10), "дважды": Fraction(2),
    "трижды": Fraction(3), "четырежды": Fraction(4), "двоих": Fraction(2), "троих": Fraction(3),
    "полторы": Fraction(3, 2), "пол": Fraction(1, 2), "вполовину": Fraction(1, 2), "наполовину": Fraction(1, 2),
}  # fmt: skip
SLANG: dict[str, tuple[int, Role, int]] = {
    "оба": (2, "whole", 9), "обе": (2, "whole", 9), "обоих": (2, "whole", 9), "обеих": (2, "whole", 9), "пара": (2, "whole", 9), "пару": (2, "whole", 9),
    "парочка": (2, "whole", 9), "парочку": (2, "whole", 9), **dict.fromkeys("пары паре парой парочки парочке парочкой coupla".split(), (2, "whole", 9)), "тройку": (3, "whole", 9), "трио": (3, "whole", 9), "червонец": (10, "whole", 9), "полтинник": (50, "whole", 9),
    "стольник": (100, "whole", 9), "косарь": (1000, "scale", 4), "косарей": (1000, "scale", 4), "косаря": (1000, "scale", 4), "лям": (10**6, "scale", 5),
    "лямов": (10**6, "scale", 5), "полдюжины": (6, "whole", 9), "полтысячи": (500, "whole", 9), "полтыщи": (500, "whole", 9), "единожды": (1, "whole", 9),
    "однажды": (1, "whole", 9), "разок": (1, "whole", 9), "дюжину": (12, "whole", 9), "фунтик": (1, "whole", 9),
    "both": (2, "whole", 9), "couple": (2, "whole", 9), "pair": (2, "whole", 9), "twain": (2, "whole", 9), "brace": (2, "whole", 9), "trio": (3, "whole", 9),
    "once": (1, "whole", 9), "нолик": (0, "unit", 1), "нолика": (0, "unit", 1), "nought": (0, "unit", 1), "naught": (0, "unit", 1), "nil": (0, "unit", 1), "grand": (1000, "scale", 4), "threescore": (60, "whole", 9),
    "fourscore": (80, "whole", 9), "yin": (1, "unit", 1), "twa": (2, "unit", 1), "fower": (4, "unit", 1), "sax": (6, "unit", 1), "seeven": (7, "unit", 1),
    "aucht": (8, "unit", 1), "twal": (12, "unit", 1), "hunner": (100, "scale", 3), "undred": (100, "scale", 3), "thoosand": (1000, "scale", 4), "hunnert": (100, "scale", 3),
}  # fmt: skip
PLAIN = frozenset((*RU_UNITS[3:], *RU_TEENS, *RU_TENS, *RU_HUNDREDS))
# `сотен семь`, `тысяч девяносто`: about so many
TURNED_SCALES = {"сотен": 100, "десятков": 10, "тысяч": 1000, "миллионов": 10**6, "миллиардов": 10**9}
RU_FEW = {"четверк": 4, "пятерк": 5, "шестерк": 6, "семерк": 7, "восьмерк": 8, "девятк": 9}  # a group of so many
RU_TOGETHER = {
    "вдвоем": 2, "втроем": 3, "вчетвером": 4, "впятером": 5, "вшестером": 6, "всемером": 7, "ввосьмером": 8, "вдевятером": 9,
    "вдесятером": 10,
}  # fmt: skip
EN_GROUPS = {  # `under-twelves`
    "fives": 5, "sixes": 6, "sevens": 7, "eights": 8, "nines": 9, "elevens": 11, "twelves": 12, "thirteens": 13,
    "fourteens": 14, "fifteens": 15, "sixteens": 16, "seventeens": 17, "eighteens": 18, "nineteens": 19,
}  # fmt: skip
LOOSE = (frozenset(SLANG) | frozenset(RU_TOGETHER) | frozenset(EN_GROUPS)) - frozenset(
    "косарь косарей косаря лям лямов grand hunner hunnert undred thoosand twa fower sax seeven aucht twal".split()
)
RU_EXTRA: dict[str, tuple[int, Role, int]] = {
    "тыс": (10**3, "scale", 4), "тыща": (10**3, "scale", 4), "тыщи": (10**3, "scale", 4), "тыщ": (10**3, "scale", 4),
    "млн": (10**6, "scale", 5), "млрд": (10**9, "scale", 6), "трлн": (10**12, "scale", 7),
    **dict.fromkeys("нуля нулю нулем нуле нулевой нулевая нулевое нулевые нулевого нулевому нулевым нулевом нулевую".split(), (0, "unit", 1)),
    "един": (1, "unit", 1), "одна": (1, "unit", 1), "одну": (1, "unit", 1), "одной": (1, "unit", 1), "одни": (1, "unit", 1), "нуль": (0, "unit", 1),
    "пятьсот": (500, "hundred", 3), **dict.fromkeys("полсотни полусотни полусотню полусотне полусотней".split(), (50, "whole", 9)), "тысячный": (1000, "ordinal", 4),
    "пятерка": (5, "whole", 9), "десятка": (10, "whole", 9), "тройка": (3, "whole", 9),
}  # fmt: skip

EN_UNITS = "zero one two three four five six seven eight nine".split()
EN_TEENS = ("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen").split()
EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
EN_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
EN_TEN_ORDINALS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth".split()
EN_SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "mln": 10**6,
    "bn": 10**9,
}
EN_WHOLE: dict[str, Fraction] = {
    "half": Fraction(1, 2), "quarter": Fraction(1, 4), "dozen": Fraction(12), "twice": Fraction(2), "thrice": Fraction(3),
    "double": Fraction(2), "triple": Fraction(3), "tenths": Fraction(1, 10), "hundredths": Fraction(1, 100), "thousandths": Fraction(1, 1000), "score": Fraction(20),
    "twofold": Fraction(2), "threefold": Fraction(3), "tenfold": Fraction(10), "thirds": Fraction(1, 3),
    "quarters": Fraction(1, 4),
}  # fmt: skip

RU_COMPOUND = {
    "двух": 2, "трех": 3, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9, "десяти": 10,
    "двадцати": 20, "тридцати": 30, "сорока": 40, "пятидесяти": 50, "сто": 100,
}  # fmt: skip


def _forms(word: str) -> list[str]:
    from style_adapter.guard.morph import analyzer

    parses = [p for p in analyzer().parse(word) if p.normal_form.replace("ё", "е") == word.replace("ё", "е")]
    if not parses:
        return [word.replace("ё", "е")]
    best = next((p for p in parses if {"NUMR", "ADJF"} & set(str(p.tag).replace(" ", ",").split(","))), parses[0])
    return [form.word.replace("ё", "е") for form in best.lexeme]


def _add_ru(table: dict[str, Numeral]) -> None:
    def put(words: list[str], start: int, step: int, role: Role, rank: int, ordinal: bool = False) -> None:
        for index, word in enumerate(words):
            for form in _forms(word):
                table.setdefault(form, Numeral(Fraction(start + index * step), role, rank, ordinal))

    put(RU_UNITS, 0, 1, "unit", 1)
    put(RU_TEENS, 10, 1, "unit", 1)
    put(RU_TENS, 20, 10, "ten", 2)
    put(RU_HUNDREDS, 100, 100, "hundred", 3)
    put(RU_ORDINALS, 1, 1, "ordinal", 1, True)
    put(RU_TEN_ORDINALS, 20, 10, "ordinal", 2, True)
    put(RU_HUNDRED_ORDINALS, 100, 100, "ordinal", 3, True)
    put([f"{teen[:-1]}исотый" for teen in RU_TEENS[1:]], 1100, 100, "ordinal", 3, True)
    put(RU_COLLECTIVE, 2, 1, "whole", 9)
    for index, (word, value) in enumerate(RU_SCALES.items()):
        put([word], value, 0, "scale", 4 + index)
    for word, whole in RU_WHOLE.items():
        for form in _forms(word):
            table.setdefault(form, Numeral(whole, "whole", 9))
    for word, whole in RU_FIXED.items():
        table[word] = Numeral(whole, "whole", 9)
    for word, (number, role, rank) in RU_EXTRA.items():
        table[word] = Numeral(Fraction(number), role, rank, role == "ordinal")
    for word, (number, role, rank) in SLANG.items():
        table[word] = Numeral(Fraction(number), role, rank)
    for start, few in RU_FEW.items():
        for ending in ("а", "и", "у", "е", "ой"):
            table[start + ending] = Numeral(Fraction(few), "whole", 9)
    for word, few in RU_TOGETHER.items():
        table[word] = Numeral(Fraction(few), "whole", 9)
    for word in ("стать", "стою", "стали", "стане"):
        table.pop(word, None)


def _add_en(table: dict[str, Numeral]) -> None:
    for start, words in ((0, EN_UNITS), (10, EN_TEENS)):
        for index, word in enumerate(words):
            table[word] = Numeral(Fraction(start + index), "unit", 1)
    for index, word in enumerate(EN_TENS):
        table[word] = Numeral(Fraction(20 + 10 * index), "ten", 2)
        table[word[:-1] + "ies"] = Numeral(Fraction(20 + 10 * index), "ordinal", 2, True)
    for index, word in enumerate(EN_ORDINALS):
        table[word] = Numeral(Fraction(index + 1), "ordinal", 1, True)
        if index > 1:
            table[word + "s"] = Numeral(Fraction(index + 1), "ordinal", 1, True)
    for index, word in enumerate(EN_TEN_ORDINALS):
        table[word] = Numeral(Fraction(20 + 10 * index), "ordinal", 2, True)
    table["hundred"] = table["hundreds"] = Numeral(Fraction(100), "scale", 3)
    for index, (word, value) in enumerate(EN_SCALES.items()):
        table[word] = Numeral(Fraction(value), "scale", 4 + index)
        table[word + "s"] = Numeral(Fraction(value), "scale", 4 + index)
    for word, whole in EN_WHOLE.items():
        table[word] = Numeral(whole, "whole", 9)
    for word, many in EN_GROUPS.items():
        table[word] = Numeral(Fraction(many), "whole", 9)


@lru_cache(maxsize=1)
def numerals() -> dict[str, Numeral]:
    """Folded word form → numeral, both languages."""
    table: dict[str, Numeral] = {}
    _add_ru(table)
    _add_en(table)
    return table


def read(words: list[str]) -> tuple[int, Fraction, bool] | None:
    """The number that starts at `words[0]`: how many words it takes, its value, whether it is an ordinal."""
    table = numerals()
    first = table.get(words[0])
    if first is None:
        return None
    if words[0] in TURNED_SCALES and len(words) > 1:
        about = words[1] in ("этак", "эдак", "так") or (words[1] in ("на", "в") and words[2:3] and words[2] in PLAIN)
        skip = 2 if about else 1  # not `тысяч на пяти площадях`
        if len(words) > skip and (rest := read(words[skip:])) and not rest[2]:
            return skip + rest[0], TURNED_SCALES[words[0]] * rest[1], False
    if (
        first.role == "whole"
        and len(words) > 1
        and first.value <= 100
        and (scale := table.get(words[1]))
        and scale.role == "scale"
    ):
        return 2, first.value * scale.value, False
    if len(words) > 2 and words[1] == "and" and first.role == "unit" and first.value < 10:
        tens = table.get(words[2])
        if tens and tens.rank == 2:
            return 3, first.value + tens.value, tens.ordinal
    if (decimal := _decimal(words)) is not None:
        return decimal
    if len(words) > 1 and words[1] == "score" and first.role == "unit":
        return 2, first.value * 20, False
    if first.role == "whole" or (first.role == "ordinal"):
        return 1, first.value, first.ordinal
    if (year := _spoken_year(words)) is not None:
        return year
    total, group, rank, taken, ordinal = Fraction(0), Fraction(0), 99, 0, False
    for index, word in enumerate(words):
        found = table.get(word)
        if found is None:
            if (
                word == "and"
                and (group or total)
                and index + 1 < len(words)
                and table.get(words[index + 1])
                and (rank >= 3 or (rank == 2 and group > 100 and not table.get((words[index + 2 :] or [""])[0])))
            ):
                continue
            break
        if found.role == "whole" or ordinal:
            break
        if found.role == "scale":
            if taken == 0:
                group = Fraction(1)
            if found.value == 100:
                group, rank = (group or Fraction(1)) * 100, 3
            else:
                total, group, rank = total + (group or Fraction(1)) * found.value, Fraction(0), 99
        else:
            small = found.value < 10 and found.value > 0
            if found.rank >= rank or (rank == 2 and not small) or (found.value == 0 and taken):
                break
            group, rank, ordinal = group + found.value, found.rank, found.ordinal
        taken = index + 1
    return taken, total + group, ordinal


def _decimal(words: list[str]) -> tuple[int, Fraction, bool] | None:
    """`nine point two million`."""
    if len(words) < 3 or words[1] != "point" or words[0] not in (*EN_UNITS, *EN_TEENS):
        return None
    table, value, taken, part = numerals(), numerals()[words[0]].value, 2, Fraction(1, 10)
    while taken < len(words) and words[taken] in EN_UNITS:
        value, taken, part = value + part * table[words[taken]].value, taken + 1, part / 10
    if taken < len(words) and (scale := table.get(words[taken])) and scale.role == "scale":
        value, taken = value * scale.value, taken + 1
    return (taken, value, False) if taken > 2 else None


def _spoken_year(words: list[str]) -> tuple[int, Fraction, bool] | None:
    """`nineteen seventy-three`, `twenty twenty-four`, `nineteen oh five`, `eighteen-sixties`."""
    table = numerals()
    head = table.get(words[0])
    if head is None or len(words) < 2 or not (13 <= head.value <= 20) or words[0] not in (*EN_TEENS, "twenty"):
        return None
    tens = table.get(words[1])
    if words[1] in ("oh", "o", "ought") and len(words) > 2 and (last := table.get(words[2])) and 0 < last.value < 10:
        return 3, head.value * 100 + last.value, False
    if tens and words[1].endswith("ties"):
        return 2, head.value * 100 + tens.value, True
    if tens is None or tens.role not in ("ten", "unit") or tens.value < 10 or words[1] in RU_UNITS:
        return None
    value, taken = head.value * 100 + tens.value, 2
    if tens.role == "ten" and len(words) > 2:
        last = table.get(words[2])
        if last is not None and last.role in ("unit", "ordinal") and 0 < last.value < 10:
            value, taken = value + last.value, 3
    return taken, value, False


@lru_cache(maxsize=20_000)
def compound(word: str) -> Fraction | None:
    """The number hidden at the head of a Russian compound (`трёхслойный` → 3)."""
    for head, value in RU_COMPOUND.items():
        if word.startswith(head) and len(word) >= len(head) + 5:
            rest = word[len(head) :]
            return Fraction(value * (1000 if rest.startswith("тысяч") else 10**6 if rest.startswith("миллион") else 1))
    return None
