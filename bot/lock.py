"""One process owns a data folder; with Redis several share it, and one of them at a time writes the index. The locks are the
operating system's, so they end with the process, however that ends."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from core.errors import UnavailableError

PATIENCE = 15.0  # seconds a short command waits for another short command


class DataLock:
    """Context manager. Raises UnavailableError naming the holder where it does not come free within `patience` seconds. `shared`:
    beside others that share it, and not beside an owner."""

    def __init__(self, data_dir: Path, patience: float = PATIENCE, shared: bool = False) -> None:
        self._path = data_dir / "lock"
        self._patience = patience
        self._kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
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
                fcntl.flock(self._file, self._kind | fcntl.LOCK_NB)
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
        if self._kind == fcntl.LOCK_SH:
            return self
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


class WriterLock:
    """Async context manager: the one who writes the index, among the tasks of this process and, where the folder is shared, among
    all its processes. `entered` runs once it is held: another may have written meanwhile."""

    def __init__(self, data_dir: Path, shared: bool, entered: Callable[[], Awaitable[object]]) -> None:
        self._path = data_dir / "writer.lock"
        self._shared = shared
        self._entered = entered
        self._tasks = asyncio.Lock()
        self._file: int | None = None

    async def __aenter__(self) -> None:
        await self._tasks.acquire()
        try:
            if self._shared:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
                while not _taken(self._file):  # noqa: ASYNC110 (it is another process that lets go)
                    await asyncio.sleep(0.1)
                await self._entered()
        except BaseException:
            self._release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._release()

    def _release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._tasks.release()


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder_of(data_dir: Path) -> str:
    """The process id last written into the lock, "?" where unknown."""
    try:
        return (data_dir / "lock").read_text() or "?"
    except OSError:
        return "?"
