"""Fits the three scorers of retrieval/weights on the `dev` parts and on a sample of XQuAD: `python -m evals.retrieval.train`.

Prints what five folds by page give on werf dev, and what weights that never saw werf give there; then writes the weights of
all `dev` parts. Needs the `adapter` extra's torch; minutes on two cores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from bot.evaluation import Item, auc, holds, letters, right
from evals.retrieval.lab import FOLDERS, Lab, questions, xquad
from retrieval.evidence import PASSAGES, choose, unit_scores, unit_tables
from retrieval.features import PASSAGE, passage_features
from retrieval.found import SearchResult
from retrieval.rank import FOLDER, Scorer, scorer
from retrieval.search import RESCORED
from retrieval.sufficiency import SUFFICIENCY, sufficiency_features
from retrieval.units import UNIT

SETS = {"werf": 1.0, "handbook": 1.0, "xquad_para": 0.8}
XQUAD_WEIGHT, XQUAD_SAME, XQUAD_CROSSED = 0.25, 220, 160
FOLDS = 5
FALSE_REFUSALS = 0.05


@dataclass(frozen=True)
class Case:
    """A question searched. `right`: which of the passages found hold its gold."""

    set: str
    item: Item
    result: SearchResult
    right: Any
    weight: float

    @property
    def page(self) -> str:
        return self.item.gold[0][0] if self.item.gold else self.item.id


def collect() -> list[Case]:
    labs = {name: Lab(folder) for name, folder in FOLDERS.items()}
    asked = [(name, SETS[name], where, item) for name in SETS for where, item in questions(name, "dev")]
    generator = np.random.default_rng(0)
    for documents in ("ru", "en"):
        for lang in ("ru", "en"):
            rows = xquad(lang, documents)
            some = generator.choice(len(rows), XQUAD_SAME if lang == documents else XQUAD_CROSSED, replace=False)
            asked += [(f"xquad {lang} {documents}", XQUAD_WEIGHT, *rows[n]) for n in some]
    cases = []
    for name, weight, where, item in asked:
        result = labs[where].find(item, RESCORED)
        held = [right(hit.source, item.gold) and holds(hit.text, item.gold) for hit in result.passages.hits]
        cases.append(Case(name, item, result, np.array(held, bool), weight))
    return cases


# A scorer as a torch module, and back


class Net(torch.nn.Module):
    def __init__(self, size: int, hidden: int) -> None:
        super().__init__()
        self.linear, self.hidden = torch.nn.Linear(size, 1), torch.nn.Linear(size, hidden)
        self.out = torch.nn.Linear(hidden, 1, bias=False)
        torch.nn.init.zeros_(self.linear.weight)
        torch.nn.init.zeros_(self.out.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = (self.linear(x) + self.out(torch.tanh(self.hidden(x)))).squeeze(-1)
        return scores


def freeze(net: Net, mean: Any, scale: Any, names: Sequence[str]) -> Scorer:
    arrays = [
        p.detach().numpy() for p in (net.linear.weight[0], net.hidden.weight.T, net.hidden.bias, net.out.weight[0])
    ]
    return Scorer(tuple(names), mean, scale, *arrays, float(net.linear.bias.detach()[0]))


def write(name: str, made: Scorer) -> None:
    stored = {
        key: np.round(getattr(made, key), 5).tolist() for key in ("mean", "scale", "linear", "hidden", "bias", "out")
    }
    text = json.dumps({"names": made.names, **stored, "offset": round(made.offset, 5)}, indent=0)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    scorer.cache_clear()


def fit_ranker(rows: Sequence[tuple[Any, Any, float]], names: Sequence[str], hidden: int, epochs: int) -> Scorer:
    """`rows`: (features, which are right, weight) a question; the right ones share the probability."""
    torch.manual_seed(0)
    together = np.concatenate([features for features, _, _ in rows])
    mean, scale = together.mean(axis=0), together.std(axis=0) + 1e-3
    net = Net(len(names), hidden)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-2, weight_decay=0.6)
    longest = max(len(features) for features, _, _ in rows)
    x, y = torch.zeros(len(rows), longest, len(names)), torch.zeros(len(rows), longest, dtype=torch.bool)
    there = torch.zeros_like(y)
    weights = torch.tensor([weight for _, _, weight in rows])
    for n, (features, held, _) in enumerate(rows):
        x[n, : len(features)] = torch.tensor((features - mean) / scale)
        y[n, : len(held)], there[n, : len(held)] = torch.tensor(held), True
    for _ in range(epochs):
        for batch in torch.randperm(len(rows)).split(32):
            scores = net(x[batch]).masked_fill(~there[batch], -1e9)
            loss = torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~y[batch], -1e9), 1)
            loss = (loss * weights[batch]).sum() / weights[batch].sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return freeze(net, mean, scale, names)


def fit_classifier(x: Any, y: Any, weights: Any, names: Sequence[str]) -> Scorer:
    torch.manual_seed(0)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    net = Net(len(names), 1)
    optimiser = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=10.0)
    inputs = torch.tensor(((x - mean) / scale).astype(np.float32))
    targets, heft = torch.tensor(y.astype(np.float32)), torch.tensor(weights.astype(np.float32))
    for _ in range(200):
        for batch in torch.randperm(len(inputs)).split(128):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                net(inputs[batch]), targets[batch], reduction="none"
            )
            loss = (loss * heft[batch]).sum() / heft[batch].sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return freeze(net, mean, scale, names)


# What each scorer learns from


def ranked(case: Case, weigh: Scorer, kept: Any = None) -> SearchResult:
    """The result as this scorer ranks it; with `kept`, as if the other passages were not in the documents."""
    kept = np.ones(len(case.right), bool) if kept is None else kept
    found = [item for item, keep in zip(case.result.found, kept, strict=True) if keep]
    features = passage_features([item.candidate for item in found], case.result.query)
    scores = weigh(features)
    order = np.argsort(-scores)
    return replace(
        case.result,
        found=tuple(
            replace(found[n], features=features[n], passage=replace(found[n].passage, score=float(scores[n])))
            for n in order
        ),
    )


def unit_rows(cases: Sequence[Case], weigh: Scorer) -> list[tuple[Any, Any, float]]:
    rows = []
    for case in cases:
        result = ranked(case, weigh)
        quotes = [letters(quote) for _, quote in case.item.gold]
        held = []
        for found in result.found[:PASSAGES]:
            of_gold = right(found.passage.source, case.item.gold)
            for start, end in found.candidate.spans:
                unit = letters(found.passage.text[start:end])
                held.append(of_gold and any(quote in unit or (len(unit) >= 8 and unit in quote) for quote in quotes))
        if any(held):
            rows.append((np.concatenate(unit_tables(result)), np.array(held, bool), case.weight))
    return rows


def sufficiency_rows(cases: Sequence[Case], weigh: Scorer, unit: Scorer) -> tuple[Any, Any, Any]:
    """Features, whether there is an answer, weights. Answerable questions whose gold passages are left
    out make unanswerable ones, of less weight than those people wrote."""
    x, y, weights = [], [], []
    written = {name: [case for case in cases if case.set == name] for name in {case.set for case in cases}}
    for case in cases:
        of_set = written[case.set]
        answerable = sum(bool(other.item.gold) for other in of_set)
        share = 1.0 if case.item.gold else answerable / max(len(of_set) - answerable, 1)
        base = 0.33 if case.set.startswith("xquad ") else 1.0
        variants = [(bool(case.item.gold), None, share * base)]
        if case.right.any() and (~case.right).sum() >= 8:
            variants.append((False, ~case.right, 0.3 * base))
        for answer, kept, weight in variants:
            result = ranked(case, weigh, kept)
            x.append(sufficiency_features(result, unit_scores(result, unit)))
            y.append(answer)
            weights.append(weight)
    return np.array(x), np.array(y), np.array(weights)


def passage_rows(cases: Sequence[Case]) -> list[tuple[Any, Any, float]]:
    return [
        (np.array([item.features for item in case.result.found]), case.right, case.weight)
        for case in cases
        if case.right.any()
    ]


def fit_all(cases: Sequence[Case]) -> tuple[Scorer, Scorer, Scorer]:
    """Passage, unit and sufficiency scorers, each standing on the one before."""
    passage = fit_ranker(passage_rows(cases), PASSAGE, hidden=6, epochs=60)
    unit = fit_ranker(unit_rows([case for case in cases if case.item.gold], passage), UNIT, hidden=1, epochs=30)
    sufficiency = fit_classifier(*sufficiency_rows(cases, passage, unit), SUFFICIENCY)
    return passage, unit, sufficiency


def measure(cases: Sequence[Case], made: tuple[Scorer, Scorer, Scorer]) -> list[dict[str, Any]]:
    """A row a question: rank of the gold, whether it is quoted, confidence."""
    rows = []
    for case in cases:
        result = ranked(case, made[0])
        scores = unit_scores(result, made[1])
        gold = case.item.gold
        rank = next(
            (n for n, i in enumerate(result.found, 1) if right(i.passage.source, gold) and holds(i.passage.text, gold)),
            99,
        )
        quoted = any(right(q.source.source, gold) and holds(q.source.quote, gold) for q in choose(result, scores))
        confidence = float(made[2](sufficiency_features(result, scores)[None])[0])
        rows.append({"answerable": bool(gold), "rank": rank, "quoted": quoted, "confidence": confidence})
    return rows


def told(title: str, rows: Sequence[dict[str, Any]]) -> None:
    yes = [row for row in rows if row["answerable"]]
    no = [row["confidence"] for row in rows if not row["answerable"]]
    sure = [row["confidence"] for row in yes]
    limit = float(np.quantile(sure, FALSE_REFUSALS))
    print(
        f"{title}: gold@5 {np.mean([row['rank'] <= 5 for row in yes]):.3f}, "
        f"evidence {np.mean([row['quoted'] for row in yes]):.3f}, AUC {auc(sure, no):.3f}, "
        f"refused at {FALSE_REFUSALS:.0%} false {np.mean([value < limit for value in no]):.3f} "
        f"(confidence {1 / (1 + np.exp(-limit)):.3f}; 15 % fall below {1 / (1 + np.exp(-np.quantile(sure, 0.15))):.3f})",
        flush=True,
    )


def main() -> None:
    torch.set_num_threads(1)
    cases = collect()
    werf = [case for case in cases if case.set == "werf"]
    pages = sorted({case.page for case in werf})
    fold = {page: n % FOLDS for n, page in enumerate(np.random.default_rng(1).permutation(pages))}
    rows = []
    for number in range(FOLDS):
        out = [case for case in werf if fold[case.page] == number]
        inside = {id(case) for case in out}
        rows += measure(out, fit_all([case for case in cases if id(case) not in inside]))
    told("werf dev, five folds by page", rows)
    told("werf dev, by weights that never saw werf", measure(werf, fit_all([c for c in cases if c.set != "werf"])))
    made = fit_all(cases)
    told("all dev, fitted (no proof)", measure(cases, made))
    for name, weights in zip(("passage", "unit", "sufficiency"), made, strict=True):
        write(name, weights)


if __name__ == "__main__":
    main()
