"""An encoder: notes of any length in, one vector each out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.corpus.prepare.statistics import TokenCount
from wardspace.models import hardware, passes
from wardspace.models.attention import positions
from wardspace.models.attention.compatibility import token_types
from wardspace.models.files import saving
from wardspace.models.files.folder import FolderSettings, Pooling
from wardspace.models.files.loading import load_encoder, load_tokenizer, open_folder
from wardspace.models.pieces import Pieces
from wardspace.models.pooling import pool
from wardspace.models.reading import Reading, check_pairs, check_texts, cut
from wardspace.models.token_vectors import TokenVectors
from wardspace.models.tokens import Ids, affixes, token_counter

if TYPE_CHECKING:
    Vectors = NDArray[np.float32]

_CPU_TOKENS = 4096
"""Most tokens of a batch on a CPU: its caches hold no more, and larger batches are a fifth slower."""


@dataclass
class Encoder:
    """A base or adapted model with everything that decides a note's vector.

    A note longer than the window is read in overlapping windows, each with its special tokens, and its vector is the
    mean of theirs, weighted by their numbers of tokens (special tokens counted). With mean pooling that is exactly the
    mean over all token vectors of all its windows. Normalising, if any, comes last.
    """

    model: PreTrainedModel
    """The bare encoder, weights in float32."""
    tokenizer: PreTrainedTokenizerBase
    """Its fast tokenizer."""
    pooling: Pooling
    """`mean` over tokens or the first token, `cls`."""
    normalise: bool
    """Whether vectors are scaled to length one."""
    window: int
    """Tokens read at once, special tokens included."""
    overlap: float = 0.125
    """Share of a window that the next one reads again."""
    batch_tokens: int = 16384
    """Tokens of an encoding batch, padding counted."""
    name: str = "encoder"
    """What it is called in messages."""

    @classmethod
    def load(cls, name_or_path: str | Path, config: EncoderConfig | None = None, *, device: str = "auto") -> Encoder:
        """Load a base or a saved encoder.

        Parameters
        ----------
        name_or_path : str or Path
            A local folder (plain transformers or Sentence-Transformers), `minilm`, an installed package that carries
            a model, or a hub name. Only the last may use a network.
        config : EncoderConfig, optional
            How a note becomes a vector; what it leaves open comes from the folder.
        device : str
            `auto` (a GPU where there is one), `cpu` or `cuda`.

        Raises
        ------
        ModelError
            If there is no such model, it is not whole, or the window is larger than it can read.
        """
        where = hardware.device(device)
        settings = open_folder(name_or_path)
        tokenizer = load_tokenizer(settings)
        model = load_encoder(settings, tokenizer)
        model.to(where)  # type: ignore[arg-type]
        return cls.assembled(model, tokenizer, settings, config, str(name_or_path))

    @classmethod
    def assembled(
        cls,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        settings: FolderSettings,
        config: EncoderConfig | None,
        name: str,
    ) -> Encoder:
        """Put a loaded model together with what its folder says and what the study asks for."""
        config = config or EncoderConfig()
        asked = "overlap" in config.model_fields_set or settings.overlap is None
        size = positions.window(config.window, settings.window, model, tokenizer, name)
        if size <= affixes(tokenizer).count:
            raise ModelError(f"a window of {size} tokens has no room for text", where=name, fix="set encoder.window")
        return cls(
            model=model,
            tokenizer=tokenizer,
            pooling=settings.checked_pooling() if config.pooling == "auto" else config.pooling,
            normalise=bool(settings.normalise) if config.normalise == "auto" else config.normalise == "yes",
            window=size,
            overlap=config.overlap if asked else float(settings.overlap or 0.0),
            batch_tokens=config.batch_tokens,
            name=name,
        )

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.model.config.hidden_size)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

    @property
    def token_counter(self) -> TokenCount:
        """What `count_tokens` counts with; it can be sent to other processes."""
        return token_counter(self.tokenizer)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        return self.token_counter(texts)

    def embed(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Vectors of padded windows, with gradients where they are on; not normalised.

        Parameters
        ----------
        input_ids, attention_mask : Tensor, shape (batch, tokens)
            On the encoder's device, padded on the right.
        token_type_ids : Tensor, shape (batch, tokens), optional
            Which of two texts read together each token is of; a family without token types does not look at them.

        Returns
        -------
        Tensor, shape (batch, dimension), float32
        """
        typed = token_type_ids is not None and token_types(self.model) > 0
        types = {"token_type_ids": token_type_ids} if typed else {}
        hidden = self.model(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        return pool(hidden, attention_mask, self.pooling)

    def encode(self, texts: Sequence[str], *, show_progress: bool = True, precision: str = "auto") -> Vectors:
        """Embed notes of any length; nothing is cut.

        Parameters
        ----------
        texts : sequence of str
            The notes; an empty one gets the vector of its special tokens.
        show_progress : bool
            Show a bar on a terminal.
        precision : {"auto", "fp32", "bf16", "fp16"}
            `auto` takes bfloat16 where the processor computes it, else float16 on a GPU: vectors then differ by about
            0.001 from those in fp32, which depend on neither order nor company of the notes (to 1e-5).

        Returns
        -------
        ndarray, shape (notes, dimension), float32

        Raises
        ------
        TypeError
            If the notes are one string, or one of them is no string.
        """
        check_texts(texts, "encode")
        return passes.notes(self, texts, show_progress=show_progress, precision=precision)

    def encode_pairs(
        self, firsts: Sequence[str], seconds: Sequence[str], *, show_progress: bool = True, precision: str = "auto"
    ) -> Vectors:
        """Embed pairs of texts that are read together, as `[CLS] first [SEP] second [SEP]` where the model is a BERT.

        Special tokens and token types are those of the tokenizer's own template. Of a pair longer than the window the
        longer text is read in windows, each with the whole of the shorter one (see
        `wardspace.models.windows.pair_windows`), and the vector is the mean of theirs as in `encode`.

        Parameters
        ----------
        firsts, seconds : sequence of str
            The texts, pair by pair.
        show_progress, precision
            As for `encode`.

        Returns
        -------
        ndarray, shape (pairs, dimension), float32

        Raises
        ------
        TypeError
            If the texts are one string, or one of them is no string.
        ValueError
            If there are not as many first as second texts.
        """
        check_pairs(firsts, seconds)
        return passes.pairs(self, firsts, seconds, show_progress=show_progress, precision=precision)

    def windows(self, texts: Sequence[str]) -> list[list[Ids]]:
        """Token ids of the windows in which each text is read, int32 [t], without special tokens."""
        check_texts(texts, "windows")
        return cut(self.reading, texts)

    def embed_windows(self, pieces: Sequence[Ids], *, precision: str = "auto") -> Vectors:
        """Vectors of windows that are read as one batch, for who puts batches together himself.

        The vector of a text is the mean of those of its `windows`, weighted by their numbers of tokens with special
        ones; where `normalise` is on, it is then scaled to length one.

        Parameters
        ----------
        pieces : sequence of int32 [t]
            Windows as `windows` gives them.
        precision : {"auto", "fp32", "bf16", "fp16"}
            As for `encode`.

        Returns
        -------
        ndarray, shape (pieces, dimension), float32
            Not normalised.
        """
        return passes.embed_windows(self, pieces, precision)

    @property
    def specials(self) -> int:
        """Special tokens of a window."""
        return affixes(self.tokenizer).count

    def token_vectors(
        self, texts: Sequence[str], *, precision: str = "auto", layers: Sequence[int] | None = None
    ) -> Iterator[TokenVectors]:
        """Vectors of the tokens of texts of any length, with the characters that each token stands for.

        A long text is read in the windows of `encode`; a token that several of them read gets its vector from the one
        in which it is most central. Vectors are neither pooled nor normalised.

        Parameters
        ----------
        texts : sequence of str
            The texts; an empty one has no tokens.
        precision : {"auto", "fp32", "bf16", "fp16"}
            As for `encode`.
        layers : sequence of int, optional
            Layers whose vectors are put next to each other, 0 for the embeddings; by default the last layer alone. See
            `spread_layers`.

        Yields
        ------
        TokenVectors
            One for each text, in their order: float32 [t, d · layers] and int32 [t, 2].

        Raises
        ------
        TypeError
            If the texts are one string, or one of them is no string.
        """
        check_texts(texts, "token_vectors")
        return passes.token_vectors(self, texts, precision, layers)

    def pieces(self, texts: Sequence[str], *, precision: str = "auto") -> Iterator[Pieces]:
        """Embed each window of texts by itself, with the characters that it reads.

        The windows are those of `encode`: a text that fits one has the vector that `encode` gives it, scaled to length
        one.

        Parameters
        ----------
        texts : sequence of str
            Texts of any length. One without tokens has one window, which reads nothing.
        precision : {"auto", "fp32", "bf16", "fp16"}
            As for `encode`.

        Yields
        ------
        Pieces
            One for each text, in their order: float32 [w, d], int32 [w, 2] and int32 [w].

        Raises
        ------
        TypeError
            If the texts are one string, or one of them is no string.
        """
        check_texts(texts, "pieces")
        return passes.pieces(self, texts, precision)

    def spread_layers(self, count: int) -> list[int] | None:
        """So many layers, evenly from the embeddings to the last one; None, the last alone, for one."""
        last = int(self.model.config.num_hidden_layers)
        return np.unique(np.linspace(0, last, count).round().astype(int)).tolist() if count > 1 else None

    def read(self, sequences: Sequence[NDArray[np.int32]], *, precision: str = "auto") -> list[Vectors]:
        """Vectors of the tokens of sequences that each fit a window, for who makes the windows himself.

        Parameters
        ----------
        sequences : sequence of int32 [t]
            Token ids without special tokens.
        precision : {"auto", "fp32", "bf16", "fp16"}
            As for `encode`.

        Returns
        -------
        list of float32 [t, d]
            Last layer, special tokens left out.
        """
        return passes.read(self, sequences, precision)

    def save(self, folder: Path, card: str | None = None) -> None:
        """Write a folder that plain `SentenceTransformer(folder)` opens, with equal vectors for notes of one window.

        Parameters
        ----------
        folder : Path
            Replaced if it holds a model; left as it was if anything fails.
        card : str, optional
            The README.md; without one a short description is written. It never holds text of a note.

        Raises
        ------
        ModelError
            If the folder holds something that is no model.
        """
        saving.save_sentence_transformer(self, folder, card)

    @property
    def pass_tokens(self) -> int:
        """Tokens that are read at once, padding counted."""
        return min(self.batch_tokens, _CPU_TOKENS) if self.device.type == "cpu" else self.batch_tokens

    @property
    def reading(self) -> Reading:
        """How it reads texts, in windows and batches."""
        pad = self.tokenizer.pad_token_id
        return Reading(
            tokenizer=self.tokenizer,
            window=self.window,
            overlap=self.overlap,
            normalise=self.normalise,
            dimension=self.dimension,
            budget=self.pass_tokens,
            pad=0 if pad is None else int(pad),
        )
