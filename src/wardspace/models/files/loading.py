"""Tokenizers and weights from a folder: checked, in float32, without a network, and without transformers' chatter."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import chain
from pathlib import Path
from typing import Any, Literal, cast

import torch
from tokenizers import normalizers
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_MASKED_LM_MAPPING,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
    MODEL_FOR_TEXT_ENCODING_MAPPING,
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForTextEncoding,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging

from wardspace.core.errors import ModelError
from wardspace.models.files.bases import resolve
from wardspace.models.files.folder import FolderSettings, read_settings
from wardspace.models.files.hub import snapshot

Form = Literal["masked", "causal", "seq2seq"]
"""How a language model knows words: by both sides of a gap, by what is before, or by another text and that."""

_AUTO: dict[Form, Any] = {
    "masked": AutoModelForMaskedLM,
    "causal": AutoModelForCausalLM,
    "seq2seq": AutoModelForSeq2SeqLM,
}


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back transformers' bars and its report on new or unused weights: `missing keys` are judged here instead."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(40)  # errors only
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def open_folder(name_or_path: str | Path) -> FolderSettings:
    """Resolve a name and read what its folder says; a hub name is fetched.

    Raises
    ------
    ModelError
        If there is no such model or its folder is not whole.
    """
    place = Path(resolve(name_or_path))
    return read_settings(place if place.is_dir() else snapshot(str(place)))


def load_tokenizer(settings: FolderSettings) -> PreTrainedTokenizerBase:
    """Load the fast tokenizer of a folder; one that lies there as code is not run.

    Raises
    ------
    ModelError
        If it cannot be read or has no fast form.
    """
    _check_reader(settings)
    with _faults_of(settings.transformer, "tokenizer"), quiet():
        tokenizer = AutoTokenizer.from_pretrained(settings.transformer, **_kept(settings))
        _check_limit(tokenizer)
    if not isinstance(tokenizer, PreTrainedTokenizerBase) or not tokenizer.is_fast:
        raise ModelError(
            "this model has no fast tokenizer",
            where=settings.transformer,
            fix="save it again with a tokenizer.json (`AutoTokenizer.from_pretrained(…, use_fast=True)`)",
        )
    if settings.lower_case:
        core = tokenizer.backend_tokenizer
        steps = [normalizers.Lowercase(), *([core.normalizer] if core.normalizer else [])]
        core.normalizer = normalizers.Sequence(steps)
    return tokenizer


def load_encoder(settings: FolderSettings, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """Load the bare encoder, in float32 and in evaluation mode; a pooler is dropped, because nothing here reads it.

    Raises
    ------
    ModelError
        If the weights are damaged, incomplete or not those of an encoder.
    """
    model, missing = _load(AutoModelForTextEncoding if form_of(settings) == "seq2seq" else AutoModel, settings)
    if getattr(model, "pooler", None) is not None:
        model.register_module("pooler", None)
    with _faults_of(settings.transformer, "model"):
        _check_encoder(model, missing, settings.transformer, tokenizer)
    return model


def load_language_model(
    settings: FolderSettings, tokenizer: PreTrainedTokenizerBase, seed: int
) -> tuple[PreTrainedModel, set[str]]:
    """Load a model with its head for words, in float32 and in evaluation mode, in its family's form (`form_of`).

    Parameters
    ----------
    settings : FolderSettings
        The folder.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer.
    seed : int
        Seed of the weights that the folder lacks; no other random state is touched.

    Returns
    -------
    (PreTrainedModel, set of str)
        The model, and the names of its head's weights (those of a decoder among them) that the folder lacks.

    Raises
    ------
    ModelError
        If the weights are damaged or incomplete, or the family has no head for words.
    """
    form = form_of(settings)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        model, missing = _load(_AUTO[form], settings)
    model.config.is_encoder_decoder = form == "seq2seq"  # the folder of an encoder alone denies it
    prefixes = ("shared.", "encoder.") if form == "seq2seq" else (f"{model.base_model_prefix}.",)
    encoder = {name for name in missing if name.startswith(prefixes)}
    with _faults_of(settings.transformer, "model"):
        _check_encoder(encoder_of(model), encoder, settings.transformer, tokenizer)
    return model, missing - encoder


def form_of(settings: FolderSettings) -> Form:
    """The form of a family: causal or seq2seq where it can be nothing else, and masked otherwise.

    Raises
    ------
    ModelError
        If its config cannot be read.
    """
    _check_reader(settings)
    with _faults_of(settings.transformer, "config"), quiet():
        config = type(AutoConfig.from_pretrained(settings.transformer, **_kept(settings)))
    if _left_to_right(config):
        return "causal"
    return "seq2seq" if _has_decoder(config) else "masked"


def _left_to_right(config: type[PreTrainedConfig]) -> bool:
    return config in MODEL_FOR_CAUSAL_LM_MAPPING and config not in MODEL_FOR_MASKED_LM_MAPPING


def _has_decoder(config: type[PreTrainedConfig]) -> bool:
    """Whether it is a family of encoder and decoder that also has a form of the encoder alone (T5 and its like)."""
    return config in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING and config in MODEL_FOR_TEXT_ENCODING_MAPPING


def encoder_of(model: PreTrainedModel) -> PreTrainedModel:
    """The bare encoder inside a model with a head, on the same weights.

    Of a model with a decoder it is the family's encoder-only model, made around the parts of the whole one.
    """
    if not _has_decoder(type(model.config)):
        return cast("PreTrainedModel", model.base_model)
    family: Any = MODEL_FOR_TEXT_ENCODING_MAPPING[type(model.config)]
    with torch.device("meta"):  # its own weights are replaced at once
        encoder = family(deepcopy(model.config))
    whole: Any = model
    encoder.shared, encoder.encoder = whole.shared, whole.encoder
    return cast("PreTrainedModel", encoder.train(model.training))


def _load(auto: Any, settings: FolderSettings) -> tuple[PreTrainedModel, set[str]]:
    with _faults_of(settings.transformer, "model"), quiet():
        model, report = auto.from_pretrained(
            settings.transformer, dtype=torch.float32, output_loading_info=True, **_kept(settings)
        )
    if settings.gguf:
        _unpacked(model)
    _owned(model)
    if _left_to_right(type(model.config)):
        model.config.use_cache = False  # keys kept for further words, which nothing here asks for
    return model.eval(), set(report["missing_keys"])


@torch.no_grad()
def _owned(model: PreTrainedModel) -> None:
    """Weights in memory of their own, which begins where the processor's vectors do.

    As loaded they lie in the mapped file, wherever its header ends, and change with it when it is written again.
    """
    for weight in chain(model.parameters(), model.buffers()):
        weight.data = weight.data.clone()


def _unpacked(model: Any) -> None:
    """Take the mark of quantisation off: the weights are float32 now, and it would keep them from being saved."""
    model.hf_quantizer = None
    model.is_quantized = False
    model.quantization_method = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def _kept(settings: FolderSettings) -> dict[str, Any]:
    """Where transformers looks: nowhere but in the folder, and at no code there."""
    kept: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    return kept | ({"gguf_file": settings.gguf} if settings.gguf else {})


def _check_reader(settings: FolderSettings) -> None:
    if settings.gguf and importlib.util.find_spec("gguf") is None:
        raise ModelError(
            "reading a GGUF file takes the package gguf",
            where=settings.transformer / settings.gguf,
            fix="pip install 'wardspace[gguf]'",
        )
    kernel = _hub_kernel(_plain(settings.transformer / "config.json"))
    if kernel is not None:
        raise ModelError(
            f"the config asks for attention code from a hub ({kernel}), which wardspace never runs",
            where=settings.transformer / "config.json",
            fix="take attn_implementation out of config.json",
        )


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


def _brings_code(folder: Path) -> bool:
    """Whether a folder names classes of its own, in Python files that come with it or lie on a hub."""
    found = [_plain(folder / name) for name in ("config.json", "tokenizer_config.json")]
    return any(isinstance(one, dict) and "auto_map" in one for one in found)


def _check_limit(tokenizer: Any) -> None:
    limit = tokenizer.model_max_length
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1:
        raise ValueError(f"model_max_length is {limit!r}")


def _check_encoder(model: PreTrainedModel, missing: set[str], where: Path, tokenizer: PreTrainedTokenizerBase) -> None:
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


@contextmanager
def _faults_of(folder: Path, what: str) -> Iterator[None]:
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
