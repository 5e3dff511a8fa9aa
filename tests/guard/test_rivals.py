# ruff: noqa: E501  (a table)
"""Words of one closed class: another of it in the place of the draft's is a slip, the same told otherwise is none."""

from __future__ import annotations

import pytest

from style_adapter.guard import surface
from style_adapter.guard.facts import analyse


def kinds(draft: str, styled: str) -> list[str]:
    return [r.kind for r in surface.check(analyse(draft), analyse(styled))]


@pytest.mark.parametrize(
    ("draft", "same", "other", "kind"),
    [
        ("Склад зимой закрыт [1].", "В зимнюю пору склад, братцы, закрыт [1].", "Склад, братцы, осенью закрыт [1].", "date"),
        ("В мае 1871 года отряд вышел [1].", "Майским днём 1871-го отряд вышел [1].", "Июньским днём 1871-го отряд вышел [1].", "date"),
        ("По воскресеньям закрыто [1].", "Воскресный день у нас закрыт [1].", "Субботний день у нас закрыт [1].", "date"),
        ("The court closes before noon [1].", "Before midday the court closes, aye [1].", "Before midnight the court closes, aye [1].", "date"),
        ("Копии делают ночью [1].", "Копии рождаются в полночный час, ночами [1].", "Копии рождаются по утрам [1].", "date"),
        ("Откат занимает несколько секунд [1].", "Секунды — и откат готов [1].", "Минуты — и откат готов [1].", "unit"),
        ("Подготовка могла занять недели [1].", "Неделями, бывало, готовились [1].", "Подготовка могла занять часы [1].", "unit"),
        ("It fades within weeks [1].", "A few weeks and it is gone, dude [1].", "A few years and it is gone, dude [1].", "unit"),
        ("Тару вывозят раз в неделю [1].", "Тару каждую неделю вывозят [1].", "Тару каждый месяц вывозят [1].", "unit"),
        ("Плату берут ежегодно [1].", "Плату раз в год берут [1].", "Плату раз в месяц берут [1].", "unit"),
        ("It is read once a year [1].", "Yearly, my child, it is read [1].", "Once a quarter, my child, it is read [1].", "unit"),
        ("Wait two seconds, then two minutes [1].", "Two seconds you wait, two minutes after [1].", "Two minutes you wait, two minutes after [1].", "unit"),
        ("Выкуп — 700 талеров [1].", "Семьсот талеров выкупа, пираты [1]!", "Семьсот дукатов выкупа, пираты [1]!", "unit"),
        ("Турбина встаёт при 19 м/с [1].", "Девятнадцать метров в секунду — и встала [1].", "Восемнадцать метров в секунду — и встала [1].", "number"),
        ("Остров в 14 километрах [1].", "Километров 14 до острова [1].", "До острова 14 морских миль [1].", "unit"),
        ("Отпуск — 14 календарных дней [1].", "Календарных дней отпуска — 14 [1].", "Отпуск, родной, 14 рабочих дней [1].", "unit"),
        ("Окно каждый раз удваивается [1].", "Окно всякий раз вдвое шире [1].", "Окно всякий раз втрое шире [1].", "number"),
        ("Ставка падает вдвое [1].", "От ставки остаётся половина [1].", "От ставки остаётся треть [1].", "number"),
        ("Нужна только одна подпись [1].", "Одной лишь подписи хватит [1].", "Двух подписей хватит [1].", "number"),
        ("Хранят не более года [1].", "Год хранят, не дольше [1].", "Два года хранят, не дольше [1].", "number"),
        ("Лимит растёт раз в день [1].", "Один раз в день лимит растёт [1].", "Три раза в день лимит растёт [1].", "number"),
        ("Читает только один поток [1].", "Лишь один читает [1].", "Лишь трое читают [1].", "number"),
        ("Лютня трёхструнная [1].", "Три струны у лютни [1].", "Четыре струны у лютни [1].", "number"),
        ("King Rolf IV ruled here [1].", "Here, lads, Rolf IV was king [1].", "Here, lads, Rolf VI was king [1].", "number"),
        ("Больше ста запусков — отказ [1].", "За сотню запусков — отказ [1].", "За две сотни запусков — отказ [1].", "number"),
        ("Срок — три года; за прошлое платят за три года [1].", "Три года срок, и за прошлое три года [1].", "Три года срок, и за прошлое пять лет [1].", "number"),
        ("Дважды можно продлить [1].", "Двукратное продление доступно [1].", "Трёхкратное продление доступно [1].", "number"),
    ],
)  # fmt: skip
def test_a_rival_is_a_slip_and_another_form_is_none(draft: str, same: str, other: str, kind: str) -> None:
    assert kinds(draft, same) == []
    assert kind in kinds(draft, other)


@pytest.mark.parametrize(
    ("draft", "styled"),
    [
        ("ARPANET начала работу в 1969 году [1].", "Добрый вечер, час пробил! ARPANET начала работу в 1969-м [1]."),
        ("Полтаву взяли в июле 1709 года [1].", "В лето 1709-е, в месяце июле, взяли Полтаву [1]."),
        ("После её смерти Марта выкупила долю [1].", "Долю выкупила, как той не стало, Марта [1]."),
        ("Третья луна захвачена позже остальных [1].", "А последней в семью пришла третья луна, захватили её [1]."),
        ("Тибо простил ему половину долга [1].", "Тибо полдолга ему списал [1]."),
        ("Ширина колеи — 1829 мм [1].", "Колея, коллега, 1,829 метра [1]."),
        ("Ключ проверяет шлюз `Брама` [1].", "Ключ у врат `Брамы` проверят [1]."),
        ("C4 plants lose less water [1].", "The C4s keep more of their water, folks [1]."),
        ("Маятник отстаёт на 4 секунды [1].", "У маятника минус четыре секунды [1]."),
        ("Only one thread runs [1].", "It suffereth not two threads to run, but one [1]."),
        ("It slows down by a tenth [1].", "Ten percent slower it gets, folks [1]."),
        ("Он длится неделю [1].", "Семь дней подряд он длится, день за днём [1]."),
        ("Where the two regions meet, a junction forms [1].", "Put the regions together and there's your junction [1]."),
        ("Execution grows 2–20 times [1].", "Two- to twentyfold the execution grows [1]."),
        ("All four Grand Slams use it [1].", "At all the Grand Slams, the four, it rings [1]."),
        ("Это было 26–20 тысяч лет назад [1].", "Это было 26 000–20 000 лет назад [1]."),
    ],
)  # fmt: skip
def test_talk_and_other_forms_are_let_be(draft: str, styled: str) -> None:
    assert kinds(draft, styled) == []
