"""Several replicas and workers on Redis keep what one process promises: nothing lost, nothing answered twice, in order, whoever
dies. Real processes on loopback."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bot.replicas.partitions import COUNT
from tests.conftest import SHARED
from tests.loopback.telegram import Message, Person
from tests.production.scaled import Process, Scaled, redis_missing, scaled
from tests.telegram.running import ADMIN, QUESTIONS, answered, answers_to, said_after

ALL = [*QUESTIONS["ru"], *QUESTIONS["en"]]
HELLO = ("привет", "спасибо!", "hello", "thanks")

pytestmark = [
    pytest.mark.skipif(redis_missing(), reason="redis-server is not installed (apt-get install redis-server)"),
    pytest.mark.skipif(
        not (SHARED / "contracts" / "qdrant-openapi.json").exists(), reason="../shared/contracts is not here"
    ),
]


class Load:
    """Updates at a steady rate, as a bot sees them: questions, thanks, group chatter, commands, presses, and all of them twice
    now and then."""

    def __init__(self, on: Scaled, people: int, seed: int) -> None:
        self.asked: list[Message] = []
        self.sent = 0
        self._on = on
        self._dice = random.Random(seed)
        self._people = [on.tg.user(f"Гость {number}", language=("ru", "en")[number % 2]) for number in range(people)]
        self._teams = [on.tg.group(f"Команда {number}", self._people) for number in range(6)]

    async def run(self, seconds: float, a_second: float) -> None:
        started = time.monotonic()
        while (now := time.monotonic() - started) < seconds:
            if self.sent > now * a_second:
                await asyncio.sleep(self.sent / a_second - now)
            self._act(self._people[self.sent % len(self._people)])
            self.sent += 1

    def _act(self, person: Person) -> None:
        dice, what = self._dice, self._dice.random()
        team = dice.choice(self._teams).chat
        if what < 0.35:
            place = team if what < 0.03 else None  # a group gets 20 messages a minute
            self.asked.append(person.say(f"{dice.choice(ALL)} {self.sent}", chat=place, mention=place is not None))
        elif what < 0.5:
            self.asked.append(person.say(dice.choice(HELLO)))
        elif what < 0.75:
            person.say("а у нас сегодня пирог", chat=team)
        elif what < 0.8:
            person.say("/help")
        else:
            rated = [message for message in person.private.from_bot()[-3:] if message.buttons]
            if rated:
                person.press(rated[-1], dice.choice(["👍", "👎"]))
            else:
                person.say("/sources")
            self._on.tg.updates.duplicate(1)


async def killings(on: Scaled, seconds: float, every: float, seed: int) -> list[str]:
    """One process after the other is killed and started again; their names."""
    dice, killed, started = random.Random(seed), list[str](), time.monotonic()
    order: list[Process] = []
    while (now := time.monotonic() - started) < seconds - every:
        await asyncio.sleep(max(0.0, (len(killed) + 1) * every - now))
        if not order:
            order = dice.sample(on.ours, len(on.ours))
        one = order.pop()
        await asyncio.to_thread(one.kill)
        killed.append(one.name)
        one.start()
    return killed


async def storm(place: Path, seconds: float, every: float, a_second: float, people: int) -> None:
    async with scaled(place) as on:
        load, admin = Load(on, people, 5), on.tg.user("Хозяин", id=ADMIN)
        documents = 0

        async def upload() -> None:
            nonlocal documents
            while True:
                text = f"# Лист {documents}\n\nСекрет листа: {documents * 7}."
                admin.send_document(text.encode(), f"лист-{documents}.md")
                documents += 1
                if documents % 4 == 0:
                    admin.say("/reindex")
                await asyncio.sleep(max(6.0, every * 1.7))

        uploading = asyncio.create_task(upload())
        killing = asyncio.create_task(killings(on, seconds, every, 3))
        await load.run(seconds, a_second)
        killed = await killing
        uploading.cancel()
        await asyncio.gather(*(process.ready() for process in on.ours))
        with suppress(TimeoutError):
            await on.tg.wait_for(lambda: all(answers_to(one.chat, one) for one in load.asked), 120)
        deadline = time.monotonic() + 120
        open_jobs = "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')"
        while on.rows(open_jobs) != [(0,)] and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.3)
        await on.tg.idle(quiet_s=1.0, within=60)
        lost = [one for one in load.asked if not answers_to(one.chat, one)]
        twice = [one for one in load.asked if len(answers_to(one.chat, one)) > 1]
        waits = sorted(answers_to(one.chat, one)[0].at - one.at for one in load.asked if one not in lost)
        jobs = dict(on.rows("SELECT state, COUNT(*) FROM jobs GROUP BY state"))
        listed = json.loads((await asyncio.to_thread(on.cli, "docs", "--json")).stdout)
        in_order = sum(_in_order(chat_of(load, one)) for one in load._people)
        print(
            f"{len(on.replicas)} replicas + {len(on.workers)} workers, {len(killed)} kills "
            f"({sum(name.startswith('worker') for name in killed)} of workers), {load.sent} updates in {seconds:.0f} s, "
            f"{len(load.asked)} questions: {len(lost)} lost, {len(twice)} answered twice; wait p50 "
            f"{waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s, most {waits[-1]:.1f} s; "
            f"{documents} documents sent, jobs {jobs}; {in_order} of {len(load._people)} chats in order"
        )
        assert lost == []
        assert len(twice) <= len(killed)
        assert set(jobs) == {"done"}
        assert sum("лист-" in row["source"] for row in listed) == documents
        assert in_order == len(load._people)


def chat_of(load: Load, person: Person) -> list[Message]:
    """A person's answers in the private chat, in the order of the chat."""
    return [message for message in person.private.from_bot() if message.reply_to and message.buttons]


def _in_order(answers: list[Message]) -> bool:
    replied = [message.reply_to or 0 for message in answers]
    return replied == sorted(replied)


def test_replicas_keep_the_promises_of_one(tmp_path: Path) -> None:
    """Two replicas and a worker: questions while one replica is killed, a document by the worker, and questions while Redis is
    killed."""

    async def scenario() -> None:
        async with scaled(tmp_path, replicas=2, workers=1, EXPERTBOT_REDIS__LEASE_SECONDS="2") as on:
            people = [on.tg.user(f"Гость {number}") for number in range(8)]
            admin = on.tg.user("Хозяин", id=ADMIN)
            first = [person.say("Сколько дней отпуска в год?") for person in people]
            assert all(["28" in (await answered(on.tg, one, 60)).text for one in first])
            figures = [await one.metrics() for one in on.replicas]
            assert 0 < sum(one["expertbot_partitions"] for one in figures) <= COUNT
            assert sum(one.get('expertbot_stage_seconds_count{stage="total"}', 0) for one in figures) == len(first)
            job = await said_after(on.tg, admin.send_document("# Лист\n\nСекрет листа: 49.".encode(), "лист.md"), 60)
            on.replicas[0].kill()
            second = [person.say("Сколько дней отпуска в год, ещё раз?") for person in people]
            for one in second:
                await answered(on.tg, one, 60)
            on.replicas[0].start()
            await on.tg.wait_for(lambda: "готово" in job.text, 60)
            assert "49" in (await answered(on.tg, admin.say("Какой секрет листа?"), 60)).text
            on.redis.kill()
            third = [person.say("А сколько дней отпуска?") for person in people]
            await asyncio.sleep(1)
            on.redis.start()
            for one in third:
                await answered(on.tg, one, 60)
            await on.tg.idle(within=30)
            assert [len(answers_to(one.chat, one)) for one in [*first, *second, *third]] == [1] * 24
            await on.replicas[0].ready()

    asyncio.run(scenario())


@pytest.mark.slow
def test_one_of_five_killed_every_five_seconds(tmp_path: Path) -> None:
    asyncio.run(storm(tmp_path, 180, 5, 20, 400))


@pytest.mark.slow
def test_the_same_load_with_nobody_killed(tmp_path: Path) -> None:
    """What the waits are where no process has to start."""
    asyncio.run(storm(tmp_path, 60, 90, 20, 400))
