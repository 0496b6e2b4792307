"""Relations between predicted mentions: which of them count, and a study that has both tasks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.fixtures.relations import BETWEEN, DRUGS, SIGNS
from tests.fixtures.studies import small_study
from tests.tasks.relations.test_kind import micro_f1
from wardspace.config import RelationsConfig
from wardspace.core.errors import WardspaceError
from wardspace.study import Study
from wardspace.tasks import no_model, read_predictions
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.relations.documents import read_related
from wardspace.tasks.relations.predicted import aligned

TEXT = "aspirin , insulin for fever and fever or nausea"


def document_of(*spans):
    own = [{"start": start, "end": end, "type": kind, "concept": concept} for start, end, kind, concept in spans]
    return read_related(TEXT, own, [], "concepts", RelationsConfig(name="x")).document


def test_predicted_mentions_are_of_the_concepts_that_they_overlap():
    gold = document_of((0, 7, "Drug", "A"), (10, 17, "Drug", "I"), (22, 27, "Sign", "F"), (32, 37, "Sign", "F"))
    said = [
        Mention(0, 17, "Drug"),  # shares as much with both: the first
        Mention(9, 17, "Drug"),
        Mention(21, 27, "Sign"),
        Mention(31, 40, "Drug"),  # of another type
        Mention(41, 47, "Sign"),  # not there
        Mention(42, 47, "Sign"),
    ]
    found = aligned(TEXT, gold, said, "concepts")
    assert [(one.concept, one.type) for one in found.arguments[:3]] == [
        (one.concept, one.type) for one in gold.arguments
    ]
    words = [[TEXT[slice(*found.mentions[place][:2])] for place in one.mentions] for one in found.arguments]
    assert words == [["aspirin , insulin"], [" insulin"], [" fever"], [" fever or"], ["nausea"], ["ausea"]]
    assert [(one.type, one.concept) for one in found.arguments[3:]] == [("Drug", None), ("Sign", None), ("Sign", None)]


def test_the_same_words_that_are_nowhere_annotated_are_one_thing_between_concepts():
    said = [Mention(22, 27, "Sign"), Mention(32, 37, "Sign"), Mention(0, 7, "Drug")]
    empty = document_of()
    assert [one.mentions for one in aligned(TEXT, empty, said, "concepts").arguments] == [(0,), (1, 2)]
    assert [one.mentions for one in aligned(TEXT, empty, said, "mentions").arguments] == [(0,), (1,), (2,)]


def test_what_was_not_found_keeps_its_place_and_has_no_mention():
    gold = document_of((0, 7, "Drug", "A"), (22, 27, "Sign", "F"))
    assert [one.mentions for one in aligned(TEXT, gold, [], "concepts").arguments] == [(), ()]


def test_marked_mentions_that_are_all_found_change_nothing():
    gold = document_of((0, 7, "Drug", "A|I"), (10, 17, "Drug", "I"), (22, 27, "Sign", "F"), (32, 37, "Sign", "F"))
    found = aligned(TEXT, gold, gold.mentions[::-1], "concepts")
    assert (found.mentions, found.arguments) == (gold.mentions, gold.arguments)
    assert found.words == gold.words


def documents(path, notes=80):
    """Documents in PubTator's format: a drug and a sign in each of three sentences."""
    random, lines = np.random.default_rng(2), []
    for number in range(1000, 1000 + notes):
        text, marks, relations = f"Note {number}", [], []
        for drug, sign in zip(random.permutation(DRUGS), random.permutation(SIGNS), strict=True):
            words = str(random.choice(list(BETWEEN)))
            at = len(text) + 1
            text += f" {drug} {words} {sign} ."
            marks.append((at, drug, "Drug", f"D:{drug}"))
            marks.append((at + len(drug) + len(words) + 2, sign, "Sign", f"S:{sign}"))
            relations += [(BETWEEN[words], f"D:{drug}", f"S:{sign}")] if BETWEEN[words] else []
        title = " ".join(text.split(" ")[:2])
        lines += [f"{number}|t|{title}", f"{number}|a|{text[len(title) + 1 :]}"]
        lines += [f"{number}\t{at}\t{at + len(word)}\t{word}\t{kind}\t{name}" for at, word, kind, name in marks]
        lines += [f"{number}\t{kind}\t{head}\t{tail}" for kind, head, tail in relations] + [""]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("relations")
    tasks = [
        {"kind": "relations", "name": "found", "entities": "marks"},
        {"kind": "relations", "name": "given"},
        {"kind": "entities", "name": "marks", "baselines": []},
    ]
    source = {"path": str(documents(folder / "notes.txt")), "format": "pubtator"}
    corpus = {"source": source, "split": {"validation": 0.25, "test": 0.25, "seed": 1}}
    study = Study.parse(
        small_study(folder, corpus=corpus, adapt=[], tasks=tasks, space={"columns": []}), folder / "run"
    )
    study.run()
    return study


def table_of(study, task, model="base"):
    return read_predictions(study.folder.predictions(task, model, "frozen"))


def test_a_study_relates_what_its_own_tagger_finds(finished):
    found, given = table_of(finished, "found"), table_of(finished, "given")
    assert found["truth"].to_pylist() == given["truth"].to_pylist()
    assert 0.3 < micro_f1(found, seed=0) <= micro_f1(given, seed=0)
    marks = table_of(finished, "marks").filter(pc.field("split") == "test")
    places = {row["note_id"]: {(one["start"], one["end"]) for one in row["predicted"]} for row in marks.to_pylist()}
    own = found.filter(pc.equal(found["split"].cast(pa.string()), "test")).to_pylist()
    said = [(row["note_id"], one) for row in own for one in row["predicted"]]
    assert said
    for name, one in said:
        assert {(one[f"{side}_start"], one[f"{side}_end"]) for side in ("head", "tail")} <= places[name]


def test_a_baseline_relates_what_the_base_finds(finished):
    rows = table_of(finished, "found", "cooccurrence").to_pylist()
    marks = {row["note_id"]: row["predicted"] for row in table_of(finished, "marks").to_pylist()}
    for row in rows:
        ends = {(one["start"], one["end"]) for one in marks[row["note_id"]]}
        assert all((one["head_start"], one["head_end"]) in ends for one in row["predicted"])


def test_it_is_scored_again_when_the_tagger_changes(finished):
    config = finished.config.model_dump(mode="json")
    config["tasks"][2]["scheme"] = "BIOES"
    stamp = {
        task: finished.folder.predictions(task, "base", "frozen").stat().st_mtime_ns for task in ("found", "given")
    }
    again = Study.parse(config, finished.folder.path)
    again.run()
    now = {task: again.folder.predictions(task, "base", "frozen").stat().st_mtime_ns for task in ("found", "given")}
    assert now["found"] > stamp["found"] and now["given"] == stamp["given"]


def test_alone_it_says_what_is_missing():
    with pytest.raises(WardspaceError, match="marks"):
        no_model("x").predicted("marks")
