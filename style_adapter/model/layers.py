"""A part of a transformer's layers, run by themselves: what the layers below an adapter make never depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def only_layers(body: Any, first: int, last: int | None) -> Iterator[None]:
    """For a moment the transformers model `body` (without its output layer) has only these layers, and its final norm only where
    `last` is None. Not thread-safe."""
    import torch

    config, layers, norm = body.config, body.layers, body.norm
    kinds, count = getattr(config, "layer_types", None), config.num_hidden_layers
    try:
        body.layers = torch.nn.ModuleList(list(layers)[first:last])
        config.num_hidden_layers = len(body.layers)
        if kinds:
            config.layer_types = list(kinds)[first:last]
        if last is not None:
            body.norm = torch.nn.Identity()
        yield
    finally:
        body.layers, body.norm, config.num_hidden_layers = layers, norm, count
        if kinds:
            config.layer_types = kinds
