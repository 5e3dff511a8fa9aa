"""persona train | eval | versions | activate | rollback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bot.cli.run import Context, emit, json_option, say
from core.errors import UsageError

PRESETS = ("cpu", "qlora", "protect-facts")


@click.command()
@click.argument("id")
@click.option("--preset", type=click.Choice(PRESETS), default="cpu", show_default=True, help="Defaults for the rest.")
@click.option("--base", default="", help="Folder of another base model (safetensors).")
@click.option("--epochs", type=int, help="At most so many.")
@click.option("--lr", type=float, help="Learning rate at its height.")
@click.option("--rank", type=int, help="Rank of the adapter.")
@click.option("--batch", type=int, help="Rows an optimiser step.")
@click.option("--seed", type=int, help="For the order of rows and the first weights.")
@click.option("--limit", type=int, help="Rows at most: for a short trial.")
@click.option("--minutes", type=float, help="Stop after the epoch that would go over this.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; the same folder goes on with it.")
@click.option("--show-mask", is_flag=True, help="Print what would be learned of the first rows, and stop.")
@json_option
@click.pass_obj
def train(
    context: Context,
    /,
    id: str,
    preset: Any,
    base: str,
    out: Path | None,
    show_mask: bool,
    as_json: bool,
    **wanted: Any,
) -> int:
    """Train an adapter on the persona's data. A run that was cut off goes on where it was."""
    from bot.app import adapter_versions, personas_folder
    from style_adapter.bible import load
    from style_adapter.guard import Guard
    from style_adapter.model.base import cache_folder
    from style_adapter.train.command import masks
    from style_adapter.train.command import train as train_persona
    from style_adapter.train.settings import settings_for

    settings = context.settings()
    folder, chosen = personas_folder(settings), settings_for(preset, **wanted)
    load(folder, id)
    base, cache = base or settings.persona.base, cache_folder(settings.persona.models_folder)
    if show_mask:
        texts = masks(folder, id, base, cache, chosen, 3)
        emit(texts) if as_json else click.echo("\n".join(texts))
        return 0
    run = out or settings.data_dir / "training" / id
    made = train_persona(folder, id, base, cache, run, chosen, adapter_versions(settings), Guard().check, say)
    if as_json:
        emit(made)
    elif made["version"]:
        click.echo(f"Version {made['version']} of «{id}», epoch {made['kept']['epoch']}; the log: {made['log']}")
        click.echo(
            f"Prove it: expertbot persona eval {id} --version {made['version']}    "
            f"Let it speak: expertbot persona activate {id} {made['version']}"
        )
    return 0 if made["version"] else 4


@click.command("eval")
@click.argument("id")
@click.option("--turns", default=120, show_default=True, help="Held-out turns an arm.")
@click.option("--arms", default="B,P,A,PA", show_default=True, help="Base, prompt layer, adapter, both.")
@click.option("--version", "version", help="Another version than the active one.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for report.json, report.md and drift.png.")
@json_option
@click.pass_obj
def evaluate(
    context: Context, id: str, turns: int, arms: str, version: str | None, out: Path | None, as_json: bool
) -> int:
    """Measure every gate on turns nobody trained on, and say whether adapter or prompt layer is to ship."""
    import json

    from bot.app import adapter_versions, personas_folder
    from style_adapter.guard import Guard
    from style_adapter.model.base import cache_folder
    from style_adapter.proof.command import ARMS, Wanted, table
    from style_adapter.proof.command import evaluate as prove

    settings = context.settings()
    chosen = tuple(arm for arm in ARMS if arm in arms.upper().split(","))
    if "A" not in chosen:
        raise UsageError(f"«{arms}» leaves out the adapter.", "Arms are B, P, A, PA; A must be among them.")
    versions = adapter_versions(settings)
    goal = out or settings.data_dir / "proof" / id
    goal.mkdir(parents=True, exist_ok=True)
    guard = Guard()
    found = prove(
        personas_folder(settings), id, versions, settings.persona.base, cache_folder(settings.persona.models_folder),
        guard, goal, Wanted(turns=turns, arms=chosen), say, version or "",
    )  # fmt: skip
    (goal / "report.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    (goal / "report.md").write_text(table(found) + "\n", "utf-8")
    emit(found) if as_json else click.echo(table(found))
    return 0


@click.command()
@click.argument("id")
@json_option
@click.pass_obj
def versions(context: Context, id: str, as_json: bool) -> None:
    """The adapters a persona has, and which one speaks."""
    from bot.app import adapter_versions, personas_folder
    from style_adapter.bible import load

    settings = context.settings()
    load(personas_folder(settings), id)
    rows = adapter_versions(settings).listing(id)
    if as_json:
        emit([{"name": row.name, "active": row.active, "metrics": row.metrics, "trained_at": row.trained_at,
               "fault": row.fault} for row in rows])  # fmt: skip
        return
    for row in rows:
        numbers = ", ".join(f"{key} {value:g}" for key, value in row.metrics.items())
        click.echo(f"{'*' if row.active else ' '} {row.name:8} {row.trained_at} {row.fault or numbers}")
    if not rows:
        click.echo(f"None yet: expertbot persona train {id}")


@click.command()
@click.argument("id")
@click.argument("version")
@click.option("--ship", is_flag=True, help="Also copy it beside the bible, so that it is shipped with the persona.")
@json_option
@click.pass_obj
def activate(context: Context, id: str, version: str, ship: bool, as_json: bool) -> None:
    """Let a version speak; `none` switches the persona's adapters off."""
    from bot.app import adapter_versions, personas_folder
    from style_adapter.bible import load

    settings = context.settings()
    load(personas_folder(settings), id)
    found = adapter_versions(settings)
    found.activate(id, version)
    if ship:
        found.ship(id, version)
    emit({"id": id, "active": version}) if as_json else click.echo(f"«{id}» now speaks by {version}.")


@click.command()
@click.argument("id")
@json_option
@click.pass_obj
def rollback(context: Context, id: str, as_json: bool) -> None:
    """Return to the version that spoke before."""
    from bot.app import adapter_versions, personas_folder
    from style_adapter.bible import load

    settings = context.settings()
    load(personas_folder(settings), id)
    name = adapter_versions(settings).rollback(id) or "none"
    emit({"id": id, "active": name}) if as_json else click.echo(f"«{id}» now speaks by {name}.")


COMMANDS = (train, evaluate, versions, activate, rollback)
