"""Sentences that another order or word would change: whose scope is wide, whose words go with others. Found by reading."""

from __future__ import annotations

import pytest

from core.nouns import Lang
from tests.adapter.test_ways import ways


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Стажёрам доступ запрещён, но чтение журналов разрешено [1].", "[1]. Но"),
        ("1 мая музей закрыт, а касса работает до обеда [1].", "[1]. А"),
        ("Каждую пятницу офис закрыт, а склад работает до обеда [1].", "[1]. А"),
        ("Летом парк открыт до 22 часов; касса закрывается в 21 час [1].", "[1]. Касса"),
        ("По выходным парк открыт до 22 часов; касса закрывается в 21 час [1].", "Парк открыт"),
        ("Правила меняет совет директоров компании [1].", "правила компании"),
        ("Ключи выдаёт комендант общежития [1].", "ключи общежития"),
        ("Нельзя превышать 60 км в час [1].", "быть больше"),
        ("При необходимости перезапуска обратитесь в поддержку [1].", "Если надо"),
        ("Число надо возвести в квадрат [1].", "построить"),
        ("Деньги на счёте заканчиваются [1].", "завершаются"),
        ("Пассажир показывает билет водителю [1].", "отображает"),
        ("Таблица показывает, когда сервер остановлен [1].", "Когда"),
        ("Ошибка устраняется сама [1].", "устраняют"),
        ("Сбой может быть вызван из-за нехватки места [1].", "можно"),
        ("Документы подписываются ЭЦП [1].", "подписывают"),
        ("Кнопка должна быть нажата 3 раза [1].", "3 раза нажата"),
        ("По умолчанию сборка включена и собирается не более 5 образов сразу [1].", "включена по умолчанию"),
        ("Логи не выводятся, если установлена в `true` [1].", "Если установлена"),
        ("Откат делают командой `werf dismiss`, запущенной из корня проекта [1].", "которая"),
        ("На время дороги дольше 20 минут смену отдают [1].", "больше"),
        ("Журнал запросов хранится 3 года [1].", "3 года хранится"),
        ("Раздел описывает фактически произошедшие удаления [1].", "на деле"),
    ],
)
def test_russian(text: str, never: str) -> None:
    _never(text, never, "ru")


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("The museum is in a villa built in 1884 [1].", "In 1884"),
        ("The contract applies to staff hired in 2020 [1].", "In 2020"),
        ("The cache may not be used if the file is missing [1].", "must not"),
        ("The cache must not be used [1].", "may not"),
        ("This key must be set [1].", "have to"),
        ("The users with root must change it [1].", "has to"),
        ("The size does not exceed 40 MB [1].", "be more than"),
        ("The container started with `--rm` is removed [1].", "began"),
        ("The user is asked if the file is kept [1].", "If"),
    ],
)
def test_english(text: str, never: str) -> None:
    _never(text, never, "en")


def _never(text: str, never: str, lang: Lang) -> None:
    assert not [way for way in ways(text, lang) if never in way]
