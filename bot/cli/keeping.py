"""migrate, backup, restore."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import click

from bot.cli.run import Bar, Context, emit, json_option, say


@click.command()
@click.option("--to", required=True, metavar="URL|embedded", help="A Qdrant server, or the engine in this process.")
@json_option
@click.pass_obj
def migrate(context: Context, to: str, as_json: bool) -> None:
    """Copy the index to a Qdrant server or back, and compare both whole. What is copied from stays."""
    from bot.lock import DataLock
    from bot.migrate import EMBEDDED
    from bot.migrate import migrate as move

    settings = context.settings()
    with DataLock(settings.data_dir):
        moved = asyncio.run(move(settings, to, Bar("Migrate")))
    if as_json:
        emit(asdict(moved))
        return
    click.echo(
        f"{moved.chunks} chunks are there ({moved.copied} copied now); every vector equal, "
        f"{moved.equal_searches} of {moved.searches} searches equal; {moved.seconds:.1f} s."
    )
    say("Now unset EXPERTBOT_QDRANT__URL." if to == EMBEDDED else f"Now set EXPERTBOT_QDRANT__URL={to}")
