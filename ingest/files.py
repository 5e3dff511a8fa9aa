"""Which files a person means by the paths given. Knows no format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken in: the sentence and the cure. `code` names the kind for translation."""

    source: str
    error: str
    hint: str
    code: str = ""


def source_of(path: Path) -> str:
    """The identity of a file: its absolute path with symlinks resolved, "/" between the parts."""
    return Path(os.path.realpath(path)).as_posix()  # Path.resolve raises at a symlink loop


def _walk(folder: Path, failures: list[Failure], private: str) -> Iterator[Path]:
    """Files below a folder, sorted. Symlinked folders are not followed, so a loop can't catch us; hidden names are left out,
    and the folder `private` unless it was asked for."""

    def unreadable(error: OSError) -> None:
        failures.append(_unreadable(str(error.filename), f"The folder can't be read: {error.strerror}."))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and os.path.realpath(Path(root) / name) != private
        )
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(root) / name


def _unreadable(source: str, error: str) -> Failure:
    return Failure(printable(source), printable(error), "Check its permissions.", code="folder")


def printable(name: str) -> str:
    """A path as text: bytes that are no UTF-8 shown as the replacement character."""
    return os.fsencode(name).decode("utf-8", "replace")


def _fault(file: Path) -> Failure | None:
    """What keeps a file from being taken in, seen from its name alone."""
    if not file.exists():
        name = printable(str(file))
        return Failure(name, f"{name} is a broken link.", "Remove the link or restore its target.", code="broken_link")
    try:
        source_of(file).encode("utf-8")
    except UnicodeEncodeError:
        name = printable(str(file))
        return Failure(name, f"The name of {name} is not UTF-8.", "Rename it, e.g. with convmv.", code="bad_name")
    return None


def discover(
    paths: Sequence[Path], supported: Callable[[str], bool], private: Path | None = None
) -> tuple[list[Path], list[Failure]]:
    """The files under `paths`, each once, in order. A file named outright is taken whatever its suffix; within folders only
    supported ones, and nothing below `private`. Raises UsageError for a path that does not exist."""
    found: dict[str, Path] = {}
    failures: list[Failure] = []
    for path in paths:
        try:
            if path.is_dir():
                walked = _walk(path, failures, os.path.realpath(private) if private else "")
                candidates: Iterator[Path] = (file for file in walked if supported(file.name))
            elif path.exists():
                candidates = iter([path])
            else:
                raise UsageError(
                    f"There is nothing at {path}.",
                    "Check the path; folders are read with all below them.",
                    code="no_path",
                )
            for file in candidates:
                fault = _fault(file)
                if fault:
                    failures.append(fault)
                else:
                    found.setdefault(source_of(file), file)
        except OSError as error:
            failures.append(_unreadable(str(path), f"{path} can't be read: {error.strerror}."))
    return list(found.values()), failures
