"""The shipped sets pass the check that they are sold with: bible, guard, duplicates, habits, splits, mix."""

from __future__ import annotations

from pathlib import Path

import pytest

from style_adapter.bible import load
from style_adapter.dataset import check, read_all
from style_adapter.guard import Guard

PERSONAS = Path(__file__).parents[2] / "personas"


@pytest.mark.slow
@pytest.mark.parametrize(("id", "dialogues", "restyles", "traps"), [("alex", 300, 500, 60), ("engineer", 60, 150, 20)])
def test_shipped_sets_pass(id: str, dialogues: int, restyles: int, traps: int) -> None:
    items, bad = read_all(PERSONAS / id)
    assert bad == []
    report = check(load(PERSONAS, id), items, Guard().check)
    assert report.rejected == ()
    assert report.findings == ()
    assert report.stats.items["dialogue"] >= dialogues
    assert report.stats.items["restyle"] >= restyles
    assert report.stats.splits["trap"] >= traps
