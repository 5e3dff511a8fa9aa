"""Bases of any architecture by transformers, their adapters by PEFT: as training runs them, and for serving whatever has no
forward pass of ours."""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import install
from core.errors import UnavailableError
from style_adapter.model.adapter import AGAIN, WEIGHTS, Manifest
from style_adapter.model.base import Base, compute_type, hush
from style_adapter.model.extra import require
from style_adapter.model.transformer import RowCache, Seen, Transformer

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


def load(base: Base, *, four_bit: bool = False) -> PreTrainedModel:
    """The weights in memory, frozen: bf16, their layers wider where `compute_type` says so; `four_bit` is nf4 with double
    quantisation (bitsandbytes, for QLoRA)."""
    require()
    import torch
    import transformers

    hush()
    extra: dict[str, Any] = {}
    if four_bit:
        if importlib.util.find_spec("bitsandbytes") is None:
            raise UnavailableError("QLoRA needs bitsandbytes.", install.package("bitsandbytes"))
        quantise: Any = transformers.BitsAndBytesConfig
        extra["quantization_config"] = quantise(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    try:
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(
            base.path, dtype=torch.bfloat16, use_safetensors=True, local_files_only=True, **extra
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise UnavailableError(
            f"The base model in {base.path} can't be read: {str(error)[:200]}",
            "Delete that folder: it is made again at the next start.",
        ) from None
    if torch.cuda.is_available() and not four_bit:
        model.to("cuda")
    elif not four_bit and compute_type() == torch.float32:
        _widen(model)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.eval()  # type: ignore[no-any-return]


def _widen(model: Any) -> None:
    """Layers in fp32; the vocabulary, two thirds of a small model's weights, stays bf16: rows of it are looked up or picked, and
    what comes of them is cast."""
    import torch

    ends = (model.get_input_embeddings(), model.get_output_embeddings())
    for part in model.model.children():
        if part not in ends:
            part.to(torch.float32)
    for weight in {id(end.weight): end.weight for end in ends}.values():  # mostly one and the same
        weight.data = weight.data.clone()  # a copy lets go of the file, whose other pages would stay in memory
    ends[0].register_forward_hook(lambda module, given, out: out.float())
    ends[1].register_forward_pre_hook(lambda module, given: (given[0].to(module.weight.dtype), *given[1:]))


def new(
    model: Any,
    name: str,
    rank: int,
    alpha: int,
    targets: Sequence[str],
    dropout: float = 0.0,
    layers: Sequence[int] = (),
) -> Any:
    """A PEFT model with a fresh adapter, fp32, to be trained; `layers` empty = all."""
    require()
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=dropout,
        target_modules=list(targets),
        layers_to_transform=list(layers) or None,
        bias="none",
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by an old name
        return get_peft_model(model, config, adapter_name=name)


def attach(model: Any, name: str, folder: Path, manifest: Manifest) -> Any:
    """The model with the adapter of a folder beside whatever it had. Missing or unknown tensors are an error, not a
    warning. Returns the PEFT model."""
    require()
    from peft import LoraConfig, PeftModel, set_peft_model_state_dict
    from safetensors.torch import load_file

    tensors = {key: value.to(compute_type()) for key, value in load_file(folder / WEIGHTS).items()}
    config = LoraConfig(
        r=manifest.rank,
        lora_alpha=manifest.alpha,
        target_modules=list(manifest.targets),
        layers_to_transform=list(manifest.layers) or None,
        bias="none",
        task_type="CAUSAL_LM",
        inference_mode=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        if isinstance(model, PeftModel):
            model.add_adapter(name, config)
        else:
            model = PeftModel(model, config, adapter_name=name, autocast_adapter_dtype=False)
    found: Any = set_peft_model_state_dict(model, tensors, adapter_name=name)
    wanted = {key for key, _ in model.named_parameters() if f".{name}." in key}
    missing = [key for key in found.missing_keys if f".{name}." in key]
    if found.unexpected_keys or missing or not wanted:
        raise UnavailableError(
            f"The adapter in {folder} does not fit the base: {len(missing)} tensors missing, "
            f"{len(found.unexpected_keys)} unknown.",
            AGAIN.format(persona=manifest.persona),
        )
    for key, parameter in model.named_parameters():
        if f".{name}." in key:
            parameter.data = parameter.data.to(compute_type())
            parameter.requires_grad_(False)
    return model.eval()


@contextmanager
def only_layers(body: Any, first: int, last: int | None) -> Iterator[None]:
    """For a moment the transformers model `body` (without its output layer) has only these layers, and its final norm only where
    `last` is None: what the layers below an adapter make never depends on it. Not thread-safe."""
    import torch

    config, layers, norm = body.config, body.layers, body.norm
    kinds, count = getattr(config, "layer_types", None), config.num_hidden_layers
    try:
        body.layers = torch.nn.ModuleList(list(layers)[first:last])
        config.num_hidden_layers = len(body.layers)
        if kinds:
            config.layer_types = list(kinds)[first:last]
        if last is not None:
            body.norm = torch.nn.Identity()
        yield
    finally:
        body.layers, body.norm, config.num_hidden_layers = layers, norm, count
        if kinds:
            config.layer_types = kinds


class Library(Transformer):
    """A model of transformers, or a PEFT model with whatever adapter is active in it."""

    def __init__(self, model: Any) -> None:
        self._model, self._names = model, set[str]()
        inner = self._inner
        self.head = inner.get_output_embeddings().weight.detach()
        self.cap = getattr(inner.config, "final_logit_softcapping", None)
        self.window = getattr(inner.config, "sliding_window", None) or 1 << 30
        self._kinds = set(getattr(inner.config, "layer_types", None) or ())
        asked = inspect.signature(inner.model.forward).parameters
        self._cache = "cache" if "cache" in asked else "past_key_values"  # another name since 5.24

    @property
    def _inner(self) -> Any:
        """The model without the wrapper of its adapters."""
        return self._model.get_base_model() if hasattr(self._model, "get_base_model") else self._model

    def add(self, name: str, folder: Path, manifest: Manifest) -> None:
        self._model = attach(self._model, name, folder, manifest)
        self._names.add(name)

    def remove(self, name: str) -> None:
        if len(self._names) > 1:
            self._model.delete_adapter(name)
        else:
            self._model = self._model.unload()
        self._names.discard(name)

    def use(self, name: str | None) -> None:
        if name is not None:
            self._model.base_model.enable_adapter_layers()
            self._model.set_adapter(name, inference_mode=True)
        elif self._names:
            self._model.base_model.disable_adapter_layers()

    def states(
        self, given: torch.Tensor, positions: torch.Tensor, seen: Seen, cache: RowCache | None = None, first: int = 0,
        last: int | None = None,
    ) -> torch.Tensor:  # fmt: skip
        masks: Any = {"full_attention": seen.full[:, None], "sliding_attention": seen.near[:, None]}
        what = {
            "inputs_embeds" if given.is_floating_point() else "input_ids": given,
            "attention_mask": masks if self._kinds > {"full_attention"} else masks["full_attention"],
            "position_ids": positions,
            "use_cache": cache is not None,
            **({} if cache is None else {self._cache: cache}),
        }
        body = self._inner.model
        with only_layers(body, first, last):
            return body(**what).last_hidden_state  # type: ignore[no-any-return]
