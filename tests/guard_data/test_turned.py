"""What code turns in a draft and in its restyle: each alone is wrong, both together are faithful."""

from __future__ import annotations

import random

import pytest

from evals.guard.turned import groups
from evals.readers.examples import KINDS


def turned(draft: str, styled: str) -> list[tuple[str, str, str]]:
    """Kind, turned draft and turned restyle."""
    found = []
    for seed in range(60):  # some kinds are kept only sometimes
        for group in groups(draft, styled, random.Random(seed)):
            same, restyle, mirror, both = group.pairs
            assert (same.kind, both.kind) == (0, 0)
            assert restyle.kind == mirror.kind == KINDS.index(group.kinds[0])
            assert (both.first, both.second) == (mirror.first, restyle.second)
            assert len(restyle.spans) == len(mirror.spans) > 0
            found.append((group.kinds[0], mirror.first, restyle.second))
    return found


@pytest.mark.parametrize(
    ("draft", "styled", "wanted"),
    [
        pytest.param(
            "Химик Шубин нашёл минерал, геолог Копьёв его назвал [1].", "Нашёл Шубин, а имя дал Копьёв [1]!",
            ("role_swap", "Химик Копьёв нашёл минерал, геолог Шубин его назвал.", "Нашёл Копьёв, а имя дал Шубин!"), id="names",
        ),
        pytest.param(
            "Флаг `--force` важнее переменной `MODE` [1].", "Братцы, `MODE` бита: `--force` старше [1].",
            ("role_swap", "Флаг `MODE` важнее переменной `--force`.", "Братцы, `--force` бита: `MODE` старше."), id="identifiers",
        ),
        pytest.param(
            "Хук запускается раньше установки [1].", "Сначала хук, дорогие мои, он раньше [1].",
            ("comparison_flipped", "Хук запускается позже установки.", "Сначала хук, дорогие мои, он позже."), id="opposites",
        ),
        pytest.param(
            "Сервер не хранит пароли [1].", "Пароли, мил человек, сервер не хранит [1].",
            ("negation_flip", "Сервер хранит пароли.", "Пароли, мил человек, сервер хранит."), id="a denied verb",
        ),
        pytest.param(
            "Пароли лежат на сервере [1]. На диске журнал [2].", "Журнал, голубчик, на диске [2]. А на сервере пароли [1]!",
            ("entity_swap", "Пароли лежат на диске.", "А на диске пароли!"), id="a thing of another claim",
        ),
    ],
)  # fmt: skip
def test_what_both_texts_say_is_turned_in_both(draft: str, styled: str, wanted: tuple[str, str, str]) -> None:
    assert wanted in turned(draft, styled)


@pytest.mark.parametrize(
    ("draft", "styled"),
    [
        ("В списке поды и сервисы [1].", "Поды и сервисы в списке [1]."),
        ("Граница идёт между `a.yaml` и полем `b.yaml` [1].", "Между полем `b.yaml` и `a.yaml` граница [1]."),
        ("Диск до 5 ГБ [1].", "До 5 ГБ диск [1]."),
        ("", "😀"),
    ],
)
def test_what_makes_no_difference_is_left(draft: str, styled: str) -> None:
    assert turned(draft, styled) == []
