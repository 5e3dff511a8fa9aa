"""One ingest of the handbook for all tests here; each bot gets a copy of the folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import HANDBOOK, ROOT, clean_env


@pytest.fixture(scope="session")
def handbook_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the handbook in it."""
    folder = tmp_path_factory.mktemp("handbook") / "data"
    command = [sys.executable, "-m", "bot", "--data-dir", str(folder), "ingest", str(HANDBOOK)]
    done = subprocess.run(
        command, cwd=ROOT, env=clean_env(OMP_NUM_THREADS="1"), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder
