"""kill -9 at random moments of ingest, remove and reindex: nothing acknowledged is lost, nothing is doubled or half-visible."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import selectors
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.app import App
from core.payload import chunk_id
from core.settings import load
from tests.conftest import ROOT, clean_env

FILES = 24
Contents = dict[str, str | None]  # file name → its text as indexed; None = not in


def text_of(name: str, version: int) -> str:
    body = " ".join(f"Пункт {n} документа {name}: предел {n * 7 + version} ГБ, версия {version}.1." for n in range(24))
    return f"# Документ {name}\n\nРедакция {version}.\n\n{body}\n"


def write(folder: Path, name: str, text: str) -> None:
    fresh = folder / f".{name}"
    fresh.write_text(text, encoding="utf-8")
    fresh.rename(folder / name)


def child(data: Path, plan: list[list[str]]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.main.crash_child", str(data), json.dumps(plan)]
    return subprocess.Popen(command, cwd=ROOT, env=clean_env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_after(process: subprocess.Popen[bytes], delay: float) -> tuple[list[str], bool]:
    """The lines said before the kill, and whether it was a kill: a plan may end by itself first."""
    assert process.stdout is not None
    said, buffered, deadline = [], b"", None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while deadline is None or time.monotonic() < deadline:
            ready = selector.select(0.005 if deadline else 60)
            assert ready or deadline, "it said nothing for a minute"
            if ready:
                data = os.read(process.stdout.fileno(), 4096)
                if not data:
                    break
                buffered += data
                *lines, buffered = buffered.split(b"\n")
                said += [line.decode() for line in lines]
                if deadline is None and "ready" in said:
                    deadline = time.monotonic() + delay
    killed = process.poll() is None
    process.kill()
    rest, errors = process.communicate()
    said += rest.decode().split("\n")
    assert killed or process.returncode == 0, errors.decode()
    return [line for line in said if line.startswith("done")], killed


async def inspect(data: Path) -> Contents:
    """What is in, after the engine and the ledger have been held against each other, point by point."""
    app = App(load(env={}, data_dir=data, folder=data))
    await app.open()
    try:
        generation = app.ledger.active()
        assert generation is not None
        versions = app.ledger.versions(generation)
        rows = {row.source: row for row in app.ledger.documents()}
        assert set(rows) == set(versions) == set(app.ledger.sources())
        expected = {chunk_id(versions[s], n) for s, row in rows.items() for n in range(row.chunks)}
        assert await app.store.ids() == expected
        assert await app.store.count() == len(expected)
        assert not app.ledger.loose()
        assert app.ledger.chunk_count() == len(expected)
        found: Contents = {}
        for source, row in rows.items():
            held = app.ledger.parsed(source)
            assert held is not None
            points = await app.store.retrieve([chunk_id(versions[source], n) for n in range(row.chunks)])
            text = held[0].text
            assert all(p.payload["text"] == text[p.payload["start"] : p.payload["end"]] for p in points)
            found[Path(source).name] = text
        return found
    finally:
        await app.close()


def cycle(data: Path, folder: Path, chance: random.Random, before: Contents, version: int) -> Contents:
    """One plan, one kill, one inspection. Returns what is in."""
    for name in chance.sample(sorted(before), 8):
        write(folder, name, text_of(name, version))
    gone = chance.choice(sorted(before))
    plan = [["ingest", str(folder)], ["remove", gone], ["reindex", ""], ["ingest", str(folder)]]
    chance.shuffle(plan)
    done, _ = kill_after(child(data, plan), chance.uniform(0.0, 2.2))
    now = asyncio.run(inspect(data))

    on_disk = {path.name: path.read_text(encoding="utf-8").strip() for path in folder.glob("*.md")}
    possible = {name: {text} for name, text in before.items()}
    for number, (operation, _) in enumerate(plan[: len(done) + 1]):
        acknowledged = number < len(done)
        for name in before:
            after = {"ingest": on_disk[name], "remove": None if name == gone else "same", "reindex": "same"}[operation]
            if after != "same":
                possible[name] = {after} if acknowledged else possible[name] | {after}
    for name in before:
        assert normal(now.get(name)) in {normal(text) for text in possible[name]}, (name, plan, done)
    return {name: now.get(name) for name in before}


def normal(text: str | None) -> str | None:
    return None if text is None else "".join(text.replace("#", "").split())


def run_cycles(tmp_path: Path, cycles: int, seed: int) -> None:
    data, folder, chance = tmp_path / "data", tmp_path / "docs", random.Random(seed)
    folder.mkdir()
    state: Contents = {}
    for number in range(FILES):
        name = f"d{number:02}.md"
        write(folder, name, text_of(name, 0))
        state[name] = None
    for number in range(cycles):
        state = cycle(data, folder, chance, state, number + 1)
    final = child(data, [["ingest", str(folder)]])
    _, errors = final.communicate(timeout=120)
    assert final.returncode == 0, errors.decode()
    assert len(asyncio.run(inspect(data))) == FILES


@pytest.mark.timeout(900)
def test_twenty_random_kills(tmp_path: Path) -> None:
    run_cycles(tmp_path, 20, seed=random.SystemRandom().randrange(10**6))


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_two_hundred_random_kills(tmp_path: Path, part: int) -> None:
    run_cycles(tmp_path, 50, seed=part)


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    """A killed reindex leaves no process behind that would go on writing."""
    import psutil

    data, folder = tmp_path / "data", tmp_path / "docs"
    folder.mkdir()
    for number in range(40):
        write(folder, f"d{number}.md", text_of(f"d{number}", 0))
    process = child(data, [["ingest", str(folder)], ["reindex", ""], ["reindex", ""]])
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"done 0"):
            break
    below: list[psutil.Process] = []
    deadline = time.monotonic() + 30
    while not below and time.monotonic() < deadline:
        with contextlib.suppress(psutil.NoSuchProcess):
            below = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.02)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(below, timeout=10)
    assert not alive
