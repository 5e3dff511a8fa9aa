"""The OpenAI-compatible HTTP service: a model per persona, the sources beside the text."""
