"""How fast is a tagger trained, how good is it, and how fast does it read? Against transformers' script and pipeline.

    python benchmarks/token_classification.py --train TRAIN.PubTator.txt --test TEST.PubTator.txt
        [--mtsamples PATH] [--notes 120] [--epochs 4] [--rounds 2] [--read 1000] [--only training]

Training: MiniLM learns the entities of the first --notes documents of a PubTator file, --epochs times in batches of 8,
at 3e-4 with a warm-up of a tenth and a linear decay. The peer does what transformers' example for token classification
does (run_ner.py): words with the labels of their first pieces, cut at the window of 512, padded to the longest of the
batch, `Trainer` with `AutoModelForTokenClassification` and the likeliest tag of each word. Strict F1 of both is counted
on the test file by the same function. Both sides read the whole text of a document.

Reading: both sides find mentions in the same notes with the same weights. The peer is
`pipeline("token-classification")` with windows that overlap by 64 tokens, in batches of 16; ours is
`FittedTagger.mentions`, and `wardspace extract` whole: from a CSV to a table, FHIR resources and a page, with what the
notes say of each mention.
The figures go to benchmarks/results/token_classification.json; of what was not measured (`--only`) they stay.
"""

from __future__ import annotations

import argparse
import atexit
import csv
import json
import re
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from shared import notes, report
from shared.side_by_side import Round, Side, Work, compare

BASE, WINDOW, BATCH, RATE = "minilm", 512, 8, 3e-4
BIAS = np.array([14.0, 0, 0, 0, 0], dtype=np.float32)
"""Of the reading head: most tokens are no mention."""
_WARM_UP = 16
"""Documents of the round that is not counted."""
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Task:
    """A corpus that was prepared, and how it is learned."""

    corpus: str
    notes: int
    epochs: int
    tested: int


def _gold(task: Task, **options: Any) -> Any:
    from wardspace.config import EntitiesConfig
    from wardspace.corpus import Corpus
    from wardspace.tasks import Texts
    from wardspace.tasks.entities.annotated import annotated

    tuned = {"epochs": task.epochs, "notes": task.notes, "learning_rate": RATE, "batch_notes": BATCH, "patience": None}
    config = EntitiesConfig.model_validate({"name": "mentions", "finetune": {**tuned, **options}})
    return annotated(Texts(Corpus.open(Path(task.corpus))), config), config


def wardspace_side(task: Task, precision: str) -> Work:
    """This package: a seed, without validation between its epochs, as the peer has none."""
    from wardspace.config import EncoderConfig
    from wardspace.tasks.entities.finetune import EntityTuner
    from wardspace.tasks.finetuning import Trial
    from wardspace.training import train
    from wardspace.training.weights.processes import Processes

    gold, config = _gold(task, precision=precision)
    warm = _gold(replace(task, notes=_WARM_UP, epochs=1), precision=precision)[1]
    tuners = [EntityTuner(BASE, EncoderConfig(window=WINDOW), gold, each) for each in (warm, config)]

    def work(number: int) -> Round:
        tuner = tuners[min(number, 1)]
        objective, part, how = tuner.call(Trial(number, RATE), "benchmark", Processes())
        with tempfile.TemporaryDirectory(prefix="tagger-") as scratch:
            began = time.process_time()
            record = train(
                {part.model: objective.model}, [part], replace(how, evaluations=0, keep_best=False), Path(scratch),
                show_progress=False,
            )  # fmt: skip
            seconds = time.process_time() - began
        if not number:
            return Round(_WARM_UP)
        rows = gold.rows("test")[: task.tested]
        found = tuner.fitted(objective).mentions(gold.texts.of(rows))
        score = _strict(found, gold.of(rows))
        values = {"training_seconds": round(seconds, 1), "strict_f1": round(score, 4), "tokens": record.tokens}
        return Round(task.notes * task.epochs, values)

    return work


def trainer_side(task: Task, precision: str) -> Work:
    """transformers' example script."""
    import torch
    from transformers import (
        AutoModelForTokenClassification,
        AutoTokenizer,
        DataCollatorForTokenClassification,
        Trainer,
        TrainingArguments,
    )

    from shared.trainers import arguments, trained
    from wardspace.models.files.bases import resolve
    from wardspace.objectives.supervised.tags import TagScheme

    gold, _ = _gold(task)
    scheme = TagScheme("BIO", gold.classes)
    start = resolve(BASE)
    tokenizer = AutoTokenizer.from_pretrained(start)

    def encoded(rows: Any) -> list[dict[str, Any]]:
        found = []
        for text, mentions in zip(gold.texts.of(rows), gold.of(rows), strict=True):
            words = [one.span() for one in _WORD.finditer(text)]
            tags = _tags(words, mentions, scheme)
            given = tokenizer(
                [text[s:e] for s, e in words], is_split_into_words=True, truncation=True, max_length=WINDOW
            )
            own = given.word_ids()
            labels = [
                -100 if word is None or word == before else int(tags[word])
                for before, word in zip([None, *own], own, strict=False)
            ]
            found.append({**given, "labels": labels})
        return found

    learned = encoded(gold.learned(task.notes, 0))

    def work(number: int) -> Round:
        torch.manual_seed(number)
        epochs = task.epochs if number else 1
        model = AutoModelForTokenClassification.from_pretrained(start, num_labels=len(scheme.names))
        with tempfile.TemporaryDirectory(prefix="tagger-") as scratch:
            given = {"per_device_train_batch_size": BATCH, "num_train_epochs": epochs, "learning_rate": RATE}
            given |= {"warmup_ratio": 0.1} if "warmup_ratio" in TrainingArguments.__dataclass_fields__ else {}
            trainer = Trainer(
                model=model,
                args=TrainingArguments(**arguments(scratch, precision, **given)),
                train_dataset=learned if number else learned[:_WARM_UP],
                data_collator=DataCollatorForTokenClassification(tokenizer),
            )
            began = time.process_time()
            trained(trainer)
            seconds = time.process_time() - began
        if not number:
            return Round(_WARM_UP)
        rows = gold.rows("test")[: task.tested]
        score = _strict(_predicted(model, tokenizer, gold.texts.of(rows), scheme), gold.of(rows))
        return Round(task.notes * task.epochs, {"training_seconds": round(seconds, 1), "strict_f1": round(score, 4)})

    return work


def _tags(words: list[tuple[int, int]], mentions: Any, scheme: Any) -> Any:
    from wardspace.objectives.supervised.tags import spans_at
    from wardspace.tasks.entities.settings import coded

    bounds = np.array(words, dtype=np.int32).reshape(-1, 2)
    return scheme.encode(spans_at(coded(mentions, scheme.types), bounds), len(words))


def _predicted(model: Any, tokenizer: Any, texts: list[str], scheme: Any) -> Any:
    """The likeliest tag of the first piece of each word, as the example script evaluates."""
    import torch

    model.eval()
    for text in texts:
        words = [one.span() for one in _WORD.finditer(text)]
        given = tokenizer(
            [text[s:e] for s, e in words], is_split_into_words=True, truncation=True, max_length=WINDOW,
            return_tensors="pt",
        )  # fmt: skip
        with torch.inference_mode():
            likeliest = model(**given).logits[0].argmax(dim=-1).tolist()
        tags = [0] * len(words)
        for before, word, tag in zip([None, *given.word_ids()], given.word_ids(), likeliest, strict=False):
            if word is not None and word != before:
                tags[word] = tag
        yield [(words[first][0], words[last - 1][1], scheme.types[kind]) for first, last, kind in scheme.decode(tags)]


def _strict(found: Any, right: Any) -> float:
    hits = both = 0
    for said, true in zip(found, right, strict=True):
        ours, theirs = {tuple(one[:3]) for one in said}, {tuple(one) for one in true}
        hits, both = hits + len(ours & theirs), both + len(ours) + len(theirs)
    return 2 * hits / both


def reading_side(texts: list[str], folder: str) -> Work:
    """This package's tagger on all notes."""
    from wardspace.config import EncoderConfig
    from wardspace.models import Encoder
    from wardspace.objectives.supervised.chains import Chain
    from wardspace.objectives.supervised.tags import TagScheme
    from wardspace.tasks.entities.fitted import FittedTagger, Tagging

    encoder = Encoder.load(folder, EncoderConfig(window=WINDOW, overlap=64 / 512))
    weights, scheme = _head(encoder.dimension)

    def emissions(vectors: Any) -> Any:
        scores = vectors @ weights.T + BIAS
        return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))

    tagger = FittedTagger(Tagging(encoder, "first", emissions, Chain.of(TagScheme("BIO", scheme))), scheme)

    def work(number: int) -> Round:
        found = sum(len(each) for each in tagger.mentions(texts if number else texts[:16]))
        return Round(len(texts) if number else 16, {"mentions": found})

    return work


def extract_side(texts: list[str], folder: str) -> Work:
    """The command, but for the start of a process: a kept tagger, two fields, all outputs."""
    from wardspace.config import EncoderConfig, SourceConfig
    from wardspace.config.fields import FieldsConfig
    from wardspace.models import Encoder
    from wardspace.objectives.supervised.chains import Chain
    from wardspace.objectives.supervised.tags import TagScheme
    from wardspace.study.extraction.extract import Request, extract
    from wardspace.tasks.entities.emissions import LinearEmissions
    from wardspace.tasks.entities.fitted import FittedTagger, Tagging
    from wardspace.tasks.entities.kept import save_tagger
    from wardspace.tasks.fields.extractor import Extractor
    from wardspace.tasks.kind import RunKey
    from wardspace.tasks.probes.logistic import LogisticModel
    from wardspace.tasks.probes.scaling import BlockScaling

    encoder = Encoder.load(folder, EncoderConfig(window=WINDOW, overlap=64 / 512))
    weights, types = _head(encoder.dimension)
    linear = LogisticModel(np.ascontiguousarray(weights.T, dtype=float), BIAS, 1.0, 0.0)
    emissions = LinearEmissions(linear, BlockScaling(np.zeros(encoder.dimension, np.float32), np.ones(1)))
    tagging = Tagging(encoder, "first", emissions, Chain.of(TagScheme("BIO", types)))
    conditions, drugs = ({"resource": name} for name in ("Condition", "MedicationStatement"))
    fields = FieldsConfig.model_validate(
        {
            "fields": [
                {"name": "diagnosis", "from": {"entity": "Disease"}, "fhir": conditions},
                {"name": "drug", "from": {"entity": "Chemical"}, "fhir": drugs},
            ]
        }
    )
    place = Path(tempfile.mkdtemp(prefix="tagger-"))
    atexit.register(shutil.rmtree, place)
    save_tagger(FittedTagger(tagging, types), place / "tagger", RunKey("mentions", "base", "head", None, 0))
    extractor = Extractor.open(fields, [place / "tagger"])

    def work(number: int) -> Round:
        some = texts if number else texts[:16]
        source = place / f"{number}.csv"
        with source.open("w", newline="", encoding="utf-8") as handle:
            rows = csv.writer(handle)
            rows.writerows([("note_id", "text"), *enumerate(some)])
        asked = Request(SourceConfig(path=str(source)), [place / "tagger"], page=50)
        done = extract(extractor, asked, place / f"out-{number}", show_progress=False)
        return Round(done.counts["notes"], {"resources": sum(done.resources.values())})

    return work


def pipeline_side(texts: list[str], folder: str) -> Work:
    """transformers' pipeline on all notes."""
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=5)
    weights, scheme = _head(model.config.hidden_size)
    with torch.no_grad():
        model.classifier.weight.copy_(torch.from_numpy(weights))
        model.classifier.bias.copy_(torch.from_numpy(BIAS))
    names = ["O", *(f"{letter}-{name}" for name in scheme for letter in "BI")]
    model.config.id2label = dict(enumerate(names))
    tokenizer = AutoTokenizer.from_pretrained(folder, model_max_length=WINDOW)
    find = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first", stride=64)

    def work(number: int) -> Round:
        some = texts if number else texts[:16]
        found = sum(len(each) for each in find(some, batch_size=16))
        return Round(len(some), {"mentions": found})

    return work


def _head(width: int) -> tuple[Any, tuple[str, ...]]:
    """A head of random weights that finds as many mentions as there might be, whatever they are."""
    weights = np.random.default_rng(0).normal(size=(5, width)).astype(np.float32)
    weights[0] = 0
    return weights, ("Chemical", "Disease")


def prepared(train: Path, test: Path, folder: Path) -> str:
    """Both files as a corpus."""
    from wardspace.config import parse_study
    from wardspace.corpus import prepare

    source = {"format": "pubtator", "train": str(train), "test": str(test)}
    study = parse_study({"corpus": {"source": source, "split": {"validation": 0.1}}})
    prepare(study.corpus, folder, show_progress=False)
    return str(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    notes.add_options(parser, "mtsamples")
    parser.add_argument("--train", type=Path, required=True, help="PubTator file to learn from")
    parser.add_argument("--test", type=Path, required=True, help="PubTator file to test on")
    parser.add_argument("--notes", type=int, default=120, help="documents learned from")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--tested", type=int, default=500, help="documents tested on")
    parser.add_argument("--rounds", type=int, default=2, help="seeds")
    parser.add_argument("--read", type=int, default=1000, help="notes to find mentions in")
    parser.add_argument("--output", type=Path, default=report.RESULTS / "token_classification.json")
    parser.add_argument("--only", choices=("training", "reading"), help="measure one of the two")
    parser.add_argument("--sides", nargs="+", default=[], help="parts of the names of the training sides that are run")
    options = parser.parse_args()
    found = json.loads(options.output.read_text()) if options.only and options.output.is_file() else {}
    if options.only != "reading":
        found["training"] = training(options)
    if options.only != "training":
        found["reading"] = reading(options)
    report.write(options.output, found)


def training(options: argparse.Namespace) -> dict[str, Any]:
    """Speed and scores of the sides that learn."""
    with tempfile.TemporaryDirectory(prefix="tagger-") as scratch:
        corpus = prepared(options.train, options.test, Path(scratch) / "corpus")
        task = Task(corpus, options.notes, options.epochs, options.tested)
        sides = [
            Side("transformers Trainer, fp32", trainer_side, {"task": task, "precision": "fp32"}),
            Side("transformers Trainer, bf16", trainer_side, {"task": task, "precision": "bf16"}),
            Side("wardspace, fp32", wardspace_side, {"task": task, "precision": "fp32"}),
            Side("wardspace, auto", wardspace_side, {"task": task, "precision": "auto"}),
        ]
        asked = [one for one in sides if not options.sides or any(part in one.name for part in options.sides)]
        trained = compare(asked, options.rounds)
    rows: list[dict[str, Any]] = []
    for side in trained:
        seconds = [value["training_seconds"] for value in side.values]
        scores = [value["strict_f1"] for value in side.values]
        speed = options.notes * options.epochs * len(seconds) / sum(seconds)
        score = round(sum(scores) / len(scores), 4)
        rows.append({"side": side.name, "documents_per_cpu_second": round(speed, 2), "strict_f1": score})
        rows[-1]["ratio"] = round(rows[-1]["documents_per_cpu_second"] / rows[0]["documents_per_cpu_second"], 2)
    report.show("Training, documents x epochs a second of processor time; strict F1 on test", rows)
    about = {"base": BASE, "documents": options.notes, "epochs": options.epochs, "tested": options.tested}
    return {**about, "sides": rows, "rounds": report.rounds_of(trained)}


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """Speed of the sides that find mentions."""
    from wardspace.models.files.bases import resolve

    made = notes.read("mtsamples", options.mtsamples, options.read)
    given = {"texts": made.texts, "folder": str(resolve(BASE))}
    sides = {
        "transformers pipeline": pipeline_side,
        "wardspace, mentions": reading_side,
        "wardspace extract": extract_side,
    }
    read = compare([Side(name, side, given) for name, side in sides.items()], options.rounds)
    rows = report.speed_rows(read, "notes")
    report.show("Reading", rows)
    return {**made.about(), "sides": rows, "rounds": report.rounds_of(read)}


if __name__ == "__main__":
    main()
