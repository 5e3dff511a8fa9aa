"""Next-token loss of supervised tokens only, forward and gradient in one go over slices, so that the logits of a large
vocabulary never lie in memory whole. The output layer is frozen: only hidden states get a gradient. With a shortlist the
softmax runs over the tokens that the decoder may write: trained as it is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from style_adapter.model.base import compute_type
from style_adapter.model.template import Row

if TYPE_CHECKING:
    import torch

SLICE = 192  # supervised tokens whose logits exist at once, over the whole vocabulary


class Head:
    """The frozen output layer, whole or only the rows of a shortlist (which must hold every supervised token), as wide as
    this machine computes with."""

    def __init__(self, model: Any, shortlist: Sequence[int] | None = None) -> None:
        import torch

        inner = model.get_base_model() if hasattr(model, "get_base_model") else model
        weight = inner.get_output_embeddings().weight.detach()
        kind = torch.promote_types(weight.dtype, compute_type())
        self.cap: float | None = getattr(inner.config, "final_logit_softcapping", None)
        self.size = weight.shape[0]
        self.slice = SLICE
        self.place: torch.Tensor | None = None
        self.weight = weight if shortlist is not None else weight.to(kind)
        if shortlist is not None:
            ids = torch.tensor(sorted(set(shortlist)), device=weight.device)
            self.weight = weight.index_select(0, ids).to(kind)
            self.place = torch.full((self.size,), -1, dtype=torch.long, device=weight.device)
            self.place[ids] = torch.arange(len(ids), device=weight.device)
            self.slice = 1024

    def __call__(self, hidden: torch.Tensor, wanted: torch.Tensor, scales: torch.Tensor) -> tuple[float, torch.Tensor]:
        """(sum of losses in nats, gradient by `hidden` of the sum of losses, each × its scale); hidden (tokens, width),
        wanted and scales (tokens,); no gradient where `scales` is empty."""
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
                if len(scales):
                    logits.sub_(norm).exp_()
                    logits.scatter_add_(1, goal, torch.full_like(goal, -1, dtype=logits.dtype))
                    if slope is not None:
                        logits.mul_(slope)
                    slopes = (logits.to(self.weight.dtype) @ self.weight).to(grad.dtype)
                    grad[at : at + self.slice] = slopes * scales[at : at + self.slice, None].to(grad.dtype)
        return total, grad


def batch_loss(
    body: Any, head: Head, rows: Sequence[Row], *, backward: float = 0.0, own: float = 1.0
) -> tuple[float, int]:
    """(sum of losses in nats, supervised tokens) of a padded batch. `body(rows)` gives hidden states (rows, tokens, width).
    `backward` > 0: also adds the gradient of `backward` × that sum, where tokens that do not stand in the row's prompt (the
    persona's own) count `own` times."""
    import torch

    targets = padded(rows)[2]
    device = head.weight.device
    with torch.set_grad_enabled(backward > 0):
        hidden = body(rows)
        where = (targets >= 0).to(device)
        picked = hidden[where]
    scales = (weights(rows, targets, own)[targets >= 0] * backward).to(device) if backward > 0 else torch.empty(0)
    total, grad = head(picked.detach(), targets.to(device)[where], scales)
    if backward > 0:
        picked.backward(grad)
    return total, int(where.sum())


def weights(rows: Sequence[Row], targets: torch.Tensor, own: float) -> torch.Tensor:
    """`own` where the token to predict does not stand in the row's prompts, else 1; 1 in plain texts."""
    import torch

    out = torch.ones(targets.shape)
    if own != 1:
        for at, row in enumerate(rows):
            if not row.replies:
                continue
            given = [token for token, learned in zip(row.ids, row.learned, strict=True) if not learned]
            new = ~torch.isin(targets[at], torch.tensor(given)) & (targets[at] >= 0)
            out[at][new] = own
    return out


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
