"""Trains one reader on a GPU: `python3 -m evals.readers.train --data DIR --task guard|passage --seconds N --out DIR`; with
`--start` and `--still` one that has learned already goes on learning on a processor.

DIR holds `base.npz` and `pieces.json` (made by `evals.readers.prepare`), and the task's lines. Prints AUC of what was kept apart
while it learns; writes what was learned as `NAME.npz` and the scores of the sets kept apart as `NAME.scores.npz`."""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from core.e5 import BLOCK, END, START, UNKNOWN, PairReader, unpacked
from evals.readers import examples
from evals.readers.examples import Example
from evals.readers.network import Reader

LONGEST = PairReader.LONGEST
BUDGET = 16384  # tokens of a batch, padding included
WORD_WEIGHT = 1.0


class Packed:
    """Examples as token ids of the rows in use, with targets of words (-1: unknown)."""

    def __init__(self, data: Path) -> None:
        vocabulary = json.loads((data / "pieces.json").read_text(encoding="utf-8"))
        self._tokens = Tokenizer(models.Unigram([(piece, score) for piece, score in vocabulary], unk_id=UNKNOWN))
        self._tokens.normalizer = normalizers.NFKC()
        self._tokens.pre_tokenizer = pre_tokenizers.Metaspace()
        rows = np.load(data / "base.npz")["rows"]
        self._row = np.full(len(vocabulary), int(np.searchsorted(rows, UNKNOWN)))
        self._row[rows] = np.arange(len(rows))

    def pack(self, some: Sequence[Example]) -> list[tuple[Any, Any, Any, Any, int]]:
        """(ids, places, sides, targets, label) of each."""
        one = self._encode([example.first for example in some])
        two = self._encode([example.second for example in some])
        return [
            self._joined(example, a, b) for example, a, b in zip(some, one, two, strict=True)
        ]  # fmt: skip

    def _encode(self, texts: list[str]) -> list[tuple[Any, Any, Any]]:
        unique = list(dict.fromkeys(texts))
        known = {}
        for text, coded in zip(unique, self._tokens.encode_batch(unique, add_special_tokens=False), strict=True):
            offsets = np.array(coded.offsets, np.int32).reshape(-1, 2)
            known[text] = (
                self._row[np.array(coded.ids, np.int64)] if coded.ids else np.zeros(0, np.int64),
                offsets[:, 0],
                offsets[:, 1],
            )
        return [known[text] for text in texts]

    def _joined(self, example: Example, one: tuple[Any, Any, Any], two: tuple[Any, Any, Any]) -> tuple[Any, ...]:
        first, second = len(one[0]), len(two[0])
        first = min(first, max(LONGEST // 2, LONGEST - second))
        second = min(second, LONGEST - first)
        start, end = int(self._row[START]), int(self._row[END])
        ids = np.concatenate([[start], one[0][:first], [end], two[0][:second], [end]]).astype(np.int32)
        places = np.concatenate([np.arange(first + 2), np.arange(second + 1)]).astype(np.int16)
        sides = np.concatenate([np.zeros(first + 2), np.ones(second + 1)]).astype(np.int8)
        targets = np.full(len(ids), -1, np.int8)
        targets[1 : first + 1] = self._targets(example.first_spans, one, first)
        targets[first + 2 : first + 2 + second] = self._targets(example.second_spans, two, second)
        return ids, places, sides, targets, example.label

    @staticmethod
    def _targets(spans: tuple[tuple[int, int], ...] | None, coded: tuple[Any, Any, Any], length: int) -> Any:
        if spans is None:
            return np.full(length, -1, np.int8)
        told = np.zeros(length, np.int8)
        for low, high in spans:
            told |= ((coded[1][:length] < high) & (low < coded[2][:length])).astype(np.int8)
        return told


def batches(packed: Sequence[Any], dice: random.Random | None) -> list[list[int]]:
    """Numbers of examples of like length within a budget of tokens, in random order (or in order, where nothing is drawn)."""
    order = list(range(len(packed)))
    if dice:
        dice.shuffle(order)
    out = []
    for low in range(0, len(order), 8192):
        pool = sorted(order[low : low + 8192], key=lambda n: len(packed[n][0]))
        batch: list[int] = []
        for n in pool:
            if batch and len(packed[n][0]) * (len(batch) + 1) > BUDGET:
                out.append(batch)
                batch = []
            batch.append(n)
        out.append(batch)
    if dice:
        dice.shuffle(out)
    return out


def tensors(packed: Sequence[Any], some: Sequence[int]) -> tuple[torch.Tensor, ...]:
    longest = -(-max(len(packed[n][0]) for n in some) // 16) * 16
    ids = np.zeros((len(some), longest), np.int64)
    places, sides, targets = np.zeros_like(ids), np.zeros_like(ids), np.full_like(ids, -1)
    there = np.zeros(ids.shape, bool)
    for row, n in enumerate(some):
        length = len(packed[n][0])
        ids[row, :length], places[row, :length], sides[row, :length], targets[row, :length] = packed[n][:4]
        there[row, :length] = True
    labels = np.array([packed[n][4] for n in some])
    return tuple(
        torch.from_numpy(a).to(DEVICE, non_blocking=True) for a in (ids, places, sides, there, targets, labels)
    )


DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


@torch.no_grad()
def judged(model: Reader, packed: Sequence[Any]) -> tuple[Any, Any]:
    """(pairs, kinds) log-probabilities, and each pair's greatest word logit."""
    model.eval()
    kinds, words = np.zeros((len(packed), model.pair.out_features), np.float32), np.zeros(len(packed), np.float32)
    for some in batches(packed, None):
        ids, places, sides, there, _, _ = tensors(packed, some)
        pair, word = model(ids, places, sides, there)
        kinds[some] = pair.log_softmax(-1).float().cpu().numpy()
        words[some] = word.masked_fill(~there | (sides == 0), -30).amax(-1).float().cpu().numpy()
    model.train()
    return kinds, words


def auc(scores: Any, labels: Any) -> float:
    """How often a positive stands above a negative; by ranks, for thousands of pairs, and without what bot.evaluation imports:
    the machine with the GPU has no more than numpy and torch."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = labels.astype(bool)
    n, m = positive.sum(), (~positive).sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / max(n * m, 1))


Learn = Callable[[random.Random], list[Example]]


def guard_data(data: Path, root: Path) -> tuple[Learn, dict[str, list[Example]]]:
    """What to learn from, and the sets kept apart: a tenth of the edited drafts, the sample, the held pairs."""
    edited = examples.lines([root / "evals" / "guard" / "edits"])
    drafts = sorted({line.draft for line in edited})
    apart = set(random.Random(1).sample(drafts, len(drafts) // 10))
    rows = [
        row
        for name in ("pairs", "pairs_b", "pairs_c", "pairs_d")
        for row in _rows(root / "evals" / "guard" / f"{name}.jsonl")
    ]
    told = []
    for path in sorted((root / "personas").glob("*/*.jsonl")):
        for row in _rows(path):
            told += [(m["draft"], m["content"]) for m in row.get("messages", ()) if "[1]" in (m.get("draft") or "")]

    def learn(dice: random.Random) -> list[Example]:
        found: list[Example] = []
        for line in edited:
            if line.draft not in apart:
                found += examples.of_line(line, dice)
        for row in rows * 2:
            if row["part"] == "dev":
                found += examples.of_pair(row, dice)
        for draft, text in told:
            if dice.random() < 0.5:
                found += examples.of_persona(draft, text, dice)
        return found

    once = random.Random(2)
    return learn, {
        "edits": [e for line in edited if line.draft in apart for e in examples.of_line(line, once)],
        "sample": [next(examples.of_pair(row, once)) for row in _rows(data / "sample.jsonl")],
        "held": [next(examples.of_pair(row, once)) for row in rows if row["part"] == "held"],
    }


def passage_data(data: Path, root: Path) -> tuple[Learn, dict[str, list[Example]]]:
    """Lines of `passages.jsonl`: question, passage, label, spans, set, part, weight (how often it stands in a pass)."""
    rows = _rows(data / "passages.jsonl")

    def learn(dice: random.Random) -> list[Example]:
        return [
            _passage(row) for row in rows if row["part"] == "dev" for _ in range(int(row["weight"] + dice.random()))
        ]

    sets: dict[str, list[Example]] = {}
    for row in rows:
        if row["part"] != "dev":
            sets.setdefault(row["set"], []).append(_passage(row))
    return learn, sets


def _passage(row: dict[str, Any]) -> Example:
    spans = tuple(map(tuple, row["spans"])) if row["spans"] is not None else None
    return Example(row["question"], row["passage"], row["label"], None, spans)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


_WORK: dict[str, Any] = {}


def _pass(number: int) -> list[Any]:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    packed: list[Any] = _WORK["packer"].pack(_WORK["learn"](random.Random(_WORK["seed"] * 1000 + number)))
    return packed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--task", choices=("guard", "passage"), required=True)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--rate", type=float, default=3e-4, help="8e-4 and more never began to compare")
    parser.add_argument("--keep", type=int, default=32, help="rank of what is written")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--passes", type=int, default=8, help="over the lines, each drawn anew")
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--most", type=int, default=10**6, help="pairs of each set kept apart")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="what another reader learned, to begin from")
    parser.add_argument("--still", type=int, default=0, help="lower layers that stay as they are")
    parser.add_argument("--drop", type=float, default=0.1)
    options = parser.parse_args()
    began = time.time()
    torch.manual_seed(options.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    root = Path(__file__).resolve().parents[2]
    packer = Packed(options.data)
    learn, sets = (guard_data if options.task == "guard" else passage_data)(options.data, root)
    apart = {name: packer.pack(rows[: options.most]) for name, rows in sets.items()}
    _WORK.update(packer=packer, learn=learn, seed=options.seed)
    with multiprocessing.get_context("fork").Pool(options.workers) as pool:  # before the GPU is touched
        packed = [each for part in pool.map(_pass, range(options.passes), chunksize=1) for each in part]
    lengths = [len(p[0]) for p in packed]
    positive = sum(p[4] == 0 for p in packed) / len(packed)
    say(
        options,
        began,
        f"{len(packed)} examples, {positive:.2f} of label 0, tokens {np.mean(lengths):.0f}, most {max(lengths)}; "
        + ", ".join(f"{name} {len(rows)}" for name, rows in apart.items()),
    )
    base = {
        name: torch.from_numpy(array) for name, array in np.load(options.data / "base.npz").items() if name != "rows"
    }
    model = Reader(
        matrices_of(base),
        len(examples.KINDS) if options.task == "guard" else 2,
        options.layers,
        options.rank,
        options.drop,
        options.still,
    )
    if options.start:
        begun(model, options.start)
    model.to(DEVICE)
    still = tuple(f"layers.{n}." for n in range(options.still)) + (("side", "entry.") if options.still else ())
    moved = {name: p for name, p in model.learned().items() if not name.startswith(still)}
    matrices = [p for n, p in moved.items() if p.ndim > 1 and "side" not in n]
    others = [p for n, p in moved.items() if p.ndim == 1 or "side" in n]
    optimiser = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
        lr=options.rate,
        betas=(0.9, 0.98),
        fused=DEVICE == "cuda",
    )
    dice, steps, seen, next_look = random.Random(options.seed), 0, 0, time.time() + 45
    ends, queue, losses = began + options.seconds, [], []
    trained = time.time()
    epoch = 0
    while time.time() < ends:
        if not queue:
            epoch += 1
            queue = batches(packed, dice)
        some = queue.pop()
        done = (time.time() - trained) / (ends - trained)
        rate = options.rate * min(1.0, (steps + 1) / 150) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(done, 1))))
        for group in optimiser.param_groups:
            group["lr"] = rate
        ids, places, sides, there, targets, labels = tensors(packed, some)
        pair, word = model(ids, places, sides, there)
        loss = F.cross_entropy(pair, labels, label_smoothing=0.02)
        known = targets >= 0
        if bool(known.any()):
            wrong = targets[known].float()
            loss = loss + WORD_WEIGHT * F.binary_cross_entropy_with_logits(
                word[known], wrong, pos_weight=torch.tensor(3.0, device=DEVICE)
            )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*matrices, *others], 1.0)
        optimiser.step()
        steps, seen = steps + 1, seen + len(some)
        if steps % 20 == 0:
            losses.append(float(loss))
        if time.time() > next_look:
            next_look = time.time() + 45
            report(
                options,
                began,
                model,
                apart,
                f"epoch {epoch} steps {steps} pairs {seen} loss {np.mean(losses[-50:]):.3f}",
            )
    scores: dict[str, Any] = {}
    for name, rows in apart.items():
        kinds, words = judged(model, rows)
        scores |= {
            f"{name}.kinds": kinds.astype(np.float16),
            f"{name}.words": words.astype(np.float16),
            f"{name}.labels": np.array([row[4] for row in rows], np.int8),
        }
    report(options, began, model, apart, f"END epoch {epoch} steps {steps} pairs {seen}")
    options.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.out / f"{options.name}.scores.npz", **scores)
    learned = {name: value.detach().float().cpu().numpy() for name, value in model.learned().items()}
    np.savez(options.out / f"{options.name}.npz", **lowered(learned, options.keep))  # type: ignore[arg-type]
    say(options, began, f"saved, {(options.out / f'{options.name}.npz').stat().st_size / 1e6:.1f} MB")


def lowered(learned: dict[str, Any], rank: int) -> dict[str, Any]:
    """Adapters of a lower rank that change the matrices almost alike, as float16."""
    out = {}
    for name, value in learned.items():
        if name.endswith(".down"):
            up = name.removesuffix("down") + "up"
            left, strengths, right = np.linalg.svd(learned[up] @ value, full_matrices=False)
            root = np.sqrt(strengths[:rank])
            out |= {up: left[:, :rank] * root, name: root[:, None] * right[:rank]}
        elif not name.endswith(".up"):
            out[name] = value
    return {name: value.astype(np.float16) for name, value in out.items()}


def begun(model: Reader, path: Path) -> None:
    """What another reader learned, as far as the shapes allow; adapters of a lower rank fill the first ranks of these."""
    mine = model.state_dict()
    with np.load(path) as told:
        for name in told:
            value = torch.from_numpy(told[name]).float()
            if name in mine and mine[name].shape == value.shape:
                mine[name].copy_(value)
            elif name.endswith(".down"):
                mine[name][: len(value)] = value
            elif name.endswith(".up"):
                mine[name][:, : value.shape[1]] = value


def report(options: Any, began: float, model: Reader, apart: dict[str, Any], head: str) -> None:
    parts = []
    for name, rows in apart.items():
        kinds, words = judged(model, rows)
        labels = np.array([row[4] for row in rows])
        wrong = -kinds[:, 0] if options.task == "guard" else kinds[:, 1]
        positive = labels > 0
        ok = np.sort(wrong[~positive])
        cut = ok[int(0.95 * (len(ok) - 1))] if len(ok) else 0
        extra = ""
        if options.task == "guard":
            extra = f" kind {np.mean((kinds[positive][:, 1:].argmax(1) + 1) == labels[positive]):.2f}"
        noticed = np.mean(wrong[positive] > cut)
        parts.append(f"{name} {auc(wrong, positive):.3f}/{auc(words, positive):.3f} @5% {noticed:.2f}{extra}")
    say(options, began, head + " | " + "; ".join(parts))


def say(options: Any, began: float, text: str) -> None:
    print(f"[{options.name} {time.time() - began:.0f}s] {text}", flush=True)


def matrices_of(base: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The arrays of `base.npz` by their names, 4-bit blocks as float16."""
    out = {name: value for name, value in base.items() if "|" not in name}
    for name, value in base.items():
        if name.endswith("|q4"):
            clean = name.removesuffix("|q4")
            numbers = unpacked(value.view(-1, BLOCK).numpy()).reshape(tuple(base[f"{clean}|shape"].tolist()))
            out[clean] = torch.from_numpy(numbers).to(torch.float16)
    return out


if __name__ == "__main__":
    main()
