"""`persona train` as a plain function: bible, data and base in, a trained adapter among the persona's versions out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from style_adapter.bible import load as load_bible
from style_adapter.model.base import Say, locate
from style_adapter.model.library import load
from style_adapter.model.template import Codec, show_mask
from style_adapter.train.data import TrainingData, prepare
from style_adapter.train.loop import LOG, Run
from style_adapter.train.probe import Check, Probe
from style_adapter.train.settings import TrainSettings
from style_adapter.versions import Versions


def masks(personas: Path, persona: str, base: str, cache: Path, settings: TrainSettings, count: int) -> list[str]:
    """What would be learned of the first rows, between ⟦ and ⟧. Loads no weights."""
    codec = Codec(locate(base, cache).path)
    data = prepare(personas / persona, load_bible(personas, persona), codec, settings)
    return [show_mask(codec, row) for row in data.train[:count]]


def train(
    personas: Path,
    persona: str,
    base: str,
    cache: Path,
    out: Path,
    settings: TrainSettings,
    versions: Versions,
    check: Check,
    say: Say,
) -> dict[str, Any]:
    """Trains (or goes on with the run in `out`) and adds the kept epoch to the versions, not yet active. Returns a
    report; its `version` is None where every epoch recited its data."""
    import torch

    bible = load_bible(personas, persona)
    found = locate(base, cache, say)
    codec = Codec(found.path)
    data = prepare(personas / persona, bible, codec, settings)
    _say_what(data, say)
    torch.set_num_threads(torch.get_num_threads())
    probe = Probe(bible, data.items, codec, check, settings.probes, settings.seed)
    model = load(found, four_bit=settings.four_bit)
    done = Run(bible, found, model, codec, data, settings, out, probe, say)()
    version = versions.add(persona, done.folder) if done.folder else None
    if version is None:
        say(
            "Every epoch recites its data: nothing is kept. Mend the phrases named above in the data, then train again."
        )
    return {
        "persona": persona,
        "version": version,
        "stopped": done.why,
        "kept": asdict(done.kept) if done.kept else None,
        "epochs": [asdict(scores) for scores in done.history],
        "log": str(out / LOG),
        "plots": [str(path) for path in done.plots],
        "dropped": list(data.dropped),
    }


def _say_what(data: TrainingData, say: Say) -> None:
    tokens = sum(len(row.ids) for row in data.train)
    learned = sum(sum(row.learned) for row in data.train)
    say(
        f"{len(data.train)} training and {len(data.validation)} validation rows, {tokens} tokens an epoch, {learned} of them "
        f"learned" + (f"; {len(data.dropped)} too long" if data.dropped else "")
    )
