"""Resident adapters: switching is exact, and what is written obeys the draft."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from style_adapter.model.adapter import CONFIG, MANIFEST, WEIGHTS, _sha256
from style_adapter.model.base import locate
from style_adapter.model.copying import locked_spans
from style_adapter.model.decode import PLAIN, Manner, _Run
from style_adapter.model.engine import Engine, Wording
from style_adapter.model.library import Library, load
from tests.adapter.conftest import World

WARM = Manner(1.2)
DRAFT = "Для узла требуется не менее 4 ГБ оперативной памяти [1]."


@pytest.fixture(params=["own", "library"])
def engine(world: World, request: pytest.FixtureRequest) -> Engine:
    """On our own forward pass, and on the one of bases that have none."""
    base = locate(str(world.base))
    made = Engine(base, Library(load(base)) if request.param == "library" else None, threads=1)
    made.add("tiny", world.adapter)
    return made


@pytest.fixture
def other(world: World, tmp_path: Path) -> Path:
    """The same adapter with its weights turned round: another voice."""
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(world.adapter, tmp_path / "other"))
    save_file({key: -value for key, value in load_file(folder / WEIGHTS).items()}, folder / WEIGHTS)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["files"] = {name: _sha256(folder / name) for name in (WEIGHTS, CONFIG)}
    # one matrix of each pair turned would change the voice, both turned would not: so the B matrices are kept
    tensors = load_file(world.adapter / WEIGHTS)
    save_file({k: -v if "lora_A" in k else v for k, v in tensors.items()}, folder / WEIGHTS)
    manifest["files"][WEIGHTS] = _sha256(folder / WEIGHTS)
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    return folder


def fresh(engine: Engine) -> Engine:
    return Engine(engine.base, Library(load(engine.base)) if isinstance(engine.model, Library) else None, threads=1)


def test_switching_is_bit_equal_to_a_fresh_load(engine: Engine, other: Path, world: World):
    text = "сколько памяти"
    bare = fresh(engine).logits(None, text)
    before = engine.logits("tiny", text)
    engine.add("other", other)
    turned = engine.logits("other", text)
    assert (engine.logits("tiny", text) == before).all()
    assert (engine.logits(None, text) == bare).all()
    assert not (turned == before).all()
    assert not (before == bare).all()
    again = fresh(engine)
    again.add("tiny", world.adapter)
    assert (again.logits("tiny", text) == before).all()
    engine.remove("other")
    assert (engine.logits("tiny", text) == before).all()
    engine.remove("tiny")
    assert (engine.logits(None, text) == bare).all()


def test_whatever_is_written_keeps_the_locked_strings(engine: Engine):
    wanted = [
        Wording("сколько", DRAFT, (PLAIN[0], WARM, WARM)),
        Wording("а", "Порог 70 % и `x` [1].", (PLAIN[0], WARM)),
    ]
    for wording, texts in zip(wanted, engine.write("tiny", wanted, seed=3), strict=True):
        for text in texts:
            assert all(span in text for span in locked_spans(wording.draft, "ru"))


def written(engine: Engine, wanted: list[Wording]) -> list[list[int]]:
    """Tokens of every row, ended or not."""
    engine.use("tiny")
    decoder = engine.decoder("ru")
    run = _Run(decoder, [engine._ask(wording, decoder.vocabulary) for wording in wanted], 0)
    with torch.inference_mode():
        run.texts()
    return [walk.tokens for walk in run.walks]


def test_blocks_change_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    """Several tokens a pass give what one token a pass gives."""
    wanted = [Wording("сколько", DRAFT), Wording("а когда", "Логи хранятся 90 дней [1].")]
    fast = written(engine, wanted)
    monkeypatch.setattr("style_adapter.model.decode.BLOCK", 1)
    slow = written(engine, wanted)
    for one, other in zip(fast, slow, strict=True):
        size = min(len(one), len(other))
        assert size > 10
        assert one[:size] == other[:size]


def test_rows_do_not_disturb_each_other(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("style_adapter.model.decode.BLOCK", 1)  # else passes differ in width, and bf16 sums with them
    alone = written(engine, [Wording("сколько", DRAFT)])
    together = written(engine, [Wording("а когда", "Логи хранятся 90 дней [1]."), Wording("сколько", DRAFT)])
    assert together[1] == alone[0]


def test_greedy_choices_are_those_of_the_plain_model(engine: Engine):
    """Token by token the same as one pass over the whole text with the other tokens struck out."""
    said = written(engine, [Wording("привет", "")])[0][:12]
    decoder = engine.decoder("ru")
    tokens = list(engine._ask(Wording("привет", ""), decoder.vocabulary).prompt)
    free = torch.tensor(decoder.vocabulary.ids)
    with torch.inference_mode():
        for token in said:
            logits = engine.model.logits(engine.model.text(tokens)[-1])
            assert logits[token] >= logits[free].max() - 0.02  # bf16: another order of sums
            tokens.append(token)


def test_a_cut_text_is_not_offered(engine: Engine):
    assert all(texts == [] or texts[0] for texts in engine.write("tiny", [Wording("привет", DRAFT)]))
