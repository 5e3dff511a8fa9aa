"""What a pressed button leads to: sources, thumbs, personas, confirmations. The data of a button is never trusted: it names rows,
and the rows say whose they are."""

from __future__ import annotations

import secrets
import sqlite3
import time

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot import state as rows
from bot.telegram import fetch, people
from bot.telegram.outcome import Outcome, Service, Who
from bot.telegram.owner import add_job
from bot.telegram.render import plain, source_block
from bot.telegram.split import split
from bot.telegram.words import say

router = Router(name="buttons")


@router.callback_query(F.data.startswith("s:"))
async def source(query: CallbackQuery, who: Who, out: Outcome, service: Service) -> None:
    _, ident, number = (query.data or "").split(":")
    trace = service.state.trace(ident, service.me, who.talk.chat)
    found = next((item for item in trace["sources"] if str(item["n"]) == number), None) if trace else None
    if found is None:
        out.toast = say(who.lang, "gone")
        return
    out.say(split(*plain(source_block(found))), reply_to=who.message or None)


@router.callback_query(F.data.startswith("f:"))
async def thumb(query: CallbackQuery, who: Who, out: Outcome, service: Service) -> None:
    _, ident, value = (query.data or "").split(":")
    if service.state.trace(ident, service.me, who.talk.chat) is None:
        out.toast = say(who.lang, "gone")
        return
    up = value == "1"
    out.writes.append(lambda db: rows.vote(db, ident, who.talk.user, 1 if up else -1))
    out.toast = say(who.lang, "thanks_up" if up else "thanks_down")


@router.callback_query(F.data.startswith("p:"))
async def persona(query: CallbackQuery, who: Who, out: Outcome, service: Service) -> None:
    wanted, choices = (query.data or "")[2:], people.personas(service, who.lang)
    if wanted not in choices:
        out.toast = say(who.lang, "gone")
    elif not await people.may_choose(who, service):
        out.toast = say(who.lang, "group_admins")
    else:
        out.writes.append(lambda db: rows.choose_persona(db, service.me, who.talk.chat, wanted))
        out.toast = people.persona_words(who.lang, "persona_set", choices, wanted)
        out.replace(who.message, out.toast)


@router.callback_query(F.data.startswith("c:"))
async def confirmation(query: CallbackQuery, who: Who, out: Outcome, service: Service) -> None:
    _, nonce, answer = (query.data or "").split(":")
    pending = service.confirmations.take(nonce, who.talk.user)  # only who was asked may answer
    if pending is None:
        out.toast = say(who.lang, "expired")
        return
    if answer != "y":
        out.replace(who.message, say(who.lang, "dropped"))
        return
    out.replace(who.message, say(who.lang, "confirmed"))
    if pending.kind == "forget":
        await _forget(who, out, service)
    else:
        add_job(out, who, service, pending.kind, pending.params)


async def _forget(who: Who, out: Outcome, service: Service) -> None:
    """Erase a person, with a receipt. What is being answered or taken in for them at this moment leaves nothing either."""
    user, unanswered = who.talk.user, service.desk.forget(who.talk.user)
    coming = [
        job.id
        for job in service.jobs.open()
        if job.user == user and (job.kind == "upload" or (job.kind == "ingest" and fetch.is_url(job.params["what"])))
    ]

    def stop(db: sqlite3.Connection) -> None:
        rows.cut(db, service.me, user, who.update_id)
        for ident in coming:
            service.jobs.keep_cancelled(db, ident)
        for ident in unanswered:
            service.inbox.done(db, ident)

    await service.state.db.write(stop)
    for ident in coming:
        service.jobs.cancel(ident)
    gone = await people.forget(service.state, service.app, service.settings.data_dir, user)
    audit = service.state.belongings(user)["counts"]["audit"]
    receipt, at = secrets.token_hex(4), time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    out.say(say(who.lang, "forgotten", receipt=receipt, at=at, audit=audit, **gone))


@router.callback_query()
async def unknown(query: CallbackQuery, who: Who, out: Outcome) -> None:
    out.toast = say(who.lang, "gone")
