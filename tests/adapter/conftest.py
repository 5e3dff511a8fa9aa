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


def unpacked() -> Path:
    """The folder of the packaged base; the test is skipped where nobody has unpacked it: it takes a minute."""
    from style_adapter.model.base import PACKAGE, PACKAGED, cache_folder

    package = pytest.importorskip(PACKAGE, reason="the base model's package is not installed")
    path = cache_folder() / f"{PACKAGED}-{package.EXPECTED_SHA256[:12]}"
    if not (path / "model.safetensors").is_file():
        pytest.skip("the base model has not been unpacked here: any use of a persona does it")
    return path


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
