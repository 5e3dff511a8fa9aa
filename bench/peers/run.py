"""`python -m bench.peers.run [--sizes 1000,5000,…]`: every system at every size in a process of its own; writes
bench/RESULTS.md. A system that needed more than `--patience` seconds at one size is not asked for the next."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.peers import corpus
from bench.peers.systems import SYSTEMS

HERE = Path(__file__).resolve().parents[1]
ASKED = 120
HEAD = "| system | stored chunks/s | p50 ms | p95 ms | peak MB | reopen s | settle s | r@1 | r@5 |"
TOO_SLOW = 300.0  # ms: a system whose median was above it is not asked for the next size
ENVIRONMENT = {**os.environ, "ALLOW_RESOLVE_TRANSFORM": "True", "HF_HUB_OFFLINE": "1"}  # txtai asks for the first


def measure(name: str, folder: Path, size: int) -> dict[str, float]:
    """In a process of its own."""
    chunks, questions = corpus.load(folder, size)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as place:
        system = SYSTEMS[name](Path(place))
        started = time.perf_counter()
        system.ingest(chunks)
        stored = time.perf_counter() - started
        started = time.perf_counter()
        system.settle()
        settled = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        system.reopen()
        reopened = time.perf_counter() - started
        number_of = {name: number for number, name in enumerate(chunks.names)}
        times, first, fifth = [], 0, 0
        picked = np.random.default_rng(1).permutation(len(questions.texts))[:ASKED]
        for n, i in enumerate([picked[0], *picked]):  # the first is a warm-up
            started = time.perf_counter()
            found = list(system.search(questions.texts[i], questions.vectors[i]))
            if n:
                times.append(time.perf_counter() - started)
                gold = number_of[questions.gold[i]]
                first += found[:1] == [gold]
                fifth += gold in found[:5]
    p50, p95 = np.percentile(times, [50, 95]) * 1e3
    return {
        "chunks/s": size / stored, "p50 ms": p50, "p95 ms": p95, "peak MB": (peak - base) / 1024,
        "reopen s": reopened, "settle s": settled, "r@1": first / len(times), "r@5": fifth / len(times), "seconds": stored,
    }  # fmt: skip


def table(results: dict[int, dict[str, dict[str, float]]]) -> str:
    lines = [
        "# Store and fusion beside peers", "",
        "Same chunks, same vectors, one process each, vectors given from outside (no embedding is timed). Two cores of a shared",
        "machine: read the ratios to expertbot in brackets (times: above 1 = slower; chunks/s: below 1 = slower).", "",
        "The first row is the engine and the fusion of its two lists; the second adds what makes answers good: the question in",
        "the index's own words and a learned ranker over 48 passages read whole. `settle`: the graph built once before questions",
        "are asked, as a reindex does; without it vectors are searched exactly.", "",
        f"`python -m bench.peers.run`, {time.strftime('%Y-%m-%d')}; {ASKED} questions of XQuAD ru a size.",
    ]  # fmt: skip
    for size, systems in results.items():
        lines += ["", f"## {size:,} chunks", "", HEAD, "|---" * 9 + "|"]
        ours = systems["expertbot"]
        for name, row in systems.items():
            if not row:
                lines.append(f"| {name} | not run: too slow at the size before | | | | | | | |")
                continue
            cells = [
                f"{row[key]:,.{digits}f} ({row[key] / max(ours[key], 1e-9):.2f})"
                for key, digits in (("chunks/s", 0), ("p50 ms", 1), ("p95 ms", 1), ("peak MB", 0), ("reopen s", 2))
            ]
            lines.append(
                f"| {name} | " + " | ".join(cells) + f" | {row['settle s']:.1f} | {row['r@1']:.3f} | {row['r@5']:.3f} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,5000,20000,100000")
    parser.add_argument("--patience", type=float, default=240)
    parser.add_argument("--one", nargs=3, metavar=("SYSTEM", "FOLDER", "SIZE"))
    options = parser.parse_args()
    if options.one:
        name, folder, size = options.one
        print(json.dumps(measure(name, Path(folder), int(size))))
        return
    sizes = [int(size) for size in options.sizes.split(",")]
    results: dict[int, dict[str, dict[str, float]]] = {}
    slow: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "bench.peers.corpus", folder, str(max(sizes))], check=True)
        for size in sizes:
            results[size] = {}
            for name in SYSTEMS:
                row: dict[str, float] = {}
                if name not in slow:
                    command = [sys.executable, "-m", "bench.peers.run", "--one", name, folder, str(size)]
                    try:
                        done = subprocess.run(
                            command,
                            env=ENVIRONMENT,
                            capture_output=True,
                            text=True,
                            check=True,
                            timeout=options.patience * 5,
                        )
                        row = json.loads(done.stdout.splitlines()[-1])
                    except subprocess.TimeoutExpired:
                        slow.add(name)
                    if row and (row["seconds"] > options.patience or row["p50 ms"] > TOO_SLOW):
                        slow.add(name)
                results[size][name] = row
                print(size, name, row, file=sys.stderr)
            (HERE / "RESULTS.md").write_text(table(results), encoding="utf-8")


if __name__ == "__main__":
    main()
