"""SQLite for a service that must not wait for the disk: one writing thread, whose transactions gather whatever is waiting, so a
burst costs one flush. A write that was awaited is on the disk. Knows no tables."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from core.errors import UnavailableError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]
GATHERED = 64  # writes in one transaction at most


class Database:
    """`write` from any thread or task; `read` from the thread that made it."""

    def __init__(self, path: Path, schema: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = _connect(path)
            self._writer.executescript(schema)
            self._reader = _connect(path)
            self._reader.execute("PRAGMA query_only = ON")
            path.chmod(0o600)
        except (OSError, sqlite3.Error) as error:
            raise UnavailableError(
                f"{path} can't be used: {error}.",
                "Check that the data folder is writable and the disk has space, or give another with --data-dir.",
            ) from error
        self._queue: SimpleQueue[tuple[Work, Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns, once it is on the disk. An exception in it undoes it alone. Raises UnavailableError where the
        disk refuses."""
        future: Future[T] = Future()
        self._queue.put((work, future))
        return await asyncio.wrap_future(future)

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Rows as last written."""
        return self._reader.execute(query, values).fetchall()

    def close(self) -> None:
        """After everything that waits is written."""
        self._queue.put(None)
        self._thread.join()
        self._writer.close()
        self._reader.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < GATHERED and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    self._queue.put(None)
                    break
                batch.append(item)
            self._commit(batch)

    def _commit(self, batch: Sequence[tuple[Work, Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            for work, future in batch:
                if future.set_running_or_notify_cancel():
                    done.append((future, *self._attempt(work)))
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            refused = UnavailableError(f"The state can't be written: {error}.", "Free some space on the disk.")
            done = [
                (future, None, refused)
                for _, future in batch
                if future.running() or future.set_running_or_notify_cancel()
            ]
        for future, result, fault in done:
            if fault is None:
                future.set_result(result)
            else:
                future.set_exception(fault)

    def _attempt(self, work: Work) -> tuple[Any, BaseException | None]:
        self._writer.execute("SAVEPOINT work")
        try:
            result = work(self._writer)
        except Exception as error:
            self._writer.execute("ROLLBACK TO work")
            self._writer.execute("RELEASE work")
            return None, error
        self._writer.execute("RELEASE work")
        return result, None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # forgotten words are overwritten, not only unlinked
    return connection
