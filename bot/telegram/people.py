"""What handlers need to know of people and personas. Sends nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.telegram.words import say
from core.errors import ExpertbotError
from core.nouns import Lang
from core.text import fold
from ingest.files import source_of

if TYPE_CHECKING:
    from aiogram.types import Message

    from bot.app import App
    from bot.state import State
    from bot.telegram.outcome import Service, Who

Json = dict[str, Any]


def personas(service: Service, lang: Lang) -> dict[str, tuple[str, str]]:
    """id → (name, a line), the neutral voice last. One whose bible has faults is left out."""
    found: dict[str, tuple[str, str]] = {}
    folder = service.app.personas_folder
    for path in sorted(folder.glob("*/bible.yaml")):
        try:
            bible = service.app.voices.bible(path.parent.name)
        except ExpertbotError:
            continue
        found[bible.id] = (bible.name, bible.role)
    found["none"] = (say(lang, "neutral"), say(lang, "neutral_line"))
    return found


def find_persona(choices: dict[str, tuple[str, str]], wanted: str) -> str | None:
    """The id of whom a person names, by id or by name in any case; None where that is nobody, or two of one name."""
    wanted = fold(wanted.strip("«»\"' "))
    found = [ident for ident in choices if fold(ident) == wanted]
    found = found or [ident for ident, (name, _) in choices.items() if fold(name) == wanted]
    return found[0] if len(found) == 1 else None


def known_personas(choices: dict[str, tuple[str, str]]) -> str:
    """All of them, each by the name and the id that a command takes."""
    return ", ".join(f"{name} ({ident})" for ident, (name, _) in choices.items())


def persona_words(lang: Lang, key: str, choices: dict[str, tuple[str, str]], ident: str) -> str:
    """That this one speaks from now on."""
    return say(lang, f"{key}_none" if ident == "none" else key, name=choices[ident][0])


def speaking(service: Service, chat: int) -> str:
    """The id of who answers in a chat."""
    return service.state.persona(service.me, chat) or service.settings.persona.default


async def may_choose(who: Who, service: Service) -> bool:
    """In a group only its administrators and the bot's owner choose who speaks for all."""
    if who.private or who.owner:
        return True
    from aiogram.methods import GetChatMember

    member = await service.gate.other(GetChatMember(chat_id=who.talk.chat, user_id=who.talk.user))
    return member is not None and member.status in ("creator", "administrator")


def addressed(message: Message, me: int, username: str) -> str | None:
    """What is said to the bot: all of it in a private chat; in a group what mentions it or replies to it; None where it is
    not meant. "" where it is meant and there is no text."""
    text = message.text or message.caption or ""
    if message.chat.type == "private":
        return text.strip()
    mention = f"@{username}".lower()
    entities = message.entities or message.caption_entities or []
    spans = [
        (entity.offset, entity.offset + entity.length)
        for entity in entities
        if (entity.type == "mention" and entity.extract_from(text).lower() == mention)
        or (entity.type == "text_mention" and entity.user is not None and entity.user.id == me)
    ]
    replied = message.reply_to_message
    if not spans and not (replied and replied.from_user and replied.from_user.id == me):
        return None
    units = text.encode("utf-16-le")
    for start, end in sorted(spans, reverse=True):
        units = units[: start * 2] + units[end * 2 :]
    return units.decode("utf-16-le").strip(" ,:\n\t—-")


def uploaded(app: App, data_dir: Path, user: int) -> list[str]:
    """The documents that a person sent: those that are in, and the files of those that could not be taken in or were removed."""
    folder = _uploads(data_dir, user)
    lying = {source_of(path) for path in folder.glob("[!.]*") if path.is_file()}
    known = {source for source in app.ledger.sources() if source.startswith(folder.as_posix() + "/")}
    return sorted(lying | known)


def _uploads(data_dir: Path, user: int) -> Path:
    return (data_dir / "uploads" / str(user)).resolve()


async def forget(state: State, app: App, data_dir: Path, user: int) -> Json:
    """A person's words, feedback, jobs that are done, documents and their vectors, at once; how much of what went."""
    gone = await state.forget(user)
    sent = uploaded(app, data_dir, user)
    if sent:
        await app.ingestor.remove(sent)
    shutil.rmtree(_uploads(data_dir, user), ignore_errors=True)
    return {**gone, "uploads": len(sent)}
