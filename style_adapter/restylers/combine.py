"""Requests that come while the model is busy go through it together: whoever's turn it is runs all that wait. Knows no
model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


class _Waiting(Generic[Job, Result]):
    def __init__(self, key: Hashable, job: Job) -> None:
        self.key, self.job = key, job
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.done = False


class Combiner(Generic[Job, Result]):
    """`run(key, jobs)` gives one result a job. Jobs of one key go together, at most `most` at once; call from any thread."""

    def __init__(self, run: Callable[[Hashable, Sequence[Job]], Sequence[Result]], most: int = 4) -> None:
        self._run, self._most = run, most
        self._waiting: list[_Waiting[Job, Result]] = []
        self._list, self._turn = threading.Lock(), threading.Lock()

    def __call__(self, key: Hashable, job: Job) -> Result:
        mine: _Waiting[Job, Result] = _Waiting(key, job)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._serve(mine)
        if mine.error is not None:
            raise mine.error
        assert mine.result is not None
        return mine.result

    def _serve(self, mine: _Waiting[Job, Result]) -> None:
        with self._list:
            others = [item for item in self._waiting if item.key == mine.key and item is not mine]
            batch = [mine, *others[: self._most - 1]]
            self._waiting = [item for item in self._waiting if item not in batch]
        try:
            for item, result in zip(batch, self._run(mine.key, [item.job for item in batch]), strict=True):
                item.result = result
        except BaseException as error:
            for item in batch:
                item.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            for item in batch:
                item.done = True
