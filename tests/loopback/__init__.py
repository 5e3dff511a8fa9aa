"""Loopback servers (127.0.0.1 only) that stand in for Telegram, Qdrant and an LLM endpoint.

Each validates what it is sent, keeps a record, and misbehaves by script. They know nothing of the bot.
"""
