"""Next-token loss of supervised tokens only, forward and gradient in one go over slices, so that the logits of a large
vocabulary never lie in memory whole. The output layer is frozen: only hidden states get a gradient. With a shortlist the
softmax runs over the tokens that the decoder may write: trained as it is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from style_adapter.model.template import Row

if TYPE_CHECKING:
    import torch

SLICE = 192  # supervised tokens whose logits exist at once, over the whole vocabulary


class Head:
    """The frozen output layer, whole or only the rows of a shortlist (which must hold every supervised token)."""

    def __init__(self, model: Any, shortlist: Sequence[int] | None = None) -> None:
        import torch

        inner = model.get_base_model() if hasattr(model, "get_base_model") else model
        weight = inner.get_output_embeddings().weight.detach()
        self.cap: float | None = getattr(inner.config, "final_logit_softcapping", None)
        self.size = weight.shape[0]
        self.slice = SLICE
        self.place: torch.Tensor | None = None
        self.weight = weight
        if shortlist is not None:
            ids = torch.tensor(sorted(set(shortlist)), device=weight.device)
            self.weight = weight.index_select(0, ids).contiguous()
            self.place = torch.full((self.size,), -1, dtype=torch.long, device=weight.device)
            self.place[ids] = torch.arange(len(ids), device=weight.device)
            self.slice = 1024

    def __call__(self, hidden: torch.Tensor, wanted: torch.Tensor, scale: float) -> tuple[float, torch.Tensor]:
        """(sum of losses in nats, gradient of `scale` × that sum by `hidden`); hidden (tokens, width), wanted (tokens,)."""
        import torch

        goals = wanted if self.place is None else self.place[wanted]
        grad, total = torch.empty_like(hidden), 0.0
        with torch.no_grad():
            for at in range(0, len(goals), self.slice):
                part, goal = hidden[at : at + self.slice].to(self.weight.dtype), goals[at : at + self.slice, None]
                logits = (part @ self.weight.T).float()
                slope = None
                if self.cap:
                    squashed = torch.tanh(logits / self.cap)
                    slope, logits = 1 - squashed * squashed, squashed * self.cap
                norm = torch.logsumexp(logits, dim=-1, keepdim=True)
                total += float((norm - logits.gather(1, goal)).sum())
                if scale > 0:
                    logits.sub_(norm).exp_()
                    logits.scatter_add_(1, goal, torch.full_like(goal, -1, dtype=logits.dtype))
                    if slope is not None:
                        logits.mul_(slope)
                    grad[at : at + self.slice] = (logits.to(self.weight.dtype) @ self.weight).to(grad.dtype) * scale
        return total, grad


def batch_loss(body: Any, head: Head, rows: Sequence[Row], *, backward: float = 0.0) -> tuple[float, int]:
    """(sum of losses in nats, supervised tokens) of a padded batch. `body(rows)` gives hidden states
    (rows, tokens, width). `backward` > 0: also adds the gradient of `backward` × that sum."""
    import torch

    targets = padded(rows)[2]
    device = head.weight.device
    with torch.set_grad_enabled(backward > 0):
        hidden = body(rows)
        where = (targets >= 0).to(device)
        picked = hidden[where]
    total, grad = head(picked.detach(), targets.to(device)[where], backward)
    if backward > 0:
        picked.backward(grad)
    return total, int(where.sum())


def padded(rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """ids, attention mask, targets (-1 = not learned), each (rows, longest); position i predicts token i + 1."""
    import torch

    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    attention = torch.zeros((len(rows), longest), dtype=torch.long)
    targets = torch.full((len(rows), longest), -1, dtype=torch.long)
    for at, row in enumerate(rows):
        size = len(row.ids)
        tokens = torch.tensor(row.ids)
        ids[at, :size] = tokens
        attention[at, :size] = 1
        learned = torch.tensor(row.learned[1:])
        targets[at, : size - 1][learned] = tokens[1:][learned]
    return ids, attention, targets
