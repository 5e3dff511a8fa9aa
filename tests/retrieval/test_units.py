"""What the units of a passage are taken for."""

from __future__ import annotations

import pytest

from retrieval.units import shape


def kinds(*units: str) -> tuple[list[bool], list[bool]]:
    """(row, leans) of each unit."""
    text, spans = "\n".join(units), list[tuple[int, int]]()
    for unit in units:
        start = spans[-1][1] + 1 if spans else 0
        spans.append((start, start + len(unit)))
    found = shape(text, spans)
    return found.row, found.leans


def test_a_row_of_a_table_is_one_as_the_parsers_give_it() -> None:
    rows, _ = kinds(
        "Вид: приложения; В Loki: 30 дней; Всего: 180 дней", "| Вид | Всего |", "Разбор пишут:", "Срок: 30 дней."
    )
    assert rows == [True, True, False, False]


@pytest.mark.parametrize(
    ("unit", "leans"),
    [
        ("Журнал таких запросов хранится 3 года.", True),
        ("Они хранятся 3 года.", True),
        ("Заявки этого отдела ждут день.", True),
        ("Журнал запросов хранится 3 года.", False),
        ("Отпуск — 28 календарных дней в год.", False),
    ],
)
def test_a_unit_that_points_back_leans_on_the_one_before(unit: str, leans: bool) -> None:
    assert kinds(unit)[1] == [leans]
