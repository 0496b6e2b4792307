"""How fast is a reader trained that answers questions, and how good is it? Against transformers' example script.

    python benchmarks/question_answering.py --train TRAIN.json --test TEST.json
        [--notes 15] [--epochs 2] [--rounds 2] [--tested 100]

Both files are in the SQuAD 2.0 format (benchmarks/answers/splits.py makes them). MiniLM learns the questions of --notes
notes, --epochs times in batches of 16 windows of 384 tokens, at 1e-4 with a warm-up of a tenth and a linear decay. The
peer does what transformers' example for question answering does (run_qa.py): `Trainer` with
`AutoModelForQuestionAnswering`, AdamW, batches padded to their longest window. Both sides get windows by the same rule:
those with an answer and as many others, of the 4 that are most like the question. What each has learned answers the
same questions in the same way: --tested of the test file, from a threshold on that is chosen on as many of validation.
The figures go to benchmarks/results/question_answering.json.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shared import report
from shared.side_by_side import Round, Side, Work, compare

BASE, WINDOW, BATCH, RATE, READ = "minilm", 384, 16, 1e-4, 4
_WARM_UP = 1
"""Notes of the round that is not counted."""


@dataclass(frozen=True)
class Task:
    """A corpus that was prepared, and how it is learned."""

    corpus: str
    notes: int
    epochs: int
    tested: int


def _tuner(task: Task, precision: str) -> Any:
    from wardspace.config import AnswersConfig, EncoderConfig
    from wardspace.corpus import Corpus
    from wardspace.tasks import Texts
    from wardspace.tasks.answers.asked import asked_notes
    from wardspace.tasks.answers.finetune import AnswerTuner

    tuned = {"epochs": task.epochs, "notes": task.notes, "learning_rate": RATE, "batch_notes": BATCH, "patience": None}
    config = AnswersConfig.model_validate(
        {"name": "asked", "windows": READ, "finetune": {**tuned, "precision": precision}}
    )
    gold = asked_notes(Texts(Corpus.open(Path(task.corpus))), config)
    return AnswerTuner(BASE, EncoderConfig(window=WINDOW), gold, config)


def wardspace_side(task: Task, precision: str) -> Work:
    """This package: a seed, without validation between its epochs, as the peer has none."""
    from wardspace.tasks.answers.linear import LinearSpans
    from wardspace.tasks.finetuning import Trial
    from wardspace.training import train
    from wardspace.training.weights.processes import Processes

    tuners = [_tuner(each, precision) for each in (replace(task, notes=_WARM_UP, epochs=1), task)]

    def work(number: int) -> Round:
        tuner = tuners[min(number, 1)]
        objective, part, how = tuner.call(Trial(number, RATE), "benchmark", Processes())
        learned = [unit for place, unit in enumerate(part.source.units(0)) if place not in set(part.source.validation)]
        windows = tuner.options.epochs * sum(map(objective.pieces, learned))
        with tempfile.TemporaryDirectory(prefix="reader-") as scratch:
            began = time.process_time()
            train(
                {part.model: objective.model}, [part], replace(how, evaluations=0, keep_best=False), Path(scratch),
                show_progress=False,
            )  # fmt: skip
            seconds = time.process_time() - began
        if not number:
            return Round(windows)
        spans = LinearSpans.of_head(objective.head.eval())
        scores = _scores(task.tested, tuner, tuner.encoder_of(objective.model), spans)
        return Round(windows, {"training_seconds": round(seconds, 1), "windows": windows, **scores})

    return work


def trainer_side(task: Task, precision: str) -> Work:
    """transformers' example script."""
    import torch
    from transformers import (
        AutoModelForQuestionAnswering,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    from shared.trainers import arguments, trained
    from wardspace.models import Encoder
    from wardspace.models.files.bases import resolve
    from wardspace.tasks.answers.linear import LinearSpans

    start = resolve(BASE)
    tokenizer = AutoTokenizer.from_pretrained(start)
    tuners = [_tuner(each, precision) for each in (replace(task, notes=_WARM_UP, epochs=1), task)]
    learned = [_features(one) for one in tuners]

    def work(number: int) -> Round:
        torch.manual_seed(number)
        tuner, features = tuners[min(number, 1)], learned[min(number, 1)]
        epochs = tuner.options.epochs
        model = AutoModelForQuestionAnswering.from_pretrained(start)
        with tempfile.TemporaryDirectory(prefix="reader-") as scratch:
            given = {"per_device_train_batch_size": BATCH, "num_train_epochs": epochs, "learning_rate": RATE}
            given |= {"warmup_ratio": 0.1} if "warmup_ratio" in TrainingArguments.__dataclass_fields__ else {}
            trainer = Trainer(
                model=model,
                args=TrainingArguments(**arguments(scratch, precision, **given)),
                train_dataset=features,
                data_collator=DataCollatorWithPadding(tokenizer),
            )
            began = time.process_time()
            trained(trainer)
            seconds = time.process_time() - began
        windows = epochs * len(features)
        if not number:
            return Round(windows)
        encoder = replace(Encoder.load(start, tuner.encoder), model=model.bert.eval())
        head = model.qa_outputs
        spans = LinearSpans(head.weight.detach().float().T.clone(), head.bias.detach().float().clone())
        scores = _scores(task.tested, tuner, encoder, spans)
        return Round(windows, {"training_seconds": round(seconds, 1), "windows": windows, **scores})

    return work


def _features(tuner: Any) -> list[dict[str, Any]]:
    """The windows of an epoch as the example script makes them: ids, token types, first and last token."""
    from wardspace.objectives import Reading
    from wardspace.tasks.finetuning import Trial
    from wardspace.training.weights.processes import Processes

    objective, part, _ = tuner.call(Trial(1, RATE), "benchmark", Processes())
    held, found = set(part.source.validation.tolist()), []
    for place, unit in enumerate(part.source.units(0)):
        for piece in range(0 if place in held else objective.pieces(unit)):
            batch = objective.collate([Reading(unit, 0, piece)])
            (one,), labels = batch.micro_batches, batch.labels[0].tolist()
            text, first, last = labels[1], labels[4], labels[5]
            at = {"start_positions": 0, "end_positions": 0}
            if first >= 0:
                at = {"start_positions": text + first, "end_positions": text + last}
            found.append({"input_ids": one.ids.tolist(), "token_type_ids": one.layout.types.tolist(), **at})
    return found


def _scores(tested: int, tuner: Any, encoder: Any, spans: Any) -> dict[str, float]:
    """Token F1 and exact match on test."""
    from wardspace.tasks.answers.fitted import FittedReader
    from wardspace.tasks.answers.reading import Windowing, WindowReader

    read = WindowReader(encoder, spans, Windowing.of(tuner.task))
    held, asked = (_first(tuner.gold.units(split), tested) for split in ("validation", "test"))
    rows = FittedReader.calibrated(read, held).predict(asked)
    f1, exact = (sum(rows[name].to_pylist()) / len(rows) for name in ("f1", "exact"))
    return {"f1": round(f1, 4), "exact_match": round(exact, 4)}


def _first(asked: Any, count: int) -> Any:
    """The first questions of some notes."""
    kept = []
    for own in asked.questions:
        kept.append(own[: max(0, count - sum(map(len, kept)))])
    return asked._replace(questions=kept)


def prepared(train: Path, test: Path, folder: Path) -> str:
    """Both files as a corpus."""
    from wardspace.config import parse_study
    from wardspace.corpus import prepare

    source = {"format": "squad", "train": str(train), "test": str(test)}
    asked = {"kind": "answers", "name": "asked"}
    study = parse_study({"corpus": {"source": source, "split": {"validation": 0.15}}, "tasks": [asked]})
    prepare(study.corpus, folder, show_progress=False)
    return str(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True, help="SQuAD file to learn from")
    parser.add_argument("--test", type=Path, required=True, help="SQuAD file to test on")
    parser.add_argument("--notes", type=int, default=15, help="notes learned from")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--tested", type=int, default=100, help="questions tested on")
    parser.add_argument("--rounds", type=int, default=2, help="seeds")
    parser.add_argument("--output", type=Path, default=report.RESULTS / "question_answering.json")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="reader-") as scratch:
        corpus = prepared(options.train, options.test, Path(scratch) / "corpus")
        task = Task(corpus, options.notes, options.epochs, options.tested)
        measured = compare(
            [
                Side("transformers Trainer, fp32", trainer_side, {"task": task, "precision": "fp32"}),
                Side("transformers Trainer, bf16", trainer_side, {"task": task, "precision": "bf16"}),
                Side("wardspace, fp32", wardspace_side, {"task": task, "precision": "fp32"}),
                Side("wardspace, auto", wardspace_side, {"task": task, "precision": "auto"}),
            ],
            options.rounds,
        )
    rows = []
    for side in measured:
        totals = {name: sum(value[name] for value in side.values) for name in side.values[0]}
        means = {name: round(totals[name] / len(side.values), 4) for name in ("f1", "exact_match")}
        speed = round(totals["windows"] / totals["training_seconds"], 2)
        rows.append({"side": side.name, "windows_per_cpu_second": speed, **means})
    for row in rows:
        row["ratio"] = round(row["windows_per_cpu_second"] / rows[0]["windows_per_cpu_second"], 2)
    report.show("Training, windows a second of processor time; token F1 and exact match on test", rows)
    about = {"base": BASE, "notes": options.notes, "epochs": options.epochs, "tested": options.tested}
    took = round(time.perf_counter() - began)
    report.write(options.output, {**about, "took": took, "training": rows, "rounds": report.rounds_of(measured)})


if __name__ == "__main__":
    main()
