"""One process owns a data folder. The lock is the operating system's, so it ends with the process, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from core.errors import UnavailableError

PATIENCE = 15.0  # seconds a short command waits for another short command


class DataLock:
    """Context manager. Raises UnavailableError naming the holder where it does not come free within `patience` seconds."""

    def __init__(self, data_dir: Path, patience: float = PATIENCE) -> None:
        self._path = data_dir / "lock"
        self._patience = patience
        self._file: int | None = None

    def __enter__(self) -> DataLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise UnavailableError(
                f"The data folder {self._path.parent} can't be written: {error.strerror}.",
                "Check its permissions, or give another with --data-dir.",
            ) from error
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    holder = holder_of(self._path.parent)
                    os.close(self._file)
                    self._file = None
                    raise UnavailableError(
                        f"The data folder {self._path.parent} is in use by process {holder}.",
                        "Wait till it is done, end it, or give another folder with --data-dir.",
                    ) from None
                time.sleep(0.05)
        with suppress(OSError):  # the name of the holder is a courtesy, and a full disk can still be read
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, str(os.getpid()).encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def holder_of(data_dir: Path) -> str:
    """The process id last written into the lock, "?" where unknown."""
    try:
        return (data_dir / "lock").read_text() or "?"
    except OSError:
        return "?"
