"""The fact guard: says whether a restyled text kept the facts of its draft. Knows no persona and no language model."""

from style_adapter.guard.guard import Guard

__all__ = ["Guard"]
