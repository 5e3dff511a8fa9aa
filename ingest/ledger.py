"""The ledger: which documents are in, in which state, in which generation. SQLite in WAL mode; its transactions are the only
commit point, so a document is visible whole or not at all. Knows no vectors."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from core.errors import UnavailableError
from core.nouns import Block, ParsedDocument
from core.payload import document_id

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
  source TEXT PRIMARY KEY, doc_id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL, parsed BLOB NOT NULL, parser TEXT NOT NULL, ingested_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS indexed (
  generation INTEGER NOT NULL, source TEXT NOT NULL, version TEXT NOT NULL, chunks INTEGER NOT NULL,
  term_chunks BLOB NOT NULL, PRIMARY KEY (generation, source));
CREATE UNIQUE INDEX IF NOT EXISTS indexed_version ON indexed (generation, version);
-- Points that may lie in the engine without being committed: written before the points are, cleared after their removal.
CREATE TABLE IF NOT EXISTS loose (
  generation INTEGER NOT NULL, version TEXT NOT NULL, chunks INTEGER NOT NULL, PRIMARY KEY (generation, version));
CREATE TABLE IF NOT EXISTS generations (
  generation INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, created_at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('building', 'active', 'previous')));
"""
# The same bytes indexed anew (a reindex, another parser) came in when they first did.
UPSERT = """
INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET
  title = excluded.title, media_type = excluded.media_type, parsed = excluded.parsed, parser = excluded.parser,
  ingested_at = CASE sha256 WHEN excluded.sha256 THEN ingested_at ELSE excluded.ingested_at END, sha256 = excluded.sha256
"""
FORMAT = 1  # of the file; an older expertbot must not write into a newer one's


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A committed document, as `expertbot docs` shows it. `ingested_at` is UTC, ISO 8601."""

    id: str
    source: str
    title: str
    chunks: int
    sha256: str
    ingested_at: str


@dataclass(frozen=True, slots=True)
class Loose:
    """Points `chunk_id(version, 0 … chunks-1)` of a generation that no committed document owns."""

    generation: int
    version: str
    chunks: int


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Ledger:
    """One file, one writer process at a time; others `refresh`. Methods are quick and may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._visible: set[str] = set()
        self._seen = 0  # state of the file, as far as others wrote it
        self._shown = -1  # the generation that the three below are of
        self._vocabulary: dict[str, int] = {}
        self._chunks = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            known = self._db.execute("PRAGMA user_version").fetchone()[0]
            if known == 0:
                self._db.executescript(f"{SCHEMA}PRAGMA user_version = {FORMAT};")
            self._reload()
        except (OSError, ValueError, sqlite3.Error, zlib.error) as error:
            raise UnavailableError(
                f"The ledger {path} can't be used: {error}.",
                "Check that the data folder is writable, the disk has space and the file is whole; `expertbot restore` brings "
                "a backup back; --data-dir names another folder.",
            ) from error
        if known > FORMAT:
            self._db.close()
            raise UnavailableError(
                f"{path} was written by a newer expertbot.", "Use that version, or another --data-dir."
            )

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as error:
                with suppress(
                    sqlite3.Error
                ):  # a disk that refuses the write may refuse this too; the first fault counts
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    self._reload()
                if isinstance(error, sqlite3.Error):
                    raise UnavailableError(
                        f"The ledger can't be written: {error}",
                        "Free some space and repeat the command; nothing that was in is lost.",
                        code="ledger",
                    ) from error
                raise

    # What a search asks (core.ports.Catalog)

    def visible(self, version: str) -> bool:
        return version in self._visible

    def vocabulary(self) -> Mapping[str, int]:
        return self._vocabulary

    def chunk_count(self) -> int:
        return self._chunks

    def _reload(self) -> None:
        """Rebuild the in-memory view of the active generation: about 0.3 s for 20,000 chunks."""
        visible: set[str] = set()
        vocabulary: dict[str, int] = {}
        chunks = 0
        active = self.active() or -1
        rows = self._db.execute("SELECT version, chunks, term_chunks FROM indexed WHERE generation = ?", (active,))
        for version, count, blob in rows:
            visible.add(version)
            chunks += count
            for term, number in _unpack(blob).items():
                vocabulary[term] = vocabulary.get(term, 0) + number
        self._shown, self._visible, self._vocabulary, self._chunks = active, visible, vocabulary, chunks

    def refresh(self) -> Literal["same", "grown", "anew"]:
        """Take in what another process committed: `grown` where documents came, `anew` where some went or the generation changed.
        Costs microseconds where nobody wrote."""
        with self._lock:
            state = int(self._db.execute("PRAGMA data_version").fetchone()[0])
            if state == self._seen:
                return "same"
            self._seen = state
            active = self.active() or -1
            held = self._db.execute("SELECT version FROM indexed WHERE generation = ?", (active,))
            there = {version for (version,) in held}
            if active != self._shown or not self._visible <= there:
                self._reload()
                return "anew"
            fresh = there - self._visible
            for version in fresh:
                query = "SELECT chunks, term_chunks FROM indexed WHERE generation = ? AND version = ?"
                row = self._db.execute(query, (active, version)).fetchone()
                if row:
                    self._show(version, row[0], _unpack(row[1]))
            return "grown" if fresh else "same"

    def _show(self, version: str, chunks: int, terms: Mapping[str, int]) -> None:
        self._visible.add(version)
        self._chunks += chunks
        for term, number in terms.items():
            self._vocabulary[term] = self._vocabulary.get(term, 0) + number

    # Generations

    def active(self) -> int | None:
        """The generation that answers questions; None before the first ingest."""
        row = self._db.execute("SELECT generation FROM generations WHERE state = 'active'").fetchone()
        return int(row[0]) if row else None

    def previous(self) -> int | None:
        """The generation a rollback returns to."""
        row = self._db.execute("SELECT generation FROM generations WHERE state = 'previous'").fetchone()
        return int(row[0]) if row else None

    def generation_numbers(self) -> list[int]:
        return [int(row[0]) for row in self._db.execute("SELECT generation FROM generations ORDER BY 1")]

    def fingerprint(self, generation: int) -> str:
        row = self._db.execute("SELECT fingerprint FROM generations WHERE generation = ?", (generation,)).fetchone()
        return str(row[0])

    def begin_generation(self, fingerprint: str) -> int:
        """A new generation under construction, numbered above every one there is."""
        with self._transaction() as db:
            last = db.execute("SELECT COALESCE(MAX(generation), 0) FROM generations").fetchone()[0]
            db.execute("INSERT INTO generations VALUES (?, ?, ?, 'building')", (last + 1, fingerprint, now()))
        return int(last) + 1

    def activate(self, generation: int) -> None:
        """Switch: this generation answers from now on, the one that did so is kept for a rollback."""
        with self._transaction() as db:
            db.execute("DELETE FROM generations WHERE state = 'previous' AND generation != ?", (generation,))
            db.execute("UPDATE generations SET state = 'previous' WHERE state = 'active'")
            db.execute("UPDATE generations SET state = 'active' WHERE generation = ?", (generation,))
            db.execute("DELETE FROM indexed WHERE generation NOT IN (SELECT generation FROM generations)")
            db.execute("DELETE FROM loose WHERE generation NOT IN (SELECT generation FROM generations)")
            self._reload()

    def forget_generation(self, generation: int) -> None:
        with self._transaction() as db:
            for table in ("generations", "indexed", "loose"):
                db.execute(f"DELETE FROM {table} WHERE generation = ?", (generation,))

    # Documents

    def version_of(self, generation: int, source: str) -> str | None:
        row = self._db.execute(
            "SELECT version FROM indexed WHERE generation = ? AND source = ?", (generation, source)
        ).fetchone()
        return str(row[0]) if row else None

    def versions(self, generation: int) -> dict[str, str]:
        """Source → version, of everything committed in a generation."""
        rows = self._db.execute("SELECT source, version FROM indexed WHERE generation = ?", (generation,))
        return dict(rows.fetchall())

    def pieces(self, generation: int) -> dict[str, int]:
        """Version → number of chunks, of everything committed in a generation."""
        rows = self._db.execute("SELECT version, chunks FROM indexed WHERE generation = ?", (generation,))
        return dict(rows.fetchall())

    def chunks_in(self, generation: int) -> int:
        row = self._db.execute("SELECT SUM(chunks) FROM indexed WHERE generation = ?", (generation,)).fetchone()
        return int(row[0] or 0)

    def announce(self, generation: int, items: Sequence[tuple[str, int]]) -> None:
        """Say, before any point is written, which versions (with their number of chunks) are about to be."""
        with self._transaction() as db:
            rows = [(generation, version, chunks) for version, chunks in items]
            db.executemany("INSERT OR REPLACE INTO loose VALUES (?, ?, ?)", rows)

    def commit(self, generation: int, entries: Sequence[Entry]) -> None:
        """Make documents visible, all of them at once. What they replace becomes loose."""
        with self._transaction() as db:
            for entry in entries:
                self._loosen(db, generation, entry.document.source)
                db.execute(UPSERT, entry.document_row())
                db.execute("INSERT INTO indexed VALUES (?, ?, ?, ?, ?)", entry.indexed_row(generation))
                db.execute("DELETE FROM loose WHERE generation = ? AND version = ?", (generation, entry.version))
        if generation == self.active():
            for entry in entries:
                self._show(entry.version, entry.chunks, entry.term_chunks)

    def remove(self, sources: Iterable[str]) -> int:
        """Forget documents in every generation; from this moment no search finds them. Returns how many there were."""
        removed = 0
        with self._transaction() as db:
            for source in sources:
                removed += db.execute("DELETE FROM documents WHERE source = ?", (source,)).rowcount
                for (generation,) in db.execute(
                    "SELECT generation FROM indexed WHERE source = ?", (source,)
                ).fetchall():
                    self._loosen(db, generation, source)
        return removed

    def _loosen(self, db: sqlite3.Connection, generation: int, source: str) -> None:
        row = db.execute(
            "SELECT version, chunks, term_chunks FROM indexed WHERE generation = ? AND source = ?",
            (generation, source),
        ).fetchone()
        if row is None:
            return
        db.execute("DELETE FROM indexed WHERE generation = ? AND source = ?", (generation, source))
        db.execute("INSERT OR REPLACE INTO loose VALUES (?, ?, ?)", (generation, row[0], row[1]))
        if generation == self.active():
            self._visible.discard(row[0])
            self._chunks -= row[1]
            for term, number in _unpack(row[2]).items():
                left = self._vocabulary.get(term, 0) - number
                if left > 0:
                    self._vocabulary[term] = left
                else:
                    self._vocabulary.pop(term, None)

    def loose(self) -> list[Loose]:
        rows = self._db.execute("SELECT generation, version, chunks FROM loose").fetchall()
        return [Loose(*row) for row in rows]

    def swept(self, items: Iterable[Loose]) -> None:
        """The points of these are gone from the engine."""
        with self._transaction() as db:
            rows = [(item.generation, item.version) for item in items]
            db.executemany("DELETE FROM loose WHERE generation = ? AND version = ?", rows)

    def documents(self) -> list[DocumentRow]:
        """What is in, by source."""
        rows = self._db.execute(
            "SELECT d.doc_id, d.source, d.title, i.chunks, d.sha256, d.ingested_at FROM documents d"
            " JOIN indexed i ON i.source = d.source WHERE i.generation = ? ORDER BY d.source",
            (self.active() or -1,),
        )
        return [DocumentRow(*row) for row in rows.fetchall()]

    def find(self, source_or_id: str) -> list[str]:
        """Sources that a person may mean: the exact source or id, else every source ending in this path."""
        rows = self._db.execute("SELECT source, doc_id FROM documents").fetchall()
        exact = [source for source, doc_id in rows if source_or_id in (source, doc_id)]
        tail = "/" + source_or_id.lstrip("./")
        return exact or [source for source, _ in rows if source.endswith(tail)]

    def sources(self) -> list[str]:
        return [row[0] for row in self._db.execute("SELECT source FROM documents ORDER BY source")]

    def parsed(self, source: str) -> tuple[ParsedDocument, str, str] | None:
        """The parsed document, its sha256 and the parser it came from; None where it isn't in."""
        row = self._db.execute(
            "SELECT title, media_type, parsed, sha256, parser FROM documents WHERE source = ?", (source,)
        ).fetchone()
        if row is None:
            return None
        content = json.loads(zlib.decompress(row[2]))
        blocks = tuple(Block(**block) for block in content["blocks"])
        return ParsedDocument(source, row[0], content["text"], blocks, row[1]), row[3], row[4]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document whose points are in the engine, ready to be committed."""

    document: ParsedDocument
    sha256: str
    parser: str
    version: str
    chunks: int
    term_chunks: Mapping[str, int]

    def document_row(self) -> tuple[object, ...]:
        content = {"text": self.document.text, "blocks": [asdict(block) for block in self.document.blocks]}
        parsed = zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 3)
        doc = self.document
        ident = document_id(doc.source)
        return (doc.source, ident, doc.title, doc.media_type, self.sha256, parsed, self.parser, now())

    def indexed_row(self, generation: int) -> tuple[object, ...]:
        blob = zlib.compress(json.dumps(dict(self.term_chunks), ensure_ascii=False).encode(), 3)
        return (generation, self.document.source, self.version, self.chunks, blob)


def _unpack(blob: bytes) -> dict[str, int]:
    content: dict[str, int] = json.loads(zlib.decompress(blob))
    return content
