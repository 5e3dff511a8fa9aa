"""The language model that restyles: base, template, adapters, constrained generation. The only files (with `train/`) that
touch torch, transformers and peft, always inside functions; `gemma`, which is torch throughout, is imported so."""
