"""A model folder of a few hundred kilobytes, Gemma-like, with a tokenizer made on the spot; and a persona with little data."""

from __future__ import annotations

import json
from pathlib import Path

TEXT = """
Для узла требуется не менее 4 ГБ оперативной памяти. Меньше четырёх гигабайт узлу не давай, это нижняя планка.
Проверку отключает флаг, но только если задан параметр. Есть флаг, но работает он, только если стоит режим. Без этого никак.
Приём ведёт врач с восьми до двенадцати. Записывай и не опаздывай. Жесть, но таковы правила. Логи хранятся девяносто дней.
The boiler must rest for ten minutes before it is opened. Sir, the valve stays shut until the gauge reads zero.
"""
SPECIALS = ["<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"]


def make_base(folder: Path, seed: int = 1, width: int = 32) -> Path:
    """A random Gemma 3 of four layers, saved as safetensors with its tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    tokenizer = Tokenizer(models.BPE(unk_token=None, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse()])
    alphabet = [chr(code) for code in (*range(33, 127), *range(0x410, 0x450), 0x401, 0x451, 0x2014, 0xAB, 0xBB)] + [
        "▁",
        "\n",
    ]
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(TEXT.splitlines(), trainer)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(seed)
    config = Gemma3TextConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=width, intermediate_size=2 * width, num_hidden_layers=4,
        num_attention_heads=2, num_key_value_heads=1, head_dim=width // 2, sliding_window=16, max_position_embeddings=1024,
        query_pre_attn_scalar=width // 2, pad_token_id=0, eos_token_id=1, bos_token_id=2,
        layer_types=["sliding_attention", "full_attention"] * 2,
    )  # fmt: skip
    model = Gemma3ForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(folder)
    return folder


BIBLE = """
id: tiny
version: 1
name: Тиха
role: тестовая персона
language: ru
address: ty
speech: {emoji: never, register: colloquial}
length: {default: {max_sentences: 3}}
taboos: [{text: эмодзи, rule: emoji}]
examples:
  - {user: сколько памяти, draft: "Нужно 4 ГБ [1].", reply: "Меньше 4 ГБ не давай [1]."}
"""


def make_persona(folder: Path, count: int = 24) -> Path:
    """`tiny`: a bible and `count` restyles, every fourth held out, one dialogue in each split."""
    home = folder / "tiny"
    home.mkdir(parents=True)
    (home / "bible.yaml").write_text(BIBLE, "utf-8")
    rows = []
    for number in range(count):
        draft = f"Для узла требуется не менее {number + 2} ГБ оперативной памяти [1]."
        reply = f"Меньше {number + 2} ГБ узлу не давай, это нижняя планка [1]."
        rows.append(
            {
                "id": f"r{number}",
                "split": "validation" if number % 4 == 3 else "train",
                "messages": [
                    {"role": "user", "content": "сколько памяти"},
                    {"role": "assistant", "content": reply, "draft": draft},
                ],
            }
        )
    (home / "restyles.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    talk = [
        {"role": "user", "content": "привет"},
        {"role": "assistant", "content": "Записывай и не опаздывай."},
        {"role": "user", "content": "а память?"},
        {"role": "assistant", "content": "Меньше 4 ГБ не давай [1].", "draft": "Требуется не менее 4 ГБ [1]."},
    ]
    dialogues = [{"id": f"d{split}", "split": split, "messages": talk} for split in ("train", "validation")]
    (home / "dialogues.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in dialogues), "utf-8"
    )
    return folder
