"""Moving the index between the embedded engine and a Qdrant server: copied point by point, compared whole, and only then said to
be done. The ledger stays where it is, and so does what was copied from. Knows no documents."""

from __future__ import annotations

import json
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from core.errors import BrokenIndexError, UnavailableError, UsageError
from core.payload import chunk_id
from core.ports import Hit, Index, Point, Store
from core.settings import QdrantSettings, Settings
from ingest.ledger import Ledger

EMBEDDED = "embedded"
BATCH = 256
SEARCHES = 200  # stored points used as questions to both engines
DEPTH = 10
NEAR = 1e-4  # engines sum floats in another order
AGREEMENT = 0.98  # a server's HNSW is approximate; the embedded engine reads everything
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a migration did. `copied` counts the points written in this run, `agreement` is the mean share (0..1) of the best
    ten that both engines bring for `searches` questions, `equal_searches` how many brought the same."""

    target: str
    generation: int
    chunks: int
    copied: int
    removed: int
    searches: int
    equal_searches: int
    agreement: float
    seconds: float


def plan(settings: Settings, to: str) -> tuple[QdrantSettings, QdrantSettings]:
    """Where from and where to. Raises UsageError for settings that can't be meant, before anything moves."""
    if to == EMBEDDED:
        if not settings.qdrant.url:
            raise UsageError("The settings name no Qdrant server to move from.", "Set EXPERTBOT_QDRANT__URL.")
        return settings.qdrant, settings.qdrant.model_copy(update={"url": ""})
    parts = urlsplit(to)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise UsageError(f"{to} is not the URL of a server.", "e.g. http://127.0.0.1:6333, or `embedded`.")
    return settings.qdrant.model_copy(update={"url": ""}), settings.qdrant.model_copy(update={"url": to.rstrip("/")})


async def migrate(settings: Settings, to: str, progress: Progress, searches: int = SEARCHES) -> Moved:
    """Under the data folder's lock. May be repeated: what has arrived is not sent again."""
    started = time.monotonic()
    source_settings, target_settings = plan(settings, to)
    ledger = Ledger(settings.data_dir / "ledger.sqlite")
    try:
        generation, expected = _committed(ledger)
        async with _index(settings, source_settings, 1) as origin:
            source = await origin.open(generation)
            try:
                dim = await _whole(source, expected)
                await _sweep(ledger, source, expected)
                async with _index(settings, target_settings, dim) as index:
                    target = await _target(settings, index, target_settings, generation, dim)
                    try:
                        copied, removed = await _copy(source, target, expected, progress)
                        compared = await _verify(source, target, expected, searches)
                        await index.activate(generation)
                    finally:
                        await target.close()
            finally:
                await source.close()
    finally:
        ledger.close()
    seconds = round(time.monotonic() - started, 3)
    return Moved(
        to, generation, len(expected), copied, removed, *compared, seconds
    )  # fmt: skip


def _committed(ledger: Ledger) -> tuple[int, list[str]]:
    """The active generation and the ids of all its points, sorted."""
    generation = ledger.active()
    pieces = ledger.pieces(generation) if generation is not None else {}
    if generation is None or not pieces:
        raise UsageError("There is no index to move.", "expertbot ingest FOLDER")
    return generation, sorted(chunk_id(version, n) for version, chunks in pieces.items() for n in range(chunks))


@asynccontextmanager
async def _index(settings: Settings, wanted: QdrantSettings, dim: int) -> AsyncIterator[Index]:
    """`dim` matters only to an index that is to be created."""
    if not wanted.url:
        from retrieval.edge import EdgeIndex

        yield EdgeIndex(settings.data_dir / "index", dim)
        return
    from retrieval.server import ServerIndex, connect

    client = connect(wanted)
    try:
        yield ServerIndex(client, wanted, dim)
    finally:
        await client.close()


async def _whole(source: Store, expected: Sequence[str]) -> int:
    """The dimension of the dense vectors. Raises BrokenIndexError where points are missing."""
    missing = set(expected) - await source.ids()
    if missing:
        raise BrokenIndexError(f"{len(missing)} chunks are missing in the index.", "Build it anew: expertbot reindex.")
    (first,) = await source.retrieve(expected[:1], vectors=True)
    return len(first.dense)


async def _sweep(ledger: Ledger, source: Store, expected: Sequence[str]) -> None:
    """Delete what no committed document owns, as opening the index does."""
    await source.delete(sorted(await source.ids() - set(expected)))
    await source.flush()
    ledger.swept([item for item in ledger.loose() if item.generation == ledger.active()])


async def _target(
    settings: Settings, index: Index, wanted: QdrantSettings, generation: int, dim: int
) -> Store:  # fmt: skip
    """The generation there: made anew, or the one that an earlier run of ours began."""
    note = settings.data_dir / "migration.json"
    ours = {"to": wanted.url or EMBEDDED, "collection": wanted.collection, "generation": generation, "dim": dim}
    if generation not in await index.generations():
        _remember(note, ours)
        return await index.create(generation)
    begun = json.loads(note.read_text("utf-8")) if note.is_file() else None
    if wanted.url and begun != ours:
        raise UsageError(
            f"The server has an index {wanted.collection}-{generation:06d} already, and this data folder did not begin it.",
            "Give the index another name with EXPERTBOT_QDRANT__COLLECTION, or delete that collection on the server.",
        )
    if begun == ours:
        return await index.open(generation)
    _remember(note, ours)  # embedded: a stale copy of our own
    try:
        return await index.open(generation)
    except UnavailableError:
        return await index.create(generation)


def _remember(note: Path, ours: dict[str, object]) -> None:
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps(ours), encoding="utf-8")
    fresh.replace(note)


async def _copy(source: Store, target: Store, expected: Sequence[str], progress: Progress) -> tuple[int, int]:
    """Bring the target to exactly these points; how many were written and removed."""
    there = await target.ids()
    extra = sorted(there - set(expected))
    await target.delete(extra)
    missing = [ident for ident in expected if ident not in there]
    for start in range(0, len(missing), BATCH):
        await target.upsert(await _read(source, missing[start : start + BATCH]))
        progress(len(expected) - len(missing) + min(start + BATCH, len(missing)), len(expected), "")
    await target.flush()
    return len(missing), len(extra)


async def _read(store: Store, ids: Sequence[str]) -> list[Point]:
    found = {point.id: point for point in await store.retrieve(ids, vectors=True)}
    if len(found) != len(ids):
        raise BrokenIndexError("Chunks are missing in the index.", "Build it anew: expertbot reindex.")
    return [found[ident] for ident in ids]


async def _verify(source: Store, target: Store, expected: Sequence[str], searches: int) -> tuple[int, int, float]:
    """Count, ids, every vector and payload, then searches. Points that differ are written once more before giving up."""
    count = await target.count()
    if count != len(expected) or await target.ids() != set(expected):
        raise BrokenIndexError(
            f"The copy holds {count} chunks instead of {len(expected)}.", "Repeat expertbot migrate."
        )
    for start in range(0, len(expected), BATCH):
        ids = expected[start : start + BATCH]
        wanted = await _read(source, ids)
        other = [a for a, b in zip(wanted, await _read(target, ids), strict=True) if not same(a, b)]
        if other:
            await target.upsert(other)
            again = await _read(target, [point.id for point in other])
            if not all(same(a, b) for a, b in zip(other, again, strict=True)):
                raise BrokenIndexError(
                    "Chunks do not come back from the copy as they went in.",
                    "Is the collection set up otherwise on the server? Delete it there and repeat expertbot migrate.",
                )
    await target.flush()
    asked = random.Random(0).sample(list(expected), min(searches, len(expected)))
    shares: list[float] = []
    for start in range(0, len(asked), BATCH):
        for point in await _read(source, asked[start : start + BATCH]):
            ours = await source.query(point.dense, point.sparse, DEPTH)
            theirs = await target.query(point.dense, point.sparse, DEPTH)
            shares += [overlap(a, b) for a, b in zip(ours, theirs, strict=True)]
    agreement = sum(shares) / len(shares)
    if agreement < AGREEMENT:
        raise BrokenIndexError(
            f"Both indexes agree on {agreement:.0%} of what they find only.",
            "The server may still be building its index: wait a minute and repeat expertbot migrate.",
        )
    pairs = zip(shares[::2], shares[1::2], strict=True)
    return len(asked), sum(a == b == 1.0 for a, b in pairs), round(agreement, 4)


def same(a: Point, b: Point) -> bool:
    """Same payload; same vectors up to a rounding of the last bits."""
    sparse_a = dict(zip(a.sparse.indices, a.sparse.values, strict=True))
    sparse_b = dict(zip(b.sparse.indices, b.sparse.values, strict=True))
    return (
        dict(a.payload) == dict(b.payload)
        and len(a.dense) == len(b.dense)
        and bool(np.allclose(a.dense, b.dense, atol=1e-5))
        and sparse_a.keys() == sparse_b.keys()
        and all(abs(value - sparse_b[term]) < 1e-5 for term, value in sparse_a.items())
    )


def overlap(ours: Sequence[Hit], theirs: Sequence[Hit]) -> float:
    """The share of our hits that they have too. A hit that only a tie with the last one keeps out is no difference."""
    if not ours:
        return float(not theirs)
    ids, last = {hit.id for hit in theirs}, ours[-1].score
    tied = NEAR * max(1.0, abs(last))
    return sum(hit.id in ids or hit.score - last <= tied for hit in ours) / len(ours)
