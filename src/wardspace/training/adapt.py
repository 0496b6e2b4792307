"""From a base and a corpus to an adapted encoder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from wardspace.config import AdaptConfig, BudgetConfig, EncoderConfig, TrainingConfig
from wardspace.core.errors import machine_faults
from wardspace.core.files import write_json
from wardspace.corpus import Corpus
from wardspace.encoders import MaskedModel, hardware
from wardspace.encoders.head_file import save_head
from wardspace.training.card import model_card
from wardspace.training.cost import StageCost
from wardspace.training.ledger import Ledger
from wardspace.training.mixing import mix_in
from wardspace.training.phase import PhaseRecord
from wardspace.training.prepared import Asked, Prepared, prepared
from wardspace.training.processes import Processes
from wardspace.training.run import clear, run_phase

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

    Started by `torchrun` or `accelerate launch`, all processes call this alike and train one model together; the
    first of them writes. They must see the same folders.

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
    asked = Asked(corpus, model, base, encoder, budget, model.training.applied_to(training), transductive)
    processes, device = Processes(), hardware.device()
    hardware.amp_dtype(asked.training.precision, device)  # a precision that is not there is told before any work
    with machine_faults(folder):
        run = prepared(asked, device, show_progress=show_progress and processes.first)
        ledger = Ledger(folder, asked.settings(run.adapted), processes, fresh=asked.training.resume == "never")
        costs, records = _trained(run, ledger, processes, show_progress=show_progress)
        if processes.first:
            _mix(run, asked)
            told = partial(model_card, base=base, transductive=transductive, mix=asked.training.mix)
            card = told(run.adapted, name=model.name, stages=costs)
            _write(run, folder, card, costs, records)
        ledger.close()
        processes.wait()
    return costs


def _trained(
    run: Prepared, ledger: Ledger, processes: Processes, *, show_progress: bool
) -> tuple[list[StageCost], list[PhaseRecord]]:
    """Run every phase that is not done yet."""
    masked = run.masked
    _look_ahead(run, ledger, processes, show_progress=show_progress)
    ledger.load(masked)
    done = 0
    costs: list[StageCost] = []
    for stage in run.stages:
        phases = stage.phases(ledger.folder, run.device, processes)
        for phase in phases:
            if done >= len(ledger.records):
                ledger.add(run_phase(phase, show_progress=show_progress), masked)
                clear(phase)
            done += 1
        masked.head_is_new = masked.head_is_new and not stage.objective.uses_head
        costs.append(stage.cost(ledger.records[done - len(phases) : done], run.device, processes.count))
    masked.cpu()
    return costs, ledger.records


def _mix(run: Prepared, asked: Asked) -> None:
    """Move the encoder back towards its base; what was trained lies in the ledger, should this be interrupted."""
    if asked.training.mix < 1:
        mix_in(run.masked.encoder, MaskedModel.load(asked.base).encoder, asked.training.mix)


def _look_ahead(run: Prepared, ledger: Ledger, processes: Processes, *, show_progress: bool) -> None:
    """Let the stages still to do see the notes with the base as it came, before its weights change."""
    until = 0
    for stage in run.stages:
        until += len(stage.phases(ledger.folder, run.device, processes))
        if until > len(ledger.records):
            stage.look_ahead(run.device, processes, show_progress=show_progress)


def _write(run: Prepared, folder: Path, card: str, costs: list[StageCost], records: list[PhaseRecord]) -> None:
    run.adapted.save(folder, card)
    save_head(run.masked, folder)
    write_json(folder / HISTORY_FILE, {"phases": [{"what": r.what, "points": r.history} for r in records]})
    # last, so that a folder with its cost is a whole one
    write_json(folder / COST_FILE, [cost.as_dict() for cost in costs])
