# ruff: noqa: E501  (pairs of texts side by side)
"""Each kind of slip on our own sentences, colour that must pass, and texts nobody expects."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from style_adapter.guard import Guard

CORRUPT = [
    ("number", "Кэш хранится 20 дней, образ весит 300 МБ [1].", "Кэш живёт двадцать дней, а образ, прикинь, весит 500 МБ [1]."),
    ("unit", "Образ весит 300 МБ [1].", "Ох и туша: образ весит 300 ГБ [1]."),
    ("date", "Завод открыли 3 мая 1961 года [1].", "Завод-то открыли 13 мая 1961 года, эх [1]."),
    ("identifier", "Флаг `--keep-all` отключает чистку [1].", "Чистку глушит флаг `--keep-old` [1]."),
    ("citation", "Печать идёт ночью [1]. Бумагу возят утром [2].", "Печать идёт ночью [2]. Бумагу возят утром [1]."),
    ("citation", "Печать газеты идёт ночью [1]. Бумагу возят утром грузовики [2].",
     "Печать газеты, братцы, идёт ночью [1][2]. А бумагу возят утром грузовики. Вот."),
    ("citation", "The printing press runs at night [1]. Trucks deliver fresh paper in the morning [2].",
     "Listen up. The printing press runs at night, folks. And trucks deliver fresh paper in the morning [1], every time [2]."),
    ("citation", "Печать газеты идёт ночью [1]. Бумагу возят утром грузовики [2].",
     "Печать газеты идёт ночью. [2] Бумагу утром возят грузовики. [1]"),
    ("citation", "Печать газеты идёт ночью [1]. Бумагу возят утром грузовики [2]. Краску варит отдельный цех завода [3].",
     "Печать газеты идёт ночью. Бумагу утром возят грузовики [2]. Краску варит отдельный цех завода [1][3]."),
    ("entity_swap", "Карту «Волна» выдают в Твери [1].", "Эх, карту «Волна» выдают в Рязани [1]."),
    ("negation_flip", "Датчик не требует настройки после замены [1].", "Датчик после замены требует настройки, друг мой [1]."),
    ("negation_flip", "Повторно замораживать рыбу запрещено [1].", "Рыбу повторно замораживать разрешено, гуляй [1]."),
    ("modality", "Заявку необходимо подписать у мастера [1].", "Заявку желательно подписать у мастера, дорогой [1]."),
    ("quantifier", "Все образцы хранят в подвале [1].", "Некоторые образцы хранят в подвале, мяу [1]."),
    ("comparison_flipped", "Нужно не менее 4 ГБ памяти [1].", "Памяти нужно не более 4 ГБ, усёк [1]?"),
    ("comparison_flipped", "Peppers need less water than beans [1].", "Arr, peppers need more water than beans [1]."),
    ("cause_effect_reversed", "Насос остановился, потому что фильтр забился [1].", "Фильтр забился, потому что насос остановился, вот беда [1]."),
    ("autobiography", "Рынок открылся в 1835 году [1].", "Рынок, где прошлым летом я торговал рыбой, открылся в 1835-м [1]."),
    ("autobiography", "Кластер перезапускается командой `x` [1].",
     "Кластер перезапускается командой `x`, я, признаться, сам ронял этот кластер прошлой зимой [1]."),
    ("autobiography", "The metro opened in 1980 [1].", "The metro opened in 1980, and I drove the first train myself [1]."),
    ("dropped_claim", "Мастерская чинит велосипеды и точит коньки для хоккейных команд [1].", "Мастерская чинит велосипеды, вот и всё [1]."),
    ("condition_dropped", "Возврат оформляют, если сохранилась заводская упаковка с пломбой [1].", "Возврат оформляют, не бойся [1]."),
    ("unit", "The pump draws 9 kW of power [1].", "Bless my soul, that pump draws nine watts of power [1]."),
    ("unit", "Хранение стоит 3 рубля за гигабайт [1].", "Хранение-то, милый, три рубля за терабайт [1]."),
    ("identifier", "Доступ открыт из сети 10.20.0.0/16 [1].", "Пускаем, родной, из 10.20.0.0/18 [1]."),
    ("identifier", "Аннотация `gate/burst` снимает предел [1].", "Аннотация `gate/limit`, а короче `burst`, снимает предел [1]."),
    ("identifier", "Снимок экрана делают сочетанием Ctrl+Shift+P [1].", "Снимок экрана? Ctrl+Alt+P, дружок [1]."),
    ("comparison_flipped", "Отчёт сдают не позднее 9 июня [1].", "Отчёт, голубчик, сдают не ранее 9 июня [1]."),
    ("comparison_flipped", "The blue pump is smaller but hotter than the red one [1].", "The blue pump, ha, is smaller and cooler than the red one [1]."),
    ("modality", "Резать плёнку ножом запрещено [1].", "Резать плёнку ножом, дорогие мои, не рекомендуется [1]."),
    ("cause_effect_reversed", "Лампа погасла, потому что сгорел провод [1].", "Провод сгорел оттого, что лампа погасла, вот так номер [1]."),
    ("role_swap", "Зимнюю резину ставит Лукин; балансировку колёс делает Седова [1].", "Зимнюю резину, братцы, ставит Седова; балансировку колёс делает Лукин [1]."),
    ("role_swap", "При `alpha` журнал пишется на диск [1]. При `beta` журнал уходит по сети [2].", "При `beta` журнал пишется на диск [1]. При `alpha` журнал уходит по сети [2]."),
    ("role_swap", "Каталог `cache_dir` у каждой задачи свой [1]. Каталог `share_dir` у всех задач общий [2].", "Слушай сюда: `share_dir` у всякой задачи собственный [1]; `cache_dir` же один на всех, так-то [2]."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "draft", "styled"), CORRUPT)
def test_a_slip_is_noticed_with_its_kind_and_spots(guard: Guard, kind: str, draft: str, styled: str) -> None:
    verdict = guard.check(draft, styled)
    assert not verdict.ok
    reason = next(r for r in verdict.reasons if r.kind == kind)
    assert reason.draft in draft
    assert reason.styled in styled
    assert reason.message


FAITHFUL = [
    (
        "Кэш хранится 20 дней, образ весит 300 МБ [1].",
        "Слушай сюда, братан: кэш у нас хранится двадцать дней, образ весит 300 мегабайт [1]. Красота, а?",
    ),
    (
        "Все образцы хранят в подвале [1].",
        "Мяу! В подвале хранят образцы, все до единого [1]. Ну чем не погреб с сокровищами?",
    ),
    (
        "Датчик не требует настройки после замены [1].",
        "Поменял датчик — и гуляй: настройки он не требует [1]!",
    ),
    (
        "Нужно не менее 4 ГБ памяти [1].",
        "Памяти нужно минимум четыре гига, ясно [1]? Меньше — даже не суйся.",
    ),
    (
        "The metro opened in 1980 [1].",
        "Hold on to your hats, folks! The metro opened in nineteen eighty [1]. What a ride!",
    ),
    ("Опрос идёт каждые 20 секунд [1].", "Говорит радио! Опрос идёт три раза в минуту [1]."),
    ("Вылет в 5:40, стоянка 12 минут [1].", "Вылет без двадцати шесть, стоянка двенадцать минут [1]. Эх, рано."),
    ("The dough rests for 40 minutes [1].", "Let the dough rest two-thirds of an hour, partner [1]."),
    ("Выезд до 12:00 [1].", "Выезд, господа, к двенадцати дня [1]!"),
    ("The cache is shared between projects [1].", "All the projects share that one cache, darling [1]."),
    (
        "Доступ открыт только из сети 10.20.0.0/16 [1].",
        "Пускаем, родной, только из 10.20.0.0/16, остальным от ворот поворот [1].",
    ),
    ("Аннотация `gate/burst` снимает предел [1].", "Предел снимает аннотация `gate/burst`, хорош этот `burst` [1]."),
    ("Правила лежат в списке\n.helm/charts/a.yaml [1].", "Гляди:\nПравила лежат в списке\n.helm/charts/a.yaml [1]."),
    ("Флаг `--force` нужен при SEV1 или SEV2.", "Нужен флаг `--force` при SEV1 или SEV2."),
    (
        "Разбор отменяет Вера, если мы ничего не могли сделать [1].",
        "Если мы ничего не могли сделать, разбор отменяет Вера [1].",
    ),
    (
        "Печать газеты идёт ночью [1]. Бумагу возят утром грузовики [2].",
        "Печать газеты, братцы, идёт ночью. Вот так и живём [1]. А бумагу возят утром грузовики [2].",
    ),
    (
        "Печать газеты идёт ночью [1]. Бумагу возят утром грузовики [2].",
        "Печать газеты идёт ночью! [1] Бумагу утром возят грузовики! [2]",
    ),
    (
        "Печать газеты идёт ночью [1]. Бумагу возят утром грузовики [2].",
        "Печать газеты идёт ночью, запомните. Бумагу утром возят грузовики, чтоб вы знали [1][2].",
    ),
    (
        "Каталог `cache_dir` у каждой задачи свой [1]. Каталог `share_dir` у всех задач общий [2].",
        "Общий на все задачи каталог зовётся `share_dir` [2]; а свой у каждой задачи — каталог `cache_dir` [1].",
    ),
]


@pytest.mark.parametrize(("draft", "styled"), FAITHFUL)
def test_a_strong_voice_passes(guard: Guard, draft: str, styled: str) -> None:
    assert guard.check(draft, styled).reasons == ()


STRANGE = ["", " ", "😀🔥" * 50, "`code`\n```\nx = 1\n```", "漢字かな交じり文。", "שלום עולם", "[1][2][3]", "а" * 20_000, "слово " * 3400, "12 " * 6600,
           "[1] " * 5000, "`" * 999, "не " * 6000, "\x00\x01", "Если если если, " * 1200, "Москва лежит " * 400, "К9 " * 6000]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_any_text_gets_an_answer(guard: Guard, text: str) -> None:
    draft = "Кэш хранится 20 дней [1]."
    for pair in ((draft, text), (text, draft), (text, text)):
        assert isinstance(guard.check(*pair).ok, bool)
    assert isinstance(guard.states_no_fact(text, draft).ok, bool)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=string.printable + "абвё«»—[]1`°№½", max_size=120), st.text(max_size=120))
def test_no_text_breaks_it(guard: Guard, draft: str, styled: str) -> None:
    guard.check(draft, styled)


def test_many_candidates_equal_single_checks(guard: Guard) -> None:
    draft, candidates = CORRUPT[0][1], [CORRUPT[0][2], FAITHFUL[0][1]]
    assert guard.check_many(draft, candidates) == [guard.check(draft, c) for c in candidates]
    assert [v.ok for v in guard.check_many(draft, candidates)] == [False, True]


def test_identical_texts_are_faithful(guard: Guard) -> None:
    for _, draft, _ in CORRUPT:
        assert guard.check(draft, draft).ok, draft


def test_framed_text_states_no_fact_of_its_own(guard: Guard) -> None:
    draft = "Кэш хранится 20 дней [1]. Образ весит 300 МБ [2]."
    assert guard.states_no_fact(f"Йоу, вот тебе сводка. {draft} Живи теперь с этим!", draft).ok
    assert not guard.states_no_fact(f"{draft} А чистят его каждые 3 часа.", draft).ok
    assert not guard.states_no_fact(f"{draft} Кэш на диске `/tmp` лежит.", draft).ok
    assert not guard.states_no_fact(f"{draft} Я сам этот образ собирал.", draft).ok
    assert not guard.states_no_fact("Кэш хранится 20 дней [1]. И всё!", draft).ok


LEAVE = "Отпуск согласуют с руководителем за две недели [1]. Заявление подают в кадровую службу [2]."


@pytest.mark.parametrize(
    "text",
    [
        f"Это неправда: {LEAVE}",
        f"Не верьте, будто {LEAVE}",
        f"Раньше бывало так. {LEAVE}",
        f"{LEAVE} Но это правило уже отменили.",
        f"{LEAVE} Деньги вернут через пять дней.",
        f"{LEAVE} Не забудь: срок — полтора года.",
        f"{LEAVE} Приходите в пятницу.",
        f"{LEAVE} Совещание перенесли на вторник.",
        f"{LEAVE} That is no longer true.",
    ],
)
def test_what_stands_around_verbatim_facts_may_not_turn_them(guard: Guard, text: str) -> None:
    assert not guard.states_no_fact(text, LEAVE).ok


@pytest.mark.parametrize(
    "around", [("Смотри:", "Ну, за дело!"), ("Сто раз говорил.", ""), ("", "Через минуту забудешь.")]
)
def test_remarks_around_verbatim_facts_pass(guard: Guard, around: tuple[str, str]) -> None:
    assert guard.states_no_fact(f"{around[0]} {LEAVE} {around[1]}".strip(), LEAVE).ok


def test_messages_are_in_the_drafts_language(guard: Guard) -> None:
    russian: Any = guard.check(CORRUPT[0][1], CORRUPT[0][2]).reasons[0]
    english: Any = guard.check("The tank holds 40 litres [1].", "The tank holds 60 litres [1].").reasons[0]
    assert "Число" in russian.message
    assert "number" in english.message
