# ruff: noqa: E501  (tables of patterns)
"""The patterns numbers, dates and times are read by, Russian and English. Knows no values."""

from __future__ import annotations

import re

from style_adapter.guard import units

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
SHORT_DAYS = "пн вт ср чт пт сб вс".split()
_SHORT_DAY = rf"(?:{'|'.join(SHORT_DAYS)})"
# one behind a preposition or several: `по сб`, `пн–пт`, but not `ср. значение`, `ВС РФ`
SHORT_WEEK = re.compile(
    rf"(?<!\w)(?:(?:по|до|на|[вкс])\s{_SHORT_DAY}|{_SHORT_DAY}(?=\.?(?:\s?[-–—,/]\s?|\s(?:и|или|по|до)\s){_SHORT_DAY}(?!\w)))"
    rf"(?:\.?(?:\s?[-–—,/]\s?|\s(?:и|или|по|до)\s){_SHORT_DAY})*(?!\w)",
    re.IGNORECASE,
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
ALWAYS = re.compile(  # around the clock, in numbers or without
    r"(?<![\w/])(?:(24/7|twenty[ -]four[ /-]seven|(?:24|двадцать четыре) часа (?:в|за) (?:сутки|день)(?:,? (?:и )?(?:7|семь) дней в неделю)?"
    r"|(?:24|twenty[ -]four) hours (?:a|per|every) day(?:,? (?:and )?(?:7|seven) days a week)?)"
    r"|круглосуточн\w+|круглые сутки|дн[её]м и ночью|ночью и дн[её]м|день и ночь|(?:a)?round[ -]the[ -]clock|day and night|night and day)(?!\w|/)",
    re.IGNORECASE,
)
NOON = re.compile(r"(?<!\w)(?:(полдень|полудня|полудню|noon|midday)|(полночь|полуночи|midnight))(?!\w)", re.IGNORECASE)
# a number begins in no word and in no other number; the stop of an abbreviation, the comma of a list and a small Russian letter may
# touch it: `п.5`, `5,7,9`, `кв5`, but not `м2`
_START = r"(?<![^\Wа-яё])(?<!м)(?<![\d\x00]\.)(?<!\d,)"
# a dash is a minus where nothing stands right before it that a range, a compound or a spread may begin with
_MINUS = r"(?:(?<![\w)\]}»”’\x00%°²³+№#.−–—-])|(?<=\.\.))(?<!\+/)(?<![\w.!?%)][\"'])[-−–](?=\.?\d)"
DIGITS = re.compile(
    rf"(?:(?P<sign>{_MINUS})|{_START})"
    r"(?P<num>(?<![^\s(\[«„“\"'=~≈<>±+−–-])\.\d{1,40}(?!\.?\d)"  # `.5`
    r"|\d{1,3}(?:[ \xa0\u202f\u2009]\d{3}){1,12}(?:[.,]\d{1,40})?(?!\d)|\d{1,3}(?:,\d{3}){1,12}(?:\.\d{1,40})?(?!\d)"
    r"|\d{1,40}(?:[.,]\d{1,40}(?![.,]?\d))?(?!\d))"
    r"(?P<tail>-?(?:го|ому|му|ой|ый|ий|ая|ое|ые|ых|ым|ом|ую|ти|ми|ех|х|й|я|е|ю)(?!\w)|(?:-м|м(?=\s+(?:год|век)))(?!\w)|(?:st|nd|rd|th|s)\b)?"
)
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
LIST = re.compile(rf"{_START}\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)+(?!\d|[.,]\d)")  # `80,443,8080`
MINUS = re.compile(
    r"(?<![\w/-])(?<!плюс )(?<!plus )(?<!плюс или )(?<!plus or )(?:минус|minus)\s$", re.IGNORECASE
)  # not `плюс-минус`
PREFIX = re.compile(r"(?<![\w.-])(?:v(?=\d+\.\d+(?!\w|\.\d))|Q(?=[1-4](?!\w)))")  # `v2.1`, `Q3`
SHORT_YEAR = re.compile(r"(?<!\w)['’‘](\d\d)(?!\d)")
FRACTION = re.compile(r"(?<![\w./,])(\d{1,2})/(\d{1,3})(?![\w./]|,\d)")
GLYPHS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}
ROMAN = re.compile(r"(?=[IVXХL])(?:[XХ]L|L?[XХ]{0,3})(?:I[XХ]|IV|V?I{0,3})(?!\w)")  # the Russian letter Х too
_CASE = r"(?:[\s\xa0]*-?(?:го|му|ом|й|я|е|м|х)(?!\w))?"
ROMANS = re.compile(  # `I, II и III`; the English `I` behind a comma or `and` is a person
    rf"(?<![\w-]){ROMAN.pattern}(?:{_CASE}(?:[\s\xa0]*[-–—][\s\xa0]*|\s(?:и|или|по|до)\s|(?:,\s|\s(?:and|or|to)\s)(?!I(?!\w))){ROMAN.pattern})*{_CASE}"
)
QUARTER = re.compile(
    r"[\s\xa0]кв\.(?=[\s\xa0]*(?:\d|г|прошл|текущ|эт|[,;:)\[–—-]|$))"
)  # `3 кв. 2024 года`, no kilovolts
_CENTURY = r"век|вв?\.|столети|centur"
_NUMBERED = (
    r"тысячелети|квартал|полугоди|семестр|триместр|четверт[ьи]|глав|част[ьией]|том|книг|раздел|класс|степен|категори|сорт|разряд|групп|тип|курс"
    r"|этап|стади|фаз|тур|раунд|съезд|созыв|конгресс|поколени|уров[не]|сезон|акт|очеред|ступен|пункт|стать|приложени|таблиц"
)
BEHIND_ROMAN = re.compile(rf"[\s\xa0]*(?:(?P<century>{_CENTURY})|{_NUMBERED}|кв\.|millenni)")
BEFORE_ROMAN = re.compile(
    rf"(?<!\w)(?:(?i:{_NUMBERED})\w{{0,4}}|гл|ч|т|разд|прил|(?P<english>(?i:chapter|part|volume|book|section|class|grade|group|type|stage|phase|round"
    r"|level|season|act|article|title|appendix|table|category|tier|canto)s?))(?:\.[\s\xa0]*|[\s\xa0]+)$"
)
YEAR_AFTER = re.compile(r"[\s\xa0]*(?:год(?!ик)\w{0,3}|гг?\.|г(?!\w))(?!\w)")
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
    r"(?<!\w)([а-яё]{2,}(?:ов|ев|ей|ут|унд|ель|онн|амм))\s+(?:на\s|этак\s|эдак\s|так\s|около\s|примерно\s)?$",
    re.IGNORECASE,
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
DECIMAL = re.compile(r"[\s-]+(?:и|точка|запятая|цел\w+(?:\s+и)?|point|dot|comma)[\s-]+|\s*,\s*", re.IGNORECASE)
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


# what bears versions and sections; the name of a product too
_LABELS = (
    r"верси\w+|релиз\w*|выпуск\w*|сборк\w+|прошивк\w+|билд\w*|version|release|build|firmware|ver|v|пункт\w*|подпункт\w*|пп?|раздел\w*|подраздел\w*"
    r"|глав\w+|параграф\w*|§|таблиц\w+|табл|рис|рисун\w+|приложени\w+|стать\w+|ст|section|clause|chapter|table|figure|fig|sec|paragraph|para|item|step"
)
LABELLED = re.compile(
    rf"(?<!\w)(?:(?i:{_LABELS})s?|(?P<name>(?:(?<=[а-яё][\s\xa0])[a-z]|[A-Z])[A-Za-z+#.-]*)|`)\.?[\s\xa0]*"
    r"(?:(?:№|[:—–=]|(?i:с|со|от|до|на|в|не ниже|не старше|не младше|from|to|since|than|is|at least)(?!\w))[\s\xa0]*)*"
    r"(?:v?\d+(?:\.\d+)+\s*(?:[,–—-]|(?i:и|или|до|по|на|and|or|to)(?!\w))\s*)*[«“\"(]?v?$"
)
LABEL_AFTER = re.compile(
    r"(?:-\w{1,3})?\s(?:верси|релиз|version|release)|\+(?!\w)|\s(?:и|или|or|and)\s(?:новее|новей|newer|later)",
    re.IGNORECASE,
)


def labelled(text: str, start: int, end: int) -> bool:
    """Whether the number of a version or of a section stands there, as far as the words beside it tell."""
    before = LABELLED.search(text[max(0, start - 48) : start])
    if before and not (before["name"] and units.named(before["name"], after_digit=False)):  # `USD 1.50`
        return True
    return LABEL_AFTER.match(text, end) is not None


def calendar_day(match: re.Match[str]) -> tuple[int, int, int] | None:
    """Year, month and day of what ISO or DOTTED found, where there is such a day."""
    if match.re is ISO:
        year, month, day = (int(g) for g in match.groups())
    else:
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] == "/" and month > 12 >= day:
            day, month = month, day
    return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def after_noon(half: re.Match[str], hour: int) -> bool:
    """Whether what AMPM found behind an hour puts it in the second half of the day; nights have both."""
    if half[1]:
        return half[1].lower() == "p"
    told = half[2].lower()
    return told in ("вечера", "пополудни", "in the evening", "in the afternoon") or (
        told in ("ночи", "at night") and 6 < hour < 12
    )
