"""The evaluation questions and the example handbook: schema, verbatim quotes, counts, parts.

Knows nothing of retrieval: it reads the JSON lines and the pages they cite.
"""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evals.retrieval.corpora import HOME
from ingest.parse import parse

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
QUESTIONS = ROOT / "evals" / "questions"
HANDBOOK = ROOT / "examples" / "handbook"
XQUAD = SHARED / "eval" / "xquad"
CORPORA = {
    "werf": SHARED / "corpora" / "werf-ru",
    "werf_fresh": SHARED / "corpora" / "werf-ru",
    "handbook": HANDBOOK,
    "xquad_para": XQUAD,
    "install": HOME / "install",
    "dcmd": HOME / "dcmd",
    "werf_hard": SHARED / "corpora" / "werf-ru",
    "handbook_hard": HANDBOOK,
    "install_hard": HOME / "install",
    "dcmd_hard": HOME / "dcmd",
    "gimp_hard": HOME / "gimp",
    "debian_hard": HOME / "debian",
}
NO_ANSWER = {"unanswerable", "false_premise"}
ASKED = {"plain", "paraphrase", "colloquial", "typo", "translit", "layout"}
ASKED |= {"followup", "english", "code", "table"}
REQUIRED = {"id", "lang", "question", "answerable", "gold", "answer", "kind", "part"}
# At least: questions, without an answer, English, follow-ups.
FLOORS = {
    "werf": (170, 45, 35, 25),
    "werf_fresh": (200, 100, 35, 12),
    "handbook": (170, 80, 30, 10),
    "xquad_para": (120, 70, 35, 0),
    "install": (250, 110, 35, 12),
    "dcmd": (250, 110, 35, 12),
    "werf_hard": (500, 250, 80, 30),
    "handbook_hard": (150, 75, 25, 8),
    "install_hard": (350, 175, 60, 20),
    "dcmd_hard": (350, 175, 60, 20),
    "gimp_hard": (900, 300, 150, 40),
    "debian_hard": (2500, 800, 450, 120),
}
OLDEST = {"werf", "handbook", "xquad_para"}  # in the others every question without an answer says what is missing

Question = dict[str, Any]
every_file = pytest.mark.parametrize("name", sorted(CORPORA))


@cache
def load(name: str) -> tuple[Question, ...]:
    lines = (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def fold(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def page_path(name: str, source: str) -> Path:
    if name == "xquad_para":
        language, file = source.split("/")
        return XQUAD / language / "docs" / file
    return CORPORA[name] / source


@cache
def page_text(name: str, source: str) -> str:
    path = page_path(name, source)
    if path.suffix == ".html" or name.endswith("_hard"):  # quoted as the parser reads it
        return fold(parse(path.read_bytes(), path.name, name=path.name).text)
    return fold(path.read_text(encoding="utf-8-sig"))


def corpus_or_skip(name: str) -> None:
    if not CORPORA[name].exists():
        if CORPORA[name].parent == HOME:
            pytest.skip(f"{name}: not made here; python -m evals.retrieval.corpora makes it from a Debian package")
        pytest.skip(f"{CORPORA[name].name}: ../shared is not on this machine")


def pages_of(question: Question) -> list[str]:
    sources = [gold["source"] for gold in question["gold"]]
    return sources or [question["near"]]


@every_file
def test_schema(name: str) -> None:
    for question in load(name):
        where = question["id"]
        extra = set(question) - REQUIRED - {"history", "near", "why"}
        assert set(question) >= REQUIRED, where
        assert not extra, (where, extra)
        assert question["lang"] in {"ru", "en"}, where
        assert question["part"] in {"dev", "held"}, where
        assert question["question"] == question["question"].strip() != "", where
        assert question["kind"] in (ASKED if question["answerable"] else NO_ANSWER), where


@every_file
def test_ids_and_questions_are_unique(name: str) -> None:
    questions = load(name)
    assert len({question["id"] for question in questions}) == len(questions)
    asked = Counter((question["question"], json.dumps(question.get("history"))) for question in questions)
    assert [text for text, times in asked.items() if times > 1] == []


@every_file
def test_answerable_has_gold_and_unanswerable_has_none(name: str) -> None:
    for question in load(name):
        where = question["id"]
        if question["answerable"]:
            assert question["gold"], where
            assert question["answer"], where
            assert not {"near", "why"} & set(question), where
        else:
            assert question["gold"] == [], where
            assert question["answer"] == "", where
            assert question["near"], where
            assert question.get("why", name in OLDEST), where
        for gold in question["gold"]:
            assert set(gold) == {"source", "quote"}, where
            assert 20 <= len(gold["quote"]) <= 300, where


@every_file
def test_history_ends_with_the_assistant(name: str) -> None:
    for question in load(name):
        history = question.get("history", [])
        roles = [turn["role"] for turn in history]
        assert roles == ["user", "assistant"] * (len(roles) // 2), question["id"]
        assert all(turn["content"].strip() for turn in history), question["id"]
        assert bool(history) or question["kind"] != "followup", question["id"]


@every_file
def test_quotes_are_verbatim(name: str) -> None:
    corpus_or_skip(name)
    wrong = [
        (question["id"], gold["source"], gold["quote"])
        for question in load(name)
        for gold in question["gold"]
        if fold(gold["quote"]) not in page_text(name, gold["source"])
    ]
    assert wrong == []


@every_file
def test_near_pages_exist(name: str) -> None:
    corpus_or_skip(name)
    missing = [q["id"] for q in load(name) if "near" in q and not page_path(name, q["near"]).is_file()]
    assert missing == []


@every_file
def test_a_page_belongs_to_one_part(name: str) -> None:
    parts: dict[str, set[str]] = {}
    for question in load(name):
        for source in pages_of(question):
            # Paragraphs of one XQuAD article, in both languages, stay together.
            page = source.split("/")[-1].split("_")[0] if name == "xquad_para" else source
            parts.setdefault(page, set()).add(question["part"])
    assert [page for page, seen in parts.items() if len(seen) > 1] == []


@pytest.mark.parametrize("name", sorted(name for name in CORPORA if not name.endswith(("_fresh", "_hard"))))
def test_about_thirty_per_cent_are_held(name: str) -> None:
    questions = load(name)
    held = sum(question["part"] == "held" for question in questions)
    assert 0.25 <= held / len(questions) <= 0.35


@every_file
def test_counts(name: str) -> None:
    questions = load(name)
    total, without_answer, english, followups = FLOORS[name]
    assert len(questions) >= total
    assert sum(not question["answerable"] for question in questions) >= without_answer
    assert sum(question["lang"] == "en" for question in questions) >= english
    assert sum("history" in question and question["answerable"] for question in questions) >= followups
    assert sum(question["kind"] == "layout" for question in questions) <= 4


def test_werf_has_enough_answerable_english_and_covers_every_page() -> None:
    questions = load("werf")
    assert sum(question["answerable"] and question["lang"] == "en" for question in questions) >= 30
    corpus_or_skip("werf")
    pages = {path.relative_to(CORPORA["werf"]).as_posix() for path in CORPORA["werf"].rglob("*.md")}
    assert pages - {gold["source"] for question in questions for gold in question["gold"]} == set()


def test_fresh_questions_are_of_held_pages_and_asked_by_nobody_before() -> None:
    old, fresh = load("werf"), load("werf_fresh")
    tuned = {page for question in old if question["part"] == "dev" for page in pages_of(question)}
    first = {pages_of(question)[0] for question in fresh}  # a second page may say the same
    assert first & tuned == set()
    assert {question["question"] for question in old} & {question["question"] for question in fresh} == set()


def test_handbook_questions_cover_every_page() -> None:
    pages = {path.name for path in HANDBOOK.glob("*.md")}
    assert pages - {gold["source"] for question in load("handbook") for gold in question["gold"]} == set()


def test_handbook_pages() -> None:
    paths = sorted(HANDBOOK.glob("*.md"))
    english = 0
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert path.name.isascii()
        assert text.startswith("# "), path.name
        assert text.count("\n## ") >= 4, path.name
        assert 400 <= len(text.split()) <= 1200, path.name
        english += len(re.findall(r"[А-Яа-яЁё]", text)) == 0
    assert english == 2
    assert 16 <= len(paths) - english <= 20


def test_counts_in_the_readme_are_true() -> None:
    readme = (QUESTIONS / "README.md").read_text(encoding="utf-8")
    for name in CORPORA:
        questions = load(name)
        answerable = sum(question["answerable"] for question in questions)
        english = sum(question["lang"] == "en" for question in questions)
        followups = sum(question["kind"] == "followup" for question in questions)
        cells = f"{len(questions)} | {answerable} / {len(questions) - answerable} | {english} | {followups} |"
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}.jsonl`"))
        assert row.endswith(cells), f"the row of {name} should end with: {cells}"
