"""An exported encoder: notes of any length in, one vector each out, computed by ONNX Runtime; without PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from wardspace.core.errors import ModelError
from wardspace.core.progress import say
from wardspace.corpus.prepare.statistics import TokenCount
from wardspace.models import reading
from wardspace.models.onnx.manifest import FILES, TOKENIZER, OnnxManifest, Variant, check_file, read_manifest
from wardspace.models.onnx.runtime import session
from wardspace.models.onnx.self_test import LEAST_COSINE, SELF_TEST, SelfTest
from wardspace.models.token_vectors import TokenVectors
from wardspace.models.tokens import token_counter

if TYPE_CHECKING:
    Vectors = NDArray[np.float32]
    Padded = NDArray[np.int64]

_TOKENS = 512
"""Tokens of a batch: ONNX Runtime is slower with more, which fit a processor's caches no longer."""


@dataclass
class OnnxEncoder:
    """An encoder that `wardspace export --format onnx` has written.

    It reads notes as `Encoder` does: in the same overlapping windows, with the same mean over them. It needs
    `onnxruntime`, `tokenizers` and NumPy, and neither PyTorch nor transformers.
    """

    manifest: OnnxManifest
    """What the folder says."""
    tokenizer: Tokenizer
    """Its tokenizer."""
    variant: Variant
    """The graph that is read: `fp32` or `int8`."""
    batch_tokens: int = _TOKENS
    """Tokens of an encoding batch, padding counted."""
    _session: Any = field(default=None, repr=False)

    @classmethod
    def load(
        cls, folder: str | Path, variant: Literal["auto", "fp32", "int8"] = "auto", *, threads: int | None = None
    ) -> OnnxEncoder:
        """Open an exported encoder and test it on this processor.

        Parameters
        ----------
        folder : str or Path
            The folder.
        variant : {"auto", "fp32", "int8"}
            The graph. `auto` takes int8 where it is there and passes the test, else fp32.
        threads : int, optional
            Threads of ONNX Runtime; by default as many as the machine has cores.

        Raises
        ------
        ModelError
            If a file is missing, damaged or of another version, there is no such variant, or its vectors have a mean
            cosine below 0.99 to the fp32 ones that were stored when it was exported.
        """
        place = Path(folder)
        manifest = read_manifest(place)
        if variant != "auto" and variant not in manifest.variants:
            raise ModelError(
                f"this ONNX folder has no variant {variant!r}",
                where=place,
                fix=f"use {' or '.join(manifest.variants)}, or export it again with --int8",
            )
        test = SelfTest.read(check_file(place, manifest, SELF_TEST))
        for name in reversed(manifest.variants) if variant == "auto" else [variant]:
            encoder = cls.unchecked(place, manifest, name, threads)
            cosine = test.cosine(encoder)
            if cosine >= LEAST_COSINE:
                return encoder
            if variant == "auto" and name == "int8":
                say(f"{place.name}: int8 is not faithful on this processor (cosine {cosine:.2f}); fp32 is used")
        raise ModelError(
            f"the {name} graph is not faithful on this processor: cosine {cosine:.4f} to its stored vectors,"
            f" {LEAST_COSINE} is the least",
            where=place / FILES[name],
            fix="load the variant fp32" if name == "int8" else "export the model again on this machine",
        )

    @classmethod
    def unchecked(
        cls, folder: Path, manifest: OnnxManifest, variant: Variant, threads: int | None = None
    ) -> OnnxEncoder:
        """Open one graph, its digest checked, without its self-test."""
        path = check_file(folder, manifest, FILES[variant])
        tokenizer = Tokenizer.from_file(str(check_file(folder, manifest, TOKENIZER)))
        return cls(manifest, tokenizer, variant, _session=session(path, threads))

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.manifest.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.manifest.dimension

    @property
    def window(self) -> int:
        """Tokens read at once, special tokens included."""
        return self.manifest.window

    @property
    def token_counter(self) -> TokenCount:
        """What `count_tokens` counts with; it can be sent to other processes."""
        return token_counter(self.tokenizer)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""
        return self.token_counter(texts)

    def encode(self, texts: Sequence[str], *, show_progress: bool = True) -> Vectors:
        """Embed notes of any length; nothing is cut. As `Encoder.encode`.

        Parameters
        ----------
        texts : sequence of str
            The notes; an empty one gets the vector of its special tokens.
        show_progress : bool
            Show a bar on a terminal.

        Returns
        -------
        ndarray, shape (notes, dimension), float32

        Raises
        ------
        TypeError
            If the notes are one string, or one of them is no string.
        """
        reading.check_texts(texts, "encode")
        return reading.encode_notes(self.reading, self._pooled, texts, show_progress=show_progress)

    def encode_pairs(self, firsts: Sequence[str], seconds: Sequence[str], *, show_progress: bool = True) -> Vectors:
        """Embed pairs of texts that are read together, as `Encoder.encode_pairs` does.

        Raises
        ------
        TypeError
            If the texts are one string, or one of them is no string.
        ValueError
            If there are not as many first as second texts.
        """
        reading.check_pairs(firsts, seconds)
        return reading.encode_pairs(self.reading, self._pooled, firsts, seconds, show_progress=show_progress)

    def token_vectors(self, texts: Sequence[str]) -> Iterator[TokenVectors]:
        """Vectors of the tokens of texts of any length, as `Encoder.token_vectors` gives those of the last layer.

        Yields
        ------
        TokenVectors
            One for each text, in their order: float32 [t, d] and int32 [t, 2].

        Raises
        ------
        TypeError
            If the texts are one string, or one of them is no string.
        """
        reading.check_texts(texts, "token_vectors")
        for start in range(0, len(texts), reading.TOKEN_BLOCK):
            some = texts[start : start + reading.TOKEN_BLOCK]
            yield from reading.block_token_vectors(self.reading, self._tokens, some, self.dimension)

    @property
    def reading(self) -> reading.Reading:
        """How it reads texts, in windows and batches."""
        return reading.Reading(
            tokenizer=self.tokenizer,
            window=self.window,
            overlap=self.manifest.overlap,
            normalise=self.manifest.normalise,
            dimension=self.dimension,
            budget=self.batch_tokens,
            pad=self.manifest.pad,
        )

    def _pooled(self, *padded: Padded) -> Vectors:
        return self._run(self.manifest.pooled_output, padded)

    def _tokens(self, *padded: Padded) -> Vectors:
        return self._run("token_embeddings", padded)

    def _run(self, output: str, padded: Sequence[Padded]) -> Vectors:
        names = ("input_ids", "attention_mask", *(("token_type_ids",) if self.manifest.token_types else ()))
        found: list[Vectors] = self._session.run([output], dict(zip(names, padded, strict=False)))
        return found[0]
