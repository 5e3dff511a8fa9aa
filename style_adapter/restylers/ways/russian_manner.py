"""The place of an adverb of manner beside its verb, and of what is said to be so: «Поддерживается сжатие» and «Сжатие
поддерживается»."""

from __future__ import annotations

import re

from core.text import fold
from style_adapter.restylers.ways.russian_phrase import phrase
from style_adapter.restylers.ways.russian_turn import depends
from style_adapter.restylers.ways.russian_words import WORD, is_a, lower, upper
from style_adapter.score.morph import parses

_ADVERB = r"(?:автоматически|параллельно|постоянно|полностью|регулярно|заранее|отдельно)"
_TIED = re.compile(r"\b(?:не|ни|и|или|либо|только|лишь|даже|также|тоже|либо|но|а)\b", re.I)
_SO = re.compile(
    r"(?P<not>Не )?(?P<so>[Пп]оддержива(?:ет|ют)ся|[Дд]оступ(?:ен|на|но|ны)|[Зз]апрещ[её]н(?:а|о|ы)?|[Рр]азреш[её]н(?:а|о|ы)?"
    r"|[Оо]бязательн(?:а|о|ы)|[Вв]ключ[её]н(?:а|о|ы)?|[Оо]тключ[её]н(?:а|о|ы)?|[Тт]ребу(?:ет|ют)ся) (?=[а-яё])"
)


def manners(core: str, mask: str) -> list[str]:
    if re.search(r"[;:()—–]|\. ", mask):
        return []
    return [*_before_verb(core, mask), *_is_so(core, mask)]


def _before_verb(core: str, mask: str) -> list[str]:
    """«Слои удаляются автоматически» as «Слои автоматически удаляются»."""
    found = re.search(
        rf"(?<=[а-яё¤]) (?P<verb>{WORD}) (?P<how>{_ADVERB})(?=$| (?:в|на|при|после|до|каждый|каждую|раз|по)\b)", mask
    )
    if found is None or _TIED.search(mask) or len(re.findall(_ADVERB, mask)) > 1:
        return []
    reading = next(iter(parses(fold(found["verb"]))), None)
    if reading is None or str(reading.tag.POS) != "VERB" or "impr" in reading.tag or "," in mask[found.end() :]:
        return []
    if is_a(re.findall(WORD, mask[: found.start()])[-1] if re.findall(WORD, mask[: found.start()]) else "", "VERB"):
        return []
    return [f"{core[: found.start()]} {found['how']} {found['verb']}{core[found.end() :]}"]


def _is_so(core: str, mask: str) -> list[str]:
    """«Поддерживаются форматы JSON и YAML» as «Форматы JSON и YAML поддерживаются»."""
    found = _SO.match(mask)
    if found is None or "," in mask:
        return []
    what = phrase(mask, found.end(), "nomn")
    if what is None or re.search(
        r"\b(?:не|только|лишь|даже|также|если|и|или)\b", re.sub("¤ (?:и|или) ¤", "", mask[found.end() :])
    ):
        return []
    reading = next((r for r in parses(fold(found["so"]))[:2] if r.tag.number), None)
    if reading is None or str(reading.tag.number) != str(what.noun.number) or depends(mask, what.end) < len(mask):
        rest = mask[depends(mask, what.end) :]
        if (
            reading is None
            or str(reading.tag.number) != str(what.noun.number)
            or not re.fullmatch(r"(?: (?:и|или)? ?¤+)+", rest)
        ):
            return []
    said = f"{'не ' if found['not'] else ''}{lower(found['so'])}"
    return [f"{upper(core[found.end() :])} {said}"]
