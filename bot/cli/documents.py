"""ingest, docs, remove, reindex, rollback, search."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import click

from bot import commands
from bot.cli.run import (
    Bar,
    Context,
    batch_item,
    batch_lines,
    batch_option,
    emit,
    json_option,
    opened,
    phrase,
    say,
    through,
)
from bot.control import Control
from core.errors import UsageError
from core.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--prune", is_flag=True, help="Remove documents whose files are gone from the given folders.")
@json_option
@click.pass_obj
def ingest(context: Context, paths: tuple[str, ...], prune: bool, as_json: bool) -> int:
    """Take in files and folders. What has not changed is left as it is."""
    bar, whole = Bar("Ingest"), [os.path.abspath(path) for path in paths]
    report = through(
        context, "ingest", lambda app: commands.ingest(app, paths, prune, bar), bar, paths=whole, prune=prune
    )
    for failure in report["failed"]:
        say(f"✗ {failure['source']}: {failure['error']}\n  → {failure['hint']}")
    if as_json:
        emit(report)
    else:
        click.echo(
            f"Added {report['added']}, updated {report['updated']}, unchanged {report['unchanged']}, "
            f"removed {report['removed']}, failed {len(report['failed'])}; "
            f"{report['chunks']} chunks in {report['seconds']:.1f} s."
        )
    return 3 if report["failed"] else 0


@click.command()
@json_option
@click.pass_obj
def docs(context: Context, as_json: bool) -> None:
    """List the documents that are in."""
    rows = through(context, "docs", commands.docs, commands.quiet)
    if as_json:
        emit(rows)
        return
    for row in rows:
        click.echo(f"{row['chunks']:5}  {row['title']}  ({row['source']})")
    click.echo(f"{len(rows)} documents." if rows else "No documents yet: expertbot ingest FOLDER.")


@click.command()
@click.argument("source_or_id")
@json_option
@click.pass_obj
def remove(context: Context, source_or_id: str, as_json: bool) -> None:
    """Forget a document, every trace of it."""
    meant = os.path.abspath(source_or_id) if os.path.exists(source_or_id) else source_or_id
    result = through(context, "remove", lambda app: commands.remove(app, meant), commands.quiet, source_or_id=meant)
    emit(result) if as_json else click.echo(f"Removed {result['removed']}.")


@click.command()
@json_option
@click.pass_obj
def reindex(context: Context, as_json: bool) -> None:
    """Build the index anew beside the old one, verify it, then switch.

    A running bot does it and goes on answering. To change the embedder or the quality mode: stop the bot, set it, reindex,
    start it.
    """
    _generation(context, "reindex", as_json)


@click.command()
@json_option
@click.pass_obj
def rollback(context: Context, as_json: bool) -> None:
    """Return to the index before the last reindex."""
    _generation(context, "rollback", as_json)


def _generation(context: Context, name: str, as_json: bool) -> None:
    from bot.app import fingerprint_of

    settings, bar = context.settings(), Bar("Reindex")
    control = Control.connect(settings.data_dir)
    if control:
        try:
            result = control.call(name, bar, fingerprint=str(fingerprint_of(settings)))
        finally:
            control.close()
    else:
        result = asyncio.run(_build(settings, name, bar))
    if as_json:
        emit(result)
    else:
        click.echo(
            f"Generation {result['generation']}: {result['documents']} documents, {result['chunks']} chunks, "
            f"{result['seconds']:.1f} s."
        )


async def _build(settings: Settings, name: str, bar: Bar) -> dict[str, Any]:
    """Without `open`: an index of another embedder can't be opened, but it can be replaced."""
    from bot.app import App
    from bot.lock import DataLock

    # Replicas would search another encoder's index with theirs: then the folder has to be free of them.
    shared = settings.shared and not _other_encoder(settings)
    with DataLock(settings.data_dir, shared=shared):
        app = App(settings)
        try:
            return await (commands.reindex(app, bar) if name == "reindex" else commands.rollback(app, bar))
        finally:
            await app.close()


def _other_encoder(settings: Settings) -> bool:
    """Whether the index that answers was built by another one."""
    from bot.app import fingerprint_of
    from ingest.ledger import Ledger

    ledger = Ledger(settings.data_dir / "ledger.sqlite")
    try:
        active = ledger.active()
        return active is not None and not ledger.fingerprint(active).endswith(f"|{fingerprint_of(settings).encoder}")
    finally:
        ledger.close()


@click.command()
@click.argument("words", nargs=-1, metavar="[QUERY]")
@click.option("-k", "limit", type=click.IntRange(1, 50), default=8, show_default=True, help="Passages shown.")
@batch_option
@json_option
@click.pass_obj
def search(context: Context, words: tuple[str, ...], limit: int, batch: str | None, as_json: bool) -> None:
    """Find the passages that a question would be answered from."""
    if batch:
        asyncio.run(_search_batch(context, batch, limit))
        return
    if not words:
        raise UsageError("There is no query.", 'expertbot search "Сколько хранятся логи?"')
    query = phrase(words)
    result = through(
        context, "search", lambda app: commands.search(app, query, limit), commands.quiet,
        query=query, limit=limit, history=[],
    )  # fmt: skip
    if as_json:
        emit(result)
        return
    for hit in result["hits"]:
        place = " › ".join(dict.fromkeys((hit["title"], *hit["headings"])))
        click.echo(f"{hit['rank']}. {place}  [{hit['score']:.2f}]  {hit['source']}:{hit['start']}")
        click.echo("   " + hit["text"][:300].replace("\n", "\n   ") + ("…" if len(hit["text"]) > 300 else "") + "\n")
    if not result["hits"]:
        click.echo("Nothing found. Is anything in? expertbot docs")


async def _search_batch(context: Context, batch: str, limit: int) -> None:
    control = Control.connect(context.settings().data_dir)
    if control:
        for item in batch_lines(batch):
            with batch_item(item):
                query, history = str(item.get("question") or ""), item.get("history") or []
                emit({"id": item.get("id"), **control.call("search", query=query, limit=limit, history=history)})
        return
    async with opened(context.settings()) as app:
        for item in batch_lines(batch):
            with batch_item(item):
                found = await commands.search(app, str(item.get("question") or ""), limit, item.get("history") or ())
                emit({"id": item.get("id"), **found})
