"""Pairs from the corpus to stored predictions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.metrics import accuracy_score, f1_score

from tests.fixtures.models import CAUSAL, tiny_model
from tests.fixtures.pairs import SECRET, THREE, TWO, paired_corpus, paired_rows
from wardspace.config import EncoderConfig, TextPairsConfig
from wardspace.core.errors import WardspaceError
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.mistakes import mistakes
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, Texts, kind_of, no_model, predict
from wardspace.tasks.columns import objects
from wardspace.tasks.predictions import about_runs, classes_of

ENCODER = EncoderConfig(window=32)
QUICK = {"seeds": 1, "epochs": 6, "learning_rate": 3e-3, "batch_notes": 8, "patience": None}


def task_of(**options):
    return TextPairsConfig.model_validate(
        {"name": "infer", "hypothesis": "other", "label": "label", "baselines": [], **options}
    )


def gold_of(corpus, task):
    return kind_of(task).gold(Texts(corpus), task, SPLITS)


def model_of(corpus, folder, encoder=ENCODER):
    """A model as a study hands it to the settings."""
    texts = corpus.table(["text"])["text"].to_pylist()
    return EvaluatedModel(
        "base",
        lambda: Encoder.load(folder, encoder).encode(texts, show_progress=False),
        lambda: Encoder.load(folder, encoder),
        objects(corpus.table(["split"])["split"]),
        (str(folder), encoder),
    )


def predicted(corpus, folder, work, encoder=ENCODER, **options):
    """Predictions of one model by what the options ask for."""
    task = task_of(**options)
    model = model_of(corpus, folder, encoder) if folder else no_model("baseline")
    return predict(kind_of(task).settings(task), model, gold_of(corpus, task), task.name, work, show_progress=False)


def rows_of_test(table, **wanted):
    rows = table.filter(pc.equal(table["split"].cast(pa.string()), "test")).to_pylist()
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def accuracy(table, **wanted):
    """Straight from the definition."""
    rows = rows_of_test(table, **wanted)
    return float(np.mean([row["truth"] == row["predicted"] for row in rows]))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return paired_corpus(tmp_path_factory.mktemp("pairs") / "corpus")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("models") / "bert")


@pytest.mark.parametrize("classes", [TWO, THREE])
def test_baselines_learn_from_both_texts_and_frozen_vectors_do_too(tmp_path, folder, classes):
    corpus = paired_corpus(tmp_path / "corpus", paired_rows(200, classes))
    table = predicted(corpus, None, tmp_path / "work", settings=[], baselines=["majority", "tfidf"])
    labels = Counter(row["label"] for row in paired_rows(200, classes) if row["split"] == "train")
    said = {classes_of(table)[row["predicted"]] for row in rows_of_test(table, setting="majority")}
    assert said == {labels.most_common(1)[0][0]}
    # neither text tells alone whether they name the same finding
    assert accuracy(table, setting="tfidf") > 0.9 > accuracy(table, setting="majority") + 0.2
    assert accuracy(predicted(corpus, folder, tmp_path / "frozen")) > 0.8


@pytest.mark.parametrize("family", ["bert", "roberta", CAUSAL])
def test_fine_tuning_reads_both_texts_together(tmp_path, corpus, family, quick_head):
    model = tiny_model(tmp_path / "model", family)
    table = predicted(corpus, model, tmp_path / "work", settings=["finetune"], finetune=QUICK)
    assert accuracy(table) > 0.5  # the commonest class has a third
    probabilities = np.array([row["probabilities"] for row in rows_of_test(table)])
    assert probabilities.shape[1] == 3
    assert np.abs(probabilities.sum(axis=1) - 1).max() < 1e-5


def test_low_rank_additions_and_frozen_layers(tmp_path, corpus, folder, quick_head):
    for name, options in {"lora": {"lora": {"rank": 4}}, "frozen": {"freeze_layers": 1}}.items():
        table = predicted(corpus, folder, tmp_path / name, settings=["finetune"], finetune={**QUICK, **options})
        assert accuracy(table) > 0.45


def test_scores_are_those_of_scikit_learn(tmp_path, corpus, folder):
    task = task_of()
    table = predicted(corpus, folder, tmp_path / "work")
    rows = rows_of_test(table)
    scored = kind_of(task).scored(task, classes_of(table))
    tally = scored.tally(table.filter(pc.equal(table["split"].cast(pa.string()), "test")))
    found = {one.name: float(one.value(tally.total())) for one in scored.metrics if one.name != "auroc"}
    truth, said = ([row[name] for row in rows] for name in ("truth", "predicted"))
    assert scored.metrics[0].name == "accuracy"
    assert found["accuracy"] == found["micro_f1"] == pytest.approx(accuracy_score(truth, said))
    assert found["macro_f1"] == pytest.approx(f1_score(truth, said, average="macro"))
    counted = {(one.truth, one.predicted): one.count for one in mistakes(table, {"infer": scored})}
    names = classes_of(table)
    wrong = [(names[row["truth"]], names[row["predicted"]]) for row in rows if row["truth"] != row["predicted"]]
    assert set(counted) == set(wrong)


def test_budgets_take_whole_groups_and_one_that_is_too_small_is_named(tmp_path, folder):
    corpus = paired_corpus(tmp_path / "corpus", paired_rows(240, THREE, each=3))
    options = {"budgets": [0.001, 0.25, 0.5], "subsets": 2}
    task = task_of(**options)
    gold = gold_of(corpus, task)
    groups = len(set(gold.group[gold.rows("train")]))
    sizes = gold.budget.sizes(task.budgets)
    assert groups == 48 and sizes == [12, 24]
    assert any("0%" in warning for warning in gold.warnings)
    for seed in range(2):
        small, large = (gold.learned(size, seed) for size in sizes)
        assert set(small) < set(large) < set(gold.rows("train"))
        assert [len(set(gold.group[rows])) for rows in (small, large)] == sizes
        assert all(
            np.isin(gold.group[gold.rows("train")], gold.group[rows]).sum() == len(rows) for rows in (small, large)
        )
        assert set(gold.codes[small]) == {0, 1, 2}
    table = predicted(corpus, folder, tmp_path / "work", **options)
    assert {(row["shots"], row["seed"]) for row in table.select(["shots", "seed"]).to_pylist()} == {
        (None, 0), *((size, seed) for size in sizes for seed in range(2))
    }  # fmt: skip


def bad_rows():
    rows = paired_rows(60, TWO)
    for index, (column, value) in enumerate(
        [("other", None), ("other", "  "), ("label", None), ("label", "-"), ("label", "unheard of")]
    ):
        rows[20 + index] |= {column: value, "split": "train"}
    rows[30] |= {"other": str(rows[30]["text"]).upper() + ".", "split": "train"}
    return rows


@pytest.mark.parametrize("identical", ["keep", "drop"])
def test_what_is_left_out_is_counted_and_named(tmp_path, identical):
    corpus = paired_corpus(tmp_path / "corpus", bad_rows())
    gold = gold_of(corpus, task_of(identical=identical, classes=list(TWO)))
    kept = {str(name) for split in SPLITS for name in gold.units(split).note_id}
    out = {f"n{index:04d}" for index in range(20, 25)} | ({"n0030"} if identical == "drop" else set())
    assert kept == {row["note_id"] for row in bad_rows()} - out
    said = "\n".join(gold.warnings)
    assert all(name in said for name in (*out, "n0030"))
    assert gold.classes == TWO


def test_a_column_of_text_as_label_reaches_no_message(tmp_path):
    label = "a secret sentence of a note that is rather long, for a label it is"
    rows = [{**row, "label": label} for row in bad_rows()]
    with pytest.raises(WardspaceError) as raised:
        gold_of(paired_corpus(tmp_path / "corpus", rows), task_of())
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("change", [{"label": "-"}, {"other": None}])
def test_a_split_without_a_labelled_pair_is_refused(tmp_path, change):
    rows = [{**row, **(change if row["split"] == "test" else {})} for row in paired_rows(60)]
    with pytest.raises(WardspaceError, match="test"):
        gold_of(paired_corpus(tmp_path / "corpus", rows), task_of())


def test_classes_that_training_pairs_lack_are_refused(tmp_path, corpus):
    with pytest.raises(WardspaceError):
        gold_of(corpus, task_of(classes=["entailment", "unheard of"]))


def test_pairs_longer_than_the_window_are_told_and_read(tmp_path, folder, quick_head):
    rows = paired_rows(60, TWO)
    rows[4] |= {"text": f"{'the patient was seen ' * 20}{rows[4]['text']}"}  # test
    rows[9] |= {"text": f"{'the patient was seen ' * 20}{rows[9]['text']}", "other": "fever " * 40}  # test, cut
    table = predicted(
        paired_corpus(tmp_path / "corpus", rows), folder, tmp_path / "work", settings=["finetune"],
        finetune={**QUICK, "epochs": 1},
    )  # fmt: skip
    (about,) = about_runs(table)
    assert "2 of 60" in about["warning"] and "1" in about["warning"]
    assert len(rows_of_test(table)) == 12


def test_no_text_of_either_side_is_stored(tmp_path, corpus, folder, quick_head):
    predicted(
        corpus, folder, tmp_path / "work", settings=["logistic", "finetune"], finetune={**QUICK, "epochs": 1}
    )  # fmt: skip
    stored = b"".join(path.read_bytes() for path in (tmp_path / "work").rglob("*") if path.is_file())
    assert stored and SECRET.encode() not in stored and b"diabetes" not in stored
