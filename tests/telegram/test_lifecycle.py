"""Starting, stopping, dying: what is refused at the start, and that no question is lost or answered twice whenever the process
ends."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramConflictError

from bot.telegram.service import serve
from core.errors import ExpertbotError
from core.settings import load
from tests.conftest import Run
from tests.loopback.telegram import Message, Person, TelegramServer
from tests.telegram.conftest import Stage
from tests.telegram.running import ADMIN, QUESTIONS, TOKEN, BotProcess, answered, answers_to, running, said_after
from tests.telegram.scenes import apart

ALL = [*QUESTIONS["ru"], *QUESTIONS["en"]]


async def kills(data: Path, place: Path, times: int, people: int, longest: float) -> None:
    """Questions come all the while and the bot is killed at random moments; in the end each has one answer."""
    dice = random.Random(times)
    data_dir = place / "data"
    shutil.copytree(data, data_dir)
    async with TelegramServer(TOKEN) as tg:
        bot = BotProcess(tg, data_dir)
        asked: list[Message] = []
        askers = [tg.user(f"Гость {number}", language=dice.choice(["ru", "en"])) for number in range(people)]
        admin = tg.user("Хозяин", id=ADMIN)
        teams = [tg.group(f"Команда {number}", askers) for number in range(8)]  # a group gets 20 messages a minute
        over = asyncio.Event()

        async def ask() -> None:
            while not over.is_set():
                one = dice.choice(askers)
                pending = [m for m in asked if m.body["from"]["id"] == one.id and not answers_to(m.chat, m)]
                if not pending:  # a person waits for the answer, so the limits don't come in
                    place = dice.choice(teams).chat if dice.random() < 0.3 else None
                    asked.append(one.say(f"{dice.choice(ALL)} {len(asked)}", chat=place, mention=place is not None))
                await asyncio.sleep(0.03)

        asking = asyncio.create_task(ask())
        documents = 0
        for number in range(times):
            await bot.start()
            if number % 2 == 0:
                documents += 1
                admin.send_document(f"# Лист {number}\n\nСекрет листа: {number * 7}.".encode(), f"лист-{number}.md")
            await asyncio.sleep(dice.uniform(0.0, longest))
            bot.kill()
        over.set()
        await asking
        await bot.start()
        try:
            await tg.wait_for(lambda: all(answers_to(one.chat, one) for one in asked), 180)
        except TimeoutError:
            lost = [one for one in asked if not answers_to(one.chat, one)]
            raise AssertionError(f"{lost}: {bot.rows('SELECT update_id, state FROM inbox')[-5:]}") from None
        deadline = time.monotonic() + 120
        while bot.rows("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')") != [(0,)]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.3)
        await tg.idle(within=60)
        twice = [one for one in asked if len(answers_to(one.chat, one)) > 1]
        assert await bot.stop() == 0
        print(f"{times} kills, {len(asked)} questions, 0 lost, {len(twice)} answered twice, {documents} jobs")
        assert twice == []
        assert bot.rows("SELECT state, COUNT(*) FROM jobs GROUP BY state") == [("done", documents)]
        assert len(bot.cli("docs", "--json").stdout.split("лист-")) > documents
        assert tg.violations == []
        assert tg.faults.breaches == []


@apart
async def test_killed_at_random_moments(data: Path, place: Path) -> None:
    await kills(data, place, 2, 8, 1.0)


@pytest.mark.slow
def test_a_long_storm_of_429(handbook_data: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(handbook_data, tmp_path) as (tg, _):
            dice = random.Random(1)
            people = [tg.user(f"Гость {number}") for number in range(60)]
            team = tg.group("Команда", people)
            storm = tg.faults.too_many(retry_after=1, times=-1, probability=0.5)
            tg.faults.too_many(retry_after=3, times=10, probability=0.1, everywhere=True)
            asked = [_ask(dice, person, team.chat if number % 6 == 0 else None) for number, person in enumerate(people)]
            await asyncio.sleep(45)
            tg.faults.remove(storm)
            await tg.wait_for(lambda: all(answers_to(one.chat, one) for one in asked), 120)
            await tg.idle(within=60)
            counts = [len(answers_to(one.chat, one)) for one in asked]
            print(
                f"{len(asked)} finals through {tg.world.counters['answers.429']} refusals: {counts.count(0)} lost, "
                f"{sum(count > 1 for count in counts)} twice, {len(tg.faults.breaches)} calls inside a cooldown"
            )
            assert counts == [1] * len(asked)

    asyncio.run(scenario())


@pytest.mark.slow
def test_killed_at_thirty_random_moments(handbook_data: Path, tmp_path: Path) -> None:
    asyncio.run(kills(handbook_data, tmp_path, 30, 40, 4.0))


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"TOKEN": ""}, 2, "no bot token"),
        ({"TOKEN": "not a token"}, 2, "another shape"),
        ({"TOKEN": "43:wrong"}, 2, "does not know this bot token"),
        ({"API_BASE": "http://127.0.0.1:9"}, 5, "can't be reached"),
        ({"API_BASE": "http://no-such-host.invalid"}, 5, "can't be reached"),
        ({"WEBHOOK_URL": "https://bot.example/hook"}, 2, "without a secret"),
    ],
    ids=["no token", "no token's shape", "wrong token", "unreachable", "no network", "webhook without a secret"],
)
def test_what_is_wrong_is_refused_at_the_start(
    tmp_path: Path, settings: dict[str, str], code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.logs.start", lambda *_: None)  # pytest keeps its own logs

    async def scenario() -> None:
        async with TelegramServer(TOKEN) as tg:
            given = {"TOKEN": TOKEN, "API_BASE": tg.url, **settings}
            env = {f"EXPERTBOT_TELEGRAM__{name}": value for name, value in given.items()}
            with pytest.raises(ExpertbotError) as raised:
                await serve(load(env=env, data_dir=tmp_path / "data", folder=tmp_path))
            assert raised.value.exit_code == code
            assert said in raised.value.message
            assert raised.value.hint

    asyncio.run(scenario())


def test_a_refusal_as_the_shell_shows_it(expertbot: Run) -> None:
    done = expertbot("serve")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[1].strip().startswith("→")


def test_a_folder_that_can_not_be_written_is_refused(expertbot: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = expertbot("serve", data_dir=tmp_path / "file" / "data", EXPERTBOT_TELEGRAM__TOKEN=TOKEN)
    assert done.returncode == 5, done.stderr
    assert "→" in done.stderr


def test_a_second_poller_is_named(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        assert on.bot.process is not None
        await said_after(on.tg, on.admin.say("/start"))
        second = await asyncio.to_thread(on.bot.cli, "serve")
        assert second.returncode == 5
        assert f"in use by process {on.bot.process.pid}" in second.stderr

        def told() -> Message | None:
            return next((m for m in on.admin.private.from_bot() if "Кто-то ещё" in m.text), None)

        session = AiohttpSession(api=TelegramAPIServer.from_base(on.tg.url))
        stray = Bot(on.tg.token, session=session)
        for _ in range(20):  # as a second process does: one read alone may fall between two of the bot's
            with suppress(TelegramConflictError):
                await stray.get_updates(timeout=1, request_timeout=10)
            if told():
                break
        await session.close()
        assert "процесс" in (await on.tg.wait_for(told)).text
        assert "Something else reads" in on.bot.said()
        assert "28" in (await answered(on.tg, on.person("Анна").say("Сколько дней отпуска в год?"))).text

    stage.run(scene)


def test_storms_of_429_and_broken_connections_lose_nothing(stage: Stage) -> None:
    async def scene(on: Stage) -> None:
        tg, dice = on.tg, random.Random(0)
        people = [on.person(f"Гость {number}") for number in range(9)]
        team = tg.group("Команда", people)
        tg.faults.too_many(retry_after=1, times=4, probability=0.4)
        tg.faults.too_many(retry_after=1, times=1, everywhere=True)
        tg.faults.too_many(chats=[team.id], retry_after=2, times=1)
        tg.faults.error("sendMessage", times=2, probability=0.5)
        tg.faults.drop("sendMessage", processed=True, times=2, probability=0.5)
        tg.faults.drop("sendMessage", processed=False, times=2, probability=0.5)
        tg.faults.rubbish("sendMessage", times=1)
        asked = [_ask(dice, person, team.chat if number % 3 == 0 else None) for number, person in enumerate(people)]
        await tg.wait_for(lambda: all(answers_to(one.chat, one) for one in asked), 60)
        while on.bot.rows("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'") != [(0,)]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        tg.faults.clear()
        assert [len(answers_to(one.chat, one)) for one in asked] == [1] * len(asked)
        assert tg.faults.breaches == []

    stage.run(scene)


def _ask(dice: random.Random, person: Person, place: object) -> Message:
    return person.say(dice.choice(ALL), chat=place, mention=place is not None)  # type: ignore[arg-type]
