"""Adapters as GGUF: names and numbers; and, slowly, that llama.cpp says with one what PEFT says with it."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import UsageError
from style_adapter.model import llamacpp
from style_adapter.model.adapter import ALL_LINEAR, Manifest, save
from style_adapter.model.library import load, new
from tests.adapter.tiny import make_base
from tests.conftest import ROOT
from tests.loopback.llamacpp import llama_server

pytest.importorskip("torch")
gguf: Any = pytest.importorskip("gguf")
RANK, ALPHA = 4, 12


def random_adapter(folder: Path, base: Any, model: Any, strength: float = 0.02) -> Path:
    """An adapter of random numbers over a model, saved as a trained one is. It is taken off again."""
    import torch

    torch.manual_seed(3)
    peft = new(model, "random", RANK, ALPHA, ALL_LINEAR)
    for name, parameter in peft.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=strength)
    made = Manifest("tiny", 1, base.name, base.hash, "t", "d", 0, 1, RANK, ALPHA, ALL_LINEAR, (), "", {})
    save(peft, "random", folder, made)
    peft.unload()
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from style_adapter.model.base import locate

    place = tmp_path_factory.mktemp("gguf")
    base = locate(str(make_base(place / "base")))
    return random_adapter(place / "adapter", base, load(base))


def test_an_adapter_as_gguf(tiny: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    made = llamacpp.export(tiny, tmp_path / "out" / "tiny.gguf")
    reader = gguf.GGUFReader(made.adapter)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    assert fields["general.architecture"] == "gemma3"
    assert (fields["general.type"], fields["adapter.type"], fields["adapter.lora.alpha"]) == ("adapter", "lora", ALPHA)
    tensors = {tensor.name: tensor.data for tensor in reader.tensors}
    assert len(tensors) == made.tensors == 4 * len(ALL_LINEAR) * 2
    state = load_file(tiny / "adapter_model.safetensors")
    for ours, theirs in (("attn_q", "self_attn.q_proj"), ("ffn_down", "mlp.down_proj")):
        for half in "AB":
            held = tensors[f"blk.2.{ours}.weight.lora_{half.lower()}"]
            kept = state[f"base_model.model.model.layers.2.{theirs}.lora_{half}.weight"].float().numpy()
            assert held.shape == kept.shape
            assert (held == kept).all()
    text = Path(made.modelfile).read_text("utf-8")
    assert "ADAPTER ./tiny.gguf" in text
    assert made.base == ""
    assert "FROM ./BASE.gguf" in text


def test_another_base_is_refused_with_the_known_ones(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        llamacpp.export(tiny, tmp_path / "x.gguf", "mamba")
    assert "gemma3_text" in raised.value.hint
    assert not list(tmp_path.iterdir())
    assert llamacpp.model_type("") == "gemma3_text"
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen3"}))
    assert llamacpp.model_type(str(tmp_path)) == "qwen3"


# With llama.cpp itself

PROMPTS = (
    "Для узла требуется не менее",
    "Логи хранятся девяносто дней, а резервные копии",
    "The boiler must rest for ten minutes before",
    "В инструкции сказано: перед выкаткой",
)
TOKENS = 24


def said(server: Any, prompt: list[int]) -> tuple[list[int], list[float]]:
    """Greedy tokens after the prompt, with their log-probabilities, by llama.cpp."""
    wanted = {"prompt": prompt, "n_predict": TOKENS, "temperature": 0.0, "n_probs": 1, "cache_prompt": False,
              "ignore_eos": True}  # fmt: skip
    rows = server.handle_completions(wanted)["choices"][0]["logprobs"]["content"]
    return [row["id"] for row in rows], [row["logprob"] for row in rows]


def thought(model: Any, prompt: list[int], tokens: list[int]) -> tuple[list[int], list[float]]:
    """What PEFT would have said at each place, and the log-probability it gives to what was said."""
    import torch

    with torch.inference_mode():
        ids = torch.tensor([[*prompt, *tokens]])
        chances = model(ids).logits[0, len(prompt) - 1 : -1].float().log_softmax(-1)
    given = chances.gather(-1, torch.tensor(tokens)[:, None])[:, 0]
    return chances.argmax(-1).tolist(), given.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("which", ["random", "alex"])
def test_llama_cpp_says_with_an_adapter_what_peft_says(which: str, tmp_path: Path) -> None:
    """The base is quantised to 4 bits there and de-quantised here, so near ties may fall otherwise; the same comparison without
    the adapter shows how often."""
    from style_adapter.model.adapter import read_manifest
    from style_adapter.model.base import PACKAGE, locate
    from style_adapter.model.library import attach
    from style_adapter.model.template import Codec

    base = locate()
    folder = tmp_path / "adapter"
    if which == "random":
        random_adapter(folder, base, load(base), 0.05)
    elif not (folder := ROOT / "personas" / which / "adapter").is_dir():
        pytest.skip(f"{which} has no adapter")
    made = llamacpp.export(folder, tmp_path / "out" / "adapter.gguf")
    whole = tmp_path / "out" / made.base if made.base else tmp_path / "base.gguf"
    importlib.import_module(PACKAGE).assemble(whole)
    codec = Codec(base.path)
    prompts = [[2, *codec.tokenizer.encode(text)] for text in PROMPTS]
    found: dict[str, tuple[float, float, list[list[int]]]] = {}
    for arm, adapter in (("with", Path(made.adapter)), ("without", None)):
        model = load(base).float()
        if adapter:
            model = attach(model, "a", folder, read_manifest(folder)).float()
        with llama_server(whole, adapter) as server:
            spoken = [said(server, prompt) for prompt in prompts]
        pairs = [
            (tokens, chances, *thought(model, prompt, tokens))
            for prompt, (tokens, chances) in zip(prompts, spoken, strict=True)
        ]
        same = [a == b for tokens, _, best, _ in pairs for a, b in zip(tokens, best, strict=True)]
        apart = [abs(a - b) for _, ours, _, theirs in pairs for a, b in zip(ours, theirs, strict=True)]
        found[arm] = (sum(same) / len(same), sum(apart) / len(apart), [tokens for tokens, _ in spoken])
    (same_with, apart_with, ours), (same_without, apart_without, plain) = found["with"], found["without"]
    changed = sum(a != b for one, other in zip(ours, plain, strict=True) for a, b in zip(one, other, strict=True))
    print(
        f"{which}: {same_with:.1%} of {len(PROMPTS) * TOKENS} greedy tokens equal with the adapter ({same_without:.1%} without), "
        f"log-probabilities apart {apart_with:.3f} (without {apart_without:.3f}); the adapter changed {changed} tokens"
    )
    assert changed > TOKENS, "an adapter that changes nothing proves nothing"
    assert same_with >= same_without - 0.1
    assert same_with >= 0.85
    assert apart_with < 0.25
