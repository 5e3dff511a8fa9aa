"""Chats, threads and users never share memory: whatever is said in whatever order, a question is asked with the history of its
own conversation and of no other."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.state import State, Talk, audit, choose_persona, count_question, cut, migrate, remember, reset

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # each write is flushed; here that costs nothing
TALKS = st.builds(
    Talk, st.sampled_from([1, 2]), st.sampled_from([10, -20, -30]), st.sampled_from([0, 5]), st.sampled_from([10, 11])
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "ask", "ask", "ask", "reset", "forget", "edit", "migrate"]), TALKS), max_size=30
)


def word(talk: Talk, number: int) -> str:
    """A word that only this conversation knows."""
    return f"<{talk.bot}.{talk.chat}.{talk.thread}.{talk.user}>#{number}"


def answer(number: int, text: str, question: str) -> dict[str, object]:
    return {
        "id": f"{number:012x}", "text": text, "question": question, "status": "draft", "persona": None,
        "timings": {"total": 0.1}, "sources": [],
    }  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_never_a_word_of_one_in_anothers_context(steps: list[tuple[str, Talk]]) -> None:
    async def scenario() -> None:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            state = State(Path(folder))
            kept: dict[Talk, list[str]] = {}
            moved = 0
            for number, (what, talk) in enumerate(steps, 1):
                mine = f"<{talk.bot}.{talk.chat}.{talk.thread}.{talk.user}>"
                if what in ("ask", "edit"):
                    history = state.history(talk)
                    assert all(turn.content.startswith(mine) for turn in history), (talk, history)
                    assert [turn.content for turn in history] == kept.get(talk, [])[-12:]
                    message = number if what == "ask" else 1000
                    said, replied = word(talk, number), word(talk, number) + "!"
                    if what == "edit":  # the same message once more: its earlier turn goes
                        kept[talk] = [text for text in kept.get(talk, []) if not text.endswith(("~", "~!"))]
                        said, replied = said + "~", said + "~!"
                    body = answer(number, replied, said)
                    await state.db.write(
                        lambda db, t=talk, n=number, s=said, b=body, m=message: remember(db, t, n, s, b, m)
                    )
                    kept.setdefault(talk, []).extend([said, replied])
                    kept[talk] = kept[talk][-12:]
                elif what == "reset":
                    await state.db.write(lambda db, t=talk, n=number: reset(db, t, n))
                    kept.pop(talk, None)
                elif what == "forget":
                    await state.forget(talk.user)
                    await state.db.write(lambda db, t=talk, n=number: cut(db, t.bot, t.user, n))
                    kept = {other: turns for other, turns in kept.items() if other.user != talk.user}
                elif talk.chat == -30 and not moved:
                    moved = -100 - number  # the group gets a new id; nobody speaks under it here
                    await state.db.write(lambda db, t=talk, m=moved: migrate(db, t.bot, -30, m))
                    kept = {o: turns for o, turns in kept.items() if (o.bot, o.chat) != (talk.bot, -30)}
                for other in kept:
                    trace = state.last_trace(other)
                    own = f"<{other.bot}.{other.chat}.{other.thread}.{other.user}>"
                    assert trace is None or trace["text"].startswith(own)
                    if trace:
                        assert state.trace(trace["id"], other.bot, other.chat + 1) is None
            state.close()

    asyncio.run(scenario())


def test_a_restored_backup_does_not_bring_the_forgotten_back(tmp_path: Path) -> None:
    import shutil

    async def scenario() -> None:
        anna, boris = Talk(1, 10, 0, 10), Talk(1, 11, 0, 11)
        state = State(tmp_path / "data")
        for number, talk in enumerate((anna, boris)):
            body = answer(number, "ответ", "вопрос")
            await state.db.write(lambda db, t=talk, b=body, n=number: remember(db, t, n, "вопрос", b, n))
        state.close()
        shutil.copytree(tmp_path / "data", tmp_path / "backup")
        state = State(tmp_path / "data")
        gone = await state.forget(10)
        assert gone == {"messages": 2, "feedback": 0, "traces": 1, "jobs": 0}
        state.close()
        shutil.copy(tmp_path / "backup" / "state.sqlite", tmp_path / "data" / "state.sqlite")
        for leftover in (tmp_path / "data").glob("state.sqlite-*"):
            leftover.unlink()
        state = State(tmp_path / "data")
        await state.open()
        assert state.history(anna) == ()
        assert len(state.history(boris)) == 2
        state.close()

    asyncio.run(scenario())


def test_what_is_kept_of_a_person_is_told_and_goes_but_for_what_must_stay(tmp_path: Path) -> None:
    async def scenario() -> None:
        talk, state = Talk(1, 10, 0, 10), State(tmp_path)

        def live(db: sqlite3.Connection) -> None:
            remember(db, talk, 1, "вопрос", answer(1, "ответ", "вопрос"), 1)
            count_question(db, 1, 10)
            choose_persona(db, 1, 10, "alex")
            reset(db, Talk(1, -20, 0, 10), 2)
            db.execute("INSERT INTO usage VALUES (1, 10, '2020-02-02', 5)")
            for ended in ("done", "running"):
                db.execute(
                    "INSERT INTO jobs (bot, kind, params, state, chat, user, lang, at)"
                    " VALUES (1, 'upload', '{\"what\": \"отчёт.md\"}', ?, 10, 10, 'ru', 1)", (ended,)
                )  # fmt: skip
            audit(db, 10, "upload", {"what": "отчёт.md"})

        await state.db.write(live)
        assert state.belongings(10)["counts"] == {
            "messages": 2, "feedback": 0, "days": 2, "chats": 1, "jobs": 2, "audit": 1, "traces": 1, "sent": 0, "marks": 1,
        }  # fmt: skip
        assert (await state.forget(10))["jobs"] == 1
        await state.open()
        kept = state.belongings(10)
        assert {kind: number for kind, number in kept["counts"].items() if number} == {
            "days": 1, "jobs": 1, "audit": 1, "marks": 1,
        }, "today's count, work under way, the audit, and the note that they asked"  # fmt: skip
        assert kept["jobs"][0]["state"] == "running"
        state.close()

    asyncio.run(scenario())


def test_a_question_that_runs_while_its_person_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        talk = Talk(1, 10, 0, 10)
        state = State(tmp_path)
        await state.forget(10)
        await state.db.write(lambda db: cut(db, 1, 10, 7))
        await state.db.write(lambda db: remember(db, talk, 6, "вопрос", answer(1, "ответ", "вопрос"), 6))
        assert state.last_trace(talk) is None
        await state.db.write(lambda db: remember(db, talk, 8, "вопрос", answer(2, "ответ", "вопрос"), 8))
        assert state.last_trace(talk) is not None
        state.close()

    asyncio.run(scenario())
