"""The tiny base and persona, and an adapter trained on them for one epoch, made once a session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from core.nouns import Verdict

pytest.importorskip("torch", reason="the adapter extra is not installed")
pytest.importorskip("peft", reason="the adapter extra is not installed")


@dataclass(frozen=True)
class World:
    base: Path
    personas: Path
    run: Path
    adapter: Path


def passes_all(_: str, __: str) -> Verdict:
    return Verdict(True)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    import torch

    from tests.adapter.tiny import make_base, make_persona
    from tests.adapter.training import train_tiny

    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("adapter")
    base, personas = make_base(root / "base"), make_persona(root / "personas")
    done = train_tiny(base, personas, root / "run", epochs=1)
    assert done.folder is not None
    return World(base, personas, root / "run", done.folder)
