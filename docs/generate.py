"""Writes docs/settings.md and docs/cli.md from the code; `--check` fails where they are out of date."""

from __future__ import annotations

import sys
from pathlib import Path

import click

HERE = Path(__file__).parent


def settings_page() -> str:
    from core.settings import Settings, names

    lines = [
        "# Settings",
        "",
        "Each is an environment variable, a line of `.env`, or a key of `expertbot.toml` (`[section]`, then `key = value`); the",
        "environment is strongest. A name that is not listed here is refused. This page is generated: `make docs`.",
        "",
        "| name | default | what |",
        "|---|---|---|",
    ]
    defaults = Settings().model_dump(mode="json")
    for name, text in names().items():
        parts = name.removeprefix("EXPERTBOT_").lower().split("__")
        value = defaults[parts[0]] if len(parts) == 1 else defaults[parts[0]][parts[1]]
        shown = "" if value in ("", [], None) else f"`{value}`"
        lines.append(f"| `{name}` | {shown} | {text} |")
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    from bot.cli import cli

    lines = ["# Command line", "", "Generated from the program: `make docs`.", ""]

    def describe(command: click.Command, path: str) -> None:
        context = click.Context(command, info_name=path)
        lines.extend([f"## {path}", "", "```", command.get_help(context), "```", ""])
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                if inner is not None:
                    describe(inner, f"{path} {name}")

    describe(cli, "expertbot")
    return "\n".join(lines)


PAGES = {"settings.md": settings_page, "cli.md": cli_page}


def main() -> int:
    stale = []
    for name, page in PAGES.items():
        path, text = HERE / name, page()
        if "--check" in sys.argv:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"Out of date: {', '.join(stale)}. Run `make docs`.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
