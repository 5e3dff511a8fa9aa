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
    return path.resolve().as_posix()


def _walk(folder: Path, failures: list[Failure]) -> Iterator[Path]:
    """Files below a folder, sorted. Symlinked folders are not followed, so a loop can't catch us; hidden names are left out."""

    def unreadable(error: OSError) -> None:
        failures.append(
            Failure(str(error.filename), f"The folder can't be read: {error.strerror}.", "Check its permissions.")
        )

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(root) / name


def discover(paths: Sequence[Path], supported: Callable[[str], bool]) -> tuple[list[Path], list[Failure]]:
    """The files under `paths`, each once, in order. A file named outright is taken whatever its suffix; within folders only
    supported ones. Raises UsageError for a path that does not exist."""
    found: dict[str, Path] = {}
    failures: list[Failure] = []
    for path in paths:
        try:
            if path.is_dir():
                candidates: Iterator[Path] = (file for file in _walk(path, failures) if supported(file.name))
            elif path.exists():
                candidates = iter([path])
            else:
                raise UsageError(
                    f"There is nothing at {path}.", "Check the path; folders are read with all below them."
                )
            for file in candidates:
                if not file.exists():
                    failures.append(
                        Failure(str(file), f"{file} is a broken link.", "Remove the link or restore its target.")
                    )
                    continue
                found.setdefault(source_of(file), file)
        except (OSError, RuntimeError) as error:  # RuntimeError: a symlink loop
            failures.append(
                Failure(str(path), f"{path} can't be read: {error}.", "Remove the link that points at itself.")
            )
    return list(found.values()), failures
