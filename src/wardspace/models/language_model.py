"""An encoder with a head for words: what every objective trains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.core.files import whole_folder, write_json
from wardspace.models.attention import attention, compatibility, positions
from wardspace.models.attention.packing import Layout
from wardspace.models.attention.padded import Memory, decode_padded, read_padded
from wardspace.models.encoder import Encoder
from wardspace.models.files.folder import OWN_FILE, FolderSettings
from wardspace.models.files.loading import (
    Form,
    encoder_of,
    form_of,
    load_language_model,
    load_tokenizer,
    open_folder,
)
from wardspace.models.files.saving import check_target, save_transformer
from wardspace.models.heads.lm_heads import head_of


class LanguageModel(nn.Module):
    """A language model whose head can be put on chosen positions alone.

    Attributes
    ----------
    form : {"masked", "causal", "seq2seq"}
        Whether words are guessed where they are masked, from those before them, or by a decoder that looks at what the
        encoder has read as well.
    model : PreTrainedModel
        transformers' own model, head included.
    tokenizer : PreTrainedTokenizerBase
        Its fast tokenizer.
    head_is_new : bool
        True while the head holds weights that nothing has trained: such a head is warmed up with the encoder frozen
        before it may teach the encoder anything. Whoever has warmed it up sets this to False.
    name : str
        What it was loaded from.
    token_types : int
        Types of token that it distinguishes where two texts are read together; 0 for none.
    packs : bool
        Whether the family reads sequences end to end; one that computes its attention in its own way, or does not
        give the same vectors then, reads padded rectangles.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        settings: FolderSettings,
        *,
        head_is_new: bool,
        name: str,
    ) -> None:
        super().__init__()
        self.form: Form = form_of(settings)
        self.model = model
        self.tokenizer = tokenizer
        self.head_is_new = head_is_new
        self.name = name
        self._settings = settings
        # a tuple, or its weights would be counted and saved twice
        self._encoder = (encoder_of(model),)
        # a family whose head is not known is refused now, not in the middle of training
        sequences = compatibility.probes(self.encoder, tokenizer)
        compatibility.check_head(model, head_of(model), self._plain_rows, sequences)
        self.token_types = compatibility.token_types(self.encoder)
        self.packs = attention.install(model) and compatibility.reads_packed(
            self.encoder, self._hidden_packed, sequences
        )

    @classmethod
    def load(cls, name_or_path: str | Path, *, seed: int = 0) -> LanguageModel:
        """Load a base, or a folder that `save` or `Encoder.save` has written, onto the CPU.

        Parameters
        ----------
        name_or_path : str or Path
            As for `Encoder.load`.
        seed : int
            Seed of a new head's weights.

        Raises
        ------
        ModelError
            If there is no such model, it is not whole, or its family has no head for words, or it is to guess masked
            words and has no mask token.
        """
        settings = open_folder(name_or_path)
        tokenizer = load_tokenizer(settings)
        if tokenizer.mask_token_id is None and form_of(settings) == "masked":
            raise ModelError(
                "this model's tokenizer has no mask token",
                where=settings.transformer,
                fix="use a base that was made for masked, causal or sequence-to-sequence language modelling",
            )
        model, missing = load_language_model(settings, tokenizer, seed)
        new = bool(missing) or not settings.head_trained
        return cls(model, tokenizer, settings, head_is_new=new, name=str(name_or_path))

    @property
    def folder(self) -> Path:
        """Where its weights came from."""
        return self._settings.transformer

    @property
    def encoder(self) -> PreTrainedModel:
        """The bare encoder: the same kind of module as `Encoder.model`."""
        return self._encoder[0]

    @property
    def dimension(self) -> int:
        """Length of a token vector."""
        return int(self.model.config.hidden_size)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the weights."""
        return next(self.model.parameters()).dtype

    @property
    def window(self) -> int:
        """Tokens read at once, special tokens included, where the study does not say."""
        return positions.window(None, self._settings.window, self.encoder, self.tokenizer, self.name)

    def hidden(self, input_ids: torch.Tensor, layout: Layout) -> torch.Tensor:
        """Token vectors of the last layer.

        Parameters
        ----------
        input_ids : int64 Tensor, shape (tokens,)
            Sequences end to end, without padding.
        layout : Layout
            Where each begins and ends, and its token types; a family without these does not look at them.

        Returns
        -------
        Tensor, shape (tokens, dimension)
        """
        if layout.types is not None and not self.token_types:
            layout = replace(layout, types=None)
        if self.packs:
            return self._hidden_packed(input_ids, layout)
        return read_padded(self.encoder, input_ids, layout, self._pad)

    def decoded(
        self,
        input_ids: torch.Tensor,
        layout: Layout,
        memory: torch.Tensor,
        memory_layout: Layout,
        sources: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Token vectors of the decoder's last layer, of a model of form `seq2seq`.

        Parameters
        ----------
        input_ids : int64 Tensor, shape (tokens,)
            What the decoder reads, sequences end to end, each with its start token.
        layout : Layout
            Where each begins and ends.
        memory : Tensor, shape (memory tokens, dimension)
            What `hidden` gave for the sequences that the decoder looks at.
        memory_layout : Layout
            Where each of those begins and ends.
        sources : int64 Tensor, shape (sequences,), optional
            For each sequence to decode, the one of the memory that it looks at; the one in its own place if absent.
            Both layouts are sorted by length, so that places need not agree.

        Returns
        -------
        Tensor, shape (tokens, dimension)

        Raises
        ------
        TypeError
            If the model has no decoder.
        """
        if self.form != "seq2seq":
            raise TypeError(f"a {self.form} language model has no decoder")
        if sources is None:
            sources = torch.arange(len(layout.lengths), device=input_ids.device)
        return decode_padded(self._decoder, input_ids, layout, Memory(memory, memory_layout, sources), self._pad)

    @property
    def _decoder(self) -> nn.Module:
        whole: Any = self.model
        decoder: nn.Module = whole.decoder
        return decoder

    @property
    def _pad(self) -> int:
        return int(self.tokenizer.pad_token_id or 0)

    def _plain_rows(self, input_ids: torch.Tensor) -> torch.Tensor:
        """The rows that the head works on, by plain transformers: ids (batch, tokens) to (batch, tokens, dimension)."""
        found = self.encoder(input_ids=input_ids).last_hidden_state
        if self.form == "seq2seq":
            found = self._decoder(input_ids=input_ids, encoder_hidden_states=found).last_hidden_state
        rows: torch.Tensor = found
        return rows

    def _hidden_packed(self, input_ids: torch.Tensor, layout: Layout) -> torch.Tensor:
        places = layout.positions + positions.first_position(self.encoder)
        # transformers takes a mask of four dimensions for finished, and then builds none of tokens x tokens of its own;
        # attention over a layout looks at neither
        mask = input_ids.new_ones(1, 1, 1, 1, dtype=torch.bool)
        types = {} if layout.types is None else {"token_type_ids": layout.types[None]}
        hidden: torch.Tensor = self.encoder(
            input_ids=input_ids[None], attention_mask=mask, position_ids=places[None], layout=layout, **types
        ).last_hidden_state
        return hidden[0]

    def positions_read(self, layout: Layout) -> int:
        """Positions the encoder works on for a layout, padding counted where the family needs it."""
        return layout.tokens if self.packs else layout.padded

    def logits(self, hidden_rows: torch.Tensor) -> torch.Tensor:
        """Scores of every word of the vocabulary for chosen rows of the last layer.

        Parameters
        ----------
        hidden_rows : Tensor, shape (rows, dimension)
            Usually those of the masked positions; of form `seq2seq`, rows of `decoded`.

        Returns
        -------
        Tensor, shape (rows, vocabulary)
        """
        # looked up anew, so that a copy of this module uses its own head
        return head_of(self.model)(hidden_rows)

    def head_parameters(self) -> Iterator[nn.Parameter]:
        """The head's own parameters, a decoder's among them: without those that it shares with the encoder."""
        shared = {id(parameter) for parameter in self.encoder.parameters()}
        return (parameter for parameter in self.model.parameters() if id(parameter) not in shared)

    def to_encoder(self, template: Encoder | EncoderConfig | None = None) -> Encoder:
        """An encoder on these very weights: later training changes its vectors.

        Parameters
        ----------
        template : Encoder or EncoderConfig, optional
            Whose pooling, normalising, window and overlap to take; what is left open comes from the folder that this
            model was loaded from.
        """
        if isinstance(template, Encoder):
            return Encoder(
                model=self.encoder,
                tokenizer=self.tokenizer,
                pooling=template.pooling,
                normalise=template.normalise,
                window=template.window,
                overlap=template.overlap,
                batch_tokens=template.batch_tokens,
                name=template.name,
            )
        return Encoder.assembled(self.encoder, self.tokenizer, self._settings, template, self.name)

    def save(self, folder: Path) -> None:
        """Write a plain transformers folder (transformers' class for its form opens it) with the tokenizer.

        Raises
        ------
        ModelError
            If the folder holds something that is no model.
        """
        check_target(folder)
        with whole_folder(folder) as scratch:
            save_transformer(self.model, self.tokenizer, self.window, scratch)
            said = self._settings
            own = {"pooling": said.pooling, "normalise": said.normalise, "window": said.window}
            write_json(scratch / OWN_FILE, own | {"overlap": said.overlap, "head_trained": not self.head_is_new})
