"""The parts of a replica on a real Redis: leases, the inbox, limits; and what is refused at the start."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiogram.methods import SendMessage

from bot.app import App
from bot.jobs import Job, Jobs
from bot.lock import DataLock
from bot.replicas.claims import JobClaims
from bot.replicas.inbox import SharedInbox, place
from bot.replicas.limits import PER_SECOND, Limits, Sending
from bot.replicas.link import Link
from bot.replicas.partitions import COUNT, Partitions, partition_of
from bot.replicas.worker import work
from bot.state import State
from bot.telegram.gate import Gate
from bot.telegram.service import serve
from core.errors import ExpertbotError, UnavailableError, UsageError
from core.settings import RedisSettings, Settings, load
from tests.production.scaled import PASSWORD, free_port, redis_missing, redis_server
from tests.telegram.running import TOKEN

pytestmark = pytest.mark.skipif(redis_missing(), reason="redis-server is not installed (apt-get install redis-server)")
HOOK = {"TELEGRAM__WEBHOOK_URL": "http://127.0.0.1:1/", "TELEGRAM__WEBHOOK_SECRET": "s"}
Open = Callable[..., Link]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis started as compose.yaml starts it."""
    port = free_port()
    server = redis_server(tmp_path_factory.mktemp("redis"), port)
    server.start()
    url = f"redis://:{PASSWORD}@127.0.0.1:{port}/0"

    async def up() -> None:
        for _ in range(100):
            link = Link(settings(url))
            try:
                await link.call("ping")
                return
            except UnavailableError:
                await asyncio.sleep(0.05)
            finally:
                await link.close()

    asyncio.run(up())
    yield url
    server.kill()


def settings(url: str, prefix: str = "t", lease: float = 1) -> RedisSettings:
    return RedisSettings.model_validate({"url": url, "prefix": prefix, "lease_seconds": lease})


async def until(holds: Callable[[], bool], within: float = 30) -> None:
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def played(redis: str, name: str, scene: Callable[[Open], Awaitable[None]], lease: float = 1) -> None:
    """A scene with as many links as it opens, under keys of its own."""

    async def run() -> None:
        links: list[Link] = []

        def another() -> Link:
            links.append(Link(settings(redis, name, lease)))
            return links[-1]

        try:
            await scene(another)
        finally:
            for link in links:
                await link.close()

    asyncio.run(run())


def test_partitions_are_shared_out_and_taken_over(redis: str) -> None:
    async def scene(another: Open) -> None:
        first, second, third = (Partitions(another(), 1) for _ in range(3))
        assert await first.renew() == 0
        assert len(first.held) == COUNT, "alone it has all"
        await second.renew()
        assert not second.held
        assert await first.renew() == COUNT // 2, "half are too many now"
        await first.release(sorted(first.held)[: COUNT // 2])
        await second.renew()
        assert len(second.held) == COUNT // 2
        assert not first.held & second.held
        await third.renew()
        await third.renew(take=False)
        assert not third.held
        await asyncio.sleep(4.2)  # both stand still for longer than a lease
        assert not first.trusted
        await third.renew()
        assert len(third.held) == COUNT
        await first.renew()
        assert not first.held, "what it believed to hold is another's"
        await third.release(third.held, gone=True)
        await first.renew()
        assert (len(first.held), first.members) == (COUNT, 1)

    played(redis, "partitions", scene, lease=4)


def update(number: int, chat: int, user: int = 7) -> dict[str, Any]:
    body = {"from": {"id": user}, "chat": {"id": chat}, "text": "Сколько дней?"}
    return {"update_id": number, "message": body}


def test_the_inbox_keeps_once_in_order_and_until_it_is_done(redis: str, tmp_path: Path) -> None:
    async def scene(another: Open) -> None:
        state = State(tmp_path)
        link = another()
        one, other = (SharedInbox(state, 1, link, Limits(link, 1, 60)) for _ in range(2))
        held = {partition_of(5)}
        for number in (1, 2, 2, 1, 3):
            assert await one.keep([update(number, 5)]) == []
        taken = await other.read(held)
        assert [(item["update_id"], admitted) for item, admitted, _ in taken] == [(1, False), (2, False), (3, False)]
        assert await other.read(held) == []
        await state.db.write(lambda db: (other.admit(db, 1), other.done(db, 2)))
        assert other.busy(partition_of(5))
        await other.sweep()
        assert await other.waiting() == 2
        # It dies here: another begins from the start, knows what was let in, and deletes what was done.
        await state.db.write(lambda db: one.done(db, 3))
        after = SharedInbox(state, 1, link, Limits(link, 1, 60))
        assert [(item["update_id"], admitted) for item, admitted, _ in await after.read(held)] == [(1, True)]
        await after.sweep()
        assert await after.waiting() == 1
        await state.db.write(lambda db: (after.done(db, 1), after.admit(db, 1)))
        assert await state.db.write(lambda db: after.is_done(db, 1)), "never back from done"
        await after.sweep()
        assert (await after.waiting(), after.busy(partition_of(5))) == (0, False)
        state.close()

    played(redis, "inbox", scene)


def test_where_an_update_belongs() -> None:
    assert place(update(1, -100, 7)) == (-100, 7)
    assert place({"update_id": 1, "inline_query": {"from": {"id": 7}, "query": "?"}}) == (7, 7)
    pressed = {"from": {"id": 7}, "data": "f:1", "message": {"chat": {"id": -5}}}
    assert place({"update_id": 1, "callback_query": pressed}) == (-5, 7)
    assert place({"update_id": 1, "poll": "?"}) == (0, 0)


def test_a_persons_limits_count_at_every_replica(redis: str) -> None:
    async def scene(another: Open) -> None:
        here, there = (Limits(another(), 1, 3) for _ in range(2))
        assert await here.enter(7, 1, False) == 0
        assert await there.enter(7, 2, False) == 0
        assert await here.enter(7, 3, False) == -1, "one runs, one waits"
        assert await here.enter(7, 2, True) == 0, "a restart lets in what was let in"
        await here.turn(7, 1)
        waiting = asyncio.create_task(there.turn(7, 2))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await here.turn(7, 1)  # another replica took it over
        await here.leave(7, 1)
        await asyncio.wait_for(waiting, 2)
        await there.leave(7, 2)
        assert await there.enter(7, 4, False) == 0
        await there.leave(7, 4)
        wait = await here.enter(7, 5, False)
        assert 1 <= wait <= 20, "three a minute are used up"
        assert await here.enter(8, 6, False) == 0

    played(redis, "limits", scene)


def test_what_is_sent_counts_at_every_replica(redis: str) -> None:
    async def scene(another: Open) -> None:
        here, there = (Sending(another(), 1) for _ in range(2))
        waits = [(await one.wait(number))[0] for number, one in enumerate([here, there] * PER_SECOND)]
        assert waits.count(0.0) == PER_SECOND
        assert max(waits) <= 1.2
        await asyncio.sleep(1.2)
        await here.rest(5, 30, 0.5)
        wait, everywhere = await there.wait(6)
        assert 0 < wait <= 0.5
        assert everywhere
        await asyncio.sleep(0.6)
        assert await there.wait(6) == (0.0, False)
        wait, everywhere = await there.wait(5)
        assert 20 < wait <= 30
        assert not everywhere
        await here.rest(5, 1, 0.01)
        assert (await there.wait(5))[0] > 20, "a shorter rest does not end a longer one"

    played(redis, "sending", scene)


def test_a_crowd_of_chats_asks_redis_once_for_all(redis: str) -> None:
    class Bot:
        sent = 0

        async def __call__(self, method: Any) -> None:
            self.sent += 1

    async def scene(another: Open) -> None:
        bot, sending = Bot(), Sending(another(), 1)
        gate = Gate(bot, sending)  # type: ignore[arg-type]
        chats = range(1, 2 * PER_SECOND + 1)
        started = asyncio.get_running_loop().time()
        await asyncio.gather(*(gate.urgent(chat, SendMessage(chat_id=chat, text="?")) for chat in chats))
        assert bot.sent == len(chats)
        assert asyncio.get_running_loop().time() - started >= 1, "no more than the limit within a second"
        assert sending.calls < 2 * len(chats)

    played(redis, "crowd", scene)


class Quiet:
    async def progress(self, job: Job, done: int, total: int) -> None: ...
    def ended(self, db: Any, job: Job) -> None: ...
    def told(self, job: Job) -> None: ...


def test_jobs_are_done_once_in_order_by_whoever_lives(redis: str, tmp_path: Path) -> None:
    async def scene(another: Open) -> None:
        state, log = State(tmp_path), list[str]()

        def worker(name: str, stuck: bool = False) -> Jobs:
            async def execute(job: Job, progress: Any) -> dict[str, Any]:
                log.append(f"{name} {job.kind} {job.id}")
                await asyncio.sleep(60 if stuck else 0.05)
                return {}

            return Jobs(state, 1, execute, Quiet(), JobClaims(another(), 1))

        first, second = worker("first", stuck=True), worker("second")
        for kind in ("ingest", "remove", "eval"):
            await state.db.write(lambda db, kind=kind: first.add(db, kind, {}, 1, 1, "ru"))
        first.start()
        await until(lambda: len(log) == 1)
        second.start()
        await until(lambda: len(log) == 2)
        assert log == ["first ingest 1", "second eval 3"], "what changes the index waits, the rest goes on"
        assert first._task is not None
        first._claims = None  # as if it were killed: nothing is released
        first._task.cancel()
        await until(lambda: not second.open())
        assert log[2:] == ["second ingest 1", "second remove 2"]
        await state.db.write(lambda db: second.add(db, "ingest", {}, 1, 1, "ru"))
        await state.db.write(lambda db: second.keep_cancelled(db, 4))
        await until(lambda: not second.open())
        assert [job.state for job in second.latest()] == ["cancelled", "done", "done", "done"]
        await second.close()
        state.close()

    played(redis, "jobs", scene, lease=4)


@pytest.mark.parametrize("fails", [False, True])
def test_who_is_told_to_stop_while_redis_answers_stops(redis: str, fails: bool) -> None:
    """A client that forgets a cancellation (asyncio.wait_for on Python 3.11) would let a worker go on for ever."""

    async def forgetful() -> str:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            if fails:
                raise ConnectionResetError from None
            return "PONG"
        return ""

    async def scene(another: Open) -> None:
        link = another()
        link.redis.ping = forgetful
        asking = asyncio.create_task(link.call("ping"))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    played(redis, "told", scene)


def test_a_process_that_starts_in_an_outage_waits_for_redis(tmp_path: Path) -> None:
    server = redis_server(tmp_path, port := free_port())
    waiting = settings(f"redis://:{PASSWORD}@127.0.0.1:{port}/0").model_copy(update={"wait_seconds": 20.0})

    async def scene() -> None:
        link = Link(waiting)
        started = asyncio.create_task(link.await_redis())
        await asyncio.sleep(0.3)
        assert not started.done()
        server.start()
        async with asyncio.timeout(20):
            await started
        await link.close()

    asyncio.run(scene())
    server.kill()


def test_a_redis_that_forgets_is_refused(tmp_path: Path) -> None:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:

        async def scene() -> None:
            link = Link(settings(f"redis://127.0.0.1:{port}/0"))
            for _ in range(100):
                try:
                    await link.call("ping")
                    break
                except UnavailableError:
                    await asyncio.sleep(0.05)
            with pytest.raises(UsageError, match="keeps nothing") as raised:
                await link.check()
            assert "--appendonly yes" in raised.value.hint
            await link.close()

        asyncio.run(scene())
        process.kill()


@pytest.mark.parametrize(
    ("start", "env", "said"),
    [
        (serve, {"REDIS__URL": "redis://127.0.0.1:9/0"}, "Only one process may poll"),
        (work, {}, "takes its jobs from Redis"),
        (work, {"REDIS__URL": "redis://127.0.0.1:9/0", "REDIS__WAIT_SECONDS": "0", **HOOK}, "Redis can't be used"),
        (work, {"REDIS__URL": "rubbish", **HOOK}, "not a Redis URL"),
    ],
    ids=["polling", "no Redis", "unreachable Redis", "no URL"],
)
def test_what_several_processes_need_is_said_at_the_start(
    start: Callable[[Settings], Any], env: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.logs.start", lambda *_: None)  # pytest keeps its own logs
    given = {f"EXPERTBOT_{name}": value for name, value in {"TELEGRAM__TOKEN": TOKEN, **env}.items()}

    async def scene() -> None:
        with pytest.raises(ExpertbotError) as raised:
            await start(load(env=given, data_dir=tmp_path / "data", folder=tmp_path))
        assert said in raised.value.message
        assert raised.value.hint

    asyncio.run(scene())


def test_the_embedded_index_is_not_shared(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't share the embedded index"):
        App(Settings(data_dir=tmp_path, redis=settings("redis://127.0.0.1:9/0")))


def free(folder: Path) -> bool:
    try:
        with DataLock(folder, 0):
            return True
    except UnavailableError:
        return False


def test_owners_and_sharers_of_a_folder_exclude_each_other(tmp_path: Path) -> None:
    with DataLock(tmp_path, 0, shared=True), DataLock(tmp_path, 0, shared=True):
        assert not free(tmp_path)
    with DataLock(tmp_path, 0), pytest.raises(UnavailableError), DataLock(tmp_path, 0, shared=True):
        pass
    assert load(env={}, folder=tmp_path).shared is False
    assert Settings(redis=settings("redis://x")).shared
