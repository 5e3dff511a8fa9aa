"""Resident adapters: switching is exact, and what is written obeys the draft."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from style_adapter.model.adapter import CONFIG, MANIFEST, WEIGHTS, _sha256
from style_adapter.model.base import locate
from style_adapter.model.copying import locked_spans
from style_adapter.model.decode import Ask, Decoder
from style_adapter.model.engine import Engine, Wording
from tests.adapter.conftest import World

DRAFT = "Для узла требуется не менее 4 ГБ оперативной памяти [1]."


@pytest.fixture
def engine(world: World) -> Engine:
    made = Engine(locate(str(world.base)), threads=1)
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


def test_switching_is_bit_equal_to_a_fresh_load(engine: Engine, other: Path, world: World):
    text = "сколько памяти"
    bare = Engine(locate(str(world.base)), threads=1).logits(None, text)
    before = engine.logits("tiny", text)
    engine.add("other", other)
    turned = engine.logits("other", text)
    assert (engine.logits("tiny", text) == before).all()
    assert (engine.logits(None, text) == bare).all()
    assert not (turned == before).all()
    assert not (before == bare).all()
    fresh = Engine(locate(str(world.base)), threads=1)
    fresh.add("tiny", world.adapter)
    assert (fresh.logits("tiny", text) == before).all()
    engine.remove("other")
    assert (engine.logits("tiny", text) == before).all()
    engine.remove("tiny")
    assert (engine.logits(None, text) == bare).all()


def test_whatever_is_written_keeps_the_locked_strings(engine: Engine):
    wanted = [Wording("сколько", DRAFT, (0.0, 1.0, 1.0)), Wording("а", "Порог 70 % и `x` [1].", (0.0, 1.5))]
    for wording, texts in zip(wanted, engine.write("tiny", wanted, seed=3), strict=True):
        for text in texts:
            assert all(span in text for span in locked_spans(wording.draft, "ru"))


def test_blocks_change_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    """Several tokens a pass give what one token a pass gives."""
    wanted = [Wording("сколько", DRAFT, (0.0, 0.0)), Wording("а когда", "Логи хранятся 90 дней [1].", (0.0,))]
    fast = engine.write("tiny", wanted)
    monkeypatch.setattr("style_adapter.model.decode.BLOCK", 1)
    assert engine.write("tiny", wanted) == fast


def test_the_first_choice_is_that_of_the_plain_model(engine: Engine):
    """Greedy, over free tokens: the same as transformers' own forward pass with the other tokens struck out."""
    import torch

    engine.use("tiny")
    decoder = engine.decoder("ru")
    ask = engine._ask(Wording("привет", "", (0.0,)), decoder.vocabulary)
    written = Decoder(engine.model, decoder.vocabulary).run([Ask(ask.prompt, ask.source, (0.0,), 6)])[0][0]
    tokens = list(ask.prompt)
    expected = []
    with torch.inference_mode():
        for _ in range(6):
            logits = engine.model(input_ids=torch.tensor([tokens])).logits[0, -1].float()
            free = torch.tensor(decoder.vocabulary.ids)
            token = int(free[logits[free].argmax()])
            expected.append(token)
            tokens.append(token)
    assert written in ([], expected[: len(written)])  # a text that does not end in time is thrown away


def test_a_cut_text_is_not_offered(engine: Engine):
    assert all(texts == [] or texts[0] for texts in engine.write("tiny", [Wording("привет", DRAFT, (0.0,))]))
