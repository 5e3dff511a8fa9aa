# ruff: noqa: E501  (tables of patterns)
"""The closed classes of words that exclude one another, and the frames that rates, limits and ordinals stand in; all over folded
texts. Knows no facts."""

from __future__ import annotations

import re

from style_adapter.guard.patterns import WORD_ONES

TIME = ("time", "months")
MONEY = frozenset("dollar euro ruble gbp franc lira yen yuan krone thaler ducat guilder florin".split())


def _class(**members: str) -> dict[str, re.Pattern[str]]:
    return {key: re.compile(rf"(?<![\w.,-])(?:{words})(?!\w)") for key, words in members.items()}


# (kind, key → words); what stands in a key's words tells it
CLASSES: tuple[tuple[str, dict[str, re.Pattern[str]]], ...] = (
    ("date", _class(
        spring=r"весн\w{1,3}|весенн\w+|вешн\w+|springs?(?:time)?",
        summer=r"летом|лето(?!\s*\d)|летн\w+|summers?|summertime",
        autumn=r"осен\w+|autumns?|(?:in the|this|last|next|following|every|each) fall",
        winter=r"зим\w{1,3}|зимн\w+|winters?|wintertime",
    )),
    ("date", _class(
        morning=r"утро|утром|утрам|утренн\w+|поутру|наутро|mornings?", evening=r"вечер|вечером|вечерам|вечерн\w+|evenings?",
        night=r"(?:пол|полу)?ноч(?:ь|ью|ам|ами|ей|н\w+)|(?:mid)?nights?|nightly|overnight", day=r"днем(?! с огнем)|daytime|by day",
    )),
    ("date", _class(midnight=r"полноч\w*|полуноч\w*|midnight", noon=r"пол(?:день|дня)|полуд\w+|noon|midday")),
    ("date", _class(
        tomorrow=r"завтра|завтрашн\w+|назавтра|(?<!day after )tomorrow", later=r"послезавтра|day after tomorrow",
        yesterday=r"вчера\w*|(?<!day before )yesterday", before=r"позавчера|day before yesterday",
    )),
    ("number", _class(
        two=r"удв[ао]\w+|вдвое|двойн\w+|двукратн\w+|дважды|doubl\w+|twice|two-?fold|(?:two|2) times|(?:два|2) раза", three=r"утр[ао][еи]\w+|втрое|тройн\w+|тр[её]хкратн\w+|трижды|tripl\w+|thrice|three-?fold|(?:three|3) times|(?:три|3) раза",
        four=r"учетвер\w+|вчетверо|четыр[её]хкратн\w+|quadrupl\w+|four-?fold|(?:four|4) times|(?:четыре|4) раза",
    )),
    ("number", _class(
        half=r"half|halves|halv\w+|(?:50|fifty) ?(?:%|per ?cent)", third=r"(?:a|one) third", thirds=r"two[ -]thirds", quarter=r"(?:a|one)[ -]quarter|(?:25|twenty[ -]five) ?(?:%|per ?cent)", quarters=r"three[ -]quarters|(?:75|seventy[ -]five) ?(?:%|per ?cent)", fifth=r"(?:a|one|two|three|four) fifths?|(?:20|twenty) ?(?:%|per ?cent)",
        tenth=r"(?:a|one|mere) tenth|(?:10|ten) ?(?:%|per ?cent)", hundredth=r"(?:a|one|mere) hundredth|(?:1|one) ?(?:%|per ?cent)",
    )),
    ("date", _class(
        utc=r"utc|gmt|по гринвичу", moscow=r"(?:по |по-)москов\w+|по москве|мск|msk|moscow time", cet=r"ces?t|по центральноевропейск\w+",
        local=r"местн\w+ врем\w+|local time",
    )),
    ("date", _class(**{
        key: rf"(?:{words}) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|понедельник|вторник|сред|четверг|пятниц|суббот|воскресень)\w*"
        for key, words in (("first", r"first|перв\w+"), ("second", r"second|втор\w+"), ("third", r"third|трет\w+"), ("last", r"last|последн\w+"))
    })),
    ("unit", _class(
        working=r"(?:рабоч\w+|working|business) (?:дн\w+|ден\w+|сут\w+|days?)", calendar=r"(?:календарн\w+|calendar) (?:дн\w+|ден\w+|сут\w+|days?)",
    )),
)  # fmt: skip
ANY_OF = tuple(re.compile("|".join(words.pattern for words in members.values())) for _, members in CLASSES)
GREETING = re.compile(
    r"back in the day|(?:these|those) days|in those years|one day at a time|day one|some day|(?:to|until) this (?:very )?(?:day|hour)|(?:end |time )?of the day|day after tomorrow"
    r"|(?:минут|секунд)очк\w*|в наши дни|по сей день|сей же час|час от часу|изо дня в день|на ночь глядя|half the battle|half bad|half-?baked|better half|трижды ура"
    r"|добр\w+ (?:утр\w+|вечер\w*|дня|день|ночи)|good (?:morning|evening|night|day)|(?:ни|одну|на|еще) (?:секунд|минут)\w+(?=[,!?.])"
    r"|(?:hold|wait|just|one|a|this) (?:a )?(?:second|sec|minute|moment)(?=[,!?.])"
)
TOLD_UNIT = {
    "s": r"\w*секундн\w+", "min": r"\w*минутн\w+", "h": r"часы|\w*часов(?:ой|ая|ое|ые|ого|ому|ым|ом|ую|ых)|ежечасн\w+|hourly|\w*-hour",
    "d": r"\w*дневн\w+|\w*суточн\w+|ежедн\w+|daily|\w*-day|однодн\w+|завтра|назавтра|tomorrow|tonight|overnight|nightly", "week": r"\w*недельн\w+|weekly|\w*-week",
    "month": r"\w*месячн\w+|помесячн\w+|monthly|\w*-month", "year": r"\w*годов(?:ой|ая|ое|ые|ого|ому|ым|ом|ую|ых)|\w*годичн\w+|\w*годн\w+|\w*летн\w+|yearly|annual\w*|\w*-year",
    "decade": r"\w*десятилетн\w+", "century": r"веков\w+|столетн\w+",
}  # fmt: skip
TOLD = {label: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for label, words in TOLD_UNIT.items()}
RATE_WORD = {
    "h": r"ежечасн\w+|hourly", "d": r"ежедневн\w+|ежесуточн\w+|daily", "week": r"еженедельн\w+|weekly", "month": r"ежемесячн\w+|monthly",
    "year": r"ежегодн\w+|yearly|annually", "quarter": r"(?:еже|по)кварт\w+|quarterly|(?:once|twice|times|every) (?:a |per |every )?quarter",
}  # fmt: skip
RATES = {label: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for label, words in RATE_WORD.items()}
ANY_RATE = re.compile("|".join(words.pattern for words in RATES.values()))
SECOND = re.compile(r"(?<!\w)(?:a|per|each|every|one|single|split)\s+(second)(?!\w)(?! [a-z]+(?:est)? )")
BARE = frozenset(
    "s ms min h d week month year decade century millennium mm cm m km kg t B KB MB GB TB PB bit $ € ₽ £ franc thaler ducat guilder".split()
)
AFTER = re.compile(r"[^\W\d_]{3,}")
FUNCTION = frozenset("the and for you but nor all its при для или над под без что как это вас нам вам уже еще".split())
ONE = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(WORD_ONES))}|единственн\w+|перв\w{{2,3}}|first|single)(?!\w)")
ONCE = re.compile(
    r"(?<!\w)(?:(?:один |одного )?раз (?:в|за|на)|(?:чаще|больше|более|реже) раза|один раз|однократн\w+|once|one time)(?!\w)"
)
NO_UNIT = re.compile(
    r"(?<!\w)(?:рабоч\w+|working|(?:ее|его|их|мо[йе]|тво[йе]|наш|ваш|сей|свой|мой|твой)|half an?) $|-$"
)
WORD_BEFORE = re.compile(r"([^\W\d_]+|\d+(?:-[^\W\d_]+)?) $")
LASTING = re.compile(
    r"(?<!\w)(?:за|на|через|занять|занимает|заняла|длится|длиться|целые|долгие|считан+ые|многие|могли|ждать) (часы)(?!\w)"
)
NOT = re.compile(r"(?<!\w)(?:не|ни|ни на|not|no|never)(?: \w+)? $")
LIMIT = re.compile(
    r"(?<!\w)(?:только|лишь|всего|хотя бы|хоть|не более(?: чем)?|не больше|максимум|не чаще|ровно|only|just|at least|at most|no more than|exactly)(?: на| с| в| за)? $"
)
ROMAN = re.compile(r"[ivxlc]+")
LIMIT_AFTER = re.compile(r",? (?:и )?(?:не больше|не более|максимум|at most|no more|tops)(?!\w)")
REIGN = re.compile(r"(?<!\w)([A-ZА-ЯЁ][a-zа-яё]{2,})\s([IVX]{1,5})(?!\w)")
PACE = re.compile(
    r"(?:(?:раз|раза) (?:в|за)|кажд\w+|once (?:a|an|every|per|in|each)|(?:twice|times?|time) (?:a|an|every|per|each)|every|each) $"
)
TAG = re.compile(
    r"(?<![\w-])\d+-[абвгджзиклнпрстуфцчшщэ](?!\w)|(?<![\w.,])\d+[аб](?!\w)|(?<=[а-яa-z]-)\d+[а-яa-z](?!\w)"
)
DIGIT = re.compile(r"\d+")
POINTS = re.compile(r"процентн\w+ пункт\w*|п\. ?п\.|percentage points?")
ARGUMENT = re.compile(  # of `-f csv`, `--format=csv`; behind a long flag prose may follow
    r"(?<![\w-])(-[A-Za-z](?= )|--[a-z][\w-]*(?==))[ =](?!(?:to|and|or|in|the|is|for|of|on|with|if|when)\b)([A-Za-z0-9][\w./:-]*\w)"
)
VERSION = re.compile(r"(?<!\w)([A-Z][A-Za-z+#]+) v?(\d+\.\d+(?:\.\d+)*)(?![\w%])")
DECADE = re.compile(r"(?<!\d)((?:1\d|20)\d0)(?:'?s|’s|-[ехм]\w?)(?!\w)")
TIMES = frozenset(("twice", "thrice", "дважды", "трижды", "четырежды"))
PER = re.compile(r"(?:per|за) (?:square |cubic )?$")
ORDINAL = re.compile(r"перв\w{2,3}|first")
