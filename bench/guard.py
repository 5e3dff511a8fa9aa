"""`python -m bench.guard [--runs N]`: times of the fact guard, alone on the machine: surface checks and the whole guard a pair,
eight candidates of one draft together, and how long a new process takes until the guard is ready. Medians, with the range."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from evals.guard_eval import pairs_of
from style_adapter.guard import Guard

DRAFTS = 40  # each with eight restyles
READY = "import time; t = time.perf_counter(); from style_adapter.guard import Guard; Guard(); print(time.perf_counter() - t)"


def _timed(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Seconds of each."""
    found = []
    for call in calls:
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="new processes")
    runs = parser.parse_args(arguments).runs
    ready = [float(subprocess.check_output([sys.executable, "-c", READY])) for _ in range(runs)]
    guard, drafts = Guard(), dict[str, list[str]]()
    for pair in pairs_of("g-held"):  # restyles of three to five sentences
        drafts.setdefault(pair.draft, []).append(pair.styled)
    eights = [(draft, told) for draft, told in drafts.items() if len(told) == 8][:DRAFTS]
    pairs = [(draft, told[n % 8]) for n, (draft, told) in enumerate(eights)]
    guard.check(*pairs[0])
    rows = (
        ("surface", _timed(lambda p=p: guard.surface(*p) for p in pairs)),
        ("whole", _timed(lambda p=p: guard.check(*p) for p in pairs)),
        ("eight candidates", _timed(lambda e=e: guard.check_many(*e) for e in eights)),
        ("ready", ready),
    )
    for name, seconds in rows:
        print(
            f"{name:18}{1e3 * statistics.median(seconds):8.1f} ms  ({1e3 * min(seconds):.1f} … {1e3 * max(seconds):.1f})"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
