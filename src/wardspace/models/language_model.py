"""An encoder with a head for words: what every objective trains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.core.files import whole_folder, write_json
from wardspace.models.attention import attention, compatibility, positions
from wardspace.models.attention.packing import Layout, from_rectangles
from wardspace.models.encoder import Encoder
from wardspace.models.files.folder import OWN_FILE, FolderSettings
from wardspace.models.files.loading import bare, is_causal, load_masked, load_tokenizer, open_folder
from wardspace.models.files.saving import check_target, save_transformer
from wardspace.models.heads.lm_heads import head_of


class LanguageModel(nn.Module):
    """A language model whose head can be put on chosen positions alone: a masked one, or a causal one.

    Attributes
    ----------
    model : PreTrainedModel
        transformers' own model, head included.
    tokenizer : PreTrainedTokenizerBase
        Its fast tokenizer.
    head_is_new : bool
        True while the head holds weights that nothing has trained: such a head is warmed up with the encoder frozen
        before it may teach the encoder anything. Whoever has warmed it up sets this to False.
    name : str
        What it was loaded from.
    causal : bool
        Whether words are guessed from those before them, and not from where they are masked.
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
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.causal = causal
        self.model = model
        self.tokenizer = tokenizer
        self.head_is_new = head_is_new
        self.name = name
        self._settings = settings
        # a family whose head is not known is refused now, not in the middle of training
        sequences = compatibility.probes(model, tokenizer)
        compatibility.check_head(model, head_of(model), sequences)
        self.packs = attention.install(model) and compatibility.reads_packed(model, self._hidden_packed, sequences)

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
        causal = is_causal(settings)
        if tokenizer.mask_token_id is None and not causal:
            raise ModelError(
                "this model's tokenizer has no mask token",
                where=settings.transformer,
                fix="use a base that was made for masked, or for causal, language modelling",
            )
        model, missing = load_masked(settings, tokenizer, seed)
        new = bool(missing) or not settings.head_trained
        return cls(model, tokenizer, settings, head_is_new=new, name=str(name_or_path), causal=causal)

    @property
    def folder(self) -> Path:
        """Where its weights came from."""
        return self._settings.transformer

    @property
    def encoder(self) -> PreTrainedModel:
        """The bare encoder: the same kind of module as `Encoder.model`."""
        return bare(self.model)

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
            Where each begins and ends.

        Returns
        -------
        Tensor, shape (tokens, dimension)
        """
        return self._hidden_packed(input_ids, layout) if self.packs else self._hidden_padded(input_ids, layout)

    def _hidden_packed(self, input_ids: torch.Tensor, layout: Layout) -> torch.Tensor:
        places = layout.positions + positions.first_position(self.encoder)
        # transformers takes a mask of four dimensions for finished, and then builds none of tokens x tokens of its own;
        # attention over a layout looks at neither
        mask = input_ids.new_ones(1, 1, 1, 1, dtype=torch.bool)
        hidden: torch.Tensor = self.encoder(
            input_ids=input_ids[None], attention_mask=mask, position_ids=places[None], layout=layout
        ).last_hidden_state
        return hidden[0]

    def _hidden_padded(self, input_ids: torch.Tensor, layout: Layout) -> torch.Tensor:
        """The same, one rectangle after the other, for families that only read padded batches."""
        pad = int(self.tokenizer.pad_token_id or 0)
        rows = input_ids[layout.spread]
        hidden: list[torch.Tensor] = []
        for rectangle in layout.rectangles:
            ids = rows[rectangle.places].view(rectangle.count, rectangle.width)
            mask = torch.ones_like(ids) if rectangle.mask is None else rectangle.mask[:, 0, 0].long()
            ids = ids.masked_fill(mask == 0, pad)
            hidden.append(self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.flatten(0, 1))
        return from_rectangles(torch.cat(hidden), layout)

    def positions_read(self, layout: Layout) -> int:
        """Positions the encoder works on for a layout, padding counted where the family needs it."""
        return layout.tokens if self.packs else layout.padded

    def logits(self, hidden_rows: torch.Tensor) -> torch.Tensor:
        """Scores of every word of the vocabulary for chosen rows of `hidden`.

        Parameters
        ----------
        hidden_rows : Tensor, shape (rows, dimension)
            Usually those of the masked positions.

        Returns
        -------
        Tensor, shape (rows, vocabulary)
        """
        # looked up anew, so that a copy of this module uses its own head
        return head_of(self.model)(hidden_rows)

    def head_parameters(self) -> Iterator[nn.Parameter]:
        """The head's own parameters: without the word embeddings, which it shares with the encoder."""
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
        """Write a plain transformers folder (`AutoModelForMaskedLM` opens it) with the tokenizer.

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
