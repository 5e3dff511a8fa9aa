"""Store and fusion beside LlamaIndex, Haystack and txtai: the same chunks, the same vectors, one process each."""
