"""While a slow LLM drafts: what people see, what the LLM is told of the conversation, a full queue, and a stop in the middle. The
updates come by a webhook here."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.state import Talk
from bot.telegram import progress
from bot.telegram.outcome import Asked
from core.nouns import Draft, Passages, Question
from tests.loopback.llm import LlmServer
from tests.loopback.telegram import Message
from tests.telegram.running import answered, answers_to, running
from tests.telegram.scenes import apart

VACATION = "Сколько дней отпуска в год?"
SLOW = 2.6  # seconds


@apart
async def test_slow_answers_by_webhook(data: Path, place: Path) -> None:
    heard: list[list[dict[str, str]]] = []
    refused = asyncio.Event()  # until somebody was, the first answers are held back: a busy machine changes no order

    async def brain(messages: list[dict[str, str]]) -> str:
        heard.append(messages)
        await refused.wait()
        await asyncio.sleep(SLOW)
        return "Отпуск — 28 календарных дней в год [1]."

    async with LlmServer(brain) as llm:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            hook = f"127.0.0.1:{probe.getsockname()[1]}"
        settings = {
            "EXPERTBOT_TELEGRAM__WEBHOOK_URL": f"http://{hook}/hook",
            "EXPERTBOT_TELEGRAM__WEBHOOK_LISTEN": hook,
            "EXPERTBOT_TELEGRAM__WEBHOOK_SECRET": "a-secret-of-ours",
            "EXPERTBOT_LLM__BASE_URL": llm.base_url,
            "EXPERTBOT_LLM__API_KEY": "key-of-the-llm",
            "EXPERTBOT_LLM__MODEL": "loopback-model",
            "EXPERTBOT_LLM__FIRST_TOKEN_SECONDS": "80",
            "EXPERTBOT_TELEGRAM__CONCURRENCY": "2",
            "EXPERTBOT_TELEGRAM__QUEUE": "1",
        }
        async with running(data, place, **settings) as (tg, bot):
            anna, boris = tg.user("Анна"), tg.user("Борис")
            team = tg.group("Команда", [boris], forum=True)
            thread = team.topic("Вопросы")
            tg.updates.duplicate(3)
            alone = anna.say(VACATION)
            together = boris.say(VACATION, chat=team.chat, thread=thread, mention=True)
            await tg.wait_for(lambda: len(heard) == 2)
            waits = anna.say("А сколько хранятся логи?")
            await tg.wait_for(lambda: not tg.updates.pending)  # hooks of two chats come in any order
            full = await answered(tg, tg.user("Вера").say(VACATION))
            assert "слишком много вопросов" in full.text
            refused.set()
            shown = await answered(tg, alone)
            _private(anna.private.log, shown)
            await tg.wait_for(lambda: team.chat.from_bot() and team.chat.from_bot()[0].buttons)
            (only,) = team.chat.from_bot()
            assert "28" in only.text
            assert only.edits[0] == "Ищу в документах…"
            assert only.reply_to == together.id
            assert only.thread_id == thread
            assert [button["text"] for button in only.buttons][-2:] == ["👍", "👎"]
            await answered(tg, waits)
            told = [message["content"] for message in heard[-1]]
            assert told[1:3] == [VACATION, "Отпуск — 28 календарных дней в год [1]."], (
                "a follow-up knows what came before"
            )
            private_words = [message["content"] for message in heard[1]]
            assert len(private_words) == 2, "another chat's conversation is not told"
            await _guarded(hook, alone)
            assert [len(answers_to(one.chat, one)) for one in (alone, together, waits)] == [1, 1, 1]
            last = boris.say(VACATION)
            await tg.wait_for(lambda: len(heard) == 4)
            assert await bot.stop() == 0, "a stop lets what runs end"
            assert len(answers_to(boris.private, last)) == 1
            assert "key-of-the-llm" not in bot.said()
            assert "a-secret-of-ours" not in bot.said()


async def _guarded(hook: str, message: Message) -> None:
    """Who does not know the secret is not heard."""
    forged = {"update_id": 5, "message": message.body}
    async with aiohttp.ClientSession() as session:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
            async with session.post(f"http://{hook}/hook", json=forged, headers=headers) as response:
                assert response.status == 401
        async with session.get(f"http://{hook}/readyz") as response:
            assert response.status == 200


def _private(log: list[Any], shown: Message) -> None:
    """Typing (where there was room for it), then the status as a draft, then the answer as a message; no edits."""
    before = [event for event in log if event.at <= shown.at and event.kind != "press"]
    kinds = [event.kind for event in before if event.kind in ("action", "draft")]
    assert "draft" in kinds
    assert "action" not in kinds[kinds.index("draft") :]
    drafts = [event.data["text"] for event in before if event.kind == "draft"]
    assert drafts[0] == "Ищу в документах…"
    assert shown.edits == []


class Room:
    """A gate with room for everything; keeps what is shown."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    async def spare(self, chat: int, method: Any) -> Any:
        self.shown.append(method)
        return method


def test_what_streams_is_the_neutral_draft(monkeypatch: Any) -> None:
    """While a persona rewords, the draft is shown: it is checked against the documents, the rewording is not yet."""
    for name in ("BEFORE_TYPING", "BEFORE_STATUS", "BETWEEN_EDITS", "TICK"):
        monkeypatch.setattr(progress, name, 0.02)

    async def scenario() -> None:
        room, asked = Room(), Asked(Talk(1, 5, 0, 5), 77, 3, "?", "ru", True)

        async def kept(message: int) -> None:
            raise AssertionError("a private chat has no status message")

        async with progress.Progress(asked, room, kept, False) as shown:  # type: ignore[arg-type]
            await asyncio.sleep(0.15)
            draft = Draft(Passages(Question("?"), "?", ()), "answer", "Порог — `70 %` [1].")
            assert shown.watch.drafted
            await shown.watch.drafted(draft)
            await asyncio.sleep(0.15)
        texts = [method.text for method in room.shown if type(method).__name__ == "SendMessageDraft"]
        assert texts == ["Ищу в документах…", "Порог — `70 %` [1]."]
        assert {method.draft_id for method in room.shown if hasattr(method, "draft_id")} == {77}

    asyncio.run(scenario())


@pytest.mark.parametrize(("model", "said"), [(True, "жду ответа модели"), (False, "ответ ещё готовится")])
def test_a_person_is_told_what_takes_so_long(monkeypatch: Any, model: bool, said: str) -> None:
    assert progress.BEFORE_SLOW + progress.BETWEEN_EDITS <= 10
    for name in ("BEFORE_TYPING", "BEFORE_STATUS", "BETWEEN_EDITS", "TICK"):
        monkeypatch.setattr(progress, name, 0.02)
    monkeypatch.setattr(progress, "BEFORE_SLOW", 0.2)

    async def scenario() -> None:
        room, asked = Room(), Asked(Talk(1, 5, 0, 5), 77, 3, "?", "ru", True)

        async def kept(message: int) -> None:
            raise AssertionError("a private chat has no status message")

        def texts() -> list[str]:
            return [method.text for method in room.shown if type(method).__name__ == "SendMessageDraft"]

        async with progress.Progress(asked, room, kept, model), asyncio.timeout(20):  # type: ignore[arg-type]
            while len(texts()) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert texts()[0] == "Ищу в документах…"
        assert texts()[1].startswith(f"Дольше обычного: {said}")

    asyncio.run(scenario())
