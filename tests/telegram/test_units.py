"""The parts by themselves: splitting, rendering, the gate, the desk, names and places, secrets in logs."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import SendChatAction, SendMessage, TelegramMethod
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.logs import Lines, Redactor, secrets_of
from bot.state import State, Talk, remember
from bot.telegram import answering, fetch, figures, handlers, people
from bot.telegram.answering import Answering, lowered
from bot.telegram.confirm import Confirmations
from bot.telegram.desk import Desk
from bot.telegram.gate import PER_CHAT, Gate
from bot.telegram.inline import Inline
from bot.telegram.outcome import Asked, Outcome, Who
from bot.telegram.owner import codes_of
from bot.telegram.render import marked, plain
from bot.telegram.split import split, units
from bot.telegram.words import ADMIN_COMMANDS, COMMANDS, WHY, WORDS, counted, lang_of
from core.errors import UnavailableError
from core.nouns import Question
from core.settings import Settings, TelegramSettings
from retrieval.draft import UNCITED
from tests.loopback.telegram.text import entity_errors

# Splitting

PIECES = st.lists(
    st.sampled_from(["слово", "word", "🙂", "👨‍👩‍👧", "конец.", "Да!", "\n", "\n\n", " ", "x" * 30, "e\u0301"]),
    max_size=120,
)


@settings(max_examples=100, deadline=None)
@given(PIECES, st.lists(st.tuples(st.integers(0, 300), st.integers(1, 25)), max_size=4), st.integers(40, 120))
def test_pieces_fit_and_say_all(pieces: list[str], spans: list[tuple[int, int]], limit: int) -> None:
    text = "".join(pieces)
    entities, end = [], 0
    for start, length in sorted(spans):
        low = max(start, end)
        if low + length <= len(text) and units(text[low : low + length]) <= limit:
            offset = units(text[:low])
            entities.append({"type": "code", "offset": offset, "length": units(text[low : low + length])})
            end = low + length
    found = split(text, entities, limit)
    assert all(0 < units(piece) <= limit for piece, _ in found)
    assert "".join("".join(piece.split()) for piece, _ in found) == "".join(text.split())
    for piece, own in found:
        assert entity_errors(piece, own) == []
    said = [_covered(text, entity) for entity in entities]
    kept = [_covered(piece, entity) for piece, own in found for entity in own]
    assert [s for s in (one.strip() for one in said) if s] == [s for s in (one.strip() for one in kept) if s]


def _covered(text: str, entity: dict[str, Any]) -> str:
    data = text.encode("utf-16-le")
    return data[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")


def test_cuts_prefer_paragraph_line_sentence_word() -> None:
    limit = 60
    for text, first in (
        ("Первый абзац тут весь.\n\nВторой абзац.\nЕго строка. И ещё немного слов сверх", "Первый абзац тут весь."),
        ("Первая строка здесь.\nВторая строка, она подлиннее первой раза в два", "Первая строка здесь."),
        ("Первое предложение тут. Второе предложение, оно подлиннее первого в два раза", "Первое предложение тут."),
        ("слово " * 20, ("слово " * 10).strip()),
    ):
        assert split(text, limit=limit)[0][0] == first
    assert [len(piece) for piece, _ in split("я" * 130, limit=limit)] == [60, 60, 10]


def test_nine_thousand_characters_are_three_messages() -> None:
    text = "\n\n".join(f"Абзац {number}. " + "Тут написано что-то длинное. " * 12 for number in range(26))
    found = split(text)
    assert len(found) == 3
    assert all(units(piece) <= 4096 for piece, _ in found)


def test_markup_characters_stay_as_they_are() -> None:
    text = "a < b && c > d, *not bold* _not italic_ [not](a link) `code <b>` and\n```yaml\nkey: *ref\n```"
    shown, entities = plain(marked(text))
    assert shown == "a < b && c > d, *not bold* _not italic_ [not](a link) code <b> and\nkey: *ref"
    assert [(entity["type"], _covered(shown, entity)) for entity in entities] == [
        ("code", "code <b>"), ("pre", "key: *ref"),
    ]  # fmt: skip


# Words


def test_every_word_is_there_in_both_languages_with_the_same_values() -> None:
    import string

    for key, pair in {**WORDS, **WHY, **COMMANDS, **ADMIN_COMMANDS}.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in pair]
        assert all(pair), key
        assert fields[0] == fields[1], key
    assert [lang_of("ru"), lang_of("uk"), lang_of("en-US"), lang_of("de"), lang_of(None, "привет"), lang_of(None)] == [
        "ru", "ru", "en", "en", "ru", "en",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "удалён и 1 присланный вами документ;"), (2, "удалены и 2 присланных вами документа;"),
     (5, "удалены и 5 присланных вами документов;"), (11, "и 11 присланных вами документов;"),
     (12, "и 12 присланных вами документов;"), (21, "удалён и 21 присланный вами документ;"),
     (104, "и 104 присланных вами документа;")],
)  # fmt: skip
def test_a_number_has_its_form(count: int, said: str) -> None:
    assert said in counted("ru", "forget_documents", count)
    assert ("documents" in counted("en", "forget_documents", count)) == (count != 1)


@pytest.mark.parametrize(
    ("status", "note", "ok", "said"),
    [("draft", "", True, ""), ("draft", "", False, "Пересказ не прошёл"), ("styled", "", True, ""),
     ("draft", "The base model is not there.", True, ""), ("framed", "LLM: it does not answer", True, "сейчас недоступна"),
     ("draft", UNCITED, True, "Ссылки в ответе модели")],
)  # fmt: skip
def test_a_note_tells_the_true_cause(status: str, note: str, ok: bool, said: str) -> None:
    trace = {"kind": "answer", "status": status, "note": note, "persona": "alex", "guard": {"ok": ok, "reasons": []}}
    shown = lowered(trace, "ru")
    assert said in shown
    assert bool(said) == bool(shown)
    assert lowered({**trace, "kind": "refused"}, "ru") == ""


def test_a_persona_is_known_by_name_and_by_id() -> None:
    choices = {"alex": ("Алекс", "архитектор"), "fedor": ("Фёдор", ""), "a": ("Двое", ""), "b": ("Двое", "")}
    for wanted, ident in (("alex", "alex"), ("ALEX", "alex"), ("«алекс»", "alex"), ("федор", "fedor"), ("Фёдор", "fedor"),
                          ("двое", None), ("b", "b"), ("", None), ("кто", None)):  # fmt: skip
        assert people.find_persona(choices, wanted) == ident, wanted
    assert people.known_personas(choices).startswith("Алекс (alex), Фёдор (fedor)")


def test_a_code_is_short_and_one_documents() -> None:
    alike = ("12345678-aaaa-5aaa-8aaa-aaaaaaaaaaaa", "12345678-bbbb-5bbb-8bbb-bbbbbbbbbbbb")
    codes = codes_of([*alike, "abcdef01-2345-5678-8abc-def012345678"])
    assert codes["abcdef01-2345-5678-8abc-def012345678"] == "abcdef01"
    assert len(set(codes.values())) == 3
    for code in codes.values():
        assert re.fullmatch(r"[a-z0-9_]{1,32}", f"remove_{code}"), "what Telegram takes for a command"


@pytest.mark.parametrize(
    ("admins", "private", "told"), [((), True, True), ((), False, False), ((7,), True, False)],
)  # fmt: skip
def test_who_sets_the_bot_up_learns_their_number(admins: tuple[int, ...], private: bool, told: bool) -> None:
    who = Who(Talk(1, 42, 0, 42), "ru", 1, private=private, owner=False, allowed=True)
    service: Any = SimpleNamespace(settings=Settings(telegram=TelegramSettings(admins=admins)))
    for handler in (handlers.start, handlers.help_):
        out = Outcome(who)
        asyncio.run(handler(None, who, out, service))  # type: ignore[arg-type]
        said = out.messages[0].text
        assert ("EXPERTBOT_TELEGRAM__ADMINS" in said) == told
        assert ("42" in said) == told


def test_figures_have_a_line_for_each_rung(tmp_path: Path) -> None:
    state = State(tmp_path)
    service: Any = SimpleNamespace(
        state=state, me=1, desk=SimpleNamespace(length=0), outbox=SimpleNamespace(waiting=lambda: 0),
        app=SimpleNamespace(ledger=SimpleNamespace(sources=lambda: [], chunk_count=lambda: 0)),
    )  # fmt: skip
    assert "Ответы:\n—\n" in figures.table(service, "ru")

    async def answer() -> None:
        for number, status in enumerate(("styled", "styled", "framed", "draft", "refused", "smalltalk")):
            body = {"id": f"{number}", "text": "", "question": "?", "status": status, "persona": None,
                    "timings": {"total": 0.5}, "kind": "answer"}  # fmt: skip
            await state.db.write(lambda db, b=body, n=number: remember(db, Talk(1, 5, 0, 5), n, "?", b, n))

    asyncio.run(answer())
    lines = figures.table(service, "ru").split("\n")
    assert "· пересказ: 2" in lines
    assert len([line for line in lines if line.startswith("· ")]) == 5
    state.close()


# The gate


class Bot:
    """A Bot API that refuses what it is told to refuse, and keeps the times of calls."""

    def __init__(self, refusals: Sequence[float] = ()) -> None:
        self.calls: list[tuple[float, int]] = []
        self._refusals = list(refusals)

    async def __call__(self, method: TelegramMethod[Any]) -> str:
        self.calls.append((asyncio.get_running_loop().time(), method.chat_id))  # type: ignore[attr-defined]
        if self._refusals and (seconds := self._refusals.pop(0)):
            raise TelegramRetryAfter(method, "Too Many Requests", int(seconds))
        return "ok"


def test_a_chat_gets_a_message_a_second_and_others_do_not_wait() -> None:
    async def scenario() -> None:
        bot = Bot()
        gate = Gate(bot)  # type: ignore[arg-type]
        await asyncio.gather(*(gate.urgent(chat, SendMessage(chat_id=chat, text="x")) for chat in (1, 1, 2, 3)))
        times = {chat: [at for at, called in bot.calls if called == chat] for chat in (1, 2, 3)}
        assert times[1][1] - times[1][0] >= PER_CHAT - 0.01
        assert times[2][0] < times[1][1]
        assert await gate.spare(1, SendChatAction(chat_id=1, action="typing")) is None

    asyncio.run(scenario())


def test_a_429_silences_the_chat_and_at_first_all() -> None:
    async def scenario() -> None:
        bot = Bot([1, 0, 0])
        gate = Gate(bot)  # type: ignore[arg-type]
        with pytest.raises(TelegramRetryAfter):
            await gate.urgent(1, SendMessage(chat_id=1, text="x"))
        assert gate.room_in(1) > 0.9
        assert gate.room_in(2) > 0.9
        await asyncio.gather(*(gate.urgent(chat, SendMessage(chat_id=chat, text="x")) for chat in (1, 2)))
        assert min(at for at, _ in bot.calls[1:]) - bot.calls[0][0] >= 1.0

    asyncio.run(scenario())


# The desk


def test_the_desk_is_bounded_and_fair(tmp_path: Path) -> None:
    async def scenario() -> None:
        state, done, go = State(tmp_path), list[int](), asyncio.Event()

        async def work(asked: Asked) -> None:
            await go.wait()
            done.append(asked.update_id)

        desk = Desk(TelegramSettings(concurrency=1, queue=3, per_minute=60), state, 1, work)
        desk.start()

        async def admit(user: int, update: int, again: bool = False) -> str:
            talk = Talk(1, user, 0, user)
            refusal = await desk.admit(Asked(talk, update, update, "?", "ru", True), again)
            return refusal.key if refusal else ""

        assert await admit(1, 1) == ""
        await asyncio.sleep(0)
        assert [await admit(1, 2), await admit(1, 3)] == ["", "one_more"]
        assert [await admit(2, 4), await admit(3, 5), await admit(4, 6)] == ["", "", "full"], "one runs, three wait"
        assert await admit(1, 7, again=True) == "", "what was let in before a restart is not turned away"
        go.set()
        while len(done) < 5:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert [update for update in done if update in (1, 2, 7)] == [1, 2, 7], "a person's questions keep their order"
        await desk.close(1)
        state.close()

    asyncio.run(scenario())


def test_the_desk_limits_the_rate_and_the_day(tmp_path: Path) -> None:
    async def scenario() -> None:
        state = State(tmp_path)

        async def work(asked: Asked) -> None:
            pass

        desk = Desk(TelegramSettings(per_minute=2, per_day=3), state, 1, work)
        keys = []
        for number in range(3):
            refusal = await desk.admit(Asked(Talk(1, 1, 0, 1), number, number, "?", "ru", True))
            keys.append(refusal.key if refusal else "")
            desk._users[1].waiting.clear()
        assert keys == ["", "", "too_fast"]
        await state.db.write(lambda db: db.execute("INSERT INTO usage VALUES (1, 2, date('now'), 3)"))
        refusal = await desk.admit(Asked(Talk(1, 2, 0, 2), 9, 9, "?", "ru", True))
        assert refusal is not None
        assert refusal.key == "day_over"
        state.close()

    asyncio.run(scenario())


def test_confirmations_are_one_persons_and_once() -> None:
    pending = Confirmations()
    nonce = pending.ask(1, "remove", {"id": "x"})
    assert pending.take(nonce, 2) is None
    assert pending.take(nonce, 1) is not None
    assert pending.take(nonce, 1) is None
    assert len(f"c:{nonce}:y".encode()) <= 64


# Places, names, secrets


def test_an_inline_query_typed_over_is_not_answered() -> None:
    asked: list[str] = []

    async def play() -> None:
        both = asyncio.Event()

        async def answer(question: Question, persona: str | None) -> None:
            asked.append(question.text)
            if len(asked) == 2:
                both.set()
            raise UnavailableError("the test ends here")

        inline = Inline(
            SimpleNamespace(app=SimpleNamespace(answer=answer)),  # type: ignore[arg-type]
            SimpleNamespace(persona=lambda user: None),  # type: ignore[arg-type]
        )
        for user, text in ((1, "Скол"), (2, "Где логи?"), (1, "Сколько дней"), (1, "Сколько дней отпуска?")):
            who = Who(Talk(7, user, 0, user), "ru", 1, private=True, owner=False, allowed=True)
            inline.ask(SimpleNamespace(id=text), who, text)  # type: ignore[arg-type]
        await both.wait()
        await inline.close()

    asyncio.run(asyncio.wait_for(play(), 30))
    assert sorted(asked) == ["Где логи?", "Сколько дней отпуска?"]


def test_only_allowed_places(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("a")
    (tmp_path / "in-not").mkdir()
    (tmp_path / "in-not" / "b.md").write_text("b")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "in-not")
    roots = (str(tmp_path / "in"), "https://docs.example/guide/")
    yes = [str(tmp_path / "in" / "a.md"), str(tmp_path / "in"), "https://docs.example/guide/a.html"]
    no = [
        str(tmp_path / "in-not" / "b.md"), str(tmp_path / "in" / "link" / "b.md"), str(tmp_path / "in" / ".." / "in-not"),
        str(tmp_path / "in" / "missing"), "https://docs.example/other", "https://docs.example/guide/../other",
        "https://docs.example/guide/%2e%2e/other", "https://docs.example.evil/guide/a", "http://docs.example/guide/a",
        "https://docs.example@evil/guide/", "https://docs.example:8443/guide/a", "file:///etc/passwd", "\x00",
    ]  # fmt: skip
    assert [fetch.allowed(place, roots) for place in yes] == [True] * len(yes)
    assert [fetch.allowed(place, roots) for place in no] == [False] * len(no)
    assert not fetch.allowed(str(tmp_path), ())


@pytest.mark.parametrize(
    ("given", "kept"),
    [("отчёт.pdf", "отчёт.pdf"), ("../../etc/passwd", "passwd"), ("..", "document"), (".bashrc", "bashrc"),
     ("a\x00b\n.md", "a_b_.md"), ("c:\\x\\y.md", "c__x_y.md"), ("я" * 300 + ".docx", "я" * 95 + ".docx")],
)  # fmt: skip
def test_names_are_only_names(given: str, kept: str) -> None:
    assert fetch.safe_name(given) == kept


def test_secrets_do_not_get_into_logs() -> None:
    token = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
    given = Settings(
        telegram=TelegramSettings(token=SecretStr("777:short-token"), webhook_secret=SecretStr("hush-hush"))
    )
    stream = io.StringIO()
    for as_json in (False, True):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(Lines(Redactor(secrets_of(given)), as_json))
        logger = logging.Logger("test")
        logger.addHandler(handler)
        try:
            raise RuntimeError(f"POST https://api.telegram.org/bot{token}/getMe with hush-hush failed")
        except RuntimeError:
            logger.exception("calling %s", "https://api/bot777:short-token/x")
    said = stream.getvalue()
    assert "RuntimeError" in said
    for secret in (token, "777:short-token", "hush-hush"):
        assert secret not in said


def test_an_answer_waits_for_a_disk_that_is_full(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(answering, "AGAIN", 0.01)
    written: list[int] = []

    class Full(Answering):
        def __init__(self) -> None:
            self._service = SimpleNamespace(settings=Settings())  # type: ignore[assignment]
            self._metrics = SimpleNamespace(failed=lambda error: None)  # type: ignore[assignment]
            self.tries = 0

        async def _made(self, asked: Asked) -> Any:
            raise TimeoutError

        async def _placed(self, asked: Asked, parts: Any, buttons: Any) -> list[Any]:
            return []

        async def _commit(self, asked: Asked, trace: Any, messages: Any) -> None:
            self.tries += 1
            if self.tries < 3:
                raise UnavailableError("The state can't be written: disk full.", "Free some space on the disk.")
            written.append(asked.update_id)

    asyncio.run(Full().work(Asked(Talk(1, 1, 0, 1), 9, 9, "?", "ru", True)))
    assert written == [9]
    assert caplog.text.count("Free some space") == 2
