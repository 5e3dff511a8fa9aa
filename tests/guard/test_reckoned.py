"""Numbers told by reckoning: a year by the years between, a bound by the next whole number, an hour by half the day."""

from __future__ import annotations

import pytest

from style_adapter.guard import surface
from style_adapter.guard.facts import analyse


def kinds(draft: str, styled: str) -> list[str]:
    return [r.kind for r in surface.check(analyse(draft), analyse(styled))]


@pytest.mark.parametrize(
    ("draft", "styled"),
    [
        (
            "Закон подписан в 2014 году, а вступил в силу в 2015 году [1].",
            "Подписали закон в 2014-м, а в силу он вошёл на следующий год [1].",
        ),
        (
            "The film was shot in 1926 and premiered two years later [1].",
            "Shot in 1926, it took until 1928 to premiere [1].",
        ),
        (
            "The film was shot in 1926 and premiered two years later [1].",
            "Premiere, 1928; cameras rolling two years earlier [1].",
        ),
        (
            "Если накопилось больше десяти сообщений, их показывают вместе [1].",
            "Набралось сообщений одиннадцать, а то и больше? Покажут вместе [1].",
        ),
        ("Доставка повторяется не более пяти раз [1].", "Повторяем доставку, но шестого раза не ждите [1]."),
        (
            "Gold members are never transferred more than five times [1].",
            "A sixth transfer of a gold member? Never done [1].",
        ),
        ("Значение короче, меньше четырёх символов, не скрывают [1].", "Значение в три символа от силы не скроют [1]."),
        ("В тихий час, с 13 до 15, шуметь запрещено [1].", "Тихий час с часу до трёх, шуметь нельзя [1]."),
        ("К 1800 году слобода была крупнее города [1].", "К восемнадцатисотому году слобода город переросла [1]."),
        (
            "Приёмные родители кормят его ещё две–три недели [1].",
            "Приёмные родители кормят его ещё пару-тройку недель [1].",
        ),
        (
            "Taxi rides are paid between 22:00 and 06:00 [1].",
            "Taxi rides? Paid from ten at night to six in the morning [1].",
        ),
        (
            "Tubes gave way to transistors because those fail less often [1].",
            "Tubes gave way to transistors bc those fail less often [1].",
        ),
        ("Сдавать можно не более двух раз [1].", "Сдавать дозволено раз, дозволено и другой, но сверх того — нет [1]."),
        ("Если загрузка сорвётся трижды подряд, образ вернут [1].", "Сорвётся раз, два, три подряд? Образ вернут [1]."),
        ("За купца поручились сто двадцать горожан [1].", "Сто да ещё двадцать горожан поручились за купца [1]."),
        ("Отпуск составляет 31 календарный день [1].", "Отпуску дней календарных тридцать да един [1]."),
        ("Стадион вмещает до шести тысяч зрителей [1].", "Стадион рассчитан тысяч на шесть, это предел [1]."),
        (
            "Если сообщить позже чем через пять дней, выплату уменьшат [1].",
            "Сообщил на шестой день или позже — выплату срежут [1].",
        ),
        ("Плата вносится не позднее пятого числа [1].", "Шестого числа платёж уже просрочен [1]."),
        ("Бот отбрасывает сообщения сверх двадцати в минуту [1].", "Двадцать первое за минуту бот отбросит [1]."),
        (
            "Пособие за первые три дня платит работодатель, за остальные — фонд [1].",
            "Начиная с четвёртого дня пособие платит фонд, а те три, что до него, — работодатель [1].",
        ),
        ("Ученик сдал экзамен с первой попытки [1].", "Экзамен ученика обошёлся без второй попытки [1]."),
        (
            "Отказаться можно не более чем от одного матча [1].",
            "Только вот от двух матчей отказываться нельзя [1].",
        ),
        (
            "Экспедиция вышла в 1821 году, на год раньше отряда Крузе [1].",
            "В 1822-м вышел отряд Крузе, а годом прежде — экспедиция [1].",
        ),
        ("Free elections followed one year later [1].", "Twelve months later it's free elections [1]."),
        (
            "Below 5% of free space the volume is read-only [1].",
            "Under five parts in the hundred free, no writing [1].",
        ),
        ("Правило направляет 10 % запросов на v2 [1].", "Правило шлёт десять овечек-запросов из сотни к v2 [1]."),
        ("Spills of more than 200 ml are reported [1].", "Spill over two hundred mil and it's reported [1]."),
        ("Patients under 12 receive half the dose [1].", "And the under-twelves? Half the dose [1]."),
        ("It probes each target every 20 seconds [1].", "It probes each target at twenty-second intervals [1]."),
        ("The fee is charged below 500 crowns [1].", "Under five 'undred crowns you pay the fee [1]."),
        ("Вулкан извергался за последнее столетие дважды [1].", "За сто последних лет вулкан дважды дал жару [1]."),
        ("Революция длилась три дня, в июле 1830 года [1].", "Три июльских дня 1830-го, вот и революция [1]."),
        ("Среда разработки «Верстак» хранит проект [1].", "«Верстак» проект хранит [1]."),
        (
            "Сортировка по дате быстрее, потому что для первой есть индекс [1].",
            "Под вторую индекса нет, потому по дате сортировать быстрее [1].",
        ),
    ],
)
def test_what_comes_out_equal_passes(draft: str, styled: str) -> None:
    assert not kinds(draft, styled)


@pytest.mark.parametrize(
    ("draft", "styled"),
    [
        (
            "Закон подписан в 2014 году, а вступил в силу в 2016 году [1].",
            "Подписали закон в 2014-м, а в силу он вошёл на следующий год [1].",
        ),
        (
            "The film was shot in 1926 and premiered two years later [1].",
            "Shot in 1926, it took until 1929 to premiere [1].",
        ),
        ("The film was shot in 1926 and premiered two years later [1].", "Shot in 1926, it had premiered in 1924 [1]."),
        ("Партицию читает не больше одного потребителя [1].", "Партицию читают двое потребителей, не больше [1]."),
        (
            "Инструмент встаёт на первой ошибке, не откатывая применённые [1].",
            "Инструмент встанет на второй ошибке, не откатывая применённые [1].",
        ),
        ("За купца поручились сто двадцать горожан [1].", "Сто да ещё тридцать горожан поручились за купца [1]."),
        ("Плата вносится не позднее пятого числа [1].", "Седьмого числа платёж уже просрочен [1]."),
        ("Below 5% of free space the volume is read-only [1].", "Under six parts in the hundred free, no writing [1]."),
        ("It probes each target every 20 seconds [1].", "It probes each target at thirty-second intervals [1]."),
        ("Patients under 12 receive half the dose [1].", "And the under-eighteens? Half the dose [1]."),
        ("Касса закрыта: среда, с 10 до 12 [1].", "Касса закрыта: четверг, с 10 до 12 [1]."),
        (
            "До весны 1838 года, через год после открытия в 1837-м, поезда водили лошади [1].",
            "До весны 1839 года, через год после открытия в 1837-м, поезда водили лошади [1].",
        ),
        (
            "Venice held it for only seven years: in 1430 it lost the city, taken in 1423 [1].",
            "Nine years only did Venice hold it, from 1423 to 1430 [1].",
        ),
        (
            "Если накопилось больше десяти сообщений, их показывают вместе [1].",
            "Набралось больше одиннадцати сообщений, а то и больше? Покажут вместе [1].",
        ),
        ("Доставка повторяется не более пяти раз [1].", "Повторяем доставку не более шести раз [1]."),
        ("Значение короче, меньше четырёх символов, не скрывают [1].", "Значение меньше трёх символов не скроют [1]."),
        ("В тихий час, с 13 до 15, шуметь запрещено [1].", "Тихий час с часу до четырёх, шуметь нельзя [1]."),
        (
            "Taxi rides are paid between 22:00 and 06:00 [1].",
            "Taxi rides? Paid from eleven at night to six in the morning [1].",
        ),
    ],
)
def test_what_does_not_is_noticed(draft: str, styled: str) -> None:
    assert kinds(draft, styled)
