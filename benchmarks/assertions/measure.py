"""Rules and trained heads on the ward's gold, and on 200 mentions of MTSamples that were annotated by hand.

    python benchmarks/assertions/measure.py --mtsamples PATH [--patients 130] [--folder FOLDER]

The heads learn from the synthetic ward alone (training and validation split) and are then asked about MTSamples too:
notes of another kind, from another country, whose wording nobody made up for a test. `mtsamples.csv` has ids, offsets
and the answers of two readings by one annotator, in two orders, before any prediction was looked at; `answers` decides
where the readings differ. Their agreement is that of one annotator with the own memory of the first reading: no
measure of how two people would agree. `draw.py` says how mentions were drawn: half of them near a cue, so that these
scores are not those of a random mention; they are also given for the half that was drawn without cues.
The figures go to benchmarks/results/assertions.json. Intervals: bootstrap over patients (ward) or notes (MTSamples),
percentiles of 2,000 resamples.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from wardspace.config import EncoderConfig
from wardspace.core.seeds import generator
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.study import Study
from wardspace.tasks import EvaluatedModel, RunKey, Texts, kind_of
from wardspace.tasks.assertions.asserted import AssertedNotes
from wardspace.tasks.assertions.fitted import FittedAssertions
from wardspace.tasks.columns import objects
from wardspace.tasks.entities.mentions import Mention

QUESTIONS = ("negated", "historical", "hypothetical", "family")
HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "results" / "assertions.json"
Flags = NDArray[np.bool_]


def ward_study(folder: Path, patients: int) -> Study:
    """A study of the ward that asks what its notes say of phenotypes."""
    places = {name: name for name in QUESTIONS[:3]} | {"family": "experiencer=family"}
    task = {"name": "assertions", "kind": "assertions", "spans": "phenotypes", "questions": places}
    ward = {"patients": patients, "seed": 7, "assertions": True}
    return Study.parse({"corpus": {"source": {"format": "ward", "ward": ward}}, "adapt": [], "tasks": [task]}, folder)


def scores(truth: Flags, said: Flags, groups: Sequence[str], resamples: int = 2000) -> dict[str, Any]:
    """F1 by question, macro and micro F1 with intervals, precision and recall."""
    numbers = np.unique(np.array(groups, dtype=str), return_inverse=True)[1]
    sums = np.zeros((numbers.max() + 1, 3, truth.shape[1]))
    for part, flags in enumerate((truth & said, said, truth)):
        np.add.at(sums[:, part], numbers, flags)
    drawn = generator("assertions benchmark", 0).integers(len(sums), size=(resamples, len(sums)))
    values = np.array([_f1(sums[one].sum(axis=0)) for one in drawn])
    low, high = np.nanpercentile(values, [2.5, 97.5], axis=0)
    hits, found, right = sums.sum(axis=0)
    names = ("macro", "micro", *QUESTIONS)
    return {
        "f1": dict(zip(names, _rounded(_f1(sums.sum(axis=0))), strict=True)),
        "low": dict(zip(names, _rounded(low), strict=True)),
        "high": dict(zip(names, _rounded(high), strict=True)),
        "precision": dict(zip(QUESTIONS, _rounded(hits / np.maximum(found, 1)), strict=True)),
        "recall": dict(zip(QUESTIONS, _rounded(hits / np.maximum(right, 1)), strict=True)),
        "mentions": len(truth),
        "positive": dict(zip(QUESTIONS, right.astype(int).tolist(), strict=True)),
    }


def _f1(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    hits, found, right = sums
    each = np.where(right > 0, 2 * hits / np.maximum(found + right, 1), np.nan)
    return np.array([np.nanmean(each), 2 * hits.sum() / max(1.0, found.sum() + right.sum()), *each])


def _rounded(values: NDArray[np.float64]) -> list[float | None]:
    """None of a question that nothing is right of."""
    return [None if np.isnan(one) else round(float(one), 4) for one in values]


def annotated(path: Path) -> tuple[list[str], list[list[Mention]], list[dict[str, str]]]:
    """Texts of MTSamples with their annotated mention, and the rows of the annotations."""
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8", newline="") as handle:
        texts = {row["note_id"]: row["text"] for row in csv.DictReader(handle)}
    with (HERE / "mtsamples.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    mentions = [[Mention(int(row["start"]), int(row["end"]), "entity")] for row in rows]
    return [texts[row["note_id"]] for row in rows], mentions, rows


def flags(rows: Sequence[dict[str, str]], column: str) -> Flags:
    """Answers of a column of the annotations."""
    return np.array([[name in row[column].split(";") for name in QUESTIONS] for row in rows])


def fitted(gold: AssertedNotes, study: Study) -> dict[str, FittedAssertions]:
    """All settings, fitted on the ward."""
    task = study.config.tasks[0]
    split = objects(gold.texts.corpus.table(["split"])["split"])
    model = EvaluatedModel("minilm", list, lambda: Encoder.load("minilm", EncoderConfig()), split)
    found = {}
    for setting in kind_of(task).settings(task):
        run = RunKey(task.name, model.name, setting.record.name, None, 0)
        found[setting.record.name] = setting.fit(model, gold, run, Path(), show_progress=False)
    return found


def speed(texts: Sequence[str], mentions: list[list[Mention]], rules: Callable[..., Any]) -> dict[str, float]:
    """Notes that the rules read in a second of one core, with their words and mentions."""
    rules(texts[:1], mentions[:1])  # reads the triggers
    start = time.process_time()
    rules(texts, mentions)
    took = time.process_time() - start
    return {
        "notes_a_second": round(len(texts) / took),
        "words_a_note": round(sum(len(text.split()) for text in texts) / len(texts)),
        "mentions_a_note": round(sum(map(len, mentions)) / len(texts), 1),
    }


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtsamples", type=Path, required=True, help="notes.csv")
    parser.add_argument("--patients", type=int, default=130)
    parser.add_argument("--folder", type=Path, help="run folder of the ward, kept")
    options = parser.parse_args()
    with TemporaryDirectory() as scratch:
        study = ward_study(options.folder or Path(scratch) / "run", options.patients)
        study.run(until="prepare")
        corpus = Corpus.open(study.folder.corpus)
        gold: AssertedNotes = kind_of(study.config.tasks[0]).gold(
            Texts(corpus), study.config.tasks[0], ("train", "validation", "test")
        )
        models = fitted(gold, study)
        asked = gold.units("test")
        owners = asked.each(gold.group[asked.rows]).tolist()
        texts, mentions, rows = annotated(options.mtsamples)
        result: dict[str, Any] = {
            "notes": {split: len(gold.rows(split)) for split in ("train", "validation", "test")},
            "mentions": {split: len(gold.flags(gold.rows(split))) for split in ("train", "validation", "test")},
            "ward": {}, "mtsamples": {}, "mtsamples_without_cue": {},
        }  # fmt: skip
        plain = np.array([row["cue"] == "" for row in rows])
        truth, notes = flags(rows, "answers"), [row["note_id"] for row in rows]
        for name, one in models.items():
            said = np.array(one.predict(asked)["predicted"].to_pylist())
            result["ward"][name] = scores(gold.flags(asked.rows), said, owners)
            theirs = np.array([own[0] for own in one.assertions(texts, mentions)])
            result["mtsamples"][name] = scores(truth, theirs, notes)
            half = [note for note, kept in zip(notes, plain, strict=True) if kept]
            result["mtsamples_without_cue"][name] = scores(truth[plain], theirs[plain], half)
        first, second = flags(rows, "first"), flags(rows, "second")
        result["agreement_of_one_annotator_twice"] = {
            name: round(float(cohen_kappa_score(first[:, at], second[:, at])), 3) for at, name in enumerate(QUESTIONS)
        }
        result["speed_of_the_rules"] = speed(asked.texts.of(asked.rows), asked.mentions, models["context"].of_texts)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
