"""How likely a causal language model finds texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from wardspace.core.files import read_json
from wardspace.models.files.loading import form_of, load_language_model, load_tokenizer, open_folder
from wardspace.models.tokens import Affixes, Ids, affixes, token_ids
from wardspace.privacy.attacker.batches import numbers


def is_causal(folder: Path) -> bool:
    """Whether a model folder holds a causal language model with its head, by what its config says.

    Raises
    ------
    ModelError
        If there is no such folder, or it is not whole.
    """
    settings = open_folder(folder)
    if settings.gguf or form_of(settings) != "causal":
        return False
    names = read_json(settings.transformer / "config.json").get("architectures") or []
    return any(str(name).endswith(("ForCausalLM", "LMHeadModel")) for name in names)


class CausalWords:
    """A causal language model that is asked how likely texts are.

    Parameters
    ----------
    model : PreTrainedModel
        Any that `AutoModelForCausalLM` gives.
    tokenizer : PreTrainedTokenizerBase
        Its fast tokenizer.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model, self.tokenizer = model.train(False), tokenizer
        start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        around = affixes(tokenizer)
        # the first token of a text is predicted too, which takes something before it
        self.around = around if around.before or start is None else Affixes((int(start),), ())
        limit = getattr(model.config, "max_position_embeddings", None) or 1024
        self.room = int(min(limit, 1024)) - self.around.count

    @classmethod
    def load(cls, folder: Path) -> CausalWords:
        """Load a causal language model from a folder.

        Raises
        ------
        ModelError
            If it cannot be read or has no fast tokenizer.
        """
        settings = open_folder(folder)
        tokenizer = load_tokenizer(settings)
        return cls(load_language_model(settings, tokenizer, seed=0)[0], tokenizer)

    def secret_scores(self, pieces: Sequence[tuple[str, str, str]]) -> list[float]:
        """Log-likelihood of whole sentences; those of one template differ in their secret alone (Carlini et al. 2019).

        Parameters
        ----------
        pieces : sequence of (before, words, after)
            Each sentence in three parts.
        """
        ids = token_ids(self.tokenizer, ["".join(parts) for parts in pieces])
        return [-loss for loss in self._losses([one[: self.room] for one in ids])]

    def note_losses(self, texts: Sequence[str]) -> list[float | None]:
        """Mean loss a token of each note; None for a note without tokens."""
        found: list[float | None] = []
        for ids in token_ids(self.tokenizer, texts):
            pieces = [ids[start : start + self.room] for start in range(0, len(ids), self.room)]
            total = sum(self._losses(pieces))
            found.append(total / len(ids) if len(ids) else None)
        return found

    @torch.inference_mode()
    def _losses(self, sequences: Sequence[Ids]) -> list[float]:
        def read(ids: torch.Tensor, mask: torch.Tensor, _: list[int]) -> list[float]:
            scores = self.model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
            losses = torch.nn.functional.cross_entropy(scores.transpose(1, 2), ids[:, 1:], reduction="none")
            losses = losses * mask[:, 1:]
            return [float(value) for value in losses.sum(1)]

        pad = self.tokenizer.pad_token_id
        return numbers(sequences, self.around, 0 if pad is None else int(pad), read)
