"""Pairs of texts: one that differs in the other side is no copy, and those that share a text stay together."""

from __future__ import annotations

import json
import random
from collections import defaultdict

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from wardspace.config import CorpusConfig
from wardspace.corpus import prepare

LABELS = ("entailment", "neutral", "contradiction")
WORDS = [f"word{i}" for i in range(400)]


def text(key, words=12):
    return " ".join(random.Random(key).choices(WORDS, k=words))


def premises(count=60, each=3):
    """The form of SNLI: three hypotheses of each premise."""
    return [
        {"pairID": f"{i}-{j}", "sentence1": text(f"p{i}"), "sentence2": text(f"h{i}-{j}", 5), "gold_label": LABELS[j]}
        for i in range(count)
        for j in range(each)
    ]


def corpus_of(tmp_path, rows, columns=None, **options):
    with (tmp_path / "pairs.jsonl").open("w") as handle:
        handle.writelines(json.dumps(row) + "\n" for row in rows)
    config = {
        "source": {"path": str(tmp_path / "pairs.jsonl")},
        "columns": {
            "note_id": "pairID",
            "text": "sentence1",
            "labels": ["gold_label", "sentence2"],
            "paired": ["sentence2"],
            **(columns or {}),
        },
        **options,
    }
    return prepare(CorpusConfig.model_validate(config), tmp_path / "corpus", show_progress=False)


def table(corpus):
    return corpus.table(["note_id", "patient_id", "text", "sentence2", "split"]).to_pylist()


def test_pairs_of_one_premise_are_kept_and_in_one_split(tmp_path):
    rows = premises()
    notes = table(corpus_of(tmp_path, random.Random(0).sample(rows, len(rows))))
    assert {note["note_id"] for note in notes} == {row["pairID"] for row in rows}
    splits = defaultdict(set)
    for note in notes:
        splits[note["text"]].add((note["split"], note["patient_id"]))
    assert all(len(found) == 1 for found in splits.values())
    assert {split for found in splits.values() for split, _ in found} == {"train", "validation", "test"}


def test_copies_of_a_pair_are_left_out_whatever_their_spelling(tmp_path):
    rows = premises(20)
    again = [{**rows[4], "pairID": "again", "sentence2": rows[4]["sentence2"].upper() + " ."}]
    corpus = corpus_of(tmp_path, rows + again)
    assert {note["note_id"] for note in table(corpus)} == {row["pairID"] for row in rows}
    assert corpus.manifest.counts["rejects"] == {"duplicate text": 1}


def test_near_copies_are_those_with_the_same_other_side(tmp_path):
    rows = premises(20, 1)
    long = text("long", 60)
    rows += [
        {"pairID": "a", "sentence1": long, "sentence2": "yes", "gold_label": "neutral"},
        {"pairID": "b", "sentence1": f"{long} more", "sentence2": "yes", "gold_label": "neutral"},
        {"pairID": "c", "sentence1": f"{long} more", "sentence2": "no", "gold_label": "neutral"},
    ]
    kept = {
        note["note_id"] for note in table(corpus_of(tmp_path, rows, deduplicate={"near": 0.7, "report_near": None}))
    }
    assert "c" in kept
    assert len(kept & {"a", "b"}) == 1


def test_swapped_pairs_are_in_one_split(tmp_path):
    draw = random.Random(3)
    texts = [text(f"t{i}") for i in range(150)]
    pairs = {tuple(draw.sample(range(150), 2)) for _ in range(150)}
    pairs |= {(b, a) for a, b in sorted(pairs)[:60]}
    rows = [
        {"pairID": f"{a}-{b}", "sentence1": texts[a], "sentence2": texts[b], "gold_label": "neutral"}
        for a, b in sorted(pairs)
    ]
    notes = table(corpus_of(tmp_path, rows, deduplicate={"report_near": None}))
    links = np.array([pair for pair in sorted(pairs) if pair[::-1] in pairs]).T
    together = connected_components(coo_array((np.ones(links.shape[1]), links), shape=(150, 150)))[1]
    patients = defaultdict(set)
    for note in notes:
        patients[together[int(note["note_id"].split("-")[0])]].add(note["patient_id"])
    assert len(notes) == len(pairs)
    assert all(len(found) == 1 for found in patients.values())
    assert len({name for found in patients.values() for name in found}) == len(patients)
    split_of = {note["patient_id"]: note["split"] for note in notes}
    assert all(split_of[note["patient_id"]] == note["split"] for note in notes)


def test_a_patient_column_goes_before_the_text(tmp_path):
    rows = [{**row, "who": f"p{i % 30}"} for i, row in enumerate(premises())]
    notes = table(corpus_of(tmp_path, rows, {"patient_id": "who"}, deduplicate={"report_near": None}))
    assert {note["note_id"]: note["patient_id"] for note in notes} == {row["pairID"]: row["who"] for row in rows}


def test_splits_of_the_source_stay_and_training_pairs_whose_premise_is_tested_are_left_out(tmp_path):
    rows = [{**row, "part": ("train", "train", "dev", "test")[i % 4]} for i, row in enumerate(premises(40, 1))]
    shared = {**rows[3], "pairID": "shared", "part": "train", "sentence2": "another one"}
    corpus = corpus_of(tmp_path, [*rows, shared], {"split": "part"})
    assert "shared" not in {note["note_id"] for note in table(corpus)}
    assert len(table(corpus)) == len(rows)
    assert list(corpus.manifest.counts["rejects"].values()) == [1]


@pytest.mark.parametrize("operator", ["tag", "surrogate"])
def test_the_other_side_is_deidentified_and_cleaned_like_the_text(tmp_path, operator):
    rows = [
        {**row, "sentence2": f"Mr. Zebulon Quillfeather was seen on 12 April 2015, case {row['pairID']}."}
        for row in premises(10)
    ]
    key = {"key_file": str(tmp_path / "key")} if operator == "surrogate" else {}
    corpus = corpus_of(tmp_path, rows, deidentify={"operator": operator, **key}, clean={"lowercase": True})
    stored = b"".join(file.read_bytes() for file in corpus.folder.rglob("*") if file.is_file())
    assert b"Quillfeather" not in stored
    assert b"quillfeather" not in stored
    sides = [note["sentence2"] for note in table(corpus)]
    assert all(side == side.lower() for side in sides)
    assert len(sides) == len(rows)
    step = next(step for step in corpus.manifest.steps if step["step"] == "deidentify")
    assert (step["found"]["NAME"], step["found"]["DATE"]) == (len(rows), len(rows))
