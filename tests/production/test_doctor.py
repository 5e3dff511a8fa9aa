"""The doctor goes and looks whether the servers that the settings name are there."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import doctor
from bot.doctor import Finding, examine
from core import install
from core.settings import Settings, load
from style_adapter.model import base, extra
from tests.conftest import ROOT, SHARED
from tests.loopback.llm import LlmServer
from tests.loopback.qdrant import QdrantServer


def settings(place: Path, **env: str) -> Settings:
    given = {f"EXPERTBOT_{name}": value for name, value in env.items()}
    return load(env={"EXPERTBOT_PERSONA__DEFAULT": "none", **given}, data_dir=place / "data", folder=place)


@pytest.mark.skipif(
    not (SHARED / "contracts" / "qdrant-openapi.json").exists(), reason="../shared/contracts is not here"
)
@pytest.mark.filterwarnings("ignore:Api key is used")
def test_servers_that_are_there_and_that_are_not(tmp_path: Path) -> None:
    async def scenario() -> tuple[Any, Any]:
        async with QdrantServer(api_key="k") as qdrant, LlmServer() as llm:
            known = {"QDRANT__URL": qdrant.url, "LLM__BASE_URL": llm.base_url, "LLM__MODEL": "m"}
            there = settings(tmp_path, **known, QDRANT__API_KEY="k")
            wrong = settings(tmp_path, **known, QDRANT__API_KEY="other")
            return await asyncio.to_thread(examine, there), await asyncio.to_thread(examine, wrong)

    there, wrong = asyncio.run(scenario())
    assert [finding.level for finding in there[-2:]] == ["good", "good"]
    assert "generations none" in there[-2].what
    assert (wrong[-2].level, "QDRANT__API_KEY" in wrong[-2].cure) == ("bad", True)
    gone = settings(
        tmp_path, QDRANT__URL="http://127.0.0.1:9", LLM__BASE_URL="http://127.0.0.1:9/v1", LLM__MODEL="m",
        REDIS__URL="redis://127.0.0.1:9/0",
    )  # fmt: skip
    found = examine(gone)[-3:]
    assert [finding.level for finding in found] == ["bad"] * 3
    assert all(finding.cure for finding in found)


def of(findings: list[Finding], part: str) -> Finding:
    (found,) = [finding for finding in findings if part in finding.what]
    return found


def test_a_bot_that_answers_anyone_is_doubtful(tmp_path: Path) -> None:
    token = {"TELEGRAM__TOKEN": "1:x", "TELEGRAM__ADMINS": "7"}
    anyone = of(doctor._telegram(settings(tmp_path, **token)), "Anyone")
    assert (anyone.level, "EXPERTBOT_TELEGRAM__ALLOWED" in anyone.cure) == ("doubtful", True)
    assert not [f for f in doctor._telegram(settings(tmp_path, **token, TELEGRAM__ALLOWED="7")) if "Anyone" in f.what]


def test_an_index_of_another_encoder_is_built_anew_while_the_bot_is_stopped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with closing(sqlite3.connect(data / "ledger.sqlite")) as db, db:
        db.executescript("CREATE TABLE documents (a); CREATE TABLE generations (fingerprint, state)")
        db.execute("INSERT INTO generations VALUES ('parse 1|encode 1:other', 'active')")
    (found,) = doctor._index(settings(tmp_path))
    assert (found.level, found.cure[:12]) == ("bad", "Stop the bot")


@pytest.mark.parametrize(("restyler", "level"), [("auto", "doubtful"), ("adapter", "bad"), ("none", None)])
def test_a_model_without_room_to_be_unpacked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restyler: str, level: str | None
) -> None:
    models = tmp_path / "models"
    wanted = settings(tmp_path, PERSONA__DEFAULT="alex", PERSONA__RESTYLER=restyler, PERSONA__MODELS_FOLDER=str(models))
    monkeypatch.setattr(extra, "missing", list)
    monkeypatch.setattr(base, "_packaged", lambda cache: (None, cache / "gemma"))
    monkeypatch.setattr(base, "NEEDED_BYTES", 1 << 60)
    found = [finding for finding in doctor._persona(wanted) if "base model needs" in finding.what]
    assert [finding.level for finding in found] == ([level] if level else [])
    assert all("EXPERTBOT_PERSONA__MODELS_FOLDER" in finding.cure for finding in found)
    assert not models.exists()
    (models / "gemma").mkdir(parents=True)
    (models / "gemma" / "model.safetensors").touch()
    assert all(finding.level == "good" for finding in doctor._persona(wanted))


def test_the_cure_is_a_command_of_this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.sys, "executable", str(ROOT / ".venv" / "bin" / "python"))
    monkeypatch.setattr(install, "IMAGE_MARK", tmp_path / "none")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(extra, "missing", lambda: ["torch"])
    found = of(doctor._persona(settings(tmp_path, PERSONA__DEFAULT="alex")), "torch")
    assert found.cure == ".venv/bin/python -m pip install -c constraints.txt -e '.[adapter]'"
    monkeypatch.chdir(tmp_path)
    assert f"-e '{ROOT}[adapter]'" in install.extra("adapter")
    assert install.repair("x").endswith("--force-reinstall --no-deps x")
    monkeypatch.setattr(install, "IMAGE_MARK", tmp_path)
    monkeypatch.setattr(install.os, "access", lambda *_: False)
    assert "docker compose build --build-arg 'EXTRAS=[scale,adapter]'" in install.extra("adapter")
