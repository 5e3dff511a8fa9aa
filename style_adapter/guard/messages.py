# ruff: noqa: E501  (tables of words)
"""One sentence for a person per kind of slip, in the draft's language, fit to stand in a repair instruction."""

from __future__ import annotations

from functools import lru_cache

from core.nouns import Lang, Reason
from core.text import language
from style_adapter.guard import identifiers

Pair = tuple[str, str]

BOTH: dict[str, Pair] = {
    "number": ("Число изменено: в черновике «{d}», в пересказе «{s}»; верни «{d}».", "A number was changed: the draft says “{d}”, the restyled text “{s}”; restore “{d}”."),
    "unit": ("Единица измерения изменена: в черновике «{d}», в пересказе «{s}»; верни «{d}».", "A unit was changed: the draft says “{d}”, the restyled text “{s}”; restore “{d}”."),
    "date": ("Дата или срок изменены: в черновике «{d}», в пересказе «{s}»; верни «{d}».", "A date or time was changed: the draft says “{d}”, the restyled text “{s}”; restore “{d}”."),
    "identifier": ("Идентификатор изменён: в черновике «{d}», в пересказе «{s}»; перепиши его буква в букву.", "An identifier was changed: the draft says “{d}”, the restyled text “{s}”; copy it letter for letter."),
    "entity_swap": ("Подменено, о чём речь: в черновике «{d}», в пересказе «{s}»; верни «{d}».", "What it is about was replaced: the draft says “{d}”, the restyled text “{s}”; restore “{d}”."),
    "role_swap": ("Роли или свойства поменялись местами: в черновике «{d}», в пересказе «{s}».", "Roles or properties were swapped: the draft says “{d}”, the restyled text “{s}”."),
    "negation_flip": ("Отрицание перевёрнуто: в черновике «{d}», в пересказе «{s}».", "A negation was flipped: the draft says “{d}”, the restyled text “{s}”."),
    "condition_dropped": ("Потеряно условие или ограничение «{d}»; в пересказе «{s}».", "The condition or restriction “{d}” was lost; the restyled text says “{s}”."),
    "quantifier": ("Изменён охват: в черновике «{d}», в пересказе «{s}».", "The scope was changed: the draft says “{d}”, the restyled text “{s}”."),
    "modality": ("Изменена обязательность или уверенность: в черновике «{d}», в пересказе «{s}».", "Obligation or certainty was changed: the draft says “{d}”, the restyled text “{s}”."),
    "comparison_flipped": ("Сравнение перевёрнуто: в черновике «{d}», в пересказе «{s}».", "A comparison was flipped: the draft says “{d}”, the restyled text “{s}”."),
    "cause_effect_reversed": ("Причина и следствие поменялись местами: в черновике «{d}», в пересказе «{s}».", "Cause and effect were reversed: the draft says “{d}”, the restyled text “{s}”."),
    "citation": ("Ссылка на источник стоит не там: в черновике «{d}», в пересказе «{s}».", "A citation was moved: the draft says “{d}”, the restyled text “{s}”."),
}  # fmt: skip
LOST: dict[str, Pair] = {
    "citation": ("Пропала ссылка на источник у утверждения «{d}».", "The citation of “{d}” is missing."),
    "condition_dropped": (
        "Потеряно условие или ограничение: «{d}».",
        "The condition or restriction “{d}” was lost.",
    ),
    "quantifier": ("Потерян охват: «{d}».", "The scope “{d}” was lost."),
    "modality": (
        "Потеряна обязательность или уверенность: «{d}».",
        "The obligation or certainty “{d}” was lost.",
    ),
    "*": ("Потеряно из черновика: «{d}».", "Missing from the restyled text: “{d}”."),
}
ADDED: dict[str, Pair] = {
    "citation": ("Выдумана ссылка на источник {s}.", "The citation {s} is invented."),
    "autobiography": ("Персонаж выдаёт сведения за свой опыт: «{s}»; убери это.", "The persona claims this as its own experience: “{s}”; remove it."),
    "*": ("В черновике этого нет: «{s}»; убери это.", "The draft does not say “{s}”; remove it."),
}  # fmt: skip


def reason(kind: str, draft: str, styled: str, source: str) -> Reason:
    """A reason with its message; `source` is the draft, whose language the message takes."""
    draft, styled = draft.strip(" \n\t"), styled.strip(" \n\t")
    table = BOTH if draft and styled and kind in BOTH else LOST if draft and not styled else ADDED
    texts = table.get(kind) or table.get("*") or ADDED["*"]
    template = texts[0] if _language(source or styled) == "ru" else texts[1]
    return Reason(kind, draft, styled, template.format(d=_short(draft), s=_short(styled)))


@lru_cache(maxsize=64)
def _language(text: str) -> Lang:
    """Of its prose: commands and addresses have no language."""
    prose, at = list[str](), 0
    for each in identifiers.find(text):
        prose.append(text[at : each.start])
        at = each.end
    return language("".join(prose) + text[at:])


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 160 else text[:157].rstrip() + "…"
