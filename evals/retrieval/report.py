"""The retrieval tables: `python -m evals.retrieval.report SET dev|held [quality]` for a set of evals/questions, or
`… report xquad`. The cross-encoder of `quality` has learned from the dev parts: its figures there flatter it."""

from __future__ import annotations

import asyncio
import sys

import numpy as np

from bot.evaluation import retrieval, summary, table
from evals.retrieval.lab import FOLDERS, Lab, questions, xquad
from retrieval.cross_encoder import CrossEncoder
from retrieval.evidence import choose, unit_scores
from retrieval.late import TokenEncoder


def xquad_rows() -> None:
    print("| question → documents | r@1 | r@5 | answer in ≤ 3 quotes | n |\n|---|---|---|---|---|")
    for documents in ("ru", "en"):
        lab = Lab(FOLDERS[f"xquad-{documents}"])
        for asked in ("ru", "en"):
            rows = []
            for _, item in xquad(asked, documents):
                result = lab.find(item, 8)
                sources = [hit.source for hit in result.passages.hits]
                quotes = [quote.source.quote for quote in choose(result, unit_scores(result))]
                wanted = item.gold[0][0]
                held = any(answer in quote for _, answer in item.gold for quote in quotes)
                rows.append((sources[0] == wanted, wanted in sources[:5], held))
            first, five, evidence = np.mean(rows, axis=0)
            print(f"| {asked} → {documents} | {first:.3f} | {five:.3f} | {evidence:.3f} | {len(rows)} |")


def main(name: str, part: str = "dev", mode: str = "") -> None:
    if name == "xquad":
        return xquad_rows()
    asked = questions(name, part)
    quality = mode == "quality"
    rows, reader, tokens = [], CrossEncoder() if quality else None, TokenEncoder() if quality else None
    for folder in dict.fromkeys(folder for folder, _ in asked):
        lab = Lab(FOLDERS[folder], cross_encoder=reader, tokens=tokens)
        rows += asyncio.run(retrieval(lab, [item for where, item in asked if where == folder]))  # type: ignore[arg-type]
    print(table(summary(rows)))
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
