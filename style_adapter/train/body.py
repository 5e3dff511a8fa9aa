"""The transformer without its output layer, as training runs it. Layers below the first adapted one never change: what they
make of a row is computed once and kept. Knows no persona."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from style_adapter.model.base import compute_type
from style_adapter.model.library import only_layers
from style_adapter.model.template import Row
from style_adapter.train.loss import padded

if TYPE_CHECKING:
    import torch


class Body:
    """`first`: the lowest layer with an adapter (0: nothing is kept). Kept states take 2 bytes × width a token."""

    def __init__(self, model: Any, first: int = 0) -> None:
        inner = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.model = inner.model
        self.device = inner.get_output_embeddings().weight.device
        self.first = first
        self._kept: dict[tuple[int, ...], Any] = {}

    def __call__(self, rows: Sequence[Row]) -> torch.Tensor:
        """Hidden states (rows, longest, width), with gradient where it is on."""
        import torch

        ids, attention, _ = padded(rows)
        ids, attention = ids.to(self.device), attention.to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=compute_type() == torch.bfloat16):
            if not self.first:
                return self._run(input_ids=ids, attention_mask=attention)
            below = self._below(rows)
            with only_layers(self.model, self.first, None):
                states = self._run(inputs_embeds=below, attention_mask=attention)
            return states

    def _run(self, **what: Any) -> torch.Tensor:
        states: torch.Tensor = self.model(**what, use_cache=False).last_hidden_state
        return states

    def _below(self, rows: Sequence[Row]) -> torch.Tensor:
        import torch

        new = [row for row in rows if row.ids not in self._kept]
        if new:
            ids, attention, _ = padded(new)
            with torch.no_grad(), only_layers(self.model, 0, self.first):
                states = self._run(input_ids=ids.to(self.device), attention_mask=attention.to(self.device))
            for at, row in enumerate(new):
                self._kept[row.ids] = states[at, : len(row.ids)].to(compute_type()).clone()
        longest = max(len(row.ids) for row in rows)
        out: torch.Tensor = self._kept[rows[0].ids].new_zeros((len(rows), longest, self._kept[rows[0].ids].shape[-1]))
        for at, row in enumerate(rows):
            out[at, : len(row.ids)] = self._kept[row.ids]
        return out
