"""The chat in the terminal: history, the answer as it comes to be, and the commands that Telegram has too."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress

import click

from bot import commands
from bot.cli.answers import show
from bot.cli.run import opened, say, told_when_slow
from core.answer import Watch
from core.errors import ExpertbotError
from core.nouns import Draft
from core.settings import Settings

HELP = {
    "/help": "this list", "/persona [ID|none]": "who speaks, or change it", "/sources": "the sources of the last answer, whole",
    "/why": "how the last answer came to be", "/reset": "forget this conversation", "/quit": "leave",
}  # fmt: skip
KEPT_TURNS = 12


async def _line() -> str:
    """A line of input; from a terminal in a thread that nobody waits for, so that Ctrl-C ends the program and not only this."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return await asyncio.to_thread(input, "")
    loop = asyncio.get_running_loop()
    told: asyncio.Future[str] = loop.create_future()

    def tell(line: str, fault: BaseException | None) -> None:
        if told.done():
            return
        if fault:
            told.set_exception(fault)
        else:
            told.set_result(line)

    def read() -> None:
        line, fault = "", None
        try:
            line = input("› ")
        except (EOFError, OSError, UnicodeDecodeError) as error:
            fault = error
        with suppress(RuntimeError):  # the program has ended
            loop.call_soon_threadsafe(tell, line, fault)

    threading.Thread(target=read, daemon=True).start()
    return await told


async def talk(settings: Settings, persona: str | None) -> None:
    """Until /quit or the end of input."""
    async with opened(settings) as app:
        speaker = app.persona(persona)
        history: list[commands.Json] = []
        last: commands.Json | None = None
        say(f"Speaking: {speaker or 'nobody, the neutral voice'}. Ask, or /help.")
        while True:
            try:
                line = (await _line()).strip()
            except EOFError:
                return
            if not line:
                continue
            if line.startswith("/"):
                command, _, argument = line.partition(" ")
                if command == "/quit":
                    return
                if command == "/persona" and argument:
                    try:
                        speaker = app.persona(argument.strip())
                        say(f"Speaking: {speaker or 'nobody, the neutral voice'}.")
                    except ExpertbotError as error:
                        say(f"{error.message} {error.hint}")
                elif command == "/reset":
                    history.clear()
                    say("Forgotten.")
                else:
                    _tell(command, last, speaker)
                continue
            try:
                with told_when_slow(settings):
                    last = await commands.ask(app, line, speaker or "none", history, Watch(drafted=_drafted))
            except ExpertbotError as error:
                say(f"{error.message}\n  → {error.hint}")
                continue
            show(last)
            history += [{"role": "user", "content": line}, {"role": "assistant", "content": last["text"]}]
            del history[: -2 * KEPT_TURNS]


async def _drafted(draft: Draft) -> None:
    """What is found is shown at once, dimmed; the checked answer follows."""
    if sys.stderr.isatty() and draft.sources:
        say(click.style(f"  … {len(draft.sources)} ⟵ {draft.sources[0].title}", dim=True))


def _tell(command: str, last: commands.Json | None, speaker: str | None) -> None:
    if command == "/help":
        for name, what in HELP.items():
            say(f"{name:20} {what}")
    elif command == "/persona":
        say(f"Speaking: {speaker or 'nobody, the neutral voice'}.")
    elif command in ("/sources", "/why") and last is None:
        say("There is no answer yet.")
    elif command == "/sources" and last:
        for source in last["sources"]:
            say(f"[{source['n']}] {source['source']} {source['start']}–{source['end']}\n    {source['quote']}")
        if not last["sources"]:
            say("The last answer had no sources.")
    elif command == "/why" and last:
        say(
            f"rung: {last['status']} · persona: {last['persona']} · confidence: {last['confidence']}\ndraft: {last['draft']}"
        )
        for reason in last["guard"]["reasons"]:
            say(f"guard: {reason['kind']}: {reason['message']}")
        if last["note"]:
            say(f"note: {last['note']}")
        say("times: " + ", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in last["timings"].items()))
    else:
        say("There is no such command; /help lists them.")
