"""A persona's LoRA adapter on the disk: safetensors and a manifest that says what it fits. Refuses everything else with the
cure. Knows no persona's manner."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import UnavailableError

MANIFEST = "manifest.json"
WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")
FORMAT = 1
AGAIN = "Train it anew: expertbot persona train {persona}."
ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
MLP_ONLY = ("gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an adapter was made from and what it fits. `files`: sha256 by name."""

    persona: str
    bible_version: int
    base: str
    base_hash: str
    template_hash: str
    data_hash: str
    seed: int
    epoch: int
    rank: int
    alpha: int
    targets: tuple[str, ...]
    layers: tuple[int, ...]  # those adapted; empty = all
    trained_at: str
    libraries: Mapping[str, str]
    metrics: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


def save(model: Any, name: str, folder: Path, manifest: Manifest) -> Manifest:
    """The adapter `name` of a PEFT model as bf16 safetensors with its manifest; the folder appears whole or not at all.
    Raises UnavailableError where the disk is full."""
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    state = get_peft_model_state_dict(model, adapter_name=name)
    tensors = {key: value.detach().to("cpu", torch.bfloat16).contiguous() for key, value in state.items()}
    beside = folder.with_name(folder.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        save_file(tensors, beside / WEIGHTS)
        (beside / CONFIG).write_text(json.dumps(_config(manifest), indent=1, sort_keys=True) + "\n", "utf-8")
        files = {item: _sha256(beside / item) for item in (WEIGHTS, CONFIG)}
        whole = Manifest(**{**{key: getattr(manifest, key) for key in manifest.__slots__}, "files": files})
        (beside / MANIFEST).write_text(json.dumps(asdict(whole), ensure_ascii=False, indent=1) + "\n", "utf-8")
        old = folder.with_name(folder.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            os.replace(folder, old)
        os.replace(beside, folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise UnavailableError(
            f"The adapter can't be saved in {folder.parent}: {error.strerror or error}.",
            "Free some space and run the same command: training goes on from its last backup.",
        ) from None
    return whole


def _config(manifest: Manifest) -> dict[str, Any]:
    """What PEFT and vLLM read."""
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": manifest.base,
        "r": manifest.rank,
        "lora_alpha": manifest.alpha,
        "lora_dropout": 0.0,
        "target_modules": list(manifest.targets),
        "layers_to_transform": list(manifest.layers) or None,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "init_lora_weights": True,
    }


def read_manifest(folder: Path) -> Manifest:
    """The manifest, checked against the files beside it. Raises UnavailableError that says what is wrong and what helps."""
    pickles = sorted(item.name for item in folder.glob("*") if item.suffix in PICKLES)
    if pickles:
        raise UnavailableError(
            f"{folder} holds {', '.join(pickles)}: pickle files can run code and are refused.",
            "Keep safetensors only; convert the adapter where you trust it, or train it anew.",
        )
    try:
        plain = json.loads((folder / MANIFEST).read_text("utf-8"))
        manifest = Manifest(**{**plain, "targets": tuple(plain["targets"]), "layers": tuple(plain["layers"])})
    except FileNotFoundError:
        raise UnavailableError(
            f"{folder} holds no adapter ({MANIFEST} is missing).", "Train one or copy the whole folder."
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnavailableError(
            f"{folder / MANIFEST} can't be read: {error}", "Copy the adapter's folder anew."
        ) from None
    again = AGAIN.format(persona=manifest.persona)
    if manifest.format != FORMAT:
        raise UnavailableError(f"The adapter in {folder} has format {manifest.format}, this is {FORMAT}.", again)
    for name, digest in manifest.files.items():
        path = folder / name
        if name != Path(name).name or not path.is_file():
            raise UnavailableError(f"The adapter in {folder} lacks {name}.", "Copy its folder anew, whole.")
        if _sha256(path) != digest:
            cut = " (it is cut off)" if name == WEIGHTS and _cut_off(path) else ""
            raise UnavailableError(
                f"{path} is not what its manifest says{cut}.",
                "Copy the adapter's folder anew, or " + again[0].lower() + again[1:],
            )
    if WEIGHTS not in manifest.files:
        raise UnavailableError(f"The manifest in {folder} names no {WEIGHTS}.", again)
    return manifest


def check_fit(manifest: Manifest, base_hash: str, template_hash: str) -> None:
    """Raises UnavailableError where the adapter was trained for another base or template."""
    again = AGAIN.format(persona=manifest.persona)
    if manifest.base_hash != base_hash:
        raise UnavailableError(
            f"The adapter of «{manifest.persona}» was trained on another base ({manifest.base}, {manifest.base_hash[:12]}; "
            f"here {base_hash[:12]}).",
            f"Set EXPERTBOT_PERSONA__BASE to that base, or train for this one: expertbot persona train {manifest.persona}.",
        )
    if manifest.template_hash != template_hash:
        raise UnavailableError(
            f"The adapter of «{manifest.persona}» was trained with another chat template.",
            f"{again} Or install the version of expertbot it came with.",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _cut_off(path: Path) -> bool:
    """A safetensors file says in its head how long it must be."""
    try:
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            head = json.loads(stream.read(length))
        ends = [value["data_offsets"][1] for key, value in head.items() if key != "__metadata__"]
        return bool(path.stat().st_size < 8 + length + max(ends, default=0))
    except (OSError, ValueError, KeyError, struct.error, MemoryError):
        return True
