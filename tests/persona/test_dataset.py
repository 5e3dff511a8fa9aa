"""The dataset check: each reason on an item made to have it, and the set as a whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.nouns import Reason, Verdict
from style_adapter.dataset import Item, Message, check, check_item, read, split, stats, write
from style_adapter.dataset.habits import habits
from style_adapter.dataset.items import item_of, plain
from style_adapter.dataset.near import alike, duplicates
from style_adapter.dataset.rubbish import rubbish
from style_adapter.score import Reply
from tests.persona.bibles import ALL

GRANDMA = ALL["grandma"]
LONG = "Отвар пьют 3 раза в день после еды, запивая водой комнатной температуры из стакана [1]."


def guard(draft: str, styled: str) -> Verdict:
    """Digits must survive: enough of a guard to show that its reasons arrive."""
    lost = [char for char in draft if char.isdigit() and char not in styled]
    return Verdict(not lost, tuple(Reason("number", char, "", f"lost {char}") for char in lost))


def embed(texts: Sequence[str]) -> Any:
    """Counts of letters: near for near texts, no model."""
    rows = np.array([[text.lower().count(chr(n)) for n in range(0x430, 0x450)] for text in texts], dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def restyle(reply: str, draft: str = "", id: str = "r1", user: str = "как быть?", **more: Any) -> Item:
    messages = (Message("user", user), Message("assistant", reply, draft))
    return Item(id, "restyle", more.pop("split", "train"), messages, **more)


def kinds(item: Item) -> set[str]:
    return {why.kind for why in check_item(GRANDMA, item, guard)}


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (restyle("Пейте отвар, ну же."), "off_bible"),
        (restyle("Пей ты отвар вдоволь [1].", "Отвар пьют 3 раза [1]."), "facts_lost"),
        (restyle(LONG, LONG), "off_bible"),
        (restyle("норм"), "rubbish"),
        (restyle("а, ок"), "rubbish"),
        (restyle("Ну глянь ты в отчёт2.docx, милок."), "rubbish"),
        (restyle("Ну вот, [12:03:44] и жди ты."), "rubbish"),
        (restyle("Ну жди ты , милок."), "rubbish"),
        (restyle("Ну ты и ждиии."), "rubbish"),
        (restyle("Ну вот и ступай ты к"), "rubbish"),
        (restyle("Ну вот «ромашка, и ступай ты."), "rubbish"),
        (restyle("Ну сруктура у тебя кудрявая, рмоашка."), "rubbish"),
        (replace(restyle("Ну вот."), messages=(Message("assistant", "Ну вот."), Message("user", "а?"))), "roles"),
        (replace(restyle("Ну вот."), messages=(Message("user", "а?"), Message("user", "а?"))), "roles"),
        (replace(restyle("Ну вот."), messages=(Message("user", "а?"), Message("assistant", " "))), "roles"),
        (replace(restyle("Ну вот."), messages=(Message("user", "а?", "черновик"), Message("assistant", "Ну."))), "roles"),
        (replace(restyle("Ну вот ты какой."), kind="dialogue"), "too_short"),
    ],
)  # fmt: skip
def test_each_reason(item: Item, kind: str) -> None:
    assert kind in kinds(item)


@pytest.mark.parametrize(
    "item",
    [
        restyle("Ох, милок, пей ты отвар 3 раза [1].", "Отвар пьют 3 раза [1]."),
        restyle("Ну не знаю, милок, про то не писано."),
        restyle("Глянь ты в `отчёт.docx`, милок, там и сказано: 5 дней [1].", "Срок 5 дней, см. `отчёт.docx` [1]."),
    ],
)
def test_what_is_good_stays(item: Item) -> None:
    assert check_item(GRANDMA, item, guard) == []


def test_neutral_replay_is_not_held_to_the_bible() -> None:
    item = replace(restyle("Отвар пьют 3 раза в день [1].", "Отвар пьют 3 раза в день [1]."), kind="neutral")
    assert check_item(GRANDMA, item, guard) == []


def test_near_duplicates_and_repeated_ids_and_traps() -> None:
    one = restyle("Ну слушай, милок: завари ты ромашку крутым кипятком да укутай потеплее.", id="a")
    two = restyle("Ну слушай, милок: завари ты ромашку крутым кипятком да укутай потуже.", id="b")
    trap = Item("t", "dialogue", "trap", (Message("user", "как быть?"),), draft="Срок 5 дней [1].")
    report = check(GRANDMA, [one, two, replace(one, id="a", kind="neutral"), trap], guard, embed)
    assert {(why.id, why.kind) for why in report.rejected} == {
        ("b", "near_duplicate"),
        ("a", "roles"),
        ("t", "trap_seen"),
    }
    assert report.kept == ()
    assert not report.ok


def test_favourite_over_its_cap_rejects_the_last_ones() -> None:
    items = [restyle(f"Ох, милок, {word} ты завари.", id=word) for word in ("чабрец", "мяту", "зверобой", "иван-чай")]
    items += [restyle(f"Ну, {word} и пей ты себе.", id=word) for word in ("воду", "квас", "молоко", "кисель")]
    over = [why.id for why in check(GRANDMA, items, guard).rejected if why.kind == "over_cap"]
    assert over == ["мяту", "зверобой", "иван-чай"]


def test_habits_leave_out_what_drafts_and_questions_gave() -> None:
    tic = [Reply(f"Сделай {n} и всё. Так и живём, голубь.", f"вопрос {n}") for n in range(10)]
    given = [Reply(f"Приём с пяти утра, {n}-й кабинет.", "", 0, "Приём с пяти утра.") for n in range(200)]
    found = {habit.phrase: habit.kind for habit in habits([*tic, *given])}
    assert found["так и живем голубь"] == "phrase"
    assert not any("пяти утра" in phrase for phrase in found)


def test_near_duplicate_search_is_exact() -> None:
    texts = ["раз два три четыре пять", "совсем другое дело тут было", "раз два три четыре шесть", "раз два"]
    assert [(a, b) for a, b, _ in duplicates(texts, 0.4)] == [(0, 2)]
    assert alike(["аб", "аб", "вг"], embed, 0.99) == [(0, 1, pytest.approx(1.0))]


def test_a_set_of_one_kind_is_called_so() -> None:
    items = [restyle(f"Ну пей ты травку номер {n}, милок.", id=f"r{n}", domain="травы") for n in range(40)]
    found = {finding.kind for finding in check(GRANDMA, items, guard).findings}
    assert {"one_register", "mix", "split"} <= found


def test_split_holds_back_long_dialogues_and_is_repeatable() -> None:
    def dialogue(n: int, turns: int) -> Item:
        messages = tuple(Message("user" if at % 2 == 0 else "assistant", f"{n} {at}") for at in range(turns))
        return Item(f"d{n}", "dialogue", "train", messages, domain=f"m{n % 5}")

    items = [dialogue(n, 10 if n % 3 == 0 else 6) for n in range(50)]
    items += [restyle("Ну.", id=f"r{n}", domain=f"m{n % 4}") for n in range(20)]
    items.append(replace(restyle("Ну."), id="t", split="trap"))
    done = split(items)
    held = [item for item in done if item.split == "validation"]
    assert all(len(item.messages) == 10 for item in held if item.kind == "dialogue")
    assert (sum(i.kind == "dialogue" for i in held), sum(i.kind == "restyle" for i in held)) == (10, 4)
    assert len({item.domain for item in held if item.kind == "restyle"}) == 4
    assert done[-1].split == "trap"
    assert split(items) == done


def test_files_round_trip_and_name_their_bad_lines(tmp_path: Path) -> None:
    item = replace(restyle("Ну.", "Д [1]."), tags=("facts",), synopsis="о травах", domain="травы")
    path = tmp_path / "restyles.jsonl"
    write(path, [item])
    assert read(path) == ([item], [])
    good = json.dumps(plain(item), ensure_ascii=False)
    broken = [
        "{",
        "[]",
        '{"id": "x"}',
        good.replace('"split"', '"splitt"'),
        good.replace('"train"', '"test"'),
        good.replace('"role"', '"rol"'),
    ]
    path.write_text("\n".join([good, "", *broken]), "utf-8")
    items, bad = read(path)
    assert items == [item]
    assert [line.line for line in bad] == [3, 4, 5, 6, 7, 8]
    with pytest.raises(ValueError, match="splitt"):
        item_of(json.loads(broken[3]), "restyle")


def test_stats_count_what_is_taught() -> None:
    items = [
        restyle(
            "Ох, милок, пей ты отвар 3 раза, да не ленись, да на ночь укутайся хорошенько [1].",
            "Отвар пьют 3 раза [1].",
            id="a",
        ),
        restyle("Не знаю, милок, в бумагах про то не писано.", id="b"),
        restyle("Ну здравствуй.", id="c"),
        replace(restyle("Отвар пьют.", id="d"), kind="neutral"),
    ]
    found = stats(GRANDMA, items)
    assert found.replies == 4
    assert found.mix == {"facts": 0.25, "contrast": 0, "refusal": 0.25, "smalltalk": 0.25, "neutral": 0.25}


def test_times_and_names_that_were_given_are_no_rubbish() -> None:
    assert not list(rubbish("Ну жди до 12:30:00, так и знай.", "Прием в 12:30:00"))
    assert list(rubbish("Ну жди до 12:30:00, так и знай."))
    assert not list(rubbish("Пиши в `a.txt` , вот и всё.".replace(" ,", ",")))
