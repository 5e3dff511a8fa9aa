"""What the loopback Bot API refuses, and how it fails by script."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, types
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from tests.loopback.aiogram_client import needs_contract, run
from tests.loopback.telegram import TelegramServer
from tests.loopback.telegram.schema import BotApiSchema
from tests.loopback.telegram.text import entity_errors, parse_html, trim


@needs_contract
def test_every_breach_of_the_contract_is_named() -> None:
    long_data = types.InlineKeyboardButton.model_construct(text="x", callback_data="д" * 33)
    keyboard = types.InlineKeyboardMarkup.model_construct(inline_keyboard=[[long_data]])
    bare = types.InlineKeyboardMarkup(inline_keyboard=[[types.InlineKeyboardButton(text="пусто")]])
    outside = types.MessageEntity(type="bold", offset=0, length=9)
    half = types.MessageEntity(type="bold", offset=1, length=1)

    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна", started=True)
        group = tg.group("Команда", [anna])
        cases: list[tuple[Awaitable[object], str]] = [
            (bot.send_message(anna.id, "🙂" * 2049), "4098 UTF-16 units"),
            (bot.send_message(anna.id, "  "), "message text is empty"),
            (bot.send_message(anna.id, ""), "text: a required parameter is missing"),
            (bot.send_message(anna.id, "текст", entities=[outside]), "outside the text"),
            (bot.send_message(anna.id, "🙂", entities=[half]), "surrogate"),
            (bot.send_message(anna.id, "*x*", parse_mode="MarkdownV2"), "not served here"),
            (bot.send_message(anna.id, "x", reply_markup=keyboard), "callback_data"),
            (bot.send_message(anna.id, "x", reply_markup=bare), "exactly one action"),
            (bot.send_message_draft(group.id, draft_id=1, text="x"), "private chats"),
            (bot.answer_callback_query("1", text="я" * 201), "0-200 allowed"),
            (bot.set_my_commands([types.BotCommand(command="Help", description="x")]), "1-32 of a-z"),
            (bot.set_my_commands([types.BotCommand(command="help", description="")]), "1-256 allowed"),
            (bot.send_chat_action(anna.id, "thinking"), "unknown action"),
            (bot.send_dice(anna.id), "doesn't serve"),
            (bot.edit_message_text("x"), "required"),
        ]
        for i, (call, expected) in enumerate(cases):
            with pytest.raises(TelegramBadRequest) as caught:
                await call
            assert expected in str(caught.value), (i, caught.value)
            assert len(tg.violations) == i + 1, (i, tg.violations[i:])

    run(scenario)


@needs_contract
def test_raw_calls_with_unknown_and_mistyped_parameters() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        session = await bot.session.create_session()  # type: ignore[attr-defined]
        anna = tg.user("Анна", started=True)
        base = f"{tg.url}/bot{tg.token}"
        cases: list[tuple[str, dict[str, Any], str]] = [
            ("sendMessage", {"chat_id": anna.id, "text": "x", "reply_to": 3}, "no such parameter"),
            ("sendMessage", {"chat_id": anna.id, "text": 5}, "must be String"),
            ("sendMessage", {"chat_id": anna.id, "text": "x", "reply_markup": "{"}, "must be"),
            (
                "sendMessage",
                {"chat_id": anna.id, "text": "x", "reply_markup": {"inline_keyboard": [], "x": 1}},
                "no such field",
            ),
            ("getUpdates", {"limit": 101}, "outside 1-100"),
            ("getUpdates", {"allowed_updates": ["messages"]}, "unknown update types"),
        ]
        for method, body, expected in cases:
            async with session.post(f"{base}/{method}", json=body) as response:
                assert response.status == 400
                assert expected in (await response.json())["description"]
        async with session.get(f"{base}/sendMessage", params={"chat_id": str(anna.id), "text": "по ссылке"}) as ok:
            assert (await ok.json())["result"]["text"] == "по ссылке"
        async with session.post(f"{base}/sendMesage") as missing:
            assert missing.status == 404
        assert len(tg.violations) == len(cases) + 1

    run(scenario)


def test_unreachable_chats() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна")
        with pytest.raises(TelegramForbiddenError, match="can't initiate"):
            await bot.send_message(anna.id, "x")
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await bot.send_message(5, "x")
        anna.say("/start")
        anna.block_bot()
        with pytest.raises(TelegramForbiddenError, match="blocked by the user"):
            await bot.send_message(anna.id, "x")
        anna.unblock_bot()
        await bot.send_message(anna.id, "x")
        group = tg.group("Команда", [anna], supergroup=False)
        old = group.id
        new = group.migrate()
        with pytest.raises(TelegramMigrateToChat) as moved:
            await bot.send_message(old, "x")
        assert moved.value.migrate_to_chat_id == new.id
        await bot.send_message(new.id, "x")
        group.kick_bot()
        with pytest.raises(TelegramForbiddenError, match="kicked"):
            await bot.send_message(new.id, "x")
        asked = anna.say("вопрос")
        anna.delete(asked)
        reply = types.ReplyParameters(message_id=asked.id)
        with pytest.raises(TelegramBadRequest, match="replied not found"):
            await bot.send_message(anna.id, "x", reply_parameters=reply)
        updates = await bot.get_updates(timeout=1)
        assert [u.event_type for u in updates].count("my_chat_member") == 3
        assert tg.violations == []

    run(scenario)


def test_faults_of_the_network_and_the_server() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна", started=True)
        tg.faults.error("sendMessage", code=502)
        with pytest.raises(TelegramServerError):
            await bot.send_message(anna.id, "1")
        tg.faults.drop("sendMessage", processed=False)
        with pytest.raises(TelegramNetworkError):
            await bot.send_message(anna.id, "2")
        assert anna.private.transcript() == []
        tg.faults.drop("sendMessage", processed=True)
        with pytest.raises(TelegramNetworkError):
            await bot.send_message(anna.id, "3")
        assert anna.private.transcript() == ["bot: 3"]
        fault = tg.faults.hang("getMe", skip=1)
        await bot.get_me()
        with pytest.raises(TelegramNetworkError):
            await bot.get_me(request_timeout=0.1)  # type: ignore[arg-type]
        assert fault.hits == 1
        tg.faults.rubbish("sendMessage")
        with pytest.raises(Exception, match="decode"):
            await bot.send_message(anna.id, "4")
        tg.faults.drop("file", processed=False)
        await bot.send_message(anna.id, "5")
        assert anna.private.transcript() == ["bot: 3", "bot: 5"]

    run(scenario)


def test_429_and_the_calls_inside_its_cooldown() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna, boris = tg.user("Анна", started=True), tg.user("Борис", started=True)
        tg.faults.too_many(chats=[anna.id], retry_after=1)
        with pytest.raises(TelegramRetryAfter) as first:
            await bot.send_message(anna.id, "рано")
        assert first.value.retry_after == 1
        await bot.send_message(boris.id, "другому можно")
        await asyncio.sleep(0.1)
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message_draft(anna.id, draft_id=1, text="рано")
        assert [b.chat_id for b in tg.faults.breaches] == [anna.id]
        await asyncio.sleep(0.95)
        await bot.send_message(anna.id, "вовремя")
        assert len(tg.faults.breaches) == 1
        tg.faults.limits.per_chat = 1
        await bot.send_message(boris.id, "1")
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(boris.id, "2")

    run(scenario)


def test_duplicates_and_disorder_of_updates() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна")
        anna.say("1")
        tg.updates.duplicate()
        (one,) = await bot.get_updates(timeout=1)
        (again,) = await bot.get_updates(offset=one.update_id + 1, timeout=1)
        assert again.update_id == one.update_id
        anna.say("2")
        anna.say("3")
        tg.updates.reorder()
        assert [u.message.text for u in await bot.get_updates(timeout=1) if u.message] == ["3", "2"]

    run(scenario)


def test_wrong_token() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        stranger = Bot("43:other", session=bot.session)
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()

    run(scenario)


def test_html_and_entities() -> None:
    text, entities = parse_html('<b>Лимит &lt; 5</b> <a href="https://x.ru">тут 🙂</a>')
    assert text == "Лимит < 5 тут 🙂"
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [("bold", 0, 9), ("text_link", 10, 6)]
    assert entity_errors(text, entities) == []
    overlap = [{"type": "bold", "offset": 0, "length": 4}, {"type": "italic", "offset": 2, "length": 4}]
    assert "overlap" in entity_errors("abcdefgh", overlap)[0]
    inside = [{"type": "code", "offset": 0, "length": 4}, {"type": "bold", "offset": 1, "length": 2}]
    assert "code" in entity_errors("abcdefgh", inside)[0]
    assert trim("  ab ", [{"type": "bold", "offset": 2, "length": 3}]) == (
        "ab",
        [{"type": "bold", "offset": 0, "length": 2}],
    )
    with pytest.raises(ValueError, match="Unmatched end tag"):
        parse_html("<b>x</i>")


@needs_contract
def test_every_update_fits_the_contract() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна", username="anna_doc")
        group = tg.group("Команда", [anna], supergroup=False)
        anna.say("/ask@loopback_expert_bot что на https://werf.io?", chat=group.chat)
        asked = anna.say("раз")
        anna.edit(asked, "два")
        anna.send_document(b"x", "a.md", caption="/ingest")
        anna.send_voice()
        anna.inline("x")
        anna.block_bot()
        anna.stop_draft(3)
        group.migrate()
        for update in tg.updates.pending:
            assert tg.schema.check_object("Update", update) == []
        assert len(await bot.get_updates(timeout=0)) == len(tg.updates.created) == 10

    run(scenario)


def test_serves_without_the_contract_file() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна", started=True)
        button = types.InlineKeyboardButton(text="1", callback_data="q")
        keyboard = types.InlineKeyboardMarkup(inline_keyboard=[[button]])
        await bot.send_message(anna.id, "[1]", reply_markup=keyboard, disable_notification=True)
        press = anna.press(anna.private.from_bot()[0], "1")
        query = (await bot.get_updates(timeout=1, limit=5))[0].callback_query
        assert query is not None
        await bot.answer_callback_query(query.id)
        assert press.answer is not None
        assert anna.private.transcript() == ["bot: [1]"]

    run(scenario, schema=BotApiSchema.load(Path("absent.json")))
