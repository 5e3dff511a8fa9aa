"""Lemmas and grammar of single words: pymorphy3 for Cyrillic, Snowball stems and suffixes for Latin. Knows no sentence."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.text import CYRILLIC


@lru_cache(maxsize=1)
def analyzer() -> Any:
    """The one pymorphy3 analyser of the process."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer()
