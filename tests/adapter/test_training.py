"""The loop on a tiny model: it learns, is cut off and goes on, keeps what it had when the disk is full."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import UnavailableError, UsageError
from style_adapter.model.adapter import WEIGHTS, read_manifest
from style_adapter.train.body import Body
from style_adapter.train.data import steps
from style_adapter.train.loop import LOG
from style_adapter.train.loss import Head, batch_loss
from style_adapter.train.settings import settings_for
from tests.adapter.conftest import World
from tests.adapter.tiny import make_base
from tests.adapter.training import make_run, train_tiny


def test_loss_of_supervised_tokens_is_that_of_transformers(world: World, tmp_path: Path):
    """Value and gradient, with the layers below kept and without, against labels and autograd over all logits."""
    run = make_run(world.base, world.personas, tmp_path, own_weight=1.0)
    row = run.data.train[0]
    name, weight = next((n, p) for n, p in run.parameters.items() if "lora_B" in n)
    labels = torch.tensor([[t if learned else -100 for t, learned in zip(row.ids, row.learned, strict=True)]])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = run.model(input_ids=torch.tensor([list(row.ids)]), labels=labels)
    out.loss.backward()
    expected, slope = float(out.loss.detach()), weight.grad.clone()
    count = sum(row.learned)
    for body in (Body(run.model), run.body):
        weight.grad = None
        total, learned = batch_loss(body, Head(run.model), [row], backward=1 / count)
        assert learned == count
        assert total / count == pytest.approx(expected, rel=0.02)
        assert torch.nn.functional.cosine_similarity(weight.grad.flatten(), slope.flatten(), dim=0) > 0.98, name


def test_padding_changes_nothing(world: World, tmp_path: Path):
    run = make_run(world.base, world.personas, tmp_path)
    rows = sorted(run.data.train, key=lambda row: len(row.ids))
    pair = [rows[0], rows[-1]]
    apart = [batch_loss(run.body, run.head, [row]) for row in pair]
    together = batch_loss(run.body, run.head, pair)
    assert together[1] == sum(count for _, count in apart)
    assert together[0] == pytest.approx(sum(total for total, _ in apart), rel=0.02)


def test_it_learns_and_leaves_its_traces(world: World):
    lines = [json.loads(line) for line in (world.run / LOG).read_text("utf-8").splitlines()]
    assert [line["epoch"] for line in lines] == [1]
    assert {"validation_loss", "leak", "persona", "facts", "lifted", "samples"} <= set(lines[0])
    assert (world.run / "before-1" / "state.safetensors").is_file()
    assert not list(world.run.rglob("*.pt")) + list(world.run.rglob("*.bin")) + list(world.run.rglob("*.pkl"))
    assert read_manifest(world.adapter).epoch == 1


def test_more_epochs_lower_the_loss(world: World, tmp_path: Path):
    done = train_tiny(world.base, world.personas, tmp_path / "run", epochs=3, lr=5e-3)
    losses = [scores.train_loss for scores in done.history]
    assert losses[-1] < losses[0]
    assert done.why == "epochs"


@pytest.mark.parametrize("every", [1e9, 0.0])
def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: float
):
    monkeypatch.setattr("style_adapter.train.loop.SAVE_EVERY", every)
    whole = train_tiny(world.base, world.personas, tmp_path / "whole", epochs=2)

    class Cut(Exception):
        pass

    def cut(text: str) -> None:
        if text.startswith("epoch 2, step"):
            raise Cut

    run = make_run(world.base, world.personas, tmp_path / "cut", say=cut, epochs=2)
    with pytest.raises(Cut):
        run()
    said: list[str] = []
    again = make_run(world.base, world.personas, tmp_path / "cut", say=said.append, epochs=2)()
    assert any("epoch 2" in text for text in said)
    assert [s.validation_loss for s in again.history] == [s.validation_loss for s in whole.history]
    assert _weights(tmp_path / "cut" / "epoch-2") == _weights(tmp_path / "whole" / "epoch-2")


def _weights(folder: Path) -> bytes:
    return (folder / WEIGHTS).read_bytes()


def test_another_run_in_the_folder_is_refused(world: World, tmp_path: Path):
    train_tiny(world.base, world.personas, tmp_path, epochs=1)
    with pytest.raises(UsageError, match="other data or settings"):
        train_tiny(world.base, world.personas, tmp_path, epochs=1, seed=99)


def test_a_broken_backup_is_skipped_for_the_one_before(world: World, tmp_path: Path):
    train_tiny(world.base, world.personas, tmp_path, epochs=2)
    path = tmp_path / "before-2" / "state.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    said: list[str] = []
    done = make_run(world.base, world.personas, tmp_path, say=said.append, epochs=2)()
    assert any("can't be used" in text for text in said)
    assert [scores.epoch for scores in done.history] == [1, 2]


def test_a_full_disk_loses_nothing(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run = make_run(world.base, world.personas, tmp_path, epochs=2)
    real = os.replace

    def full(source: Any, goal: Any) -> None:
        if Path(goal).name == "before-2":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, goal)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UnavailableError, match="No space left") as found:
        run()
    assert "goes on from the last backup" in found.value.hint
    monkeypatch.undo()
    assert read_manifest(tmp_path / "epoch-1").epoch == 1
    assert make_run(world.base, world.personas, tmp_path, epochs=2)().kept is not None


def test_a_leak_stops_at_once_and_rolls_back(world: World, tmp_path: Path):
    done = train_tiny(world.base, world.personas, tmp_path, epochs=3, leak_limit=-1.0)
    assert done.why == "leak"
    assert len(done.history) == 1
    assert done.folder is None


def test_steps_hold_every_row_once(world: World, tmp_path: Path):
    run = make_run(world.base, world.personas, tmp_path)
    seen = [row.id for step in steps(run.data.train, 4, 5) for rows in step for row in rows]
    assert sorted(seen) == sorted(row.id for row in run.data.train)


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("broken roles", '{"id":"x","messages":[{"role":"assistant","content":"а"}]}', "broken roles"),
        ("not JSON", "{", "broken lines"),
        (
            "too few",
            '{"id":"x","messages":[{"role":"user","content":"а"},{"role":"assistant","content":"б"}]}',
            "too few",
        ),
    ],
)
def test_bad_data_is_refused_with_a_cure(world: World, tmp_path: Path, name: str, lines: str, said: str):
    home = tmp_path / "tiny"
    home.mkdir()
    (home / "bible.yaml").write_text((world.personas / "tiny" / "bible.yaml").read_text("utf-8"), "utf-8")
    (home / "dialogues.jsonl").write_text(lines + "\n", "utf-8")
    with pytest.raises(UsageError, match=said) as found:
        make_run(world.base, tmp_path, tmp_path / "run")
    assert found.value.hint


@pytest.mark.parametrize("wanted", [{"rank": 0}, {"lr": 1.0}, {"epochs": 0}, {"epochs": 30}, {"batch": 0}])
def test_settings_that_can_not_work_are_refused(wanted: dict[str, Any]):
    with pytest.raises(UsageError):
        settings_for("cpu", **wanted)


def test_qlora_on_four_bits(world: World, tmp_path: Path):
    """The path of bigger bases on a GPU, on a CPU: nf4 with double quantisation, bf16 compute."""
    pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed")
    base = make_base(tmp_path / "wide", width=128)
    done = train_tiny(base, world.personas, tmp_path / "run", epochs=1, four_bit=True, upper=1.0, shortlist=False)
    assert done.folder is not None
    assert done.history[0].train_loss > 0
    assert read_manifest(done.folder).layers == ()
