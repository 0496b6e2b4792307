"""Predictions from full fine-tuning: the encoder learns with the head."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig, EncoderConfig
from wardspace.core.files import digest
from wardspace.core.progress import Advance, progress
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.tasks.documents.finetuner import Notes, Tuner
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled
from wardspace.tasks.documents.subsets import stratified
from wardspace.tasks.predictions import SCORED, RunKey, gathered, prediction_rows, read_predictions, write_predictions


def finetune_predictions(
    corpus: Corpus,
    labelled: Labelled,
    task: ClassificationConfig,
    *,
    model: str,
    folder_or_name: str,
    encoder: EncoderConfig,
    work: Path,
    show_progress: bool = True,
) -> pa.Table:
    """Fine-tune an encoder with each seed and predict validation and test.

    AdamW with linear warm-up over a tenth of the steps and linear decay, the epoch with the best validation macro F1.
    A cap on the training notes takes the same ones, in the shares of their classes, for every model and seed.
    Vectors are not normalised here, whatever the encoder's folder says: a head can make use of their length.

    Parameters
    ----------
    corpus, labelled, task
        Notes, their classes, and the options in `task.finetune`.
    model : str
        Name of the model in the table.
    folder_or_name : str
        What `Encoder.load` opens.
    encoder : EncoderConfig
        Pooling and window.
    work : Path
        Folder for the predictions of finished seeds: a run that was interrupted goes on after them, if notes, options
        and starting weights are the same.
    show_progress : bool
        Show a bar.

    Returns
    -------
    pyarrow.Table
        Of `wardspace.tasks.predictions.SCHEMA`.

    Raises
    ------
    ModelError
        If there is no such model.
    """
    options = task.finetune
    start = Encoder.load(folder_or_name, encoder.model_copy(update={"normalise": "no"}))
    train = stratified(labelled, learned_rows(labelled, task), options.notes or len(labelled.codes))
    key = digest([
        corpus.content_hash, task.name, task.label, task.labels, labelled.classes, model, encoder.model_dump(),
        _weights(start), options.model_dump(exclude={"models", "best", "seeds"}),
    ])  # fmt: skip
    stored = {seed: work / f"seed-{seed}-{key}.parquet" for seed in range(options.seeds)}
    missing = [seed for seed, path in stored.items() if not path.is_file()]
    if missing:
        total = len(missing) * options.epochs * len(train)
        with progress(f"fine-tuning: {task.name}, {model}", total, show=show_progress) as advance:
            notes = {name: _notes(corpus, labelled, labelled.rows(name)) for name in SCORED}
            learned = _notes(corpus, labelled, train)
            tuner = Tuner(start, options, learned, notes["validation"], len(labelled.classes))
            for seed in missing:
                run = RunKey(task.name, model, "finetune", None, seed)
                write_predictions(_tuned(tuner, labelled, run, notes, advance), stored[seed])
    return gathered([read_predictions(path) for path in stored.values()], labelled.classes)


def _tuned(tuner: Tuner, labelled: Labelled, run: RunKey, notes: dict[str, Notes], advance: Advance) -> pa.Table:
    head = tuner.fit(run.seed, advance)
    return prediction_rows(labelled, run, lambda split: tuner.probabilities(head, notes[split].texts))


def _notes(corpus: Corpus, labelled: Labelled, rows: NDArray[np.int64]) -> Notes:
    names = [str(name) for name in labelled.note_id[rows]]
    return Notes(names, _texts(corpus, rows), labelled.codes[rows])


def _texts(corpus: Corpus, rows: NDArray[np.int64]) -> Sequence[str]:
    """Texts of some rows (in rising order); the other notes pass by."""
    found: list[str] = []
    first = 0
    for batch in corpus.batches(columns=["text"]):
        inside = rows[(rows >= first) & (rows < first + batch.num_rows)] - first
        found += batch.column(0).take(pa.array(inside)).to_pylist()
        first += batch.num_rows
    return found


def _weights(encoder: Encoder) -> str:
    """A hash of the encoder's weights."""
    hasher = hashlib.sha256()
    for name, value in sorted(encoder.model.state_dict().items()):
        hasher.update(name.encode())
        hasher.update(np.ascontiguousarray(value.detach().cpu().numpy()).tobytes())
    return hasher.hexdigest()[:16]
