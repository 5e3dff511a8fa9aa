"""eval retrieval | answers | make."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from bot import commands
from bot.cli.run import Bar, Context, emit, json_option, opened, say, through
from core.errors import UsageError
from core.settings import EmbedderSettings, QdrantSettings

if TYPE_CHECKING:
    from bot.app import App
    from bot.evaluation import Item
    from core.settings import Settings

QUALITY = "+quality"


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
@click.option(
    "--compare",
    nargs=2,
    metavar="A B",
    help="Two embedders over --docs, each KIND or KIND:MODEL (use, fastembed:FOLDER, openai:NAME); `as-set` is the setting; "
    "`+quality` after one turns the quality mode on.",
)
@json_option
@click.pass_obj
def retrieval(
    context: Context, questions: str | None, part: str, docs: str | None, compare: tuple[str, str] | None, as_json: bool
) -> None:
    """Recall, evidence and refusals over a file of questions; with --compare, whether another way pays."""
    if compare:
        asyncio.run(_compare(context, _items(questions, part), docs, compare, as_json))
        return
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


@eval_.command()
@click.option("--out", type=click.Path(dir_okay=False), default="questions.jsonl", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Questions at most.")
@click.pass_obj
def make(context: Context, out: str, limit: int) -> None:
    """Propose questions from the documents, each with the sentence that answers it, for you to review and reword."""
    if Path(out).exists():
        raise UsageError(f"{out} exists already.", "Give another --out, or move it away: your review is in it.")
    asyncio.run(_make(context, Path(out), limit))


async def _make(context: Context, out: Path, limit: int) -> None:
    from bot import proposals

    async with opened(context.settings()) as app:
        llm = app.llm
        rows = await proposals.propose(app, limit, llm.complete if llm else None, Bar("Questions"))
    if not rows:
        raise UsageError("There is nothing to ask about.", "Ingest documents first: expertbot ingest PATH.")
    proposals.write(rows, out)
    say(f"{len(rows)} questions in {out}. Reword them as people ask, drop the bad ones, then:")
    say(f"expertbot eval retrieval --questions {out}")


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

    items = _items(questions, part)
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


def _items(questions: str | None, part: str) -> list[Item]:
    from bot import evaluation

    if not questions:
        raise UsageError("There are no questions.", "Give --questions FILE; the shipped ones are in evals/questions.")
    items = evaluation.load_items(Path(questions), part)
    if not items:
        raise UsageError(f"{questions} holds no question of part {part!r}.", "Leave --part out, or check the file.")
    return items


def named_settings(settings: Settings, text: str) -> Settings:
    """`KIND` or `KIND:MODEL`, its endpoint and key as set, or `as-set`, the setting itself; `+quality` after it turns the quality
    mode on. Raises UsageError for another kind."""
    embedder, retrieval = settings.embedder, settings.retrieval
    if text.endswith(QUALITY):
        text = text.removesuffix(QUALITY)
        retrieval = retrieval.model_copy(update={"quality": True})
    if text != "as-set":
        kind, _, model = text.partition(":")
        try:
            embedder = EmbedderSettings(kind=kind, model=model, base_url=embedder.base_url, api_key=embedder.api_key)
        except ValidationError as error:
            raise UsageError(
                f"There is no embedder {text!r}.",
                "Give as-set, use, openai:NAME, fastembed:MODEL or sentence-transformers:MODEL; +quality after it turns the "
                "quality mode on.",
            ) from error
    return settings.model_copy(update={"embedder": embedder, "retrieval": retrieval})


async def _compare(
    context: Context, items: Sequence[Item], docs: str | None, named: tuple[str, str], as_json: bool
) -> None:
    """The folder is ingested once for each, in places of their own."""
    from bot import evaluation

    if not docs:
        raise UsageError("There is nothing to ingest for both.", "Give --docs FOLDER.")
    settings, runs = context.settings(), []
    chosen = [named_settings(settings, name) for name in named]
    for name, each in zip(named, chosen, strict=True):
        with tempfile.TemporaryDirectory(prefix="expertbot-eval-") as folder:
            async with opened(each.model_copy(update={"data_dir": Path(folder), "qdrant": QdrantSettings()})) as app:
                report = await app.ingest([Path(docs)], False, Bar(f"Ingest, {name}"))
                say(f"{name}: {report.chunks} chunks in {report.seconds:.1f} s, {len(report.failed)} documents failed.")
                runs.append(await evaluation.retrieval(app, items))
    found = evaluation.compare(*runs)
    emit(found) if as_json else click.echo(evaluation.comparison_table(found, *named))
