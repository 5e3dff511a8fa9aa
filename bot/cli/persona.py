"""persona list | show | lint | new | import | export | score | dataset … | train | eval | activate | rollback"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.cli.adapter import COMMANDS as ADAPTER_COMMANDS
from bot.cli.run import Context, batch_lines, batch_option, emit, json_option, say
from core.errors import UsageError


def _folder(context: Context) -> Path:
    from bot.app import personas_folder

    return personas_folder(context.settings())


@click.group()
def persona() -> None:
    """Personas: their bibles, data, adapters and proof."""


@persona.command("list")
@json_option
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """The personas there are."""
    from style_adapter import workshop

    rows = workshop.persona_list(_folder(context))
    if as_json:
        emit(rows)
        return
    for row in rows:
        faults = f"  ({row['faults']} faults: expertbot persona lint {row['id']})" if row["faults"] else ""
        click.echo(f"{row['id']:12} {row['name']}: {row['role']}{faults}")


@persona.command()
@click.argument("id")
@json_option
@click.pass_obj
def show(context: Context, id: str, as_json: bool) -> None:
    """A persona's bible and what lies beside it."""
    import yaml

    from style_adapter import workshop

    found = workshop.persona_show(_folder(context), id)
    emit(found) if as_json else click.echo(yaml.safe_dump(found["bible"], allow_unicode=True, sort_keys=False))


@persona.command()
@click.argument("id")
@json_option
@click.pass_obj
def lint(context: Context, id: str, as_json: bool) -> int:
    """Explain each fault of a bible, with its line."""
    from style_adapter import workshop

    found = workshop.persona_lint(_folder(context), id)
    if as_json:
        emit(found)
    else:
        for fault in found["faults"]:
            click.echo(
                f"line {fault['line']}: {fault['message']}" + (f"\n  → {fault['hint']}" if fault["hint"] else "")
            )
        click.echo("The bible is sound." if found["ok"] else "The bible needs mending.")
    return 0 if found["ok"] else 2


@persona.command()
@click.argument("id")
@click.option("--name", required=True, help="How the persona is called.")
@click.option("--language", type=click.Choice(["ru", "en", "user"]), default="ru", show_default=True)
@json_option
@click.pass_obj
def new(context: Context, id: str, name: str, language: Any, as_json: bool) -> None:
    """Write a bible to start from."""
    from style_adapter import workshop

    made = workshop.persona_new(_folder(context), id, name, language)
    emit(made) if as_json else click.echo(f"{made['path']}\nStill to be written: expertbot persona lint {id}")


@persona.command("import")
@click.argument("file", type=click.Path())
@click.option("--id", "id", required=True, help="The new persona's id.")
@json_option
@click.pass_obj
def import_(context: Context, file: str, id: str, as_json: bool) -> None:
    """Make a persona of a SillyTavern card, V2 or V3, JSON or PNG."""
    from style_adapter import workshop

    made = workshop.persona_import(_folder(context), Path(file), id)
    if as_json:
        emit(made)
        return
    click.echo(f"{made['path']}\nStill to be written: expertbot persona lint {id}")
    for path in made["documents"]:
        click.echo(f"Lore to ingest: {path}")
    for note in made["notes"]:
        click.echo(f"Note: {note}")


@persona.command()
@click.argument("id")
@click.argument("file", type=click.Path(), required=False)
@click.option("--spec", type=click.Choice(["v2", "v3"]), default="v3", show_default=True, help="Of the card.")
@click.option(
    "--gguf", metavar="FILE", type=click.Path(path_type=Path), help="The active adapter, for llama.cpp and Ollama."
)
@json_option
@click.pass_obj
def export(context: Context, id: str, file: str | None, spec: Any, gguf: Path | None, as_json: bool) -> None:
    """Write a SillyTavern card, .png or .json; or the persona's adapter as GGUF, with a Modelfile and the base it fits."""
    from style_adapter import workshop

    if gguf:
        _export_adapter(context, id, gguf, as_json)
        return
    if not file:
        raise UsageError("There is no file to write to.", f"expertbot persona export {id} {id}.png")
    made = workshop.persona_export(_folder(context), id, Path(file), spec)
    emit(made) if as_json else click.echo(made["path"])


def _export_adapter(context: Context, id: str, file: Path, as_json: bool) -> None:
    from bot.app import adapter_versions
    from style_adapter.bible import load
    from style_adapter.model import llamacpp

    settings = context.settings()
    load(_folder(context), id)
    adapter = adapter_versions(settings).active(id)
    if adapter is None:
        raise UsageError(f"«{id}» has no adapter that speaks.", f"expertbot persona train {id}")
    made = llamacpp.export(adapter, file, llamacpp.model_type(settings.persona.base), say)
    if as_json:
        emit(asdict(made))
        return
    click.echo(f"{made.adapter}: {made.tensors} tensors, {made.bytes >> 10} KB\n{made.modelfile}")
    if not made.base:
        say("The base is another's: convert it with llama.cpp and name it in the Modelfile.")


@persona.command()
@click.argument("id")
@click.option("--text", help="The reply to score; without it, stdin.")
@click.option("--prompt", default="", help="What the person said.")
@click.option("--turn", default=0, help="How many turns came before.")
@batch_option
@json_option
@click.pass_obj
def score(
    context: Context, id: str, text: str | None, prompt: str, turn: int, batch: str | None, as_json: bool
) -> None:
    """Does a reply sound like the persona? 0 to 1, with each violation's place."""
    from style_adapter import workshop

    folder = _folder(context)
    if batch:
        for row in workshop.persona_score_batch(folder, id, batch_lines(batch)):
            emit(row)
        return
    found = workshop.persona_score(folder, id, text if text is not None else sys.stdin.read(), prompt, turn)
    if as_json:
        emit(found)
        return
    for violation in found["violations"]:
        click.echo(f"{violation['rule']}: {violation['message']}  «{violation['where']}»")
    click.echo(f"{found['score']:.2f}")


@persona.group()
def dataset() -> None:
    """A persona's dialogues: check them, count them, split them, have them written."""


@dataset.command()
@click.argument("id")
@json_option
@click.pass_obj
def check(context: Context, id: str, as_json: bool) -> int:
    """Every dialogue against bible and guard, with reasons. Exit code 4 where something is rejected."""
    from retrieval.embed import build_embedder
    from style_adapter import workshop
    from style_adapter.guard import Guard

    embedder = build_embedder(context.settings().embedder)
    found = workshop.dataset_check(_folder(context), id, Guard().check, embedder.encode)
    if as_json:
        emit(found)
    else:
        for item in found["bad_lines"] + found["rejected"] + found["findings"]:
            click.echo("; ".join(f"{key}: {value}" for key, value in item.items() if value))
        click.echo(f"Kept {found['kept']}, rejected {len(found['rejected'])}.")
    return 0 if found["ok"] else 4


@dataset.command()
@click.argument("id")
@json_option
@click.pass_obj
def stats(context: Context, id: str, as_json: bool) -> None:
    """How many of what, and the mix."""
    from style_adapter import workshop

    found = workshop.dataset_stats(_folder(context), id)
    if as_json:
        emit(found)
    else:
        for key, value in found.items():
            click.echo(f"{key}: {value}")


@dataset.command()
@click.argument("id")
@click.option(
    "--validation", default=0.2, show_default=True, help="Share of validation dialogues; the longest are taken."
)
@json_option
@click.pass_obj
def split(context: Context, id: str, validation: float, as_json: bool) -> None:
    """Divide train and validation anew."""
    from style_adapter import workshop

    found = workshop.dataset_split(_folder(context), id, validation)
    emit(found) if as_json else click.echo(", ".join(f"{name} {count}" for name, count in found.items()))


@dataset.command()
@click.argument("id")
@click.option("--count", default=200, show_default=True, help="Synopses there should be in the end.")
@click.option("--yes", is_flag=True, help="Don't ask whether the cost is fine.")
@json_option
@click.pass_obj
def synopses(context: Context, id: str, count: int, yes: bool, as_json: bool) -> None:
    """Have the LLM think up situations, from the bible."""
    from style_adapter import workshop

    _generate(
        context, as_json, lambda complete: workshop.dataset_synopses(_folder(context), id, count, complete, _asker(yes))
    )


@dataset.command()
@click.argument("id")
@click.option("--yes", is_flag=True, help="Don't ask whether the cost is fine.")
@json_option
@click.pass_obj
def expand(context: Context, id: str, yes: bool, as_json: bool) -> None:
    """Have the LLM write a dialogue for each synopsis; each is checked and kept or rejected."""
    from style_adapter import workshop
    from style_adapter.guard import Guard

    _generate(
        context,
        as_json,
        lambda complete: workshop.dataset_expand(_folder(context), id, complete, _asker(yes), Guard().check),
    )


def _generate(context: Context, as_json: bool, work: Any) -> None:
    from core.llm import Llm

    settings = context.settings()
    if not settings.llm.configured:
        raise UsageError("No LLM is set.", "Set EXPERTBOT_LLM__BASE_URL and EXPERTBOT_LLM__MODEL.")
    found = asyncio.run(work(Llm.from_settings(settings.llm).complete))
    emit(found) if as_json else click.echo(str(found))


def _asker(yes: bool) -> Any:
    def confirm(estimate: Any) -> bool:
        say(str(estimate))
        return yes or click.confirm("Go on?", err=True)

    return confirm


for command in ADAPTER_COMMANDS:
    persona.add_command(command)
