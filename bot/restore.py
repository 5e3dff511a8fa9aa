"""A backup back into a data folder: checked to the last byte, the index built anew, people who asked to be forgotten kept
forgotten, and only then put in place. Trusts nothing in the archive."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tarfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import ValidationError

from bot.backup import DATABASES, FORMAT, MANIFEST, SINGLE, Entry, Manifest
from bot.lock import DataLock
from core.errors import UnavailableError, UsageError
from core.payload import document_id
from core.settings import Settings
from ingest import ledger as ledgers
from ingest.pipeline import Progress

MOST_MANIFEST = 32 << 20  # bytes
STALE = 86400.0  # seconds after which an unanswered question is not answered any more
PIECE = 1 << 20
NAME = re.compile(r"(uploads/\d+|(personas|adapters)/[\w-]+)(/[^/\x00-\x1f]+)+")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `replaced` is where the former data folder went, if there was one."""

    documents: int
    chunks: int
    made_at: float
    forgotten: int
    personas: str
    replaced: str
    seconds: float


def restore(settings: Settings, file: Path, force: bool, forgotten: Path | None, progress: Progress) -> Restored:
    """Into an empty or absent data folder, or over another one with `force`. Until the end nothing of the former folder is
    touched. Raises UsageError for what is no backup, UnavailableError where a service runs or the disk is full."""
    started = time.monotonic()
    data_dir = settings.data_dir.absolute()
    if data_dir.is_mount():
        raise UsageError(
            f"{data_dir} is a mount point and can't be exchanged.", "Use a folder inside it as data folder."
        )
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with DataLock(data_dir, patience=2), _stage(data_dir) as stage:
        occupied = any(path.name != "lock" for path in data_dir.iterdir())
        if occupied and not force:
            raise UsageError(f"{data_dir} is not empty.", "Give another --data-dir, or --force to put it aside.")
        manifest = unpack(file, stage)
        _check_databases(stage)
        people = _tombstones(stage, [data_dir / "forgotten.jsonl", *([forgotten] if forgotten else [])])
        _move_in(stage, manifest, data_dir)
        gone = _forget(stage, people, data_dir, manifest.made_at)
        documents, chunks = asyncio.run(_rebuild(settings, stage, force, progress))
        aside = _exchange(stage, data_dir, occupied)
    personas = str(data_dir / "personas") if (data_dir / "personas").is_dir() else ""
    seconds = round(time.monotonic() - started, 3)
    return Restored(documents, chunks, manifest.made_at, gone, personas, aside, seconds)


@contextmanager
def _stage(data_dir: Path) -> Iterator[Path]:
    """A folder beside the data folder, gone afterwards unless it took its place."""
    stage = data_dir.parent / f".restore-{uuid.uuid4().hex[:12]}"
    stage.mkdir(mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


# The archive


def unpack(file: Path, stage: Path) -> Manifest:
    """Only plain files that the manifest names, with the size and the hash it gives. Raises UsageError for anything else."""
    try:
        with tarfile.open(file, "r:") as tar:
            members = iter(tar)
            manifest = _manifest(tar, next(members, None))
            if sum(item.size for item in manifest.files.values()) > shutil.disk_usage(stage).free:
                raise UnavailableError("The disk has no space for this backup.", "Free some space, then repeat.")
            waiting = dict(manifest.files)
            for member in members:
                item = waiting.pop(member.name, None)
                if item is None or not member.isreg() or member.sparse is not None or member.size != item.size:
                    raise _foreign(f"{member.name[:80]!r} does not belong there")
                content = tar.extractfile(member)
                assert content is not None
                _write(content, item, stage / member.name)
            if waiting:
                raise _foreign(f"{sorted(waiting)[0]} is missing")
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise _foreign(str(error)) from error
    except OSError as error:
        raise UnavailableError(
            f"{file} can't be read: {error.strerror or error}.", "Check the path and its permissions."
        ) from error
    return manifest


def _foreign(why: str) -> UsageError:
    return UsageError(f"This is not a whole backup of expertbot: {why}.", "Nothing was changed. Try an older backup.")


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> Manifest:
    if member is None or member.name != MANIFEST or not member.isreg() or member.size > MOST_MANIFEST:
        raise _foreign("it has no manifest")
    content = tar.extractfile(member)
    assert content is not None
    try:
        manifest = Manifest.model_validate_json(content.read())
    except ValidationError as error:
        raise _foreign("its manifest has another shape") from error
    if manifest.format != FORMAT:
        raise _foreign(f"it is a {manifest.format[:40]!r}")
    for name in manifest.files:
        if not allowed(name):
            raise _foreign(f"it names {name[:80]!r}")
    if "ledger.sqlite" not in manifest.files:
        raise _foreign("it has no ledger")
    return manifest


def allowed(name: str) -> bool:
    """Whether a backup of ours may hold a file of this name."""
    if name in DATABASES or name in SINGLE:
        return True
    parts = PurePosixPath(name).parts
    return bool(NAME.fullmatch(name)) and name == "/".join(parts) and not {".", ".."} & set(parts) and "\\" not in name


def _write(content: IO[bytes], item: Entry, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as out:
        while piece := content.read(PIECE):
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != item.sha256:
        raise _foreign(f"{target.name} is damaged")


# The databases


def _check_databases(stage: Path) -> None:
    """Whole, with tables and indexes only: a trigger or view in a crafted file would run inside our own statements."""
    for name in DATABASES:
        if not (stage / name).is_file():
            continue
        try:
            with closing(sqlite3.connect(stage / name)) as db:
                db.execute("PRAGMA trusted_schema = OFF")
                kinds = {row[0] for row in db.execute("SELECT type FROM sqlite_master")}
                whole = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as error:
            raise _foreign(f"{name} is no database: {error}") from error
        if not whole or kinds - {"table", "index"}:
            raise _foreign(f"{name} is damaged")
        if name == "ledger.sqlite" and not {"documents", "indexed", "loose", "generations"} <= tables:
            raise _foreign("its ledger is another one")


def _move_in(stage: Path, manifest: Manifest, data_dir: Path) -> None:
    """Uploads are known by their path, which may be another here; what waited to be answered is not answered twice."""
    old, new = (f"{folder}/uploads/" for folder in (manifest.data_dir, data_dir.resolve().as_posix()))
    with closing(sqlite3.connect(stage / "ledger.sqlite")) as db, db:
        for (source,) in db.execute("SELECT source FROM documents WHERE source LIKE ? || '%'", (old,)).fetchall():
            if old != new and source.startswith(old):
                moved = new + source.removeprefix(old)
                db.execute(
                    "UPDATE documents SET source = ?, doc_id = ? WHERE source = ?", (moved, document_id(moved), source)
                )
        for table in ("indexed", "loose"):
            db.execute(f"DELETE FROM {table}")
        db.execute("DELETE FROM generations WHERE state != 'active'")
    if (stage / "state.sqlite").is_file():
        since = time.time() if manifest.running else time.time() - STALE
        with closing(sqlite3.connect(stage / "state.sqlite")) as db, db:
            db.execute("UPDATE inbox SET state = 'done', body = NULL WHERE state != 'done' AND received < ?", (since,))
            db.execute("UPDATE outbox SET state = 'failed', body = '' WHERE state = 'waiting' AND at < ?", (since,))
            db.execute("UPDATE jobs SET state = 'cancelled' WHERE state IN ('queued', 'running') AND at < ?", (since,))


# People who asked to be forgotten


def _tombstones(stage: Path, others: list[Path]) -> dict[int, float]:
    """All that any list names, the backup's own included, now in one list."""
    from bot.state import Forgotten

    target = stage / "forgotten.jsonl"
    found: dict[int, float] = {}
    for path in (target, *others):
        for user, at in Forgotten(path).people().items():
            found[user] = max(at, found.get(user, 0.0))
    if found:
        lines = [json.dumps({"user": user, "at": at}) + "\n" for user, at in found.items()]
        target.write_text("".join(lines), encoding="utf-8")
        target.chmod(0o600)
    return found


def _forget(stage: Path, people: dict[int, float], data_dir: Path, made_at: float) -> int:
    """Erase what a person had sent before asking; how many documents went. Words go where the state is opened: here, too."""
    if (stage / "state.sqlite").is_file():
        asyncio.run(_forget_words(stage))
        with closing(sqlite3.connect(stage / "state.sqlite")) as state, state:  # a chosen voice tells no time
            chosen = [(user,) for user, at in people.items() if at >= made_at]
            state.executemany("DELETE FROM chats WHERE chat = ?", chosen)
    gone = 0
    with closing(sqlite3.connect(stage / "ledger.sqlite", isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = ON")
        for user, at in people.items():
            until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
            prefix = f"{data_dir.resolve().as_posix()}/uploads/{user}/"
            rows = db.execute("SELECT source FROM documents WHERE ingested_at <= ?", (until,)).fetchall()
            for (source,) in rows:
                if source.startswith(prefix):
                    db.execute("DELETE FROM documents WHERE source = ?", (source,))
                    gone += 1
            kept = {source for (source,) in db.execute("SELECT source FROM documents").fetchall()}
            folder = stage / "uploads" / str(user)
            for file in [path for path in folder.rglob("*") if path.is_file()]:  # also what never was taken in
                if prefix + file.relative_to(folder).as_posix() not in kept:
                    file.unlink()
        db.execute("VACUUM")
    return gone


async def _forget_words(stage: Path) -> None:
    from bot.state import State

    state = State(stage)
    try:
        await state.open()
    finally:
        state.close()


# The index, and the end


async def _rebuild(settings: Settings, stage: Path, force: bool, progress: Progress) -> tuple[int, int]:
    """The index from the ledger's texts, verified as every reindex is; documents and chunks."""
    from bot.app import App
    from bot.commands import reindex

    ledger = ledgers.Ledger(stage / "ledger.sqlite")
    documents = len(ledger.sources())
    ledger.close()
    app = App(settings.model_copy(update={"data_dir": stage}))
    try:
        if settings.qdrant.url:
            taken = await app.index.generations()
            if taken and not force:
                raise UsageError(
                    f"The Qdrant server has an index {settings.qdrant.collection} already.",
                    "Give it another name with EXPERTBOT_QDRANT__COLLECTION, or --force to replace it.",
                )
            _number_above(stage, max(taken, default=0))
        if not documents:
            _number_above(stage, None)
            return 0, 0
        made = await reindex(app, progress)
        former = app.ledger.previous()
        if former is not None:  # its index was not in the backup
            app.ledger.forget_generation(former)
        return made["documents"], made["chunks"]
    finally:
        await app.close()


def _number_above(stage: Path, taken: int | None) -> None:
    """Let the new generation have a number that the server does not know; None: there is no generation yet."""
    with closing(sqlite3.connect(stage / "ledger.sqlite")) as db, db:
        if taken is None:
            db.execute("DELETE FROM generations")
        else:
            db.execute("UPDATE generations SET generation = MAX(generation, ?)", (taken,))


def _exchange(stage: Path, data_dir: Path, occupied: bool) -> str:
    """The stage takes the data folder's place; where the former folder went, "" where it was empty."""
    for name in ("lock", "control.sock"):
        with contextlib.suppress(FileNotFoundError):
            (stage / name).unlink()
    aside = data_dir.with_name(f"{data_dir.name}.before-restore-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        if occupied:
            data_dir.rename(aside)
        else:
            (data_dir / "lock").unlink(missing_ok=True)
        stage.rename(data_dir)  # onto an empty folder or none: one step
    except OSError as error:
        if occupied and aside.exists() and not data_dir.exists():
            aside.rename(data_dir)
        raise UnavailableError(f"{data_dir} can't be exchanged: {error.strerror}.", "Nothing was changed.") from error
    return str(aside) if occupied else ""
