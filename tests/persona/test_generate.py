"""Generation by any chat model: resumable, checked, with its cost told before it starts."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import pytest

from core.errors import UsageError
from style_adapter.dataset.generate import Estimate, Synopsis, expand, read_synopses, synopses
from tests.persona.bibles import ALL

GRANDMA = ALL["grandma"]
PLACES = "баня лес огород погреб чердак крыльцо поле речка сарай печка колодец двор изба пасека мельница луг".split()
GOOD = [
    ("как пить отвар?", "Отвар пьют 3 раза в день [1].", "Ох, милок, пей ты его 3 раза в день [1]."),
    ("а детям?", "Детям дают половину дозы [1].", "А детям половину дозы давай, и ни каплей боле [1]."),
    ("спасибо", "", "Ну ступай, да не хворай."),
]


class Model:
    """Answers from a script; an exception in it is raised."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.asked: list[list[dict[str, str]]] = []

    async def __call__(self, messages: list[dict[str, str]]) -> str:
        self.asked.append(messages)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def dialogue(turns: list[tuple[str, str, str]] = GOOD) -> str:
    messages = []
    for user, draft, reply in turns:
        messages += [{"role": "user", "content": user}, {"role": "assistant", "draft": draft, "content": reply}]
    return "Вот:\n```json\n" + json.dumps({"messages": messages}, ensure_ascii=False) + "\n```"


def lines(places: list[str]) -> str:
    rows = [{"synopsis": f"Сосед пришёл про {place} и {place[::-1]} узнать, {place}", "turns": 6} for place in places]
    return "\n".join(
        ["Пожалуйста:", *(json.dumps(row, ensure_ascii=False) for row in rows), '{"synopsis": "мало"}', "{"]
    )


def test_synopses_are_resumable_and_told_before(tmp_path: Path) -> None:
    path = tmp_path / "synopses.jsonl"
    shown: list[Estimate] = []
    model = Model(lines(PLACES[:6]), lines(PLACES[:8]), lines(PLACES[8:]))

    def confirm(estimate: Estimate) -> bool:
        assert not model.asked
        shown.append(estimate)
        return True

    run = asyncio.run(synopses(GRANDMA, 10, model, path, confirm=confirm, prices=(1.0, 2.0)))
    assert shown[0].calls == 1
    assert shown[0].cost is not None
    assert shown[0].cost > 0
    assert run.kept == 8  # two calls at most for one that was planned
    assert run.reasons["near_duplicate"] == 6
    again = asyncio.run(synopses(GRANDMA, 10, model, path))
    assert (again.before, again.kept) == (8, 2)
    found = read_synopses(path)
    assert len({item.id for item in found}) == 10
    assert asyncio.run(synopses(GRANDMA, 10, model, path)).estimate.calls == 0


def test_nothing_is_asked_without_consent(tmp_path: Path) -> None:
    model = Model(lines(PLACES))
    asyncio.run(synopses(GRANDMA, 10, model, tmp_path / "s.jsonl", confirm=lambda estimate: False))
    sources = [Synopsis("grandma-s-0001", "о травах", ("facts",), 6)]
    asyncio.run(expand(GRANDMA, sources, model, tmp_path / "d.jsonl", confirm=lambda estimate: False))
    assert not model.asked


def test_dialogues_are_checked_kept_and_rejected_with_reasons(tmp_path: Path) -> None:
    path = tmp_path / "generated.jsonl"
    sources = [Synopsis(f"grandma-s-{n:04d}", f"о травах {n}", ("facts",), 6) for n in range(1, 7)]
    rude = [(u, d, r.replace("пей", "пейте")) for u, d, r in GOOD]
    model = Model(dialogue(), "не хочу", dialogue(rude), dialogue(GOOD[:1]), dialogue(), OSError("down"))
    run = asyncio.run(expand(GRANDMA, sources, model, path, at_once=1))
    assert (run.kept, run.rejected, run.failed) == (1, 4, 1)
    assert set(run.reasons) == {"unreadable", "off_bible", "too_short", "near_duplicate"}
    rejected = [json.loads(line) for line in (tmp_path / "generated.rejected.jsonl").read_text("utf-8").splitlines()]
    assert all(row["why"] for row in rejected)
    kept = json.loads(path.read_text("utf-8"))
    assert kept["id"] == "grandma-g-0001"
    assert kept["synopsis"] == "о травах 1"
    # Only the one that failed is asked for again; a line that a crash cut off is dropped first.
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "grandma-g-00')
    more = Model(dialogue([("где мята?", "Мята на 2 полке [1].", "На 2 полке она, поди да возьми сама себе [1].")] * 3))
    second = asyncio.run(expand(GRANDMA, sources, more, path))
    assert len(more.asked) == 1
    assert second.before == 1
    assert path.read_text("utf-8").count("\n") == 1 + second.kept


def test_a_damaged_synopsis_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "synopses.jsonl"
    path.write_text('{"id": "x"}\n', "utf-8")
    with pytest.raises(UsageError, match="line 1"):
        read_synopses(path)
