"""Every rule of the score on bibles of different kinds, and what must not be held against a text."""

from __future__ import annotations

import pytest

from style_adapter.score import Reply, score, score_many
from tests.persona.bibles import ALL

# bible, text, the rules it breaks
BROKEN: list[tuple[str, str, set[str]]] = [
    ("grandma", "Ох, милок, вам бы ромашки попить.", {"address"}),
    ("grandma", "Заварите ромашку и пейте её на ночь, ну да ладно.", {"address"}),
    ("grandma", "Привет, заходи да спрашивай, сам увидишь.", {"greetings"}),
    ("grandma", "Ну ты и накринжил, кринжа полный воз.", {"never"}),
    ("grandma", "К менеджеру тебе надо, вот что, ступай к менеджерам.", {"never"}),
    ("grandma", "Ну держи, милок 🙂🙂 и ещё 🌿", {"emoji"}),
    ("grandma", "В соответствии с инструкцией ты пьёшь отвар, данный отвар является полезным.", {"register"}),
    ("grandma", "Я сама лечила, я ставила банки, поверь ты мне.", {"never_claims"}),
    ("grandma", "По моему опыту ромашка тебе поможет, так-то.", {"never_claims"}),
    ("grandma", "Как языковая модель, я тебе не советчица.", {"identity"}),
    ("grandma", "Надеюсь, это поможет тебе, родной!", {"cliche"}),
    ("grandma", "Take the camomile and wait, my dear.", {"language"}),
    ("grandma", "Ромашка — однолетнее травянистое растение семейства астровых, распространённое в Европе.", {"voice"}),
    ("grandma", "Ну и крииинж у тебя, сынок, вот же.", {"never"}),
    ("monk", "I must say, pardner, we are talkin' 'bout books.", {"register"}),
    ("butler", "Позволь, сударь, ты забыл трость.", {"address"}),
    ("butler", "Возьми зонт, прошу, и ступай.", {"address"}),
    ("butler", "Привет! Прошу вас, проходите.", {"greetings"}),
    ("butler", "Жестью, извините, крыть дом не следует, блин.", {"never", "register"}),
    ("butler", "Прошу вас, чувак, короче, пройти в гостиную.", {"register"}),
    ("butler", "Извольте подождать вас у двери :)", {"emoji"}),
    ("butler", "Прошу вас. Раз. Два. Три. Четыре.", {"length"}),
    ("surfer", "Hey, you should utilize the big tank, dude.", {"never"}),
    ("surfer", "Good morning, dude, grab the big tank.", {"greetings"}),
    ("surfer", "Dude, that's $5 a wave, gnarly stuff.", {"taboo"}),
    ("surfer", "Gnarly swell, dude, gnarly.", {"favourite"}),
    ("surfer", "Чувак, возьми большой бак и поехали.", {"language"}),
    ("clerk", "Ты должен заполнить форму [1].", {"address"}),
    ("clerk", "Вам нужна форма 5 [1].", {"address"}),
    ("clerk", "Короче, форма пять, чувак.", {"register"}),
    ("monk", "Hello, the book is kept upstairs, if I may say.", {"greetings", "never"}),
    ("monk", "I don't know, I regret, where it's kept.", {"register"}),
    ("monk", "In my youth I travelled to Rome, I must confess.", {"never_claims"}),
    ("monk", "The book rests rests rests rests rests upstairs, if you please.", {"repetition"}),
    ("monk", "The сatalogue is upstairs, if you please.", {"language"}),
]

FINE: list[tuple[str, str]] = [
    ("grandma", "Ох, милок, заварь ты ромашку да пей на ночь [1]."),
    ("grandma", "Здравствуй! Чего спросить-то хотел?"),
    ("grandma", "Не знаю, милок, в бумагах твоих про то не писано."),
    ("grandma", "Написано там: «нажмите кнопку и ждите», вот и жми."),
    ("grandma", "Набери `werf --help Вы`, и всё тебе скажет."),
    ("grandma", "Ну и ладно 🌿"),
    ("butler", "Добрый день. Прошу вас, извольте пройти."),
    ("butler", "Осмелюсь заметить, срок составляет 5 дней [1]."),
    ("surfer", "Yo dude, fill the tank to 5 litres, then chill 🤙 [1]."),
    ("surfer", "Grab 3 bolts and you're good to go [2]."),
    ("clerk", "Форма 5 подаётся до 10 мая [1]. Заполните поле «Дата»."),
    ("clerk", "The form is due by 10 May [1]."),
    ("monk", "Peace be with you. The catalogue is upstairs, if you please."),
    ("monk", "I regret that the records are silent on this matter."),
]


@pytest.mark.parametrize(("name", "text", "rules"), BROKEN)
def test_breaches_are_found_with_their_places(name: str, text: str, rules: set[str]) -> None:
    found = score(ALL[name], text)
    assert rules <= found.broken, found
    assert found.value < 1
    for violation in found.violations:
        assert text[violation.start : violation.end] == violation.where


@pytest.mark.parametrize(("name", "text"), FINE)
def test_what_is_in_character_passes(name: str, text: str) -> None:
    found = score(ALL[name], text)
    assert found.violations == ()
    assert found.value == 1
    assert found.passed == 1


def test_neutral_language_follows_the_question() -> None:
    clerk = ALL["clerk"]
    assert "language" in score(clerk, "The form is due by the tenth.", prompt="когда сдавать форму?").broken
    assert not score(clerk, "Форма сдаётся до десятого числа.", prompt="когда сдавать форму?").violations


def test_facts_of_the_draft_are_not_manner() -> None:
    grandma = ALL["grandma"]
    draft = "Нажмите кнопку «Пуск» и отпустите рычаг [1]. Менеджер участка ведёт журнал [2]."
    framed = "Гляди-ка. Нажмите кнопку «Пуск» и отпустите рычаг [1]. Менеджер участка ведёт журнал [2]."
    assert not score(grandma, framed, draft=draft).violations
    assert {"address", "never"} <= score(grandma, framed).broken
    assert "never" not in score(grandma, "А менеджер участка ведёт журнал, вот [2].", draft=draft).broken


def test_a_draft_word_for_word_has_no_voice() -> None:
    for name, draft in (
        ("grandma", "Отвар пьют 3 раза в день [1]."),
        ("butler", "Срок составляет 5 дней [1]."),
        ("monk", "The catalogue is upstairs [1]."),
    ):
        found = score(ALL[name], draft, draft=draft)
        assert found.broken == {"voice"}
        assert found.value < 0.7


def test_length_by_topic_and_by_draft() -> None:
    grandma = ALL["grandma"]
    six = "Ну вот. Сорви её. Высуши. Завари. Остуди. Выпей, милок."
    assert "length" in score(grandma, six, prompt="как быть?").broken
    assert "length" not in score(grandma, six, prompt="расскажи про травы").broken
    facts = " ".join(f"Пункт {n} гласит своё [{n}]." for n in range(1, 7))
    assert "length" not in score(grandma, six, draft=facts).broken


def test_greeting_again_in_mid_conversation() -> None:
    grandma = ALL["grandma"]
    again = score(grandma, "Здравствуй, милок. Ну, спрашивай.", prompt="а дальше?", turn=4)
    assert again.broken == {"greets_again"}
    assert not score(grandma, "Здравствуй! Ну, спрашивай.", prompt="здравствуйте", turn=4).violations
    assert not score(grandma, "Передавай привет соседу, вот и всё.").violations


def test_prompts_and_lists_are_no_smileys() -> None:
    butler = ALL["butler"]
    for text in ("Прошу вас: 1) зонт; 2) трость.", "Прошу вас (см. раздел 3), не спешите.", "Прошу вас быть к 8:30."):
        assert not score(butler, text).violations
    for smiley in (":)", "))", "xD", "¯\\_(ツ)_/¯", "👍🏽", ";-)", "хд", ":smile:"):
        assert "emoji" in score(butler, f"Прошу вас, проходите {smiley}").broken, smiley


def test_inflected_never_words_and_yo() -> None:
    butler = ALL["butler"]
    assert "never" in score(butler, "Прошу вас, это жести подобно").broken
    assert "never" not in score(butler, "Прошу вас, жёсткий стул отменён").broken


def test_favourites_over_a_set() -> None:
    surfer = ALL["surfer"]
    texts = ["Dude, it's gnarly out there."] * 6 + ["Dude, just grab 3 bolts."] * 4
    found = score_many(surfer, texts)
    assert found.shares["gnarly"] == 0.6
    assert [violation.where for violation in found.violations] == ["gnarly"]
    assert not score_many(surfer, texts[4:]).violations
    assert score_many(surfer, []).value == 0


def test_draft_and_turn_come_with_a_reply() -> None:
    reply = Reply("Ох, милок, пей ты отвар 3 раза в день [1].", "как пить?", 2, "Отвар пьют 3 раза в день [1].")
    assert score_many(ALL["grandma"], [reply]).value == 1


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_said(text: str) -> None:
    assert score(ALL["monk"], text).value == 0


@pytest.mark.parametrize(
    "text", ["\u0000\u200b", "«" * 500, "a" * 20_000, "[1]" * 300, "`" * 99, "))((" * 200, "ё" * 3000]
)
def test_odd_texts_get_a_score(text: str) -> None:
    for bible in ALL.values():
        assert 0 <= score(bible, text, prompt=text[:50], draft=text[:80]).value <= 1
