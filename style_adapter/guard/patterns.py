# ruff: noqa: E501  (tables of patterns)
"""The patterns numbers, dates and times are read by, Russian and English. Knows no values."""

from __future__ import annotations

import re

RU_MONTHS = (
    "январ",
    "феврал",
    "март",
    "апрел",
    "мая|май|мае|маю|маем",
    "июн",
    "июл",
    "август",
    "сентябр",
    "октябр",
    "ноябр",
    "декабр",
)
EN_MONTHS = ("January|Jan", "February|Feb", "March|Mar", "April|Apr", "May", "June|Jun", "July|Jul", "August|Aug", "September|Sept|Sep",
             "October|Oct", "November|Nov", "December|Dec")  # fmt: skip
_ADJECTIVE = "(?:ь?ск|овск)[а-я]{2,3}"
_RU_MONTH = "|".join(
    f"(?P<r{i}>{m}|майск[а-я]{{2,3}})"
    if "|" in m
    else f"(?P<r{i}>{m}(?:ь|[аеуиыя]|ю|е[мй]|о[мв]|а[мх]|ами|я[мх]|ями|{_ADJECTIVE})?)"
    for i, m in enumerate(RU_MONTHS, 1)
)
_EN_MONTH = "|".join(
    f"(?P<e{i}>{m}|{m.split('|')[0].upper()}{'' if i in (3, 5, 8) else '|' + m.split('|')[0].lower()})"
    for i, m in enumerate(EN_MONTHS, 1)
)
MONTH = re.compile(rf"(?:(?<![\w-])|(?<=[Mm]id-))(?:(?i:{_RU_MONTH})|(?:{_EN_MONTH})\.?)(?![\w])")
MONTHLY = re.compile(r"ск\w\w?\w?$", re.IGNORECASE)  # `три июльских дня`
ISO = re.compile(r"(?<![\d.-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")
DOTTED = re.compile(r"(?<![\d./])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|\.\d)")
CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?:\s?([ap])\.?m\b\.?)?(?![\d:])", re.IGNORECASE)
EXACT_CLOCK = re.compile(
    r"\d\d?:\d\d|утра|вечера|ночи|дня|пополуд|полноч|полуноч|полдень|полудн|noon|midday|midnight|\d\s?[ap]\.?\s?m|morning|evening|night|afternoon",
    re.IGNORECASE,
)
AMPM = re.compile(
    r"\s?(?:([ap])\.?\s?m\b\.?|(утра|вечера|ночи|пополудни|in the morning|in the evening|at night|in the afternoon)(?!\w))",
    re.IGNORECASE,
)
WEEKDAYS = re.compile(
    r"(?<!\w)(?:(?i:(понедельни[кч]\w*)|(вторник\w*)|(сред(?:а|ы|у|е|ам))|(четверг\w*)|(пятни[цч]\w*)|(суббот\w*)|(воскрес(?:ень|н(?:ый|ая|ое|ые|ого|ому|ым|ом|ую|ых|ой))\w*))"
    r"|((?i:Mondays?)|Mon)|((?i:Tuesdays?)|Tue|Tues)|((?i:Wednesdays?)|Wed)|((?i:Thursdays?)|Thu|Thurs)|((?i:Fridays?)|Fri)|((?i:Saturdays?))"
    r"|((?i:Sundays?)))(?!\w)"
)
# `среда` is Wednesday in a calendar only
IN_WEEK = re.compile(r"понедельник|вторник|четверг|пятниц|суббот|воскресень|недел|выходн")
OF_WEEK = re.compile(
    r"(?:перв|втор|треть|четв[её]рт|пят|кажд|последн|следующ|ближайш|прошл|люб|эт|вс)(?:ая|яя|ую|юю|ой|ей|а|у|я|ю) $"
)
BEFORE_WEDNESDAY = {
    "среда": re.compile(r"[—–:(-]\s?$"),
    "среду": re.compile(r"(?<!\w)(?:в|во|на|за) $"),
    "среды": re.compile(r"(?<!\w)(?:до|с|со|после|кроме|утра|вечера) $"),
    "среде": re.compile(r"(?<!\w)к $"),
    "средам": re.compile(r"(?<!\w)по $"),
}
AFTER_WEDNESDAY = re.compile(r"\s?[—–]|,? (?:с|до|в) \d")


def wednesday(text: str, start: int, end: int) -> bool:
    """Whether `среда` at this place of a folded text is a day."""
    word, before = text[start:end], text[max(0, start - 24) : start]
    if BEFORE_WEDNESDAY[word].search(before) or OF_WEEK.search(before):
        return True
    if word == "среда" and AFTER_WEDNESDAY.match(text, end):
        return re.search(r"(?:ая|яя) $", before) is None
    low = max(text.rfind(mark, 0, start) for mark in ".!?\n") + 1
    high = min((at for mark in ".!?\n" if (at := text.find(mark, end)) >= 0), default=len(text))
    return re.search(r"\w(?:ая|яя|ой|ую) $", before) is None and IN_WEEK.search(text, low, high) is not None


BC = re.compile(
    r"(?<!\w)(?:(?i:до\s+н\.?\s?э|до\s+нашей\s+эры|до\s+Рождества\s+Христова|до\s+Р\.?\s?Х|B\.C|before\s+Christ)|BCE?\b|(?<=\d )bce?\b)",
)
LAST_DAY = re.compile(r"(?<!\w)(?:последн\w+\s+(?:день|дня|дню|число)\s+|last\s+day\s+of\s+)(?=(\w+))", re.IGNORECASE)
NEW_YEAR = re.compile(
    r"(?<!\w)(?:(leap\s+day)(?!\w)|New Year['’]s (?:(Eve)|Day)(?!\w)|(?:перв\w+\s+дня|first\s+day\s+of)\s+(?=\d{4}))",
    re.IGNORECASE,
)
SAME_YEAR = re.compile(
    r"(?<!\w)(?:(?:того|тот|том|тем|этого|этом) (?:же|самого|самом) год\w*|(?:that|the) (?:very )?same year|"
    r"(?:тех|те|той|та) же (?:самых |самой )?(?:игр|войн|кампани|экспедици|зим|весн)\w*|those (?:very )?same games)(?!\w)",
    re.IGNORECASE,
)
NOON = re.compile(r"(?<!\w)(?:(полдень|полудня|полудню|noon|midday)|(полночь|полуночи|midnight))(?!\w)", re.IGNORECASE)
DIGITS = re.compile(
    r"(?<![\w.,])(?P<sign>[-−–](?=\d)(?<=[\s(][-−–])|[-−–](?=\d)(?<=^[-−–]))?"
    r"(?P<num>\d{1,3}(?:[ \xa0\u202f\u2009]\d{3})+(?:,\d+)?(?![\d])|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?P<tail>-?(?:го|ому|му|ой|ый|ий|ая|ое|ые|ых|ым|ом|ую|ти|ми|ех|х|м|й|я|е|ю)(?!\w)|(?:st|nd|rd|th|s)\b)?"
)
SHORT_YEAR = re.compile(r"(?<!\w)['’‘](\d\d)(?!\d)")
FRACTION = re.compile(r"(?<![\w./,])(\d{1,2})/(\d{1,3})(?![\w./]|,\d)")
GLYPHS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}
ROMAN = re.compile(
    r"(?<![\w-])([IVX]{1,6})(?=(?:[\s\xa0]*[-–—][\s\xa0]*[IVX]{1,6})?[\s\xa0]*(?:-?го|-?м)?[\s\xa0]*(?:век|вв?\.|столети|centur))"
)
YEAR_AFTER = re.compile(r"[\s\xa0]*(?:год(?!ик)\w{0,3}|гг?\.|г(?!\w))(?!\w)")
YEAR_BEFORE = re.compile(
    r"(?:(?<!\w)(?:в|с|со|по|до|к|от|ко|лето|лета|году|года|anno|in|since|by|from|until|till|to|year|circa|через|after|before|of|between|and|и)\s+|[(–—-]\s?)$",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+")
UNDER = re.compile(r"(?<!\w)(?:under|over)[\s-]$", re.IGNORECASE)
EACH = re.compile(r"(?<!\w)(?:an?|every|each|per) $", re.IGNORECASE)
SECONDS = re.compile(
    r"-second\s+(?:(?:intervals?|time-?outs?|pauses?|delays?|waits?|limits?|countdowns?)(?!\w)|(?P<any>[a-z]+))"
)
SUMMED = re.compile(r",?\s+(?:(?:да|плюс)(?:\s+ещ[её])?|и\s+ещ[её]|plus|and\s+another)\s+", re.IGNORECASE)
JOINED = re.compile(r"\s+(?:and\s+(?:a\s+)?|и\s+|с\s+)?|,?\s+(?:да|и|плюс|plus|and)\s+(?:ещ[её]\s+|another\s+)?")
RANGE = re.compile(r"\s?[-–—]\s?|\s+(?:до|to|or|или|либо|and|и)\s+")
OFTEN = re.compile(
    r"\s+(?:в|за|an?|every|per|each)\s+(минут[уы]|час|сутки|день|неделю|месяц|год|second|minute|hour|day|week|month|year)(?!\w)",
    re.IGNORECASE,
)
OF_UNIT = re.compile(r"\s+of\s+(?:an?|the)\s+(\w+)", re.IGNORECASE)
TURNED = re.compile(
    r"(?<!\w)([а-яё]{2,}(?:ов|ев|ей|т|м|д|ль))\s+(?:на\s|в\s|по\s|этак\s|эдак\s|так\s)?$", re.IGNORECASE
)
TURNED_DIGITS = re.compile(
    r"(?<!\w)([а-яё]{2,}(?:ов|ев|ей|ут|унд|ель|онн|амм))\s+(?:на\s|этак\s|эдак\s|так\s)?$", re.IGNORECASE
)
HALF_A = re.compile(r"(?<!\w)half\s+a\s+(dozen|hundred|thousand|million|billion)(?!\w)", re.IGNORECASE)
CLOCK_DAY = re.compile(r"\s+дня(?!\w)", re.IGNORECASE)
HALF_UNIT = re.compile(r"(?<!\w)полу?-?([а-яё]{3,})(?!\w)", re.IGNORECASE)
SPAN_HALF = re.compile(
    r"(?<!\w)(?:a\s|an\s)?(час|год|день|месяц|метр|литр|hour|year|day|month|mile|minute|rate)\s+(?:с\s+половиной|and\s+a\s+half|and\s+half\s+as\s+much|\x00)(?!\w)",
    re.IGNORECASE,
)
HOUR_PART = re.compile(
    r"(?<!\w)(?:(?:a\s+)?quarter\s+of\s+an?|half\s+an?|half-an?|half|three[\s-]quarters\s+of\s+an?|четверт\w+)[\s-]+(seconds?|minutes?|hours?|days?|weeks?|months?|years?|mile|kilomet(?:re|er)|met(?:re|er)|litre|pound|gigabyte|gig|megabyte|million|decade|century"
    r"|секунды|минуты|часа|суток|века|литра|метра|километра|гигабайта)(?!\w)",
    re.IGNORECASE,
)
FORTNIGHT = re.compile(
    r"(?<!\w)(?:fortnight|twelvemonth|полугоди\w+|квартал(?:а|у|ом|е)?|quarterly|ежекварт\w+)(?!\w)", re.IGNORECASE
)
DECIMAL = re.compile(r"\s*(?:\s(?:и|точка|запятая|цел\w+(?:\s+и)?|point|dot|comma)\s|,)\s*", re.IGNORECASE)
POINT = re.compile(r"(?<!\w)(\w+)\s+(?:point|цел\w+(?:\s+и)?)\s+(\w+)(?:\s+десят\w+)?(?!\w)", re.IGNORECASE)
SHORT_DATE = re.compile(r"(?<![\d.,:])(\d{1,2})\.(\d{2})(?![\d:]|[.,]\d|\s?(?:%|°|час|р|руб))")
AND_HALF = re.compile(r"\s+(?:с\s+половиной|and\s+a\s+half|с\s+четвертью)(?!\w)")
RATIO = re.compile(
    r"\s+(?:[^\W\d_]+(?:-[^\W\d_]+)?\s+){0,2}(?:из|in|out\s+of|of)\s+(?:кажд\w+\s+|every\s+|each\s+|the\s+|an?\s+)?",
    re.IGNORECASE,
)
COUNTED = re.compile(  # once, and once more
    r"(?<!\w)(?<!один )(?<!одного )(?:раз(?: (?!в |за )\w+)?,? (?:(?!не |ни |а )\w+ |а (?:потом|затем) )?(?:и|да) другой|раз, другой)"
    r"(?=\s*(?:[.,;:!?)\[—–-]|раз\b|и\b|$))|"
    r"(?<!\w)(раз, два,? три(?= подряд))",
    re.IGNORECASE,
)
WHOLE = re.compile(
    r"(?<!\w)(?:whole lot|every last one|wholly|entirely|completely|pure|purely|полностью|целиком|чист\w{2,3}|нацело|сплошь)(?!\w)",
    re.IGNORECASE,
)
ONE_UNIT = frozenset(
    "час часу часа day hour minute минуту минуты минута секунду сутки week неделю month месяц year год century век".split()
)
WORD_ONES = frozenset("один одна одно одни одного одной одному одним одних одними одну одном един one ones".split())


def after_noon(half: re.Match[str], hour: int) -> bool:
    """Whether what AMPM found behind an hour puts it in the second half of the day; nights have both."""
    if half[1]:
        return half[1].lower() == "p"
    told = half[2].lower()
    return told in ("вечера", "пополудни", "in the evening", "in the afternoon") or (
        told in ("ночи", "at night") and 6 < hour < 12
    )
