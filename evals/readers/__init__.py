"""Readers of two texts: a small multilingual encoder with adapters of ours, trained on a GPU in minutes."""
