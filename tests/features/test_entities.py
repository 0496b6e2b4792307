"""A study of entities from annotated documents to the report."""

from __future__ import annotations

import numpy as np
import pytest
from nervaluate.evaluator import Evaluator

from tests.fixtures.studies import small_study
from wardspace.core.files import read_json
from wardspace.study import Study
from wardspace.tasks import read_predictions

NAMES = {
    "Chemical": ["aspirin", "heparin", "warfarin", "beta blocker", "digoxin"],
    "Disease": ["asthma", "gout", "renal failure", "lung cancer", "chest pain"],
}
COMMON = ("she", "took", "much", "for", "and", "then", "had", "no", "more", "in", "the", "ward", "of", "two", "days")


def documents(path, notes=90):
    """Notes in PubTator's format."""
    random, lines = np.random.default_rng(4), []
    for number in range(notes):
        text, marks = f"Note {number}", []
        for _ in range(16):
            kind = str(random.choice(list(NAMES)))
            marked = random.random() < 0.3
            word = str(random.choice(NAMES[kind] if marked else COMMON))
            if marked:
                marks.append((len(text) + 1, len(text) + 1 + len(word), word, kind))
            text += f" {word}"
        title, rest = text.split(" ", 2)[:2], text.split(" ", 2)[2]
        lines += [f"{1000 + number}|t|{' '.join(title)}", f"{1000 + number}|a|{rest}"]
        lines += [f"{1000 + number}\t{start}\t{end}\t{word}\t{kind}\tX" for start, end, word, kind in marks] + [""]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("entities")
    task = {"name": "found", "kind": "entities", "budgets": [0.3], "subsets": 2}
    source = {"path": str(documents(folder / "notes.txt")), "format": "pubtator"}
    corpus = {"source": source, "split": {"validation": 0.2, "test": 0.3, "seed": 1}}
    study = Study.parse(
        small_study(folder, corpus=corpus, adapt=[], tasks=[task], space={"columns": []}), folder / "run"
    )
    page = study.run().read_text(encoding="utf-8")
    return study, read_json(study.folder.results), page


def test_scores_are_those_of_nervaluate(finished):
    study, results, _ = finished
    stored = read_predictions(study.folder.predictions("found", "word_crf", "frozen")).to_pylist()
    rows = [row for row in stored if row["split"] == "test" and row["shots"] is None]
    types = results["classes"]["found"]
    sides = [
        [[{"label": types[m["type"]], "start": m["start"], "end": m["end"] - 1} for m in row[side]] for row in rows]
        for side in ("truth", "predicted")
    ]
    theirs = Evaluator(*sides, tags=types, loader="dict").evaluate()
    ours = {
        (one["metric"], one["label"]): one["value"]
        for one in results["scores"]
        if (one["model"], one["split"], one["shots"], one["seed"]) == ("word_crf", "test", None, None)
    }
    for name in ("strict", "exact", "partial"):
        assert ours[f"{name}_f1", None] == pytest.approx(theirs["overall"][name].f1)
    assert ours["strict_f1", None] > 0.9
    for name in types:
        assert ours["strict_recall", name] == pytest.approx(theirs["entities"][name]["strict"].recall)


def test_everything_that_is_said_of_classes_is_said_of_mentions(finished):
    _, results, page = finished
    assert results["kinds"] == {"found": "entities"}
    settings = {one["setting"] for one in results["scores"]}
    assert settings == {"dictionary", "word_crf", "head"}
    sizes = {one["shots"] for one in results["scores"]}
    assert len(sizes) == 2 and None in sizes
    assert {one["unit"] for one in results["calibration"]} == {"mention"}
    assert {one["unit"] for one in results["mistakes"]} == {"mention"}
    assert {one["against_setting"] for one in results["across"] if one["setting"] == "head"} >= {
        "dictionary",
        "word_crf",
    }
    assert results["abstention"] and results["risk"]
    (size,) = sizes - {None}
    for said in (
        "strict F1 (borders and type)",
        f"{size} annotated notes",
        "By type",
        "Chemical",
        "linear layer on tokens",
    ):
        assert said in page
    assert "per class" not in page.split('id="reading"')[0]


def test_no_text_of_a_note_is_outside_of_the_corpus(finished):
    study, _, page = finished
    assert "warfarin" not in page
    for path in study.folder.path.rglob("*"):
        if path.is_file() and "corpus" not in path.relative_to(study.folder.path).parts:
            assert b"warfarin" not in path.read_bytes(), path
