"""The hand-written edits: every line can be applied, every slip changes its text."""

from __future__ import annotations

from collections import Counter

from evals.guard.edits import Edit, applied, lines, pairs
from style_adapter.guard.segments import CITATION


def test_every_edit_stands_once_in_its_text() -> None:
    for ident, line in lines():
        marks = set(CITATION.findall(line["draft"]))
        assert marks, ident
        for told in line["faithful"]:
            assert set(CITATION.findall(told["text"])) == marks, ident
            for edit in [*(("", *same) for same in told["same"]), *told["slips"]]:
                assert told["text"].count(edit[1]) == 1, (ident, edit)
                assert edit[1] != edit[2], (ident, edit)


def test_pairs_hold_each_kind_and_both_labels() -> None:
    found = pairs()
    kinds = Counter(pair.kind for pair in found)
    assert len(kinds) == 17
    assert min(kinds.values()) >= 60
    assert kinds[""] == 2 * sum(1 for _ in lines())
    assert all(pair.draft != pair.styled for pair in found)
    assert len({pair.styled for pair in found if pair.kind}) > 0.99 * sum(bool(pair.kind) for pair in found)


def test_of_two_edits_that_overlap_one_is_applied() -> None:
    text = "Логи лежат тридцать дней [1]."
    assert applied(text, [Edit("лежат", "хранятся"), Edit("тридцать дней", "30 дней")]) == "Логи хранятся 30 дней [1]."
    assert applied(text, [Edit("лежат тридцать", "x"), Edit("тридцать дней", "y")]) == "Логи x дней [1]."
