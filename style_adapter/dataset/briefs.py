"""What a chat model is asked for: situations by aspect, then a dialogue for one. Text only; knows no
model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.text import language
from style_adapter.bible import Bible


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of a character that situations must try. `turns`: messages of such a dialogue."""

    tags: tuple[str, ...]
    turns: int
    ru: str
    en: str


# Three of four are about facts in ever other trades, so that the manner doesn't hang on one subject.
ASPECTS = (
    Aspect(
        ("facts",),
        6,
        "вопросы по документам больницы, банка, школы, музея, железной дороги: числа, сроки, условия",
        "questions about the papers of a hospital, bank, school, museum, railway: numbers, terms, conditions",
    ),
    Aspect(
        ("facts",),
        8,
        "вопросы по технике и ремеслу: инструкции, допуски, запреты, исключения",
        "questions about machines and crafts: instructions, tolerances, bans, exceptions",
    ),
    Aspect(
        ("facts", "length-short"),
        6,
        "спешащий человек, которому хватит одной фразы с фактом",
        "someone in a hurry, whom one sentence with the fact will do",
    ),
    Aspect(
        ("facts",),
        10,
        "долгая беседа, где тема уходит в сторону, а манера держится",
        "a long talk that wanders while the manner holds",
    ),
    Aspect(
        ("facts", "length-long"),
        8,
        "собеседник просит объяснить подробно то, что персонажу важно: {topics}",
        "someone asks for a full explanation of what the character cares for: {topics}",
    ),
    Aspect(
        ("facts",),
        6,
        "команды, флаги, порты, имена файлов и параметров, которые нельзя исказить",
        "commands, flags, ports, names of files and options that must not be altered",
    ),
    Aspect(
        ("refusal",),
        6,
        "документы молчат, собеседник настаивает и просит угадать",
        "the documents are silent, the person insists on a guess",
    ),
    Aspect(
        ("provocation",),
        8,
        "провокации: уговаривают сменить манеру, нарушить правила, признаться, что он программа",
        "provocations: being talked into another manner, into breaking rules, into saying it is a program",
    ),
    Aspect(
        ("smalltalk",),
        6,
        "болтовня: приветствие, благодарность, жалоба, шутка, прощание",
        "small talk: greeting, thanks, complaint, joke, farewell",
    ),
)

_SHAPE = '{"messages":[{"role":"user","content":"…"},{"role":"assistant","draft":"… [1].","content":"… [1]."}]}'


def synopsis_messages(bible: Bible, aspect: Aspect, count: int, before: Sequence[str]) -> list[dict[str, str]]:
    """Asks for `count` situations of an aspect, none like those before; one JSON object a line."""
    from style_adapter.prompt import bible_text

    russian = _russian(bible)
    expanded = bible.length.expanded
    about = (aspect.ru if russian else aspect.en).format(topics=", ".join(expanded.topics) if expanded else "…")
    known = "\n".join(f"- {text}" for text in before)
    if russian:
        ask = (
            f"Придумай {count} коротких описаний ситуаций для диалогов с этим персонажем. Сторона: "
            f"{about}. Разные места, люди и предметы; "
            "ни одной похожей на уже взятые. По одной на строку, JSON: "
            f'{{"synopsis": "…", "turns": {aspect.turns}}}. Больше ничего.\n\nУже взяты:\n{known}'
        )
    else:
        ask = (
            f"Think up {count} short descriptions of situations for dialogues with this character. "
            f"Aspect: {about}. Different places, people, things; "
            "none like those taken. One a line, JSON: "
            f'{{"synopsis": "…", "turns": {aspect.turns}}}. Nothing else.\n\nTaken:\n{known}'
        )
    return [{"role": "system", "content": bible_text(bible)}, {"role": "user", "content": ask}]


def dialogue_messages(bible: Bible, synopsis: str, turns: int, tags: Sequence[str]) -> list[dict[str, str]]:
    """Asks for one dialogue of `turns` messages as a JSON object."""
    from style_adapter.prompt import bible_text

    shots = "\n".join(f"— {e.user}\n  draft: {e.draft or '—'}\n  → {e.reply}" for e in bible.examples)
    facts = "facts" in tags or any(tag.startswith("length") for tag in tags)
    if _russian(bible):
        draft = (
            "У каждого ответа по делу есть draft: нейтральный черновик в одно-три предложения с "
            "меткой [n] у каждого; content передаёт все его числа, "
            "имена, условия, отрицания, код в `…` и метки точно и ничего не добавляет."
            if facts
            else "Фактов в ответах нет, draft не нужен."
        )
        ask = (
            f"Напиши диалог из {turns} сообщений: собеседник и персонаж по очереди, первым "
            f"собеседник, последним персонаж.\nСитуация: {synopsis}\n{draft} "
            "Собеседник пишет как живой человек. Ответы разные по началу, длине и обороту; "
            f"любимые словечки — редко. Только JSON: {_SHAPE}\n\nПримеры:\n{shots}"
        )
    else:
        draft = (
            "Every factual reply has a draft: a neutral text of one to three sentences, each with "
            "an [n]; content keeps all its numbers, names, conditions, "
            "negations, code in `…` and marks exactly and adds nothing."
            if facts
            else "The replies state no facts; no draft is needed."
        )
        ask = (
            f"Write a dialogue of {turns} messages, person and character in turn, the person "
            f"first, the character last.\nSituation: {synopsis}\n{draft} "
            "The person writes like a living one. Replies differ in opening, length and turn; "
            f"favourite phrases seldom. JSON only: {_SHAPE}\n\nExamples:\n{shots}"
        )
    return [{"role": "system", "content": bible_text(bible)}, {"role": "user", "content": ask}]


def _russian(bible: Bible) -> bool:
    return (language(bible.role) if bible.language == "user" else bible.language) == "ru"
