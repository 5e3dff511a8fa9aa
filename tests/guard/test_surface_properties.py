"""Hypothesis: a changed number, unit, date, flag or citation is always noticed; equivalent formatting never is."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from style_adapter.guard import facts, surface

UNITS = {
    "ГБ": ("GB", "гигабайт"),
    "минут": ("мин",),
    "%": ("процентов",),
    "км": ("километров",),
    "кг": ("килограммов",),
    "рублей": ("₽",),
}
MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
WORDS = {
    2: "два",
    3: "три",
    5: "пять",
    7: "семь",
    12: "двенадцать",
    40: "сорок",
    70: "семьдесят",
    300: "триста",
    5000: "пять тысяч",
}
FLAGS = (
    "--set",
    "--set-string",
    "--dry-run",
    "--force",
    "--timeout=30",
    ".gitignore",
    "werf.yaml",
    "v2.1.0",
    "MAX_SIZE",
    "https://a.example/x",
)


def ok(draft: str, styled: str) -> bool:
    return not surface.check(facts.analyse(draft), facts.analyse(styled))


def draft_of(number: str, unit: str) -> str:
    return f"Служба хранит копии и занимает {number} {unit} на диске [1]. Раздел назван «Север» [2]."


def styled_of(number: str, unit: str) -> str:
    fact = f"Копии служба держит, и на диске это {number} {unit} [1]. А раздел зовут «Север», красота [2]."
    return f"Ну слушай, дружище! {fact} Вот так-то."


@settings(max_examples=80, deadline=None)
@given(st.integers(2, 9999), st.integers(2, 9999), st.sampled_from(sorted(UNITS)))
def test_a_changed_number_is_noticed(number: int, other: int, unit: str) -> None:
    assume(number != other)
    assert ok(draft_of(str(number), unit), styled_of(str(number), unit))
    assert not ok(draft_of(str(number), unit), styled_of(str(other), unit))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(WORDS)), st.sampled_from(sorted(WORDS)), st.sampled_from(sorted(UNITS)))
def test_a_changed_number_word_is_noticed(number: int, other: int, unit: str) -> None:
    assume(number != other)
    assert ok(draft_of(str(number), unit), styled_of(WORDS[number], unit))
    assert not ok(draft_of(str(number), unit), styled_of(WORDS[other], unit))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9999), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_a_changed_unit_is_noticed(number: int, unit: str, other: str) -> None:
    assume(unit != other)
    assert not ok(draft_of(str(number), unit), styled_of(str(number), other))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 28),
    st.integers(0, 11),
    st.integers(1900, 2099),
    st.sampled_from(("day", "month", "year")),
    st.integers(1, 11),
)
def test_a_changed_date_is_noticed(day: int, month: int, year: int, part: str, step: int) -> None:
    draft = f"Договор подписан {day} {MONTHS[month]} {year} года [1]."
    assert ok(draft, f"Бумага-то важная! Подписан договор {day:02}.{month + 1:02}.{year} [1].")
    day, month, year = (
        (day + step - 1) % 28 + 1 if part == "day" else day,
        (month + step) % 12 if part == "month" else month,
        year + step if part == "year" else year,
    )
    assume(f"{day} {MONTHS[month]} {year}" not in draft)
    assert not ok(draft, f"Бумага-то важная! Подписан договор {day} {MONTHS[month]} {year} года [1].")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FLAGS), st.sampled_from(FLAGS))
def test_a_changed_identifier_is_noticed(one: str, other: str) -> None:
    draft = f"Для запуска нужен `{one}` [1]."
    assert ok(draft, f"Запускаешь — и тебе нужен `{one}`, чуешь [1]?")
    assert one == other or not ok(draft, f"Запускаешь — и тебе нужен `{other}`, чуешь [1]?")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_a_changed_citation_is_noticed(first: int, second: int, other: int) -> None:
    assume(first != second and other not in (first, second))
    draft = f"Ветка называется главной [{first}]. Сборка идёт ночью [{second}]."
    assert ok(draft, f"Сборка у нас ночная птица, идёт ночью [{second}]. Ветка называется главной [{first}].")
    assert not ok(draft, f"Ветка называется главной [{first}]. Сборка идёт ночью [{other}].")
    assert not ok(draft, f"Ветка называется главной [{first}]. Сборка идёт ночью.")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 999), st.sampled_from(sorted(UNITS)))
def test_formatting_is_no_change(thousands: int, unit: str) -> None:
    number = thousands * 1000
    grouped = f"{number:,}".replace(",", " ")
    for form in (
        str(number),
        grouped,
        grouped.replace(" ", "\xa0"),
        f"{thousands} тыс.",
        f"{thousands} тысяч",
    ):
        for name in (unit, *UNITS[unit]):
            assert ok(draft_of(grouped, unit), styled_of(form, name)), (form, name)


EQUAL = """
17 апреля 2024 года | 17.04.2024
17 апреля 2024 года | 2024-04-17
17 апреля 2024 года | семнадцатого апреля 2024-го
5000 рублей | пять тысяч рублей
1500 рублей | полторы тыщи целковых
90 минут | полтора часа
15 минут | четверть часа
48 часов | двое суток
в 7:30 | в половине восьмого
в 19:45 | без четверти восемь вечера
с 8:00 до 20:00 | с восьми до восьми
в XIX веке | в девятнадцатом столетии
0,5 % | полпроцента
75 % | три четверти
90 % | девять десятых
−15 °C | минус пятнадцать
−15 °C | пятнадцать градусов мороза
90 км/ч | девяносто километров в час
1,2 млн человек | миллион двести тысяч
40–60 минут | от сорока минут до часа
3 раза в день | трижды в сутки
каждые 30 минут | раз в полчаса
512 МБ | полгига памяти, 512 мегабайт
the limit is 90 minutes | an hour and a half
at 7:30 a.m. | half past seven in the morning
in 1974 | in '74
from 1990 to 1995 | from nineteen ninety to ninety-five
20% | one in five
2.5 tonnes | two and a half tons
$2,000 | two grand
£1.35 | one pound thirty-five
on 22 August | August's two-and-twentieth day
25 men | five-and-twenty
16:00 | sixteen hundred hours
22,392 km2 | 22,392 square kilometres
""".strip().splitlines()


@pytest.mark.parametrize("line", EQUAL)
def test_equal_values_in_other_words(line: str) -> None:
    draft, styled = (part.strip() for part in line.split("|"))
    assert ok(f"{draft} [1].", f"Well, {styled} [1].")


@pytest.mark.parametrize("idiom", ["в два счёта", "дважды два", "семь футов под килем", "на все сто", "пять звёзд"])
def test_numbers_inside_idioms_are_let_be(idiom: str) -> None:
    assert ok("Сервер хранит копии 14 дней [1].", f"Запомнил {idiom}? Сервер хранит копии четырнадцать дней [1].")


@pytest.mark.parametrize(
    ("told", "same", "other"),
    [
        ("2210 метров", "2 километра и ещё 210 метров", "2 километра и ещё 120 метров"),
        ("2 км 210 м", "2210 метров", "2120 метров"),
        ("2,25 м", "2 метра 25 сантиметров", "2 метра 35 сантиметров"),
        ("65 дней", "девять недель и два дня", "девять недель и три дня"),
        ("15 суток", "две недели да ещё денёк", "три недели да ещё денёк"),
        ("150–200 метров", "полторы-две сотни метров", "три-четыре сотни метров"),
        ("2000–3000 рублей", "две-три тысячи рублей", "три-четыре тысячи рублей"),
        ("от 5 до 10 тысяч рублей", "от 5000 до 10 000 рублей", "от 6000 до 10 000 рублей"),
        ("от 5000 до 10 000 рублей", "от 5 до 10 тысяч рублей", "от 6 до 10 тысяч рублей"),
        ("1 час 30 минут", "полтора часа", "два часа"),
        ("90 минут", "час и ещё 30 минут", "час и ещё 20 минут"),
        ("2 to 3 million users", "two to three million users", "two to four million users"),
    ],
)
def test_sums_and_ranges_compare_by_value(told: str, same: str, other: str) -> None:
    assert ok(f"Так вышло: {told}, не иначе [1].", f"Ну и вышло, голубчики: {same}, не иначе [1].")
    assert not ok(f"Так вышло: {told}, не иначе [1].", f"Ну и вышло, голубчики: {other}, не иначе [1].")
