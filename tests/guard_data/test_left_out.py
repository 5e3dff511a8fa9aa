"""What code leaves out of a draft and of its restyle, or joins to them: either alone is wrong, both together are faithful."""

from __future__ import annotations

import random

import pytest

from evals.guard.left_out import groups
from evals.readers.examples import KINDS

CUT = (
    "Агент `yunga` собирает журналы контейнеров пода и отправляет их на сервер через шину [1].",
    "Собирает агент журналы контейнеров пода, милые; на сервер отправляет шина [1].",
)


def test_a_clause_is_cut_out_of_both() -> None:
    found = list(groups(*CUT, random.Random(1)))
    assert {group.kinds for group in found} == {("dropped_claim",)}
    told = {(group.pairs[2].first, group.pairs[1].second) for group in found}
    assert (
        "Агент `yunga` собирает журналы контейнеров пода.",
        "Собирает агент журналы контейнеров пода, милые.",
    ) in told
    for group in found:
        same, restyle, mirror, both = group.pairs
        assert (KINDS[restyle.kind], KINDS[mirror.kind], same.kind, both.kind) == ("dropped_claim", "added_claim", 0, 0)
        assert restyle.spans is None
        ((start, end),) = mirror.spans or ()
        assert mirror.second[start:end] not in restyle.second
        assert (both.first, both.second) == (mirror.first, restyle.second)


def test_a_condition_is_one() -> None:
    draft = "Чарт перезаписывается в репозитории, если включён режим полной замены [1]."
    styled = "Коли режим полной замены включён, чарт в репозитории, братцы, перезаписывается [1]."
    assert {group.kinds for group in groups(draft, styled, random.Random(1))} >= {("condition_dropped",)}


def test_two_claims_are_joined_in_both() -> None:
    (group,) = groups(
        "Хук короткий [1]. Релиз длинный [2].", "Ох, длинен релиз [2]! Хук короток [1].", random.Random(2)
    )
    same, restyle, mirror, both = group.pairs
    assert (KINDS[restyle.kind], KINDS[mirror.kind], same.kind, both.kind) == ("added_claim", "dropped_claim", 0, 0)
    ((start, end),) = restyle.spans or ()
    assert {same.second, restyle.second[start:end]} == {"Ох, длинен релиз!", "Хук короток."}
    assert set(mirror.first.split()) == set("Хук короткий. Релиз длинный.".split())
    assert (both.first, both.second) == (mirror.first, restyle.second)


@pytest.mark.parametrize(
    ("draft", "styled"),
    [
        ("Хук короткий [1].", "Хук, братцы, короток [1]."),
        ("Хук короткий, релиз тоже [1].", "Короток хук, короток и релиз [1]."),
        ("", "😀"),
    ],
)
def test_nothing_is_cut_where_no_clause_has_words_of_its_own(draft: str, styled: str) -> None:
    assert list(groups(draft, styled, random.Random(1))) == []
