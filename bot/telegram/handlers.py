"""What each message of a person leads to. Handlers only say what shall happen; the engine does it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import InlineQuery, Message

from bot import state as rows
from bot.telegram import people
from bot.telegram.confirm import confirm
from bot.telegram.outcome import Asked, Outcome, Service, Who
from bot.telegram.render import sources_parts, trace_parts
from bot.telegram.words import counted, say, why_words

if TYPE_CHECKING:
    from bot.telegram.render import Rendered

router = Router(name="everyone")
MY_DATA_SHOWN = 12_000  # characters of one's own words in the chat


@router.message(CommandStart())
async def start(message: Message, who: Who, out: Outcome, service: Service) -> None:
    out.say(say(who.lang, "start", help=_help(who, service)))


@router.message(Command("help"))
async def help_(message: Message, who: Who, out: Outcome, service: Service) -> None:
    out.say(_help(who, service))


def _help(who: Who, service: Service) -> str:
    """Whoever sets the bot up is told by which id it will know them, as long as it knows no owner."""
    shown = say(who.lang, "help")
    if who.admin:
        shown += say(who.lang, "help_admin")
    elif who.private and not service.settings.telegram.admins:
        shown += say(who.lang, "no_owner", user=who.talk.user)
    return shown


@router.message(Command("ask"))
@router.edited_message(Command("ask"))
async def ask(message: Message, command: CommandObject, who: Who, out: Outcome) -> None:
    replied = message.reply_to_message
    text = (command.args or (replied.text or replied.caption if replied else None) or "").strip()
    if text:
        out.question = asked(message, text, who)
    elif message.edit_date is None:
        out.say(say(who.lang, "ask_what"), reply_to=message.message_id)


def asked(message: Message, text: str, who: Who) -> Asked:
    return Asked(
        who.talk, who.update_id, message.message_id, text, who.lang, who.private, edited=message.edit_date is not None
    )


@router.message(Command("sources"))
async def sources(message: Message, who: Who, out: Outcome, service: Service) -> None:
    trace = _meant(message, who, service)
    if trace is None:
        out.say(say(who.lang, "no_answer_yet"))
    elif not trace["sources"]:
        out.say(say(who.lang, "no_sources"))
    else:
        out.say(sources_parts(trace["sources"]))


@router.message(Command("why"))
async def why(message: Message, who: Who, out: Outcome, service: Service) -> None:
    trace = _meant(message, who, service)
    parts: str | list[Rendered] = say(who.lang, "no_answer_yet")
    if trace:
        parts = trace_parts(trace, why_words(who.lang))
    out.say(parts)


def _meant(message: Message, who: Who, service: Service) -> rows.Json | None:
    """The answer that was replied to, if it was this person's, else the last of this conversation."""
    replied = message.reply_to_message
    if replied is not None:
        ident = service.state.trace_of_message(service.me, who.talk.chat, replied.message_id)
        trace = service.state.trace(ident, service.me, who.talk.chat) if ident else None
        if trace and service.state.asked_by(trace["id"]) == who.talk.user:
            return trace
    return service.state.last_trace(who.talk)


@router.message(Command("reset"))
async def reset(message: Message, who: Who, out: Outcome) -> None:
    out.writes.append(lambda db: rows.reset(db, who.talk, who.update_id))
    out.say(say(who.lang, "reset"))


@router.message(Command("my_data"))
async def my_data(message: Message, who: Who, out: Outcome, service: Service) -> None:
    if not who.private:
        out.say(say(who.lang, "only_private"))
        return
    kept = service.state.belongings(who.talk.user)
    counts = kept.pop("counts")
    sent = people.uploaded(service.app, service.settings.data_dir, who.talk.user)
    out.say(say(who.lang, "my_data", uploads=len(sent), **counts))
    shown = json.dumps({**kept, "uploads": sent}, ensure_ascii=False, indent=1)
    out.say(shown[:MY_DATA_SHOWN])
    if len(shown) > MY_DATA_SHOWN:
        out.say(say(who.lang, "my_data_cut", shown=MY_DATA_SHOWN, total=len(shown)))


@router.message(Command("forget_me"))
async def forget_me(message: Message, who: Who, out: Outcome, service: Service) -> None:
    if not who.private:
        out.say(say(who.lang, "only_private"))
        return
    sent = len(people.uploaded(service.app, service.settings.data_dir, who.talk.user))
    question = say(who.lang, "confirm_forget")
    if sent:
        question += "\n\n" + counted(who.lang, "forget_documents", sent)
    confirm(out, service, "forget", {}, question)


@router.message(Command("persona"))
async def persona(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    choices = people.personas(service, who.lang)
    wanted = (command.args or "").strip()
    if wanted:
        if not await people.may_choose(who, service):
            out.say(say(who.lang, "group_admins"))
        elif (found := people.find_persona(choices, wanted)) is None:
            out.say(say(who.lang, "persona_unknown", known=people.known_personas(choices)))
        else:
            out.writes.append(lambda db: rows.choose_persona(db, service.me, who.talk.chat, found))
            out.say(people.persona_words(who.lang, "persona_set", choices, found))
        return
    now = people.speaking(service, who.talk.chat)
    listed = "\n".join(
        say(who.lang, "personas_row", name=name, ident=ident, line=line) for ident, (name, line) in choices.items()
    )
    buttons = tuple(((name, f"p:{ident}"),) for ident, (name, _) in choices.items() if len(ident) < 60)
    out.say(say(who.lang, "personas", now=choices.get(now, (now, ""))[0], list=listed), buttons)


@router.message(F.voice | F.audio | F.video_note | F.video | F.photo | F.sticker | F.animation | F.location | F.contact)
async def not_text(message: Message, who: Who, out: Outcome, addressed: str | None) -> None:
    if message.caption and addressed:
        out.question = asked(message, addressed, who)
    elif addressed is not None:
        out.say(say(who.lang, "text_please"), reply_to=message.message_id)


@router.message(F.text.startswith("/"))
async def unknown_command(message: Message, who: Who, out: Outcome) -> None:
    if who.private:
        out.say(say(who.lang, "unknown_command"))


@router.message(F.text)
@router.edited_message(F.text, ~F.text.startswith("/"))
async def question(message: Message, who: Who, out: Outcome, addressed: str | None) -> None:
    if addressed:
        out.question = asked(message, addressed, who)


@router.inline_query()
async def inline(query: InlineQuery, out: Outcome) -> None:
    out.inline = query.query.strip()
