"""Units of measure, Russian and English, as dimension and factor. Knows no numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Unit:
    """`value × factor` is comparable within one `dimension`; `per`: what it is told of, the `h` of `km/h`."""

    dimension: str
    factor: Fraction
    label: str
    per: tuple[Unit, ...] = ()


# label: dimension, factor, the exact short forms, the beginnings of the long forms
TABLE: tuple[tuple[str, str, str, str, str], ...] = (
    ("%", "percent", "1", "% проц", "процент percent перцент"),
    ("‰", "percent", "1/10", "‰", "промилле permille"),
    ("ppm", "permillion", "1", "ppm", ""),
    ("ppb", "permillion", "1/1000", "ppb", ""),
    ("B", "bytes", "1", "б B байт байта", "байт byte"),
    ("KB", "bytes", "1000", "кб Кб КБ kb KB kB k K", "килобайт kilobyte кибибайт kibibyte KiB КиБ"),
    ("MB", "bytes", "1000000", "мб Мб МБ MB Mb мег мегов мега megs", "мегабайт megabyte мебибайт mebibyte MiB МиБ"),
    ("GB", "bytes", "1000000000", "гб Гб ГБ GB Gb гиг гига гигов gigs", "гигабайт gigabyte гибибайт gibibyte GiB ГиБ"),
    ("TB", "bytes", "1000000000000", "тб Тб ТБ TB Tb", "терабайт terabyte тебибайт tebibyte TiB ТиБ"),
    ("PB", "bytes", "1000000000000000", "пб ПБ PB", "петабайт petabyte"),
    ("bit", "bits", "1", "бит бита битов биту битом битам битами битах bit bits", ""),
    ("kbit", "bits", "1000", "кбит Кбит kbit", "килобит kilobit"),
    ("Mbit", "bits", "1000000", "мбит Мбит Mbit", "мегабит megabit"),
    ("Gbit", "bits", "1000000000", "гбит Гбит Gbit", "гигабит gigabit"),
    ("ns", "time", "1/1000000000", "нс ns", "наносекунд nanosecond"),
    ("us", "time", "1/1000000", "мкс us µs μs", "микросекунд microsecond"),
    ("ms", "time", "1/1000", "мс ms", "миллисекунд millisecond"),
    ("s", "time", "1", "с сек s sec secs", "секунд second"),
    ("min", "time", "60", "мин min mins", "минут minute"),
    ("h", "time", "3600", "ч ч. час часа часов часу часом часам часами часах hr hrs h hour hours", "часик часоч"),
    ("d", "time", "86400", "д дн ден день дня дней дню днем днями днях сутки суток сутках суткам сутками сут d day days",
     "денёч денёк деньк"),
    ("week", "time", "604800", "нед week weeks", "недел недельк fortnightx"),
    ("month", "months", "1", "мес month months", "месяц"),
    ("year", "months", "12", "год года году годом лет годов годы годам годами годах yr yrs year years", "годик годоч годин"),
    ("decade", "months", "120", "decade decades", "десятилет"),
    ("century", "months", "1200", "век века веке веков веком веку веками веках вв century centuries", "столети"),
    ("millennium", "months", "12000", "millennium millennia", "тысячелет"),
    ("mm", "length", "1/1000", "мм mm", "миллиметр millimet"),
    ("cm", "length", "1/100", "см cm", "сантиметр centimet"),
    ("m", "length", "1", "м m", "метр metre meter"),
    ("km", "length", "1000", "км km кэмэ k.m. klicks", "километр kilomet"),
    ("in", "length", "254/10000", "inch inches", "дюйм"),
    ("ft", "length", "3048/10000", "ft foot feet фут фута футов", ""),
    ("yd", "length", "9144/10000", "yd yard yards", "ярд"),
    ("mi", "length", "1609344/1000", "mi mile miles миля мили миль милю милях", ""),
    ("nmi", "length", "1852", "nmi", ""),
    ("league", "length", "4828", "leagues лье", ""),
    ("cubit", "length", "45/100", "локоть cubit cubits", "локт"),
    ("fathom", "length", "18288/10000", "fathom fathoms", "сажен"),
    ("arshin", "length", "7112/10000", "", "аршин"),
    ("verst", "length", "10668/10", "верст верста версты версту верстах верстами verst versts", ""),
    ("pood", "mass", "16380", "пуд пуда пудов пуду пудами", ""),
    ("nm", "length", "1/1000000000", "нм nm", "нанометр nanomet"),
    ("um", "length", "1/1000000", "мкм µm μm", "микрон микромет micromet micron"),
    ("m2", "area", "1", "", ""),
    ("ft2", "area", "9290304/100000000", "sqft", ""),
    ("ha", "area", "10000", "га ha", "гектар hectare"),
    ("acre", "area", "40468564224/10000000", "acre acres", "акр"),
    ("pc", "length", "30856775814913673", "пк pc", "парсек parsec"),
    ("ly", "length", "9460730472580800", "", ""),
    ("mg", "mass", "1/1000", "мг mg", "миллиграмм milligram"),
    ("ug", "mass", "1/1000000", "мкг µg μg", "микрограмм microgram"),
    ("g", "mass", "1", "г g гр", "грамм gram"),
    ("q", "mass", "100000", "", "центнер"),
    ("kg", "mass", "1000", "кг kg kilo kilos кило кэгэ кг.", "килограмм kilogram"),
    ("t", "mass", "1000000", "т t", "тонн tonne tons ton"),
    ("lb", "mass", "45359237/100000", "lb lbs pound pounds", ""),
    ("oz", "mass", "28349523125/1000000000", "oz ounce ounces", "унци"),
    ("ml", "volume", "1/1000", "мл ml mil mils", "миллилитр millilit"),
    ("l", "volume", "1", "л l", "литр litre liter"),
    ("hl", "volume", "100", "гл hl", "гектолитр hectolit"),
    ("m3", "volume", "1000", "", "кубометр"),
    ("cm3", "volume", "1/1000", "cc", ""),
    ("gal", "volume", "3785411784/1000000000", "gal", "галлон gallon"),
    ("cup", "volume", "1/4", "", "стакан"),
    ("tbsp", "spoon", "3", "tbsp", "tablespoon"),
    ("tsp", "spoon", "1", "tsp", "teaspoon"),
    ("°C", "celsius", "1", "°C °С ℃", "celsius цельси centigrade"),
    ("°F", "fahrenheit", "1", "°F ℉", "fahrenheit фаренгейт"),
    ("K", "kelvin", "1", "К", "кельвин kelvin"),
    ("arcmin", "angle", "1/60", "arcmin", "arcminute"),
    ("arcsec", "angle", "1/3600", "arcsec", "arcsecond"),
    ("°", "angle", "1", "° deg", "градус degree"),
    ("$", "dollar", "1", "$ USD usd bucks buck бакс баксов", "доллар dollar бакс"),
    ("€", "euro", "1", "€ EUR евро euro euros", ""),
    ("₽", "ruble", "1", "₽ руб р RUB целковый целкового целковых целковые", "рубл рублик ruble rouble"),
    ("£", "gbp", "1", "£ GBP quid", "фунт"),
    ("pence", "gbp", "1/100", "pence penny p пенс пенса пенсы пенсов пенсам пенсами", ""),
    ("¢", "dollar", "1/100", "cent cents", "цент"),
    ("kop", "ruble", "1/100", "коп", "копе"),
    ("thaler", "thaler", "1", "thaler thalers", "талер"),
    ("ducat", "ducat", "1", "ducat ducats", "дукат"),
    ("guilder", "guilder", "1", "guilder guilders", "гульден"),
    ("florin", "florin", "1", "florin florins", "флорин"),
    ("franc", "franc", "1", "franc francs", "франк"),
    ("lira", "lira", "1", "lira lire", ""),
    ("shilling", "gbp", "1/20", "shilling shillings", "шиллинг"),
    ("krone", "krone", "1", "krone kroner krona kronor", ""),
    ("yen", "yen", "1", "yen йен йена йены иен иена иены", ""),
    ("yuan", "yuan", "1", "yuan юань юаня юаней", ""),
    ("Hz", "hertz", "1", "гц Гц Hz hz", "герц hertz"),
    ("kHz", "hertz", "1000", "кГц kHz", "килогерц kilohertz"),
    ("MHz", "hertz", "1000000", "МГц MHz", "мегагерц megahertz"),
    ("GHz", "hertz", "1000000000", "ГГц GHz", "гигагерц gigahertz"),
    ("W", "watt", "1", "Вт W", "ватт watt"),
    ("kW", "watt", "1000", "кВт kW", "киловатт kilowatt"),
    ("hp", "watt", "73549875/100000", "hp bhp", ""),
    ("MW", "watt", "1000000", "МВт MW", "мегаватт megawatt"),
    ("GW", "watt", "1000000000", "ГВт GW", "гигаватт gigawatt"),
    ("kWh", "energy", "1000", "кВт·ч кВтч kWh", ""),
    ("MWh", "energy", "1000000", "МВт·ч МВтч MWh", ""),
    ("kcal", "energy2", "1000", "ккал kcal", "килокалори kilocalori"),
    ("kJ", "energy3", "1000", "кДж kJ", "килоджоул kilojoul"),
    ("V", "volt", "1", "В V", "вольт volt"),
    ("kV", "volt", "1000", "кВ kV", "киловольт kilovolt"),
    ("A", "ampere", "1", "А A", "ампер ampere"),
    ("mA", "ampere", "1/1000", "мА mA", "миллиампер milliamp"),
    ("mAh", "charge", "1", "мА·ч мАч mAh", ""),
    ("Ah", "charge", "1000", "А·ч Ач Ah", ""),
    ("Wh", "energy", "1", "Вт·ч Втч Wh", ""),
    ("uA", "ampere", "1/1000000", "мкА µA μA uA", "микроампер microamp"),
    ("mmHg", "pascal", "133322/1000", "mmHg", ""),
    ("Pa", "pascal", "1", "Па Pa", "паскал pascal"),
    ("kPa", "pascal", "1000", "кПа kPa", "килопаскал kilopascal"),
    ("hPa", "pascal", "100", "гПа hPa", "гектопаскал hectopascal"),
    ("MPa", "pascal", "1000000", "МПа MPa", "мегапаскал megapascal"),
    ("bar", "pascal", "100000", "бар bar", ""),
    ("atm", "pascal", "101325", "атм atm", "атмосфер"),
    ("dB", "decibel", "1", "дБ dB", "децибел decibel"),
    ("px", "pixel", "1", "px пикс", "пиксел pixel"),
    ("mark", "mark", "1", "marks", ""),
    ("rev", "turns", "1", "об rev revs", "оборот revolution"),
    ("pcs", "count", "1", "шт шт. штук штуки штука штуку pcs pieces", ""),
    ("times", "times", "1", "раз раза разы разах крат times time x ×", "кратн"),
)  # fmt: skip
# label of what, of how much: its names
RATES: tuple[tuple[str, str, str], ...] = (
    ("km", "h", "kph kmh"),
    ("mi", "h", "mph"),
    ("nmi", "h", "knot knots уз"),
    ("rev", "min", "rpm"),
    ("kbit", "s", "kbps Kbps"),
    ("Mbit", "s", "Mbps Mb/s"),
    ("Gbit", "s", "Gbps Gb/s"),
)
AMBIGUOUS = frozenset(  # a short form counts only right after a digit
    "p с c s г g т t м m л l д d ч h р к К k K А A В V W б B x × С in x раз разы об".split()
)
FILLER = re.compile(
    r"(?:последн\w+|прошедш\w+|минувш\w+|past|last|рабоч\w+|календарн\w+|полн\w+|цел(?:ых|ые|ый)|земн\w+|банковск\w+|учебн\w+|full|whole|working|business|calendar|long|solid|short|earth|consecutive|straight)\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
NEXT_LINE = re.compile(r" ?\n(?=[a-zа-яё])")
PER_CENT = re.compile(r"per cent(?!\w)", re.IGNORECASE)
PREPOSITION = re.compile(r"[ск]\s{1,2}[\w«„“\"`(]")  # `5 с половиной`, `5 к одному`: no unit before another word
POWERS = tuple(  # what stands before and behind: `кв. м`, `м кв.`, `метр в квадрате`
    (
        power,
        re.compile(rf"(?:(?:{full})\s+|(?:{short})(?:\.\s*|\s+))", re.IGNORECASE),
        re.compile(rf"\s+(?:{full}|(?:{short})\.?|{told})(?!\w)", re.IGNORECASE),
    )
    for power, full, short, told in (
        (2, r"квадратн\w+|square", "кв|sq", "в квадрате|squared"),
        (3, r"кубическ\w+|cubic", "куб|cu", "в кубе|cubed"),
    )
)
HYPHENED = re.compile(
    r"[-‑](дневн|летн|годичн|часов|месячн|минутн|секундн|недельн|метров|километров|процентн)\w*", re.IGNORECASE
)
ADJECTIVES = {
    "дневн": "d", "летн": "year", "годичн": "year", "часов": "h", "месячн": "month", "минутн": "min", "секундн": "s",
    "недельн": "week", "метров": "m", "километров": "km", "процентн": "%",
}  # fmt: skip
# what joins a unit with what it is told of: `км/ч`, `руб./мес.`, `километров в час`, `dollars a month`
PER = re.compile(
    r"(\.?\s?/\s?)|\s+(?:(?:в|за|на|per|in an?|an?)\s+|(?:(?:в|за|на|for)\s+)?(?:кажд\w+|every|each)\s+)", re.IGNORECASE
)
# units of several words
LONG: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (label, re.compile(rf"(?:{words})(?!\w)", re.IGNORECASE))
    for label, words in (
        ("tbsp", r"ст\.\s?л(?:\.|(?!\w))|столов\w+\s+лож\w+"),
        ("tsp", r"ч\.\s?л(?:\.|(?!\w))|чайн\w+\s+лож\w+"),
        ("m2", r"квадрат(?:а|ов)?"),
        ("m3", r"куб(?:а|ов)?"),
        ("kWh", r"кВт\s?[-*⋅]\s?ч|киловатт-час\w*|kilowatt[- ]hours?"),
        ("MWh", r"МВт\s?[-*⋅]\s?ч|мегаватт-час\w*|megawatt[- ]hours?"),
        ("nmi", r"(?:морск\w+|nautical)\s+(?:мил\w+|miles?)"),
        ("ly", r"светов\w+\s+(?:год\w*|лет)|light[- ]years?"),
        ("mmHg", r"(?:мм|миллиметр\w*)\s+(?:рт\.?\s?ст\.?|ртутного столба)|millimet(?:er|re)s? of mercury"),
        ("hp", r"л\.\s?с(?:\.|(?!\w))|лошадин\w+\s+сил\w*|horsepower"),
        ("mAh", r"миллиампер-час\w*|milliamp(?:ere)?[- ]hours?"),
        ("Ah", r"ампер-час\w*|amp(?:ere)?[- ]hours?"),
        ("Wh", r"ватт-час\w*|watt[- ]hours?"),
    )
)
ARC = re.compile(
    r"(?:углов\w+\s+(минут|секунд)\w*|(минут|секунд)\w*\s+дуги|arc[ -]?(minute|second)s?)(?!\w)", re.IGNORECASE
)
DEGREE = re.compile(
    r"(?:°|градус\w*|degrees?|deg\.?)[\s\xa0]*(?:по\s+)?(?:(C|С|celsius|centigrade|цельси\w*)|(F|fahrenheit|фаренгейт\w*))(?![\w])",
    re.IGNORECASE,
)


BY_LABEL = {label: Unit(dimension, Fraction(factor), label) for label, dimension, factor, _, _ in reversed(TABLE)}


def _build() -> tuple[dict[str, Unit], dict[str, Unit], list[tuple[str, Unit]]]:
    exact: dict[str, Unit] = {}
    folded: dict[str, Unit] = {}
    prefixes: list[tuple[str, Unit]] = []
    names = [(BY_LABEL[label], short, long) for label, _, _, short, long in TABLE]
    names += [(replace(BY_LABEL[of], per=(BY_LABEL[per],)), short, "") for of, per, short in RATES]
    for unit, short, long in names:
        for form in short.split():
            exact.setdefault(form, unit)
            folded.setdefault(form.lower().replace("ё", "е"), unit)
        prefixes += [(start.lower().replace("ё", "е"), unit) for start in long.split()]
    prefixes.sort(key=lambda pair: -len(pair[0]))
    return exact, folded, prefixes


EXACT, FOLDED, PREFIXES = _build()
WORD = re.compile(r"[^\W\d_]+(?:·[^\W\d_]+)?[²³23]?(?![^\W_])|[%‰°$€₽£¢℃℉]")
RATE = re.compile(r"[^\W\d_]+/[^\W\d_]+")


# what may follow the beginning of a long form: `метров`, not `метрика`; `seconds`, not `secondary`
RU_ENDING = re.compile(
    r"(?:[аыиеуюяь]|о[йюмв]|е[йюмв]|ою|ею|ью|ям?и?|ами?|ами|ями|ах|ях|ок|ек|к[аиуе]|кой|оч(?:ек|к\w{1,2})|и[еяюй]|ии|и[ея]м?и?|иях|(?:ов|н)(?:ый|ая|ое|ые|ого|ому|ым|ом|ую|ых|ой|ыми))?"
)
EN_ENDING = re.compile(r"(?:e|es|s|re|res|er|ers)?")
SHOUTED = frozenset("kg km kb mb gb tb cm mm ml min hz kw px".split())  # `20KG`, but no `US`, `HR`, `Ms`


BY_START: dict[str, list[tuple[str, Unit]]] = {}  # long forms by their first two letters
for _start, _unit in PREFIXES:
    BY_START.setdefault(_start[:2], []).append((_start, _unit))


@lru_cache(maxsize=20_000)
def named(word: str, after_digit: bool = True) -> Unit | None:
    """The unit a word names; `after_digit` lets one-letter forms count."""
    if word in AMBIGUOUS and not after_digit:
        return None
    if word in EXACT:
        return EXACT[word]
    if len(word) > 1 and word[-1] in "²³23" and not word[-2].isdigit():
        base = named(word[:-1])
        return raised(base, 2 if word[-1] in "²2" else 3) if base else None
    low = word.lower().replace("ё", "е")
    if low in AMBIGUOUS and not after_digit:
        return None
    if low in FOLDED and (word == low or len(low) > 3 or low in SHOUTED or not low.isascii()) and len(low) > 1:
        return FOLDED[low]
    for start, unit in BY_START.get(low[:2], ()):
        if low.startswith(start) and (EN_ENDING if low.isascii() else RU_ENDING).fullmatch(low, len(start)):
            return unit
    return None


def at(text: str, position: int, after_digit: bool = True) -> tuple[Unit, int] | None:
    """The unit that begins at `position` (blanks and a hyphen skipped): the unit, with what it is told of, and where it ends."""
    if (adjective := HYPHENED.match(text, position)) is not None:  # `53-дневная осада`
        return BY_LABEL[ADJECTIVES[adjective[1].lower()]], adjective.end()
    if (line := NEXT_LINE.match(text, position)) is not None:  # of a verse
        position, after_digit = line.end(), False
    while position < len(text) and text[position] in " \xa0\u202f\u2009-‑":
        position += 1
    if (filler := FILLER.match(text, position)) is not None:
        position = filler.end()
    if (rate := RATE.match(text, position)) is not None and rate.group() in EXACT:
        return EXACT[rate.group()], rate.end()
    found = _single(text, position, after_digit)
    return rated(*found, text) if found else None


def rated(unit: Unit, end: int, text: str) -> tuple[Unit, int]:
    """A unit that ends at `end`, with what the text says there it is told of."""
    while unit.dimension != "times" and (joint := PER.match(text, end)):  # how often is read by RATES of the rivals
        per = _single(text, joint.end(), after_digit=joint[1] is not None)
        if per is None or per[0].per:
            break
        unit, end = replace(unit, per=(*unit.per, per[0])), per[1]
    return unit, end


def _single(text: str, position: int, after_digit: bool) -> tuple[Unit, int] | None:
    """The unit at `position` alone."""
    if (match := DEGREE.match(text, position)) is not None:
        return BY_LABEL["°C" if match.group(1) else "°F"], match.end()
    for power, before, _ in POWERS:
        if (match := before.match(text, position)) is not None:
            word = WORD.match(text, match.end())
            unit = named(word.group()) if word else None
            if word and unit and (unit := raised(unit, power)):
                return unit, word.end()
    for label, pattern in LONG:
        if (match := pattern.match(text, position)) is not None:
            return BY_LABEL[label], match.end()
    if (match := ARC.match(text, position)) is not None:
        which = (match[1] or match[2] or match[3]).lower()
        return BY_LABEL["arcmin" if which in ("минут", "minute") else "arcsec"], match.end()
    if (match := PER_CENT.match(text, position)) is not None:
        return BY_LABEL["%"], match.end()
    match = WORD.match(text, position)
    if match is None or (PREPOSITION.match(text, position) and not text.startswith("/", position - 1)):
        return None
    unit = named(match.group(), after_digit)
    for power, _, after in POWERS if unit else ():
        if unit and (told := after.match(text, match.end())) is not None and (high := raised(unit, power)):
            return high, told.end()
    return (unit, match.end()) if unit else None


def raised(unit: Unit, power: int) -> Unit | None:
    """`m²` of `m`, `m³`, which compares with litres, `s²`; None of what is not raised."""
    if unit.dimension == "length":
        dimension, scale = ("area", 1) if power == 2 else ("volume", 1000)
    elif unit.dimension == "time" and power == 2:
        dimension, scale = "time2", 1
    else:
        return None
    return Unit(dimension, scale * unit.factor**power, f"{unit.label}{power}")
