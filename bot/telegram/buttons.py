"""What a pressed button leads to: sources, thumbs, personas, confirmations. The data of a button is never trusted: it names rows,
and the rows say whose they are."""

from __future__ import annotations

from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot import state as rows
from bot.telegram import people
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
        out.toast = say(who.lang, "persona_set", name=choices[wanted][0])
        out.replace(who.message, out.toast)


@router.callback_query(F.data.startswith("c:"))
async def confirmation(query: CallbackQuery, who: Who, out: Outcome, service: Service) -> None:
    _, nonce, answer = (query.data or "").split(":")
    pending = service.confirmations.take(nonce, who.talk.user) if who.admin else None
    if pending is None:
        out.toast = say(who.lang, "expired" if who.admin else "not_admin")
        return
    if answer != "y":
        out.replace(who.message, say(who.lang, "dropped"))
        return
    out.replace(who.message, say(who.lang, "confirmed"))
    params: dict[str, Any] = pending.params
    add_job(out, who, service, pending.kind, params)


@router.callback_query()
async def unknown(query: CallbackQuery, who: Who, out: Outcome) -> None:
    out.toast = say(who.lang, "gone")
