"""The loopback Bot API, driven by a real aiogram client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, types
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
)
from aiogram.utils import formatting
from aiohttp import web

from tests.loopback.aiogram_client import run
from tests.loopback.serving import LoopbackSite
from tests.loopback.telegram import TelegramServer


def test_a_conversation_by_polling() -> None:
    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        me = await bot.get_me()
        assert me.username == "loopback_expert_bot"
        anna = tg.user("Анна")
        asked = anna.say("Как откатить релиз? 🙂")
        updates = await bot.get_updates(timeout=1)
        assert [u.message.text for u in updates if u.message] == ["Как откатить релиз? 🙂"]
        assert await bot.get_updates(timeout=0) == updates  # unconfirmed: again
        content = formatting.Text(formatting.Bold("Откат 🙂"), " — команда ", formatting.Code("werf helm rollback"))
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


def test_a_webhook_set_by_every_replica_is_spread_over_them() -> None:
    seen: dict[str, list[int]] = {"a": [], "b": []}

    async def replica(name: str) -> tuple[LoopbackSite, str]:
        async def hook(request: web.Request) -> web.Response:
            seen[name].append((await request.json())["update_id"])
            return web.Response()

        app = web.Application()
        app.router.add_post("/hook", hook)
        site = LoopbackSite(app)
        return site, await site.start()

    async def scenario(tg: TelegramServer, bot: Bot) -> None:
        (a, url_a), (b, url_b) = await replica("a"), await replica("b")
        tg.updates.upstreams = [url_a, url_b]
        for _ in range(2):
            await bot.set_webhook("https://bot.example/hook", secret_token="s")
        people = [tg.user(f"Гость {i}") for i in range(10)]
        for person in people:
            person.say("вопрос")
        await tg.wait_for(lambda: not tg.updates.pending)
        await a.stop()  # a dead replica: the delivery goes to the next one
        people[0].say("ещё")
        people[1].say("и ещё")
        await tg.wait_for(lambda: not tg.updates.pending)
        assert sorted(seen["a"] + seen["b"]) == tg.updates.created
        assert seen["a"]
        assert len(seen["b"]) >= 5
        await b.stop()

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
            with urllib.request.urlopen(f"{told['url']}/bot{told['token']}/getUpdates", timeout=5) as response:
                assert json.loads(response.read())["result"][0]["message"]["text"] == "привет"
            assert post("transcript", user="Аня")["lines"] == ["Аня: привет"]
            assert post("report")["violations"] == []
        finally:
            process.terminate()
        assert process.wait(10) == 0
