"""Scenes are played side by side, for most of their time is waiting: those on the stage by different people on one bot, those
apart on bots of their own. Each stays a test of its own, which waits for its scene and fails with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.telegram.conftest import Stage

Staged = Callable[["Stage"], Coroutine[Any, Any, None]]
Apart = Callable[[Path, Path], Coroutine[Any, Any, None]]
STAGED: dict[str, Staged] = {}
APART: dict[str, Apart] = {}
LONGEST = 280.0  # seconds


def on_stage(play: Staged) -> Callable[[Stage], None]:
    """A test whose scene is played on the stage while others are."""
    STAGED[play.__name__] = play

    def test(stage: Stage) -> None:
        stage.played[play.__name__].result(LONGEST)

    return _named(test, play)


def apart(play: Apart) -> Callable[[PlayedApart], None]:
    """A test whose scene has a bot of its own: it gets the handbook's data folder and a place for a copy."""
    APART[play.__name__] = play

    def test(played_apart: PlayedApart) -> None:
        played_apart.played[play.__name__].result(LONGEST)

    return _named(test, play)


def _named(test: Callable[..., None], play: Callable[..., Any]) -> Callable[..., None]:
    test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
    return test


class PlayedApart:
    """Starts the scenes of these names at once, each in a thread."""

    def __init__(self, names: Iterable[str], data: Path, place: Path) -> None:
        self._pool = ThreadPoolExecutor(4)
        self.played: dict[str, Future[None]] = {}
        for name in names:
            if name in APART:
                (place / name).mkdir()
                self.played[name] = self._pool.submit(asyncio.run, APART[name](data, place / name))

    def close(self) -> None:
        self._pool.shutdown()
