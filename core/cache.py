"""What was reckoned once for good and is kept on the disk, in the user's cache. Knows no models."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def folder() -> Path:
    """Whether or not it is there yet."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "expertbot"


def array(name: str, shape: tuple[int, ...], make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """The array kept under `name`, mapped from the disk; made and kept where there is none, or none of this shape. A cache that
    can't be written is done without."""
    path = folder() / f"{name}.npy"
    with suppress(OSError, ValueError, EOFError):
        kept = np.load(path, mmap_mode="r", allow_pickle=False)
        if kept.shape == shape:
            return np.asarray(kept)
    made = make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(prefix=name, dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                np.save(file, made)
                file.flush()
                os.fsync(file.fileno())  # a table half written at a power cut would be read as one of zeros
            os.replace(beside, path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    return made
