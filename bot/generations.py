"""Reindex and rollback: a new generation is built in a child process (the embedded engine holds the interpreter lock while it
optimises), verified, and only then switched to. Questions are answered from the old one all the while."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BrokenIndexError, DocumentError, ExpertbotError, UnavailableError, UsageError
from core.nouns import Chunk, ParsedDocument
from core.payload import version_id
from core.ports import Store
from core.process import die_with_parent
from core.settings import Settings
from ingest.pipeline import finish
from ingest.sandbox import read_file

if TYPE_CHECKING:
    from bot.app import App

Progress = Callable[[int, int, str], None]
SAMPLED = 20  # chunks that must find themselves
FOUND_WITHIN = 10
AGAIN = "Repeat expertbot reindex; the old one goes on."


@dataclass(frozen=True, slots=True)
class Generation:
    """What a switch led to."""

    generation: int
    documents: int
    chunks: int
    seconds: float


async def reindex(app: App, progress: Progress) -> Generation:
    """Build, verify, switch. Cancelling ends the child and leaves everything as it was."""
    started = time.monotonic()
    ledger, index = app.ledger, app.index
    async with app.ingestor.writing:
        generation = ledger.begin_generation(str(app.fingerprint))
        try:
            await _in_child(app.settings, generation, progress)
            store = await index.open(generation)
            try:
                await _verify(app, generation, store)
                ledger.activate(generation)
            except BaseException:
                await store.close()
                raise
        except BaseException:
            with suppress(ExpertbotError, OSError):  # what can't be dropped now goes at the next start
                await index.drop(generation)
                ledger.forget_generation(generation)
            raise
        await finish(_take_over(app, generation, store))
    return Generation(generation, len(ledger.versions(generation)), ledger.chunk_count(), time.monotonic() - started)


async def rollback(app: App, progress: Progress) -> Generation:
    """Return to the generation before; documents that came or changed since are brought up to date in it first."""
    started = time.monotonic()
    ledger = app.ledger
    async with app.ingestor.writing:
        generation = ledger.previous()
        if generation is None:
            raise UsageError("There is no index to return to.", "A rollback follows a reindex.", code="no_index_before")
        fingerprint = ledger.fingerprint(generation)
        if fingerprint.rpartition("|")[2] != app.fingerprint.encoder:
            raise UsageError(
                f"The index before was built with {fingerprint.rpartition('|')[2]}, the settings name "
                f"{app.fingerprint.encoder}.",
                "Stop the bot, set the embedder back, then `expertbot rollback`, and start it.",
                code="other_encoder",
                built=fingerprint.rpartition("|")[2],
                wanted=app.fingerprint.encoder,
            )
        store = await app.index.open(generation)
        try:
            await _fill(app, generation, store, fingerprint, progress)
            await _verify(app, generation, store)
            ledger.activate(generation)
        except BaseException:
            await store.close()
            raise
        await finish(_take_over(app, generation, store))
    return Generation(generation, len(ledger.versions(generation)), ledger.chunk_count(), time.monotonic() - started)


async def _take_over(app: App, generation: int, store: Store) -> None:
    """The ledger has switched; now all else does. Whatever fails here is made up for at the next start."""
    await app.switch(store)
    await app.index.activate(generation)
    for number in await app.index.generations():
        if number not in app.ledger.generation_numbers():
            await app.index.drop(number)


async def _fill(app: App, generation: int, store: Store, fingerprint: str, progress: Progress) -> None:
    """Bring a generation up to what the ledger's documents say."""
    ledger, known = app.ledger, app.ledger.versions(generation)
    sources = ledger.sources()
    for number, source in enumerate(sources, 1):
        held = ledger.parsed(source)
        if held is not None:
            document, sha256, parser = held
            version = version_id(source, sha256, fingerprint)
            if known.get(source) != version:
                document, chunks = await _chunks(app, document, sha256, parser)
                encoded = await app.pool.encode(source, document.title, version, chunks)
                await app.ingestor.write(generation, store, [(document, sha256, encoded)])
        progress(number, len(sources), source)
    await app.ingestor.sweep(generation, store)


async def _chunks(app: App, document: ParsedDocument, sha256: str, parser: str) -> tuple[ParsedDocument, list[Chunk]]:
    """The stored text cut anew; where the parser has changed and the file is still what it was, the file read anew. A file
    that has changed is the next ingest's."""
    from ingest.chunk import chunk

    if parser != app.fingerprint.parser:
        # A file that is gone or broken now was read once, and that is better than nothing.
        with suppress(DocumentError):
            data = await asyncio.to_thread(read_file, Path(document.source), app.settings.ingest.max_file_mb << 20)
            if hashlib.sha256(data).hexdigest() == sha256:
                return await app.parse(data, document.source)
    return document, chunk(document, max_chars=app.settings.ingest.chunk_chars)


async def _verify(app: App, generation: int, store: Store) -> None:
    """Every document, every point, and a sample that finds itself."""
    ledger = app.ledger
    versions = ledger.versions(generation)
    if set(versions) != set(ledger.sources()):
        raise BrokenIndexError("The new index lacks documents.", AGAIN, code="index_unverified")
    expected, count = ledger.chunks_in(generation), await store.count()
    if count != expected:
        raise BrokenIndexError(
            f"The new index holds {count} chunks instead of {expected}.", AGAIN, code="index_unverified"
        )
    idents = sorted(await store.ids())
    for point in await store.retrieve(random.Random(0).sample(idents, min(SAMPLED, len(idents))), vectors=True):
        dense, _ = await store.query(point.dense, point.sparse, FOUND_WITHIN)
        texts = {point.payload["text"]}
        if point.id not in {hit.id for hit in dense}:
            near = await store.retrieve([hit.id for hit in dense])
            if not texts & {other.payload["text"] for other in near}:  # many equal chunks may outnumber the limit
                raise BrokenIndexError("The new index does not find its own chunks.", AGAIN, code="index_unverified")


async def _in_child(settings: Settings, generation: int, progress: Progress) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_build, args=(settings, generation, theirs, os.getpid()), name="reindex")
    child.start()
    theirs.close()
    try:
        while True:
            message = await asyncio.to_thread(_receive, ours, child)
            if message is None:
                raise UnavailableError(
                    "The process that builds the new index was ended from outside.",
                    "Most likely there was too little memory. Repeat expertbot reindex; the old index goes on.",
                    code="reindex_killed",
                )
            if message[0] == "done":
                return
            if message[0] == "error":
                raise message[1]
            if message[0] == "bug":
                raise RuntimeError(f"building the new index failed:\n{message[1]}")
            if message[0] == "progress":
                progress(*message[1:])
    finally:
        if child.is_alive():
            child.terminate()
        await asyncio.to_thread(child.join)
        ours.close()


def _receive(pipe: Connection, child: Any) -> tuple[Any, ...] | None:
    """The child's next message; a beat every half second so that a cancelled wait ends; None when it died silently."""
    alive = child.is_alive()  # asked first: its last message may come between the two
    try:
        if pipe.poll(0.5):
            message: tuple[Any, ...] = pipe.recv()
            return message
    except (EOFError, OSError):
        return None
    return ("beat",) if alive else None


def _build(settings: Settings, generation: int, pipe: Connection, parent: int) -> None:
    """In the child: fill a new generation and optimise it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    die_with_parent(parent)
    from bot.app import App

    async def run() -> None:
        app = App(settings)
        try:
            store = await app.index.create(generation)
            await _fill(app, generation, store, str(app.fingerprint), lambda *news: pipe.send(("progress", *news)))
            optimize = getattr(store, "optimize", None)
            if optimize:
                optimize()
            await store.flush()
            await store.close()
        finally:
            await app.close()

    try:
        asyncio.run(run())
        pipe.send(("done",))
    except ExpertbotError as error:
        pipe.send(("error", error))
    except Exception:
        pipe.send(("bug", traceback.format_exc()))
