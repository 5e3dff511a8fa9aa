# ruff: noqa: E501  (tables of words)
"""Lemmas and grammar of single words: pymorphy3 for Cyrillic, Snowball stems and suffixes for Latin. Knows no sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from core.text import CYRILLIC, stem

Pos = Literal["noun", "adj", "verb", "adv", "pronoun", "function"]


@dataclass(frozen=True, slots=True)
class Form:
    """`lemma` is folded; `past`/`first` are of a verb or pronoun; `cases` the cases it may stand in."""

    lemma: str
    pos: Pos
    past: bool = False
    first: bool = False
    imperative: bool = False
    cases: frozenset[str] = frozenset()
    known: bool = True


@lru_cache(maxsize=1)
def analyzer() -> Any:
    """The one pymorphy3 analyser of the process."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


RU_POS: dict[str, Pos] = {
    "NOUN": "noun", "ADJF": "adj", "ADJS": "adj", "PRTF": "adj", "PRTS": "verb", "VERB": "verb", "INFN": "verb", "GRND": "verb",
    "ADVB": "adv", "COMP": "adv", "PRED": "adv", "NPRO": "pronoun", "NUMR": "function", "PREP": "function", "CONJ": "function",
    "PRCL": "function", "INTJ": "function",
}  # fmt: skip
# Words that carry no claim by themselves: light verbs, fillers, generic nouns, archaic particles.
RU_LIGHT = frozenset(
    "быть мочь иметь являться стать становиться делать сделать этот тот такой который весь каждый свой сам самый один другой "
    "так там тут здесь вот ну же ли бы уже еще очень просто прямо значит мол типа короче слышь вообще потом затем теперь сейчас "
    "тогда когда если поэтому потому также тоже лишь только даже именно обычно например скажем случай помощь использовать "
    "использоваться говорить сказать звать называть знать понять понимать хотеть давать дать взять брать идти пойти мой твой наш "
    "ваш их его ее он она оно они мы вы ты я что кто как где куда чтобы раз вещь дело штука место работа вид способ некий какой "
    "чей любой всякий иной многий несколько мало много более менее после перед между через около сей оный коли аще токмо яко ибо "
    "поскольку который-либо иметься находиться служить считаться оказаться получить получать следующий данный собственный".split()
)
EN_FUNCTION = frozenset(
    "a an the this that these those of in on at by for with from to into onto over under about as and or but nor so yet if when while "
    "where which who whom whose what why how than then there here it its it's i me my mine we us our you your yours he him his she her "
    "they them their is are was were be been being am do does did done have has had having will would shall should can could may might "
    "must ought not no n't never none all any each every some most more less few many much such own same other another both either neither "
    "only just also too very really quite even still already again once out up down off through between among against during before "
    "after above below because since until unless though although whether per via upon within without y'all ye thee thou thy thine o' "
    "'tis 'twas hath doth dost art shalt wilt ain't gonna gotta wanna yeah yes oh ah hey okay ok well like totally literally um uh".split()
)
EN_LIGHT = frozenset(
    "get gets got getting go goes going went gone make makes made making take takes took taken come comes came put let say says said "
    "tell told know knows knew see saw seen look looks keep keeps kept give gives gave given call calls called use uses used using "
    "thing things way ways stuff lot lots kind sort case number part one ones folks people man guy dude bro pal friend sir madam dear "
    "honey sugar darling now today just right good great nice big little old new want wants need needs think mean means according "
    "include includes including become becomes became remain remains considered known name named".split()
)


def known(word: str) -> bool:
    """Whether the Russian dictionary has the word."""
    return bool(analyzer().word_is_known(word))


@lru_cache(maxsize=100_000)
def form(word: str) -> Form:
    """Grammar of one word as it stands (its case does not matter)."""
    low = word.lower().replace("ё", "е")
    if CYRILLIC.search(low):
        return _russian(low)
    return _english(low)


def _russian(word: str) -> Form:
    parses = analyzer().parse(word)
    if not parses:
        return Form(word, "noun", known=False)
    best = max(parses[:6], key=lambda p: p.score + (0.001 if "nomn" in p.tag or "accs" in p.tag else 0))
    tag = best.tag
    pos = RU_POS.get(str(tag.POS), "noun")
    cases = frozenset(str(p.tag.case) for p in parses if p.tag.case and p.tag.POS == tag.POS)
    lemma = best.normal_form.replace("ё", "е")
    return Form(
        lemma, pos, past=str(tag.tense) == "past" and tag.POS == "VERB", first=str(tag.person) == "1per",
        imperative=str(tag.mood) == "impr", cases=cases, known=bool(best.is_known),
    )  # fmt: skip


ADJ_END = re.compile(r"(?:able|ible|al|ial|ful|ic|ive|less|ous|ary|ant|ent|ish|est)$")
VERB_END = re.compile(r"(?:ed|ing|eth|ify|ise|ize|ates?)$")


def _english(word: str) -> Form:
    base = word.replace("’", "'")
    if base in EN_FUNCTION:
        first = base in ("i", "me", "my", "mine", "we", "us", "our")
        return Form(base, "pronoun" if first else "function", first=first)
    root = base.removesuffix("'s").removesuffix("'").removesuffix("n't")
    found = _lemmas(root) if root.isalpha() else {}
    pos: Pos
    if len(found) == 1:
        pos = ENGLISH_POS[next(iter(found))]
    elif root.endswith("ly") and len(root) > 4 and (not found or "ADV" in found):
        pos = "adv"
    elif VERB_END.search(root) and (not found or "VERB" in found):
        pos = "verb"
    elif ADJ_END.search(root) and (not found or "ADJ" in found):
        pos = "adj"
    else:
        pos = "noun" if not found or "NOUN" in found else ENGLISH_POS[next(iter(found))]
    lemma = next((found[tag][0] for tag in ("VERB", "NOUN", "ADJ", "ADV") if tag in found), root)
    verb = found.get("VERB", ("",))[0]
    past = root.endswith("ed") or bool(verb and verb != root and not root.startswith(verb) and not root.endswith("ing"))
    return Form(stem(lemma) if lemma.isalpha() else lemma, pos, past=past, known=bool(found))


ENGLISH_POS: dict[str, Pos] = {
    "VERB": "verb",
    "NOUN": "noun",
    "PROPN": "noun",
    "ADJ": "adj",
    "ADV": "adv",
    "AUX": "verb",
}


@lru_cache(maxsize=50_000)
def _lemmas(word: str) -> dict[str, tuple[str, ...]]:
    """Dictionary lemmas of an English word by part of speech; empty for a word the dictionary does not hold."""
    from lemminflect import getAllLemmas

    return dict(getAllLemmas(word))


def light(word: str, lemma: str) -> bool:
    """A word that carries no claim by itself."""
    return lemma in RU_LIGHT or word in EN_LIGHT or word in EN_FUNCTION


PREFIXES = ("пере", "недо", "пред", "рас", "раз", "воз", "вос", "про", "при", "под", "над", "обо", "ото", "вы", "за", "на", "по", "до",
            "от", "об", "со", "с", "у", "о", "в")  # fmt: skip


@lru_cache(maxsize=100_000)
def roots(lemma: str) -> frozenset[str]:
    """Derivational keys of a lemma: its stem and, in Russian, the stem without a verbal prefix, cut to what derivation keeps."""
    base = stem(lemma) if lemma.isalpha() else lemma
    if not CYRILLIC.search(base):
        return frozenset({base} | ({base[:5]} if len(base) >= 7 else set()))
    found = {base}
    for prefix in PREFIXES:
        if base.startswith(prefix) and len(base) - len(prefix) >= 4:
            found.add(base[len(prefix) :])
            break
    cut = {
        re.sub(r"(?:иров|ова|ыва|ива|ени|ани|ость|ост|тель|ени|ан|ен|н|к|щик|ник|а|и|я|е|ств|ть|т)+$", "", each)
        for each in found
    }
    cut |= {c[:-1] + "ст" for c in cut if c.endswith("щ")} | {c[:-1] + "д" for c in cut if c.endswith("ж")}
    return frozenset(found | {c for c in cut if len(c) >= 4})
