"""Gemma 3's forward pass over a folder of safetensors, with LoRA adapters added at run time: for a base of 270 million weights
the imports of transformers and PEFT take longer than everything else. Loads torch: import it inside functions."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn.functional import embedding, gelu, linear, rms_norm, scaled_dot_product_attention

from core.errors import UnavailableError
from style_adapter.model.adapter import AGAIN, WEIGHTS, Manifest
from style_adapter.model.base import compute_type
from style_adapter.model.transformer import RowCache, Seen, Transformer

SLIDING, FULL = "sliding_attention", "full_attention"
MATRICES = {
    **{name: f"self_attn.{name}" for name in ("q_proj", "k_proj", "v_proj", "o_proj")},
    **{name: f"mlp.{name}" for name in ("gate_proj", "up_proj", "down_proj")},
}
NORMS = ("input_layernorm", "self_attn.q_norm", "self_attn.k_norm", "post_attention_layernorm",
         "pre_feedforward_layernorm", "post_feedforward_layernorm")  # fmt: skip
EXPECTED = {"model_type": "gemma3_text", "hidden_activation": "gelu_pytorch_tanh"}
ABSENT = ("attention_bias", "attn_logit_softcapping", "use_bidirectional_attention", "quantization_config")

Pairs = dict[tuple[int, str], tuple[torch.Tensor, torch.Tensor]]  # A (rank, inputs) and scaled B (outputs, rank)


@dataclass(frozen=True, slots=True)
class Shape:
    """What config.json says. `kinds` and `thetas`: attention of each layer, rotary base of each kind."""

    width: int
    heads: int
    key_heads: int
    dimension: int
    kinds: tuple[str, ...]
    thetas: dict[str, float]
    window: int
    scale: float
    epsilon: float
    cap: float | None


def shape_of(folder: Path) -> Shape | None:
    """None where this module doesn't know the architecture. Raises UnavailableError where config.json can't be read."""
    try:
        plain = json.loads((folder / "config.json").read_text("utf-8"))
        if any(plain.get(key) != value for key, value in EXPECTED.items()) or any(plain.get(key) for key in ABSENT):
            return None
        ropes = plain.get("rope_parameters") or {}
        if set(plain.get("layer_types") or ()) - ropes.keys() or {r.get("rope_type") for r in ropes.values()} != {
            "default"
        }:
            return None
        heads = int(plain["num_attention_heads"])
        return Shape(
            width=plain["hidden_size"],
            heads=heads,
            key_heads=plain["num_key_value_heads"],
            dimension=plain["head_dim"],
            kinds=tuple(plain["layer_types"]),
            thetas={kind: float(rope["rope_theta"]) for kind, rope in ropes.items()},
            window=plain["sliding_window"],
            scale=float(plain["query_pre_attn_scalar"]) ** -0.5,
            epsilon=float(plain["rms_norm_eps"]),
            cap=plain.get("final_logit_softcapping"),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnavailableError(
            f"{folder / 'config.json'} can't be read: {error}",
            "Delete that folder if we made it, or fetch the model anew.",
        ) from None


class Gemma(Transformer):
    """Layers as wide as this machine computes with; the vocabulary, two thirds of the weights, stays bf16: rows of it are looked
    up or picked, and what comes of them is cast. Raises UnavailableError where the weights can't be read."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        self.shape, self.cap, self.window = shape, shape.cap, shape.window
        self._kind = compute_type()
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        try:
            tensors = _tensors(folder, self._kind, device)
            self._embedding = tensors["model.embed_tokens.weight"]
            self.head = tensors.get("lm_head.weight", self._embedding)
            self._norm = 1 + tensors["model.norm.weight"].float()
            layers = range(len(shape.kinds))
            self._weights = {
                (at, name): tensors[f"model.layers.{at}.{path}.weight"]
                for at in layers
                for name, path in MATRICES.items()
            }
            self._norms = [
                {name: 1 + tensors[f"model.layers.{at}.{name}.weight"].float() for name in NORMS} for at in layers
            ]
        except Exception as error:  # a cut file raises the library's own kinds
            raise UnavailableError(
                f"The base model in {folder} can't be read: {str(error)[:200]}",
                "Delete that folder if we made it (it is made again at the next start), or fetch the model anew.",
            ) from None
        self._scale = torch.tensor(math.sqrt(shape.width), dtype=self._embedding.dtype, device=device)
        half = torch.arange(0, shape.dimension, 2, dtype=torch.float, device=device) / shape.dimension
        self._frequencies = {kind: 1.0 / theta**half for kind, theta in shape.thetas.items()}
        self._adapters: dict[str, Pairs] = {}
        self._active: Pairs = {}

    def add(self, name: str, folder: Path, manifest: Manifest) -> None:
        self._adapters[name] = self._pairs(folder, manifest)

    def remove(self, name: str) -> None:
        del self._adapters[name]

    def use(self, name: str | None) -> None:
        self._active = {} if name is None else self._adapters[name]

    def _pairs(self, folder: Path, manifest: Manifest) -> Pairs:
        tensors, found = load_file(folder / WEIGHTS), Pairs()
        missing = 0
        for at in manifest.layers or range(len(self.shape.kinds)):
            for target in manifest.targets:
                key = f"base_model.model.model.layers.{at}.{MATRICES.get(target, target)}.lora_"
                down, up = tensors.pop(f"{key}A.weight", None), tensors.pop(f"{key}B.weight", None)
                weight = self._weights.get((at, target))
                if down is None or up is None or weight is None or (*up.shape, *down.shape) != (
                    len(weight), manifest.rank, manifest.rank, weight.shape[1],
                ):  # fmt: skip
                    missing += 1
                    continue
                up = up.float() * (manifest.alpha / manifest.rank)
                found[at, target] = (down.to(self.head.device, self._kind), up.to(self.head.device, self._kind))
        if missing or tensors or not found:
            raise UnavailableError(
                f"The adapter in {folder} does not fit the base: {missing} pairs missing or of another shape, "
                f"{len(tensors)} tensors unknown.",
                AGAIN.format(persona=manifest.persona),
            )
        return found

    def states(
        self, given: torch.Tensor, positions: torch.Tensor, seen: Seen, cache: RowCache | None = None, first: int = 0,
        last: int | None = None,
    ) -> torch.Tensor:  # fmt: skip
        if given.is_floating_point():
            states = given.to(self._kind)
        else:
            states = (embedding(given, self._embedding) * self._scale).to(self._kind)
        masks = {FULL: seen.full[:, None], SLIDING: seen.near[:, None]}
        turns = {kind: self._turn(positions, kind) for kind in self._frequencies}
        for at, kind in list(enumerate(self.shape.kinds))[first:last]:
            norms = self._norms[at]
            told = self._attention(at, self._normed(states, norms["input_layernorm"]), turns[kind], masks[kind], cache)
            states = states + self._normed(told, norms["post_attention_layernorm"])
            told = self._mlp(at, self._normed(states, norms["pre_feedforward_layernorm"]))
            states = states + self._normed(told, norms["post_feedforward_layernorm"])
        return states if last is not None else self._normed(states, self._norm)

    def _linear(self, at: int, name: str, states: torch.Tensor) -> torch.Tensor:
        out = linear(states, self._weights[at, name])
        pair = self._active.get((at, name))
        return out if pair is None else out + linear(linear(states, pair[0]), pair[1])

    def _normed(self, states: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return rms_norm(states.float(), weight.shape, weight, self.shape.epsilon).to(states.dtype)

    def _attention(
        self, at: int, states: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor], mask: torch.Tensor,
        cache: RowCache | None,
    ) -> torch.Tensor:  # fmt: skip
        def headed(name: str) -> torch.Tensor:
            return self._linear(at, name, states).view(*states.shape[:-1], -1, self.shape.dimension).transpose(1, 2)

        norms = self._norms[at]
        queries = _turned(self._normed(headed("q_proj"), norms["self_attn.q_norm"]), turn)
        keys = _turned(self._normed(headed("k_proj"), norms["self_attn.k_norm"]), turn)
        values = headed("v_proj")
        if cache is not None:
            keys, values = cache.update(keys, values, at)
        told = scaled_dot_product_attention(
            queries,
            keys,
            values,
            attn_mask=mask,
            scale=self.shape.scale,
            enable_gqa=self.shape.heads > self.shape.key_heads,
        )
        return self._linear(at, "o_proj", told.transpose(1, 2).flatten(2))

    def _mlp(self, at: int, states: torch.Tensor) -> torch.Tensor:
        gate = gelu(self._linear(at, "gate_proj", states), approximate="tanh")
        return self._linear(at, "down_proj", gate * self._linear(at, "up_proj", states))

    def _turn(self, positions: torch.Tensor, kind: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosine and sine (rows, 1, tokens, dimension) of the rotary embedding."""
        angles = positions[:, None, :, None].float() * self._frequencies[kind]
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos().to(self._kind), angles.sin().to(self._kind)


def _turned(states: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    one, other = states.chunk(2, dim=-1)
    return states * turn[0] + torch.cat((-other, one), dim=-1) * turn[1]


def _tensors(folder: Path, kind: torch.dtype, device: torch.device) -> dict[str, torch.Tensor]:
    """All weights in our own memory: nothing points into the file, whose pages would stay."""
    ends = ("model.embed_tokens.weight", "lm_head.weight")
    return {
        key: tensor.to(device, torch.bfloat16 if key in ends else kind, copy=True)
        for path in sorted(folder.glob("*.safetensors"))
        for key, tensor in load_file(path).items()
    }
