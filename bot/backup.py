"""A backup: one tar with a manifest of hashes, taken while the bot runs or not. The index is not in it: `bot/restore.py` builds
it anew from the ledger's texts, so a backup is always whole, fits any engine, and holds no vector of what was removed."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.errors import UnavailableError, UsageError
from core.settings import Settings

FORMAT = "expertbot backup 1"
MANIFEST = "manifest.json"
SINGLE = ("forgotten.jsonl", "api_keys.json")  # of the data folder, beside the databases
DATABASES = ("ledger.sqlite", "state.sqlite")


class Entry(BaseModel):
    """One file of the archive. `sha256` is hexadecimal, `size` in bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What is in an archive. `running`: a service was at work on the data folder while the backup was taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: str
    version: str
    made_at: float
    running: bool
    data_dir: str
    files: dict[str, Entry]


def backup(settings: Settings, file: Path, personas: Path) -> Manifest:
    """Write the archive, readable by its owner only; it appears whole or not at all. Raises UsageError where there is nothing
    to keep or the file is there already, UnavailableError where the disk refuses."""
    data_dir = settings.data_dir
    if not (data_dir / "ledger.sqlite").is_file():
        raise UsageError(f"There is nothing to keep in {data_dir}.", "Is --data-dir right?")
    if file.exists():
        raise UsageError(f"{file} is there already.", "Give another name: a backup overwrites nothing.")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {file.absolute().parent}.", "Make it first.")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.absolute().parent) as folder:
            stage = Path(folder)
            running = _running(data_dir)
            _gather(data_dir, personas, stage)
            manifest = Manifest(
                format=FORMAT, version=importlib.metadata.version("expertbot"), made_at=time.time(), running=running,
                data_dir=str(data_dir.resolve()), files={name: entry(path) for name, path in _files(stage)},
            )  # fmt: skip
            _pack(stage, manifest, file)
    except (OSError, sqlite3.Error) as error:
        raise UnavailableError(f"The backup can't be written: {error}.", "Is there space on the disk?") from error
    return manifest


def _running(data_dir: Path) -> bool:
    """Whether some process holds the data folder."""
    from bot.lock import DataLock

    try:
        with DataLock(data_dir, patience=0):
            return False
    except UnavailableError:
        return True


def _gather(data_dir: Path, personas: Path, stage: Path) -> None:
    """A copy of all that is kept. SQLite's own backup gives each database as of one moment, whoever writes meanwhile."""
    for name in DATABASES:
        if (data_dir / name).is_file():
            with (
                closing(sqlite3.connect(f"file:{data_dir / name}?mode=ro", uri=True)) as live,
                closing(sqlite3.connect(stage / name)) as copy,
            ):
                live.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, no log beside it
    for name in SINGLE:
        if (data_dir / name).is_file():
            shutil.copyfile(data_dir / name, stage / name)
    folders = (("uploads", data_dir / "uploads"), ("adapters", data_dir / "adapters"), ("personas", personas))
    for name, folder in folders:
        for inner, path in _files(folder):
            target = stage / name / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(path, target, follow_symlinks=False)
            except FileNotFoundError:  # removed this very moment: then it is not to be kept
                continue


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The regular files below, with their names relative to the folder; links are left out."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path


def entry(path: Path) -> Entry:
    with path.open("rb") as file:
        return Entry(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _pack(stage: Path, manifest: Manifest, file: Path) -> None:
    fresh = stage / ".archive"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            listing = manifest.model_dump_json(indent=1).encode()
            _add(tar, MANIFEST, len(listing), io.BytesIO(listing))
            for name, item in manifest.files.items():
                with (stage / name).open("rb") as content:
                    _add(tar, name, item.size, content)
        raw.flush()
        os.fsync(raw.fileno())
    os.link(fresh, file)  # unlike a rename, never over another file


def _add(tar: tarfile.TarFile, name: str, size: int, content: io.BufferedIOBase) -> None:
    """Nothing of this machine's users goes along."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, 0
    tar.addfile(info, content)
