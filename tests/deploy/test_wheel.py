"""A built wheel holds all that a running installation reads."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.conftest import ROOT, clean_env

PACKAGES = ("core", "ingest", "retrieval", "style_adapter", "bot", "personas")
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info")


def test_a_wheel_is_whole_and_works_from_its_own_folder(tmp_path: Path):
    source, built, installed = tmp_path / "source", tmp_path / "built", tmp_path / "installed"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=IGNORED)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(built),
    ]
    done = subprocess.run([*command, str(source)], env=clean_env(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(installed)
    for name in PACKAGES:
        wanted = {str(path.relative_to(source)) for path in (source / name).rglob("*") if path.is_file()}
        missing = {path for path in wanted if not (installed / path).is_file()}
        assert not missing, sorted(missing)[:10]
    code = (
        "import sys, retrieval; from bot.cli import main; assert retrieval.__file__.startswith(sys.argv.pop(1)); main()"
    )
    run = [sys.executable, "-c", code, str(installed), "--data-dir", str(tmp_path / "data")]
    env = clean_env(PYTHONPATH=str(installed), OMP_NUM_THREADS="1")
    document = tmp_path / "leave.md"
    document.write_text("# Отпуск\n\nОтпуск длится 28 дней в году.", "utf-8")
    for arguments in (["ingest", str(document)], ["ask", "Сколько длится отпуск?"]):
        done = subprocess.run([*run, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "28" in done.stdout
