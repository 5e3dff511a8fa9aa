"""What was reckoned once for good and is kept on the disk, in the user's cache. Knows no models."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.format import open_memmap

if TYPE_CHECKING:
    from numpy.typing import NDArray


def folder() -> Path:
    """Whether or not it is there yet."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "expertbot"


def array(name: str, shape: tuple[int, ...], dtype: type, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """The array kept under `name`, mapped from the disk; made and kept where there is none, or another one. A cache that can't be
    written is done without."""
    with suppress(Exception):  # no home, no file, or a broken one, whose header fails in a dozen ways
        kept = open_memmap(folder() / f"{name}.npy", mode="r")
        if (kept.shape, kept.dtype) == (shape, np.dtype(dtype)):
            return np.asarray(kept)
    made = make()
    with suppress(OSError, ValueError, RuntimeError):
        path = folder() / f"{name}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(prefix=name, dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                np.save(file, made)
                file.flush()
                os.fsync(file.fileno())  # a table half written at a power cut would be read as one of zeros
            os.chmod(beside, 0o644)
            os.replace(beside, path)
            return np.asarray(open_memmap(path, mode="r"))  # not twice in memory
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    return made
