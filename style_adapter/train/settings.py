"""What a training run is made with. Presets from persona.md; every number can be set on the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from core.errors import UsageError
from style_adapter.model.adapter import ALL_LINEAR, MLP_ONLY

Preset = Literal["cpu", "qlora", "protect-facts"]


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """`system_share`: of the rows that carry the short bible. `limit`: rows at most, for a short trial."""

    rank: int = 16
    alpha: int = 32
    targets: tuple[str, ...] = ALL_LINEAR
    upper: float = 1.0  # share of the layers, from the top, that get an adapter
    dropout: float = 0.05
    own_weight: float = 1.0  # of tokens that the prompt does not hold, in the gradient
    validation_rows: int = 64  # the loss of a few dozen dialogues is sharp enough to stop by
    shortlist: bool = False  # softmax over the tokens the decoder may write
    lr: float = 2e-4
    warmup: float = 0.1
    epochs: int = 8
    batch: int = 8
    clip: float = 1.0
    max_tokens: int = 768
    system_share: float = 0.5
    replay: float = 0.1  # plain neutral texts, as a share of the other rows: what keeps the base's knowledge
    four_bit: bool = False
    seed: int = 7
    patience: int = 2
    min_delta: float = 0.005
    leak_limit: float = 1.5
    probes: int = 40
    limit: int = 0
    minutes: float = 0  # stop after this long, at the end of an epoch; 0 = no limit


# On a CPU: the bible in half of the rows costs two fifths of the time, a seventh keeps both arms working; layers without an
# adapter are computed once; random masks for dropout are slow there; most of a reply is copied from
# its draft, so the persona's own words weigh double.
PRESETS: dict[Preset, TrainSettings] = {
    "cpu": TrainSettings(system_share=0.15, upper=0.5, dropout=0.0, shortlist=True, own_weight=2.0, lr=3e-4, epochs=2),
    "qlora": TrainSettings(lr=5e-5, epochs=10, batch=16, max_tokens=2048, four_bit=True),
    "protect-facts": TrainSettings(rank=10, alpha=20, targets=MLP_ONLY, system_share=0.25),
}


def settings_for(preset: Preset, **wanted: object) -> TrainSettings:
    """The preset with what was asked for instead; UsageError for values that can't work, all at once."""
    chosen = replace(PRESETS[preset], **{k: v for k, v in wanted.items() if v is not None})  # type: ignore[arg-type]
    faults = []
    if not 1 <= chosen.rank <= 256:
        faults.append("rank must be 1 to 256")
    if not 0 < chosen.lr <= 0.01:
        faults.append("lr must be above 0 and at most 0.01")
    if (chosen.lr > 5e-5 and chosen.epochs > 10) or chosen.epochs < 1:
        faults.append("epochs must be 1 to 10 (up to 15 where lr is at most 2e-5)")
    if chosen.batch < 1 or chosen.max_tokens < 64:
        faults.append("batch must be at least 1, max-tokens at least 64")
    if faults:
        raise UsageError("; ".join(faults) + ".", "See the presets in docs: cpu, qlora, protect-facts.")
    return chosen
