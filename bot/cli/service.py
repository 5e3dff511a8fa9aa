"""serve, worker, doctor, forget."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from bot.cli.run import Context, emit, json_option, through

if TYPE_CHECKING:
    from bot.app import App
    from core.settings import Settings


@click.command()
@click.pass_obj
def serve(context: Context) -> None:
    """Run the Telegram bot: polling, or a webhook where the settings name one."""
    from bot.telegram.service import serve as run

    asyncio.run(run(context.settings()))


@click.command()
@click.pass_obj
def worker(context: Context) -> None:
    """Do the jobs of several replicas (EXPERTBOT_REDIS__URL): documents, reindex, evaluation."""
    from bot.replicas.worker import work

    asyncio.run(work(context.settings()))


@click.command()
@json_option
@click.pass_obj
def doctor(context: Context, as_json: bool) -> int:
    """Name every missing or doubtful thing, with its cure."""
    from bot.doctor import examine

    findings = examine(context.settings())
    if as_json:
        emit([finding.json() for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{finding.mark} {finding.what}" + (f"\n    → {finding.cure}" if finding.cure else ""))
    return 5 if any(finding.level == "bad" for finding in findings) else 0


@click.command()
@click.argument("user", type=int, metavar="USER_ID")
@json_option
@click.pass_obj
def forget(context: Context, user: int, as_json: bool) -> None:
    """Erase what is kept of a Telegram user: words, answers, ratings, finished jobs, documents and their vectors.

    Today's count of questions stays (it is a limit), and so does the audit of an admin's actions.
    """
    from bot import commands

    result = through(context, "forget", lambda app: _forget(context.settings(), app, user), commands.quiet, user=user)
    emit(result) if as_json else click.echo(", ".join(f"{what}: {count}" for what, count in result.items()))


async def _forget(settings: Settings, app: App, user: int) -> dict[str, Any]:
    from bot.state import State
    from bot.telegram.people import forget as erase

    state = State(settings.data_dir)
    try:
        await state.open()
        return await erase(state, app, settings.data_dir, user)
    finally:
        state.close()
