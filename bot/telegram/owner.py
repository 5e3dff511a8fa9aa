"""The owner's hand on the index: admins by numeric id, in the private chat, and nobody else. One filter decides that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import Message, TelegramObject

from bot import state as rows
from bot.telegram import fetch, figures, people, work
from bot.telegram.outcome import Outcome, Service, Who
from bot.telegram.words import ADMIN_COMMANDS, say
from ingest.files import source_of

LARGEST_DOWNLOAD = 20 << 20  # bytes: what the Bot API hands to bots
JOBS_SHOWN = 8


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


@refusals.message(Command(*ADMIN_COMMANDS))
async def not_admin(message: Message, who: Who, out: Outcome) -> None:
    if who.owner:
        out.say(say(who.lang, "only_private"))
    elif who.private:
        out.say(say(who.lang, "not_admin"))


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
    place, roots = (command.args or "").strip().strip("«»\"'"), service.settings.ingest.roots
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
    rows_ = [
        say(who.lang, "docs_row", title=row.title or "—", chunks=row.chunks, source=row.source, id=row.id)
        for row in listed
    ]
    out.say("\n\n".join([say(who.lang, "docs", count=len(listed)), *rows_]))


@router.message(Command("remove"))
async def remove(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    wanted = (command.args or "").strip().strip("«»\"'")
    if not wanted:
        out.say(say(who.lang, "remove_how"))
        return
    ledger = service.app.ledger
    found = ledger.find(wanted) or ledger.find(source_of(Path(wanted)))
    if not found:
        out.say(say(who.lang, "not_found", what=wanted))
    elif len(found) > 1:
        out.say(say(who.lang, "ambiguous", what=wanted, found="\n".join(found[:10])))
    else:
        row = next(row for row in ledger.documents() if row.source == found[0])
        params = {"id": row.id, "what": row.title or row.source}
        _confirm(out, who, service, "remove", params, say(who.lang, "confirm_remove", what=params["what"]))


@router.message(Command("rollback"))
async def rollback(message: Message, who: Who, out: Outcome, service: Service) -> None:
    _confirm(out, who, service, "rollback", {}, say(who.lang, "confirm_rollback"))


def _confirm(out: Outcome, who: Who, service: Service, kind: str, params: dict[str, Any], text: str) -> None:
    nonce = service.confirmations.ask(who.talk.user, kind, params)
    out.say(text, (((say(who.lang, "yes"), f"c:{nonce}:y"), (say(who.lang, "no"), f"c:{nonce}:n")),))


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


@router.message(Command("cancel"))
async def cancel(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    given = (command.args or "").strip()
    waiting = service.jobs.open()
    ident = int(given) if given.isdecimal() else waiting[0].id if waiting and not given else 0
    if service.jobs.cancel(ident):
        out.writes.append(lambda db: service.jobs.keep_cancelled(db, ident))
        out.writes.append(lambda db: rows.audit(db, who.talk.user, "cancel", {"job": ident}))
        out.say(say(who.lang, "cancelled", id=ident))
    else:
        out.say(say(who.lang, "nothing_to_cancel"))


@router.message(Command("persona_use"))
async def persona_use(message: Message, command: CommandObject, who: Who, out: Outcome, service: Service) -> None:
    wanted, choices = (command.args or "").strip(), people.personas(service, who.lang)
    if wanted not in choices:
        out.say(say(who.lang, "persona_unknown", known=", ".join(choices)))
        return

    def write(db: Any) -> None:
        rows.set_meta(db, "persona", wanted)
        rows.audit(db, who.talk.user, "persona_use", {"persona": wanted})

    out.writes.append(write)
    out.say(say(who.lang, "persona_default", name=choices[wanted][0]))


@router.message(Command("stats"))
async def stats(message: Message, who: Who, out: Outcome, service: Service) -> None:
    out.say(figures.table(service, who.lang))
