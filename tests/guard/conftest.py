"""One guard for all tests of this folder: loading it takes a second."""

from __future__ import annotations

import pytest

from style_adapter.guard import Guard


@pytest.fixture(scope="session")
def guard() -> Guard:
    return Guard()
