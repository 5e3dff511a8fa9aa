"""Files → parsed → chunks → vectors → committed. The only room that knows llama-index."""
