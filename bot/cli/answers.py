"""ask, chat, verify."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bot import commands
from bot.cli.run import (
    Context,
    batch_item,
    batch_lines,
    batch_option,
    emit,
    json_option,
    opened,
    phrase,
    through,
    told_when_slow,
)
from bot.control import Control
from core.errors import UsageError


@click.command()
@click.argument("words", nargs=-1, metavar="[QUESTION]")
@click.option("--persona", help="A persona's id, or none; default is the settings'.")
@batch_option
@json_option
@click.pass_obj
def ask(context: Context, words: tuple[str, ...], persona: str | None, batch: str | None, as_json: bool) -> None:
    """Answer one question, with its sources."""
    if batch:
        asyncio.run(_ask_batch(context, batch, persona))
        return
    if not words:
        raise UsageError("There is no question.", 'expertbot ask "Сколько хранятся логи?"')
    question = phrase(words)
    with told_when_slow(context.settings()):
        result = through(
            context, "ask", lambda app: commands.ask(app, question, persona), commands.quiet,
            question=question, persona=persona, history=[],
        )  # fmt: skip
    if as_json:
        emit(result)
    else:
        show(result)


async def _ask_batch(context: Context, batch: str, persona: str | None) -> None:
    control = Control.connect(context.settings().data_dir)
    if control:
        for item in batch_lines(batch):
            chosen, history = item.get("persona") or persona, item.get("history") or []
            with batch_item(item):
                question = str(item.get("question") or "")
                found = control.call("ask", question=question, persona=chosen, history=history)
                emit({**found, "id": item.get("id")})
        return
    async with opened(context.settings()) as app:
        for item in batch_lines(batch):
            chosen = item.get("persona") or persona
            with batch_item(item):
                answer = await commands.ask(app, str(item.get("question") or ""), chosen, item.get("history") or ())
                emit({**answer, "id": item.get("id")})


def show(result: commands.Json) -> None:
    """An answer and its sources as a person reads them."""
    click.echo(result["text"])
    for source in result["sources"]:
        place = " › ".join(dict.fromkeys((source["title"], *source["headings"])))
        quote = " ".join(source["quote"].split())
        click.echo(
            click.style(f"  [{source['n']}] {place}: «{quote[:160]}{'…' if len(quote) > 160 else ''}»", dim=True)
        )


@click.command()
@click.option("--persona", help="A persona's id, or none; default is the settings'.")
@click.pass_obj
def chat(context: Context, persona: str | None) -> None:
    """Talk in the terminal. /help lists the commands."""
    from bot.cli.talk import talk

    asyncio.run(talk(context.settings(), persona))


@click.command()
@click.option("--draft", type=click.Path(), help="File with the neutral draft.")
@click.option("--styled", type=click.Path(), help="File with the restyled text.")
@batch_option
@json_option
def verify(draft: str | None, styled: str | None, batch: str | None, as_json: bool) -> int:
    """Say whether a restyled text kept the facts of its draft: exit code 0 or 4."""
    from style_adapter.guard import Guard

    guard = Guard()
    if batch:
        for item in batch_lines(batch):
            with batch_item(item):
                for key in ("draft", "restyled"):
                    if not isinstance(item.get(key), str):
                        raise UsageError(
                            f'The line has no text under "{key}".', 'A line is {"id", "draft", "restyled"}.'
                        )
                emit({"id": item.get("id"), **commands.verdict_json(guard.check(item["draft"], item["restyled"]))})
        return 0
    if not draft or not styled:
        raise UsageError("Two files are needed.", "expertbot verify --draft FILE --styled FILE")
    verdict = guard.check(_text(draft), _text(styled))
    if as_json:
        emit(commands.verdict_json(verdict))
    else:
        for reason in verdict.reasons:
            click.echo(f"{reason.kind}: {reason.message}  «{reason.draft}» → «{reason.styled}»")
        click.echo("The facts are kept." if verdict.ok else "The facts are not kept.")
    return 0 if verdict.ok else 4


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}.", "Give a UTF-8 text file.") from error
