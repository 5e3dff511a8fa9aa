"""Trains what late interaction has learned (retrieval/late.py): `python -m evals.retrieval.train_tokens`.

The upper layers of e5-small (low-rank changes), the projection and what a question's token weighs learn together, by contrast:
the passage that answers among those of the other questions of a batch and a near one for each. They learn from questions that
the scorers never see, so that `evals.retrieval.train`, run after it, meets these signals as they are on unknown pages.

Needs torch and the corpora of `evals.retrieval.corpora`; an hour and a half on two cores."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bot.commands import question_of
from bot.evaluation import Item, holds, right
from core.e5 import E5, Encoder, shared
from core.payload import sentence_spans
from core.plain import plain
from evals.readers.network import Layer
from evals.retrieval.lab import FOLDERS, ROOT, Lab, questions, taught
from retrieval.late import ASKED, LEARNED, LONGEST_HEADER, TOLD

SETS = {"gimp": ("gimp_hard",), "debian": ("debian_hard",), "werf": ("werf", "werf_hard")}
PASSAGES = ROOT / "evals" / "readers" / "passages"
DIM, STILL, RANK = 64, 8, 32  # of the twelve layers so many stay as they are
STEPS, BATCH, RATE, WARM = 330, 24, 5e-4, 20
PACE = {"projection": 0.2, "weight": 2.0, "offset": 2.0, "heat": 20.0}  # times RATE; the layers 1
NEAR = 24  # passages that hold no answer and were ranked highest before: one of them is in the batch
LATER = 4.0  # the mean rank among them of the one taken
TOKENS = 3000  # through the layers at once


@dataclass(frozen=True)
class Asked:
    """A question by the states of its tokens below the layers that learn, and the numbers of the passages that answer it."""

    states: np.ndarray
    gold: tuple[int, ...]


@dataclass(frozen=True)
class Documents:
    """Passages by the states of their tokens, and what is asked of them."""

    passages: list[np.ndarray]
    asked: list[Asked]


class Tokens(nn.Module):
    """retrieval/late.py in torch, above the layers that stay."""

    def __init__(self, base: E5) -> None:
        super().__init__()

        def read(name: str) -> Tensor:
            return torch.from_numpy(np.array(base.array(name).T if base.array(name).ndim > 1 else base.array(name)))

        self.layers = nn.ModuleList(Layer(read, number, E5.heads, RANK, 0.0) for number in range(STILL, E5.layers))
        self.register_buffer("mean", torch.zeros(E5.width))
        self.projection = nn.Parameter(torch.zeros(DIM, E5.width))
        self.weight, self.offset = nn.Parameter(torch.zeros(E5.width)), nn.Parameter(torch.tensor(0.5))
        self.heat = nn.Parameter(torch.tensor(3.4))
        self.own = slice(
            len(base.encode(ASKED)) + 1, -1
        )  # a question's tokens, without the marks and what is set before it

    @torch.inference_mode()
    def start(self, passages: Sequence[np.ndarray]) -> None:
        """Sets `mean` to that of the tokens of some passages, `projection` to the principal axes of what is left, of length 1."""
        rows = torch.cat([states[::5] for states in self.states(passages[::4])])
        self.mean += rows.mean(0)
        rows = F.normalize(rows - self.mean, dim=-1)
        _, vectors = torch.linalg.eigh(rows.T @ rows / len(rows))
        self.projection += vectors.flip(1)[:, :DIM].T

    def states(self, texts: Sequence[np.ndarray]) -> list[Tensor]:
        """(tokens, width) each, centred. Texts of like length go through the layers together."""
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        out: dict[int, Tensor] = {}
        while order:
            size = next((n for n in range(len(order), 1, -1) if n * len(texts[order[n - 1]]) <= TOKENS), 1)
            group, order = order[:size], order[size:]
            longest = len(texts[group[-1]])
            x = torch.zeros(size, longest, E5.width)
            mask = torch.full((size, 1, 1, longest), -1e4)
            for row, number in enumerate(group):
                x[row, : len(texts[number])] = torch.from_numpy(texts[number].astype(np.float32))
                mask[row, ..., : len(texts[number])] = 0.0
            for layer in self.layers:
                x = layer(x, mask)
            out |= {number: x[row, : len(texts[number])] - self.mean for row, number in enumerate(group)}
        return [out[number] for number in range(len(texts))]

    def scores(self, asked: Sequence[np.ndarray], passages: Sequence[np.ndarray]) -> Tensor:
        """(questions, passages): how well each is met."""
        mine = [states[self.own] if len(states[self.own]) else states for states in self.states(asked)]
        told = self.states(passages)
        cosines = self._projected(torch.cat(told)) @ self._projected(torch.cat(mine)).T
        met = torch.stack([part.amax(0) for part in cosines.split([len(states) for states in told])])
        rows = []
        for states, part in zip(mine, met.split([len(states) for states in mine], 1), strict=True):
            heft = F.softplus(states @ self.weight + self.offset)
            rows.append(part @ (heft / heft.sum()))
        return torch.stack(rows)

    def _projected(self, states: Tensor) -> Tensor:
        return F.normalize(states @ self.projection.T, dim=-1)

    def learned(self) -> dict[str, np.ndarray]:
        """By the names that retrieval/late.py reads."""
        upper = {
            f"layers.{int(number) + STILL}.{rest}": value
            for name, value in self.layers.named_parameters()
            if value.requires_grad
            for number, rest in [name.split(".", 1)]
        }
        tensors = {**upper, "projection": self.projection}
        packed = {name: value.detach().numpy().astype(np.float16) for name, value in tensors.items()}
        small = {"mean": self.mean, "weight": self.weight, "weight_offset": self.offset}
        return packed | {name: value.detach().numpy().astype(np.float32) for name, value in small.items()}


def main() -> None:
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as scratch:
        items = written(Path(scratch))
        labs = [(Lab(Path(scratch)), items)]
    for documents, names in SETS.items():
        items = [item for name in names for _, item in questions(name, "dev") if taught(documents, item)]
        labs.append((Lab(FOLDERS[documents]), items))
    lower = Encoder(shared(), layers=STILL)
    corpora = [documents_of(lower, lab, items) for lab, items in labs]
    net = Tokens(shared())
    net.start([states for corpus in corpora for states in corpus.passages])
    train(net, corpora)
    np.savez_compressed(LEARNED, **net.learned())


def written(folder: Path) -> list[Item]:
    """Writes the hand-written passages of evals/readers as pages; their questions."""
    pages: dict[str, list[str]] = {}
    items = []
    for path in sorted(PASSAGES.glob("*.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row["part"] != "dev":
                continue
            title, *parts = row["title"].split(" › ")
            name = f"{path.stem}-{len(title)}-{title[:40].replace('/', ' ')}.md"
            pages.setdefault(name, [f"# {title}\n"]).append(f"## {' › '.join(parts) or title}\n\n{row['passage']}\n")
            items += [
                Item(f"{name}-{n}", asked.get("lang", row["lang"]), "plain", asked["q"], (), ((name, asked["quote"]),))
                for n, asked in enumerate(row["questions"])
                if asked["a"] and asked.get("quote")
            ]
    for name, texts in pages.items():
        (folder / name).write_text("\n".join(texts), encoding="utf-8")
    return items


def documents_of(lower: Encoder, lab: Lab, items: Sequence[Item]) -> Documents:
    passages = [states_of(lower, told(lower, point.payload)) for point in lab.points]
    asked = []
    for item in items:
        gold = [
            number
            for number, point in enumerate(lab.points)
            if right(point.payload["source"], item.gold) and holds(point.payload["text"], item.gold)
        ]
        if gold:
            text = lab.searcher.analyse(question_of(item.question, item.history)).text
            asked.append(Asked(states_of(lower, lower.pieces(ASKED + text)), tuple(gold)))
    return Documents(passages, asked)


def told(encoder: Encoder, payload: Mapping[str, Any]) -> list[int]:
    """The pieces of a chunk, its headings above it, as retrieval/late.py reads them."""
    header = plain(". ".join(dict.fromkeys((payload["title"], *payload["headings"]))))
    pieces = encoder.pieces(f"{TOLD}{header}\n")[:LONGEST_HEADER]
    for low, high in sentence_spans(payload):
        pieces += encoder.pieces(plain(payload["text"][low:high]))
    return pieces[: Encoder.LONGEST]


def states_of(encoder: Encoder, pieces: list[int]) -> np.ndarray:
    return encoder.states([pieces])[0].astype(np.float16)


def train(net: Tokens, corpora: Sequence[Documents]) -> None:
    generator = np.random.default_rng(0)
    groups = {name: [value for key, value in net.named_parameters() if key.split(".")[0] == name] for name in PACE}
    layers = [value for value in net.layers.parameters() if value.requires_grad]
    parts = [(layers, 1.0), *((groups[name], pace) for name, pace in PACE.items())]
    optimiser = torch.optim.AdamW([{"params": values, "pace": pace} for values, pace in parts], RATE, (0.9, 0.98))
    before = [ranked(net, corpus) for corpus in corpora]
    share = np.array([len(corpus.asked) for corpus in corpora], float)
    order: list[list[int]] = [[] for _ in corpora]
    losses = []
    for step in range(STEPS):
        number = int(generator.choice(len(corpora), p=share / share.sum()))
        corpus = corpora[number]
        if len(order[number]) < BATCH:
            order[number] = generator.permutation(len(corpus.asked)).tolist()
        batch, order[number] = order[number][:BATCH], order[number][BATCH:]
        chosen = list(dict.fromkeys(one for n in batch for one in pair(corpus, n, before[number][n], generator)))
        scores = net.scores([corpus.asked[n].states for n in batch], [corpus.passages[n] for n in chosen])
        scores = scores * net.heat.exp()
        held = torch.tensor([[one in corpus.asked[n].gold for one in chosen] for n in batch])
        answered = scores.masked_fill(~held, -torch.inf).logsumexp(1)
        loss = (scores.logsumexp(1) - answered).mean()
        pace = min(1.0, (step + 1) / WARM) * (0.03 + 0.97 * (1 + math.cos(math.pi * step / STEPS)) / 2)
        for group in optimiser.param_groups:
            group["lr"] = RATE * group["pace"] * pace
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if (step + 1) % 25 == 0:
            print(f"step {step + 1}: loss {np.mean(losses[-25:]):.3f}", flush=True)


@torch.inference_mode()
def ranked(net: Tokens, corpus: Documents) -> list[list[int]]:
    """For each question the passages without its answer that are ranked highest before it learns."""
    asked = [one.states for one in corpus.asked]
    parts = [net.scores(asked, corpus.passages[n : n + 64]) for n in range(0, len(corpus.passages), 64)]
    best = torch.cat(parts, 1).argsort(1, descending=True).tolist()
    return [[n for n in row if n not in one.gold][:NEAR] for row, one in zip(best, corpus.asked, strict=True)]


def pair(corpus: Documents, number: int, near: Sequence[int], generator: np.random.Generator) -> tuple[int, int]:
    """A passage that answers the question, and one of the `near` ones that don't."""
    return int(generator.choice(corpus.asked[number].gold)), near[min(len(near) - 1, int(generator.exponential(LATER)))]


if __name__ == "__main__":
    main()
