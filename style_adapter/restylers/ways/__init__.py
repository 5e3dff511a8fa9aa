"""Equal ways to say a sentence: places where other words say the same, and other orders of its clauses. Register is the
only difference between them, so which one is said is a matter of voice: the adapter chooses. Knows no persona, no model."""

from __future__ import annotations

from core.nouns import Lang
from style_adapter.restylers.ways import english, russian, russian_order, russian_rows
from style_adapter.restylers.ways.nouns import Place, said
from style_adapter.restylers.ways.russian_address import familiar
from style_adapter.restylers.ways.russian_rows import is_row

__all__ = ["Place", "familiar", "is_row", "orders", "places", "said"]


def orders(sentence: str, lang: Lang) -> list[str]:
    """Other orders of the clauses of a sentence, its words unchanged; none where it can't be told apart safely."""
    if is_row(sentence):
        return russian_rows.told(sentence) if lang == "ru" else []
    return russian_order.orders(sentence) if lang == "ru" else english.orders(sentence)


def places(sentence: str, lang: Lang) -> list[Place]:
    """Where other words say the same, in order, not overlapping. The labels of a table stay."""
    if is_row(sentence):
        return []
    return russian.places(sentence) if lang == "ru" else english.places(sentence)
