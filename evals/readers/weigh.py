"""`python -m evals.readers.weigh`: what the cross-encoder's log odds are worth beside the signals of sufficiency, on held parts,
from none of which it has learned. The constants of retrieval/sufficiency.py are chosen on CHOOSING; `werf` only reports."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import numpy as np

from bot.evaluation import auc
from evals.retrieval.lab import FOLDERS, Lab, questions
from retrieval.cross_encoder import CrossEncoder
from retrieval.evidence import choose, unit_scores
from retrieval.late import TokenEncoder
from retrieval.rank import scorer
from retrieval.search import RESCORED
from retrieval.sufficiency import REFUSE_BELOW, hopeless, strength, sufficiency_features

CHOOSING, REPORTED = ("handbook", "install", "dcmd"), "werf"
FALSE = 0.05
EDGE = math.log(REFUSE_BELOW / (1 - REFUSE_BELOW))


def measured(name: str, reader: CrossEncoder) -> Any:
    """(questions, 3): answerable or not, the signals' strength, the cross-encoder's log odds."""
    labs: dict[str, Lab] = {}
    rows, tokens = [], TokenEncoder()
    for where, item in questions(name, "held"):
        if where not in labs:
            labs[where] = Lab(FOLDERS[where], tokens=tokens)
        result = labs[where].find(item, RESCORED)
        if hopeless(result):
            continue  # refused whatever is read
        scores = unit_scores(result)
        quotes = [quote.source for quote in choose(result, scores)]
        told = strength(sufficiency_features(result, scores), scorer("sufficiency"), scorer("topic"))
        rows.append((bool(item.gold), told, asyncio.run(reader.log_odds(result.query.text, quotes))))
    return np.array(rows)


def main() -> None:
    reader = CrossEncoder()
    sets = {name: measured(name, reader) for name in (*CHOOSING, REPORTED)}
    chosen = np.concatenate([sets[name] for name in CHOOSING])
    mistaken = float((chosen[chosen[:, 0] > 0, 1] < EDGE).mean())
    print(f"| weight | offset | {' | '.join(f'{name}: AUC, refused at 5 % false' for name in sets)} |")
    print("|---|---|" + "---|" * len(sets))
    for weight in (0.0, 0.1, 0.2, 0.3, 0.5, 1.0):
        answerable = chosen[chosen[:, 0] > 0]
        offset = EDGE - np.quantile(answerable[:, 1] + weight * answerable[:, 2], mistaken)
        cells = []
        for rows in sets.values():
            total, labels = rows[:, 1] + weight * rows[:, 2], rows[:, 0] > 0
            refused = float((total[~labels] < np.quantile(total[labels], FALSE)).mean())
            cells.append(f"{auc(total[labels].tolist(), total[~labels].tolist()):.3f}, {refused:.2f}")
        print(f"| {weight} | {offset if weight else 0.0:.2f} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
