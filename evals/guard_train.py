"""`python -m evals.guard_train`: trains the model that tells a lost draft word from a paraphrased one
(`style_adapter/guard/gaps.npz`) on the dev parts and on words lost by code. Prints its AUC and, cross-validated by draft,
what it finds of lost conditions."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from core.text import language
from evals.guard.corrupt import Corrupter
from style_adapter.guard import words
from style_adapter.guard.align import align
from style_adapter.guard.gaps import Gap, Gaps, Vector

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT.parent / "shared" / "eval" / "factguard_dev.jsonl"
PAIRS = [ROOT / "evals" / "guard" / f"pairs{s}.jsonl" for s in ("", "_b", "_c")]
FOLDS, C, HAND, MADE = 5, 0.3, 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One pair's lost words; `lost` are the spans known to be lost, `kind` is empty for a faithful pair."""

    draft: str
    kind: str
    hand: bool
    gaps: list[Gap]
    lost: tuple[tuple[int, int], ...] = ()

    def label(self, gap: Gap) -> int:
        """1 lost, 0 paraphrased, -1 unknown."""
        if not self.kind:
            return 0
        return 1 if any(s < gap.span[1] and gap.span[0] < e for s, e in self.lost) else -1


def hand() -> list[tuple[str, str, str]]:
    """(draft, styled, kind) of the sample and of every dev part."""
    rows = []
    for path in (SAMPLE, *PAIRS):
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            row = json.loads(line)
            if row.get("part", "dev") == "dev":
                rows.append((row["draft"], row["restyled"], "" if row["label"] == "faithful" else row["kind"]))
    return rows


def personas(count: int, dice: random.Random) -> list[tuple[str, str, str]]:
    """Faithful restyles of the shipped personas, at most `count` of each file."""
    rows = []
    for path in sorted((ROOT / "personas").glob("*/*.jsonl")):
        messages = [m for line in path.read_text(encoding="utf-8").splitlines() for m in json.loads(line)["messages"]]
        told = [m for m in messages if "[1]" in (m.get("draft") or "") and m["draft"] not in m["content"]]
        rows += [(m["draft"], m["content"], "") for m in dice.sample(told, min(count, len(told)))]
    return rows


def gaps(draft: str, styled: str) -> list[Gap]:
    return Gaps(align(words.read(draft), words.read(styled))).lost()


def collect() -> list[Row]:
    """Every hand-written pair, restyles of the personas, and slips made by code in the faithful ones."""
    dice = random.Random(17)
    told = hand()
    extra = personas(25, dice)
    rows = [Row(d, kind, True, gaps(d, s)) for d, s, kind in told] + [
        Row(d, "", False, gaps(d, s)) for d, s, _ in extra
    ]
    faithful = [(d, s) for d, s, kind in told + extra if not kind]
    drafts = sorted({d for d, _ in faithful})
    pools = {lang: [words.read(d) for d in drafts if language(d) == lang] for lang in ("ru", "en")}
    for draft, styled in faithful:
        for made in Corrupter(draft, styled, pools[language(draft)], dice).every():
            rows.append(Row(draft, made.kind, False, gaps(made.draft, made.styled), made.lost))
    return rows


def fit(x: Vector, y: Vector, weight: Vector) -> tuple[Vector, float]:
    """Weights and bias over raw marks; lost words weigh half as much as paraphrased ones together."""
    weight = weight.copy()
    weight[y == 1] *= 0.5 * weight[y == 0].sum() / weight[y == 1].sum()
    mean, spread = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=C, max_iter=400).fit((x - mean) / spread, y, sample_weight=weight)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - (mean * weights).sum())


def main() -> None:
    rows = collect()
    x = np.array([g.marks for r in rows for g in r.gaps])
    y = np.array([r.label(g) for r in rows for g in r.gaps])
    weight = np.array([HAND if r.hand else MADE for r in rows for _ in r.gaps])
    drafts = sorted({r.draft for r in rows})
    random.Random(5).shuffle(drafts)
    fold_of = {d: k % FOLDS for k, d in enumerate(drafts)}
    fold = np.array([fold_of[r.draft] for r in rows for _ in r.gaps])
    scores = np.zeros(len(y))
    for k in range(FOLDS):
        train = (fold != k) & (y >= 0)
        weights, bias = fit(x[train], y[train], weight[train])
        scores[fold == k] = 1 / (1 + np.exp(-(x[fold == k] @ weights + bias)))
    print(
        f"lost words {int((y == 1).sum())}, paraphrased {int((y == 0).sum())}, AUC {roc_auc_score(y[y >= 0], scores[y >= 0]):.3f}"
    )
    totals: dict[str, list[float]] = {"": [], "condition_dropped": []}
    at = 0
    for row in rows:
        claims: dict[int, float] = {}
        for gap, score in zip(row.gaps, scores[at : at + len(row.gaps)], strict=True):
            claims[gap.claim] = claims.get(gap.claim, 0.0) + (float(score) if gap.conditional else 0.0)
        at += len(row.gaps)
        if row.hand and row.kind in totals:
            totals[row.kind].append(max(claims.values(), default=0.0))
    for wrong in (0.005, 0.01, 0.02, 0.04):
        cut = float(np.quantile(totals[""], 1 - wrong))
        found = np.mean(np.array(totals["condition_dropped"]) > cut)
        print(f"faithful stopped {wrong:.1%}: lost conditions found {found:.2f}, summed probability {cut:.2f}")
    weights, bias = fit(x[y >= 0], y[y >= 0], weight[y >= 0])
    np.savez_compressed(
        ROOT / "style_adapter/guard/gaps.npz", weights=weights.astype(np.float32), bias=np.float32(bias)
    )


if __name__ == "__main__":
    main()
