"""A training run on the tiny world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.nouns import Verdict
from style_adapter.bible import load as load_bible
from style_adapter.model.base import Say, locate
from style_adapter.model.library import load
from style_adapter.model.template import Codec
from style_adapter.train.data import prepare
from style_adapter.train.loop import Run, Trained
from style_adapter.train.probe import Probe
from style_adapter.train.settings import settings_for


def make_run(base: Path, personas: Path, out: Path, say: Say = lambda _: None, **wanted: Any) -> Run:
    # a random model says what it likes: the leak stop is tested on its own
    settings = settings_for("cpu", **{"batch": 4, "rank": 4, "probes": 2, "leak_limit": 1e9, **wanted})
    found = locate(str(base))
    codec, bible = Codec(found.path), load_bible(personas, "tiny")
    data = prepare(personas / "tiny", bible, codec, settings)
    out.mkdir(parents=True, exist_ok=True)
    probe = Probe(bible, data.items, codec, lambda *_: Verdict(True), settings.probes, 1)
    return Run(bible, found, load(found, four_bit=settings.four_bit), codec, data, settings, out, probe, say)


def train_tiny(base: Path, personas: Path, out: Path, **wanted: Any) -> Trained:
    return make_run(base, personas, out, **wanted)()
