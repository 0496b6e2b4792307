"""Tokenizers and weights from a folder: checked, in float32, without a network, and without transformers' chatter."""

from __future__ import annotations

import importlib.util
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
from wardspace.models.files.checks import check_encoder, check_limit, check_no_kernel, faults_of
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
    with faults_of(settings.transformer, "tokenizer"), quiet():
        tokenizer = AutoTokenizer.from_pretrained(settings.transformer, **_kept(settings))
        check_limit(tokenizer)
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
    with faults_of(settings.transformer, "model"):
        check_encoder(model, missing, settings.transformer, tokenizer)
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
    with faults_of(settings.transformer, "model"):
        check_encoder(encoder_of(model), encoder, settings.transformer, tokenizer)
    return model, missing - encoder


def form_of(settings: FolderSettings) -> Form:
    """The form of a family: causal or seq2seq where it can be nothing else, and masked otherwise.

    Raises
    ------
    ModelError
        If its config cannot be read.
    """
    _check_reader(settings)
    with faults_of(settings.transformer, "config"), quiet():
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
    with faults_of(settings.transformer, "model"), quiet():
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
    check_no_kernel(settings.transformer)
