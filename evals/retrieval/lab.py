"""Documents in memory, searched by the real Searcher: for training its scorers and for measuring without a data folder.
The store here is exact (no HNSW), so its figures are the ranking's own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np

from bot.commands import question_of
from bot.evaluation import Item, load_items
from core.payload import version_id
from core.ports import Hit, Point, SparseVector
from evals.retrieval.corpora import made
from ingest.chunk import chunk
from ingest.parse import parse, supported
from retrieval.cross_encoder import CrossEncoder
from retrieval.embed import UseEmbedder
from retrieval.encode import ChunkEncoder
from retrieval.found import SearchResult
from retrieval.late import TokenEncoder
from retrieval.query import idf
from retrieval.search import Searcher

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
QUESTIONS = ROOT / "evals" / "questions"
FOLDERS = {
    "werf": SHARED / "corpora" / "werf-ru",
    "handbook": ROOT / "examples" / "handbook",
    "xquad-ru": SHARED / "eval" / "xquad" / "ru" / "docs",
    "xquad-en": SHARED / "eval" / "xquad" / "en" / "docs",
    **made(),  # where `python -m evals.retrieval.corpora` was run
}


class MemoryStore:
    """The reading half of `core.ports.Store` over points in memory."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = {point.id: point for point in points}
        self._ids = list(self._points)
        self._dense = np.array([point.dense for point in points], np.float32)
        self._postings: dict[int, list[tuple[int, float]]] = {}
        for number, point in enumerate(points):
            for index, value in zip(point.sparse.indices, point.sparse.values, strict=True):
                self._postings.setdefault(index, []).append((number, value))

    async def query(self, dense: Sequence[float], sparse: SparseVector, limit: int) -> tuple[list[Hit], list[Hit]]:
        cosines = self._dense @ np.array(dense, np.float32)
        scores = np.zeros(len(self._ids))
        for index, weight in zip(sparse.indices, sparse.values, strict=True):
            postings = self._postings.get(index, [])
            for number, value in postings:
                scores[number] += weight * value * idf(len(postings), len(self._ids))
        near = np.argsort(-cosines)[:limit]
        lexical = [n for n in np.argsort(-scores)[:limit] if scores[n] > 0]
        return (
            [Hit(self._ids[n], float(cosines[n])) for n in near],
            [Hit(self._ids[n], float(scores[n])) for n in lexical],
        )

    async def retrieve(self, ids: Sequence[str], vectors: bool = False) -> list[Point]:
        return [self._points[ident] for ident in ids]


class MemoryCatalog:
    """Everything is visible."""

    def __init__(self) -> None:
        self.terms: Counter[str] = Counter()
        self.chunks = 0

    def visible(self, version: str) -> bool:
        return True

    def vocabulary(self) -> Mapping[str, int]:
        return self.terms

    def chunk_count(self) -> int:
        return self.chunks


class Lab:
    """A folder of documents, ingested into memory."""

    def __init__(
        self, folder: Path, embedder: UseEmbedder | None = None, cross_encoder: CrossEncoder | None = None,
        tokens: TokenEncoder | None = None,
    ) -> None:  # fmt: skip
        embedder = embedder or UseEmbedder()
        encoder, catalog, points = ChunkEncoder(embedder, tokens), MemoryCatalog(), []
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and supported(path.name)):
            source = path.relative_to(folder).as_posix()
            document = parse(path.read_bytes(), source, name=path.name)
            encoded = encoder.encode(source, document.title, version_id(source, "", ""), chunk(document))
            points += encoded.points
            catalog.terms.update(encoded.term_chunks)
            catalog.chunks += len(encoded.points)
        self.points = points
        self.searcher = Searcher(MemoryStore(points), embedder, catalog, cross_encoder, tokens)  # type: ignore[arg-type]
        self.search = self.searcher.search  # what bot.evaluation asks of an App

    def find(self, item: Item, limit: int) -> SearchResult:
        # Not asyncio.run: its handling of Ctrl-C prints the task, and with it every number of the result, four times a question.
        with closing(asyncio.new_event_loop()) as loop:
            return loop.run_until_complete(self.searcher.find(question_of(item.question, item.history), limit))


def questions(name: str, part: str) -> list[tuple[str, Item]]:
    """(folder's name, question) of a set of evals/questions; an XQuAD paraphrase is asked of both languages."""
    items = load_items(QUESTIONS / f"{name}.jsonl", part)
    if name != "xquad_para":
        return [(name.split("_")[0], item) for item in items]
    asked = []
    for lang in ("ru", "en"):
        for item in items:
            gold = tuple((source[3:], quote) for source, quote in item.gold if source.startswith(f"{lang}/"))
            if gold or not item.gold:
                asked.append((f"xquad-{lang}", replace(item, gold=gold)))
    return asked


def taught(documents: str, item: Item) -> bool:
    """Whether late interaction learns from this question, so that the scorers that weigh it must not: those over two corpora of
    its own and over half of werf's pages."""
    if documents != "werf":
        return documents in ("gimp", "debian")
    return bool(item.gold) and crc32(item.gold[0][0].encode()) % 2 == 0


def xquad(asked: str, documents: str) -> list[tuple[str, Item]]:
    """XQuAD questions in one language over the documents in the other (or the same)."""
    folder = SHARED / "eval" / "xquad"
    gold = {item.id: item.gold for item in load_items(folder / documents / "questions.jsonl")}
    return [
        (f"xquad-{documents}", replace(item, gold=gold[item.id]))
        for item in load_items(folder / asked / "questions.jsonl")
    ]
