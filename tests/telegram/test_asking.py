"""Asking in every kind of chat, sources, traces, feedback, and a person's own words: one bot process, many people."""

from __future__ import annotations

import asyncio
import json

from tests.loopback.telegram import Message, Press
from tests.telegram.conftest import Stage
from tests.telegram.running import answered, answers_to, said_after
from tests.telegram.scenes import on_stage

VACATION = "Сколько дней отпуска в год?"


@on_stage
async def test_a_question_in_a_private_chat(on: Stage) -> None:
    anna = on.person("Анна")
    answer = await answered(on.tg, anna.say(VACATION))
    assert "28" in answer.text
    assert "[1]" in answer.text
    assert [button["text"] for button in answer.buttons][-2:] == ["👍", "👎"]
    assert answer.button("[1]")["callback_data"].startswith("s:")


@on_stage
async def test_a_source_opens_as_a_quote_with_its_place(on: Stage) -> None:
    anna = on.person("Анна")
    answer = await answered(on.tg, anna.say(VACATION))
    press = anna.press(answer, "[1]")
    opened = await said_after(on.tg, answer)
    assert opened.reply_to == answer.id
    assert "28 календарных дней" in opened.text
    kinds = {entity["type"] for entity in opened.entities}
    assert kinds == {"bold", "expandable_blockquote"}
    assert opened.text.startswith("[1] Отпуска")
    await on.tg.wait_for(lambda: press.answer is not None)


@on_stage
async def test_groups_are_answered_where_they_mean_the_bot(on: Stage) -> None:
    anna, boris = on.person("Анна"), on.person("Boris", "en")
    team = on.tg.group("Команда", [anna, boris], forum=True)
    thread = team.topic("Вопросы")
    chatter = anna.say("а когда обед?", chat=team.chat, thread=thread)
    by_mention = anna.say(VACATION, chat=team.chat, thread=thread, mention=True)
    first = await answered(on.tg, by_mention)
    assert first.thread_id == thread
    by_command = boris.say("/ask What are the limits of the partner API?", chat=team.chat)
    second = await answered(on.tg, by_command)
    assert second.thread_id is None
    by_reply = boris.say("Сколько хранятся логи?", chat=team.chat, thread=thread, reply_to=first)
    third = await answered(on.tg, by_reply)
    assert third.thread_id == thread
    assert answers_to(team.chat, chatter) == []
    assert len(team.chat.from_bot()) == 3


@on_stage
async def test_small_talk_and_refusals_have_no_sources(on: Stage) -> None:
    anna = on.person("Анна")
    hello = await answered(on.tg, anna.say("привет!"))
    assert [button["text"] for button in hello.buttons] == ["👍", "👎"]
    refused = await answered(on.tg, anna.say("Кто выиграл чемпионат мира по футболу в 1998 году?"))
    assert "[1]" not in refused.text


@on_stage
async def test_thumbs_are_bound_to_the_trace(on: Stage) -> None:
    anna, boris = on.person("Анна"), on.person("Борис")
    answer = await answered(on.tg, anna.say(VACATION))
    trace = answer.button("👍")["callback_data"].split(":")[1]
    for label, value in (("👍", 1), ("👎", -1)):  # the last one counts
        press = anna.press(answer, label)
        await on.tg.wait_for(lambda press=press: press.answer)
        rows = on.bot.rows(f"SELECT user, value FROM feedback WHERE trace = '{trace}'")
        assert rows == [(anna.id, value)]
    stranger = await answered(on.tg, boris.say("привет"))
    stranger.body["reply_markup"]["inline_keyboard"][-1][0]["callback_data"] = f"f:{trace}:1"
    press = boris.press(stranger, "👍")  # a forged button: the trace is of another chat
    await on.tg.wait_for(lambda: press.answer)
    assert on.bot.rows(f"SELECT COUNT(*) FROM feedback WHERE trace = '{trace}'") == [(1,)]


@on_stage
async def test_why_shows_how_the_answer_came_to_be(on: Stage) -> None:
    anna, boris = on.person("Анна"), on.person("Boris", "en")
    empty = await said_after(on.tg, boris.say("/why"))
    assert empty.text == "There is no answer in this conversation yet."
    await answered(on.tg, anna.say(VACATION))
    why = await said_after(on.tg, anna.say("/why"))
    for row in ("Ступень", "Персонаж", "Модель", "Уверенность", "Черновик", "Сверка фактов", "Время"):
        assert row in why.text
    sources = await said_after(on.tg, anna.say("/sources"))
    assert "28 календарных дней" in sources.text


@on_stage
async def test_an_edited_question_is_answered_anew_in_place(on: Stage) -> None:
    anna = on.person("Анна")
    asked = anna.say(VACATION)
    answer = await answered(on.tg, asked)
    anna.edit(asked, "Сколько хранятся логи?")
    await on.tg.wait_for(lambda: answer.edits)
    assert "28" not in answer.text
    assert len(anna.private.from_bot()) == 1
    anna.edit(asked, "Сколько хранятся логи?")  # nothing new: a preview appeared
    later = await answered(on.tg, anna.say("привет"))
    assert len(answer.edits) == 1
    assert later.id != answer.id
    history = on.bot.rows(f"SELECT content FROM turns WHERE user = {anna.id} AND role = 'user' ORDER BY id")
    assert history == [("Сколько хранятся логи?",), ("привет",)]


@on_stage
async def test_what_is_not_text_is_asked_for_in_words(on: Stage) -> None:
    anna, boris = on.person("Анна"), on.person("Boris", "en")
    assert "только текст" in (await answered(on.tg, anna.send_voice())).text
    assert "text only" in (await answered(on.tg, boris.send_voice())).text


@on_stage
async def test_inline_questions(on: Stage) -> None:
    anna = on.person("Анна")
    typed: Press = anna.inline(VACATION)
    await on.tg.wait_for(lambda: typed.answer)
    (result,) = typed.results
    assert "28" in result["input_message_content"]["message_text"]
    assert typed.answer is not None
    assert typed.answer["is_personal"] is True
    empty = anna.inline("")
    await on.tg.wait_for(lambda: empty.answer)
    assert empty.results == []


@on_stage
async def test_reset_and_ones_own_words(on: Stage) -> None:
    anna, boris = on.person("Анна"), on.person("Борис")
    for person in (anna, boris):
        answer = await answered(on.tg, person.say(VACATION))
        press = person.press(answer, "👍")
        await on.tg.wait_for(lambda press=press: press.answer)
    told = anna.say("/my_data")
    await on.tg.wait_for(lambda: len([m for m in anna.private.from_bot() if m.id > told.id]) == 2)
    mine = json.loads(anna.private.from_bot()[-1].text)
    assert mine["user"] == anna.id
    assert mine["messages"][0]["content"] == mine["answers"][0]["question"] == VACATION
    assert [day["questions"] for day in mine["days"]] == [1]
    assert "оценки ответов: 1\n" in anna.private.from_bot()[-2].text
    await said_after(on.tg, anna.say("/reset"))
    assert on.bot.rows(f"SELECT COUNT(*) FROM turns WHERE user = {anna.id}") == [(0,)]
    asked = await said_after(on.tg, anna.say("/forget_me"))
    assert "документ" not in asked.text
    anna.press(asked, "Да")
    receipt = await said_after(on.tg, asked)
    assert "Квитанция" in receipt.text
    assert "ответов — 1, оценок — 1" in receipt.text
    for table in ("turns", "traces", "feedback"):
        assert on.bot.rows(f"SELECT COUNT(*) FROM {table} WHERE user = {anna.id}") == [(0,)]
    assert on.bot.rows(f"SELECT COUNT(*) FROM traces WHERE user = {boris.id}") == [(1,)]
    assert VACATION.encode() not in _where_anna_was(on, anna.id)


def _where_anna_was(on: Stage, user: int) -> bytes:
    return json.dumps(on.bot.rows(f"SELECT body FROM outbox WHERE user = {user}")).encode()


@on_stage
async def test_personas_are_a_matter_of_the_chat(on: Stage) -> None:
    anna, boris = on.person("Анна"), on.person("Борис")
    menu = await said_after(on.tg, anna.say("/persona"))
    assert "циничный IT-архитектор" in menu.text
    press = anna.press(menu, "Алекс")
    await on.tg.wait_for(lambda: press.answer)
    assert press.answer == {"text": "Теперь отвечает Алекс."} | {
        key: value for key, value in (press.answer or {}).items() if key != "text"
    }
    hello = await answered(on.tg, anna.say("привет"))
    assert hello.text.startswith("Йоу")
    other = await answered(on.tg, boris.say("привет"))
    assert not other.text.startswith("Йоу")
    team = on.tg.group("Команда", [boris, anna])
    refused = await said_after(on.tg, anna.say("/persona engineer", chat=team.chat))
    assert "администраторы" in refused.text
    chosen = await said_after(on.tg, boris.say("/persona engineer", chat=team.chat))
    assert "Теперь отвечает Mr. Hargreaves." in chosen.text
    by_name = await said_after(on.tg, anna.say("/persona БЕЗ ПЕРСОНАЖА"))
    assert by_name.text == "Теперь отвечаю без персонажа."


@on_stage
async def test_a_group_that_moves_goes_on_under_its_new_id(on: Stage) -> None:
    anna = on.person("Анна")
    team = on.tg.group("Команда", [anna], supergroup=False)
    await answered(on.tg, anna.say(VACATION, chat=team.chat, mention=True))
    old = team.id
    new = team.migrate()
    answer = await answered(on.tg, anna.say("Сколько хранятся логи?", chat=new, mention=True))
    assert answer.chat.id == new.id
    assert on.bot.rows(f"SELECT COUNT(*) FROM turns WHERE chat = {old}") == [(0,)]
    assert on.bot.rows(f"SELECT COUNT(*) FROM turns WHERE chat = {new.id}") == [(4,)]


@on_stage
async def test_an_answer_finds_a_group_that_moved_meanwhile(on: Stage) -> None:
    anna = on.person("Анна")
    team = on.tg.group("Команда", [anna], supergroup=False)
    refused = on.tg.faults.too_many("sendMessage", chats=[team.id], retry_after=2)
    anna.say(VACATION, chat=team.chat, mention=True)
    await on.tg.wait_for(lambda: refused.hits)
    new = team.migrate()
    answer = await on.tg.wait_for(lambda: next(iter(new.from_bot()), None))
    assert "28" in answer.text
    await asyncio.sleep(2.5)
    assert len(new.from_bot()) == 1


@on_stage
async def test_who_blocks_the_bot_is_left_alone(on: Stage) -> None:
    anna = on.person("Анна")
    asked = anna.say(VACATION)
    anna.block_bot()
    await on.tg.wait_for(lambda: not on.tg.updates.pending)
    waiting = f"SELECT COUNT(*) FROM outbox WHERE chat = {anna.id} AND state = 'waiting'"
    undone = "SELECT COUNT(*) FROM inbox WHERE state != 'done'"
    await on.tg.wait_for(lambda: on.bot.rows(waiting) == on.bot.rows(undone) == [(0,)], 60)
    assert answers_to(anna.private, asked) in ([], anna.private.from_bot())
    anna.unblock_bot()
    assert (await answered(on.tg, anna.say(VACATION))).text


@on_stage
async def test_an_answer_to_a_deleted_question_still_comes(on: Stage) -> None:
    anna = on.person("Анна")
    asked = anna.say(VACATION)
    anna.delete(asked)
    answer: Message = await on.tg.wait_for(lambda: next(iter(anna.private.from_bot()), None))
    assert "28" in answer.text


@on_stage
async def test_a_third_question_at_once_is_refused_with_words(on: Stage) -> None:
    anna = on.person("Анна")
    asked = [anna.say(f"{VACATION} {number}") for number in range(4)]
    replies = [await answered(on.tg, one) for one in asked]
    refused = [reply for reply in replies if "этот пока не принял" in reply.text]
    assert len(refused) <= 2
    await asyncio.sleep(0.5)
    assert all(len(answers_to(anna.private, one)) == 1 for one in asked)


@on_stage
async def test_duplicates_and_disorder_change_nothing(on: Stage) -> None:
    people = [on.person(f"Гость {number}") for number in range(6)]
    on.tg.updates.duplicate(6)
    on.tg.updates.reorder(2)
    asked = [person.say(VACATION) for person in people]
    for one in asked:
        await answered(on.tg, one)
    await asyncio.sleep(1.5)
    assert [len(answers_to(one.chat, one)) for one in asked] == [1] * 6
