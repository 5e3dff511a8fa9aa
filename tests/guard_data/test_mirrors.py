"""Mirrored slips and the pairs written in the manner of the sample: well-formed, and split by draft and persona."""

from __future__ import annotations

import json
import random
from itertools import islice

from evals.guard.edits import lines
from evals.guard.windows import groups, retold
from evals.guard_eval import PAIRS
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
