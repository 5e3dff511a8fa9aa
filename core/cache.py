"""What was reckoned once for good and is kept on the disk, in the user's cache. Knows no models."""

from __future__ import annotations

import marshal
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
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
    made = make()
    path = _kept(f"{name}.npy", lambda file: np.save(file, made))
    if path:
        with suppress(OSError, ValueError):
            return np.asarray(open_memmap(path, mode="r"))  # not twice in memory
    return made


def value(name: str, source: bytes, make: Callable[[], Any]) -> Any:
    """What `make` makes of `source`, kept under `name` and its digest. It may be what `marshal` holds: great dictionaries
    above all, which are read in half the time that filling them takes. Another layout wants another name."""
    name = f"{name}-{blake2b(source, digest_size=8).hexdigest()}.{sys.implementation.cache_tag}"
    with suppress(Exception):
        return marshal.loads((folder() / name).read_bytes())
    made = make()
    _kept(name, lambda file: marshal.dump(made, file))
    return made


def _kept(name: str, write: Callable[[BinaryIO], object]) -> Path | None:
    """Where the file lies now, whole; None where it can't."""
    with suppress(OSError, ValueError, RuntimeError):
        path = folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(prefix=path.stem, dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())  # a table half written at a power cut would be read as one of zeros
            os.chmod(beside, 0o644)
            os.replace(beside, path)
            return path
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    return None
