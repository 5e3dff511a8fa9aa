"""What was reckoned once for good and is kept on the disk, in the user's cache. Knows no models."""

from __future__ import annotations

import marshal
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

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
    made, path = make(), folder() / f"{name}.npy"
    if _kept(path, lambda file: np.save(file, made)):
        with suppress(OSError, ValueError):
            return np.asarray(open_memmap(path, mode="r"))  # not twice in memory
    return made


def value(name: str, make: Callable[[], Any]) -> Any:
    """The same for what `marshal` holds: great dictionaries, read in half the time that filling them takes."""
    path = folder() / f"{name}.{sys.implementation.cache_tag}"
    with suppress(Exception):
        return marshal.loads(path.read_bytes())
    made = make()
    _kept(path, lambda file: marshal.dump(made, file))
    return made


def _kept(path: Path, write: Callable[[BinaryIO], object]) -> bool:
    with suppress(OSError, ValueError, RuntimeError):
        path.parent.mkdir(parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(prefix=path.stem, dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())  # a table half written at a power cut would be read as one of zeros
            os.chmod(beside, 0o644)
            os.replace(beside, path)
            return True
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    return False
