"""Fits the four scorers of retrieval/weights on the `dev` parts and on a sample of XQuAD, and those of passages and units anew
for the quality mode, which weighs late interaction too: `python -m evals.retrieval.train`.

Prints what five folds by page give on werf dev, and what weights that never saw a set give on it; then writes the weights of
all `dev` parts. Needs torch and the corpora of `evals.retrieval.corpora`; half an hour on two cores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bot.evaluation import Item, auc, holds, letters, right
from evals.retrieval.fit import fit_logistic, fit_ranker, write
from evals.retrieval.lab import FOLDERS, Lab, questions, taught, xquad
from retrieval.evidence import PASSAGES, choose, unit_scores, unit_tables
from retrieval.features import NOTHING, PASSAGE, passage_features
from retrieval.found import SearchResult
from retrieval.late import TokenEncoder
from retrieval.late_signals import PASSAGE_LATE, UNIT_LATE
from retrieval.rank import LATE, Scorer
from retrieval.search import RESCORED
from retrieval.sufficiency import SUFFICIENCY, strength, sufficiency_features
from retrieval.units import UNIT

SETS = {
    **{"werf": 1.0, "handbook": 1.0, "install": 0.4, "dcmd": 0.4, "xquad_para": 0.8},
    **dict.fromkeys(("werf_hard", "handbook_hard", "install_hard", "dcmd_hard"), 1.0),
}
XQUAD_WEIGHT, XQUAD_SAME, XQUAD_CROSSED = 0.25, 220, 160
FOLDS = 5
FALSE_REFUSALS = 0.05
PLAIN = 0.3  # weight of an XQuAD question for sufficiency: all of them can be answered
RIDGE = 100.0  # of the sufficiency and the topic scorer
ELSEWHERE = 0.4  # of the questions are also asked of other documents, which don't know the answer
FAR = 0.3  # weight of one of those for sufficiency: the topic scorer is there for them
GATE, GATED = (
    2.0,
    0.03,
)  # how steeply confidence falls below the topic score that this share of answerable questions has
ASKING = 2.0  # columns that tell only what is asked are divided by so much: they may lean, not decide
HOW = re.compile(r"(?:а |и )?как\b|how ")
BENDS = 64  # random tanh combinations of the signals beside the signals themselves: some tell only together
LIMIT = 4.0  # standard deviations a signal of it counts for at most
MEANING = 0.3  # the meaning columns are divided by this, not by their spread: together they weigh like a few signals
# Which signals of SUFFICIENCY speak for an answer, which against one, and which tell only what is asked.
FOR = frozenset(
    """
score, gap, share of best, coverage, exact coverage, window, best unit, own unit, names, rarest, best cosine, mean cosine,
chunk cosine, joint, unit score, unit share, unit gap, quoted coverage, coverage of three, z cosine, z coverage, document agrees,
exact rarest, nouns found, terms found, pairs, best pair, focus in unit, focus around, focus in any, focus joint, acts in unit,
acts around, acts in any, qualities around, soft unit, soft around, soft any, offered, offered in any, offered joint, offered new,
number by focus, cosine over page, cosine over all, same unit, best joint, all in unit, focus cosine, soft wide, proper in unit,
proper around, exact any, named joint, cosine top, unit lead
""".replace("\n", " ")
    .strip()
    .split(", ")
)
AGAINST = frozenset(
    """
missing, missing weight, unknown, unknown weight, unknown name, quoted missing weight, number unanswered, code unanswered,
strange unknown, missing noun, missing term, missing latin, missing verb, unquoted noun, unquoted term, unquoted latin,
nowhere noun, nowhere term, loose noun, worst around, worst any, second worst around, worst noun around, unknown identifier,
unknown latin, unknown acronym, unknown noun, absent identifier, absent latin, absent noun, worst wide, missing number,
missing number around, default unanswered, limit unanswered
""".replace("\n", " ")
    .strip()
    .split(", ")
)
LATE_SIGNALS = {PASSAGE: PASSAGE_LATE, UNIT: UNIT_LATE}
ASKS = frozenset(("asks whether", "asks why", "asks default", "has focus", "has acts", "kinds"))


@dataclass(frozen=True)
class Case:
    """A question searched. `right`: which of the passages found hold its gold. `set` is where it comes from; it is `far` where it
    was asked of another set's documents, its gold taken off."""

    set: str
    item: Item
    result: SearchResult
    right: Any
    weight: float
    documents: str = ""

    @property
    def page(self) -> str:
        return self.item.gold[0][0] if self.item.gold else self.item.id


def folders() -> dict[str, Path]:
    """Of the documents that SETS and XQuAD are asked of; not those that late interaction has learned from."""
    kinds = {name.split("_")[0] for name in SETS}
    return {name: folder for name, folder in FOLDERS.items() if name.split("-")[0] in kinds}


def collect() -> list[Case]:
    tokens = TokenEncoder()
    labs = {name: Lab(folder, tokens=tokens) for name, folder in folders().items()}
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
        cases.append(Case(name, item, result, np.array(held, bool), weight, where))
    for name, _, where, item in asked:
        if generator.random() < (ELSEWHERE if name in SETS else ELSEWHERE / 4):
            others = [other for other in labs if other.split("-")[0] != where.split("-")[0]]
            other = others[int(generator.integers(len(others)))]
            away = replace(item, gold=())
            result = labs[other].find(away, RESCORED)
            cases.append(Case(name, away, result, np.zeros(len(result.found), bool), 0.0, other))
    return [case for case in cases if case.result.found]


def without_tokens(case: Case) -> Case:
    """The case as the default mode sees it."""
    found = []
    for item in case.result.found:
        candidate = replace(item.candidate, met=NOTHING, heft=NOTHING)
        found.append(replace(item, candidate=candidate, features=item.features[: len(PASSAGE)]))
    return replace(case, result=replace(case.result, found=tuple(found)))


def names(of: tuple[str, ...], cases: Sequence[Case]) -> tuple[str, ...]:
    """The names of the signals that are measured of these cases."""
    return of + LATE_SIGNALS[of] if cases[0].result.late else of


def at_home(case: Case) -> bool:
    return case.documents.split("-")[0] == case.set.replace("_", " ").split()[0]


def known(case: Case, name: str) -> bool:
    """Whether a case has to do with a set: comes from it, or was asked of its documents."""
    kind = name.split("_")[0]
    return case.set.startswith(kind) or case.documents.startswith(kind)


def fit_signals(x: Any, y: Any, weights: Any, signals: tuple[str, ...], evidence_only: bool) -> Scorer:
    """A scorer over these signals in which a signal of evidence can only speak for an answer, and a lack only against one."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    asking = np.array([name in ASKS or name.startswith("is ") for name in signals])
    meaning = np.array([name.startswith("meaning ") for name in signals])
    scale[asking] *= ASKING
    scale[meaning] = MEANING
    low = np.array([0.0 if name in FOR else -np.inf for name in signals])
    high = np.array([0.0 if name in AGAINST else np.inf for name in signals])
    if evidence_only:
        low[asking | meaning] = high[asking | meaning] = 0.0
    z = np.clip((x - mean) / scale, -LIMIT, LIMIT)
    hidden, bias = np.zeros((len(mean), 1)), np.zeros(1)
    if not evidence_only:
        generator = np.random.default_rng(0)
        hidden = generator.normal(size=(len(mean), BENDS)) * (~meaning)[:, None] / np.sqrt((~meaning).sum())
        bias = generator.normal(size=BENDS) / 2
    free = np.full(len(bias), np.inf if not evidence_only else 0.0)
    linear, offset = fit_logistic(
        np.column_stack([z, np.tanh(z @ hidden + bias)]),
        y,
        weights,
        RIDGE,
        np.append(low, -free),
        np.append(high, free),
    )
    return Scorer(signals, mean, scale, linear[: len(mean)], hidden, bias, linear[len(mean) :], offset, LIMIT)


def fit_topic(x: Any, cases: Sequence[Case]) -> Scorer:
    """What tells a question of these documents from one of others, steep around the few answerable ones that score least."""
    home = np.array([bool(case.item.gold) for case in cases])
    chosen = home | np.array([not at_home(case) for case in cases])
    weights = np.where(home, [1.0 if case.set in SETS else PLAIN for case in cases], 0.0)
    weights[chosen & ~home] = weights.sum() / (chosen & ~home).sum()
    made = fit_signals(x[chosen], home[chosen], weights[chosen], SUFFICIENCY, evidence_only=True)
    written = home & np.array([case.set in SETS for case in cases])
    least = float(np.quantile(made(x[written]), GATED))
    return replace(made, linear=GATE * made.linear, offset=GATE * (made.offset - least) + 1.0)


def manner(item: Item) -> list[float]:
    """How a question is put, whatever it is about."""
    long = float(np.log1p(len(item.question.split())))
    text = item.question.strip()
    how = bool(HOW.match(text.lower()))
    return [long, long**2, float(text.endswith("?")), float(text[:1].isupper()), float(bool(item.history)), float(how)]


def evened(cases: Sequence[Case]) -> Any:
    """Weights under which answerable and unanswerable questions are alike in length and manner: whoever writes questions for
    such a set writes the unanswerable ones shorter and asks more often how, and people who ask don't."""
    sets = sorted({case.set for case in cases})
    x = np.array([manner(case.item) + [float(case.set == name) for name in sets] for case in cases])
    y = np.array([bool(case.item.gold) for case in cases])
    linear, offset = fit_logistic(x, y, np.ones(len(y)), 0.5)
    chance = np.clip(1 / (1 + np.exp(-(x @ linear + offset))), 0.1, 0.9)
    return np.where(y, 1 / chance, 1 / (1 - chance))


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


def sufficiency_rows(cases: Sequence[Case], passage: Scorer, unit: Scorer) -> Any:
    rows = []
    for case in cases:
        result = ranked(case, passage)
        rows.append(sufficiency_features(result, unit_scores(result, unit)))
    return np.array(rows)


def sufficiency_weights(cases: Sequence[Case]) -> Any:
    """In each set the unanswerable questions weigh as much as the answerable ones."""
    weights = np.array([PLAIN if at_home(case) else FAR for case in cases])
    held = np.array([bool(case.item.gold) for case in cases])
    for name in SETS:
        chosen = np.array([case.set == name and at_home(case) for case in cases])
        if (chosen & held).any() and (chosen & ~held).any():
            weights[chosen] = 1.0
            weights[chosen & ~held] = (chosen & held).sum() / (chosen & ~held).sum()
    written = [n for n, case in enumerate(cases) if case.set in SETS and at_home(case)]
    weights[written] *= evened([cases[n] for n in written])
    return weights


def passage_rows(cases: Sequence[Case]) -> list[tuple[Any, Any, float]]:
    return [
        (np.array([item.features for item in case.result.found]), case.right, case.weight)
        for case in cases
        if case.right.any()
    ]


def fit_rankers(cases: Sequence[Case]) -> tuple[Scorer, Scorer]:
    """Passage and unit scorers, the second standing on the first."""
    passage = fit_ranker(passage_rows(cases), names(PASSAGE, cases), hidden=6, epochs=60)
    # Without late signals units learn to mistrust the question's words from the harder questions, and plain ones («сколько дней
    # отпуска в год») lose by it more than those gain (LOG-retrieval, sixth session).
    chosen = [case for case in cases if case.result.late or not case.set.endswith("_hard")]
    rows = unit_rows([case for case in chosen if case.item.gold], passage)
    return passage, fit_ranker(rows, names(UNIT, cases), hidden=1, epochs=30)


Made = tuple[Scorer, Scorer, Scorer, Scorer]


def fit_all(cases: Sequence[Case]) -> Made:
    """Passage, unit, sufficiency and topic scorers. The last two learn from what rankers say of pages that those never saw."""
    pages = sorted({case.page for case in cases})
    half = {page: n % 2 for n, page in enumerate(np.random.default_rng(2).permutation(pages))}
    rows = np.zeros((len(cases), len(SUFFICIENCY)), np.float32)
    for number in (0, 1):
        rankers = fit_rankers([case for case in cases if half[case.page] != number])
        inside = [n for n, case in enumerate(cases) if half[case.page] == number]
        rows[inside] = sufficiency_rows([cases[n] for n in inside], *rankers)
    held = np.array([bool(case.item.gold) for case in cases])
    sufficiency = fit_signals(rows, held, sufficiency_weights(cases), SUFFICIENCY, evidence_only=False)
    return *fit_rankers(cases), sufficiency, fit_topic(rows, cases)


def measure(cases: Sequence[Case], made: Made) -> list[dict[str, Any]]:
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
        confidence = strength(sufficiency_features(result, scores), made[2], made[3])
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
    missing = sorted({name.split("_")[0] for name in SETS} - {"xquad"} - set(FOLDERS))
    if missing:
        raise SystemExit(f"No documents of {', '.join(missing)}: run python -m evals.retrieval.corpora")
    cases = collect()
    for late in (False, True):
        print("quality mode" if late else "default mode")
        if late:
            train([case for case in cases if not taught(case.documents, case.item)], LATE)
        else:
            train([without_tokens(case) for case in cases], "")


def train(cases: Sequence[Case], suffix: str) -> None:
    werf = [case for case in cases if case.set in ("werf", "werf_hard") and at_home(case)]
    pages = sorted({case.page for case in werf})
    fold = {page: n % FOLDS for n, page in enumerate(np.random.default_rng(1).permutation(pages))}
    rows = {"werf": list[dict[str, Any]](), "werf_hard": []}
    for number in range(FOLDS):
        out = [case for case in werf if fold[case.page] == number]
        inside = {id(case) for case in out}
        made = fit_all([case for case in cases if id(case) not in inside])
        for name in rows:
            rows[name] += measure([case for case in out if case.set == name], made)
    for name in rows:
        told(f"{name} dev, five folds by page", rows[name])
    for kind in dict.fromkeys(name.split("_")[0] for name in SETS):
        made = fit_all([case for case in cases if not known(case, kind)])
        for name in (name for name in SETS if name.startswith(kind)):
            own = [case for case in cases if case.set == name and at_home(case)]
            told(f"{name} dev, by weights that never saw {kind}", measure(own, made))
    made = fit_all(cases)
    told("all dev, fitted (no proof)", measure([c for c in cases if c.set in SETS and at_home(c)], made))
    for name, weights in zip(("passage", "unit", "sufficiency", "topic"), made, strict=True):
        if not suffix or name in (
            "passage",
            "unit",
        ):  # the quality mode judges by the default's (docs/adr/013-late-interaction.md)
            write(name + suffix, weights)


if __name__ == "__main__":
    main()
