"""An adapter's folder: what is refused, and with which cure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import ExpertbotError, UnavailableError, UsageError
from style_adapter.model.adapter import MANIFEST, WEIGHTS, check_fit, read_manifest
from style_adapter.model.base import locate
from style_adapter.model.engine import Engine
from style_adapter.versions import Versions
from tests.adapter.conftest import World
from tests.adapter.tiny import make_base


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.adapter, tmp_path / "adapter"))


def refused(folder: Path) -> UnavailableError:
    with pytest.raises(UnavailableError) as found:
        read_manifest(folder)
    assert found.value.hint
    return found.value


def test_it_names_what_it_was_made_from(folder: Path, world: World):
    manifest = read_manifest(folder)
    assert manifest.persona == "tiny"
    assert manifest.base_hash == locate(str(world.base)).hash
    assert manifest.libraries["torch"]
    assert set(manifest.files) == {WEIGHTS, "adapter_config.json"}
    assert (folder / WEIGHTS).stat().st_size < 1_000_000


@pytest.mark.parametrize("name", ["adapter_model.bin", "x.pt", "y.pkl"])
def test_a_pickle_is_refused(folder: Path, name: str):
    (folder / name).write_bytes(b"\x80\x04N.")
    assert "pickle" in refused(folder).message


def test_a_cut_off_file_is_named_so(folder: Path):
    raw = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(raw[: len(raw) // 2])
    assert "cut off" in refused(folder).message


def test_changed_weights_are_refused(folder: Path):
    raw = bytearray((folder / WEIGHTS).read_bytes())
    raw[-1] ^= 1
    (folder / WEIGHTS).write_bytes(raw)
    assert "manifest" in refused(folder).message


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "{}"])
def test_a_broken_manifest_is_refused(folder: Path, text: str):
    (folder / MANIFEST).write_text(text, "utf-8")
    refused(folder)


def test_another_format_or_template_is_refused(folder: Path):
    plain = json.loads((folder / MANIFEST).read_text("utf-8"))
    (folder / MANIFEST).write_text(json.dumps({**plain, "format": 9}), "utf-8")
    assert "format" in refused(folder).message
    (folder / MANIFEST).write_text(json.dumps(plain), "utf-8")
    manifest = read_manifest(folder)
    with pytest.raises(UnavailableError, match="template"):
        check_fit(manifest, manifest.base_hash, "another")


def test_an_adapter_for_another_base_is_refused(folder: Path, tmp_path: Path):
    other = locate(str(make_base(tmp_path / "other", seed=2)))
    with pytest.raises(UnavailableError, match="another base") as found:
        Engine(other, threads=1).add("tiny", folder)
    assert "persona train tiny" in found.value.hint


def test_a_folder_without_a_model_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="safetensors"):
        locate(str(tmp_path))


def test_versions_are_kept_and_rolled_back(world: World, tmp_path: Path):
    versions = Versions(world.personas, tmp_path / "trained")
    assert versions.active("tiny") is None
    assert versions.add("tiny", world.adapter) == "v1"
    assert versions.add("tiny", world.adapter) == "v2"
    assert versions.active("tiny") is None
    versions.activate("tiny", "v1")
    versions.activate("tiny", "v2")
    assert versions.active_name("tiny") == "v2"
    assert versions.rollback("tiny") == "v1"
    assert versions.rollback("tiny") == ""
    with pytest.raises(UsageError):
        versions.rollback("tiny")
    with pytest.raises(UsageError, match="v9"):
        versions.activate("tiny", "v9")
    assert [row.name for row in versions.listing("tiny")] == ["v1", "v2"]


def test_a_broken_version_can_not_be_activated(world: World, tmp_path: Path):
    versions = Versions(world.personas, tmp_path / "trained")
    versions.add("tiny", world.adapter)
    (versions.folder("tiny", "v1") / WEIGHTS).write_bytes(b"")
    with pytest.raises(ExpertbotError):
        versions.activate("tiny", "v1")
    assert versions.active_name("tiny") == ""
    assert versions.listing("tiny")[0].fault


@pytest.mark.parametrize("persona", ["../x", "", "A", "a/b"])
def test_a_persona_can_not_leave_the_folder(world: World, tmp_path: Path, persona: str):
    with pytest.raises(UsageError):
        Versions(world.personas, tmp_path).active(persona)
