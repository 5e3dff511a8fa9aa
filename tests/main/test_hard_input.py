"""Files and disks at their worst: odd names, pipes, loops, no permission, no space."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from core.errors import DocumentError, UnavailableError
from core.ports import Point, SparseVector
from ingest.files import discover
from ingest.ledger import Ledger
from ingest.sandbox import Limits, Sandbox
from retrieval.edge import ROOM, EdgeIndex
from tests.conftest import ROOT, Run, clean_env, parsed


def test_odd_names_are_taken_in_or_named(expertbot: Run, tmp_path: Path):
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("две\nстроки.md", "смайл 🙂.md", "«ёлка» & 'кавычки'.md"):
        (folder / name).write_text(f"# {name}\n\nПредел — 4 ГБ.\n", encoding="utf-8")
    try:
        (folder / os.fsdecode(b"\xff\xfe.md")).write_text("# Имя\n\nТекст.\n", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    os.mkfifo(folder / "pipe.md")
    (folder / "turning.md").symlink_to(folder / "turning.md")
    done = expertbot("ingest", str(folder), "--json")
    assert done.returncode == 3
    report = parsed(done)
    assert report["added"] == 3
    assert len(report["failed"]) == 3
    said = " ".join(failure["error"] for failure in report["failed"])
    assert "not UTF-8" in said
    assert "no regular file" in said
    assert "broken link" in said
    assert expertbot("remove", "две\nстроки.md", "--json").returncode == 0
    assert expertbot("remove", str(folder / "turning.md")).returncode == 2


def test_our_own_data_is_not_taken_in_with_the_folder_around_it(tmp_path: Path):
    data = tmp_path / "data"
    (data / "uploads").mkdir(parents=True)
    for path in (data / "uploads" / "secret.md", tmp_path / "open.md"):
        path.write_text("# Т\n\nТекст.\n", encoding="utf-8")
    found, failed = discover([tmp_path], lambda name: True, data)
    assert ([path.name for path in found], failed) == (["open.md"], [])
    asked, _ = discover([data / "uploads"], lambda name: True, data)
    assert [path.name for path in asked] == ["secret.md"]


def test_what_may_not_be_read_is_named(tmp_path: Path):
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv to become somebody else")
    folder = tmp_path / "docs"
    (folder / "closed").mkdir(parents=True)
    (folder / "closed" / "a.md").write_text("# А\n\nТекст.\n", encoding="utf-8")
    (folder / "b.md").write_text("# Б\n\nТекст.\n", encoding="utf-8")
    code = (
        "from pathlib import Path; from ingest.files import discover; from ingest.sandbox import read_file\n"
        f"found, failed = discover([Path({str(folder)!r}), Path({str(folder / 'closed' / 'a.md')!r})], lambda n: True)\n"
        "print([p.name for p in found], [f.code for f in failed], {f.hint for f in failed})\n"
        "try: read_file(found[0])\n"
        "except Exception as error: print(type(error).__name__, error.code)\n"
    )
    (folder / "b.md").chmod(0o600)
    (folder / "closed").chmod(0o700)
    for place in (folder, *folder.parents):
        if place == Path(tempfile.gettempdir()):
            break
        place.chmod(0o755)
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-B", "-c", code],
        cwd=ROOT, env=clean_env(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ermission denied" in done.stderr:
        pytest.skip("this checkout or interpreter is closed to other users")
    assert done.stdout.splitlines() == [
        "['b.md'] ['folder', 'folder'] {'Check its permissions.'}", "DocumentError unreadable",
    ], done.stderr  # fmt: skip


def test_a_sandbox_can_be_closed_under_a_waiting_thread():
    """Ctrl-C must not wait for the file that is being read."""
    sandbox = Sandbox(Limits(wall_seconds=50))
    text = "".join(f"Пункт {n}: предел {n} ГБ, кроме сборок.\n\n" for n in range(200_000)).encode()
    failed: list[DocumentError] = []

    def read() -> None:
        try:
            sandbox.parse_and_chunk(text, "/long.md")
        except DocumentError as error:
            failed.append(error)

    sandbox.start()
    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.5)
    sandbox.close()
    reader.join(20)
    assert not reader.is_alive()
    assert failed


def test_a_full_disk_is_a_sentence_not_a_dead_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The engine's memory maps would end the process; so free space is asked for first."""

    async def scenario() -> None:
        index = EdgeIndex(tmp_path / "index", 4)
        store = await index.create(1)
        point = Point("00000000-0000-0000-0000-000000000001", [1.0, 0, 0, 0], SparseVector((1,), (1.0,)), {"text": "a"})
        await store.upsert([point])
        usage = shutil.disk_usage(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=ROOM - 1))
            for work in (store.upsert([point]), index.create(2)):
                with pytest.raises(UnavailableError, match="disk is full") as error:
                    await work
                assert "Free some space" in error.value.hint
        assert await store.count() == 1
        await store.close()

    asyncio.run(scenario())


def test_a_ledger_that_is_none_or_newer_is_named(tmp_path: Path):
    (tmp_path / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(UnavailableError, match=r"ledger\.sqlite"):
        Ledger(tmp_path / "ledger.sqlite")
    newer = Ledger(tmp_path / "new.sqlite")
    newer._db.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(UnavailableError, match="newer"):
        Ledger(tmp_path / "new.sqlite")
