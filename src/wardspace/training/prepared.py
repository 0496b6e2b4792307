"""Everything that training a model needs, made ready: its base, its notes as tokens, and the plan of every stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from wardspace.config import (
    AdaptConfig,
    BlendConfig,
    BudgetConfig,
    EncoderConfig,
    MlmConfig,
    PairsConfig,
    TrainingConfig,
    learned_from,
)
from wardspace.corpus import Corpus
from wardspace.corpus.rehearsal import rehearsal_content
from wardspace.encoders import Encoder, MaskedModel, resolve
from wardspace.objectives import Setting, Vocabulary, build
from wardspace.objectives.passes import Room
from wardspace.training.data import Notes, read_notes
from wardspace.training.stage import Stage, make_stages

ROOMS = {"cpu": Room(tokens=4096, rectangle=64), "cuda": Room(tokens=32_768, rectangle=2048)}
"""How much is read at once where the study does not say (see docs/performance.md for what was tried)."""
ASIDE = {"workers", "resume", "shard"}
"""Training options that change nothing of what is learned."""


@dataclass(frozen=True)
class Asked:
    """What is to be trained; the fields are the arguments of `adapt`, with the model's own training options applied."""

    corpus: Corpus
    model: AdaptConfig
    base: str
    encoder: EncoderConfig
    budget: BudgetConfig
    training: TrainingConfig
    transductive: bool

    def settings(self, adapted: Encoder) -> dict[str, Any]:
        """Everything that the weights depend on."""
        return {
            "corpus": self.corpus.content_hash,
            "objectives": [objective.model_dump(mode="json") for objective in self.model.objectives],
            "base": resolve(self.base),
            "window": adapted.window,
            "pooling": adapted.pooling,
            "budget": self.budget.tokens,
            "training": self.training.model_dump(mode="json", exclude=ASIDE),
            "transductive": self.transductive,
            "rehearsed": rehearsed(self.model),
        }


def rehearsed(model: AdaptConfig) -> list[str]:
    """What a model's texts to rehearse depend on beside their name."""
    blends = [objective for objective in model.objectives if isinstance(objective, BlendConfig) and objective.keep]
    return [rehearsal_content(objective.texts) for objective in blends]


@dataclass(frozen=True)
class Prepared:
    """A model about to be trained.

    Parameters
    ----------
    masked : MaskedModel
        The base with its masked-word head.
    adapted : Encoder
        The encoder on the same weights, as the study wants it.
    stages : list of Stage
        Its objectives with their plans.
    device : torch.device
        Where it will run.
    """

    masked: MaskedModel
    adapted: Encoder
    stages: list[Stage]
    device: torch.device


def prepared(asked: Asked, device: torch.device, *, show_progress: bool) -> Prepared:
    """Load the base, read the notes and plan every stage.

    Raises
    ------
    WardspaceError
        If the base cannot be opened, or an objective can use no note.
    """
    training = asked.training
    masked = MaskedModel.load(asked.base, seed=training.seed)
    notes = _notes(asked, masked, show_progress=show_progress)
    adapted = masked.to_encoder(asked.encoder)
    usual = ROOMS.get(device.type, ROOMS["cpu"])
    setting = Setting(
        Vocabulary.of(masked.tokenizer, causal=masked.causal),
        adapted.window,
        adapted.pooling,
        training.seed,
        notes.categories,
        Room(training.pass_tokens or usual.tokens, usual.rectangle),
    )
    stages = make_stages(
        asked.model.objectives,
        [build(config, masked, setting) for config in asked.model.objectives],
        notes,
        budget=asked.budget.tokens,
        training=training,
        new_head=masked.head_is_new,
        show_progress=show_progress,
    )
    return Prepared(masked, adapted, stages, device)


def _notes(asked: Asked, masked: MaskedModel, *, show_progress: bool) -> Notes:
    metadata = list(asked.corpus.manifest.roles.get("metadata") or [])
    columns = [name for objective in asked.model.objectives for name in learned_from(objective, metadata)]
    hiding = [o for o in asked.model.objectives if not isinstance(o, BlendConfig | PairsConfig)]
    masks = [objective if isinstance(objective, MlmConfig) else objective.mlm for objective in hiding]
    return read_notes(
        asked.corpus,
        masked.tokenizer,
        columns=list(dict.fromkeys(columns)),
        transductive=asked.transductive,
        words=any(options.whole_words for options in masks),
        show_progress=show_progress,
    )
