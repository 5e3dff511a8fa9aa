"""`python -m evals.guard_eval [--set NAME]`: the fact guard's table per kind with intervals, timings, misses.
`looked` and `held` are all dev and all held parts together; of held parts only totals are printed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from style_adapter.guard import Guard, evaluate

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT.parent / "shared" / "eval" / "factguard_dev.jsonl"
FILES = {"pairs": "pairs.jsonl", **{letter: f"pairs_{letter}.jsonl" for letter in "bcdefg"}}
# In neither `looked` nor `held`: numbers, units, dates, identifiers and citations only; sentences merged and split.
APART = {"hard": "hard.jsonl", "h": "pairs_h.jsonl"}
PAIRS = ROOT / "evals" / "guard"
CALIBRATION = ("e-dev", "g-dev")  # never learned from: AGREES and STOPS were chosen on them and on the sample
SETS = (
    "dev",
    *(f"{name}-{part}" for name in (*FILES, *APART) for part in ("dev", "held")),
    "looked",
    "held",
    "stress",
    "edits",
    "by-code",
)


def pairs_of(name: str) -> list[evaluate.Pair]:
    """The pairs of one set; an empty list where its file is absent."""
    if name == "stress":
        from evals.guard.stress import pairs

        return pairs(PAIRS / "pairs.jsonl")
    if name == "edits":
        from evals.guard import edits

        return edits.pairs()
    if name == "by-code":
        from evals.guard import by_code

        return by_code.pairs(p for p in pairs_of("g-dev") if p.faithful)
    if name == "looked":
        return [p for each in ("dev", *(f"{n}-dev" for n in FILES)) for p in pairs_of(each)]
    if name == "held":
        return [p for n in FILES for p in pairs_of(f"{n}-held")]
    if name == "dev":
        return evaluate.load(SAMPLE) if SAMPLE.exists() else []
    source, part = name.split("-")
    path = PAIRS / (FILES | APART)[source]
    return evaluate.load(path, part) if path.exists() else []


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=(*SETS, "all"), default="dev")
    parser.add_argument("--totals", action="store_true", help="print no misses")
    options = parser.parse_args(arguments)
    guard = Guard()
    for name in SETS if options.set == "all" else (options.set,):
        pairs = pairs_of(name)
        if not pairs:
            continue
        outcomes = evaluate.run(guard, pairs)
        print(f"\n== {name}: {len(outcomes)} pairs")
        print(evaluate.table(evaluate.report(outcomes)))
        if "held" not in name and not options.totals:  # of held parts only totals are read
            print("\n".join(evaluate.misses(outcomes)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
