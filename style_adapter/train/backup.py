"""The state of a run before and within each epoch: adapter, optimiser, random numbers, as safetensors and JSON. Whole or not
there."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

from core.errors import UnavailableError, UsageError

STATE, NUMBERS = "state.safetensors", "state.json"


def write(folder: Path, parameters: dict[str, Any], optimizer: Any, plain: dict[str, Any]) -> None:
    """Raises UnavailableError where the disk is full; the backup before stays as it was."""
    import torch
    from safetensors.torch import save_file

    tensors = {f"weight/{name}": value.detach().cpu().contiguous().clone() for name, value in parameters.items()}
    for name, value in parameters.items():
        for key, item in optimizer.state.get(value, {}).items():
            tensors[f"{key}/{name}"] = torch.as_tensor(item).detach().cpu().clone()
    tensors["rng"] = torch.get_rng_state()
    beside = folder.with_name(folder.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        save_file(tensors, beside / STATE)
        (beside / NUMBERS).write_text(json.dumps({**plain, "random": random.getstate()}, ensure_ascii=False), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(beside, folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise UnavailableError(
            f"The backup in {folder.parent} can't be written: {error.strerror or error}.",
            "Free some space and run the same command: training goes on from the last backup.",
        ) from None


def read(folder: Path, parameters: dict[str, Any], optimizer: Any) -> dict[str, Any]:
    """Puts the state back; returns the plain values. Raises UsageError where the backup does not fit."""
    import torch
    from safetensors.torch import load_file

    try:
        tensors = load_file(folder / STATE)
        plain: dict[str, Any] = json.loads((folder / NUMBERS).read_text("utf-8"))
        for name, value in parameters.items():
            value.data.copy_(tensors[f"weight/{name}"])
            kept = {
                key: tensors[f"{key}/{name}"] for key in ("step", "exp_avg", "exp_avg_sq") if f"{key}/{name}" in tensors
            }
            if kept:
                optimizer.state[value] = {
                    key: item if key == "step" else item.to(value.device) for key, item in kept.items()
                }
        torch.set_rng_state(tensors["rng"])
    except Exception as error:  # a cut file raises the library's own bare kinds
        raise UsageError(
            f"The backup {folder} can't be used: {error}", "Delete it; training starts from the backup before it."
        ) from None
    version, state, gauss = plain.pop("random")
    random.setstate((version, tuple(state), gauss))
    return plain


def latest(run: Path) -> list[Path]:
    """Backups of a run, newest first: within an epoch comes after before it."""
    found = [item for item in (*run.glob("before-*"), *run.glob("within-*")) if (item / NUMBERS).is_file()]
    return sorted(found, key=lambda item: (int(item.name.rpartition("-")[2]), item.name), reverse=True)
