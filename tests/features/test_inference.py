"""Inference from a file in the form of SNLI and MedNLI to results and a kept model."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.pairs import SECRET, THREE, paired_rows
from wardspace.study import Study
from wardspace.tasks.pairs.kept import load_pairs


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A study of such pairs, run to its report."""
    folder = tmp_path_factory.mktemp("inference")
    with (folder / "pairs.jsonl").open("w") as handle:
        for index, row in enumerate(paired_rows(240, THREE, each=3)):
            pair = {
                "pairID": row["note_id"],
                "sentence1": f"{row['text']} {index // 3}",
                "sentence2": f"{row['other']} {index}",
            }
            label = {7: "-"}.get(index, row["label"])
            if index == 11:
                pair["sentence1"] = " "
            if index == 15:
                pair["sentence2"] = ""
            handle.write(json.dumps({**pair, "gold_label": label}) + "\n")
    study = Study.parse(
        {
            "name": "inference",
            "corpus": {
                "source": {"path": str(folder / "pairs.jsonl"), "format": "jsonl"},
                "columns": {"note_id": "pairID", "text": "sentence1"},
                "deduplicate": {"report_near": None},
                "split": {"validation": 0.2, "test": 0.3},
            },
            "base": str(tiny_model(folder / "base")),
            "encoder": {"window": 32},
            "tasks": [
                {
                    "name": "infer", "kind": "pairs", "hypothesis": "sentence2", "label": "gold_label", "keep": True,
                    "budgets": [0.5], "subsets": 1,
                }
            ],
            "report": {"resamples": 100},
        },
        folder / "run",
    )  # fmt: skip
    study.run()
    return study.folder


def results(run):
    return json.loads(run.results.read_text())


def test_pairs_are_scored_by_accuracy_and_class(run):
    found = results(run)
    scores = {
        (one["model"], one["setting"], one["shots"] is None): one["value"]
        for one in found["scores"]
        if one["metric"] == "accuracy" and one["split"] == "test" and one["seed"] is not None and one["label"] is None
    }
    assert {(model, setting) for model, setting, _ in scores} == {
        ("majority", "majority"), ("tfidf", "tfidf"), ("base", "logistic")
    }  # fmt: skip
    assert min(scores["tfidf", "tfidf", True], scores["base", "logistic", True]) > scores["majority", "majority", True]
    assert {one["label"] for one in found["scores"] if one["metric"] == "f1"} >= set(THREE)


def test_what_is_left_out_is_told(run):
    found = results(run)
    said = "\n".join(found["warnings"])
    assert "n0007" in said and "n0015" in said  # without a label, without a hypothesis
    assert found["corpus"]["counts"]["rejects"] == {"empty text": 1}
    assert found["corpus"]["counts"]["notes"] == 239


def test_a_premise_is_in_one_split_and_no_text_is_outside_the_corpus(run):
    split = next(step for step in results(run)["corpus"]["steps"] if step["step"] == "split")
    assert split["by"] == "text" and split["stratify"] == "gold_label"
    outside = [path for path in run.path.rglob("*") if path.is_file() and run.corpus not in path.parents]
    assert not [path for path in outside if "token" not in path.name and SECRET.encode() in path.read_bytes()]


def test_the_kept_classifier_reads_pairs(run):
    found = load_pairs(run.models / "infer-base-logistic").labels(["patient with fever fever"], ["denies fever"])
    assert found[0][0] in THREE and 0 < found[0][1] <= 1
