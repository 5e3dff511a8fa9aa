"""The commands as a person runs them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from style_adapter.model.adapter import WEIGHTS
from tests.adapter.conftest import World
from tests.conftest import Run, parsed


@pytest.fixture
def env(world: World) -> dict[str, str]:
    return {"EXPERTBOT_PERSONA__FOLDER": str(world.personas), "EXPERTBOT_PERSONA__BASE": str(world.base)}


def test_versions_activate_and_rollback(world: World, env: dict[str, str], expertbot: Run, tmp_path: Path):
    data = tmp_path / "data"
    shutil.copytree(world.adapter, data / "adapters" / "tiny" / "v1")
    shutil.copytree(world.adapter, data / "adapters" / "tiny" / "v2")
    assert parsed(expertbot("persona", "activate", "tiny", "v1", "--json", data_dir=data, **env)) == {
        "id": "tiny",
        "active": "v1",
    }
    expertbot("persona", "activate", "tiny", "v2", data_dir=data, **env)
    assert parsed(expertbot("persona", "rollback", "tiny", "--json", data_dir=data, **env))["active"] == "v1"
    rows = parsed(expertbot("persona", "versions", "tiny", "--json", data_dir=data, **env))
    assert [(row["name"], row["active"]) for row in rows] == [("v1", True), ("v2", False)]


def test_faults_are_a_sentence_and_a_cure(world: World, env: dict[str, str], expertbot: Run, tmp_path: Path):
    data = tmp_path / "data"
    done = expertbot("persona", "activate", "tiny", "v9", data_dir=data, **env)
    assert done.returncode == 2
    assert "v9" in done.stderr
    shutil.copytree(world.adapter, data / "adapters" / "tiny" / "v1")
    (data / "adapters" / "tiny" / "v1" / WEIGHTS).write_bytes(b"cut")
    done = expertbot("persona", "activate", "tiny", "v1", data_dir=data, **env)
    assert done.returncode == 5
    assert "cut off" in done.stderr
    done = expertbot("persona", "train", "tiny", "--lr", "7", data_dir=data, **env)
    assert done.returncode == 2
    assert "lr" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_mask_is_shown(env: dict[str, str], expertbot: Run):
    texts = parsed(expertbot("persona", "train", "tiny", "--show-mask", "--json", **env))
    assert len(texts) == 3
    assert all("⟦" in text and "<end_of_turn>⟧" in text for text in texts)


@pytest.mark.slow
def test_train_and_prove(env: dict[str, str], expertbot: Run, tmp_path: Path):
    data = tmp_path / "data"
    made = parsed(
        expertbot("persona", "train", "tiny", "--epochs", "1", "--batch", "4", "--json", data_dir=data, **env)
    )
    assert made["stopped"] in ("epochs", "leak")
    assert len(made["plots"]) == 4
    if made["version"]:
        report = parsed(
            expertbot("persona", "eval", "tiny", "--version", "v1", "--turns", "4", "--json", data_dir=data, **env)
        )
        assert set(report["arms"]) == {"B", "P", "A", "PA"}
        names = {gate["name"] for gate in report["gates"]}
        assert {
            "A1",
            "L1",
            "L2",
            "L3",
            "F2",
            "F3 styled",
            "F3 own",
            "S same",
            "S off",
            "S speed",
            "ready",
            "memory",
        } <= names
        gates = {gate["name"]: gate for gate in report["gates"]}
        assert gates["S same"]["passed"]
        assert gates["S off"]["passed"]
        assert report["decision"]["ship"] in ("A", "P")
