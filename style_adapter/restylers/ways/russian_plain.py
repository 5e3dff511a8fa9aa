"""Plain words of Russian for bookish ones of the same meaning, government and place: adverbs, set phrases, verbs, nouns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text import fold
from style_adapter.restylers.ways.nouns import HELD, Rule, group, one_way
from style_adapter.restylers.ways.russian_clause import absent
from style_adapter.restylers.ways.russian_forms import bound, lemmas
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_words import WORD, has_verb, is_a
from style_adapter.score.morph import parses

_START = r"(?<![а-яёА-ЯЁ-])"
_END = r"(?![а-яёА-ЯЁ-])"
_TIME = r"(?:секунд|минут|час|ч\b|дн|ден|недел|месяц|год|лет|сут)"
_UNITS = r"(?:[кмгтКМГТ]?[бБ]|[KMGTkmgt]i?B|[КМГТ]иБ|мм|см|м|км|кг|г|т|мл|л|кВт|Вт|В|А|°C|%|₽|ч|мин|с|мс)"
_GOES = r"приём|прием|выдача|продажа|доставка|обмен|передача|регистрация|обучение"
_WORKS = (
    "сборка|установка|проверка|загрузка|очистка|копирование|поиск|развёртывание|тестирование|миграция|уборка|ремонт"
)
_KEEP = r"(?!\s(?:тайн|верност|молчан|традиц|в\sтайне|памят|секрет|коммерч))"
_KEPT = r"(?<!тайну )(?<!секрет )(?<!себе )"
_MISHAPS = (
    "ошибк|отказ|сбо|авари|отсутстви|наличи|необходимост|утер|утрат|потер|неисправност|болезн|пожар|задержк|нарушени|отмен"
    "|опоздани|превышени|неявк|поломк|конфликт|обнаружени|недоступност|возникновени|неуплат|утечк|расторжени|возврат|увольнени"
    "|падени|перегрузк|отключени|повреждени|травм|переполнени"
)
_WEEK = {"понедельник": "понедельникам", "вторник": "вторникам", "среду": "средам", "четверг": "четвергам",
         "пятницу": "пятницам", "субботу": "субботам", "воскресенье": "воскресеньям"}  # fmt: skip
_WERE = {"лся": "л", "лась": "ла", "лось": "ло", "лись": "ли"}
_FILES = (
    r"(?:файл|каталог|директори|папк|скрипт|шаблон|манифест|конфиг|журнал|лог|архив|модул|исходник|бинарник)[а-яё]*"
)


def _ending(table: dict[str, str], stem: str, by: str) -> Rule:
    """A past tense by another of the same endings."""
    return Rule(
        re.compile(rf"{_START}(?P<it>{stem}(?P<end>{'|'.join(table)})){_END}", re.I),
        lambda match: (by + table[match["end"].lower()],),
    )


def _locative(match: re.Match[str]) -> Sequence[str]:
    """«в случае ошибки» as «при ошибке», one noun after it and nothing joined to it."""
    words = [r for r in parses(fold(match["noun"]))[:4] if str(r.tag.POS) == "NOUN" and str(r.tag.case) == "gent"]
    adjective = match["adjective"]
    if not words or str(words[0].tag.animacy) == "anim":
        return ()
    noun = words[0].inflect({"loct", str(words[0].tag.number)})
    if noun is None:
        return ()
    if not adjective:
        return (f"при {noun.word}",)
    tag = words[0].tag
    wanted = {"loct", str(tag.number)} | ({str(tag.gender)} if str(tag.number) == "sing" else set())
    for reading in parses(fold(adjective))[:6]:
        if (
            str(reading.tag.POS) == "ADJF"
            and str(reading.tag.case) == "gent"
            and str(reading.tag.number) == str(tag.number)
        ):
            form = reading.inflect(wanted)
            return (f"при {form.word} {noun.word}",) if form is not None else ()
    return ()


def _no_such(match: re.Match[str]) -> Sequence[str]:
    """«, если нет справки» for «при отсутствии справки» at the end of a clause."""
    return (", если нет",) if phrase(match.string, match.end("it") + 1, "gent") else ()


def _most(match: re.Match[str]) -> Sequence[str]:
    """«наиболее известных» as «самых известных»."""
    for reading in parses(fold(match["what"]))[:1]:
        if str(reading.tag.POS) != "ADJF" or "Qual" not in reading.tag or "Apro" in reading.tag:
            return ()
        wanted = {str(value) for value in (reading.tag.gender, reading.tag.number, reading.tag.case) if value}
        if str(reading.tag.case) == "accs" and reading.tag.animacy:
            wanted.add(str(reading.tag.animacy))
        form = next((f for r in parses("самый") if str(r.tag.POS) == "ADJF" and (f := r.inflect(wanted))), None)
        return (str(form.word),) if form is not None else ()
    return ()


def _there_are(match: re.Match[str]) -> Sequence[str]:
    """«Существуют два вида» as «Есть два вида»."""
    return ("есть",) if not re.search(r"\b(?:не|уже|ещё|также)\s$", match.string[: match.start("it")]) else ()


def _lie(match: re.Match[str]) -> Sequence[str]:
    """«в папке находятся файлы» as «в папке лежат файлы»."""
    return ("лежит",) if match["it"].lower() == "находится" else ("лежат",)


def _right(match: re.Match[str]) -> Sequence[str]:
    """«банк вправе отказать» as «банк имеет право отказать»."""
    clause = re.split(r"[,;:.—(]", match.string[: match.start("it")])[-1].split()
    if not 1 <= len(clause) <= 3:
        return ()
    head = [r for r in parses(fold(clause[0]))[:2] if str(r.tag.case) == "nomn" and str(r.tag.POS) in ("NOUN", "NPRO")]
    if len(clause) > 1 and any(not any(str(r.tag.case) == "gent" for r in parses(fold(w))[:3]) for w in clause[1:]):
        return ()
    if not head or re.fullmatch("я|ты|мы|вы", clause[0], re.I):
        return ()
    return ("имеет право" if str(head[0].tag.number) == "sing" else "имеют право",)


def _was(match: re.Match[str]) -> Sequence[str]:
    """«среднее число составляло 3,07» as «среднее число было 3,07»."""
    left = match.string[: match.start("it")]
    return () if re.search(r"(?:^|\s)(?:не|бы|также)\s$", left) else (f"бы{match['end'].lower()}",)


def _front(match: re.Match[str]) -> Sequence[str]:
    """«пропустить можно» as «можно пропустить»."""
    if not is_a(match["verb"], "INFN"):
        return ()
    left = re.split(r"[,;:.—(]", match.string[: match.start("it")])[-1]
    if (
        re.search(r"\b(?:не|ни|и|или|только|чтобы|ли|можно|нельзя|надо|нужно)\b", left)
        or has_verb(left)
        or not left.strip()
    ):
        return ()
    return (f"{match['word']} {match['verb']}",)


def _many(match: re.Match[str]) -> Sequence[str]:
    """«количество файлов» as «число файлов»: of what is counted."""
    what = phrase(match.string, match.end("it") + 1, "gent")
    if what is None or str(what.noun.number) != "plur" or "Pltm" in what.noun:
        return ()
    return (f"числ{match['it'][-1]}" if match["it"][-2:] != "ом" else "числом",)


def _as(match: re.Match[str]) -> Sequence[str]:
    """«используется в качестве источника» as «используется как источник»."""
    what = phrase(match.string, match.start("what"), "gent")
    if what is None or str(what.noun.animacy) != "inan" or str(what.noun.number) == "plur" or len(what.words) != 1:
        return ()
    if str(what.noun.gender) not in ("masc", "neut") or is_a(match["what"], "ADJF"):
        return ()
    said = what.in_case("nomn")
    return (f"как {said}",) if said else ()


def _by_rules(match: re.Match[str]) -> Sequence[str]:
    for reading in parses(fold(match["noun"]))[:3]:
        if str(reading.tag.POS) == "NOUN" and str(reading.tag.case) == "ablt":
            form = reading.inflect({"datv", str(reading.tag.number)})
            return (f"по {form.word}",) if form is not None else ()
    return ()


def _dative(match: re.Match[str]) -> Sequence[str]:
    readings = parses(fold(match["noun"]))[:3]
    return ("по",) if any(str(r.tag.POS) == "NOUN" and str(r.tag.case) == "datv" for r in readings) else ()


def _weekly(match: re.Match[str]) -> Sequence[str]:
    day = match["day"].lower()
    if match["it"].lower().startswith("по "):
        return tuple(f"{'каждую' if one[-1] == 'у' else 'каждое' if one[-1] == 'е' else 'каждый'} {one}"
                     for one, other in _WEEK.items() if other == day)  # fmt: skip
    return (f"по {_WEEK[day]}",)


def _even(number: str) -> bool:
    """Whether the genitive after it is the nominative's form."""
    return int(re.sub(r"\s", "", number)) % 100 in range(5, 21) or number[-1] in "056789"


def _needed(match: re.Match[str]) -> Sequence[str]:
    """«канарейка обязательна» as «канарейка обязательно нужна»: things, not duties to come."""
    left = re.split(r"[;:.—(]", match.string[: match.start("it")])[-1]
    if re.search(
        r"встреч|присутстви|участи|явк|посещ|исполнен|выполнен|услови|правил|норм|решени|требован", left, re.I
    ):
        return ()
    return (f"обязательно {({'ен': 'нужен', 'ьна': 'нужна', 'ьны': 'нужны'})[match['end']]}",)


def _moreover(match: re.Match[str]) -> Sequence[str]:
    """«, при этом» as «, причём», before a clause with a verb."""
    words = re.findall(WORD, match["rest"])
    return () if any(is_a(word, "GRND") for word in words) or not has_verb(match["rest"]) else (", причём",)


def _folder(match: re.Match[str]) -> Sequence[str]:
    """«в директории» as «в папке», «из директории» as «из папки»: the case is the preposition's."""
    before = re.findall(WORD, re.split(r"[,;:.—(]", match.string[: match.start("it")])[-1].lower())
    if not re.search(rf"{WORD}\s$", match.string[: match.start("it")]):
        return ()
    if len(before) > 1 and is_a(before[-2], "PREP"):
        before = before[: -1 if any(str(r.tag.POS) in ("ADJF", "PRTF") for r in parses(fold(before[-1]))) else None]
    if re.match(rf"\s{HELD}+(?:,|\s(?:и|или)\s{HELD})", match.string[match.end("it") :]):
        return ()  # «в директории `a` и `b`»: more than one
    if before[-1] in ("в", "на", "о", "при", "к", "по"):
        return ("папке",)
    if before[-1] in ("из", "от", "до", "для", "без", "внутри", "вне", "кроме", "с"):
        return ("папки",)
    return ("папки",) if is_a(before[-1], "NOUN") else ()


def _if_needed(match: re.Match[str]) -> Sequence[str]:
    """«При необходимости обратитесь» as «Если надо, обратитесь»; not «При необходимости перезапуска»."""
    word = match["next"]
    return (
        ("Если надо,",) if any(is_a(word, part) for part in ("VERB", "INFN", "PRED")) and not is_a(word, "NOUN") else ()
    )


_DAYS = "|".join((*_WEEK, *_WEEK.values()))
# Those with `~` mean more than the plain word: no session «скончалась», no file «проживает».
_LEXICON = """находиться ~располагаться; начинаться ~стартовать; заканчиваться ~завершаться; работать ~функционировать;
    менять ~изменять; меняться ~изменяться; поменять ~изменить ~модифицировать; поменяться ~измениться; объяснить ~разъяснить;
    вернуться ~возвратиться; вернуть ~возвратить; потерять ~утратить; терять ~утрачивать; умереть ~скончаться;
    называться ~именоваться; называть ~именовать; нужный необходимый; показывать ~демонстрировать ~отображать;
    показать ~продемонстрировать ~отобразить; сделать ~изготовить; делать ~изготавливать ~изготовлять; жить ~проживать;
    правильный ~корректный; давать ~предоставлять"""


def _allowed(match: re.Match[str]) -> bool:
    """«можно удалить не раньше чем через 14 дней»: «можно минимум через» limps."""
    clause = re.split(r"[,;:—]", match.string[: match.start()])[-1]
    return re.search(r"можно|разреш|возмож|допуск", clause, re.I) is not None


PLAIN: tuple[Rule, ...] = (
    # set phrases
    *one_way("в некоторых случаях", "в отдельных случаях", by="иногда"),
    *one_way("в большинстве случаев", by="чаще всего"),
    *one_way("в обязательном порядке", by="обязательно"),
    *one_way("в автоматическом режиме", by="автоматически"),
    *one_way("в ручном режиме", by="вручную"),
    *one_way("на постоянной основе", by="постоянно"),
    *one_way("на бесплатной основе", by="бесплатно"),
    *one_way("в полном объёме", "в полном объеме", by="полностью"),
    *one_way("в письменном виде", "в письменной форме", by="письменно"),
    *one_way("в устной форме", by="устно"),
    *one_way("в конечном итоге", "в конечном счёте", "в конечном счете", by="в итоге", before="(?<!, )", after="(?!,)"),
    *one_way("в дальнейшем", by="потом", after=r"(?!.*\bпотом\b)"),
    *one_way("на сегодняшний день", by="сейчас"),
    Rule(re.compile(rf"^(?P<it>При\sнеобходимости)(?=\s(?P<next>{WORD}))"), _if_needed),
    *one_way("главным образом", "преимущественно", by="в основном"),
    *one_way("по меньшей мере", by="как минимум"),
    *one_way("совместно с", "совместно со", by="вместе с", after=r"(?=\s)"),
    Rule(re.compile(r"(?P<it>(?<=\s)в период (?=со? \d{4} (?:года )?по))"), lambda _: ("",)),
    Rule(re.compile(r"(?<=[а-яё])(?P<it> в размере )(?=(?P<number>\d+) (?:[а-яё]+|₽|%|$))"),
         lambda match: (" ",) if bound("", "x")(match)[1:] and re.search(r"(?:плат|штраф|сбор|пошлин|взнос|аванс|скидк|преми"
                       r"|депозит|залог|неустойк|пен|бонус)[а-яё]*$", match.string[: match.start("it")], re.I)
         else ()),
    *one_way("включает в себя", by="включает"),
    *one_way("включают в себя", by="включают"),
    *one_way("содержит в себе", by="содержит"),
    *one_way("другими словами,", "иными словами,", by="то есть", before="^"),
    Rule(re.compile(r"(?P<it>, при этом)(?= (?P<rest>[^,.;]+))"), _moreover),
    *one_way(", тогда как", by=", а", after=r"(?=\s)"),
    *one_way("поэтому", by="так что", before="^", after=r"(?=\s)"),
    *one_way("поскольку", by="так как", before="^", after=r"(?=\s)"),
    *group("сперва", "сначала", after=r"(?=\s)"),
    Rule(re.compile(r"(?P<it>, как правило,)(?=\s)"), lambda _: (" обычно",)),
    *one_way("как правило,", by="обычно", before="^"),
    *one_way("в настоящий момент", by="сейчас"),
    *one_way("в период между", by="между", after=r"(?=\s\d{4} и \d{4} годами)"),
    *one_way("в период с", by="с", before="^", after=r"(?=\s\d{4} (?:года )?по)"),
    *one_way("применяется", by="используется", after=r"(?=\s(?:для|при)\s)"),
    *one_way("применяются", by="используются", after=r"(?=\s(?:для|при)\s)"),
    *one_way("применяться", by="использоваться", after=r"(?=\s(?:для|при)\s)"),
    Rule(re.compile(rf"(?:{_GOES})(?:\s[а-яё]+)?\s(?P<it>осуществляется|производится)"
                    r"(?=\s(?:с|по|в|через|до|на|только)\s)", re.I),
         lambda match: ("идёт",)),
    Rule(re.compile(rf"(?:{_WORKS})(?:\s[а-яё]+)?\s(?P<it>выполняется)(?=\s(?:с|в|через|до|на|только|при|после)\s)", re.I),
         lambda match: ("идёт",)),
    Rule(re.compile(r"(?:действует|действуют|хранится|хранятся|длится|длятся|живёт|живут|ждёт|ждут|держится)"
                    r"(?P<it>\sв\sтечение\s)(?=(?P<number>\d+)\s[а-яё])"),
         lambda match: (" ",) if len(bound("", "x")(match)) > 1 else ()),
    # adverbs
    *one_way("здесь", by="тут"),
    *one_way("зачастую", by="часто"),
    *one_way("вновь", by="снова", after=r"(?!.*\b(?:вновь|снова)\b)"),
    *one_way("впоследствии", by="потом", after=r"(?!.*\b(?:потом|затем)\b)"),
    *one_way("позднее", by="позже", before="(?<!не )"),
    *one_way("ранее", by="раньше", before="(?<!не )(?<!или )", after=r"(?=[.,;:]|\s¤\S+[.;]|$)"),
    *one_way("первоначально", by="сначала"),
    *one_way("приблизительно", by="примерно"),
    *one_way("разумеется", by="конечно"),
    *one_way("значительно", "гораздо", by="намного", after=r"(?=\s(?:больше|меньше|более|менее|выше|ниже|дороже|дешевле|быстрее"
             r"|медленнее|проще|сложнее|раньше|позже|чаще|реже|лучше|хуже|легче|дольше|короче))"),
    *one_way("чрезвычайно", by="очень"),
    *one_way("корректно", by="правильно", before="(?<!не )"),
    *one_way("некорректно", by="неправильно"),
    *one_way("круглосуточно", by="круглые сутки"),
    *one_way("ежечасно", by="каждый час"),
    *one_way("ежеквартально", by="каждый квартал"),
    *one_way("еженощно", by="каждую ночь"),
    *one_way("ежеминутно", by="каждую минуту"),
    *one_way("трижды", by="три раза"),
    *one_way("единожды", by="один раз"),
    *one_way("вдвое", by="в два раза"),
    *one_way("втрое", by="в три раза"),
    *one_way("хотя бы", by="хоть", after=r"(?=\s(?:один|одна|одно|одну|одного|одной|раз)\b)"),
    *one_way("в будние дни", by="по будням"),
    *one_way("в выходные дни", by="в выходные"),
    *one_way("в текущем году", by="в этом году"),
    *one_way("в текущем месяце", by="в этом месяце"),
    Rule(re.compile(rf"{_START}(?P<it>(?:по|каждый|каждую|каждое)\s(?P<day>{_DAYS})){_END}", re.I),
         lambda match: _weekly(match)
         if match["day"].lower() in (_WEEK.values() if match["it"][:2].lower() == "по" else _WEEK)
         and not re.search(r"\bи\s$", match.string[: match.start("it")])
         and re.match(r"\s(?:в|с|до|после)\s\d|\s¤+\.?$|\.|$" if match["it"][:2].lower() == "по" else r"(?!,?\sи\b|,)",
                      match.string[match.end("it") :]) else ()),
    Rule(re.compile(rf"{_START}(?P<it>директории){_END}", re.I), _folder),
    Rule(re.compile(rf"{_START}(?P<it>директори(?P<end>я|ю|ей|й|ям|ями|ях)){_END}", re.I), lambda match: (
        {"я": "папка", "ю": "папку", "ей": "папкой", "й": "папок", "ям": "папкам", "ями": "папками", "ях": "папках"}
        [match["end"].lower()],)),
    Rule(re.compile(rf"{_START}(?P<it>наименовани(?P<end>е|я|ю|ем|и|й|ям|ями|ях)){_END}", re.I),
         lambda match: (f"названи{match['end'].lower()}",)),
    # amounts
    Rule(re.compile(rf"{_START}(?P<it>каждые)(?=\s\d*(?:[02-9]|1\d)\s(?:{_TIME})[а-яё]*)", re.I), lambda _: ("раз в",)),
    Rule(re.compile(rf"(?:^|(?<=[а-яё»¤] )(?<!реже )(?<!чаще )(?<!несколько )(?<!сколько )(?<!много )(?<!мум )(?<!больше )"
                    rf"(?<!меньше )(?<!бы )(?<!хоть )(?<!только )(?<!лишь )(?<!ещё )(?<!не )(?<!ть )(?<!один )(?<!этот )"
                    rf"(?<!и )(?<!а ))(?P<it>раз\sв)(?=\s\d*(?:[02-9]|1\d)\s(?:{_TIME})[а-яё]*)", re.I), lambda _: ("каждые",)),
    Rule(re.compile(r"(?P<it>не\s(?:короче|длиннее))(?=\s(?P<number>\d+)\s(?:символ|знак|букв|страниц|строк))", re.I),
         lambda match: bound(*(("не меньше", "минимум") if match["it"].endswith("че") else ("не больше", "максимум")))(match)),
    Rule(re.compile(r"(?:(?<=[а-яё¤»] — )|(?<=занимает )|(?<=занимают )|(?<=длится )|(?<=рассматриваем )|(?<=рассматривают ))"
                    r"(?P<it>до)(?=\s(?P<number>\d+)\s(?:рабочих\s)?(?:секунд|минут|дней|недель|месяцев|[КМГ]и?Б)\b"
                    r"(?!\s(?:раньше|позже|до|после)))"),
         lambda match: ("максимум",) if len(bound("", "x")(match)) > 1 else ()),
    Rule(re.compile(rf"(?<!от )(?<!до )(?<!из )(?<!с ){_START}(?P<it>около|порядка)"
                    rf"(?=\s(?P<number>\d+(?:\s\d{{3}})*)\s(?:[а-яё]|%))", re.I),
         lambda match: ("примерно",) if _even(match["number"]) else ()),
    Rule(re.compile(r"(?<!не )(?<!не всегда )(?P<it>обязател(?P<end>ен|ьна|ьны))"
                    r"(?=[.,;]|\s(?:для|при|в|на|во|и)\s|\s¤+(?:\.|$))"), _needed),
    Rule(re.compile(rf"{_START}(?P<it>не\sдольше)(?:\sчем)?(?=\s(?P<number>\d+)\s(?:[а-яё]+\s)?{_TIME})", re.I),
         bound("не больше", "максимум")),
    Rule(re.compile(rf"{_START}(?P<it>не\s(?:дольше|более|больше),?\sчем)(?=\sна\s\d+\s(?:[а-яё]+\s)?{_TIME})", re.I),
         lambda _: ("максимум",)),
    Rule(re.compile(rf"{_START}(?P<it>не\sпоз(?:же|днее),?\sчем)(?=\sчерез\s\d+\s(?:[а-яё]+\s)?{_TIME})", re.I),
         lambda match: () if _allowed(match) else ("максимум",)),
    Rule(re.compile(rf"{_START}(?P<it>не\sран(?:ьше|ее),?\sчем)(?=\sчерез\s\d+\s(?:[а-яё]+\s)?{_TIME})", re.I),
         lambda match: () if _allowed(match) else ("минимум",)),
    Rule(re.compile(rf"{_START}(?P<it>не\s(?P<how>реже|чаще),?\sчем)(?=\sраз\sв\s)", re.I),
         lambda match: ("минимум" if match["how"].lower() == "реже" else "максимум",)),
    Rule(re.compile(rf"(?:(?<=т )|(?<=тся ))(?P<it>дольше)(?=\s\d+\s{_TIME})", re.I), lambda _: ("больше",)),
    Rule(re.compile(rf"{_START}(?P<it>не\sниже)(?=\s[\d,]+\s?%)", re.I), lambda _: ("не меньше",)),
    Rule(re.compile(r"(?:(?<=может )|(?<=могут )|(?<=должен )|(?<=должна )|(?<=должно )|(?<=должны ))"
                    rf"(?P<it>превышать)(?=\s[\d,]+\s{_UNITS}(?![а-яёa-z]))"),
         lambda _: ("быть больше",)),
    Rule(re.compile(rf"{_START}(?P<it>(?:не\s)?превышает)(?=\s[\d,]+\s{_UNITS}(?![а-яёa-z]))"),
         lambda match: (match["it"].replace("превышает", "больше"),)),
    Rule(re.compile(rf"{_START}(?P<it>не\sпревышает)(?=\s(?P<number>\d+)\s[а-яё]+)"),
         lambda match: ("не больше",) if len(bound("", "x")(match)) > 1 else ()),
    Rule(re.compile(r"(?<=[а-яё] )(?P<it>составля(?P<end>л|ла|ло|ли))(?=\s(?:примерно |около |почти )?\d)"), _was),
    Rule(re.compile(r"(?P<it>насчитывалось)(?=\s(?:примерно |около |почти |более )?\d)"), lambda _: ("было",)),
    Rule(re.compile(rf"{_START}(?P<it>не\s(?P<how>реже|чаще)\sодного\sраза)(?=\s(?:в|за)\s)"),
         lambda match: ("минимум раз" if match["how"] == "реже" else "максимум раз",)),
    # what is or was
    _ending(_WERE, "явля", "бы"),
    _ending(_WERE, "находи", "бы"),
    Rule(re.compile(r"(?<!был )(?<!была )(?<!было )(?<!были )(?<!быть )(?<!не )"
                    rf"{_START}(?P<it>расположен(?P<end>а|о|ы|))(?=\s(?:в|на|у|под|над|за|между|рядом|недалеко)\s)"),
         lambda match: ("находятся" if match["end"] == "ы" else "находится",)),
    Rule(re.compile(rf"(?P<it>находится|находятся)(?=\s{_FILES})"), _lie),
    Rule(re.compile(rf"{_FILES}(?:\s{HELD}+)?\s(?P<it>находится|находятся)(?=\sв\s(?:директори|папк|каталог|корн|репозитори|{HELD}))",
                    re.I), _lie),
    Rule(re.compile(r"^(?P<it>Существует|Существуют)(?=\s(?:\d|два|две|три|четыре|пять|несколько|много|множество|разные|другие"
                    r"|также))"), _there_are),
    Rule(re.compile(r"^(?P<it>Нужен|Нужна|Нужно|Нужны)(?=\s(?:\d|[а-яё»«]))(?!\s[а-яё]+(?:ть|ти|чь)(?:ся)?(?![а-яё]))(?!\s(?:ли|бы|чтобы|был[аои]?|буд[а-яё]+|для|только|лишь)\b)"),
         lambda match: ("Понадобятся" if match["it"] == "Нужны" else "Понадобится",)),
    Rule(re.compile(rf"{_START}(?P<it>вправе)(?=\s[а-яё]+(?:ть|ти|чь))"), _right),
    Rule(re.compile(rf"{_START}(?P<it>приводит|приводят)(?=\sк\s)"),
         lambda match: ("ведёт" if match["it"] == "приводит" else "ведут",)),
    Rule(re.compile(rf"{_START}(?P<it>(?P<verb>{WORD})\s(?P<word>можно|нельзя))(?=\s|[,.:]|$)"), _front),
    Rule(re.compile(rf"{_START}(?P<it>(?:наиболее)\s)(?=(?P<what>{WORD}))", re.I),
         lambda match: tuple(f"{said} " for said in _most(match))),
    # other cases
    Rule(re.compile(rf"{_START}(?P<it>в\sслучае\s(?:(?P<adjective>[а-яё]+(?:ой|ей|ого|его|ых|их))\s)?(?P<noun>(?:{_MISHAPS})[а-яё]*))"
                    rf"(?=\s(?!и\b|или\b|либо\b|с\b|если\b|при\b)|[,.;]|$)(?<!в случае если)", re.I), _locative),
    Rule(re.compile(rf"(?P<it>\sпри\sотсутствии)"
                    rf"(?=\s(?:[а-яё]+\s){{0,2}}[а-яё]+(?:[.;]|\s{HELD}{HELD}{HELD}[.;\s]|$))"), _no_such),
    Rule(re.compile(rf"{_START}(?P<it>количеств(?:о|а|у|ом|е))(?=\s[а-яё])", re.I), _many),
    Rule(re.compile(rf"{_START}использ[а-яё]+(?:ся|ть|ет|ют|йте)\s(?:¤+\s)?"
                    r"(?P<it>в\sкачестве\s(?P<what>[а-яё]+))(?=\s|[,.;]|$)", re.I), _as),
    Rule(re.compile(rf"{_START}(?P<it>в\sсоответствии\sсо?\s(?P<noun>правил[а-яё]+|закон[а-яё]+|договор[а-яё]+|график[а-яё]+"
                    rf"|расписани[а-яё]+|план[а-яё]+|инструкци[а-яё]+|стандарт[а-яё]+|тариф[а-яё]+)){_END}(?!\sи\s)", re.I),
         _by_rules),
    Rule(re.compile(rf"{_START}(?P<it>согласно)(?=\s(?P<noun>(?:правил|закон|договор|план|график|расписани|регламент|стандарт"
                    rf"|приказ|формат|схем|списк|тариф|документ)[а-яё]+){_END})", re.I), _dative),
    Rule(re.compile(r"(?:^(?!Если |Когда )|(?<=если )|(?<=Если )|(?<=когда )|(?<=Когда ))(?P<it>(?:[А-ЯЁа-яё]+\s)?[А-ЯЁа-яё]+\s"
                    r"(?P<verb>отсутству(?:ет|ют)))(?![а-яё])"), absent),
    *one_way("хранят", by="держат", before=_KEPT, after=_KEEP),
    *one_way("храним", by="держим", before=_KEPT, after=_KEEP),
    *one_way("хранить", by="держать", before=_KEPT, after=_KEEP),
    *one_way("не рекомендуется", by="лучше не", after=r"(?=\s[а-яё]+(?:ть|ти|чь)(?:ся)?(?![а-яё]))"),
    lemmas(_LEXICON),
)  # fmt: skip
