"""Preferences against the model's own likelihoods, one text at a time."""

from __future__ import annotations

import pytest
import torch

from style_adapter.dataset.items import Message
from style_adapter.model import prefer
from style_adapter.model.base import locate
from style_adapter.model.engine import Engine
from style_adapter.model.prefer import Spot, _Tree
from tests.adapter.conftest import World

TEXT = "Для узла требуется не менее 4 ГБ памяти [1]."
SPOTS = [
    Spot(0, len(TEXT), ("Не менее 4 ГБ памяти требуется для узла [1].",)),
    Spot(9, 18, ("нужно", "надо")),
    Spot(19, 27, ("не меньше",)),
]


@pytest.fixture(scope="module")
def engine(world: World) -> Engine:
    made = Engine(locate(str(world.base)), threads=1)
    made.add("tiny", world.adapter)
    return made


def likelihood(engine: Engine, name: str | None, start: int, said: str) -> float:
    """Of `said` after `TEXT[:start]`, by a plain pass over the whole text, among the tokens the engine weighs."""
    engine.use(name)
    before = TEXT[:start].rstrip()
    cuts = [spot.start - 1 for spot in SPOTS if spot.start and spot.start <= start]
    pieces = [before[a:b] for a, b in zip([0, *cuts], [*cuts, len(before)], strict=True) if before[a:b]]
    prompt = engine.codec.prompt([Message("user", "сколько"), Message("assistant", "", TEXT)])
    ids = [*prompt, *(token for piece in pieces for token in engine.codec.encode(piece))]
    own = engine.codec.encode(said)
    with torch.inference_mode():
        logits = engine.model.logits(engine.model.text([*ids, *own])[len(ids) - 1 : -1])
    free = torch.tensor(sorted({*engine.decoder("ru").vocabulary.ids, *own}))
    at = torch.searchsorted(free, torch.tensor(own))
    return float(torch.log_softmax(logits[:, free], -1).gather(1, at[:, None]).sum())


def test_a_preference_is_the_gain_over_the_base(engine: Engine):
    found = engine.prefer("tiny", [("сколько", TEXT, SPOTS)], "ru")[0]
    assert [len(gains) for gains in found] == [1, 2, 1]

    def gain(start: int, said: str) -> float:
        return likelihood(engine, "tiny", start, said) - likelihood(engine, None, start, said)

    for at, option in enumerate(SPOTS[1].options):
        expected = gain(9, f" {option} не менее") - gain(9, " требуется не менее")
        assert found[1][at] == pytest.approx(expected, abs=0.05)
    whole = gain(0, SPOTS[0].options[0]) - gain(0, TEXT)
    assert found[0][0] == pytest.approx(whole, abs=0.1)


def test_a_batch_changes_nothing(engine: Engine):
    alone = engine.prefer("tiny", [("сколько", TEXT, SPOTS)], "ru")
    other = ("а порт какой", "Порт 80 задаётся в файле [1].", [Spot(8, 17, ("указывается",))])
    together = engine.prefer("tiny", [other, ("сколько", TEXT, SPOTS)], "ru")
    for gains, expected in zip(together[1], alone[0], strict=True):
        assert gains == pytest.approx(expected, abs=0.05)


def test_the_adapter_speaks_on_and_nothing_is_asked_for_nothing(engine: Engine):
    assert engine.prefer("tiny", [("сколько", TEXT, [])], "ru") == [[]]
    engine.use(None)
    engine.prefer("tiny", [("сколько", TEXT, SPOTS)], "ru")
    assert engine.active == "tiny"


def test_what_begins_alike_is_read_once():
    tree = _Tree()
    first = tree.add([5, 6, 7])
    second = tree.add([5, 6, 8, 9])
    assert first[:2] == second[:2]
    assert tree.tokens == [5, 6, 7, 8, 9]
    assert tree.add([7], first[1]) == [first[2]]
    seen, depths = tree.seen()
    assert depths.tolist() == [0, 1, 2, 2, 3]
    assert [row.nonzero()[:, 0].tolist() for row in seen] == [[0], [0, 1], [0, 1, 2], [0, 1, 3], [0, 1, 3, 4]]


def test_many_texts_are_cut_into_trees_and_read_alike(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    wanted = [
        ("сколько", TEXT, SPOTS),
        ("а порт какой", "Порт 80 задаётся в файле [1].", [Spot(8, 17, ("указывается",))]),
    ]
    together = engine.prefer("tiny", wanted, "ru")
    monkeypatch.setattr(prefer, "MOST_TOKENS", 10)
    for gains, expected in zip(engine.prefer("tiny", wanted, "ru"), together, strict=True):
        for own, other in zip(gains, expected, strict=True):
            assert own == pytest.approx(other, abs=0.05)
