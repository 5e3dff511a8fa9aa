"""serve, doctor."""

from __future__ import annotations

import asyncio

import click

from bot.cli.run import Context, emit, json_option


@click.command()
@click.pass_obj
def serve(context: Context) -> None:
    """Run the Telegram bot: polling, or a webhook where the settings name one."""
    from bot.telegram.service import serve as run

    asyncio.run(run(context.settings()))


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
