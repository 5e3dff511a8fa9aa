"""api."""

from __future__ import annotations

import asyncio

import click

from bot.cli.run import Context


@click.command()
@click.option("--new-key", metavar="NAME", help="Make a bearer key, show it once, and end.")
@click.option("--revoke-key", metavar="NAME", help="Make a key worthless, and end.")
@click.pass_obj
def api(context: Context, new_key: str | None, revoke_key: str | None) -> None:
    """Serve the OpenAI-compatible API: a model per persona."""
    from bot import logs
    from bot.api.keys import Keys
    from bot.api.service import keys_path, run

    settings = context.settings()
    if new_key:
        click.echo(Keys(keys_path(settings)).add(new_key))
        return
    if revoke_key:
        Keys(keys_path(settings)).revoke(revoke_key)
        return
    logs.start(settings.log, settings)
    asyncio.run(run(settings))
