"""migrate, backup, restore."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

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


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_obj
def backup(context: Context, file: Path, as_json: bool) -> None:
    """Write ledger, state, uploads, personas, adapters and keys into one tar, while the bot runs or not. Keep it as a secret."""
    from bot.app import personas_folder
    from bot.backup import backup as keep

    settings = context.settings()
    manifest = keep(settings, file, personas_folder(settings))
    size = sum(item.size for item in manifest.files.values())
    if as_json:
        emit({"file": str(file), "files": len(manifest.files), "bytes": size, "running": manifest.running})
    else:
        click.echo(f"{file}: {len(manifest.files)} files, {size / 1e6:.1f} MB.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Put a data folder that is not empty aside.")
@click.option(
    "--forgotten", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A later forgotten.jsonl: these people stay forgotten.",
)  # fmt: skip
@json_option
@click.pass_obj
def restore(context: Context, file: Path, force: bool, forgotten: Path | None, as_json: bool) -> None:
    """Check a backup, build its index anew, and put it in the data folder's place."""
    from bot.restore import restore as bring_back

    done = bring_back(context.settings(), file, force, forgotten, Bar("Index"))
    if as_json:
        emit(asdict(done))
        return
    click.echo(f"{done.documents} documents, {done.chunks} chunks are back; {done.seconds:.1f} s.")
    if done.forgotten:
        say(f"{done.forgotten} documents of people who asked to be forgotten were left out.")
    if done.replaced:
        say(f"The former data folder is {done.replaced}; delete it when all is well.")
    if done.personas:
        say(f"The backup's personas: EXPERTBOT_PERSONA__FOLDER={done.personas}")
