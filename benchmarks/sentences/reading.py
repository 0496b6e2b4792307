"""How a sentence is best read: in its note, by itself, or with more beside it.

    python benchmarks/sentences/reading.py --hallmarks sentences.csv

Vectors of the sentences of hallmarks-of-cancer by frozen MiniLM: the mean of a sentence's tokens where the whole
abstract is read (`note`), where the sentence is read by itself (`alone`), both side by side, and the first beside the
vectors of the sentences before and after. On each the two-layer head (two seeds); micro F1 on validation, each label at
its best threshold. The figures go to benchmarks/results/sentence_reading.json, with processor seconds of the reading.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardspace.config import EncoderConfig
from wardspace.corpus.note.sentences import Sentence
from wardspace.models import Encoder
from wardspace.objectives.supervised.sentence_classification import micro_f1
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.sentences.vectors import sentence_vectors

RESULT = Path(__file__).resolve().parent.parent / "results" / "sentence_reading.json"
SEEDS = (0, 1)
Vectors = NDArray[np.float32]


def documents(path: Path) -> list[list[tuple[str, set[str]]]]:
    """Sentences with their labels, document by document in a seeded order."""
    found: dict[str, list[tuple[str, set[str]]]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            labels = {label for label in row["labels"].split("|") if label}
            found.setdefault(row["document_id"], []).append((row["text"], labels))
    names = sorted(found)
    random.Random(0).shuffle(names)
    return [found[name] for name in names[-(-len(names) // 5) :]]  # the first fifth is for others to test on


def placed(sentences: list[str]) -> list[Sentence]:
    ends = np.cumsum([len(one) + 1 for one in sentences]) - 1
    return [Sentence(int(end) - len(one), int(end)) for one, end in zip(sentences, ends, strict=True)]


def timed(encoder: Encoder, notes: list[list[str]]) -> tuple[list[Vectors], float]:
    start = time.process_time()
    found = sentence_vectors(encoder, [" ".join(own) for own in notes], [placed(own) for own in notes])
    return found, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hallmarks", type=Path, required=True)
    every = documents(parser.parse_args().hallmarks)
    classes = sorted({label for own in every for _, labels in own for label in labels})
    truth = np.array([[name in labels for name in classes] for own in every for _, labels in own])
    place = np.repeat(np.arange(len(every)), [len(own) for own in every])
    held = -(-len(every) // 8)  # a tenth of all
    validation, train = place < held, place >= held
    encoder = Encoder.load("minilm", EncoderConfig(window=512))
    texts = [[text for text, _ in own] for own in every]
    in_note, took = timed(encoder, texts)
    by_itself, took_alone = timed(encoder, [[text] for own in texts for text in own])
    nothing = np.zeros((1, encoder.dimension), np.float32)
    note, alone = np.concatenate(in_note), np.concatenate(by_itself)
    before = np.concatenate([np.vstack([nothing, own[:-1]]) for own in in_note])
    after = np.concatenate([np.vstack([own[1:], nothing]) for own in in_note])
    ways = {
        "note": (note,),
        "alone": (alone,),
        "note + alone": (note, alone),
        "note + neighbours": (note, before, after),
    }
    scores = {name: _score(np.hstack(parts), truth, train, validation) for name, parts in ways.items()}
    result = {
        "command": "python benchmarks/sentences/reading.py --hallmarks sentences.csv",
        "sentences": {"train": int(train.sum()), "validation": int(validation.sum())},
        "micro_f1_on_validation": scores,
        "processor_seconds": {"note": round(took), "alone": round(took_alone)},
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def _score(vectors: Vectors, truth: NDArray[np.bool_], train: NDArray[np.bool_], held: NDArray[np.bool_]) -> float:
    found = []
    for seed in SEEDS:
        head, _ = fit_head(vectors[train], truth[train], vectors[held], truth[held], truth.shape[1], seed=seed)
        found.append(micro_f1(truth[held], head_probabilities(head, vectors[held])))
    return round(float(np.mean(found)), 4)


if __name__ == "__main__":
    main()
