"""What the console shows, from two places: the answers this process gave, kept in memory only, and the traces that the
Telegram service wrote. Renders nothing."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.commands import answer_json, passages_json, reason_json
from core.nouns import Answer

Json = dict[str, Any]
KEPT = 50  # answers in memory


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording that was not sent. `score` is 0..1."""

    text: str
    rung: str
    ok: bool
    score: float
    reasons: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """An answer and the way to it; `body` has the contract's shape. `rating`: sum of thumbs, None where nobody rated."""

    at: float
    body: Json
    passages: tuple[Json, ...] = ()
    others: tuple[Wording, ...] = ()
    rating: int | None = None


class Recent:
    """The latest answers of this process. Gone with it: what people asked through the API is not written down."""

    def __init__(self) -> None:
        self._records: OrderedDict[str, Record] = OrderedDict()

    def add(self, answer: Answer) -> None:
        checked = answer.checked
        others = tuple(
            Wording(candidate.text, candidate.rung, verdict.ok, score, tuple(map(reason_json, verdict.reasons)))
            for candidate, verdict, score in zip(
                checked.styled.candidates, checked.verdicts, checked.scores, strict=True
            )
            if candidate.text != answer.text
        )
        passages = tuple(passages_json(answer.draft.passages, 0.0)["hits"])
        self._records[answer.id] = Record(time.time(), answer_json(answer), passages, others)
        while len(self._records) > KEPT:
            self._records.popitem(last=False)

    def all(self) -> list[Record]:
        return list(reversed(self._records.values()))

    def get(self, ident: str) -> Record | None:
        return self._records.get(ident)


class Traces:
    """`state.sqlite` of the data folder, read only; empty where there is none."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "state.sqlite"

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        if not self._path.is_file():
            return []
        with (
            contextlib.suppress(sqlite3.Error),
            closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as db,
        ):
            db.row_factory = sqlite3.Row
            return db.execute(query, values).fetchall()
        return []

    def latest(self) -> list[Record]:
        rows = self._read(
            "SELECT t.body, t.at, (SELECT SUM(value) FROM feedback WHERE trace = t.id) AS rating"
            " FROM traces t ORDER BY t.at DESC LIMIT ?",
            (KEPT,),
        )
        return [_record(row) for row in rows]

    def get(self, ident: str) -> Record | None:
        rows = self._read(
            "SELECT t.body, t.at, (SELECT SUM(value) FROM feedback WHERE trace = t.id) AS rating"
            " FROM traces t WHERE t.id = ?",
            (ident,),
        )
        return _record(rows[0]) if rows else None

    def jobs(self) -> list[Json]:
        return [dict(row) for row in self._read("SELECT kind, state, at FROM jobs ORDER BY id DESC LIMIT 10")]


def _record(row: sqlite3.Row) -> Record:
    return Record(row["at"], json.loads(row["body"]), rating=row["rating"])
