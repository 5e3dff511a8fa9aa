"""Greetings, thanks and their like: words that ask nothing of the documents."""

from __future__ import annotations

import re
from typing import Literal

from core.text import fold, words

SmallTalk = Literal["greeting", "thanks", "farewell", "identity", "mood"]

PATTERNS: tuple[tuple[SmallTalk, str], ...] = (
    ("identity", r"(ты|вы) кто|кто (ты|вы)\b|что (ты|вы) (умее\w+|може\w+|такое)|как тебя зовут|ты (бот|робот|человек)"
                 r"|who are you|what (can|do) you do|what are you|are you (a )?(bot|robot|human)|your name"),
    ("mood", r"как (дела|жизнь|ты|сам|настроение|поживаешь)|(че|чо|что) как|how are you|how('s| is) it going|what'?s up|sup"),
    ("thanks", r"спасиб\w*|благодар\w+|пасиб\w*|сенкс|спс|thanks?( you)?|thx|ty|cheers"),
    ("farewell", r"пока|до (свидания|встречи|завтра)|всего (доброго|хорошего)|бывай|(good)?bye|see you|good night"
                 r"|спокойной ночи"),
    ("greeting", r"привет\w*|здравствуй\w*|здаров\w*|здоров[ао]|хай|йоу?|добр(ый|ое|ого) (день|утро|вечер|дня)|салют|ку|хелло"
                 r"|hi|hello|hey|yo|good (morning|day|afternoon|evening)|greetings|howdy"),
)  # fmt: skip
COMPILED = tuple((kind, re.compile(rf"\b(?:{pattern})\b")) for kind, pattern in PATTERNS)
# Words that carry no question of their own around the ones above.
FILLER = frozenset(
    "а и ну же вам тебе большое огромное всем все очень за ответ помощь понял поняла ок окей ясно круто класс супер отлично "
    "лучший лучшая молодец молодчина помог помогла помогли выручил выручила выручили спас спасла вообще такой такая такое "
    "реально прям просто сильно дорогой дорогая уважаемый быстро подсказку совет понятно ответил ответила здесь тут это был было "
    "ты вы алекс бот друг бро чувак дружище еще раз так то вот ага угу сегодня там у тебя вас мне меня на с "
    "the a lot so much very all again mate buddy there everyone sir madam ok okay great nice cool bot for your help answer that "
    "my dear friend today doing and you best really were are is quick".split()
)
ALONE = frozenset(
    "ок окей ok okay ясно понятно понял поняла ага угу круто класс супер отлично молодец молодчина красава огонь лучший ты вы "
    "бомба великолепно прекрасно хорошо good great cool nice awesome perfect got it".split()
)
ADDRESS = frozenset(("ты", "вы"))


def kind(text: str) -> SmallTalk | None:
    """What a message is if it is small talk and nothing else; a greeting before a question is a question."""
    folded = fold(text)
    asked = words(folded)
    if not asked or len(asked) > 9:
        return None
    if all(word in ALONE for word in asked) and not set(asked) <= ADDRESS:
        return "thanks"
    rest, found = folded, None
    for name, pattern in COMPILED:
        if pattern.search(rest):
            found = found or name
            rest = pattern.sub(" ", rest)
    left = [word for word in words(rest) if word not in FILLER]
    return found if found and not left else None
