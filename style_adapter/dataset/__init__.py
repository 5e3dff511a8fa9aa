"""Training data of a persona: items, their check against bible and guard, split, counts, generation."""

from style_adapter.dataset.check import Finding, Limits, Report, Why, check, check_item
from style_adapter.dataset.items import Item, Message, read, read_all, write
from style_adapter.dataset.split import split
from style_adapter.dataset.stats import Stats, stats

__all__ = [
    "Finding",
    "Item",
    "Limits",
    "Message",
    "Report",
    "Stats",
    "Why",
    "check",
    "check_item",
    "read",
    "read_all",
    "split",
    "stats",
    "write",
]
