"""Fits what turns token states of e5 into the vectors of late interaction (retrieval/weights/tokens.npz): a mean and a
projection, by the tokens of documents alone, and what a question's token weighs, by questions of the `dev` parts: `python -m
evals.retrieval.train_tokens`. Needs torch, the extra `quality` and the corpora of `evals.retrieval.corpora`; the scorers of
`evals.retrieval.train` must be fitted anew after it. Twenty minutes on two cores.

A projection learned by contrast beside the weights (64 rows, 3,900 questions) found no more on unseen pages: ADR 013."""

from __future__ import annotations

import numpy as np
import torch

from bot.evaluation import holds, right
from evals.retrieval.lab import FOLDERS, Lab, questions
from evals.retrieval.train import SETS
from retrieval.e5 import E5, Encoder, shared
from retrieval.late import ASKED, LEARNED, TokenEncoder
from retrieval.search import RESCORED

DIM = 64
SHRINK = 1e-2  # of the weights
EPOCHS, RATE, BATCH = 6, 1e-2, 32
UNSEEN = "werf"  # its pages have no part in mean and projection: the corpus that the figures are told of


def main() -> None:
    torch.manual_seed(0)
    encoder = Encoder(shared())
    projected = _projection(encoder)
    np.savez_compressed(LEARNED, **projected, weight=np.zeros(E5.width, np.float32), weight_offset=np.float32(0.5))
    weight, offset = _weights(encoder, projected["mean"])
    np.savez_compressed(LEARNED, **projected, weight=weight, weight_offset=offset)


def _projection(encoder: Encoder) -> dict[str, np.ndarray]:
    """`mean` of the states of all tokens and `projection` (DIM, width), the principal axes of what is left of unit length."""
    states = []
    for name in sorted(FOLDERS.keys() - {UNSEEN}):
        for point in Lab(FOLDERS[name]).points:
            states.append(encoder.states([encoder.pieces(f"passage: {point.payload['text']}")])[0][::5])
    rows = np.concatenate(states)
    mean = rows.mean(axis=0)
    rows = rows - mean
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    _, axes = np.linalg.eigh(rows.T @ rows / len(rows))
    return {"mean": mean.astype(np.float32), "projection": axes[:, ::-1][:, :DIM].T.astype(np.float16)}


def _weights(encoder: Encoder, mean: np.ndarray) -> tuple[np.ndarray, np.float32]:
    """Of a token: softplus(state · weight + offset), so that the passages with the gold come before the others found."""
    tokens, rows = TokenEncoder(), []
    labs: dict[str, Lab] = {}
    for name in SETS:
        for where, item in questions(name, "dev"):
            if not item.gold:
                continue
            if where not in labs:
                labs[where] = Lab(FOLDERS[where], tokens=tokens)
            result = labs[where].find(item, RESCORED)
            hits = result.passages.hits
            held = torch.tensor([right(hit.source, item.gold) and holds(hit.text, item.gold) for hit in hits])
            states = encoder.states([encoder.pieces(ASKED + result.query.text)])[0]
            states = states[1 + len(encoder.pieces(ASKED)) : -1]
            met = np.stack([found.candidate.met.max(axis=0) for found in result.found])
            if held.any() and met.shape[1] == len(states):
                rows.append((torch.tensor(states - mean), torch.tensor(met), held))
    weight, offset = torch.zeros(E5.width, requires_grad=True), torch.tensor(0.5, requires_grad=True)
    heat = torch.tensor(3.0, requires_grad=True)
    optimiser = torch.optim.Adam([weight, offset, heat], lr=RATE)
    for epoch in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(rows)).split(BATCH):
            loss = SHRINK * (weight**2).sum()
            for number in batch.tolist():
                states, met, held = rows[number]
                heft = torch.nn.functional.softplus(states @ weight + offset)
                scores = heat.exp() * (met @ (heft / heft.sum()))
                loss = loss + (torch.logsumexp(scores, 0) - torch.logsumexp(scores[held], 0)) / len(batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach())
        print(f"epoch {epoch}: loss {total / (len(rows) / BATCH):.3f}", flush=True)
    return weight.detach().numpy(), np.float32(offset.detach())


if __name__ == "__main__":
    main()
