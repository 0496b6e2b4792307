"""How fast is fine-tuning, and is it as good? Against this package's own former loop and transformers' Trainer.

    python benchmarks/finetune.py --old CHECKOUT [--mtsamples PATH] [--sample 600] [--seeds 3] [--peer-notes 64]

MiniLM learns the specialty of MTSamples notes (classes of at least 30 notes, 3 epochs, batches of 16 notes, 5e-5, one
window of 256 tokens of each note and epoch). The old side is a checkout of commit 5847a87 (`--old`), whose fine-tuning
had a loop of its own. A round is one seed up to the predictions on the test split of recipes/mtsamples.yaml: a head on
the frozen vectors first, three epochs with a look at validation after each, all windows of the test notes. The frozen
vectors, which all seeds share, are not counted on either side. The peer,
`transformers.Trainer` with `AutoModelForSequenceClassification`, has no such head: notes cut at 256 tokens, padded to
the longest of their batch; it is given --peer-notes notes and one epoch, because it is slow, and only its training
counts. Without a data set the task is the specialty of notes of the synthetic ward.
The figures go to benchmarks/results/finetune.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from shared import notes, report
from shared.side_by_side import Round, Side, Work, compare

BASE = "minilm"
EPOCHS = 3
BATCH = 16
LEARNING_RATE = 5e-5
WINDOW = 256
_WARM_UP = 24
"""Training notes of the round that is not counted."""


@dataclass(frozen=True)
class Split:
    """Notes of a split with their classes."""

    names: list[str]
    texts: list[str]
    codes: Any

    def first(self, most: int) -> Split:
        return Split(self.names[:most], self.texts[:most], self.codes[:most])


@dataclass(frozen=True)
class Task:
    """What every side is given: light, for it travels to each side's process."""

    corpus: str
    label: str
    min_notes: int
    classes: int
    train: Split
    validation: Split
    test: Split


def old_side(task: Task, checkout: str) -> Work:
    """The former loop: each round one seed."""
    sys.path.insert(0, str(Path(checkout) / "src"))
    # modules of the checkout, two of which are no longer here under these names
    loop, config, encoders = (import_module(f"wardspace.{name}") for name in ("tasks.tuner", "config", "encoders"))
    encoder = encoders.Encoder.load(BASE, config.EncoderConfig(normalise="no", window=WINDOW))
    start = {name: value.clone() for name, value in encoder.model.state_dict().items()}
    options = config.FinetuneConfig(epochs=EPOCHS, batch_notes=BATCH, learning_rate=LEARNING_RATE)

    def tuner_of(split: Split) -> Any:
        validation = loop.Notes(task.validation.names, task.validation.texts, task.validation.codes)
        return loop.Tuner(encoder, options, loop.Notes(split.names, split.texts, split.codes), validation, task.classes)

    tuners = [tuner_of(task.train.first(_WARM_UP)), tuner_of(task.train)]

    def work(number: int) -> Round:
        train = task.train if number else task.train.first(_WARM_UP)
        encoder.model.load_state_dict(start)
        tuner = tuners[min(number, 1)]
        head = tuner.fit(number, lambda step=1: None)
        return _round(len(train.names), task, tuner.probabilities(head, task.test.texts))

    return work


def wardspace_side(task: Task, **options: Any) -> Work:
    """This package: each round one seed."""
    from wardspace.config import EncoderConfig
    from wardspace.corpus import Corpus
    from wardspace.tasks import Texts
    from wardspace.tasks.documents.finetune import Finetuning
    from wardspace.tasks.documents.labelled import LabelledNotes, labelled
    from wardspace.tasks.finetuning import Trial
    from wardspace.training import train
    from wardspace.training.weights.processes import Processes

    corpus = Corpus.open(Path(task.corpus))
    labels, texts = labelled(corpus, _config(task)), Texts(corpus)
    tunings = [
        Finetuning(BASE, EncoderConfig(window=WINDOW), texts, labels, _config(task, notes=notes, **options))
        for notes in (_WARM_UP, None)
    ]
    for tuning in tunings:
        _ = tuning.frozen

    def work(number: int) -> Round:
        tuning = tunings[min(number, 1)]
        with tempfile.TemporaryDirectory(prefix="finetune-") as scratch:
            objective, part, how = tuning.call(Trial(number, LEARNING_RATE), "benchmark", Processes())
            train({part.model: objective.model}, [part], how, Path(scratch), show_progress=False)
            rows = tuning.fitted(objective).predict(LabelledNotes(labels, texts).units("test"))
        return _round(len(tuning.train), task, np.array(rows["probabilities"].to_pylist()))

    return work


def trainer_side(task: Task, precision: str, most: int) -> Work:
    """transformers' Trainer, one epoch over the first notes; its speed alone."""
    import torch
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    from shared.trainers import arguments, trained
    from wardspace.models.files.bases import resolve

    start = resolve(BASE)
    tokenizer = AutoTokenizer.from_pretrained(start)
    encoded = [
        {**tokenizer(text, truncation=True, max_length=WINDOW), "labels": int(code)}
        for text, code in zip(task.train.texts[:most], task.train.codes, strict=False)
    ]

    def work(number: int) -> Round:
        torch.manual_seed(number)
        model = AutoModelForSequenceClassification.from_pretrained(start, num_labels=task.classes)
        rows = encoded if number else encoded[:BATCH]
        with tempfile.TemporaryDirectory(prefix="finetune-") as scratch:
            given = {"per_device_train_batch_size": BATCH, "num_train_epochs": 1, "learning_rate": LEARNING_RATE}
            trainer = Trainer(
                model=model,
                args=TrainingArguments(**arguments(scratch, precision, **given)),
                train_dataset=rows,
                data_collator=DataCollatorWithPadding(tokenizer),
            )
            trained(trainer)
        return Round(len(rows))

    return work


def loop_side(task: Task, most: int, **options: Any) -> Work:
    """This package's loop on as many notes as the peer, one epoch, without the head's start: training alone."""
    from wardspace.config import EncoderConfig
    from wardspace.corpus import Corpus
    from wardspace.tasks import Texts
    from wardspace.tasks.documents.finetune import Finetuning
    from wardspace.tasks.documents.labelled import labelled
    from wardspace.tasks.finetuning import Trial
    from wardspace.training import train
    from wardspace.training.weights.processes import Processes

    config = _config(task, notes=most, epochs=1, **options)
    corpus = Corpus.open(Path(task.corpus))
    tuning = Finetuning(BASE, EncoderConfig(window=WINDOW), Texts(corpus), labelled(corpus, config), config)
    objective, part, how = tuning.call(Trial(1, LEARNING_RATE), "benchmark", Processes())

    def work(_: int) -> Round:
        with tempfile.TemporaryDirectory(prefix="finetune-") as scratch:
            alone = replace(how, evaluations=0, keep_best=False)
            train({part.model: objective.model}, [part], alone, Path(scratch), show_progress=False)
        return Round(len(tuning.train))

    return work


def _round(learned: int, task: Task, probabilities: Any) -> Round:
    from sklearn.metrics import f1_score

    predicted = np.asarray(probabilities).argmax(axis=1)
    score = f1_score(task.test.codes, predicted, labels=range(task.classes), average="macro", zero_division=0)
    return Round(learned * EPOCHS, {"macro_f1": round(float(score), 4)})


def _config(task: Task, **options: Any) -> Any:
    from wardspace.config import ClassificationConfig

    tuned = {"epochs": EPOCHS, "batch_notes": BATCH, "learning_rate": LEARNING_RATE, **options}
    return ClassificationConfig(
        name="specialty", label=task.label, min_notes=task.min_notes, absent_classes="drop", finetune=tuned
    )


def prepared(path: Path | None, sample: int, folder: Path, min_notes: int) -> Task:
    """Prepare the corpus as recipes/mtsamples.yaml does, and read what the sides learn from."""
    from wardspace.config import CorpusConfig
    from wardspace.corpus import prepare
    from wardspace.tasks.documents.labelled import labelled

    source: dict[str, Any] = {"format": "ward", "ward": {"patients": sample}}
    columns: dict[str, Any] = {"labels": ["specialty"]}
    if path is not None:
        source = {"path": str(path), "format": "csv"}
        columns = {"note_id": "note_id", "text": "text", "metadata": ["note_type"], "labels": ["specialty"]}
    split = {"validation": 0.1, "test": 0.2, "seed": 13}
    given = {"source": source, "columns": columns, "split": split, "sample": sample or None}
    corpus = prepare(CorpusConfig.model_validate(given), folder, show_progress=False)
    empty = Split([], [], None)
    task = Task(str(folder), "specialty", min_notes, 0, empty, empty, empty)
    labels = labelled(corpus, _config(task))
    texts = corpus.table(["text"])["text"].to_pylist()
    splits = []
    for name in ("train", "validation", "test"):
        rows = labels.rows(name)
        names = [str(one) for one in labels.note_id[rows]]
        splits.append(Split(names, [texts[row] for row in rows], labels.codes[rows]))
    return Task(str(folder), "specialty", min_notes, len(labels.classes), *splits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    notes.add_options(parser, "mtsamples")
    parser.add_argument("--old", type=Path, help="checkout of commit 5847a87 (without it that side is left out)")
    parser.add_argument("--sample", type=int, default=0, help="notes of the corpus, drawn by patient (0: all)")
    parser.add_argument("--min-notes", type=int, default=30, help="fewest notes of a class")
    parser.add_argument("--seeds", type=int, default=3, help="rounds of the whole: one seed each")
    parser.add_argument("--peer-notes", type=int, default=64, help="notes of the training that the peer is timed on")
    parser.add_argument("--peer-rounds", type=int, default=3, help="rounds of that training")
    parser.add_argument("--output", type=Path, default=report.RESULTS / "finetune.json")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="finetune-") as scratch:
        file = notes.source("mtsamples", options.mtsamples)
        task = prepared(file, options.sample, Path(scratch) / "corpus", options.min_notes)
        about = {name: len(getattr(task, name).names) for name in ("train", "validation", "test")}
        about = {"notes": "mtsamples" if file else "synthetic ward", "classes": task.classes, **about}
        print(about, flush=True)
        training = {"most": min(options.peer_notes, len(task.train.names))}
        peers = [
            Side("transformers Trainer, fp32", trainer_side, {"task": task, "precision": "fp32", **training}),
            Side("transformers Trainer, bf16", trainer_side, {"task": task, "precision": "bf16", **training}),
            Side("wardspace, fp32", loop_side, {"task": task, "precision": "fp32", **training}),
            Side("wardspace, bf16", loop_side, {"task": task, "precision": "bf16", **training}),
        ]
        alone = compare(peers, options.peer_rounds)
        rows = [{"what": "training", **row} for row in report.speed_rows(alone, "notes")]
        report.show("Training alone: notes a second", rows)
        old = [Side("old loop, bf16", old_side, {"task": task, "checkout": str(options.old)})] if options.old else []
        whole = compare(
            [
                *old,
                Side("wardspace, bf16", wardspace_side, {"task": task, "precision": "auto"}),
                Side("wardspace, bf16, 3 layers frozen", wardspace_side, {"task": task, "freeze_layers": 3}),
                Side("wardspace, bf16, 4 layers frozen", wardspace_side, {"task": task, "freeze_layers": 4}),
            ],
            options.seeds,
        )
    for row, side in zip(report.speed_rows(whole, "notes"), whole, strict=True):
        scores = [value["macro_f1"] for value in side.values]
        rows.append({"what": "whole", **row, "macro_f1": round(float(np.mean(scores)), 4)})
    report.show("Fine-tuning: training notes x epochs a second", rows)
    rounds = [report.rounds_of(alone), report.rounds_of(whole)]
    took = round(time.perf_counter() - began)
    report.write(options.output, {"base": BASE, "task": about, "took": took, "rows": rows, "rounds": rounds})


if __name__ == "__main__":
    main()
