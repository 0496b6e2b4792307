"""What is refused of a model folder: damage, parts of different models, code of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from wardspace.core.errors import ModelError


@contextmanager
def faults_of(folder: Path, what: str) -> Iterator[None]:
    """One boundary for whatever libraries raise on files that are damaged, foreign or made to harm."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # transformers checks little by itself, and tokenizers raises Exception as such
        if _brings_code(folder):
            raise ModelError(
                f"the {what} is code of its own (auto_map), which wardspace never runs",
                where=folder,
                fix="use a model of a family that transformers knows, such as BERT, RoBERTa, MPNet or ModernBERT",
            ) from error
        reason = (str(error).strip().splitlines() or [""])[0][:200]
        raise ModelError(
            f"cannot load the {what}: {type(error).__name__}: {reason}",
            where=folder,
            fix="the files are damaged or of a kind this transformers does not know; copy the model folder again",
        ) from error


def check_no_kernel(folder: Path) -> None:
    """Refuse a config that names attention code on a hub: transformers would fetch it and run it.

    Raises
    ------
    ModelError
        If it does.
    """
    kernel = _hub_kernel(_plain(folder / "config.json"))
    if kernel is not None:
        raise ModelError(
            f"the config asks for attention code from a hub ({kernel}), which wardspace never runs",
            where=folder / "config.json",
            fix="take attn_implementation out of config.json",
        )


def check_limit(tokenizer: Any) -> None:
    """Refuse a tokenizer whose greatest length is no number of tokens."""
    limit = tokenizer.model_max_length
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1:
        raise ValueError(f"model_max_length is {limit!r}")


def check_encoder(model: PreTrainedModel, missing: set[str], where: Path, tokenizer: PreTrainedTokenizerBase) -> None:
    """Refuse an encoder that lacks weights, has a decoder, or has fewer words than its tokenizer."""
    lacking = sorted(name for name in missing if not name.startswith("pooler."))
    if lacking:
        raise ModelError(
            f"the weights lack {len(lacking)} tensors of the encoder ({lacking[0]}, …): they would be random",
            where=where,
            fix="config.json and the weights are of different models; copy the whole folder again",
        )
    if getattr(model.config, "is_encoder_decoder", False):
        raise ModelError(
            f"{model.config.model_type!r} is an encoder with a decoder",
            where=where,
            fix="use an encoder such as BERT, RoBERTa, DistilBERT, ModernBERT or MPNet, or T5",
        )
    vocabulary = int(cast("torch.Tensor", model.get_input_embeddings().weight).shape[0])
    if len(tokenizer) > vocabulary:
        raise ModelError(
            f"the tokenizer knows {len(tokenizer)} tokens, the model only {vocabulary}",
            where=where,
            fix="the tokenizer is of another model; copy the whole folder again",
        )


def _brings_code(folder: Path) -> bool:
    """Whether a folder names classes of its own, in Python files that come with it or lie on a hub."""
    found = [_plain(folder / name) for name in ("config.json", "tokenizer_config.json")]
    return any(isinstance(one, dict) and "auto_map" in one for one in found)


def _hub_kernel(value: Any) -> str | None:
    """The kernel on a hub that a config asks for, at any depth: transformers would fetch it and run it."""
    if not isinstance(value, dict):
        return None
    asked = [str(one) for key, one in value.items() if key.endswith("attn_implementation") and "/" in str(one)]
    deeper = [found for one in value.values() if (found := _hub_kernel(one)) is not None]
    return next(iter([*asked, *deeper]), None)


def _plain(path: Path) -> Any:
    """A JSON file as it is; None where it is absent or damaged, which transformers says better."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
