"""What HTTP, keys, JSON and metrics cost beside an answer: the time a client waits less the time the answer says it took.

python -m bench.api [CALLS]"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "Сколько хранятся логи?",
    "Как часто делаются бэкапы?",
    "Who is on call at night?",
    "Какая квота памяти у пода?",
)


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "bot", "--data-dir", data]
        subprocess.run([*command, "ingest", str(ROOT / "examples" / "handbook")], check=True, capture_output=True)
        key = subprocess.run(
            [*command, "api", "--new-key", "bench"], check=True, capture_output=True, text=True
        ).stdout.strip()

        env = {**os.environ, "EXPERTBOT_API__LISTEN": "127.0.0.1:0"}
        service = subprocess.Popen([*command, "api"], stderr=subprocess.PIPE, text=True, env=env)
        assert service.stderr is not None
        url = next(found.group() for line in service.stderr if (found := re.search(r"http://[\d.]+:\d+", line)))
        waits, totals = [], []
        try:
            for number in range(calls):
                body = {"model": "alex", "messages": [{"role": "user", "content": QUESTIONS[number % len(QUESTIONS)]}]}
                request = urllib.request.Request(
                    url + "/v1/chat/completions", json.dumps(body).encode(), {"Authorization": f"Bearer {key}"}
                )
                started = time.perf_counter()
                with urllib.request.urlopen(request) as answer:
                    took = json.load(answer)["expertbot"]["timings"]["total"]
                waits.append(time.perf_counter() - started)
                totals.append(took)
                time.sleep(0.5)  # the limit is 120 calls a minute a key
        finally:
            service.terminate()
            service.wait(30)
    beside = sorted(1000 * (wait - total) for wait, total in zip(waits, totals, strict=True))
    print(json.dumps({
        "calls": calls, "answer ms, median": round(statistics.median(totals) * 1000, 1),
        "beside it ms, median": round(statistics.median(beside), 1), "beside it ms, 95 %": round(beside[int(calls * 0.95)], 1),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
