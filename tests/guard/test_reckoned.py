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
