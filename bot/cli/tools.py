"""mcp."""

from __future__ import annotations

import asyncio

import click

from bot.cli.run import Context


@click.command()
@click.pass_obj
def mcp(context: Context) -> None:
    """Serve search, answer and get_source to an MCP client on stdin and stdout. Nothing can be changed through it."""
    from bot import logs
    from bot.mcp_server import run

    settings = context.settings()
    logs.start(settings.log, settings)
    asyncio.run(run(settings))
