"""The command line as a user meets it: real processes, real bad input."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.documents import _build
from bot.cli.run import Bar, phrase
from core.errors import UnavailableError
from core.settings import load
from tests.conftest import HANDBOOK, ROOT, Run, clean_env, parsed


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the handbook in it; don't change it."""
    data = tmp_path_factory.mktemp("stocked") / "data"
    command = [sys.executable, "-m", "bot", "--data-dir", str(data), "ingest", str(HANDBOOK), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=clean_env(), capture_output=True, text=True, timeout=120, check=False)
    report = parsed(done)
    assert report["added"] == len(list(HANDBOOK.glob("*.md")))
    assert report["failed"] == []
    return data


def test_ingest_again_writes_nothing(stocked: Path, expertbot: Run, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(stocked, copy)
    report = parsed(expertbot("ingest", str(HANDBOOK), "--json", data_dir=copy))
    assert (report["added"], report["updated"], report["chunks"]) == (0, 0, 0)
    assert report["unchanged"] == len(list(HANDBOOK.glob("*.md")))


def test_json_is_one_value_and_nothing_else(stocked: Path, expertbot: Run):
    hits = parsed(expertbot("search", "сколько хранятся логи", "-k", "3", "--json", data_dir=stocked))
    assert set(hits) == {"query", "hits", "seconds"}
    assert [hit["rank"] for hit in hits["hits"]] == [1, 2, 3]
    assert {"rank", "score", "source", "title", "text", "start", "end"} <= set(hits["hits"][0])
    rows = parsed(expertbot("docs", "--json", data_dir=stocked))
    assert set(rows[0]) == {"id", "source", "title", "chunks", "sha256", "ingested_at"}


def test_ask_has_the_shape_of_the_contract(stocked: Path, expertbot: Run):
    answer = parsed(expertbot("ask", "Сколько хранятся логи?", "--persona", "none", "--json", data_dir=stocked))
    assert {"id", "question", "text", "status", "persona", "draft", "sources", "guard", "timings"} <= set(answer)
    assert answer["status"] == "draft"
    assert answer["persona"] is None
    assert set(answer["timings"]) == {"search", "draft", "restyle", "guard", "total"}
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", answer["text"])}
    assert cited
    assert cited <= {source["n"] for source in answer["sources"]}
    for source in answer["sources"]:
        assert set(source) >= {"n", "source", "title", "quote", "start", "end"}


@pytest.mark.parametrize("words", [("«Сколько", "хранятся", "логи?»"), ('"Сколько хранятся логи?"',)])
def test_a_question_may_come_without_the_shells_quotes(stocked: Path, expertbot: Run, words: tuple[str, ...]):
    answer = parsed(expertbot("ask", *words, "--persona", "none", "--json", data_dir=stocked))
    assert (answer["question"], answer["status"]) == ("Сколько хранятся логи?", "draft")
    assert parsed(expertbot("search", *words, "-k", "1", "--json", data_dir=stocked))["hits"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["«A»", "и", "«B»"], "«A» и «B»"),
        (["“a", "b”"], "a b"),
        (["„a“"], "a"),
        (["«"], "«"),
        (["«»"], ""),
        (["  "], ""),
        (["a", '"b"'], 'a "b"'),
    ],
)
def test_only_quotes_around_the_whole_are_taken_off(words: list[str], meant: str):
    assert phrase(words) == meant


@pytest.mark.parametrize(("said", "status"), [("Привет!", "smalltalk"), ("thanks a lot", "smalltalk")])
def test_small_talk_is_not_a_question(stocked: Path, expertbot: Run, said: str, status: str):
    answer = parsed(expertbot("ask", said, "--json", data_dir=stocked))
    assert answer["status"] == status
    assert answer["sources"] == []


def test_batch_answers_in_order(stocked: Path, expertbot: Run):
    lines = [{"id": n, "question": q} for n, q in enumerate(["Сколько хранятся логи?", "Привет", "What is the SLA?"])]
    done = expertbot("ask", "--batch", "-", stdin="\n".join(map(json.dumps, lines)), data_dir=stocked)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert rows[1]["status"] == "smalltalk"
    found = expertbot("search", "--batch", "-", stdin=json.dumps(lines[0]), data_dir=stocked)
    assert json.loads(found.stdout)["id"] == 0


def test_remove_then_search_finds_nothing_of_it(stocked: Path, expertbot: Run, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(stocked, copy)
    assert parsed(expertbot("remove", "logs.md", "--json", data_dir=copy)) == {"removed": 1}
    hits = parsed(expertbot("search", "сколько хранятся логи", "-k", "20", "--json", data_dir=copy))["hits"]
    assert not [hit for hit in hits if hit["source"].endswith("/logs.md")]
    again = expertbot("remove", "logs.md", data_dir=copy)
    assert again.returncode == 2
    assert "docs" in again.stderr


def test_same_bytes_under_two_paths_are_two_documents_and_prune_removes_one(expertbot: Run, tmp_path: Path):
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("a.md", "b.md"):
        (folder / name).write_text("# Лимиты\n\nПредел — 4 ГБ на сервис, кроме сборок.\n", encoding="utf-8")
    assert parsed(expertbot("ingest", str(folder), "--json"))["added"] == 2
    (folder / "b.md").unlink()
    (folder / "a.md").write_text("# Лимиты\n\nПредел — 8 ГБ на сервис.\n", encoding="utf-8")
    report = parsed(expertbot("ingest", str(folder), "--prune", "--json"))
    assert (report["updated"], report["removed"], report["unchanged"]) == (1, 1, 0)
    (hit,) = parsed(expertbot("search", "предел на сервис", "--json"))["hits"]
    assert "8 ГБ" in hit["text"]


def test_reindex_then_rollback(stocked: Path, expertbot: Run, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(stocked, copy)
    before = parsed(expertbot("search", "дежурство", "--json", data_dir=copy))["hits"]
    made = parsed(expertbot("reindex", "--json", data_dir=copy))
    assert made["generation"] == 2
    assert parsed(expertbot("search", "дежурство", "--json", data_dir=copy))["hits"] == before
    assert parsed(expertbot("rollback", "--json", data_dir=copy))["generation"] == 1
    assert parsed(expertbot("search", "дежурство", "--json", data_dir=copy))["hits"] == before


def test_bad_files_are_named_and_the_rest_is_in(expertbot: Run, tmp_path: Path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "good.md").write_text("# Хорошо\n\nСрок — 14 дней, не менее.\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "zero.docx").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nrubbish")
    (folder / "noise.md").write_bytes(os.urandom(4096))
    (folder / "loop").symlink_to(folder)
    (folder / "gone.md").symlink_to(folder / "nowhere.md")
    done = expertbot("ingest", str(folder), "--json")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert report["added"] == 1
    failed = {Path(f["source"]).name: f for f in report["failed"]}
    assert {"empty.txt", "zero.docx", "broken.pdf", "noise.md"} <= set(failed)
    assert all(failure["error"] and failure["hint"] for failure in report["failed"])
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("args", "env", "says"),
    [
        (["ingest", "/no/such/folder"], {}, "nothing at"),
        (["serch", "x"], {}, "search"),
        (["search"], {}, "no query"),
        (["ask", "   "], {}, "empty"),
        (["ask", "вопрос", "--persona", "alx"], {}, "alex"),
        (["docs"], {"EXPERTBOT_LLM__MODLE": "x"}, "EXPERTBOT_LLM__MODEL"),
        (["docs"], {"EXPERTBOT_INGEST__CHUNK_CHARS": "5"}, "CHUNK_CHARS"),
        (["rollback"], {}, "reindex"),
        (["--config", "/no/such.toml", "docs"], {}, "no settings file"),
        (["ask", "--batch", "/no/such.jsonl"], {}, "can't be read"),
    ],
)
def test_usage_faults_exit_2_with_a_cure(expertbot: Run, args: list[str], env: dict[str, str], says: str):
    done = expertbot(*args, **env)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_index_of_another_embedder_is_refused(stocked: Path, expertbot: Run, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(stocked, copy)
    env = {"EXPERTBOT_EMBEDDER__KIND": "openai", "EXPERTBOT_EMBEDDER__MODEL": "other"}
    done = expertbot("search", "x", data_dir=copy, **env)
    assert done.returncode == 2
    assert "reindex" in done.stderr


@pytest.mark.parametrize(("quality", "alone"), [("false", False), ("true", True)])
def test_replicas_and_another_encoder_are_not_at_once(
    stocked: Path, monkeypatch: pytest.MonkeyPatch, quality: str, alone: bool
):
    """Where several processes share the folder, `reindex` shares it too, unless the others would search with a wrong encoder."""
    asked = list[bool]()

    def lock(data_dir: Path, shared: bool) -> None:
        asked.append(shared)
        raise UnavailableError("in use")

    monkeypatch.setattr("bot.lock.DataLock", lock)
    env = {"EXPERTBOT_REDIS__URL": "redis://127.0.0.1:9/0", "EXPERTBOT_RETRIEVAL__QUALITY": quality}
    with pytest.raises(UnavailableError):
        asyncio.run(_build(load(env=env, data_dir=stocked, folder=stocked), "reindex", Bar("Reindex")))
    assert asked == [not alone]


def test_a_data_folder_in_use_is_named(expertbot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from bot.lock import DataLock

    with DataLock(tmp_path / "data"), pytest.raises(UnavailableError, match=str(os.getpid())) as error:
        DataLock(tmp_path / "data", patience=0.1).__enter__()
    assert error.value.exit_code == 5


def test_verify_exits_0_or_4(expertbot: Run, tmp_path: Path):
    draft, good, bad = (tmp_path / name for name in ("draft.txt", "good.txt", "bad.txt"))
    draft.write_text("Узлу нужно не менее 4 ГБ памяти [1].", encoding="utf-8")
    good.write_text("Меньше 4 гигабайт памяти узлу не давай, нужно не менее [1].", encoding="utf-8")
    bad.write_text("Узлу нужно не менее 8 ГБ памяти [1].", encoding="utf-8")
    assert expertbot("verify", "--draft", str(draft), "--styled", str(good), "--json").returncode == 0
    done = expertbot("verify", "--draft", str(draft), "--styled", str(bad), "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["reasons"][0]["kind"] == "number"


def test_verify_says_which_line_of_a_batch_lacks_a_text(expertbot: Run):
    draft = "Узлу нужно не менее 4 ГБ памяти [1]."
    lines = [{"id": 1, "draft": draft, "styled": draft}, {"id": 2, "draft": draft, "restyled": draft}]
    done = expertbot("verify", "--batch", "-", stdin="\n".join(json.dumps(line) for line in lines))
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["id"] == 1
    assert '"restyled"' in first["error"]
    assert second == {"id": 2, "ok": True, "reasons": []}


def test_chat_answers_from_a_pipe(stocked: Path, expertbot: Run):
    done = expertbot("chat", "--persona", "none", stdin="Сколько хранятся логи?\n/why\n/quit\n", data_dir=stocked)
    assert done.returncode == 0
    assert "[1]" in done.stdout
    assert "rung: draft" in done.stderr


def test_a_line_of_a_batch_that_is_rubbish_stops_no_other(stocked: Path, expertbot: Run):
    lines = ['{"id": 1, "question": null}', '{"id": 2, "question": "Сколько хранятся логи \\ud800?"}']
    done = expertbot("search", "--batch", "-", "-k", "1", stdin="\n".join(lines), data_dir=stocked)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [1, 2]
    assert "empty" in rows[0]["error"]
    assert rows[1]["hits"]


def test_doctor_on_a_folder_that_is_not_there_yet(expertbot: Run, tmp_path: Path):
    done = expertbot("doctor", "--json", data_dir=tmp_path / "not" / "yet # ?", EXPERTBOT_PERSONA__DEFAULT="none")
    assert "can't be written" not in done.stdout, done.stdout
