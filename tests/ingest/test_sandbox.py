"""The reading process: it may hang, crash, eat memory or be killed; the caller gets a DocumentError and the
next file is read."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import DocumentError
from ingest.chunk import chunk
from ingest.parse import parse
from ingest.sandbox import Limits, Sandbox, read_file
from tests.ingest.make_files import broken, make_docx, make_xlsx

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as shared:
        yield shared


def test_the_result_is_that_of_parsing_here(sandbox: Sandbox) -> None:
    for name, data in (("а.md", "# Тема\n\nТекст.".encode()), ("а.docx", make_docx()), ("а.xlsx", make_xlsx())):
        document, pieces = sandbox.parse_and_chunk(data, f"/docs/{name}", name=name)
        assert document == parse(data, f"/docs/{name}", name=name)
        assert pieces == chunk(document)


def test_a_file_by_its_path(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "заметка.txt"
    path.write_bytes("Привет, мир".encode("cp1251"))
    document, pieces = sandbox.parse_and_chunk(path, str(path))
    assert (document.title, document.text, len(pieces)) == ("заметка", "Привет, мир", 1)


@pytest.mark.parametrize(
    "name", ["скан.pdf", "бомба.docx", "смех.docx", "шум.bin", "глубокий.json", "под-паролем.pdf", "пусто.md"]
)
def test_broken_files_bring_their_code_and_harm_nobody(sandbox: Sandbox, name: str) -> None:
    make, code = broken()[name]
    with pytest.raises(DocumentError) as caught:
        sandbox.parse_and_chunk(make(), name)
    assert caught.value.code == code
    assert name in caught.value.message
    assert caught.value.hint
    assert sandbox.parse_and_chunk("живой".encode(), "a.txt")[0].text == "живой"


def test_too_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "лог.txt"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(DocumentError, match=r"лог\.txt: 200 MB is more than the 50 MB") as caught:
        Sandbox().parse_and_chunk(path, str(path))
    assert caught.value.code == "too_big"
    assert "Split" in caught.value.hint


def test_what_is_no_readable_file_is_named(tmp_path: Path) -> None:
    fifo = tmp_path / "труба.txt"
    os.mkfifo(fifo)
    cases = {fifo: "not_file", tmp_path: "not_file", tmp_path / "нет.txt": "missing"}
    loop = tmp_path / "петля.txt"
    loop.symlink_to(loop)
    cases[loop] = "unreadable"
    for path, code in cases.items():
        with pytest.raises(DocumentError) as caught:
            read_file(path)
        assert caught.value.code == code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "секрет.txt"
    path.write_text("x")
    path.chmod(stat.S_IWUSR)
    with pytest.raises(DocumentError) as caught:
        read_file(path)
    assert caught.value.code == "unreadable"


SLOW = b"*a_" * 3_000_000  # emphasis that closes nowhere: minutes of work


def test_a_hang_is_ended_by_the_clock_and_the_child_replaced() -> None:
    with Sandbox(Limits(wall_seconds=1.5)) as sandbox:
        with pytest.raises(DocumentError, match=r"долгий\.md: reading it took longer than") as caught:
            sandbox.parse_and_chunk(SLOW, "долгий.md")
        assert caught.value.code == "timeout"
        assert sandbox.parse_and_chunk(b"ok", "a.txt")[0].text == "ok"


def test_processor_time_is_limited_too() -> None:
    with Sandbox(Limits(cpu_seconds=1, wall_seconds=60)) as sandbox:
        with pytest.raises(DocumentError) as caught:
            sandbox.parse_and_chunk(SLOW, "долгий.md")
        assert caught.value.code == "timeout"
        assert sandbox.parse_and_chunk(b"ok", "a.txt")[0].text == "ok"


def test_memory_is_limited() -> None:
    with Sandbox(Limits(memory_bytes=400 * 1024 * 1024)) as sandbox:
        with pytest.raises(DocumentError) as caught:
            sandbox.parse_and_chunk(b"[" + b"{}," * 8_000_000 + b"1]", "толстый.json")
        assert caught.value.code == "memory"
        assert "400 MB" in caught.value.message
        assert sandbox.parse_and_chunk(b"ok", "a.txt")[0].text == "ok"


@pytest.mark.parametrize("sign", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_while_reading_is_told_and_the_child_replaced(sign: signal.Signals) -> None:
    import threading

    with Sandbox() as sandbox:
        sandbox.start()
        child = sandbox._child
        assert child is not None
        timer = threading.Timer(0.3, child.send_signal, [sign])
        timer.start()
        with pytest.raises(DocumentError) as caught:
            sandbox.parse_and_chunk(SLOW, "падающий.md")
        timer.join()
        assert caught.value.code == ("memory" if sign is signal.SIGKILL else "crash")
        assert sandbox.parse_and_chunk(b"ok", "a.txt")[0].text == "ok"


def test_a_child_that_died_between_files_is_replaced() -> None:
    with Sandbox() as sandbox:
        sandbox.parse_and_chunk(b"one", "a.txt")
        assert sandbox._child is not None
        sandbox._child.kill()
        sandbox._child.wait()
        assert sandbox.parse_and_chunk(b"two", "a.txt")[0].text == "two"


_INSIDE = """
import json, os, socket, subprocess, sys
sys.argv = ["jail", json.dumps({"memory_bytes": 1 << 30, "cpu_seconds": 5, "wall_seconds": 5})]
from ingest import jail
jail._limit(1 << 30)
filtered = jail._seccomp()
raw = {}
def attempt(name, call):
    try:
        call()
        raw[name] = "done"
    except (OSError, subprocess.SubprocessError) as error:
        raw[name] = type(error).__name__
attempt("socket", lambda: socket.socket())
attempt("program", lambda: os.execv("/bin/true", ["true"]))
attempt("fork", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("write", lambda: open(sys.executable + ".x", "w"))
attempt("remove", lambda: os.unlink("/nonexistent/x"))
attempt("read", lambda: open(os.__file__).read(10))
attempt("signal", lambda: os.kill(os.getppid(), 0))
jail._no_sockets()
attempt("python socket", lambda: socket.create_connection(("127.0.0.1", 9)))
print(json.dumps([filtered, raw]))
"""


def test_no_network_no_programs_no_written_files() -> None:
    import json

    out = subprocess.run([sys.executable, "-c", _INSIDE], capture_output=True, text=True, cwd=ROOT, check=True)
    filtered, raw = json.loads(out.stdout)
    assert raw["python socket"] == "PermissionError"
    assert raw["read"] == "done"
    if not filtered:
        pytest.skip("the kernel offers no system call filter")
    del raw["read"]
    assert raw == dict.fromkeys(raw, "PermissionError")


def test_the_child_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPERTBOT_TELEGRAM__TOKEN", "not-for-parsers")
    with Sandbox() as sandbox:
        sandbox.start()
        assert sandbox._child is not None
        environment = Path(f"/proc/{sandbox._child.pid}/environ")
        if not environment.exists():
            pytest.skip("no /proc here")
        assert b"not-for-parsers" not in environment.read_bytes()


def test_the_child_ends_with_its_parent() -> None:
    code = (
        "from ingest.sandbox import Sandbox; s = Sandbox(); s.parse_and_chunk(b'x', 'a.txt');"
        "print(s._child.pid, flush=True); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    pid = int(out.stdout)
    for _ in range(200):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        import time

        time.sleep(0.05)
    pytest.fail("the child outlived its parent")
