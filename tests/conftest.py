"""What all tests share: where things lie, and a command line run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# One process a core runs the tests: a product on several threads in each would only wait for the others.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
HANDBOOK = ROOT / "examples" / "handbook"


def shared(path: str) -> Path:
    """A file of `../shared`; the test is skipped where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"../shared/{path} is not here")
    return found


def clean_env(**extra: str) -> dict[str, str]:
    """This environment without settings of ours, so that no test depends on a developer's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXPERTBOT_")}
    quiet = {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "default", "EXPERTBOT_PERSONA__RESTYLER": "none"}
    return {**kept, **quiet, **extra}


# Files that take minutes, whatever the number of their tests: handed out first, so that no process waits for another at the end.
LONG = ("production/test_replicas", "main/test_crash", "main/test_pipeline", "telegram/test_commands", "main/test_cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((at for at, name in enumerate(LONG) if f"tests/{name}" in item.nodeid), len(LONG))

    items.sort(key=place)


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def expertbot(tmp_path: Path) -> Run:
    """`expertbot(*args)` in a process of its own, over a fresh data folder; extra environment by keyword."""

    def run(*args: str, stdin: str = "", data_dir: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", "--data-dir", str(data_dir or tmp_path / "data"), *args]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=clean_env(**env),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def parsed(done: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON value on stdout; the test fails with stderr where there is none."""
    assert done.returncode in (0, 3, 4), done.stderr
    return json.loads(done.stdout)
