"""What may be written of a draft's numbers, names and marks."""

from __future__ import annotations

import random
import re

import pytest

from style_adapter.model.copying import Source, Vocabulary, Walk, locked_spans
from style_adapter.model.template import Codec
from tests.adapter.conftest import World

RUN = re.compile(r"[0-9A-Za-z]+")
DRAFT = "Флаг `--skip-check` ждёт 30 секунд, не более 4 ГБ в `prod` [1]. Адрес — http://a.example/x [2]."


@pytest.fixture(scope="module")
def codec(world: World) -> Codec:
    return Codec(world.base)


@pytest.mark.parametrize(
    ("text", "lang", "spans"),
    [
        (DRAFT, "ru", ["`--skip-check`", "30", "4", "`prod`", "[1]", "http://a.example/x", "[2]"]),
        ("Порог 70 %, до 2,5 часов.", "ru", ["70", "2,5"]),
        ("Версия v1.2.3 (LTS), файл values.yaml.", "ru", ["v1.2.3", "LTS", "values.yaml"]),
        ("Rest for 10 minutes, keep LOG_LEVEL=debug [1].", "en", ["10", "LOG_LEVEL=debug", "[1]"]),
        ("Ничего такого.", "ru", []),
    ],
)
def test_locked_spans(text: str, lang: str, spans: list[str]):
    assert locked_spans(text, lang) == spans  # type: ignore[arg-type]


def test_any_walk_writes_only_what_the_draft_has(codec: Codec):
    """However the tokens are drawn, every digit and Latin letter written belongs to a whole span of the draft."""
    vocabulary = Vocabulary(codec, "ru")
    source = Source(codec, vocabulary, DRAFT, "ru")
    everything = sorted(vocabulary.free | set(source.allowed))
    for seed in range(30):
        draw, walk = random.Random(seed), Walk(source)
        for _ in range(60):
            forced = walk.forced()
            options = [forced] if forced is not None else [token for token in everything if walk.may(token)]
            token = draw.choice(
                [t for t in options if t in source.allowed] or options if draw.random() < 0.3 else options
            )
            assert token is not None
            assert walk.may(token)
            if token == codec.end:
                break
            walk.take(token)
        while (forced := walk.forced()) is not None:
            walk.take(forced)
        written = codec.decode([t for t in walk.tokens if t != codec.end])
        assert set(RUN.findall(written)) <= set(RUN.findall(DRAFT)), written


def test_a_text_ends_only_when_all_is_said(codec: Codec):
    vocabulary = Vocabulary(codec, "ru")
    source = Source(codec, vocabulary, "Нужно 4 ГБ [1].", "ru")
    walk = Walk(source)
    assert not walk.may(codec.end)
    for token in codec.encode("Нужно 4 ГБ [1]"):
        assert walk.may(token)
        walk.take(token)
    assert walk.missing == 0
    assert walk.may(codec.end)


def test_a_draft_word_for_word_is_always_allowed(codec: Codec):
    vocabulary = Vocabulary(codec, "ru")
    source = Source(codec, vocabulary, DRAFT, "ru")
    walk = Walk(source)
    for token in codec.encode(DRAFT):
        assert walk.may(token), codec.decode(walk.tokens)
        walk.take(token)
    assert walk.missing == 0
