"""The workshop's functions as a command line would call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import UsageError
from style_adapter import workshop
from style_adapter.dataset import read, write
from tests.persona.bibles import GRANDMA
from tests.persona.test_dataset import guard, restyle


@pytest.fixture
def personas(tmp_path: Path) -> Path:
    folder = tmp_path / "grandma"
    folder.mkdir()
    (folder / "bible.yaml").write_text(GRANDMA, "utf-8")
    write(
        folder / "restyles.jsonl",
        [restyle(f"Ну пей ты {n}-й отвар, милок.", id=f"r{n}", domain=f"d{n % 7}") for n in range(20)],
    )
    return tmp_path


def test_list_show_lint(personas: Path) -> None:
    (personas / "broken").mkdir()
    (personas / "broken" / "bible.yaml").write_text("id: [", "utf-8")
    rows = workshop.persona_list(personas)
    assert [(row["id"], bool(row.get("error"))) for row in rows] == [("broken", True), ("grandma", False)]
    assert workshop.persona_show(personas, "grandma")["items"]["restyle"] == 20
    assert workshop.persona_lint(personas, "broken")["ok"] is False
    with pytest.raises(UsageError):
        workshop.persona_lint(personas, "nobody")


def test_new_is_valid_and_never_overwrites(personas: Path) -> None:
    made = workshop.persona_new(personas, "kot", "Кот", "ru")
    assert made["missing"]
    assert workshop.persona_show(personas, "kot")["bible"]["name"] == "Кот"
    with pytest.raises(UsageError, match="exists already"):
        workshop.persona_new(personas, "kot", "Кот")
    with pytest.raises(UsageError):
        workshop.persona_new(personas, "../kot", "Кот")


def test_score_and_batch_have_the_contracts_shape(personas: Path) -> None:
    one = workshop.persona_score(personas, "grandma", "Пейте отвар.")
    assert set(one) == {"score", "violations"}
    assert set(one["violations"][0]) == {"rule", "where", "message"}
    rows = [{"id": "1", "text": "Ох, милок, пей ты отвар."}, {"id": "2"}, {"id": "3", "text": "Пейте.", "turn": None}]
    found = list(workshop.persona_score_batch(personas, "grandma", rows))
    assert [row["id"] for row in found] == ["1", "2", "3"]
    assert found[0]["score"] == 1
    assert "error" in found[1]
    assert json.dumps(found)


def test_dataset_functions(personas: Path) -> None:
    report = workshop.dataset_check(personas, "grandma", guard)
    assert json.dumps(report, ensure_ascii=False)
    assert report["kept"] + len({why["id"] for why in report["rejected"]}) == 20
    assert "checked without an embedder" in report["notes"]
    assert workshop.dataset_split(personas, "grandma") == {"train": 16, "validation": 4, "trap": 0}
    items, bad = read(personas / "grandma" / "restyles.jsonl")
    assert (len(items), bad) == (20, [])
    assert workshop.dataset_stats(personas, "grandma")["splits"] == {"train": 16, "validation": 4}
    with (personas / "grandma" / "restyles.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n")
    assert workshop.dataset_check(personas, "grandma")["ok"] is False
    with pytest.raises(UsageError, match="broken lines"):
        workshop.dataset_split(personas, "grandma")
