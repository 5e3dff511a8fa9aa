"""The `adapter` extra: whether it is installed, and what to do where it is not. Loads nothing heavy."""

from __future__ import annotations

import importlib.util
import os

from core import install
from core.errors import UnavailableError

NEEDED = ("torch", "transformers", "peft", "safetensors", "tokenizers")


def missing() -> list[str]:
    """The libraries of the extra that are not there; none is loaded."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def installed() -> bool:
    return not missing()


def require() -> None:
    """Raises UnavailableError that names what is missing. Also keeps the libraries from looking for a network."""
    if lacking := missing():
        raise UnavailableError(f"The persona adapter needs {', '.join(lacking)}.", install.extra("adapter"))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning while they wait, threads slow other work and ours
    os.environ.setdefault("TQDM_DISABLE", "1")  # their progress bars would run across ours
