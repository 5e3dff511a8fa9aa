"""`python -m evals.guard_eval [--set dev|pairs-dev|pairs-held|stress|all]`: the fact guard's table, intervals, "
"timings, misses."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from style_adapter.guard import Guard, evaluate

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT.parent / "shared" / "eval" / "factguard_dev.jsonl"
PAIRS = ROOT / "evals" / "guard" / "pairs.jsonl"
SETS = ("dev", "pairs-dev", "pairs-held", "stress")


def pairs_of(name: str) -> list[evaluate.Pair]:
    """The pairs of one set; an empty list where its file is absent."""
    if name == "stress":
        from evals.guard.stress import pairs

        return pairs(PAIRS)
    path, part = (SAMPLE, None) if name == "dev" else (PAIRS, name.removeprefix("pairs-"))
    return evaluate.load(path, part) if path.exists() else []


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=(*SETS, "all"), default="dev")
    parser.add_argument(
        "--show-held", action="store_true", help="print misses of the held part too (only at the very end)"
    )
    options = parser.parse_args(arguments)
    guard = Guard()
    for name in SETS if options.set == "all" else (options.set,):
        outcomes = evaluate.run(guard, pairs_of(name))
        print(f"\n== {name}: {len(outcomes)} pairs")
        print(evaluate.table(evaluate.report(outcomes)))
        if name != "pairs-held" or options.show_held:
            print("\n".join(evaluate.misses(outcomes)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
