"""The `adapter` extra: whether it is installed, and the sentence that says how to install it. Loads nothing heavy."""

from __future__ import annotations

import importlib.util
import os

from core.errors import UnavailableError

NEEDED = ("torch", "transformers", "peft", "safetensors", "tokenizers")
INSTALL = "pip install 'expertbot[adapter]' (from a checkout: make test installs it too)"


def installed() -> bool:
    """True where every library of the extra can be imported; none is."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def require() -> None:
    """Raises UnavailableError that names what is missing. Also keeps the libraries from looking for a network."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UnavailableError(f"The persona adapter needs {', '.join(missing)}.", INSTALL)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning while they wait, threads slow other work and ours
    os.environ.setdefault("TQDM_DISABLE", "1")  # their progress bars would run across ours
