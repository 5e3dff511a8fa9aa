# ruff: noqa: E501  (tables of words)
"""Turned by code: two things of one sort changed for each other, a thing for one of another claim, a word for its opposite, a verb
denied. A faithful restyle that is turned is wrong, so is one whose draft is turned, and where both are turned it is faithful
again: what a text alone looks like tells nothing, only what is bound to what."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from core.text import CYRILLIC
from evals.guard.windows import Group, Told
from evals.readers.examples import KINDS
from style_adapter.guard import vectors
from style_adapter.guard.morph import analyzer, form
from style_adapter.guard.reader import stretches, window

WORD = re.compile(r"`[^`\s]+`|[A-Za-zА-Яа-яЁё][\w-]*(?:['’]\w+)?")
# Side by side: «поды и сервисы» are the same the other way round.
BESIDE = re.compile(
    r"\s*(?:,|и|да|или|либо|and|or|/|&|—|–|-|с|со|with|as well as|а также|,\s*(?:and|or|и|а также))?"
    r"\s*(?:the|a|an|в|на|из|у|от|для|of|in|to)?\s*",
    re.IGNORECASE,
)
# What makes no difference between its two sides.
EVEN = re.compile(
    r"\b(?:между|both|between|оба|обе|вместе|совмест|одинаков|равн|same|equal|together|each other|друг друг|друг с друг|взаимн|"
    r"как .{3,30} так и|соедин|граничит|встреч|а не|rather than|instead of|вместо)\w*",
    re.IGNORECASE,
)
NEAR = 0.43  # two nouns as alike as this are of one sort: a swap of others makes nonsense, which is told by its look
LEAST_NEAR, MOST_NEAR = 0.2, 0.6  # a noun is replaced by one that is neither nonsense there nor the same
REPLACED = 0.1  # of the texts where a thing can be, since nearly all have one
TURNS = 2  # of one window and one way
PART = 30  # as a part of the edits
# Opposites by kind of slip: pairs of whole words, or, with a hyphen behind them, of beginnings; families part by a semicolon,
# since one family's word may be answered by another of its words only.
OPPOSITES = {
    "comparison_flipped": """
        больше/меньше более/менее больший/меньший большую/меньшую большая/меньшая большее/меньшее наибольш-/наименьш- крупнее/мельче;
        выше/ниже повыше/пониже свыше/ниже превышает/недотягивает;
        раньше/позже ранее/позднее пораньше/попозже прежде/после перед/после после/до младше/старше моложе/старше предшеств-/следу-;
        быстрее/медленнее чаще/реже дольше/короче длиннее/короче; максимум/минимум максимальн-/минимальн-;
        дороже/дешевле тяжелее/легче сильнее/слабее глубже/мельче лучше/хуже теплее/холоднее ближе/дальше богаче/беднее новее/старее;
        увелич-/уменьш- растёт/падает растет/падает вырос/упал выросла/упала повыша-/понижа- повыс-/пониз- рост/падение;
        первый/последний первым/последним первая/последняя первой/последней первую/последнюю первого/последнего;
        more/less larger/smaller bigger/smaller greater/lesser most/least longer/shorter fewer/more;
        higher/lower above/below over/under exceeds/undercuts upper/lower;
        before/after earlier/later older/younger sooner/later predates/postdates until/after; maximum/minimum max/min; first/last;
        faster/slower quicker/slower deeper/shallower cheaper/dearer heavier/lighter stronger/weaker better/worse taller/shorter;
        increases/decreases increased/decreased increase/decrease rises/falls rose/fell raises/lowers raised/lowered""",
    "entity_swap": """
        северн-/южн- восточн-/западн- север/юг восток/запад левый/правый левая/правая левой/правой верхний/нижний верхняя/нижняя внутри/снаружи;
        north/south northern/southern eastern/western east/west left/right inside/outside""",
    "negation_flip": """
        включает/отключает включить/отключить включён/отключён включен/отключен включена/отключена включают/отключают;
        открыт/закрыт открыта/закрыта открыто/закрыто открыты/закрыты открывает/закрывает открывают/закрывают;
        разрешает/запрещает разрешено/запрещено разрешён/запрещён разрешена/запрещена разрешается/запрещается можно/нельзя;
        создаёт/удаляет создает/удаляет создаются/удаляются создан/удалён добавляет/убирает добавить/убрать принимает/отклоняет;
        начинается/заканчивается начинает/заканчивает начался/закончился началась/закончилась началу/концу начало/конец начала/конца;
        enabled/disabled enables/disables enable/disable includes/excludes included/excluded opens/closes opened/closed open/shut;
        allows/forbids allowed/forbidden accepts/rejects accepted/rejected adds/removes added/removed creates/deletes with/without starts/stops""",
    "role_swap": """
        победил/проиграл победила/проиграла выиграл/проиграл выиграла/проиграла купил/продал купила/продала получает/отдаёт получил/отдал;
        won/lost wins/loses bought/sold beat/trailed lent/borrowed leads/follows""",
    "modality": """
        должен/может должна/может должны/могут обязан/вправе обязана/вправе обязаны/вправе; must/may should/needn't""",
    "quantifier": """
        все/некоторые всех/некоторых всем/некоторым всеми/некоторыми каждый/иной каждая/иная всегда/иногда любой/редкий большинство/меньшинство;
        all/some always/sometimes most/few everyone/nobody never/always""",
}
# Of the groups of a kind so many are kept: quantifiers and modals are read well without, denied verbs are many.
SHARES = {"modality": 0.25, "quantifier": 0.3, "negation_flip": 0.6}


class Family(NamedTuple):
    kind: str
    words: dict[str, str]
    beginnings: tuple[tuple[str, str], ...]


class Turn(NamedTuple):
    """One way to turn a text: what stands where instead of what, in order of place."""

    changes: tuple[tuple[int, int, str], ...]

    def of(self, text: str) -> str:
        for start, end, new in reversed(self.changes):
            text = text[:start] + new + text[end:]
        return text

    @property
    def before(self) -> tuple[tuple[int, int], ...]:
        return tuple((start, end) for start, end, _ in self.changes)

    @property
    def after(self) -> tuple[tuple[int, int], ...]:
        found, moved = [], 0
        for start, end, new in self.changes:
            found.append((start + moved, start + moved + len(new)))
            moved += len(new) - (end - start)
        return tuple(found)


class Thing(NamedTuple):
    """A word that may change places with another of its sort; `parse` of a Russian one."""

    sort: tuple[str, ...]
    start: int
    end: int
    parse: Any


def groups(draft: str, styled: str, dice: random.Random) -> Iterator[Group]:
    """Of a draft and a faithful restyle: one group for each thing that can be turned in both texts of a claim."""
    claims = {marks: window(draft, marks).text for _, _, marks in stretches(draft)}
    things = {marks: _things(text) for marks, text in claims.items()}
    for marks, first in claims.items():
        second = window(styled, marks).text
        others = {key: thing for other, held in things.items() if other != marks for key, thing in held.items()}
        for kind, one, two in (
            *_swaps(first, second, dice), *_opposites(first, second, dice), *_replaced(first, second, others, dice)
        ):  # fmt: skip
            mirrored, wrong, number = one.of(first), two.of(second), KINDS.index(kind)
            if mirrored != first and wrong != second and dice.random() < SHARES.get(kind, 1):
                yield Group(
                    PART,
                    draft,
                    (kind,),
                    (
                        Told(first, second, 0, ()),
                        Told(first, wrong, number, two.after),
                        Told(mirrored, second, number, two.before),
                        Told(mirrored, wrong, 0, ()),
                    ),
                    ((0, 1), (0, 2), (3, 1), (3, 2)),
                )


def _swaps(first: str, second: str, dice: random.Random) -> Iterator[tuple[str, Turn, Turn]]:
    if EVEN.search(first):
        return
    mine, theirs = _things(first), _things(second)
    both = [key for key, thing in mine.items() if key in theirs and theirs[key].sort[0] == thing.sort[0]]
    found = [(a, b) for a, b in itertools.combinations(both, 2) if mine[a].sort == mine[b].sort]
    found = [
        (a, b) for a, b in found if theirs[a].sort[2:] == theirs[b].sort[2:] and _likeness(mine[a].sort, a, b) > NEAR
    ]
    dice.shuffle(found)
    for a, b in sorted(found, key=lambda pair: ("name", "code", "noun").index(mine[pair[0]].sort[0]))[:TURNS]:
        one, two = _exchanged(first, mine[a], mine[b]), _exchanged(second, theirs[a], theirs[b])
        if one and two:
            yield "role_swap", one, two


def _replaced(
    first: str, second: str, others: dict[str, Thing], dice: random.Random
) -> Iterator[tuple[str, Turn, Turn]]:
    """A noun or name of both texts for one of the draft's `others`, which neither text has."""
    if dice.random() > REPLACED:
        return
    mine, theirs = _things(first), _things(second)
    said = {_lemma(match.group()) for text in (first, second) for match in WORD.finditer(text)}
    found = [
        (a, b)
        for a, thing in mine.items()
        for b, other in others.items()
        if a in theirs and thing.sort == theirs[a].sort == other.sort and thing.sort[0] != "code"
        and b not in said and LEAST_NEAR < _likeness(thing.sort, a, b) < MOST_NEAR
    ]  # fmt: skip
    dice.shuffle(found)
    for a, b in found[:TURNS]:
        one, two = (_in_place(text, held[a], others[b], b) for text, held in ((first, mine), (second, theirs)))
        if one and two:
            yield "entity_swap", one, two


def _in_place(text: str, old: Thing, new: Thing, word: str) -> Turn | None:
    if old.parse is not None:
        inflected = new.parse.inflect({str(old.parse.tag.case), str(old.parse.tag.number)})
        if inflected is None:
            return None
        word = inflected.word
    named = word.capitalize() if new.sort[0] == "name" else word
    return Turn(((old.start, old.end, _as(text[old.start : old.end], named)),))


def _lemma(word: str) -> str:
    if word.startswith("`"):
        return word
    return str(analyzer().parse(word)[0].normal_form) if CYRILLIC.search(word) else word.lower()


def _things(text: str) -> dict[str, Thing]:
    """Names, identifiers and nouns that stand once, by lemma."""
    found, count = dict[str, Thing](), Counter[str]()
    for match in WORD.finditer(text):
        word, start = match.group(), match.start()
        if len(word) < 3 or (not word.startswith("`") and ("'" in word or "’" in word)):
            continue
        behind = text[:start].rstrip()
        capital = word[0].isupper() and bool(behind) and behind[-1] not in '.!?…:—«"('
        key, thing = word, Thing(("code",), *match.span(), None)
        if CYRILLIC.search(word) and not word.startswith("`"):
            parse = analyzer().parse(word)[0]
            tag, key = parse.tag, str(parse.normal_form)
            name = capital or any(x in tag for x in ("Name", "Surn", "Patr", "Geox", "Orgn"))
            noun = tag.POS == "NOUN" and parse.score >= 0.25 and tag.case and tag.number and (name or parse.is_known)
            shape = (str(tag.number), str(tag.gender) if tag.number == "sing" else "", "" if name else str(tag.animacy))
            thing = Thing(("name" if name else "noun", "ru", *shape) if noun else (), *match.span(), parse)
        elif not word.startswith("`"):
            name, key = capital and not word.isupper(), word.lower()
            told = form(word)
            parted = re.search(r"[A-Z][\w'’.-]*\s+$", text[:start]) or re.match(
                r"\s+(?:(?:of|de)\s+)?[A-Z]", text[match.end() :]
            )
            noun = told.pos == "noun" and told.known and not word[0].isupper()
            plural = str(word.endswith("s") and not word.endswith("ss"))
            sort = ("name", "en") if name and not parted else ("noun", "en", plural) if noun and not name else ()
            thing = Thing(sort, *match.span(), None)
        count[key] += 1
        if thing.sort:
            found[key] = thing
    return {key: thing for key, thing in found.items() if count[key] == 1}


def _likeness(sort: tuple[str, ...], one: str, two: str) -> float:
    """Of what two common nouns mean; half for names and identifiers, of which nobody knows."""
    if sort[0] != "noun":
        return 0.5
    if sort[1] == "ru":
        a, b = (vectors.russian(each.replace("ё", "е")) for each in (one, two))
        return -1.0 if a is None or b is None else float(a @ b)
    a, b = vectors.clauses([one, two])
    return float(a @ b)


def _exchanged(text: str, one: Thing, two: Thing) -> Turn | None:
    one, two = sorted((one, two), key=lambda thing: thing.start)
    if BESIDE.fullmatch(text[one.end : two.start]):
        return None
    old = text[one.start : one.end], text[two.start : two.end]
    new = old[1], old[0]
    if one.parse is not None and two.parse is not None:
        forms = [
            b.inflect({str(a.tag.case), str(a.tag.number)}) for a, b in ((one.parse, two.parse), (two.parse, one.parse))
        ]
        if None in forms:
            return None
        new = forms[0].word, forms[1].word
    told = [_as(o, n) for o, n in zip(old, new, strict=True)]
    return Turn(((one.start, one.end, told[0]), (two.start, two.end, told[1])))


def _as(old: str, new: str) -> str:
    """With a capital where the old word had one."""
    return new[0].upper() + new[1:] if old[0].isupper() else new


def _opposites(first: str, second: str, dice: random.Random) -> Iterator[tuple[str, Turn, Turn]]:
    mine, theirs = _words(first), _words(second)
    found = [(FAMILIES[number].kind, mine[number], theirs[number]) for number in mine.keys() & theirs.keys()]
    verbs, others = _verbs(first), _verbs(second)
    found += [
        ("negation_flip", verbs[key][1], others[key][1])
        for key in verbs.keys() & others.keys()
        if verbs[key][0] == others[key][0]
    ]
    dice.shuffle(found)
    yield from found[:TURNS]


def _words(text: str) -> dict[int, Turn]:
    """Of each family that stands in the text once, its word's turn."""
    found = dict[int, list[Turn]]()
    for match in WORD.finditer(text):
        word = match.group().lower()
        for number, family in enumerate(FAMILIES):
            new = family.words.get(word)
            new = new or next((b + word[len(a) :] for a, b in family.beginnings if word.startswith(a)), None)
            if new:
                amount = word == "до" and re.match(r"\s*[\d«\"]", text[match.end() :])  # up to so many, not before
                turns = found.setdefault(number, [])
                turns += [Turn(((*match.span(), _as(match.group(), new)),))] * (2 if amount else 1)
    return {number: turns[0] for number, turns in found.items() if len(turns) == 1}


def _verbs(text: str) -> dict[str, tuple[bool, Turn]]:
    """Russian verbs that stand once: whether each is denied, and the turn that denies it or takes that back."""
    found, count = dict[str, tuple[bool, Turn]](), Counter[str]()
    for match in WORD.finditer(text):
        word = match.group()
        if not CYRILLIC.search(word):
            continue
        parse = analyzer().parse(word)[0]
        key, tag = str(parse.normal_form), parse.tag
        if tag.POS != "VERB" or "impr" in tag or not parse.is_known or parse.score <= 0.4 or key in ("быть", "мочь"):
            continue
        count[key] += 1
        denied = re.search(r"\b[Нн]е\s+$", text[: match.start()])
        start = denied.start() if denied else match.start()
        new = word if denied else f"не {word.lower()}"
        found[key] = bool(denied), Turn(((start, match.end(), _as(text[start], new)),))
    return {key: turn for key, turn in found.items() if count[key] == 1}


def _families() -> Iterator[Family]:
    for kind, told in OPPOSITES.items():
        for family in told.split(";"):
            words, beginnings = dict[str, str](), list[tuple[str, str]]()
            for one, two in (pair.split("/") for pair in family.split()):
                if one.endswith("-"):
                    beginnings += [(one[:-1], two[:-1]), (two[:-1], one[:-1])]
                else:
                    words.setdefault(one, two)
                    words.setdefault(two, one)
            yield Family(kind, words, tuple(beginnings))


FAMILIES = tuple(_families())
