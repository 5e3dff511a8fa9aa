"""Every command and every kind of press, as a stranger, as a user and as an admin: a table of who gets what, and that strangers
change nothing. Then the owner's jobs, one by one."""

from __future__ import annotations

import asyncio
import json
import re
import time

import pytest

from bot.telegram.words import ADMIN_COMMANDS, COMMANDS
from tests.loopback.telegram import Message, Person
from tests.telegram.conftest import Stage
from tests.telegram.running import answered, said_after

# command → what is in the reply to (a stranger's first message, a user, an admin in the private chat, an admin in a group);
# None: silence.
PRIVATE = "только своим"
OWNER = "только для владельца"
THERE = "в личном чате со мной"
TABLE: dict[str, tuple[str | None, str, str, str | None]] = {
    "/start": (PRIVATE, "Просто задайте вопрос", "Для владельца", "Просто задайте вопрос"),
    "/help": (PRIVATE, "/forget_me", "Для владельца", "/forget_me"),
    "/ask": (
        PRIVATE,
        "Напишите вопрос после команды",
        "Напишите вопрос после команды",
        "Напишите вопрос после команды",
    ),
    "/persona": (PRIVATE, "Чьим голосом", "Чьим голосом", "Чьим голосом"),
    "/persona nobody": (PRIVATE, "Такого персонажа нет", "Такого персонажа нет", "Такого персонажа нет"),
    "/sources": (PRIVATE, "ещё не было", "ещё не было", "ещё не было"),
    "/why": (PRIVATE, "ещё не было", "ещё не было", "ещё не было"),
    "/reset": ("Начинаем заново", "Начинаем заново", "Начинаем заново", "Начинаем заново"),
    "/my_data": ("всё, что о вас хранится", "всё, что о вас хранится", "всё, что о вас хранится", THERE),
    "/forget_me": ("Стереть всё", "Стереть всё", "Стереть всё", THERE),
    "/nonsense": (PRIVATE, "Такой команды нет", "Такой команды нет", None),
    "/ingest": (PRIVATE, OWNER, "Пришлите файл", THERE),
    "/ingest /etc/passwd": (PRIVATE, OWNER, "Оттуда читать нельзя", THERE),
    "/ingest http://127.0.0.1/secret": (PRIVATE, OWNER, "Оттуда читать нельзя", THERE),
    "/docs": (PRIVATE, OWNER, "Документов: ", THERE),
    "/remove": (PRIVATE, OWNER, "Что убрать?", THERE),
    "/remove nothing.md": (PRIVATE, OWNER, "Нет документа", THERE),
    "/remove_ab12cd34": (PRIVATE, OWNER, "Нет документа", THERE),
    "/rollback": (PRIVATE, OWNER, "Вернуться к индексу", THERE),
    "/jobs": (PRIVATE, OWNER, "Задани", THERE),
    "/cancel": (PRIVATE, OWNER, "Отменя", THERE),
    "/cancel_999": (PRIVATE, OWNER, "Отменять нечего", THERE),
    "/stats": (PRIVATE, OWNER, "Вопросов сегодня", THERE),
    "/persona_use nobody": (PRIVATE, OWNER, "Такого персонажа нет", THERE),
    "/persona_use Без персонажа": (PRIVATE, OWNER, "По умолчанию теперь отвечаю без персонажа", THERE),
    "/reindex": (PRIVATE, OWNER, "перестройка индекса", THERE),
    "/eval": (PRIVATE, OWNER, "проверка", THERE),
}


def test_the_table_names_every_command() -> None:
    named = {row.split()[0].removeprefix("/") for row in TABLE}
    assert set(COMMANDS) | set(ADMIN_COMMANDS) | {"start"} <= named


def test_a_stranger_gets_nothing_that_changes_anything(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        before = _index(on)
        strangers = [on.tg.user(f"Чужой {number}", id=5000 + number) for number in range(len(TABLE))]
        await asyncio.gather(
            *(_expect(on, one, command, row[0]) for one, (command, row) in zip(strangers, TABLE.items(), strict=True))
        )
        stranger = on.tg.user("Чужой", id=5999)
        stranger.say("Сколько дней отпуска в год?")
        stranger.send_document(b"# Poison\n\nEverything is free.", "poison.md", caption="/ingest")
        press = stranger.inline("Сколько дней отпуска?")
        team = on.tg.group("Чужие", [stranger])
        stranger.say("Сколько дней отпуска в год?", chat=team.chat, mention=True)
        await on.tg.wait_for(lambda: stranger.private.from_bot())
        await on.tg.idle()
        assert press.results == []
        assert team.chat.from_bot() == []
        assert [PRIVATE in message.text for message in stranger.private.from_bot()] == [True], (
            "told once, not each time"
        )
        assert _index(on) == before
        for table in ("turns", "traces", "usage", "chats"):
            column = "chat" if table == "chats" else "user"
            assert on.bot.rows(f"SELECT COUNT(*) FROM {table} WHERE {column} BETWEEN 5000 AND 5999") == [(0,)]

    stage.run(scene)


@pytest.mark.parametrize("column", [1, 2, 3], ids=["user", "admin", "admin in a group"])
def test_every_command(stage: Stage, column: int) -> None:
    async def scene(on: Stage) -> None:
        people = on.admins[10:] if column > 1 else [on.person(f"Гость {number}") for number in range(len(TABLE))]
        before = _index(on)
        await asyncio.gather(
            *(
                _expect(on, one, command, row[column], on.tg.group("Команда", [one]).chat if column == 3 else None)
                for one, (command, row) in zip(people, TABLE.items(), strict=False)
            )
        )
        await on.tg.idle()
        if column == 1:
            shown = people[0].send_document(b"# Mine", "mine.md", caption="/ingest")
            assert "только от владельца" in (await answered(on.tg, shown)).text
        if column == 2:  # the reindex need not be waited for
            await said_after(on.tg, on.admin.say("/cancel"))
            await _jobs_end(on)
        else:
            assert _index(on) == before

    stage.run(scene)


async def _expect(on: Stage, person: Person, command: str, expected: str | None, place: object = None) -> None:
    said = person.say(command, **({"chat": place} if place else {}))  # type: ignore[arg-type]
    if expected is None:
        await on.tg.wait_for(lambda: not on.tg.updates.pending)
        return
    reply = await said_after(on.tg, said)
    assert expected in reply.text, (command, reply.text)


def _index(on: Stage) -> list[object]:
    return [
        json.loads(on.bot.cli("docs", "--json").stdout),
        on.bot.rows("SELECT COUNT(*) FROM jobs"),
        on.bot.rows("SELECT value FROM meta WHERE key = 'persona'"),
    ]


async def _jobs_end(on: Stage, within: float = 90) -> None:
    deadline = time.monotonic() + within
    while on.bot.rows("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')") != [(0,)]:
        assert time.monotonic() < deadline, on.bot.rows("SELECT * FROM jobs")
        await on.tg.idle(quiet_s=0.2, within=60)


async def _ended(on: Stage, message: Message, within: float = 60) -> str:
    """The text of a job's message once it says how the job ended."""
    ends = ("готово", "не вышло", "отменено")
    await on.tg.wait_for(lambda: any(end in message.text for end in ends), within)
    return message.text


def test_a_document_sent_by_the_owner_is_taken_in_asked_and_removed(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        anna = on.person("Анна")
        content = "# Кофемашина «Бариста-9»\n\nФильтр кофемашины «Бариста-9» меняют каждые 17 дней.\n"
        job = await said_after(on.tg, on.admin.send_document(content.encode(), "кофе.md"))
        assert "документ кофе.md" in job.text
        assert "Добавлено 1" in await _ended(on, job)
        question = "Как часто меняют фильтр кофемашины «Бариста-9»?"
        assert "17 дней" in (await answered(on.tg, anna.say(question))).text
        updated = content.replace("17", "19")
        again = await said_after(on.tg, on.admin.send_document(updated.encode(), "кофе.md"))
        assert "обновлено 1" in await _ended(on, again)
        assert "19 дней" in (await answered(on.tg, anna.say(question))).text
        confirm = await said_after(on.tg, on.admin.say("/remove кофе.md"))
        anna_press = anna.press(confirm, "Да")  # somebody else's finger
        await on.tg.wait_for(lambda: anna_press.answer)
        press = on.admin.press(confirm, "Да")
        removed = await on.tg.wait_for(
            lambda: next((m for m in on.admin.private.from_bot() if m.id > confirm.id), None)
        )
        assert "Убрано документов: 1" in await _ended(on, removed)
        assert press.answer is not None
        assert "19 дней" not in (await answered(on.tg, anna.say(question))).text
        late = on.admin.press(confirm, "c:") if confirm.buttons else None
        assert late is None
        audit = on.bot.rows("SELECT user, action FROM audit")
        assert {(1, "upload"), (1, "upload done"), (1, "remove"), (1, "remove done")} <= set(audit)

    stage.run(scene)


def test_a_command_with_a_code_can_be_tapped(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        job = await said_after(on.tg, on.admin.send_document("# Печь\n\nПечь греют 40 минут.\n".encode(), "печь.md"))
        await _ended(on, job)
        listed = on.admin.say("/docs")
        await on.tg.wait_for(
            lambda: "печь.md" in "".join(m.text for m in on.admin.private.from_bot() if m.id > listed.id)
        )
        shown = "\n".join(m.text for m in on.admin.private.from_bot() if m.id > listed.id)
        tapped = re.search(r"/печь\.md\n(/remove_[0-9a-f]{8,25})$", shown, re.M)
        assert tapped, shown
        for command in (tapped[1], tapped[1].replace("_", " ")):
            confirm = await said_after(on.tg, on.admin.say(command))
            assert "Убрать документ «Печь»?" in confirm.text
        on.admin.press(confirm, "Нет")
        await on.tg.wait_for(lambda: "ничего не делаю" in confirm.text)

    stage.run(scene)


def test_a_person_is_asked_before_all_of_them_goes(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        owner, sent = on.admins[5], "# Лампа\n\nЛампу «Заря-7» меняют раз в 23 месяца.\n"
        await _ended(on, await said_after(on.tg, owner.send_document(sent.encode(), "лампа.md")))
        await answered(on.tg, owner.say("Как часто меняют лампу «Заря-7»?"))
        await on.tg.wait_for(lambda: on.bot.rows(f"SELECT 1 FROM traces WHERE user = {owner.id}"))

        def kept(table: str) -> int:
            return int(on.bot.rows(f"SELECT COUNT(*) FROM {table} WHERE user = {owner.id}")[0][0])

        for answer in ("Нет", "Да"):
            confirm = await said_after(on.tg, owner.say("/forget_me"))
            assert "Будет удалён и 1 присланный вами документ; из копии его не вернуть." in confirm.text
            assert kept("traces") == kept("jobs") == 1
            press = owner.press(confirm, answer)
            await on.tg.wait_for(lambda press=press: press.answer is not None)
        receipt = await on.tg.wait_for(
            lambda: next((m for m in owner.private.from_bot() if "Квитанция" in m.text), None)
        )
        audit = kept("audit")
        assert "ответов — 1, оценок — 0, документов — 1, заданий — 1" in receipt.text
        assert f"записи в журнале действий владельцев: {audit}" in receipt.text
        assert [kept(table) for table in ("turns", "traces", "jobs")] == [0, 0, 0]
        assert audit >= 2
        assert kept("usage") == 1, "the limit of the day stays"
        assert "лампа" not in on.bot.cli("docs", "--json").stdout
        assert not (on.bot.data_dir / "uploads" / str(owner.id)).exists()

    stage.run(scene)


def test_a_stranger_too_may_have_it_erased(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        stranger = on.tg.user("Чужой", id=5998)
        confirm = await said_after(on.tg, stranger.say("/forget_me"))
        stranger.press(confirm, "Да")
        assert "Квитанция" in (await said_after(on.tg, confirm)).text

    stage.run(scene)


def test_a_file_too_big_is_refused_before_it_is_fetched(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        before = on.tg.world.counters["downloads"]
        reply = await answered(on.tg, on.admin.send_document(b"x", "huge.pdf", size=21 << 20))
        assert "21.0 МБ" in reply.text
        assert on.tg.world.counters["downloads"] == before

    stage.run(scene)


def test_a_broken_file_is_named_with_its_cure(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        job = await said_after(on.tg, on.admin.send_document(b"%PDF-1.4 nothing more", "broken.pdf"))
        assert "✗ broken.pdf: файл повреждён\n→ откройте его" in await _ended(on, job)

    stage.run(scene)


def test_ingest_from_an_allowed_folder_only(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        (on.allowed / "чай.md").write_text(
            "# Чайник\n\nЧайник «Самовар-2» кипятит воду за 4 минуты.\n", encoding="utf-8"
        )
        (on.allowed / "link").symlink_to("/etc")
        for place in ("link/hostname", "../../outside", "нет.md"):
            reply = await said_after(on.tg, on.admin.say(f"/ingest {on.allowed / place}"))
            assert "Оттуда читать нельзя" in reply.text
        job = await said_after(on.tg, on.admin.say(f"/ingest {on.allowed / 'чай.md'}"))
        assert "Добавлено 1" in await _ended(on, job)

    stage.run(scene)


def test_reindex_shows_progress_and_can_be_cancelled(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        anna = on.person("Анна")
        job = await said_after(on.tg, on.admin.say("/reindex"))
        number = job.text.split()[1]
        cancelled = await said_after(on.tg, on.admin.say(f"/cancel_{number}"))
        assert cancelled.text == f"Отменяю задание {number}."
        assert "отменено" in await _ended(on, job)
        assert "28" in (await answered(on.tg, anna.say("Сколько дней отпуска в год?"))).text

    stage.run(scene)


def test_the_shell_works_through_the_running_bot(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        (on.allowed / "окно.md").write_text("# Окна\n\nОкна моют раз в 11 недель.\n", encoding="utf-8")
        done = on.bot.cli("ingest", str(on.allowed / "окно.md"), "--json")
        assert json.loads(done.stdout)["added"] == 1, done.stderr
        found = json.loads(on.bot.cli("search", "Как часто моют окна?", "--json").stdout)
        assert "11 недель" in found["hits"][0]["text"]
        unknown = on.bot.cli("remove", "nothing.md")
        assert (unknown.returncode, unknown.stderr.count("→")) == (2, 1)
        assert json.loads(on.bot.cli("remove", str(on.allowed / "окно.md"), "--json").stdout) == {"removed": 1}
        assert json.loads(on.bot.cli("forget", "777", "--json").stdout)["messages"] == 0
        other = on.bot.cli("eval", "retrieval", "--questions", "evals/questions/handbook.jsonl")
        assert other.returncode == 5
        assert "in use by process" in other.stderr
        anna = on.person("Анна")
        press = anna.press(await answered(on.tg, anna.say("Сколько дней отпуска в год?")), "👍")
        await on.tg.wait_for(lambda: press.answer)
        rated = json.loads(on.bot.cli("eval", "answers", "--from-feedback", "--json").stdout)
        assert 1 <= rated["kept"] <= rated["liked"] <= rated["questions"]
        door = on.bot.data_dir / "control.sock"
        assert door.stat().st_mode & 0o777 == 0o600

    stage.run(scene)
