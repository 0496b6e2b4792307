"""A model under audit, and what an attacker can ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wardspace.config import EncoderConfig
from wardspace.models import Encoder, LanguageModel, hardware, resolve
from wardspace.models.heads.lm_head_file import load_head
from wardspace.privacy.attacker.causal import CausalWords, is_causal
from wardspace.privacy.attacker.masked import MaskedWords
from wardspace.privacy.attacker.self_similarity import Closeness


class SecretScorer(Protocol):
    """Whatever can say how well a secret fits its sentence."""

    def secret_scores(self, pieces: Sequence[tuple[str, str, str]]) -> list[float]:
        """A score of each (before, secret, after); higher fits better."""


@dataclass(frozen=True)
class Subject:
    """What is attacked.

    Parameters
    ----------
    words : MaskedWords or None
        The model with a trained masked-word head, if it has one.
    causal : CausalWords or None
        The model as a causal language model, if it is one.
    encoder : Encoder or None
        The model as an encoder; None for a causal one.
    reference : Subject or None
        The base, asked in the same way; None where the model is the base, or nothing comparable is there.
    borrowed : bool
        Whether the base has no trained head, and is asked through that of the adapted model.
    """

    words: MaskedWords | None = None
    causal: CausalWords | None = None
    encoder: Encoder | None = None
    reference: Subject | None = None
    borrowed: bool = False

    @property
    def secrets(self) -> tuple[SecretScorer, str]:
        """What ranks secrets, and its name."""
        if self.causal:
            return self.causal, "log-likelihood"
        if self.words:
            return self.words, "masked pseudo-log-likelihood"
        assert self.encoder is not None
        return Closeness(self.encoder), "closeness of embeddings"


def open_subject(source: str | Path, base: str | None, config: EncoderConfig) -> Subject:
    """Open a model for attacks.

    Parameters
    ----------
    source : str or Path
        A model folder with, or without, the masked-word head that adaptation kept; or a causal language model.
    base : str or None
        What it was adapted from; None where it is a base itself.
    config : EncoderConfig
        How the study reads notes.

    Raises
    ------
    WardspaceError
        If a model cannot be opened.
    """
    folder = Path(resolve(source))
    if is_causal(folder):
        origin = Path(resolve(base)) if base else None
        reference = Subject(causal=CausalWords.load(origin)) if origin and is_causal(origin) else None
        return Subject(causal=CausalWords.load(folder), reference=reference)
    encoder = Encoder.load(source, config)
    words = _words(source, folder, encoder)
    return Subject(words, None, encoder, *_reference(base, folder, encoder, words, config))


def _reference(
    base: str | None, head: Path, own: Encoder, words: MaskedWords | None, config: EncoderConfig
) -> tuple[Subject | None, bool]:
    """The base, with its own head or, where nothing has trained that, with the adapted model's."""
    if base is None:
        return None, False
    encoder = Encoder.load(base, config)
    if words is None:
        return Subject(encoder=encoder), False
    masked = LanguageModel.load(base)
    borrowed = masked.head_is_new and load_head(masked, head)
    masked.to(hardware.device("auto"))
    return Subject(None if masked.head_is_new else MaskedWords(masked, own.window), None, encoder), borrowed


def _words(source: str | Path, folder: Path, encoder: Encoder) -> MaskedWords | None:
    if encoder.tokenizer.mask_token_id is None:
        return None
    masked = LanguageModel.load(source)
    load_head(masked, folder)
    if masked.head_is_new or masked.form != "masked":
        return None
    masked.to(hardware.device("auto"))
    return MaskedWords(masked, encoder.window)
