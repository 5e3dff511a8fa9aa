"""Mirrored slips and the pairs written in the manner of the sample: well-formed, and split by draft and persona."""

from __future__ import annotations

import json
import random
import re
from itertools import islice

from evals.guard.edits import Edit, lines, mirrors
from evals.guard.windows import groups, mirrored, retold
from evals.guard_eval import PAIRS, pairs_of
from evals.readers.examples import KINDS
from style_adapter.guard.evaluate import Pair


def test_a_mirror_edits_its_draft() -> None:
    mirrored = 0
    for ident, line in lines():
        slips = {f"{r}.{s}" for r, told in enumerate(line["faithful"]) for s in range(len(told["slips"]))}
        for key, (old, new) in line.get("mirror", {}).items():
            assert key in slips, (ident, key)
            assert line["draft"].count(old) == 1, (ident, key)
            assert old != new, (ident, key)
            mirrored += 1
    assert mirrored > 15_000


def test_neither_text_alone_tells_a_group_apart() -> None:
    for group in islice((g for g in groups(random.Random(1)) if g.near), 300):
        faithful = [p for p in group.pairs if not p.kind]
        wrong = [p for p in group.pairs if p.kind]
        # every draft, the restyle, and each slipped one stand on both sides
        assert {p.first for p in faithful} == {p.first for p in wrong}
        assert {p.second for p in wrong} >= {p.second for p in faithful} - {
            group.pairs[0].second,
            group.pairs[1].second,
        }
        assert len(group.texts) <= 4 + 2 * len(group.kinds)
        for good, bad in group.ranked:
            one, two = group.pairs[good], group.pairs[bad]
            assert not one.kind
            assert two.kind
            assert one.first == two.first or one.second == two.second
        for pair in group.pairs:
            assert all(pair.second[low:high] for low, high in pair.spans or ())


def test_a_mirror_of_a_whole_pair_edits_its_draft_and_stands_for_no_held_pair() -> None:
    pairs, made = {pair.id: pair for pair in pairs_of("looked")}, mirrors()
    assert len(made) > 8_000
    for ident, (old, new) in ((ident, (edit.old, edit.new)) for ident, edit in made.items()):
        pair = pairs[ident]  # of a dev part
        assert not pair.faithful
        assert pair.draft.count(old) == 1, ident
        assert old != new, ident
        assert re.findall(r"\[\d+\]", old) == re.findall(r"\[\d+\]", new), ident


def test_what_mirrors_make_of_a_drafts_restyles() -> None:
    draft = "Порт — 8080 [1]. Кэш чистит ночью сервер [2]."
    told = (
        Pair("a", draft, "Порт, братцы, 8080 [1]! А кэш ночью чистит сервер [2].", ""),
        Pair("b", draft, "Ночью, это, сервер кэш чистит [2]. Порт 8080 [1].", ""),
        Pair("c", draft, "8080, порт такой [1]! Кэш ночью чистит клиент [2].", "entity_swap", at="[2]", spot="клиент"),
        Pair("d", draft, "Кэш чистит сервер [2]! Порт же 8080 [1].", "dropped_claim", at="[2]", spot="чистит"),
    )
    made = {"c": Edit("сервер", "клиент"), "d": Edit(" ночью", "")}
    (group,) = mirrored(told, made, random.Random(1))
    under_port = "Порт — 8080."
    assert all(under_port not in text for text in group.texts)
    mine = "Кэш чистит ночью сервер."
    found = {(p.first, p.second): KINDS[p.kind] if p.kind else "" for p in group.pairs}
    assert found["Кэш чистит ночью клиент.", "Кэш ночью чистит клиент."] == ""
    assert found["Кэш чистит сервер.", "Кэш чистит сервер!"] == ""
    assert found[mine, "Кэш ночью чистит клиент."] == "entity_swap"
    assert found[mine, "Кэш чистит сервер!"] == "dropped_claim"
    assert (
        found["Кэш чистит сервер.", "А кэш ночью чистит сервер."] == "added_claim"
    )  # the draft has lost what the restyle tells
    for good, bad in group.ranked:
        one, two = group.pairs[good], group.pairs[bad]
        assert not one.kind
        assert two.kind
        assert one.first == two.first or one.second == two.second
    assert not list(mirrored(told[2:], made, random.Random(1)))  # none of these is faithful there


def test_pairs_in_the_manner_of_the_sample() -> None:
    files = {
        name: [json.loads(line) for line in (PAIRS / f"pairs_{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for name in "defg"
    }
    rows = [row for each in files.values() for row in each]
    assert len({row["id"] for row in rows}) == len(rows) > 9_000

    def shared(key: str, rows: list[dict[str, str]]) -> set[str]:
        dev, held = ({row[key].lower() for row in rows if row["part"] == part} for part in ("dev", "held"))
        return dev & held

    assert not shared("draft", rows)
    assert not shared("persona", files["d"] + files["e"])
    assert not shared("persona", files["f"])
    assert not {row["draft"] for row in files["g"]} & {row["draft"] for name in "def" for row in files[name]}
    assert all((row["label"] == "faithful") == (row["kind"] in ("restyle", "suspicious")) for row in rows)
    for row in rows:
        if row.get("at"):
            assert row["at"] in row["draft"], row["id"]
            assert not row["spot"] or row["restyled"].count(row["spot"]) == 1, row["id"]


def test_a_whole_pair_knows_its_wrong_claim_where_the_writer_told_it() -> None:
    draft, styled = (
        "Порт — 8080 [1]. Кэш чистит ночью сервер [2].",
        "Порт, братцы, 8080 [1]! А кэш ночью чистит сервер? Нет, клиент [2].",
    )
    pair = Pair("x", draft, styled, "entity_swap", at="[2]", spot="Нет, клиент")
    right, wrong = retold(pair).claims
    assert (right.kind, right.spans, right.share) == (0, (), 1)
    ((low, high),) = wrong.spans or ()
    assert (wrong.second[low:high], wrong.kind) == ("Нет, клиент", retold(pair).kind)
    untold = retold(Pair("x", draft, styled, "entity_swap"))
    assert not untold.told
    assert [claim.share for claim in untold.claims] == [0, 0]
    assert [claim.spans for claim in retold(Pair("x", draft, draft, "")).claims] == [(), ()]
