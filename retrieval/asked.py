"""What a question asks for, without a model: the kind of thing (a number, a command, a reason…), the word that names it,
its verbs, its names. And the words that an answer of each kind brings. Knows no index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.terms import TOKEN
from core.text import CYRILLIC, fold, stem
from retrieval.function_words import FUNCTION_WORDS
from retrieval.query import Concept, Query
from retrieval.speech import part_of_speech

_RU_WHICH = r"\bкак(?:ой|ая|ое|ие|им|ую|ого|ому|их|ими|ом)\b|\bкаков[аоы]?\b"
KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("whether", re.compile(
        r"\bли\b|^(?:а |и |но )?(?:можно|умеет|умеют|поддерживает|поддерживаются|есть ли|бывает|обязательно|"
        r"надо|нужно|сможет|будет|работает|правда)\b|"
        r"^(?:and |but |so )?(?:can|does|do|is|are|will|should|may|did|was|were|has|have|must)\b|"
        r"\bможно\b.*\?$|\bили\b"
    )),
    ("number", re.compile(
        r"\bскольк|\bкаков\w* (?:\w+ )?(?:размер|срок|лимит|объем|предел|частот|порог)|\bдо какого|"
        r"как (?:часто|долго|быстро|много)|\bчисло\b|\bколичеств|\bлимит|\bпредел|максимальн|минимальн|"
        r"какой (?:порт|размер|срок|лимит|объем|процент|интервал|тайм)|"
        r"какая (?:частот|стоимост|цена|зарплат|скорост|ставк)|\bраз в\b|"
        r"how (?:many|much|long|often|old|far|big|large|fast|high)|"
        r"\b(?:maximum|minimum|limit|number of|percentage|interval|timeout|size|port)\b"
    )),
    ("time", re.compile(
        r"\bкогда\b|в каком (?:году|месяце|часу|веке)|\bв (?:какой|какие|каком) (?:день|дни|дн|срок|час|время)|\bдо скольк|"
        r"сколько (?:времени|минут|секунд|часов|дней|недель|месяцев|лет)|как (?:долго|скоро)|\b(?:срок|дедлайн)|"
        r"\bwhen\b|what (?:year|time|date|day|month)|how (?:long|soon|often)"
    )),
    ("person", re.compile(r"\bкто\b|\bкому\b|\bкого\b|\bкем\b|\bчь[яеи]\b|у кого|\bwho\b|\bwhom\b|\bwhose\b")),
    ("place", re.compile(
        r"\bгде\b|\bкуда\b|\bоткуда\b|\bwhere\b|в как(?:ом|ой|ую|ие) (?:файл|папк|каталог|директор|раздел|мест)"
    )),
    ("reason", re.compile(
        r"\bпочему\b|\bзачем\b|\bотчего\b|из-за чего|для чего|в чем (?:смысл|причин)|чем (?:плох|опас)|\bwhy\b|what for|\breason"
    )),
    ("code", re.compile(
        r"команд|флаг|\bключ|опци|переменн|аннотаци|директив|параметр|функци|\bпол[ея]\b|утилит|настройк|синтаксис|"
        r"\b(?:option|flag|variable|command|annotation|parameter|directive|setting|field|function|key|utility)\b"
    )),
    ("way", re.compile(
        r"\bкак\b(?! (?:часто|долго|много|быстро|скоро))|\bкаким образом\b|how (?:do|can|to|should|would|could|is|are)|\bway\b"
    )),
    ("version", re.compile(r"\bверси[яюией]\b|\bрелиз[еа]?\b.*\bкак|\bversions?\b")),
    ("money", re.compile(
        r"сколько (?:стоит|стоят|платят|денег)|стоимост|\bцен[аыу]\b|зарплат|оклад|тариф|бюджет|\bcost|\bprice|\bsalary|\bfee\b"
    )),
)  # fmt: skip

_NUMERAL = (
    r"\b(?:один|одна|одно|одного|одной|раз|дважды|трижды|дв[аеух]+|тр[ие]\w?х?|четыр\w+|пят[ьи]\w*|шест[ьи]\w*|сем[ьи]\b|восем\w*|"
    r"девят\w+|десят\w+|сто\b|тысяч\w*|миллион\w*|половин\w+|нескольк\w+|"
    r"one|once|twice|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million|half|several)\b"
)
OFFERS: dict[str, re.Pattern[str]] = {
    "number": re.compile(rf"\d|{_NUMERAL}"),
    "time": re.compile(
        r"\d{1,2}:\d\d|\b(?:1[0-9]|20)\d\d\b|"
        r"(?:\d|" + _NUMERAL + r")\s*[-–]?\s*\w{0,12}\s*(?:мс|сек|с\b|мин|час|ч\b|сут|дн|день|недел|месяц|мес\b|год|лет|"
        r"ms\b|s\b|sec|min|hour|h\b|day|week|month|year)|"
        r"январ|феврал|март[аеу]?\b|апрел|\bма[йяе]\b|июн|июл|август|сентябр|октябр|ноябр|декабр|понедельник|вторник|\bсред[уаы]\b|"
        r"четверг|пятниц|суббот|воскресен|ежедневн|еженедельн|ежемесячн|сразу|после|перед|до того|завтра|"
        r"january|february|march|april|\bmay\b|june|july|august|september|october|november|december|monday|friday|daily|weekly|"
        r"monthly|immediately|\bafter\b|\bbefore\b|\buntil\b|\bwhen\b|\bonce\b|\bкогда\b|\bпока\b|\bпри\b"
    ),
    "person": re.compile(
        r"\b(?:вы|он|она|они|мы|ты|кто|админ\w*|руковод\w*|директор\w*|менеджер\w*|тимлид\w*|дежурн\w*|сотрудник\w*|пользовател\w*|"
        r"владел\w*|автор\w*|команда|коллег\w*|отдел\w*|служб\w*|разработчик\w*|оператор\w*|наставник\w*|"
        r"user|owner|author|manager|team|admin\w*|lead|engineer|officer|president|king|they|he|she|you)\b|@\w"
    ),
    "place": re.compile(r"/\w|~/|\w+\.\w{1,5}\b|`|\bв\b|\bна\b|\bпод\b|\bin\b|\bat\b|\bon\b|https?:"),
    "reason": re.compile(
        r"поскольку|так как|т\. ?к\.|потому|поэтому|из-за|чтобы|иначе|позволя|благодаря|ввиду|во избежание|ради|вместо|"
        r"привод|because|since|so that|therefore|otherwise|due to|in order|allows?|avoid|prevent|\bfor\b|\bto\b|инач|нужн|\bдля\b"
    ),
    "code": re.compile(r"`|(?<!\w)--?\w|\w+=\S|\b\w+_\w+|\w\(\)|\$|\b\w+\.\w{2,4}\b|\w+/\w+|\b[a-z]+-[a-z]+\b|[a-z][A-Z]"),
    "way": re.compile(
        r"`|(?<!\w)--\w|^\s*(?:\d+[.)]|[-*•])\s|\b\w+(?:йте|ите|ьте)(?:сь)?\b|\bнужно\b|\bнадо\b|\bнеобходимо\b|\bследует\b|\bможно\b|"
        r"\bдостаточно\b|с помощью|\bчерез\b|\bпутем\b|\bкоманд|"
        r"use\b|\bby \w+ing|\bset\b|\brun\b|\badd\b|\bcan\b|\bmust\b|\bshould\b", re.M
    ),
    "version": re.compile(r"\bv?\d+(?:\.\d+)+|\bv\d+\b|верси\w+ \d|version \d"),
    "money": re.compile(r"[₽$€£]|руб|доллар|евро|\busd\b|\d\s*(?:тыс|млн|k\b)|бесплатн|dollar|euro|free\b|%|процент"),
}  # fmt: skip

WHICH = re.compile(
    rf"{_RU_WHICH}|\bсколько\b|\bчей\b|\bкоторы[йме]\b|\b(?:which|what|how many|how much)\b"
)  # what follows names the thing asked for
BREAK = frozenset(
    "is are was were do does did can should will must has have of in on for to at with the when if".split()
)
ASIDE = 4  # words between the question word and the thing asked for
DIGITS = re.compile(r"[\d.,:%]+")
LIMIT_ASKED = re.compile(
    r"максим|миним|предел|лимит|наибольш|наименьш|не более|не менее|как(?:ой|ого|ая) (?:\w+ )?(?:размер|длин|объем)|"
    r"сколько (?:всего|раз|может)|до скольк|maximum|minimum|limit|at most|at least|how (?:large|big|long|many)|largest|longest"
)
LIMIT_SAID = re.compile(
    r"максим|миним|предел|лимит|наибольш|наименьш|не (?:более|менее|больше|меньше|длиннее|короче|позже|раньше|дольше|реже|чаще)|"
    r"\bдо \d|\bот \d|≤|≥|<|>|maximum|minimum|limit|at most|at least|up to|no more|no less|only|только|ровно|\d"
)
DEFAULT_ASKED = re.compile(
    r"умолчани|дефолт|default|если (?:\w+ )?(?:ничего |его |их )?не |без указания|absent|omitted|unset|not set|не менять"
)
DEFAULT_SAID = re.compile(r"умолчани|default|изначально|обычно|стандартн|если не|not set|unless|when omitted")


@dataclass(frozen=True)
class Asked:
    """A question taken apart. `kinds` of what is asked for; the rest are numbers of concepts: the `focus` (какой *лимит*), verbs
    (`acts`), adjectives and adverbs (`qualities`), `names` (capitalised, quoted or with signs in them) and `numbers`."""

    kinds: frozenset[str]
    focus: tuple[int, ...]
    acts: tuple[int, ...]
    qualities: tuple[int, ...]
    names: tuple[int, ...]
    numbers: tuple[int, ...]


def asked(query: Query) -> Asked:
    text, concepts = fold(query.own), query.concepts
    own = [n for n, concept in enumerate(concepts) if concept.share == 1.0 and concept.typed]
    by_stem: dict[str, int] = {}
    for n in own:
        by_stem.setdefault(concepts[n].word, n)
    focus = [by_stem[word] for word in _focus(query.own) if word in by_stem]
    speech = {
        n: part_of_speech(fold(concepts[n].typed)) for n in own if n not in focus and CYRILLIC.search(concepts[n].typed)
    }
    return Asked(
        frozenset(kind for kind, pattern in KINDS if pattern.search(text)),
        tuple(focus),
        tuple(n for n, kind in speech.items() if kind == "verb"),
        tuple(n for n, kind in speech.items() if kind == "other"),
        tuple(n for n in own if not is_part(concepts, n) and _is_name(concepts[n], query.own)),
        tuple(n for n in own if DIGITS.fullmatch(concepts[n].typed)),
    )


def _is_name(concept: Concept, question: str) -> bool:
    return concept.named or capitalised(concept.typed, question) or f"«{concept.typed}" in question


def capitalised(word: str, question: str) -> bool:
    """Whether a word is written as a name: with a capital, and not because the question begins with it."""
    return word[:1].isupper() and not question.lstrip("«\"'( ").startswith(word)


def is_part(concepts: Sequence[Concept], number: int) -> bool:
    """Whether a concept is only a piece of a compound that the question names whole."""
    word = concepts[number].word
    return any(
        other.named and other.word != word and word in other.word and not other.word.isalpha() for other in concepts
    )


@lru_cache(maxsize=2_000)
def _focus(question: str) -> tuple[str, ...]:
    """Stems of the noun after the question word, and of the adjectives between."""
    found: list[str] = []
    folded = fold(question)
    for match in WHICH.finditer(folded):
        run: list[str] = []
        for token in list(TOKEN.finditer(folded, match.end()))[:ASIDE]:
            word = token["word"]
            if re.search(r"[,;:.?!—–]", folded[match.end() if not run else token.start() - 2 : token.start()]):
                break
            if CYRILLIC.search(word):
                kind = part_of_speech(word)
                if word in FUNCTION_WORDS:
                    continue
                if kind == "verb":
                    break
                run.append(stem(word))
                if kind == "noun":
                    break
            else:
                if word in BREAK:
                    break
                if word not in FUNCTION_WORDS:
                    run.append(stem(word))
        found += run
    return tuple(dict.fromkeys(found))
