"""Trains the small model that tells a stated fact from persona colour: logistic regression over a clause's embedding.
`python -m evals.guard.train_colour` prints cross-validated figures and writes `style_adapter/guard/colour.npz`."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from style_adapter.guard import align, words
from style_adapter.guard.additions import features, units_of

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


def faithful() -> list[tuple[str, str]]:
    rows = [json.loads(x) for x in (ROOT / "evals/guard/pairs.jsonl").open(encoding="utf-8")]
    rows = [r for r in rows if r["part"] == "dev"]
    rows += [json.loads(x) for x in (SHARED / "eval/factguard_dev.jsonl").open(encoding="utf-8")]
    pairs = [(r["draft"], r["restyled"]) for r in rows if r["label"] == "faithful"]
    for path in sorted((ROOT / "personas").glob("*/dialogues.jsonl")):
        for line in path.open(encoding="utf-8"):
            for message in json.loads(line)["messages"]:
                if message.get("draft") and "[1]" in message["draft"]:
                    pairs.append((message["draft"], message["content"]))
    return pairs


def main() -> None:
    dice = random.Random(3)
    pairs = faithful()
    dice.shuffle(pairs)
    rows, labels, groups = [], [], []
    styled = [words.read(s) for _, s in pairs]
    for k, (draft, _) in enumerate(pairs):
        reading = words.read(draft)
        a = align.align(reading, styled[k])
        for unit in units_of(styled[k]):
            told = [a.back[j] for j in unit.words]
            if unit.words and max(told) < 0.6:  # colour beside the facts of its own draft
                rows.append(features(a, unit))
                labels.append(0)
                groups.append(k)
        other = dice.randrange(len(pairs))  # a fact of another draft, told in a persona's voice, is an addition here
        for source in ((styled[other], align.align(words.read(pairs[other][0]), styled[other])),):
            foreign, b = source
            for unit in units_of(foreign):
                told = [b.back[j] for j in unit.words]
                if unit.words and np.mean(told) > 0.75 and pairs[other][0] != draft:
                    c = align.align(reading, foreign)
                    rows.append(features(c, unit))
                    labels.append(1)
                    groups.append(k)
    x, y, g = np.array(rows), np.array(labels), np.array(groups)
    print("clauses", x.shape, "additions", int(y.sum()))
    scores = np.zeros(len(y))
    for train, test in GroupKFold(5).split(x, y, g):
        model = LogisticRegression(C=0.05, max_iter=2000, class_weight="balanced").fit(x[train], y[train])
        scores[test] = model.decision_function(x[test])
    print("AUC", roc_auc_score(y, scores))
    for wrong in (0.01, 0.02, 0.05):
        cut = np.quantile(scores[y == 0], 1 - wrong)
        print(f"colour stopped {wrong:.0%}: additions seen {np.mean(scores[y == 1] > cut):.2f}, threshold {cut:.2f}")
    model = LogisticRegression(C=0.05, max_iter=2000, class_weight="balanced").fit(x, y)
    np.savez_compressed(
        ROOT / "style_adapter/guard/colour.npz",
        weights=model.coef_[0].astype(np.float32),
        bias=np.float32(model.intercept_[0]),
    )


if __name__ == "__main__":
    main()
