"""The command line: words and exit codes. What is done lies in bot/commands.py and below; errors are printed here and
nowhere else."""

from __future__ import annotations

import sys

import click

from bot.cli.run import Context, fail
from core.errors import ExpertbotError, UsageError
from core.process import collect_seldom

COMMANDS = {
    "documents": ("ingest", "docs", "remove", "reindex", "rollback", "search"),
    "answers": ("ask", "chat", "verify"),
    "persona": ("persona",),
    "evaluation": ("eval",),
    "http": ("api",),
    "service": ("serve", "worker", "doctor", "forget"),
    "keeping": ("migrate", "backup", "restore"),
    "tools": ("mcp",),
}
HOME = {command: module for module, commands in COMMANDS.items() for command in commands}


class LazyGroup(click.Group):
    """A command's module is imported when the command is used: `search` must not wait for Telegram."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [command for commands in COMMANDS.values() for command in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in HOME:
            return None
        import importlib

        module = importlib.import_module(f"bot.cli.{HOME[cmd_name]}")
        command = getattr(module, cmd_name + "_" if cmd_name == "eval" else cmd_name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        if args and not args[0].startswith("-") and args[0] not in HOME:
            near = difflib.get_close_matches(args[0], HOME, n=1)
            hint = f"Did you mean {near[0]}?" if near else "expertbot --help lists the commands."
            raise UsageError(f"There is no command {args[0]}.", hint)
        return super().resolve_command(ctx, args)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data-dir", type=click.Path(), help="Where ledger, index and state lie (EXPERTBOT_DATA_DIR; default data)."
)
@click.option("--config", type=click.Path(), help="A settings file instead of expertbot.toml.")
@click.version_option(package_name="expertbot", message="%(version)s")
@click.pass_context
def cli(ctx: click.Context, data_dir: str | None, config: str | None) -> None:
    """Answers from your documents, in the voice of a persona.

    Exit codes: 0 done · 1 our bug · 2 usage or settings · 3 partly: some documents failed · 4 the guard said no ·
    5 something needed is not available.
    """
    ctx.obj = Context(data_dir, config)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    collect_seldom()
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        hint = "expertbot --help" if not error.__dict__.get("ctx") else f"{error.ctx.command_path} --help"  # type: ignore[attr-defined]
        sys.exit(fail(UsageError(error.format_message(), hint)))
    except ExpertbotError as error:
        sys.exit(fail(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit(fail(error))
