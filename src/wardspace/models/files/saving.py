"""An encoder as a folder that plain sentence-transformers opens, written file by file so that nothing else slips in."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from wardspace.core.errors import ModelError
from wardspace.core.files import read_json, whole_folder, write_json, write_text
from wardspace.models.files.folder import OWN_FILE, Pooling
from wardspace.models.files.loading import quiet
from wardspace.models.tokens import untruncated

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class Encoding(Protocol):
    """What is written of an `Encoder`."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    pooling: Pooling
    normalise: bool
    window: int
    overlap: float

    @property
    def dimension(self) -> int:
        """Length of a vector."""


README = """---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, feature-extraction, clinical]
---

Written by wardspace without a model card: `wardspace run` writes one, with scores, cost and limitations.

Open it with `SentenceTransformer(folder)`, which cuts long notes at the window, or with
`wardspace.Encoder.load(folder)`, which reads them in overlapping windows.

If these weights were trained on patients' notes, protect them as you protect the notes: a language model can repeat
what it was trained on.
"""
"""What a folder says of itself where nobody has written a card."""


def save_sentence_transformer(encoder: Encoding, folder: Path, card: str | None) -> None:
    """Write `encoder` in the layout that every Sentence-Transformers since version 2 reads.

    sentence-transformers' own `save` is not used: it writes keys that only its newest version knows, and its model card
    is made to hold training examples.

    Raises
    ------
    ModelError
        If the folder holds something that is no model.
    """
    check_target(folder)
    with whole_folder(folder) as scratch:
        save_transformer(encoder.model, encoder.tokenizer, encoder.window, scratch)
        write_json(scratch / "modules.json", _modules(encoder.normalise))
        write_json(scratch / "1_Pooling" / "config.json", _pooling(encoder))
        write_json(scratch / "sentence_bert_config.json", _reading(encoder))
        write_json(scratch / "config_sentence_transformers.json", _versions())
        if encoder.normalise:
            write_json(scratch / "2_Normalize" / "config.json", {})
        write_json(scratch / OWN_FILE, {"overlap": encoder.overlap})
        write_text(scratch / "README.md", README if card is None else card)


def save_transformer(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, window: int, folder: Path) -> None:
    """Write config, weights (safetensors) and tokenizer into an existing folder."""
    with quiet():
        model.save_pretrained(folder)
    save_tokenizer(tokenizer, window, folder)


def save_tokenizer(tokenizer: PreTrainedTokenizerBase, window: int, folder: Path) -> None:
    """Write the tokenizer into an existing folder."""
    untruncated(tokenizer)  # a cut that some base shipped with must not travel on
    with quiet():
        tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    saved = read_json(path)
    # where it was loaded from is nobody's business; max_length is a cut again
    kept = {key: value for key, value in saved.items() if key not in ("name_or_path", "max_length")}
    write_json(path, kept | {"model_max_length": window})


def check_target(folder: Path) -> None:
    """Refuse to replace a file, or a folder with anything but a model in it.

    Raises
    ------
    ModelError
        If the folder holds something else.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / "config.json").is_file()):
        raise ModelError("there is something here that is no model", where=folder, fix="choose another folder")


def _modules(normalise: bool) -> list[dict[str, Any]]:
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling")] + ([("2_Normalize", "Normalize")] if normalise else [])
    return [
        {"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for place, (path, kind) in enumerate(kinds)
    ]


def _pooling(encoder: Encoding) -> dict[str, Any]:
    return {
        "word_embedding_dimension": encoder.dimension,
        "pooling_mode_cls_token": encoder.pooling == "cls",
        "pooling_mode_mean_tokens": encoder.pooling == "mean",
        "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False,
    }


def _reading(encoder: Encoding) -> dict[str, Any]:
    reading: dict[str, Any] = {"max_seq_length": encoder.window, "do_lower_case": False}
    if "add_pooling_layer" in inspect.signature(type(encoder.model).__init__).parameters:
        # else loading makes a random pooler that nothing uses, and warns of it
        reading["model_args"] = {"add_pooling_layer": False}
    return reading


def _versions() -> dict[str, Any]:
    return {
        # no version of sentence-transformers, which is not needed to write this: an older one would warn of a newer one
        "__version__": {"transformers": version("transformers"), "pytorch": version("torch")},
        "prompts": {},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
