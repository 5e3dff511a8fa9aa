"""A persona's adapter for llama.cpp and Ollama: the LoRA as GGUF, the base it fits, and a Modelfile that names both. Reads what
`adapter.save` wrote; runs no model."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UnavailableError, UsageError
from style_adapter.model.adapter import WEIGHTS, Manifest, read_manifest
from style_adapter.model.base import PACKAGE, PACKAGED
from style_adapter.model.extra import require

if TYPE_CHECKING:
    from numpy.typing import NDArray

PREFIX = "base_model.model."
KEY = re.compile(r"(?P<name>.+)\.lora_(?P<half>[AB])\.weight")
LAYER = re.compile(r"\.layers\.(\d+)\.")
# By the base's model_type, as the architecture is called in llama.cpp.
# Not Llama's and Mistral's: their queries and keys are rearranged on the way to GGUF.
ARCHITECTURES = {"gemma3_text": "gemma3", "qwen2": "qwen2", "qwen3": "qwen3"}
MODELFILE = """# ollama create {persona} -f {modelfile}
FROM ./{base}
ADAPTER ./{adapter}
TEMPLATE \"\"\"<start_of_turn>user
{{{{ if .System }}}}{{{{ .System }}}}

{{{{ end }}}}{{{{ .Prompt }}}}<end_of_turn>
<start_of_turn>model
{{{{ .Response }}}}<end_of_turn>
\"\"\"
PARAMETER stop <end_of_turn>
PARAMETER temperature 0.7
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `base` is empty where the base is not the packaged one: then it is the person's to convert."""

    adapter: str
    modelfile: str
    base: str
    tensors: int
    bytes: int


def model_type(base: str) -> str:
    """Of the base in this folder; of the packaged one where none is given."""
    if not base or base == PACKAGED:
        return "gemma3_text"
    try:
        return str(json.loads((Path(base) / "config.json").read_text("utf-8"))["model_type"])
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"«{base}» is no model folder: {error}.", "Check EXPERTBOT_PERSONA__BASE.") from error


def export(folder: Path, file: Path, base_type: str = "gemma3_text", say: Any = lambda _: None) -> Exported:
    """The adapter in `folder` as `file`, a Modelfile and the packaged base beside it. Raises UsageError for a base whose tensors
    have no name in llama.cpp, UnavailableError for a damaged adapter or a full disk."""
    require()
    manifest = read_manifest(folder)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        tensors = _tensors(folder, base_type)
        beside = file.with_name(f".{file.name}.part")
        _write(beside, manifest, tensors, ARCHITECTURES[base_type])
        os.replace(beside, file)
        base = _base(manifest, file.parent, say)
        modelfile = file.with_name(f"{file.stem}.Modelfile")
        text = MODELFILE.format(
            persona=manifest.persona, base=base or "BASE.gguf", adapter=file.name, modelfile=modelfile.name
        )
        modelfile.write_text(text, "utf-8")
    except OSError as error:
        raise UnavailableError(
            f"{file} can't be written: {error.strerror or error}.", "Free some space, or give another place."
        ) from error
    return Exported(str(file), str(modelfile), base, len(tensors), file.stat().st_size)


def _tensors(folder: Path, base_type: str) -> dict[str, NDArray[Any]]:
    """By llama.cpp's names: `blk.0.attn_q.weight.lora_a` (rank, inputs), `….lora_b` (outputs, rank), 32 bits each."""
    import gguf
    from safetensors.torch import load_file

    if base_type not in ARCHITECTURES:
        raise UsageError(
            f"Adapters over «{base_type}» are not exported to GGUF.", f"These are: {', '.join(ARCHITECTURES)}."
        )
    state = load_file(folder / WEIGHTS)
    layers = 1 + max((int(place[1]) for key in state if (place := LAYER.search(key))), default=0)
    architecture = next(a for a, name in gguf.MODEL_ARCH_NAMES.items() if name == ARCHITECTURES[base_type])
    names = gguf.get_tensor_name_map(architecture, layers)
    found: dict[str, NDArray[Any]] = {}
    for key, value in state.items():
        parts = KEY.fullmatch(key)
        name = names.get_name(parts["name"].removeprefix(PREFIX)) if parts else None
        if not parts or not name:
            raise UsageError(f"llama.cpp has no name for the tensor {key}.", "Train the adapter on linear layers only.")
        found[f"{name}.weight.lora_{parts['half'].lower()}"] = value.float().numpy()
    return dict(sorted(found.items()))


def _write(file: Path, manifest: Manifest, tensors: dict[str, NDArray[Any]], architecture: str) -> None:
    import gguf

    writer = gguf.GGUFWriter(str(file), architecture)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_name(manifest.persona)
    writer.add_float32("adapter.lora.alpha", float(manifest.alpha))  # divided by the rank there, as by PEFT
    for name, value in tensors.items():
        writer.add_tensor(name, value)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _base(manifest: Manifest, folder: Path, say: Any) -> str:
    """The packaged base as it was quantised, beside the adapter; its file's name, "" where the base is another."""
    if manifest.base != PACKAGED or importlib.util.find_spec(PACKAGE) is None:
        return ""
    package: Any = importlib.import_module(PACKAGE)
    if manifest.base_hash != package.EXPECTED_SHA256:
        return ""
    name = f"{PACKAGED}-{package.EXPECTED_SHA256[:12]}.gguf"
    if not (folder / name).is_file():
        say("The base model is put beside it: once, 250 MB.")
        beside = folder / f".{name}.part"
        package.assemble(beside)
        os.replace(beside, folder / name)
    return name
