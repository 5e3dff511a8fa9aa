"""Backups taken while a service runs, brought back elsewhere; and archives that somebody meddled with."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.backup import FORMAT, MANIFEST
from bot.restore import allowed, unpack
from bot.state import State, Talk, choose_persona, remember
from core.errors import UsageError
from tests.conftest import HANDBOOK, ROOT, Run, clean_env, parsed

QUESTIONS = ["Сколько хранятся логи?", "Что такое релизный поезд?", "Какой у кота цвет?", "Какая глубина у озера?"]
TAKEN = sorted(HANDBOOK.glob("*.md"))[:4]
LAKE = "# Озеро\n\nГлубина озера Тихого — 42 метра, вода в нём холодная.\n"


def remembered(data: Path, user: int) -> list[str]:
    with sqlite3.connect(f"file:{data / 'state.sqlite'}?mode=ro", uri=True) as db:
        return [row[0] for row in db.execute("SELECT content FROM turns WHERE user = ? ORDER BY id", (user,))]


async def _talk(data: Path) -> None:
    state = State(data)
    await state.open()
    for user, text in ((7, "я спросил про озеро"), (8, "а я про логи")):
        answer = {"id": f"t{user}", "text": "ответ", "status": "draft", "persona": None, "timings": {"total": 0.1}}
        talk = Talk(1, user, 0, user)
        await state.db.write(lambda db, t=talk, q=text, a=answer: remember(db, t, 1, q, a, 1))  # type: ignore[misc]
    await state.db.write(lambda db: db.execute(
        "INSERT INTO inbox VALUES (1, 5, '{}', 'new', ?, NULL)", (time.time() - 5,)))  # fmt: skip
    await state.db.write(lambda db: choose_persona(db, 1, 7, "alex"))
    state.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder in use by a service, and a backup taken meanwhile; don't change either."""
    folder = tmp_path_factory.mktemp("backup")
    data, archive = folder / "data", folder / "saved.tar"
    upload = data / "uploads" / "7" / "озеро.md"
    upload.parent.mkdir(parents=True)
    upload.write_text(LAKE, encoding="utf-8")
    upload.with_name("снимок.pdf").write_bytes(b"%PDF-1.4 never taken in")
    adapter = data / "adapters" / "alex" / "v1" / "adapter_model.safetensors"
    adapter.parent.mkdir(parents=True)
    adapter.write_bytes(bytes(range(256)))
    command = [sys.executable, "-m", "bot", "--data-dir", str(data)]
    env = clean_env(EXPERTBOT_API__LISTEN="127.0.0.1:0")
    subprocess.run(
        [*command, "ingest", *map(str, TAKEN), str(upload)], cwd=ROOT, env=env, check=True, capture_output=True
    )
    asyncio.run(_talk(data))
    service = subprocess.Popen([*command, "api"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    assert service.stderr is not None
    assert any("listening" in line for line in service.stderr)
    done = subprocess.run(
        [*command, "backup", str(archive), "--json"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    service.terminate()
    assert service.wait(30) == 0
    service.stderr.close()
    report = parsed(done)
    assert report["running"] is True
    assert archive.stat().st_mode & 0o777 == 0o600
    return data, archive


def answers(expertbot: Run, data: Path) -> list[Any]:
    lines = "".join(json.dumps({"id": n, "question": text}) + "\n" for n, text in enumerate(QUESTIONS))
    done = expertbot("ask", "--batch", "-", "--persona", "none", stdin=lines, data_dir=data)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(QUESTIONS), done.stderr
    return [
        (item["text"], item["status"], [(s["title"], s["quote"], s["start"]) for s in item["sources"]])
        for item in found
    ]


def test_a_restored_copy_answers_the_same(place: tuple[Path, Path], expertbot: Run, tmp_path: Path):
    data, archive = place
    copy = tmp_path / "elsewhere"
    report = parsed(expertbot("restore", str(archive), "--json", data_dir=copy))
    assert report["documents"] == len(TAKEN) + 1
    assert answers(expertbot, copy) == answers(expertbot, data)
    assert remembered(copy, 7) == remembered(data, 7)
    assert remembered(copy, 8) == ["а я про логи", "ответ"]
    sources = [row["source"] for row in parsed(expertbot("docs", "--json", data_dir=copy))]
    assert str(copy / "uploads" / "7" / "озеро.md") in sources
    with sqlite3.connect(copy / "state.sqlite") as db:  # the running service has answered it
        assert db.execute("SELECT state FROM inbox").fetchall() == [("done",)]
    assert not list(tmp_path.glob(".restore*"))
    assert (copy / "personas" / "alex" / "bible.yaml").read_bytes() == (ROOT / "personas/alex/bible.yaml").read_bytes()
    assert (copy / "adapters/alex/v1/adapter_model.safetensors").read_bytes() == bytes(range(256))
    assert expertbot("rollback", data_dir=copy).returncode == 2
    again = expertbot("restore", str(archive), data_dir=copy)
    assert again.returncode == 2
    assert "--force" in again.stderr


def test_who_was_forgotten_stays_forgotten(place: tuple[Path, Path], expertbot: Run, tmp_path: Path):
    data, archive = place
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    assert parsed(expertbot("forget", "7", "--json", data_dir=copy))["messages"] == 2
    report = parsed(expertbot("restore", str(archive), "--force", "--json", data_dir=copy))
    assert report["forgotten"] == 1
    assert Path(report["replaced"]).is_dir()
    assert remembered(copy, 7) == []
    assert remembered(copy, 8) != []
    assert not [path for path in (copy / "uploads").rglob("*") if path.is_file()]
    with sqlite3.connect(copy / "state.sqlite") as db:
        assert db.execute("SELECT COUNT(*) FROM chats WHERE chat = 7").fetchone() == (0,)
    assert not any("uploads" in row["source"] for row in parsed(expertbot("docs", "--json", data_dir=copy)))
    for name in ("ledger.sqlite", "state.sqlite"):
        assert "озеро".encode() not in (copy / name).read_bytes()


@pytest.mark.slow
def test_a_list_of_the_forgotten_kept_apart_counts_too(place: tuple[Path, Path], expertbot: Run, tmp_path: Path):
    _, archive = place
    later = tmp_path / "forgotten.jsonl"
    later.write_text(json.dumps({"user": 7, "at": time.time()}) + "\n")
    other = tmp_path / "other"
    report = parsed(expertbot("restore", str(archive), "--forgotten", str(later), "--json", data_dir=other))
    assert report["forgotten"] == 1
    assert remembered(other, 7) == []


def test_a_backup_overwrites_nothing_and_needs_something(place: tuple[Path, Path], expertbot: Run, tmp_path: Path):
    data, archive = place
    before = archive.read_bytes()
    assert expertbot("backup", str(archive), data_dir=data).returncode == 2
    assert archive.read_bytes() == before
    assert expertbot("backup", str(tmp_path / "b.tar"), data_dir=tmp_path / "none").returncode == 2
    assert expertbot("backup", str(tmp_path / "no" / "b.tar"), data_dir=data).returncode == 2
    assert not list(tmp_path.glob(".backup*"))


def test_a_service_at_work_is_not_replaced(place: tuple[Path, Path], tmp_path: Path):
    from bot.lock import DataLock

    copy = tmp_path / "data"
    shutil.copytree(place[0], copy)
    with DataLock(copy):
        command = [sys.executable, "-m", "bot", "--data-dir", str(copy), "restore", str(place[1]), "--force"]
        done = subprocess.run(command, cwd=ROOT, env=clean_env(), capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert re.search(r"in use by process \d+", done.stderr)


# Archives somebody meddled with

Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def member(
    name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    return info, content


def listed(items: list[tuple[tarfile.TarInfo, bytes]], name: str, content: bytes) -> None:
    """Name a file in the manifest, as a forger would."""
    import hashlib

    manifest = json.loads(items[0][1])
    manifest["files"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    items[0] = member(MANIFEST, json.dumps(manifest).encode())


def climbs(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    listed(items, "uploads/7/../../../evil", b"x")
    items.append(member("uploads/7/../../../evil", b"x"))


def is_absolute(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    listed(items, "/tmp/evil", b"x")
    items.append(member("/tmp/evil", b"x"))


def is_a_link(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    listed(items, "uploads/7/link", b"")
    items.append(member("uploads/7/link", kind=tarfile.SYMTYPE, link="/etc/passwd"))


def is_a_hard_link(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    listed(items, "uploads/7/link", b"")
    items.append(member("uploads/7/link", kind=tarfile.LNKTYPE, link="ledger.sqlite"))


def is_a_device(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    listed(items, "uploads/7/null", b"")
    items.append(member("uploads/7/null", kind=tarfile.CHRTYPE))


def is_twice(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    items.append(items[-1])


def is_not_listed(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    items.append(member("uploads/7/more.md", b"x"))


def is_missing(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    items.pop()


def is_damaged(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    info, content = items[-1]
    items[-1] = (info, bytes([content[0] ^ 1]) + content[1:])


def is_another_format(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    items[0] = member(MANIFEST, items[0][1].replace(FORMAT.encode(), b"expertbot backup 9"))


def has_no_manifest(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    items.pop(0)


def holds_a_trigger(items: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    place = next(n for n, (info, _) in enumerate(items) if info.name == "ledger.sqlite")
    path = Path(os.environ["PYTEST_TMP_LEDGER"])
    path.write_bytes(items[place][1])
    with sqlite3.connect(path) as db:
        db.execute("CREATE TRIGGER t AFTER DELETE ON indexed BEGIN DELETE FROM documents; END")
    db.close()
    content = path.read_bytes()
    listed(items, "ledger.sqlite", content)
    items[place] = member("ledger.sqlite", content)


@pytest.mark.parametrize(
    "change",
    [climbs, is_absolute, is_a_link, is_a_hard_link, is_a_device, is_twice, is_not_listed, is_missing, is_damaged,
     is_another_format, has_no_manifest],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_a_meddled_archive_is_refused(place: tuple[Path, Path], tmp_path: Path, change: Change):
    stage = tmp_path / "in" / "stage"
    stage.mkdir(parents=True)
    with pytest.raises(UsageError, match="not a whole backup"):
        unpack(meddled(place[1], tmp_path, change), stage)
    assert not any(path.is_symlink() for path in stage.rglob("*"))
    assert {path.name for path in tmp_path.iterdir()} == {"in", "meddled.tar"}


def meddled(archive: Path, folder: Path, change: Change) -> Path:
    with tarfile.open(archive) as tar:
        items = [(info, tar.extractfile(info).read()) for info in tar]  # type: ignore[union-attr]
    change(items)
    target = folder / "meddled.tar"
    with tarfile.open(target, "w") as tar:
        for info, content in items:
            tar.addfile(info, io.BytesIO(content))
    return target


def test_a_database_with_code_in_it_is_refused(
    place: tuple[Path, Path], tmp_path: Path, expertbot: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTEST_TMP_LEDGER", str(tmp_path / "ledger.sqlite"))
    archive = meddled(place[1], tmp_path, holds_a_trigger)
    done = expertbot("restore", str(archive), data_dir=tmp_path / "data")
    assert done.returncode == 2
    assert "ledger.sqlite" in done.stderr
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["lock"]


def test_what_is_no_archive_is_refused(tmp_path: Path, expertbot: Run):
    for content in (b"", b"rubbish" * 200, b"\x1f\x8b\x08" + bytes(600)):
        (tmp_path / "a.tar").write_bytes(content)
        done = expertbot("restore", str(tmp_path / "a.tar"))
        assert done.returncode == 2, done.stderr
    assert expertbot("restore", str(tmp_path / "none.tar")).returncode == 5


def test_names_a_backup_may_hold():
    good = ("ledger.sqlite", "uploads/7/отчёт за май.md", "personas/alex/adapter/model.safetensors", "forgotten.jsonl")
    bad = ("", "lock", "../ledger.sqlite", "uploads/x/a", "uploads/7/", "uploads//a", "uploads/7/./a", "uploads/7/..",
           "personas/alex", "uploads/7/a\\b", "uploads/7/a\nb", "./ledger.sqlite")  # fmt: skip
    assert all(allowed(name) for name in good)
    assert [name for name in bad if allowed(name)] == []
