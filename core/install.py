"""The command that installs what is missing: with the Python that runs, and kept to the versions tested together. A bare `pip`
is often another environment's, and without constraints.txt torch comes with gigabytes of CUDA."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
IMAGE_MARK = Path("/.dockerenv")  # Docker leaves it in every container


def extra(name: str) -> str:
    """The cure where an extra of pyproject.toml is missing."""
    if _in_image():
        return f"Build the image anew: docker compose build --build-arg 'EXTRAS=[scale,{name}]', other extras you use beside it."
    if not CONSTRAINTS.is_file():  # installed from a wheel
        return f"In the checkout it came from: {_python()} -m pip install -c constraints.txt -e '.[{name}]'"
    here = _shown(ROOT)
    return f"{_python()} -m pip install -c {_quoted(CONSTRAINTS)} -e '{here}[{name}]'"


def package(name: str, *options: str) -> str:
    """The cure where a package is missing, or its files are not what they were."""
    if _in_image():
        return "Build the image anew: docker compose build --no-cache"
    constraints = ["-c", _quoted(CONSTRAINTS)] if CONSTRAINTS.is_file() else []
    return " ".join([_python(), "-m pip install", *constraints, *options, name])


def repair(name: str) -> str:
    """The cure where a package's files are damaged."""
    return package(name, "--force-reinstall", "--no-deps")


def _in_image() -> bool:
    """In a container whose packages can't be changed."""
    return IMAGE_MARK.exists() and not os.access(sys.prefix, os.W_OK)


def _python() -> str:
    return _quoted(Path(sys.executable or "python3"))


def _quoted(path: Path) -> str:
    return shlex.quote(_shown(path))


def _shown(path: Path) -> str:
    """As short as it works from where the person is."""
    with suppress(OSError):  # the folder it was started in may be gone
        return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
    return str(path)
