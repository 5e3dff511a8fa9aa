"""Our own forward pass against transformers and PEFT."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.errors import UnavailableError
from style_adapter.model.adapter import ALL_LINEAR, Manifest, read_manifest
from style_adapter.model.adapter import save as save_adapter
from style_adapter.model.base import Base, locate
from style_adapter.model.engine import open_model
from style_adapter.model.gemma import Gemma, shape_of
from style_adapter.model.library import Library, load, new
from style_adapter.model.template import Codec
from style_adapter.model.transformer import RowCache, Transformer
from tests.adapter.conftest import World, unpacked

ROOT = Path(__file__).parents[2]
TEXT = "Для узла требуется не менее 4 ГБ оперативной памяти. The valve stays shut until the gauge reads zero. "
CLOSE = {torch.float32: 1e-5, torch.bfloat16: 0.05}  # the low-rank product is scaled before it is rounded, not after


@pytest.fixture(scope="module")
def folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random adapter of the upper two layers, made and saved by PEFT, loud enough to be seen."""
    base = locate(str(world.base))
    made = new(load(base), "loud", 4, 6, ALL_LINEAR, layers=(2, 3))
    torch.manual_seed(3)
    for name, parameter in made.named_parameters():
        if ".loud." in name:
            parameter.data.normal_(0, 0.1)
    manifest = Manifest("loud", 1, base.name, base.hash, "", "", 1, 1, 4, 6, ALL_LINEAR, (2, 3), "", {})
    place = tmp_path_factory.mktemp("loud") / "adapter"
    save_adapter(made, "loud", place, manifest)
    return place


@pytest.fixture(params=["fp32", "bf16"])
def pair(
    world: World, folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> list[Transformer]:
    """Ours and transformers', on a machine that computes so, with the adapter resident and active."""
    kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[request.param]
    for module in ("gemma", "library"):
        monkeypatch.setattr(f"style_adapter.model.{module}.compute_type", lambda: kind)
    base = locate(str(world.base))
    both = [open_model(base), Library(load(base))]
    assert isinstance(both[0], Gemma)
    for model in both:
        model.add("loud", folder, read_manifest(folder))
        model.use("loud")
    return both


@pytest.fixture(scope="module")
def ids(world: World) -> list[int]:
    """Longer than the window of the tiny base, three times."""
    found = Codec(world.base).encode(TEXT * 4)
    assert len(found) > 48
    return found


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """The greatest difference, as a part of the greatest value."""
    return float((one - other).abs().max() / other.abs().max())


def close(one: torch.Tensor, other: torch.Tensor) -> bool:
    return apart(one, other) < CLOSE[one.dtype]


def test_states_and_logits_are_those_of_transformers(pair: list[Transformer], ids: list[int]):
    said = {}
    for name in ("loud", None):
        for model in pair:
            model.use(name)
        with torch.inference_mode():
            states = [model.text(ids) for model in pair]
            assert close(*states)
            logits = [model.logits(found) for model, found in zip(pair, states, strict=True)]
            assert apart(*logits) < 0.05  # by an output layer in bf16
        said[name] = states[0]
    assert apart(said["loud"], said[None]) > 0.05


def test_its_parts_make_the_whole(pair: list[Transformer], ids: list[int]):
    """Layers below the adapter, then those above over what they made."""
    seen, depths = torch.ones(len(ids), len(ids), dtype=torch.bool).tril(), torch.arange(len(ids))
    for model in pair:
        with torch.inference_mode():
            below = model.tree(torch.tensor(ids), seen, depths, last=2)
            whole = model.tree(torch.tensor(ids), seen, depths, below, first=2)
            assert (whole == model.text(ids)).all()
            model.use(None)
            assert (model.tree(torch.tensor(ids), seen, depths, last=2) == below).all()


def test_blocks_of_rows_that_differ_in_length(pair: list[Transformer], ids: list[int]):
    """Keys and values kept from pass to pass give what one pass gives."""
    lengths, width = torch.tensor([len(ids) - 6, 20]), len(ids) - 6
    for model in pair:
        cache = RowCache(2, len(ids))
        with torch.inference_mode():
            rows = torch.tensor([ids[:width], [*ids[:20], *[0] * (width - 20)]])
            model.block(cache, rows, torch.zeros(2, dtype=torch.long))
            follows = torch.tensor([ids[at : at + 6] for at in lengths.tolist()])
            found = model.block(cache, follows, lengths)
            for row, at in enumerate(lengths.tolist()):
                assert close(found[row], model.text(ids[: at + 6])[at:])


def test_an_adapter_that_does_not_fit_is_refused(world: World, folder: Path):
    model, manifest = open_model(locate(str(world.base))), read_manifest(folder)
    for wrong in ({"rank": 5}, {"layers": (1, 2)}, {"layers": (2,)}, {"layers": (3, 4)}, {"targets": ALL_LINEAR[:3]},
                  {"targets": (*ALL_LINEAR, "x")}):  # fmt: skip
        with pytest.raises(UnavailableError, match="does not fit") as found:
            model.add("loud", folder, replace(manifest, **wrong))
        assert "persona train" in found.value.hint


def test_other_architectures_are_left_to_transformers(world: World, tmp_path: Path):
    plain = json.loads((world.base / "config.json").read_text("utf-8"))
    for change in ({"model_type": "qwen3"}, {"attn_logit_softcapping": 30.0}, {"hidden_activation": "silu"}):
        (tmp_path / "config.json").write_text(json.dumps({**plain, **change}), "utf-8")
        assert shape_of(tmp_path) is None
    plain["rope_parameters"]["full_attention"]["rope_type"] = "linear"
    (tmp_path / "config.json").write_text(json.dumps(plain), "utf-8")
    assert shape_of(tmp_path) is None


def test_a_base_that_can_not_be_read_says_so(world: World, tmp_path: Path):
    (tmp_path / "config.json").write_text("[]", "utf-8")
    with pytest.raises(UnavailableError, match="config"):
        shape_of(tmp_path)
    (tmp_path / "config.json").write_bytes((world.base / "config.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes((world.base / "model.safetensors").read_bytes()[:-9])
    with pytest.raises(UnavailableError, match="can't be read"):
        open_model(Base("x", tmp_path, ""))


@pytest.fixture
def packaged() -> Base:
    unpacked()
    return locate()


def test_a_served_persona_needs_neither_transformers_nor_peft(packaged: Base):
    code = f"""
import sys
from pathlib import Path
from style_adapter.model.base import locate
from style_adapter.model.engine import Engine, Wording
from style_adapter.model.prefer import Spot
engine = Engine(locate(), threads=1)
engine.add("alex", Path({str(ROOT / "personas/alex/adapter")!r}))
assert engine.prefer("alex", [("сколько", "Нужно 4 ГБ.", [Spot(0, 5, ("Требуется",))])], "ru")
assert engine.write("alex", [Wording("сколько", "Нужно 4 ГБ [1].")])
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & {{"transformers", "peft", "accelerate", "tokenizers"}}))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.slow
def test_the_real_base_says_what_transformers_says(packaged: Base):
    both = [open_model(packaged), Library(load(packaged))]
    codec = Codec(packaged.path)
    ids = codec.encode((ROOT / "README.md").read_text("utf-8"))[:800]
    assert len(ids) > both[0].window
    for name in (None, "alex", "engineer"):
        for model in both:
            if name:
                model.add(
                    name, ROOT / "personas" / name / "adapter", read_manifest(ROOT / "personas" / name / "adapter")
                )
            model.use(name)
        with torch.inference_mode():
            ours, theirs = (model.text(ids) for model in both)
            assert close(ours, theirs)
            assert apart(both[0].logits(ours[-50:]), both[1].logits(theirs[-50:])) < 0.01
