"""Qdrant, embedders, hybrid search, drafting. Knows no persona, no Telegram."""
