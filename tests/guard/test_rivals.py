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
        ("Отчёт сдают раз в квартал [1].", "Раз в три месяца отчёт сдают [1].", "Раз в три недели отчёт сдают [1].", "unit"),
        ("Ветер достигал 25 м/с [1].", "Двадцать пять метров в секунду дуло [1].", "Двадцать пять метров в минуту дуло [1].", "unit"),
        ("Ставка ниже на 2 процентных пункта [1].", "Ставка сползла на два процентных пункта [1].", "Ставка сползла на два процента [1].", "unit"),
        ("До звезды 4 парсека [1].", "Четыре парсека до звезды [1].", "Четыре световых года до звезды [1].", "unit"),
        ("Мощность — 150 л.с. [1]", "Сто пятьдесят лошадиных сил [1].", "Сто пятьдесят киловатт [1].", "unit"),
        ("Окно закрыто с 21:00 [1].", "С девяти вечера окно закрыто [1].", "С девяти утра окно закрыто [1].", "date"),
        ("Stand-up is at 7:30 a.m. [1].", "At half past seven in the morning we stand up [1].", "At half past eight in the morning we stand up [1].", "date"),
        ("It starts at 12:00 CET [1].", "At noon, CET, it starts [1].", "At noon, UTC, it starts [1].", "date"),
        ("Reports come on the last Friday of June [1].", "June's last Friday brings the reports [1].", "June's first Friday brings the reports [1].", "date"),
        ("Порядок — в приказе № 48-к [1].", "В приказе № 48-к весь порядок [1].", "В приказе № 48-п весь порядок [1].", "identifier"),
        ("Журнал пишет catchlog export -f csv [1].", "catchlog export -f csv пишет журнал [1].", "catchlog export -f json пишет журнал [1].", "identifier"),
        ("Параметр max.poll.interval.ms задаёт паузу [1].", "Паузу держит max.poll.interval.ms [1].", "Паузу держит max.poll.interval [1].", "identifier"),
        ("Кэш снимает 75 % запросов [1].", "Три четверти запросов снимает кэш [1].", "Две трети запросов снимает кэш [1].", "number"),
        ("Третий босс имеет 2 фазы [1].", "У третьего босса две фазы [1].", "У второго босса две фазы [1].", "number"),
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
        ("В словаре 90 000 статей [1].", "Тысяч девяносто статей в словаре [1]."),
        ("Выставлено около 700 экспонатов [1].", "Сотен семь экспонатов выставлено [1]."),
        ("В лифте не более 9 человек [1].", "Больше чем вдевятером в лифт не суйтесь [1]."),
        ("Канал даёт 100 Мбит/с [1].", "Сто мегабит в секунду даёт канал [1]."),
        ("Поддержка до 31 декабря 2026 года [1].", "В последний день декабря 2026-го поддержка угаснет [1]."),
        ("Выпуск вышел в марте 2023 года, исправление — в мае 2023 года [1].", "Выпуск мартовский, 2023 года, исправление — май того же года [1]."),
        ("One in five reports is a duplicate [1].", "Roughly 20% of the reports are copycats [1]."),
        ("OPEN FROM 1 JUNE TO 15 JULY [1].", "Open from the first of June to July 15 [1]."),
        ("The survey has 4,070 galaxies [1].", "Four thousand and seventy galaxies it has, sweeties [1]."),
        ("Очередь хранит 50 000 сообщений [1].", "Полусотню тысяч сообщений хранит очередь [1]."),
        ("Поезд идёт 03.06 в 23:45 [1].", "Третьего июня, без четверти полночь, идёт поезд [1]."),
        ("Запись — файл concert_final.flac [1].", "Слушаю файл concert_final.flac, когда цепи молчат [1]."),
        ("A raid needs 6 players [1].", "Half a dozen players a raid needs [1]."),
        ("The battery holds 4.5 Ah [1].", "4,500 milliamp-hours in the battery, no cap [1]."),
        ("It opened on 3 May 1987 [1].", "May the 3rd, 1987, that's when it opened [1]."),
        ("Pressure above 180 mmHg is an emergency [1].", "Over 180 millimetres of mercury? Come running [1]."),
        ("Диаметр зеркала — 180 см [1].", "Метр восемьдесят диаметр у зеркала [1]."),
        ("Это было 26–20 тысяч лет назад [1].", "Это было 26 000–20 000 лет назад [1]."),
    ],
)  # fmt: skip
def test_talk_and_other_forms_are_let_be(draft: str, styled: str) -> None:
    assert kinds(draft, styled) == []
