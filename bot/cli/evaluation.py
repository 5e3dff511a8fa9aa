"""eval retrieval | answers | guard | persona."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import commands
from bot.cli.run import Bar, Context, emit, json_option, opened, say, through
from core.errors import UsageError

if TYPE_CHECKING:
    from bot.app import App
    from core.settings import Settings
from core.settings import QdrantSettings


@click.group(name="eval")
def eval_() -> None:
    """Measure, with intervals, on your own questions or the shipped ones."""


def _questions(command: Any) -> Any:
    command = click.option("--docs", type=click.Path(), help="Ingest this folder into a place of its own first.")(
        command
    )
    command = click.option("--part", default="", help="Only this part of the questions: dev or held.")(command)
    return click.option("--questions", type=click.Path(), help="JSON lines; see evals/questions.")(command)


@eval_.command()
@_questions
@json_option
@click.pass_obj
def retrieval(context: Context, questions: str | None, part: str, docs: str | None, as_json: bool) -> None:
    """Recall, evidence and refusals over a file of questions."""
    asyncio.run(_run(context, questions, part, docs, as_json, answers=False))


@eval_.command()
@_questions
@click.option("--from-feedback", is_flag=True, help="The questions whose answers people rated, asked again.")
@json_option
@click.pass_obj
def answers(
    context: Context, questions: str | None, part: str, docs: str | None, from_feedback: bool, as_json: bool
) -> None:
    """Whole answers: rungs of the ladder, sources, times."""
    if from_feedback:
        found = through(context, "feedback", lambda app: _rated(context.settings(), app), commands.quiet)
        emit(found) if as_json else click.echo(", ".join(f"{name}: {count}" for name, count in found.items()))
        return
    asyncio.run(_run(context, questions, part, docs, as_json, answers=True))


async def _rated(settings: Settings, app: App) -> dict[str, Any]:
    from bot import feedback
    from bot.state import State

    state = State(settings.data_dir)
    try:
        return await feedback.evaluate(app, state, commands.quiet)
    finally:
        state.close()


async def _run(
    context: Context, questions: str | None, part: str, docs: str | None, as_json: bool, *, answers: bool
) -> None:
    from bot import evaluation

    if not questions:
        raise UsageError("There are no questions.", "Give --questions FILE; the shipped ones are in evals/questions.")
    items = evaluation.load_items(Path(questions), part)
    if not items:
        raise UsageError(f"{questions} holds no question of part {part!r}.", "Leave --part out, or check the file.")
    settings = context.settings()
    with tempfile.TemporaryDirectory(prefix="expertbot-eval-") as folder:
        if docs:
            # An index of its own, in this process: a server's is other documents'.
            settings = settings.model_copy(update={"data_dir": Path(folder), "qdrant": QdrantSettings()})
        async with opened(settings) as app:
            if docs:
                report = await app.ingest([Path(docs)], False, Bar("Ingest"))
                say(f"{report.added} documents, {report.chunks} chunks, {len(report.failed)} failed.")
            if answers:
                found = await evaluation.answers(app, items)
                emit(found) if as_json else click.echo(evaluation.answers_table(found))
            else:
                summary = evaluation.summary(await evaluation.retrieval(app, items))
                emit(summary) if as_json else click.echo(evaluation.table(summary))
