"""From a command's words to work on an open App, and from its result to the terminal. Results go to stdout, all else to
stderr."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from core.errors import ExpertbotError, UnavailableError, UsageError
from core.settings import Settings, load

if TYPE_CHECKING:
    from bot.app import App

T = TypeVar("T")


@dataclass(slots=True)
class Context:
    """The global options."""

    data_dir: str | None
    config: str | None

    def settings(self) -> Settings:
        return load(Path(self.config) if self.config else None, data_dir=Path(self.data_dir) if self.data_dir else None)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")(command)


def batch_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--batch", metavar="FILE", help="JSON lines in, JSON lines out; - is stdin.")(command)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[App]:
    """The App of these settings, under the data folder's lock. A running service holds it for long: no use in waiting."""
    from bot.app import App
    from bot.control import Control
    from bot.lock import DataLock, holder_of

    if control := Control.connect(settings.data_dir):
        control.close()
        raise UnavailableError(
            f"The data folder {settings.data_dir} is in use by process {holder_of(settings.data_dir)}, a running service.",
            "This command needs the folder for itself: stop the service, or give another with --data-dir.",
        )
    with DataLock(settings.data_dir, shared=settings.shared):
        app = App(settings)
        try:
            await app.open(sweep=not settings.shared)
            yield app
        finally:
            await app.close()


def with_app(context: Context, work: Callable[[App], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened(context.settings()) as app:
            return await work(app)

    return asyncio.run(run())


def through(
    context: Context,
    command: str,
    work: Callable[[App], Awaitable[Any]],
    progress: Callable[[int, int, str], None],
    **args: Any,
) -> Any:
    """A command's result: by the service that runs on this data folder, where one does, else done here."""
    from bot.control import Control

    data_dir = context.settings().data_dir
    control = Control.connect(data_dir)
    if control is None:
        try:
            return with_app(context, work)
        except UnavailableError:
            # A service that was just starting held the lock; now its door may be open.
            control = Control.connect(data_dir)
            if control is None:
                raise
    try:
        return control.call(command, progress, **args)
    finally:
        control.close()


def phrase(words: Sequence[str]) -> str:
    """A question of several words, where the shell's quotes were left out, without a person's own around the whole: «…» means
    nothing to a shell."""
    text = " ".join(words).strip()
    for first, last in ("«»", "“”", "„“", '""', "''"):
        inner = text[1:-1]
        if len(text) > 1 and text[0] == first and text[-1] == last and not {first, last} & set(inner):
            return inner.strip()
    return text


def emit(value: object) -> None:
    """One JSON value on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False))


def say(text: str) -> None:
    """A line for the person, on stderr."""
    click.echo(text, err=True)


@contextmanager
def told_when_slow(settings: Settings, after: float = 8.0) -> Iterator[None]:
    """A person who waits for so many seconds for an answer by a model learns what may be the matter, and what comes next."""
    if not settings.llm.configured:
        yield
        return
    timer = threading.Timer(
        after, say, ["No answer yet: the model may be silent. If it stays so, the documents' own words are the answer."]
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def fail(error: Exception) -> int:
    """Print a failure with its cure; the exit code. What we did not foresee gets an id and lands in the log, whole."""
    from bot.logs import Lines, Redactor

    redact = Redactor(_secrets())
    if isinstance(error, ExpertbotError):
        say(redact(error.message + (f"\n  → {error.hint}" if error.hint else "")))
        return error.exit_code

    ident = uuid.uuid4().hex[:8]
    path = Path(tempfile.gettempdir()) / f"expertbot-{os.getuid()}-errors.log"
    handler: logging.Handler
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    logger = logging.getLogger("expertbot.bug")
    logger.propagate = False
    handler.setFormatter(Lines(redact, as_json=False))
    logger.addHandler(handler)
    logger.error("error %s", ident, exc_info=error)
    handler.close()
    say(f"Something went wrong that should not: error {ident}.\n  → Details are in {path}; please report them.")
    return 1


def _secrets() -> list[str]:
    """What must not stand in a log, as far as the settings can be read."""
    from bot.logs import secrets_of

    try:
        return secrets_of(load())
    except ExpertbotError:
        return []


def batch_lines(source: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file or of stdin. Raises UsageError naming the line that is none."""
    try:
        stream = sys.stdin if source == "-" else Path(source).open(encoding="utf-8-sig")  # noqa: SIM115
    except OSError as error:
        raise UsageError(f"{source} can't be read: {error.strerror}.", "Check the path after --batch.") from error
    with stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{source}, line {number}: not JSON: {error}.", "One JSON object a line.") from error
            if not isinstance(value, dict):
                raise UsageError(f"{source}, line {number}: not a JSON object.", "One JSON object a line.")
            yield value


@contextmanager
def batch_item(item: dict[str, Any]) -> Iterator[None]:
    """A line that can't be worked off becomes a line that says why; the others go on."""
    try:
        yield
    except ExpertbotError as error:
        emit({"id": item.get("id"), "error": error.message, "hint": error.hint})


class Bar:
    """Progress on stderr: a bar on a terminal, else a plain line every so often."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._terminal = sys.stderr.isatty()
        self._shown = -1

    def __call__(self, done: int, total: int, what: str) -> None:
        if not total:
            return
        if self._terminal:
            filled = 28 * done // total
            name = Path(what).name[:40] if what else ""
            bar = "█" * filled + "░" * (28 - filled)
            click.echo(f"\r{self._label} {bar} {done}/{total} {name:<40}", err=True, nl=done == total)
        elif done == total or done * 10 // total > self._shown:
            self._shown = done * 10 // total
            say(f"{self._label}: {done}/{total}")
