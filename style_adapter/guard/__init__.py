"""The fact guard: says whether a restyled text kept the facts of its draft. Knows no persona and no language model."""

from style_adapter.guard.guard import Guard
from style_adapter.guard.lock import lock, unlock

__all__ = ["Guard", "lock", "unlock"]
