"""From a base and a corpus to an adapted encoder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from wardspace.config import (
    AdaptConfig,
    BudgetConfig,
    EncoderConfig,
    TrainingConfig,
)
from wardspace.core.errors import machine_faults
from wardspace.core.files import write_json
from wardspace.corpus import Corpus
from wardspace.corpus.prepare.rehearsal import rehearsal_content
from wardspace.models import Encoder, LanguageModel, hardware, resolve
from wardspace.models.heads.kept_heads import load_heads, save_heads
from wardspace.models.heads.lm_head_file import save_head
from wardspace.objectives import ObjectiveSettings, Vocabulary, build
from wardspace.objectives.heads import heads_of, restore_heads
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.results import StageCost
from wardspace.training.checkpoints import Ledger
from wardspace.training.data.notes import Notes, read_notes
from wardspace.training.data.tokens import Extras
from wardspace.training.objective_run import Stage, make_stages
from wardspace.training.train import train
from wardspace.training.weights.optimiser import trains_word_head
from wardspace.training.weights.processes import Processes

ROOMS = {"cpu": TokenLimit(tokens=4096, rectangle=64), "cuda": TokenLimit(tokens=32_768, rectangle=2048)}
"""How much is read at once where the study does not say (see docs/performance.md for what was tried)."""
ASIDE = {"workers", "resume", "shard"}
"""Training options that change nothing of what is learned."""


@dataclass(frozen=True)
class Recipe:
    """What is to be trained.

    Parameters
    ----------
    corpus : Corpus
        The notes; only those of the training split are read unless `transductive`.
    model : AdaptConfig
        Name, objectives, and training options of this model alone.
    base : str
        What to start from: a folder, `minilm`, an installed package or a hub name.
    encoder : EncoderConfig
        Pooling, normalising and window of the study.
    budget : BudgetConfig
        Tokens to read, shared evenly by the objectives.
    study_training : TrainingConfig
        Options of the loop, where the model has none of its own.
    transductive : bool
        Read the texts (never the metadata) of validation and test too.
    """

    corpus: Corpus
    model: AdaptConfig
    base: str = "minilm"
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    budget: BudgetConfig = field(default_factory=BudgetConfig)
    study_training: TrainingConfig = field(default_factory=TrainingConfig)
    transductive: bool = False

    @property
    def training(self) -> TrainingConfig:
        """Options of the loop for this model."""
        return self.model.training.applied_to(self.study_training)

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
    """What a model's rehearsal texts depend on apart from their name."""
    return [rehearsal_content(texts) for objective in model.objectives for texts in objective.other_texts()]


@dataclass(frozen=True)
class TrainingSetup:
    """A model about to be trained.

    Parameters
    ----------
    masked : LanguageModel
        The base with its masked-word head.
    adapted : Encoder
        The encoder on the same weights, as the study wants it.
    stages : list of Stage
        Its objectives with their plans.
    device : torch.device
        Where it will run.
    """

    masked: LanguageModel
    adapted: Encoder
    stages: list[Stage]
    device: torch.device


def training_setup(asked: Recipe, device: torch.device, *, show_progress: bool) -> TrainingSetup:
    """Load the base, read the notes and plan every stage.

    Raises
    ------
    WardspaceError
        If the base cannot be opened, or an objective can use no note.
    """
    training = asked.training
    masked = LanguageModel.load(asked.base, seed=training.seed)
    notes = _notes(asked, masked, show_progress=show_progress)
    adapted = masked.to_encoder(asked.encoder)
    usual = ROOMS.get(device.type, ROOMS["cpu"])
    setting = ObjectiveSettings(
        Vocabulary.of(masked.tokenizer, masked.form),
        adapted.window,
        adapted.pooling,
        training.seed,
        notes.categories,
        TokenLimit(training.pass_tokens or usual.tokens, usual.rectangle),
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
    return TrainingSetup(masked, adapted, stages, device)


def _notes(asked: Recipe, masked: LanguageModel, *, show_progress: bool) -> Notes:
    metadata = list(asked.corpus.manifest.roles.get("metadata") or [])
    objectives = asked.model.objectives
    columns = [name for objective in objectives for name in objective.learned_from(metadata)]
    return read_notes(
        asked.corpus,
        masked.tokenizer,
        columns=list(dict.fromkeys(columns)),
        transductive=asked.transductive,
        extras=Extras(
            words=any(objective.needs_words() for objective in objectives),
            offsets=any(objective.needs_offsets() for objective in objectives),
        ),
        show_progress=show_progress,
    )


@torch.no_grad()
def mix_in(adapted: nn.Module, base: nn.Module, share: float) -> None:
    """Move every weight of an adapted encoder back towards the base it came from.

    Models trained from the same weights lie in one valley, and what lies between two of them often does better than
    either on text that is not of the training notes.

    Parameters
    ----------
    adapted : Module
        Changed in place.
    base : Module
        The same architecture, with the weights that adaptation began with.
    share : float
        Share of the adapted weights, in (0, 1].

    References
    ----------
    Wortsman et al. 2022, Robust fine-tuning of zero-shot models.
    """
    before = dict(base.named_parameters())
    for name, weight in adapted.named_parameters():
        weight.lerp_(before[name].to(weight), 1 - share)


COST_FILE = "cost.json"
"""What each stage cost, in the model folder."""
HISTORY_FILE = "history.json"
"""The training loss over the steps, in the model folder."""


def adapt(recipe: Recipe, folder: Path, *, show_progress: bool = True) -> list[StageCost]:
    """Adapt a base to the notes of a corpus with one objective after the other.

    The model trained by one stage, its masked-word head included, goes on into the next. Killed at any moment and
    called again with the same arguments, it goes on from its last checkpoint; on a CPU in fp32 the final weights are
    the same to the bit. Work in progress is in a hidden folder next to `folder` and is removed at the end.

    Started by `torchrun` or `accelerate launch`, all processes call this alike and train one model together; the
    first of them writes. They must see the same folders.

    Parameters
    ----------
    recipe : Recipe
        What is to be trained.
    folder : Path
        Where the adapted encoder is written; plain `SentenceTransformer(folder)` opens it.
    show_progress : bool
        Show bars.

    Returns
    -------
    list of StageCost
        What each objective read, took and changed; `cost.json` in the folder holds the same.

    Raises
    ------
    WardspaceError
        If the base cannot be opened, an objective can use no note, a loss is no finite number, or the disk is full.
    KeyboardInterrupt
        After Ctrl-C, with a checkpoint to go on from.
    """
    processes, device = Processes(), hardware.device()
    hardware.amp_dtype(recipe.training.precision, device)  # a precision that is not there is reported before any work
    with machine_faults(folder):
        run = training_setup(recipe, device, show_progress=show_progress and processes.first)
        ledger = Ledger(folder, recipe.settings(run.adapted), processes, fresh=recipe.training.resume == "never")
        costs = _trained(run, ledger, processes, show_progress=show_progress)
        if processes.first:
            _mix(run, recipe)
            _write(run, folder, costs, ledger)
        ledger.close()
        processes.wait()
    return costs


def _trained(run: TrainingSetup, ledger: Ledger, processes: Processes, *, show_progress: bool) -> list[StageCost]:
    """Run every phase that is not done yet."""
    masked = run.masked
    _look_ahead(run, ledger, processes, show_progress=show_progress)
    ledger.load(masked)
    heads = load_heads(masked.folder) | ledger.heads
    done = 0
    costs: list[StageCost] = []
    for stage in run.stages:
        calls = stage.calls(ledger.folder, run.device, processes)
        for call in calls:
            if done >= len(ledger.records):
                restore_heads(stage.objective, heads)
                models = {call.part.model: masked}
                record = train(models, [call.part], call.options, call.folder, show_progress=show_progress)
                heads |= heads_of(stage.objective)
                ledger.add(record, masked, heads)
                ledger.clear(call.folder)
            done += 1
        masked.head_is_new = masked.head_is_new and not trains_word_head(stage.objective)
        costs.append(stage.cost(ledger.records[done - len(calls) : done], run.device, processes.count))
    masked.cpu()
    return costs


def _mix(run: TrainingSetup, recipe: Recipe) -> None:
    """Move the encoder back towards its base; what was trained lies in the ledger, should this be interrupted."""
    if recipe.training.mix < 1:
        mix_in(run.masked.encoder, LanguageModel.load(recipe.base).encoder, recipe.training.mix)


def _look_ahead(run: TrainingSetup, ledger: Ledger, processes: Processes, *, show_progress: bool) -> None:
    """Let the stages still to do see the notes with the unadapted base, before its weights change."""
    until = 0
    for stage in run.stages:
        until += len(stage.calls(ledger.folder, run.device, processes))
        if until > len(ledger.records):
            stage.look_ahead(run.device, processes, show_progress=show_progress)


def _write(run: TrainingSetup, folder: Path, costs: list[StageCost], ledger: Ledger) -> None:
    run.adapted.save(folder)
    save_head(run.masked, folder)
    save_heads(ledger.heads, folder)
    write_json(folder / HISTORY_FILE, {"phases": [{"what": r.what, "points": r.history} for r in ledger.records]})
    # last, so that a folder with its cost is a whole one
    write_json(folder / COST_FILE, [cost.model_dump() for cost in costs])
