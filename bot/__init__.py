"""The roof: wiring, CLI, Telegram, HTTP. Picks implementations; nothing else does."""
