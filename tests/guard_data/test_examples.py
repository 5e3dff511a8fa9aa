"""What the readers learn from: every span lies where the text differs, every pair has its label."""

from __future__ import annotations

import json
import random
from pathlib import Path

from evals.guard.edits import FOLDER
from evals.readers.examples import KINDS, Told, claims, concerned, differing, lines, made_of, of_line
from evals.readers.passages import written

PASSAGES = Path(__file__).parents[2] / "evals" / "readers" / "passages"


def test_where_a_slip_stands() -> None:
    told = Told(
        "Порт — 8080 [1]. Лог хранится 30 дней [2].",
        {
            "text": "Стучись в 8080 [1]. А лог, брат, живёт 30 дней [2].",
            "same": [["Стучись в", "Ломись на"], ["брат", "дружище мой"]],
            "slips": [["number", "30 дней", "90 дней"]],
        },
    )
    for seed in range(20):
        text, kind, spans, marks = told.slipped(random.Random(seed), 0, 0.5)
        assert KINDS[kind] == "number"
        assert [text[slice(*span)] for span in spans] == ["90 "]
        assert marks == ("2",)
    where = concerned(told.draft, KINDS.index("number"), marks)
    assert where == (claims(told.draft)["2"],)
    assert concerned(told.draft, KINDS.index("added_claim"), marks) is None


def test_words_that_are_gone_are_marked_at_what_follows() -> None:
    old, new = "кроме корня, всё удаляется", "всё удаляется"
    assert [new[slice(*span)].strip() for span in differing(old, new)] == ["всё"]


def test_every_line_gives_both_labels_and_spans_within_the_text() -> None:
    dice = random.Random(1)
    some = dice.sample(lines([FOLDER]), 40)
    for line in some:
        made = list(of_line(line, dice))
        labels = [example.label for example in made]
        assert 0.25 < labels.count(0) / len(labels) < 0.6
        for example in made:
            for text, spans in ((example.first, example.first_spans), (example.second, example.second_spans)):
                assert all(0 <= low < high <= len(text) for low, high in spans or ())


def test_slips_by_code_change_the_text() -> None:
    text = "Нельзя удалять все 30 файлов [1], кроме `a.b-c` [2]."
    kinds = {made[1] for seed in range(30) if (made := made_of(text, random.Random(seed))) and made[0] != text}
    assert len(kinds) >= 3
    assert made_of("Привет!", random.Random(1)) is None


def test_written_passages_hold_their_quotes() -> None:
    lines = [
        json.loads(line) for path in PASSAGES.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()
    ]
    told = {asked.get("quote") for line in lines for asked in line["questions"]}
    rows = list(written([PASSAGES]))
    assert sum(not row["rank"] for row in rows) == sum(len(line["questions"]) for line in lines) > 6000
    assert {row["rank"] for row in rows if row["label"]} == {0, 1}
    assert 0.35 < sum(row["label"] for row in rows) / len(rows) < 0.45
    for row in rows:
        assert bool(row["spans"]) == bool(row["label"])
        assert all(row["passage"][low:high] in told for low, high in row["spans"])


def test_no_page_stands_in_both_parts() -> None:
    rows = list(written([PASSAGES]))
    parts = {part: {row["passage"].split("\n")[0] for row in rows if row["part"] == part} for part in ("dev", "held")}
    assert len(parts["held"]) == 54
    assert not parts["dev"] & parts["held"]
