"""Write a small encoder with random weights: a base that nobody has shaped by contrast, as the studies' own was.

    python benchmarks/plain_base.py FOLDER [--layers 4] [--dimension 256]

The vocabulary is that of the base `minilm`. What such a base learns from masked words on one corpus
(`adapt: [{name: words, objectives: [mlm]}]`) makes a plain masked language model to adapt to another.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM

from wardspace.models import resolve


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(resolve("minilm"))
    torch.manual_seed(asked.seed)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=asked.dimension,
        num_hidden_layers=asked.layers,
        num_attention_heads=asked.dimension // 64,
        intermediate_size=4 * asked.dimension,
        max_position_embeddings=256,
        pad_token_id=tokenizer.pad_token_id,
    )
    tokenizer.model_max_length = 256
    BertForMaskedLM(config).save_pretrained(asked.folder)
    tokenizer.save_pretrained(asked.folder)


if __name__ == "__main__":
    main()
