"""Equal ways to say a sentence, and what must not be taken for one. No model."""

from __future__ import annotations

import pytest

from core.nouns import Lang
from style_adapter.restylers.ways import familiar, orders, places, said


def ways(text: str, lang: Lang = "ru") -> set[str]:
    """Every sentence that differs from this one in one place or in its order."""
    one = {said(text, [(place, option)]) for place in places(text, lang) for option in place.options}
    return one | set(orders(text, lang))


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Необходимо указать порт [1].", "Надо указать порт [1]."),
        ("Порт указать необходимо [1].", "Порт указать нужно [1]."),
        ("Для сборки требуется агент [1].", "Для сборки нужен агент [1]."),
        ("Требуются два ключа [1].", "Нужны два ключа [1]."),
        ("Курить в залах запрещается [1].", "Курить в залах нельзя [1]."),
        ("Заглушка по маске запрещена, кроме учений [1].", "Заглушка по маске под запретом, кроме учений [1]."),
        ("Собирается не более 5 образов [1].", "Собирается максимум 5 образов [1]."),
        ("Собирается не более 2 образов [1].", "Собирается не больше 2 образов [1]."),
        ("Срок составляет 5 дней [1].", "Срок — 5 дней [1]."),
        ("Порт задаётся с помощью опции `--port` [1].", "Порт задаётся через опцию `--port` [1]."),
        ("Порт задаётся с помощью `--port` [1].", "Порт задаётся через `--port` [1]."),
        ("Флаг `-x` отображает список образов [1].", "Флаг `-x` показывает список образов [1]."),
        ("Флаг `-x` отображает список образов [1].", "Список образов отображает флаг `-x` [1]."),
        ("Файлы, созданные в среду, удаляются [1].", "Файлы, которые созданы в среду, удаляются [1]."),
        ("Слой, ссылающийся на образ, хранится [1].", "Слой, который ссылается на образ, хранится [1]."),
        ("Если файл пуст, то сборка завершится с ошибкой [1].", "Сборка завершится с ошибкой, если файл пуст [1]."),
        ("Сборка завершится с ошибкой, если файл пуст [1].", "Если файл пуст, сборка завершится с ошибкой [1]."),
        ("По умолчанию отчёт пишется в файл [1].", "Отчёт пишется по умолчанию в файл [1]."),
        ("Слой лежит три дня; образ живёт пять дней [1].", "Слой лежит три дня [1]. Образ живёт пять дней [1]."),
        ("Журнал запросов хранится три года [2].", "Три года хранится журнал запросов [2]."),
        ("Обратите внимание, что путь задан [1].", "Важно: путь задан [1]."),
        ("`--key`: передать файл серверу [1].", "`--key` — чтобы передать файл серверу [1]."),
        ("Удалить образ можно командой `rm` [1].", "Можно удалить образ командой `rm` [1]."),
        ("Образ собирается как в Linux, так и в macOS [1].", "Образ собирается и в Linux, и в macOS [1]."),
        ("Выполните следующие действия: `a` [1].", "Выполните такие действия: `a` [1]."),
        ("Версии слоёв, собранные за час, удаляются [1].", "Версии слоёв, которые собраны за час, удаляются [1]."),
        ("Слой, не имеющий хеша, удаляется [1].", "Слой, который не имеет хеша, удаляется [1]."),
        ("`nofile`: число открытых файлов [1].", "`nofile` — это число открытых файлов [1]."),
    ],
)
def test_ways_of_russian(text: str, way: str):
    assert way in ways(text)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("You can use the key if the door is shut [1].", "You may use the key if the door is shut [1]."),
        ("If the door is shut, you can use the key [1].", "You can use the key if the door is shut [1]."),
        ("The gauge shows the pressure [1].", "The gauge displays the pressure [1]."),
        ("Use the left valve [1].", "Kindly use the left valve [1]."),
        ("It doesn't need oil [1].", "It does not need oil [1]."),
    ],
)
def test_ways_of_english(text: str, way: str):
    assert way in ways(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "Секрет `надо необходимо указать` [1].",
        "Раздел «Необходимо указать порт» удалён [1].",
        "Если файл пуст, он удаляется [1].",  # «он» would point at nothing
        "Ресурс удаляется, только если он пуст [1].",
        "Не следует из договора [1].",
        "Запись не составляет тайну [1].",
        "Слой цел; образ жив [1].",
        "Готовность до 6 часов, восстановленное пропало [1].",
        "Берутся файлы, удовлетворяющие фильтру и подпадающие под маску [1].",
        "Набор растёт с Sprig и функций [1].",
    ],
)
def test_what_has_no_other_way(text: str):
    assert ways(text) == set()


def test_what_follows_a_name_keeps_its_case():
    assert not any("через" in way for way in ways("Набор задан с помощью `a` и функций слоя [1]."))


def test_a_speaker_keeps_to_his_register():
    (place,) = [place for place in places("Файл указан не позднее часа, однако утром [1].", "ru") if place.start == 12]
    assert place.fitting("colloquial") is not None
    assert place.fitting("formal") is None
    assert place.fitting("neutral") == place


@pytest.mark.parametrize(
    ("text", "familiar_text"),
    [
        ("Вы можете указать ваш порт [1].", "Ты можешь указать твой порт [1]."),
        ("Убедитесь, что файл создан [1].", "Убедись, что файл создан [1]."),
        ("Если вы хотите, удалите `вы` [1].", "Если ты хочешь, удали `вы` [1]."),
        ("Когда вы удалите файл, сохраните копию [1].", "Когда ты удалишь файл, сохрани копию [1]."),
        ("Файл создан [1].", "Файл создан [1]."),
    ],
)
def test_vy_becomes_ty(text: str, familiar_text: str):
    assert familiar(text) == familiar_text


def test_what_agrees_with_vy_is_left():
    assert familiar("Потеряли ключ — сообщите дежурному [1].") is None
    assert familiar("Если вы уверены, удалите файл [1].") is None
    assert familiar("Замену ищете сами [1].") is None
