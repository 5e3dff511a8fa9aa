"""From the outbox to Telegram, chat by chat in order, until each message is there or can never be. Knows no handlers.

A message is sent once: what is recorded as sent is not sent again. In between, where the process dies or the connection breaks
after the call went out, nobody knows. Then the next few messages of the chat are asked whether they are this one (setting the
buttons it has changes nothing), and only where none is, it is sent again."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import state as rows
from bot.telegram.inbox import Outbox, Outgoing, Row

if TYPE_CHECKING:
    from aiogram.types import InlineKeyboardMarkup

    from bot.state import State
    from bot.telegram.gate import Gate

log = logging.getLogger("expertbot.telegram")
PROBED = 3  # message ids after the last known one
SLOWEST_RETRY = 30.0  # seconds


class Undeliverable(Exception):
    """Never: blocked, left, no such chat."""


class Delivery:
    def __init__(
        self, state: State, outbox: Outbox, gate: Gate, owns: Callable[[int], bool] = lambda chat: True
    ) -> None:
        self._owns = owns  # whether a chat is this process' to write to; `look` sees what others put for it
        self._state = state
        self._outbox = outbox
        self._gate = gate
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._woken: set[int] = set()
        self._doubted: set[int] = set()  # outbox rows that may have been sent

    def start(self, chats: Callable[[int], bool] = lambda chat: True) -> None:
        """Take up what a restart, or the one who wrote to these chats before, left. The first row of each chat may have been on
        its way."""
        for chat in filter(chats, self._outbox.chats()):
            row = self._outbox.next(chat)
            if row:
                self._doubted.add(row.id)
            self.wake(chat)

    def look(self) -> None:
        """Wake every chat of ours for which something waits."""
        for chat in self._outbox.chats():
            if chat not in self._lanes:
                self.wake(chat)

    def busy(self, chats: Callable[[int], bool]) -> bool:
        return any(map(chats, self._lanes))

    async def leave(self, chats: Callable[[int], bool]) -> None:
        """Write nothing more to these: they are another's."""
        tasks = [task for chat, task in self._lanes.items() if chats(chat)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, chat: int) -> None:
        """Something waits for this chat."""
        if not self._owns(chat):
            return
        self._woken.add(chat)
        if chat not in self._lanes:
            task = asyncio.create_task(self._run(chat), name=f"chat {chat}")
            self._lanes[chat] = task
            task.add_done_callback(lambda task: self._ended(chat, task))

    def _ended(self, chat: int, task: asyncio.Task[None]) -> None:
        """Also of a lane that was cancelled before it began, which runs no `finally`."""
        if self._lanes.get(chat) is task:
            del self._lanes[chat]

    async def idle(self) -> None:
        """Until nothing waits any more."""
        while self._lanes:
            await asyncio.wait(list(self._lanes.values()))

    async def close(self) -> None:
        tasks = list(self._lanes.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, chat: int) -> None:
        try:
            while chat in self._woken:
                self._woken.discard(chat)
                while self._owns(chat) and (row := self._outbox.next(chat)):
                    await self._deliver(row, chat)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("delivery to chat %s stopped", chat)
            await asyncio.sleep(5)
            self._woken.add(chat)
        finally:
            self._lanes = {c: task for c, task in self._lanes.items() if task is not asyncio.current_task()}
            if chat in self._woken and not asyncio.current_task().cancelling():  # type: ignore[union-attr]
                self.wake(chat)

    async def _deliver(self, row: Row, chat: int) -> None:
        """Send one row and record it; where the chat has moved, its rows move with it."""
        from aiogram.exceptions import TelegramMigrateToChat

        try:
            message_id = await self._until_sent(row)
        except TelegramMigrateToChat as error:
            new = error.migrate_to_chat_id
            await self._state.db.write(lambda db: rows.migrate(db, self._outbox.bot, chat, new))
            self.wake(new)
            return
        except Undeliverable as error:
            why = str(error)
            log.info("chat %s gets nothing: %s", chat, why)

            def give_up(db: Any) -> None:
                self._outbox.failed(db, row.id, why)
                if "blocked" in why or "kicked" in why or "deactivated" in why:
                    self._outbox.drop_chat(db, chat, why)
                    rows.set_blocked(db, self._outbox.bot, chat, True)

            await self._state.db.write(give_up)
            return
        finally:
            self._doubted.discard(row.id)
        await self._state.db.write(lambda db: self._outbox.sent(db, row.id, message_id))
        for stale in row.message.delete:
            from aiogram.methods import DeleteMessage

            await self._gate.other(DeleteMessage(chat_id=chat, message_id=stale))

    async def _until_sent(self, row: Row) -> int | None:
        from aiogram.exceptions import (
            ClientDecodeError,
            TelegramBadRequest,
            TelegramForbiddenError,
            TelegramNetworkError,
            TelegramNotFound,
            TelegramRetryAfter,
            TelegramServerError,
        )

        message, pause = row.message, 0.5
        while True:
            try:
                if row.id in self._doubted and message.edit is None and (found := await self._probe(message)):
                    return found
                self._doubted.discard(row.id)
                return await self._send(message)
            except TelegramRetryAfter:
                continue  # the gate knows how long
            except TelegramForbiddenError as error:
                raise Undeliverable(error.message) from error
            except TelegramBadRequest as error:
                if (changed := _without_what_was_refused(message, error.message)) is None:
                    raise Undeliverable(error.message) from error
                if changed is message:
                    return message.edit
                message = changed
            except (TelegramServerError, ClientDecodeError, TelegramNetworkError, TelegramNotFound) as error:
                log.warning("chat %s: %s; again in %.1f s", message.chat, error, pause)
                self._doubted.add(row.id)
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))
                pause = min(pause * 2, SLOWEST_RETRY)

    async def _send(self, message: Outgoing) -> int | None:
        from aiogram.methods import EditMessageText, SendMessage
        from aiogram.types import LinkPreviewOptions, MessageEntity, ReplyParameters

        common: dict[str, Any] = {
            "chat_id": message.chat,
            "text": message.text,
            "entities": [MessageEntity(**entity) for entity in message.entities] or None,
            "parse_mode": None,
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
            "reply_markup": keyboard(message),
        }
        if message.edit is not None:
            await self._gate.urgent(message.chat, EditMessageText(message_id=message.edit, **common))
            return message.edit
        sent = await self._gate.urgent(
            message.chat,
            SendMessage(
                message_thread_id=message.thread or None,
                reply_parameters=ReplyParameters(message_id=message.reply_to, allow_sending_without_reply=True)
                if message.reply_to
                else None,
                **common,
            ),
        )
        return sent.message_id

    async def _probe(self, message: Outgoing) -> int | None:
        """The id under which a message of ours is already there, if it is."""
        from aiogram.exceptions import TelegramBadRequest
        from aiogram.methods import EditMessageReplyMarkup

        newest = max(self._outbox.newest_known(message.chat), message.after)
        if not newest:
            return None
        for ident in range(newest + 1, newest + 1 + PROBED):
            probe = EditMessageReplyMarkup(chat_id=message.chat, message_id=ident, reply_markup=keyboard(message))
            try:
                await self._gate.urgent(message.chat, probe)
            except TelegramBadRequest as error:
                if "not modified" in error.message:
                    return ident
        return None


def keyboard(message: Outgoing) -> InlineKeyboardMarkup | None:
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    if not message.buttons:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in message.buttons
        ]
    )


def _without_what_was_refused(message: Outgoing, why: str) -> Outgoing | None:
    """The message as Telegram may take it; itself where it is there already; None where there is no way."""
    why = why.lower()
    if "not modified" in why:
        return message
    if message.edit is not None:  # the message to edit was deleted: a new one takes its place
        return replace(message, edit=None)
    if "entit" in why and message.entities:
        return replace(message, entities=())
    if "repl" in why and message.reply_to is not None:
        return replace(message, reply_to=None)
    if "button" in why and message.buttons:
        return replace(message, buttons=())
    return None
