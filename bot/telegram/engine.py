"""From an update on the disk to what it leads to, each once: understood, handled, and marked as done in the same transaction as
its messages and rows. Knows neither polling nor webhook."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import state as rows
from bot.state import Talk
from bot.telegram import people
from bot.telegram.outcome import Asked, Outcome, Who
from bot.telegram.words import lang_of, say

if TYPE_CHECKING:
    from aiogram import Bot, Dispatcher
    from aiogram.types import Message, Update

    from bot.telegram.delivery import Delivery
    from bot.telegram.inline import Inline
    from bot.telegram.outcome import Service

Json = dict[str, Any]
log = logging.getLogger("expertbot.telegram")
AT_ONCE = 32  # updates handled at the same time; questions have their own queue
STRANGER_TOLD = 3600.0  # seconds between two "this is a private bot" to the same person
PRESSES = 8  # buttons a person may press in
PRESSES_WITHIN = 10.0  # seconds
ALWAYS = ("/forget_me", "/my_data", "/reset")  # one's own words stay one's own, also off the list
CONFIRMING = "c:"  # a button that answers what the bot asked this very person, else it leads to nothing


class Engine:
    def __init__(self, bot: Bot, dispatcher: Dispatcher, service: Service, delivery: Delivery, inline: Inline) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._service = service
        self._delivery = delivery
        self._inline = inline
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._lanes: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: dict[int, float] = {}
        self._presses: dict[int, list[float]] = {}

    def start(self) -> None:
        """Take up what a restart left undone, oldest first."""
        left = self._service.inbox.open()
        if left:
            log.info("%d updates are taken up again", len(left))
        for update, admitted, status in left:
            self.take_up(update, admitted, status)

    async def take(self, updates: Iterable[Json]) -> None:
        """Updates as they came. When this returns they may be acknowledged."""
        fresh = await self._service.inbox.keep(sorted(updates, key=lambda update: int(update["update_id"])))
        for update in fresh:
            self.take_up(update)

    async def close(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def take_up(self, update: Json, admitted: bool = False, status: int | None = None) -> None:
        task = asyncio.create_task(self._lane(update, admitted, status))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lane(self, raw: Json, admitted: bool, status: int | None) -> None:
        """A person's updates one after the other, different people's at the same time."""
        person = _person(raw)
        lane = self._lanes[person]
        try:
            async with lane, self._slots:
                await self._handle(raw, admitted, status)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("update %s is left for the next start", raw.get("update_id"))
            self._service.inbox.left(int(raw["update_id"]))
        finally:
            if not lane.locked() and not getattr(lane, "_waiters", None):
                self._lanes.pop(person, None)

    async def _handle(self, raw: Json, admitted: bool, status: int | None) -> None:
        from aiogram.types import Update
        from pydantic import ValidationError

        ident = int(raw["update_id"])
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
        except ValidationError as error:
            log.error("update %s is not understood: %s", ident, error.error_count())
            await self._done(ident)
            return
        message, out = _message(update), Outcome(self._who(update))
        if await self._housekeeping(update, message) or not self._let_in(update, message, out):
            await self._commit(update, out)
            return
        addressed = people.addressed(message, self._service.me, self._service.username) if message else None
        try:
            await self._dispatcher.feed_update(
                self._bot, update, who=out.who, out=out, service=self._service, addressed=addressed
            )
        except Exception:
            number = uuid.uuid4().hex[:8]
            log.exception("error %s in update %s", number, ident)
            out = Outcome(out.who)
            if message or update.callback_query:
                out.say(say(out.who.lang, "broken", ident=number))
        if out.question:
            await self._admit(replace(out.question, status_message=status), admitted)
        else:
            await self._commit(update, out)

    async def _admit(self, asked: Asked, again: bool) -> None:
        service = self._service
        if asked.edited and self._unchanged(asked):
            await self._done(asked.update_id)
            return
        refusal = await service.desk.admit(asked, again)
        if refusal is None:
            if not again:

                def admit(db: sqlite3.Connection) -> None:
                    service.inbox.admit(db, asked.update_id)
                    rows.count_question(db, service.me, asked.talk.user)

                await service.state.db.write(admit)
            return
        who = Who(asked.talk, asked.lang, asked.update_id, asked.private, False, True, asked.message)
        out = Outcome(who)
        out.say(say(asked.lang, refusal.key, **refusal.values), reply_to=asked.message)
        await self._put(asked.update_id, out)

    def _unchanged(self, asked: Asked) -> bool:
        """An edit that changed no word: a link's preview, or the same text again."""
        found = self._service.state.question_at(asked.talk, asked.message)
        return found is not None and found == asked.text

    async def _commit(self, update: Update, out: Outcome) -> None:
        await self._put(update.update_id, out)
        if update.callback_query:
            from aiogram.methods import AnswerCallbackQuery

            toast = out.toast[:200] or None
            await self._service.gate.other(AnswerCallbackQuery(callback_query_id=update.callback_query.id, text=toast))
        if update.inline_query and out.inline is not None:
            self._inline.ask(update.inline_query, out.who, out.inline)

    async def _put(self, ident: int, out: Outcome) -> None:
        service = self._service

        def write(db: sqlite3.Connection) -> None:
            if service.inbox.is_done(db, ident):
                return
            for work in out.writes:
                work(db)
            service.outbox.put(db, f"u{ident}", out.messages)
            service.inbox.done(db, ident)

        await service.state.db.write(write)
        for after in out.after:
            after()
        if out.messages or out.writes:
            self._delivery.wake(out.who.talk.chat)

    async def _done(self, ident: int) -> None:
        await self._service.state.db.write(lambda db: self._service.inbox.done(db, ident))

    def _who(self, update: Update) -> Who:
        service, settings = self._service, self._service.settings.telegram
        message = _message(update)
        query = update.callback_query
        source = query or update.inline_query or update.my_chat_member or message
        user = getattr(source, "from_user", None)
        user_id = user.id if user else 0
        chat = message.chat if message else update.my_chat_member.chat if update.my_chat_member else None
        thread = message.message_thread_id if message and getattr(message, "is_topic_message", None) else None
        text = (message.text or "") if message and not query else ""
        owner = user_id in settings.admins
        return Who(
            Talk(service.me, chat.id if chat else user_id, thread or 0, user_id),
            lang_of(user.language_code if user else None, text),
            update.update_id,
            chat is None or chat.type == "private",
            owner,
            owner or not settings.allowed or user_id in settings.allowed,
            message.message_id if message else 0,
        )

    async def _housekeeping(self, update: Update, message: Message | None) -> bool:
        """What Telegram tells of chats: moved, blocked, unblocked. True where that is all there is to it."""
        service = self._service
        if update.my_chat_member:
            member = update.my_chat_member
            out_of_reach = member.new_chat_member.status in ("kicked", "left")
            chat = member.chat.id

            def note(db: sqlite3.Connection) -> None:
                rows.set_blocked(db, service.me, chat, out_of_reach)
                if out_of_reach:
                    service.outbox.drop_chat(db, chat, "blocked")

            await service.state.db.write(note)
            return True
        if message and message.migrate_to_chat_id:
            old, new = message.chat.id, message.migrate_to_chat_id
            await service.state.db.write(lambda db: rows.migrate(db, service.me, old, new))
            self._delivery.wake(new)
            return True
        # What came by way of this bot, and bots talking to bots, are no questions.
        if message is None or update.callback_query:
            return False
        anonymous_admin = message.sender_chat is not None and message.sender_chat.id == message.chat.id
        sender = message.from_user
        return bool(message.via_bot) or sender is None or (sender.is_bot and not anonymous_admin)

    def _let_in(self, update: Update, message: Message | None, out: Outcome) -> bool:
        who = out.who
        if update.callback_query and not self._slow_enough(who.talk.user):
            out.toast = say(who.lang, "slower")
            return False
        text = (message.text or "").split("@")[0].split()[:1] if message else []
        pressed = (update.callback_query.data or "") if update.callback_query else ""
        if who.allowed or pressed.startswith(CONFIRMING) or (text and text[0] in ALWAYS):
            return True
        now = time.monotonic()
        if message and who.private and now - self._told.get(who.talk.user, -STRANGER_TOLD) >= STRANGER_TOLD:
            if len(self._told) > 5000:
                self._told.clear()
            self._told[who.talk.user] = now
            out.say(say(who.lang, "private_bot", user=who.talk.user))
        return False

    def _slow_enough(self, user: int) -> bool:
        now = time.monotonic()
        recent = [at for at in self._presses.get(user, ()) if now - at < PRESSES_WITHIN]
        if len(self._presses) > 5000:
            self._presses.clear()
        self._presses[user] = [*recent, now]
        return len(recent) < PRESSES


def _message(update: Update) -> Message | None:
    """The message that an update is about, where it can be read."""
    from aiogram.types import Message

    found = update.message or update.edited_message
    if update.callback_query:
        found = update.callback_query.message  # type: ignore[assignment]
    return found if isinstance(found, Message) else None


def _person(raw: Json) -> int:
    body: Any = next((value for key, value in raw.items() if key != "update_id"), {})
    return int((body.get("from") or body.get("chat") or {}).get("id", 0)) if isinstance(body, dict) else 0
