"""The encoder in torch, for training only: e5-small's layers, low-rank adapters, a head over the pair and one over its words."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.e5 import LINEAR


class Linear(nn.Module):
    """A frozen matrix and a low-rank change of it."""

    def __init__(self, weight: Tensor, bias: Tensor, rank: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = nn.Parameter(bias)
        rows, columns = weight.shape
        self.down = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, x: Tensor) -> Tensor:
        # Not merged: the gradient of the whole matrix, a third of the work, is never taken.
        low = F.linear(F.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))
        return F.linear(x, self.weight.to(x.dtype), self.bias.to(x.dtype)) + low


class Layer(nn.Module):
    def __init__(self, read: Any, number: int, heads: int, rank: int, drop: float) -> None:
        super().__init__()
        self.heads, self.drop = heads, drop
        for name in LINEAR:
            setattr(self, name, Linear(read(f"l{number}.{name}.w"), read(f"l{number}.{name}.b"), rank))
        for name in ("aln", "oln"):
            norm = nn.LayerNorm(self.q.weight.shape[0], eps=1e-12)
            norm.weight.data, norm.bias.data = read(f"l{number}.{name}.w"), read(f"l{number}.{name}.b")
            setattr(self, name, norm)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        size, length, _ = x.shape

        def split(t: Tensor) -> Tensor:
            return t.view(size, length, self.heads, -1).transpose(1, 2)

        drop = self.drop if self.training else 0.0
        seen = F.scaled_dot_product_attention(
            split(self.q(x)), split(self.k(x)), split(self.v(x)), attn_mask=mask, dropout_p=drop
        )
        seen = self.ao(seen.transpose(1, 2).reshape(size, length, -1))
        x = self.aln((x + F.dropout(seen, drop, self.training)).float()).to(x.dtype)
        told = self.fo(F.gelu(self.fi(x)))
        return self.oln((x + F.dropout(told, drop, self.training)).float()).to(x.dtype)


class Reader(nn.Module):
    """`base` holds e5-small's arrays by name, `emb.word` only the rows in use. Places begin anew with the second text."""

    def __init__(
        self, base: dict[str, Tensor], kinds: int, layers: int, rank: int, drop: float = 0.1, still: int = 0
    ) -> None:
        """`still`: so many of the lower layers, and what is below them, stay as they are."""
        super().__init__()
        self.still = still

        def read(name: str) -> Tensor:
            return base[name].float().clone()

        width = base["emb.type"].shape[-1]
        self.register_buffer("word", base["emb.word"].clone(), persistent=False)
        self.register_buffer("place", read("emb.pos"), persistent=False)
        self.register_buffer("kind", read("emb.type")[0], persistent=False)
        self.side = nn.Parameter(torch.zeros(2, width))
        self.entry = nn.LayerNorm(width, eps=1e-12)
        self.entry.weight.data, self.entry.bias.data = read("emb.ln.w"), read("emb.ln.b")
        self.layers = nn.ModuleList(Layer(read, n, 12, rank, drop) for n in range(layers))
        self.pooled, self.pair, self.words = nn.Linear(width, width), nn.Linear(width, kinds), nn.Linear(width, 1)
        self.drop = drop

    def forward(self, ids: Tensor, places: Tensor, sides: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the pair's kinds, (batch, kinds), and of each word's being at fault, (batch, length)."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.still):
            x = self.word[ids].float() + self.place[places] + self.kind + self.side[sides]
            x = F.dropout(self.entry(x), self.drop, self.training)
            if x.is_cuda:
                x = x.to(torch.bfloat16)  # many processors have no unit for it and take ten times as long
            mask = torch.zeros(there.shape, dtype=x.dtype, device=x.device).masked_fill(~there, -1e4)[:, None, None, :]
            for layer in self.layers[: self.still]:
                x = layer(x, mask)
        for layer in self.layers[self.still :]:
            x = layer(x, mask)
        x = x.float()
        first = F.dropout(torch.tanh(self.pooled(x[:, 0])), self.drop, self.training)
        return self.pair(first), self.words(x).squeeze(-1)

    def learned(self) -> dict[str, Tensor]:
        """What is not in the base."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}
