"""From a base and a corpus to an adapted encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wardspace.config import AdaptConfig, BudgetConfig, CategoryConfig, EncoderConfig, MlmConfig, TrainingConfig
from wardspace.core.errors import machine_faults
from wardspace.core.files import write_json
from wardspace.corpus import Corpus
from wardspace.encoders import Encoder, MaskedModel, hardware, resolve
from wardspace.objectives import Setting, Vocabulary, build
from wardspace.training.card import model_card
from wardspace.training.cost import StageCost
from wardspace.training.data import Notes, read_notes
from wardspace.training.ledger import Ledger
from wardspace.training.phase import PhaseRecord
from wardspace.training.run import clear, run_phase
from wardspace.training.stage import Stage, make_stages

COST_FILE = "cost.json"
"""What each stage cost, in the model folder."""
HISTORY_FILE = "history.json"
"""The training loss over the steps, in the model folder."""


def adapt(
    corpus: Corpus,
    model: AdaptConfig,
    *,
    base: str,
    encoder: EncoderConfig,
    budget: BudgetConfig,
    training: TrainingConfig,
    transductive: bool,
    folder: Path,
    show_progress: bool = True,
) -> list[StageCost]:
    """Adapt a base to the notes of a corpus with one objective after the other.

    The model trained by one stage, its masked-word head included, goes on into the next. Killed at any moment and
    called again with the same arguments, it goes on from its last checkpoint; on a CPU in fp32 the final weights are
    the same to the bit. Work in progress lies in a hidden folder beside `folder` and is removed at the end.

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
    training : TrainingConfig
        Options of the loop.
    transductive : bool
        Read the texts (never the metadata) of validation and test too.
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
    training = model.training.applied_to(training)
    with machine_faults(folder):
        masked = MaskedModel.load(base, seed=training.seed)
        notes = _notes(corpus, model, masked, transductive=transductive, show_progress=show_progress)
        adapted = masked.to_encoder(encoder)
        setting = Setting(
            Vocabulary.of(masked.tokenizer), adapted.window, adapted.pooling, training.seed, notes.categories
        )
        stages = make_stages(
            model.objectives,
            [build(config, masked, setting) for config in model.objectives],
            notes,
            budget=budget.tokens,
            training=training,
            new_head=masked.head_is_new,
            show_progress=show_progress,
        )
        ledger = Ledger(
            folder,
            _settings(
                corpus=corpus,
                model=model,
                base=base,
                adapted=adapted,
                budget=budget,
                training=training,
                transductive=transductive,
            ),
        )
        costs, records = _trained(stages, masked, ledger, show_progress=show_progress)
        card = model_card(adapted, name=model.name, base=base, stages=costs, transductive=transductive)
        _write(adapted, folder, card, costs, records)
        ledger.close()
    return costs


def _trained(
    stages: list[Stage], masked: MaskedModel, ledger: Ledger, *, show_progress: bool
) -> tuple[list[StageCost], list[PhaseRecord]]:
    """Run every phase that is not done yet."""
    device = hardware.device()
    ledger.load(masked)
    done = 0
    costs: list[StageCost] = []
    for stage in stages:
        phases = stage.phases(ledger.folder, device)
        for phase in phases:
            if done >= len(ledger.records):
                ledger.add(run_phase(phase, show_progress=show_progress), masked)
                clear(phase)
            done += 1
        masked.head_is_new = masked.head_is_new and not stage.objective.uses_head
        costs.append(stage.cost(ledger.records[done - len(phases) : done], device))
    masked.cpu()
    return costs, ledger.records


def _notes(
    corpus: Corpus, model: AdaptConfig, masked: MaskedModel, *, transductive: bool, show_progress: bool
) -> Notes:
    columns: list[str] = []
    for objective in model.objectives:
        if isinstance(objective, CategoryConfig):
            columns += objective.columns or list(corpus.manifest.roles.get("metadata") or [])
    masks = [o if isinstance(o, MlmConfig) else o.mlm for o in model.objectives]
    return read_notes(
        corpus,
        masked.tokenizer,
        columns=list(dict.fromkeys(columns)),
        transductive=transductive,
        words=any(options.whole_words for options in masks),
        show_progress=show_progress,
    )


def _settings(
    *,
    corpus: Corpus,
    model: AdaptConfig,
    base: str,
    adapted: Encoder,
    budget: BudgetConfig,
    training: TrainingConfig,
    transductive: bool,
) -> dict[str, Any]:
    """Everything that the weights depend on."""
    return {
        "corpus": corpus.content_hash,
        "objectives": [objective.model_dump(mode="json") for objective in model.objectives],
        "base": resolve(base),
        "window": adapted.window,
        "pooling": adapted.pooling,
        "budget": budget.tokens,
        "training": training.model_dump(mode="json"),
        "transductive": transductive,
    }


def _write(adapted: Encoder, folder: Path, card: str, costs: list[StageCost], records: list[PhaseRecord]) -> None:
    adapted.save(folder, card)
    write_json(folder / HISTORY_FILE, {"phases": [{"what": r.what, "points": r.history} for r in records]})
    # last, so that a folder with its cost is a whole one
    write_json(folder / COST_FILE, [cost.as_dict() for cost in costs])
