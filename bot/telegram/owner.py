"""The owner's hand on the index: admins by numeric id, in the private chat, and nobody else. One filter decides that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import Message, TelegramObject

from bot import state as rows
from bot.telegram import fetch, figures, people, work
from bot.telegram.confirm import confirm
from bot.telegram.outcome import Outcome, Service, Who
from bot.telegram.words import ADMIN_COMMANDS, say
from core.nouns import Lang
from ingest.files import source_of

if TYPE_CHECKING:
    from ingest.ledger import DocumentRow, Ledger

LARGEST_DOWNLOAD = 20 << 20  # bytes: what the Bot API hands to bots
JOBS_SHOWN = 8
CODE = 8  # characters of a document's id that stand for it in a command
LONG_CODE = 25  # where two ids begin alike: as many as Telegram lets stand in a command, after `remove_`
QUOTES = "«»\"'"


def with_code(name: str) -> re.Pattern[str]:
    """`/name_code`: who taps a command sends only its name, so what it is about stands in the name."""
    return re.compile(rf"{name}_([0-9a-f]+)$")


REMOVE, CANCEL = with_code("remove"), with_code("cancel")


class ByOwner(Filter):
    """An admin's numeric id, and the private chat."""

    async def __call__(self, event: TelegramObject, who: Who) -> bool:
        return who.admin


router = Router(name="owner")
router.message.filter(ByOwner())
refusals = Router(name="not the owner")


@refusals.message(F.document)
async def document_of_another(message: Message, who: Who, out: Outcome, addressed: str | None) -> None:
    if who.private or (addressed is not None and message.caption):
        out.say(say(who.lang, "documents_admins"), reply_to=message.message_id)


@refusals.message(Command(*ADMIN_COMMANDS, REMOVE, CANCEL))
async def not_admin(message: Message, who: Who, out: Outcome) -> None:
    if who.owner:
        out.say(say(who.lang, "only_private"))
    elif who.private:
        out.say(say(who.lang, "not_admin"))


def given(command: CommandObject) -> str:
    """What a command is about: the code in its name, or what stands after it."""
    return str(command.regexp_match[1]) if command.regexp_match else (command.args or "").strip().strip(QUOTES)


def add_job(out: Outcome, who: Who, service: Service, kind: str, params: dict[str, Any]) -> None:
    """A job with the message that will show how it goes."""
    ident: list[int] = []

    def write(db: Any) -> None:
        talk = who.talk
        ident.append(service.jobs.add(db, kind, params, talk.chat, talk.user, who.lang))
        what = say(who.lang, f"kind_{kind}", what=params.get("what", ""))
        head = Outcome(who)
        head.say(say(who.lang, "job_queued", id=ident[0], what=what), job=ident[0])
        service.outbox.put(db, f"u{who.update_id}j", head.messages)

    out.writes.append(write)
    out.after.append(service.jobs.wake)


@router.message(F.document)
async def document(message: Message, who: Who, out: Outcome, service: Service) -> None:
    sent = message.document
    assert sent is not None
    name = fetch.safe_name(sent.file_name or "document")
    if (sent.file_size or 0) > LARGEST_DOWNLOAD:
        size = round((sent.file_size or 0) / (1 << 20), 1)
        out.say(say(who.lang, "too_big", name=name, size=size), reply_to=message.message_id)
    else:
        add_job(out, who, service, "upload", {"what": name, "file_id": sent.file_id})


@router.message(Command("ingest"))
async def ingest(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    place, roots = given(command), service.settings.ingest.roots
    shown = ", ".join(roots) or say(who.lang, "no_roots")
    if not place:
        out.say(say(who.lang, "ingest_how", roots=shown))
    elif not fetch.allowed(place, roots):
        out.writes.append(lambda db: rows.audit(db, who.talk.user, "ingest refused", {"what": place}))
        out.say(say(who.lang, "not_allowed", roots=shown))
    else:
        add_job(out, who, service, "ingest", {"what": place if fetch.is_url(place) else source_of(Path(place))})


@router.message(Command("docs"))
async def docs(message: Message, who: Who, out: Outcome, service: Service) -> None:
    listed = service.app.ledger.documents()
    if not listed:
        out.say(say(who.lang, "no_docs"))
        return
    out.say("\n\n".join([say(who.lang, "docs", count=len(listed)), *_shown(listed, service.app.ledger, who.lang)]))


def _shown(listed: Iterable[DocumentRow], ledger: Ledger, lang: Lang) -> list[str]:
    """Documents, each with the command that removes it."""
    codes = codes_of(row.id for row in ledger.documents())
    return [
        say(lang, "docs_row", title=row.title or "—", chunks=row.chunks, source=row.source, code=codes[row.id])
        for row in listed
    ]


def codes_of(idents: Iterable[str]) -> dict[str, str]:
    """id → its beginning without dashes, as long as it takes to tell it from the others."""
    bare = {ident: ident.replace("-", "") for ident in idents}
    alike = Counter(code[:CODE] for code in bare.values())
    return {ident: code[: CODE if alike[code[:CODE]] == 1 else LONG_CODE] for ident, code in bare.items()}


@router.message(Command("remove", REMOVE))
async def remove(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    wanted, ledger = given(command), service.app.ledger
    if not wanted:
        out.say(say(who.lang, "remove_how"))
        return
    found = _meant(wanted, ledger)
    if not found:
        out.say(say(who.lang, "not_found", what=wanted))
    elif len(found) > 1:
        shown = "\n\n".join(_shown(found[:10], ledger, who.lang))
        out.say(say(who.lang, "ambiguous", what=wanted, found=shown))
    else:
        params = {"id": found[0].id, "what": found[0].title or found[0].source}
        confirm(out, service, "remove", params, say(who.lang, "confirm_remove", what=params["what"]))


def _meant(wanted: str, ledger: Ledger) -> list[DocumentRow]:
    """The documents that a person may mean, by source, id or code."""
    rows_ = ledger.documents()
    sources = ledger.find(wanted) or ledger.find(source_of(Path(wanted)))
    by_code = [row for row in rows_ if len(wanted) >= CODE and row.id.replace("-", "").startswith(wanted)]
    return [row for row in rows_ if row.source in sources] or by_code


@router.message(Command("rollback"))
async def rollback(message: Message, who: Who, out: Outcome, service: Service) -> None:
    confirm(out, service, "rollback", {}, say(who.lang, "confirm_rollback"))


@router.message(Command("reindex"))
async def reindex(message: Message, who: Who, out: Outcome, service: Service) -> None:
    add_job(out, who, service, "reindex", {})


@router.message(Command("eval"))
async def evaluate(message: Message, who: Who, out: Outcome, service: Service) -> None:
    add_job(out, who, service, "eval", {})


@router.message(Command("jobs"))
async def jobs(message: Message, who: Who, out: Outcome, service: Service) -> None:
    listed = service.jobs.latest(JOBS_SHOWN)
    out.say("\n\n".join(work.describe(job) for job in listed) if listed else say(who.lang, "no_jobs"))


@router.message(Command("cancel", CANCEL))
async def cancel(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    wanted, waiting = given(command), service.jobs.open()
    ident = int(wanted) if wanted.isdecimal() else waiting[0].id if waiting and not wanted else 0
    if service.jobs.cancel(ident):
        out.writes.append(lambda db: service.jobs.keep_cancelled(db, ident))
        out.writes.append(lambda db: rows.audit(db, who.talk.user, "cancel", {"job": ident}))
        out.say(say(who.lang, "cancelled", id=ident))
    else:
        out.say(say(who.lang, "nothing_to_cancel"))


@router.message(Command("persona_use"))
async def persona_use(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    choices = people.personas(service, who.lang)
    wanted = people.find_persona(choices, command.args or "")
    if wanted is None:
        out.say(say(who.lang, "persona_unknown", known=people.known_personas(choices)))
        return

    def write(db: Any) -> None:
        rows.set_meta(db, "persona", wanted)
        rows.audit(db, who.talk.user, "persona_use", {"persona": wanted})

    out.writes.append(write)
    out.say(people.persona_words(who.lang, "persona_default", choices, wanted))


@router.message(Command("stats"))
async def stats(message: Message, who: Who, out: Outcome, service: Service) -> None:
    out.say(figures.table(service, who.lang))
