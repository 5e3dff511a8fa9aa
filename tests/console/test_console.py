"""The owner's console of a running service, read by urllib and seen by a real browser."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.state import State, Talk, remember, vote
from tests.conftest import HANDBOOK, ROOT, clean_env

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>"
TRACE = {
    "id": "trace1", "question": f"Когда {EVIL} удаляют логи?", "text": "Йоу, логи живут 90 дней [1].", "status": "framed",
    "persona": "alex", "draft": "Логи хранятся 30 дней [1].",
    "sources": [{"n": 1, "source": "/d/logs.md", "title": "Логи", "headings": ["Хранение"], "quote": f"30 дней {EVIL}",
                 "start": 0, "end": 7}],
    "guard": {"ok": False, "reasons": [
        {"kind": "number", "draft": "30", "styled": "90", "message": "Число изменилось: 30 → 90."}]},
    "confidence": 0.8, "note": "", "timings": {"search": 0.01, "draft": 0.0, "restyle": 0.4, "guard": 0.1, "total": 0.51},
}  # fmt: skip


async def _trace(data: Path) -> None:
    state = State(data)
    await state.open()
    await state.db.write(lambda db: remember(db, Talk(1, 7, 0, 7), 1, TRACE["question"], TRACE, 1))  # type: ignore[arg-type]
    await state.db.write(lambda db: vote(db, "trace1", 7, -1))
    state.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("console") / "data"
    run(folder, "ingest", str(HANDBOOK / "logs.md"), str(HANDBOOK / "backups.md"))
    asyncio.run(_trace(folder))
    return folder


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "bot", "--data-dir", str(folder), *arguments]


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        command(folder, *arguments), cwd=ROOT, env=clean_env(), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    env = clean_env(EXPERTBOT_API__LISTEN="127.0.0.1:0")
    process = subprocess.Popen(command(folder, "api"), cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield next(found.group() for line in process.stderr if (found := re.search(r"http://[\d.]+:\d+", line)))
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        process.stderr.close()


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[str]:
    """A service without keys, which has answered one question."""
    with serving(data) as url:
        body = {"model": "alex", "messages": [{"role": "user", "content": f"Сколько хранятся логи? {EVIL}"}]}
        assert get(url + "/v1/chat/completions", json.dumps(body).encode())[0] == 200
        yield url


def get(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str, Any]:
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def test_the_way_of_answers_is_shown_and_escaped(site: str):
    status, page, headers = get(site + "/console")
    assert status == 200
    assert "Последние ответы" in page
    assert "не понравилось" in page
    links = re.findall(r"/console/answers/\w+", page)
    assert len(links) == 2
    assert "/console/answers/trace1" in links
    for path in ("/console", "/console/documents", *links):
        status, page, headers = get(site + path)
        assert status == 200
        assert not re.search(r"<(script|img|iframe|form|input)|\bstyle=|<[^>]*\son\w+=", page)
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
    trace = get(site + "/console/answers/trace1")[1]
    assert "<mark>90</mark>" in trace
    assert "Число изменилось" in trace
    assert re.search(r"<ins>[^<]*живут", trace)
    given = get(site + next(link for link in links if "trace1" not in link))[1]
    assert "Найденные фрагменты" in given
    assert "Цитаты черновика" in given or "отказ" in given
    assert "logs.md" in get(site + "/console/documents")[1]
    assert get(site + "/console/answers/nothing")[0] == 404
    assert "Recent answers" in get(site + "/console", **{"Accept-Language": "en"})[1]


def test_what_proves_a_persona_is_shown(site: str, data: Path):
    assert "Графиков пока нет" in get(site + "/console/personas")[1]
    place = data / "proof" / "alex"
    place.mkdir(parents=True)
    (place / "drift.png").write_bytes(PNG)
    (place / "report.md").write_text(f"| gate | value |\n{EVIL}", "utf-8")
    page = get(site + "/console/personas")[1]
    assert "| gate | value |" in page
    assert "<script" not in page
    (address,) = re.findall(r'<img[^>]* src="([^"]+)"', page)
    with urllib.request.urlopen(site + address) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (PNG, "image/png")
    for wrong in (
        "alex/proof/..%2f..%2fledger.sqlite",
        "alex/proof/report.md",
        "../proof/drift.png",
        "x/proof/drift.png",
    ):
        assert get(f"{site}/console/plots/{wrong}")[0] == 404


def test_without_keys_only_under_a_name_of_this_machine(site: str):
    assert get(site + "/console", Host="evil.example")[0] == 403
    assert get(site + "/console/style.css", Host="evil.example:80")[0] == 403
    assert get(site + "/console", Host="localhost:1")[0] == 200


def test_with_keys_only_the_owners(data: Path, tmp_path: Path):
    folder = tmp_path / "data"
    shutil.copytree(data, folder, ignore=shutil.ignore_patterns("control.sock"))
    owner, client = run(folder, "api", "--new-key", "owner"), run(folder, "api", "--new-key", "client")

    def basic(password: str) -> str:
        return "Basic " + base64.b64encode(f"me:{password}".encode()).decode()

    with serving(folder) as url:
        status, _, headers = get(url + "/console")
        assert status == 401
        assert headers["WWW-Authenticate"].startswith("Basic")
        for wrong in (
            basic("x"),
            basic(client),
            f"Bearer {client}",
            "Basic %%%",
            "Basic " + base64.b64encode(b"\xff").decode(),
        ):
            assert get(url + "/console/documents", Authorization=wrong)[0] == 401
        assert get(url + "/console", Authorization=basic(owner))[0] == 200
        assert get(url + "/console", Authorization=f"Bearer {owner}")[0] == 200
        assert get(url + "/v1/models", Authorization=f"Bearer {client}")[0] == 200


def test_the_services_log_is_an_object_a_line_without_secrets(data: Path, tmp_path: Path):
    folder, secret = tmp_path / "data", "sk-very-secret-0123456789"
    shutil.copytree(data, folder, ignore=shutil.ignore_patterns("control.sock"))
    env = clean_env(
        EXPERTBOT_API__LISTEN="127.0.0.1:0", EXPERTBOT_LOG__JSON_LINES="true", EXPERTBOT_LLM__API_KEY=secret,
        EXPERTBOT_LLM__MODEL=f"m-{secret}", EXPERTBOT_LLM__BASE_URL=f"http://127.0.0.1:9/{secret}", EXPERTBOT_LOG__LEVEL="DEBUG",
    )  # fmt: skip
    process = subprocess.Popen(command(folder, "api"), cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines = [process.stderr.readline()]
    while "listening" not in lines[-1]:
        lines.append(process.stderr.readline())
        assert lines[-1], lines
    url = re.search(r"http://[\d.]+:\d+", lines[-1])
    assert url
    body = {"model": "none", "messages": [{"role": "user", "content": "Сколько хранятся логи?"}]}
    assert get(url.group() + "/v1/chat/completions", json.dumps(body).encode())[0] == 200
    process.send_signal(signal.SIGTERM)
    lines += process.communicate(timeout=30)[1].splitlines()
    assert process.returncode == 0
    for line in filter(str.strip, lines):
        assert {"at", "level", "logger", "message"} <= set(json.loads(line)), line
    assert secret not in "\n".join(lines)


def test_a_traceback_is_redacted_too():
    from bot.logs import Lines, Redactor

    secret = "sk-very-secret-0123456789"
    try:
        raise ValueError(f"no answer from https://user:{secret}@host")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "key %s", (secret,), sys.exc_info())
    for as_json in (False, True):
        line = Lines(Redactor([secret]), as_json).format(record)
        assert secret not in line
        assert line.count("[secret]") >= 2
        assert "ValueError" in line


@pytest.mark.slow
def test_a_browser_shows_it_without_a_complaint(site: str, tmp_path: Path):
    browser = shutil.which("chromium")
    if not browser:
        pytest.skip("chromium is not installed")
    links = ["/console", "/console/documents", *re.findall(r"/console/answers/\w+", get(site + "/console")[1])]
    for number, link in enumerate(links):
        picture = tmp_path / f"{number}.png"
        done = subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--enable-logging=stderr", "--window-size=1200,1400", f"--user-data-dir={tmp_path / 'profile'}",
             "--accept-lang=ru", f"--screenshot={picture}", "--virtual-time-budget=3000", site + link],
            capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert picture.stat().st_size > 10_000, done.stderr
        assert not re.search(r"CONSOLE.*(Content Security Policy|Refused|Failed)", done.stderr), done.stderr
