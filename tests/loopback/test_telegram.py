"""The loopback Bot API, driven by a real aiogram client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.utils import formatting
from aiohttp import web

from tests.loopback.serving import LoopbackSite
from tests.loopback.telegram import CONTRACT, TelegramServer
from tests.loopback.telegram.schema import BotApiSchema
from tests.loopback.telegram.text import entity_errors, parse_html, trim

needs_contract = pytest.mark.skipif(not CONTRACT.exists(), reason=f"no {CONTRACT.name} beside the checkout")


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[tuple[TelegramServer, Bot]]:
    async with TelegramServer(**options) as tg:
        session = AiohttpSession(api=TelegramAPIServer.from_base(tg.url), timeout=5)
        bot = Bot(tg.token, session=session)
        try:
            yield tg, bot
        finally:
            session_object = session._session
            if session_object is not None:
                await session_object.close()
        assert tg.own_errors == []


def run(scenario: Callable[[TelegramServer, Bot], Awaitable[None]], **options: Any) -> None:
    async def whole() -> None:
        async with connected(**options) as (tg, bot):
            await scenario(tg, bot)

    asyncio.run(whole())


def test_a_conversation_by_polling() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        me = await bot.get_me()
        assert me.username == "loopback_expert_bot"
        anna = tg.user("Анна")
        asked = anna.say("Как откатить релиз? 🙂")
        updates = await bot.get_updates(timeout=1)
        assert [u.message.text for u in updates if u.message] == ["Как откатить релиз? 🙂"]
        assert await bot.get_updates(timeout=0) == updates  # unconfirmed: again
        content = formatting.Text(
            formatting.Bold("Откат 🙂"), " — команда ", formatting.Code("werf helm rollback")
        )
        keyboard = types.InlineKeyboardMarkup(
            inline_keyboard=[[types.InlineKeyboardButton(text="👍", callback_data="up:1")]]
        )
        sent = await bot.send_message(
            anna.id,
            **content.as_kwargs(),
            reply_markup=keyboard,
            reply_parameters=types.ReplyParameters(message_id=asked.id),
        )
        assert anna.private.messages[sent.message_id].reply_to == asked.id
        assert await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0) == []
        assert tg.updates.confirmed == {updates[0].update_id}
        press = anna.press(anna.private.messages[sent.message_id], "👍")
        query = (await bot.get_updates(timeout=1))[0].callback_query
        assert query is not None
        assert query.data == "up:1"
        await bot.answer_callback_query(query.id, text="Спасибо")
        assert press.answer == {"text": "Спасибо", "show_alert": False} or press.answer == {"text": "Спасибо"}
        with pytest.raises(TelegramBadRequest, match="query is too old"):
            await bot.answer_callback_query(query.id)
        assert anna.private.transcript()[-1].startswith("bot: Откат 🙂")
        assert tg.violations == []

    run(scenario)


def test_long_polling_wakes_and_a_second_poller_ends_the_first() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна")
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await tg.wait_for(lambda: tg.updates.polling)
        anna.say("проснись")
        assert len(await waiting) == 1
        first = asyncio.create_task(bot.get_updates(offset=10**10, timeout=30))
        await tg.wait_for(lambda: tg.updates.polling)
        second = asyncio.create_task(bot.get_updates(timeout=30))
        with pytest.raises(TelegramConflictError, match="only one bot instance"):
            await first
        anna.say("ещё")
        assert len(await second) == 1
        assert tg.world.counters["conflicts"] == 1

    run(scenario)


def test_a_killed_poller_is_not_a_second_one() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await tg.wait_for(lambda: tg.updates.polling)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await tg.wait_for(lambda: not tg.updates.polling)
        tg.user("Анна").say("привет")
        assert len(await bot.get_updates(timeout=5)) == 1
        assert tg.world.counters["conflicts"] == 0

    run(scenario)


def test_edits_drafts_actions_and_deletion() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна", started=True)
        await bot.send_chat_action(anna.id, "typing")
        await bot.send_message_draft(anna.id, draft_id=7, text="Ищу…", can_stop=True)
        assert anna.private.drafts[7]["text"] == "Ищу…"
        with pytest.raises(TelegramBadRequest, match="non-empty"):
            await bot.send_message_draft(anna.id, draft_id=7, text="")
        sent = await bot.send_message(anna.id, "Нашла")
        assert anna.private.drafts == {}
        await bot.edit_message_text("Нашла две", chat_id=anna.id, message_id=sent.message_id)
        with pytest.raises(TelegramBadRequest, match="message is not modified"):
            await bot.edit_message_text("Нашла две", chat_id=anna.id, message_id=sent.message_id)
        assert anna.private.messages[sent.message_id].edits == ["Нашла"]
        with pytest.raises(TelegramBadRequest, match="message to edit not found"):
            await bot.edit_message_text("x", chat_id=anna.id, message_id=99)
        await bot.delete_message(anna.id, sent.message_id)
        with pytest.raises(TelegramBadRequest, match="message to delete not found"):
            await bot.delete_message(anna.id, sent.message_id)
        kinds = [e.kind for e in anna.private.log]
        assert kinds == ["action", "draft", "message", "edit", "delete"]
        assert tg.violations == []

    run(scenario)


def test_files_both_ways() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna = tg.user("Анна")
        anna.send_document("# Правила".encode(), "правила.md", caption="/ingest", mime="text/markdown")
        anna.send_document(b"", "огромный.pdf", size=25_000_000)
        small, large = [u.message for u in await bot.get_updates(timeout=1)]
        assert small is not None
        assert small.document is not None
        assert small.caption_entities is not None
        loaded = await bot.download(small.document.file_id)
        assert loaded is not None
        assert loaded.read().decode() == "# Правила"
        assert large is not None
        assert large.document is not None
        with pytest.raises(TelegramBadRequest, match="file is too big"):
            await bot.get_file(large.document.file_id)
        report = types.BufferedInputFile("отчёт".encode(), "отчёт.txt")
        sent = await bot.send_document(anna.id, report, caption="Готово")
        assert sent.document is not None
        again = await bot.download(sent.document.file_id)
        assert again is not None
        assert again.read().decode() == "отчёт"
        assert tg.violations == []

    run(scenario)


def test_groups_threads_inline_and_privacy() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        anna, boris = tg.user("Анна"), tg.user("Boris", language="en")
        team = tg.group("Команда", [anna, boris], forum=True)
        topic = team.topic("Вопросы")
        boris.say("между собой", chat=team.chat)
        asked = boris.say("what is a bundle?", chat=team.chat, thread=topic, mention=True)
        (update,) = await bot.get_updates(timeout=1)
        assert update.message is not None
        assert update.message.message_thread_id == topic
        await bot.send_message(team.id, "A bundle is…", message_thread_id=topic)
        assert [m.text for m in team.chat.from_bot(thread=topic)] == ["A bundle is…"]
        with pytest.raises(TelegramBadRequest, match="thread not found"):
            await bot.send_message(team.id, "x", message_thread_id=999)
        boris.say("thanks", chat=team.chat, thread=topic, reply_to=team.chat.from_bot()[0])
        assert len(await bot.get_updates(offset=update.update_id + 1, timeout=1)) == 1
        member = await bot.get_chat_member(team.id, anna.id)
        assert member.status == "creator"
        assert len(await bot.get_chat_administrators(team.id)) == 1
        assert (await bot.get_chat(team.id)).title == "Команда"
        query = boris.inline("bundle")
        inline = (await bot.get_updates(offset=update.update_id + 2, timeout=1))[0].inline_query
        assert inline is not None
        text = types.InputTextMessageContent(message_text="A bundle is…")
        article = types.InlineQueryResultArticle(id="1", title="Bundle", input_message_content=text)
        await bot.answer_inline_query(inline.id, [article], cache_time=0, is_personal=True)
        assert boris.choose(query, "1", chat=team.chat).text == "A bundle is…"
        assert asked.thread_id == topic
        assert tg.violations == []

    run(scenario, privacy_mode=True)


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
        async with session.get(
            f"{base}/sendMessage", params={"chat_id": str(anna.id), "text": "по ссылке"}
        ) as ok:
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


def test_a_dispatcher_polls_and_answers_many() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        dispatcher = Dispatcher()

        @dispatcher.message()
        async def echo(message: types.Message) -> None:
            await message.answer(f"эхо: {message.text}")

        polling = asyncio.create_task(
            dispatcher.start_polling(bot, handle_signals=False, polling_timeout=2, close_bot_session=False)
        )
        people = [tg.user(f"Гость {i}") for i in range(40)]
        for person in people:
            person.say(f"вопрос {person.id}")
        await tg.wait_for(lambda: all(p.private.from_bot() for p in people))
        for person in people:
            assert [m.text for m in person.private.from_bot()] == [f"эхо: вопрос {person.id}"]
        await dispatcher.stop_polling()
        await polling
        await tg.idle(quiet_s=0.0)
        assert tg.violations == []
        assert tg.updates.confirmed == set(tg.updates.created)

    run(scenario)


def test_webhook_with_secret_retries_and_a_reply_in_the_answer() -> None:
    seen: list[tuple[str, int]] = []

    async def hook(request: web.Request) -> web.Response:
        update = await request.json()
        seen.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), update["update_id"]))
        if len(seen) == 1:
            return web.Response(status=500)
        chat = update["message"]["chat"]["id"]
        return web.json_response({"method": "sendMessage", "chat_id": chat, "text": "из вебхука"})

    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        app = web.Application()
        app.router.add_post("/hook", hook)
        site = LoopbackSite(app)
        url = await site.start()
        await bot.set_webhook(f"{url}/hook", secret_token="s-1", max_connections=4)
        with pytest.raises(TelegramConflictError, match="webhook is active"):
            await bot.get_updates()
        anna = tg.user("Анна")
        anna.say("раз")
        await tg.wait_for(lambda: anna.private.from_bot())
        info = await bot.get_webhook_info()
        assert info.pending_update_count == 0
        assert info.last_error_message is not None
        assert [s for s, _ in seen] == ["s-1", "s-1"]
        tg.updates.duplicate()
        anna.say("два")
        await tg.wait_for(lambda: len(anna.private.from_bot()) == 3)
        await bot.delete_webhook()
        anna.say("три")
        assert len(await bot.get_updates(timeout=1)) == 1
        await site.stop()

    run(scenario)


def test_profile_commands_and_menu() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        commands = [types.BotCommand(command="ask", description="Спросить")]
        scope = types.BotCommandScopeAllPrivateChats()
        await bot.set_my_commands(commands, scope=scope, language_code="ru")
        kept = await bot.get_my_commands(scope=scope, language_code="ru")
        assert [(c.command, c.description) for c in kept] == [("ask", "Спросить")]
        assert await bot.get_my_commands() == []
        await bot.set_my_description("Отвечаю по документам", language_code="ru")
        assert (await bot.get_my_description(language_code="ru")).description == "Отвечаю по документам"
        await bot.set_chat_menu_button(menu_button=types.MenuButtonCommands())
        assert (await bot.get_chat_menu_button()).type == "commands"
        assert tg.violations == []

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


def test_runs_as_a_process() -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.loopback.telegram", "--port", "0", "--max-seconds", "20"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())

        def post(verb: str, **body: Any) -> Any:
            data = json.dumps(body).encode()
            request = urllib.request.Request(f"{told['control']}/{verb}", data)
            with urllib.request.urlopen(request, timeout=5) as response:
                return json.loads(response.read())

        try:
            post("say", user="Аня", text="привет")
            with urllib.request.urlopen(
                f"{told['url']}/bot{told['token']}/getUpdates", timeout=5
            ) as response:
                assert json.loads(response.read())["result"][0]["message"]["text"] == "привет"
            assert post("transcript", user="Аня")["lines"] == ["Аня: привет"]
            assert post("report")["violations"] == []
        finally:
            process.terminate()
        assert process.wait(10) == 0
