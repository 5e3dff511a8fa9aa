"""Many people at once: conversations in every kind of chat, questions while the index is rebuilt, and a soak."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, clean_env
from tests.loopback.telegram import Message, Person, TelegramServer
from tests.telegram.conftest import Stage
from tests.telegram.running import QUESTIONS, TOKEN, BotProcess, answered, answers_to, running, said_after
from tests.telegram.scenes import on_stage

HELLO = ("привет", "спасибо!", "hello", "thanks")


async def conversations(tg: TelegramServer, people: list[Person], turns: int, seed: int) -> list[Message]:
    """Each person asks, waits for the answer, and asks again, in one of five kinds of chat. All the questions."""
    dice = random.Random(seed)
    asked: list[Message] = []

    async def one(number: int, person: Person) -> None:
        await asyncio.sleep(dice.uniform(0, len(people) / 12))
        lang = "en" if number % 3 == 0 else "ru"
        kind = number % 5
        group = tg.group(f"Группа {number}", [person], forum=kind == 4) if kind > 1 else None
        chat, thread = (group.chat if group else None), (group.topic("Вопросы") if group and kind == 4 else None)
        last: Message | None = None
        for turn in range(turns):
            text = dice.choice(HELLO) if turn == 1 and dice.random() < 0.3 else dice.choice(QUESTIONS[lang])
            if kind == 2:
                said = person.say(f"/ask {text}", chat=chat)
            else:
                reply = last if kind == 3 and last else None
                said = person.say(text, chat=chat, thread=thread, mention=bool(chat) and not reply, reply_to=reply)
            asked.append(said)
            last = await answered(tg, said, 120)
            assert last.thread_id == thread
            if dice.random() < 0.3:
                person.press(last, dice.choice(["👍", "👎"]))

    await asyncio.gather(*(one(number, person) for number, person in enumerate(people)))
    await asyncio.sleep(3)  # for what might come twice
    return asked


@on_stage
async def test_conversations(on: Stage) -> None:
    people = [on.person(f"Гость {number}", ("ru", "en")[number % 2]) for number in range(20)]
    asked = await conversations(on.tg, people, 2, 0)
    assert [len(answers_to(one.chat, one)) for one in asked] == [1] * len(asked)


@pytest.mark.slow
def test_two_hundred_conversations(handbook_data: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(handbook_data, tmp_path) as (tg, bot):
            tg.faults.limits.per_second = 30  # Telegram's published limits, kept to
            tg.faults.limits.per_chat = 1
            tg.faults.limits.per_group_minute = 20
            tg.updates.duplicate(50)
            tg.updates.reorder(20)
            people = [tg.user(f"Гость {number}", language=("ru", "en")[number % 2]) for number in range(200)]
            started = time.monotonic()
            asked = await conversations(tg, people, 3, 1)
            counts = [len(answers_to(one.chat, one)) for one in asked]
            refused = tg.world.counters["answers.429"]
            print(
                f"{len(people)} conversations, {len(asked)} questions in {time.monotonic() - started:.0f} s: "
                f"{counts.count(0)} lost, {sum(count > 1 for count in counts)} answered twice, "
                f"{len(tg.violations)} violations, {refused} calls over Telegram's limits"
            )
            assert counts == [1] * len(asked)
            assert refused == 0
            # What each person's conversation remembers is that person's.
            for person in people:
                kept = {
                    row[0] for row in bot.rows(f"SELECT content FROM turns WHERE user = {person.id} AND role = 'user'")
                }
                own = {one.text for one in asked if one.body["from"]["id"] == person.id}
                assert all(any(text in said for said in own) for text in kept)

    asyncio.run(scenario())


def fact(number: int) -> str:
    return f"Изделие «Образец-{number}» весит {number * 3 + 1} граммов."


def facts(folder: Path, count: int, filler: int) -> None:
    """Documents of `filler` paragraphs, each with one fact of its own."""
    folder.mkdir()
    dice = random.Random(0)
    parts = "узел насос клапан фильтр датчик корпус кабель лоток щит ротор вал муфта шкив реле плата опора".split()
    for number in range(count):
        paragraphs = [
            f"## Глава {chapter}\n\n"
            + " ".join(f"{dice.choice(parts)} {dice.choice(parts)} {dice.choice(parts)}." for _ in range(40))
            for chapter in range(filler)
        ]
        (folder / f"{number}.md").write_text(
            f"# Образец {number}\n\n{fact(number)}\n\n" + "\n\n".join(paragraphs), "utf-8"
        )


async def asked_meanwhile(
    tg: TelegramServer, people: list[Person], count: int, a_second: float, over: Any
) -> list[tuple[Message, int]]:
    """Questions about the facts, at an even rate, until `over()`."""
    dice, asked = random.Random(3), list[tuple[Message, int]]()
    while not over():
        number = dice.randrange(count)
        person = people[len(asked) % len(people)]
        asked.append((person.say(f"Сколько весит изделие «Образец-{number}»?"), number))
        await asyncio.sleep(1 / a_second)
    await tg.wait_for(lambda: all(answers_to(one.chat, one) for one, _ in asked), 120)
    return asked


def reindexed(tmp_path: Path, documents: int, filler: int, a_second: float) -> None:
    """Reindex while questions come; each is answered, and by its fact."""
    facts(tmp_path / "facts", documents, filler)
    data = tmp_path / "made"
    command = [sys.executable, "-m", "bot", "--data-dir", str(data), "ingest", str(tmp_path / "facts"), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=clean_env(), capture_output=True, text=True, timeout=550, check=False)
    assert done.returncode == 0, done.stderr

    async def scenario() -> None:
        async with running(data, tmp_path) as (tg, _):
            people = [tg.user(f"Гость {number}") for number in range(40)]
            admin = tg.user("Хозяин", id=1)
            job = await said_after(tg, admin.say("/reindex"))
            asked = await asked_meanwhile(
                tg, people, documents, a_second, lambda: any(end in job.text for end in ("готово", "не вышло"))
            )
            assert "готово" in job.text, job.text
            wrong = [
                (one.text, answers_to(one.chat, one)[0].text)
                for one, number in asked
                if f"{number * 3 + 1} граммов" not in answers_to(one.chat, one)[0].text
            ]
            chunks = json.loads(done.stdout)["chunks"]
            edits = len(job.edits)
            print(
                f"{chunks} chunks, {len(asked)} questions meanwhile, {len(wrong)} wrong or failed; {edits} edits of progress"
            )
            assert wrong == []
            assert "Индекс 2" in job.text

    asyncio.run(scenario())


def test_questions_are_answered_while_the_index_is_rebuilt(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        people, asked = [on.person(f"Гость {number}") for number in range(12)], list[Message]()
        job = await said_after(on.tg, on.admin.say("/reindex"))
        while not any(end in job.text for end in ("готово", "не вышло")):
            asked.append(people[len(asked) % len(people)].say("Сколько дней отпуска в год?"))
            await answered(on.tg, asked[-1])
            await asyncio.sleep(0.2)
        assert "Индекс " in job.text
        assert ["28" in answers_to(one.chat, one)[0].text for one in asked] == [True] * len(asked)

    stage.run(scene)


@pytest.mark.slow
def test_questions_are_answered_while_five_thousand_chunks_are_rebuilt(tmp_path: Path) -> None:
    reindexed(tmp_path, 500, 10, 5)


@pytest.mark.soak
def test_thirty_updates_a_second(handbook_data: Path, tmp_path: Path) -> None:
    """SOAK_SECONDS of the environment shortens it."""
    import os

    asyncio.run(soak(handbook_data, tmp_path, int(os.environ.get("SOAK_SECONDS", "600"))))


async def soak(data: Path, place: Path, seconds: int) -> None:
    """Thirty updates a second of what a bot sees: questions, small talk, presses, group chatter, commands, repeats."""
    dice = random.Random(7)
    data_dir = place / "data"
    shutil.copytree(data, data_dir)
    async with TelegramServer(TOKEN) as tg:
        bot = BotProcess(tg, data_dir)
        await bot.start()
        people = [tg.user(f"Гость {number}", language=dice.choice(["ru", "en"])) for number in range(900)]
        team = tg.group("Болтовня", people[:50])
        asked: list[Message] = []
        started, sent, sizes = time.monotonic(), 0, list[tuple[float, float]]()
        while (now := time.monotonic() - started) < seconds:
            if sent > now * 30:
                await asyncio.sleep(sent / 30 - now)
            if sent % 300 == 0:
                sizes.append((now, bot.rss_mb()))
            _act(tg, dice, people[sent % len(people)], team.chat, asked)
            sent += 1
        await tg.wait_for(lambda: all(answers_to(one.chat, one) for one in asked[-200:]), 60)
        await tg.idle(within=60)
        sizes.append((time.monotonic() - started, bot.rss_mb()))
        lost = [one for one in asked if len(answers_to(one.chat, one)) != 1]
        made = dict(bot.rows("SELECT chat || ':' || question, seconds FROM traces"))
        overhead = sorted(
            (answers_to(one.chat, one)[0].at - one.at - made[f"{one.chat.id}:{one.id}"]) * 1000
            for one in asked
            if f"{one.chat.id}:{one.id}" in made
        )
        assert await bot.stop() == 0
        settled = next(size for at, size in sizes if at >= min(60, seconds / 3))
        growth = sizes[-1][1] / settled - 1
        print(
            f"{sent} updates in {seconds} s, {len(asked)} questions, {len(lost)} lost or repeated; RSS {settled:.0f} → "
            f"{sizes[-1][1]:.0f} MB ({growth:+.1%}); overhead p50 {statistics.median(overhead):.0f} ms, "
            f"p95 {overhead[int(len(overhead) * 0.95)]:.0f} ms; {tg.world.counters['answers.429']} calls refused"
        )
        assert lost == []
        assert growth <= 0.05
        assert tg.violations == []


def _act(tg: TelegramServer, dice: random.Random, person: Person, team: Any, asked: list[Message]) -> None:
    what = dice.random()
    if what < 0.30:
        asked.append(person.say(dice.choice(QUESTIONS["ru"] + QUESTIONS["en"])))
    elif what < 0.50:
        asked.append(person.say(dice.choice(HELLO)))
    elif what < 0.75:
        person.say("а у нас сегодня пирог", chat=team)
    elif what < 0.80:
        person.say("/help")
    else:
        with_thumbs = [message for message in person.private.from_bot()[-3:] if message.buttons]
        if with_thumbs:
            person.press(with_thumbs[-1], dice.choice(["👍", "👎"]))
        tg.updates.duplicate(1)
