"""Answers from the corpus to stored predictions."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest

from tests.fixtures.labels import split_of
from tests.fixtures.models import CAUSAL, tiny_model
from tests.fixtures.questions import asked_corpus, with_questions
from wardspace.config import AnswersConfig, EncoderConfig
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, Texts, kind_of, no_model, predict
from wardspace.tasks.answers.agreement import agreement
from wardspace.tasks.columns import objects
from wardspace.tasks.predictions import about_runs

ENCODER = EncoderConfig(window=32)
QUICK = {"seeds": 1, "epochs": 8, "learning_rate": 6e-3, "batch_notes": 8, "patience": None, "cloze": 0}


def task_of(**options):
    return AnswersConfig.model_validate({"name": "asked", "baselines": [], **options})


def gold_of(corpus, task):
    return kind_of(task).gold(Texts(corpus), task, SPLITS)


def predicted(corpus, folder, work, **options):
    """Predictions of one model by what the options ask for."""
    task = task_of(**options)
    gold = gold_of(corpus, task)
    model = EvaluatedModel(
        "mlm", list, lambda: Encoder.load(folder, ENCODER), objects(corpus.table(["split"])["split"]),
        (str(folder), ENCODER),
    )  # fmt: skip
    return predict(kind_of(task).settings(task), model, gold, task.name, work, show_progress=False)


def of_split(table, split="test"):
    return table.filter(pc.equal(table["split"].cast("string"), split)).to_pylist()


def exact(table, **wanted):
    """Share of the questions of test with the right characters, or rightly without."""
    rows = [row for row in of_split(table) if all(row[name] == value for name, value in wanted.items())]
    right = [
        any((row["start"], row["end"]) == (one["start"], one["end"]) for one in row["answers"])
        if row["answers"] else row["start"] is None
        for row in rows
    ]  # fmt: skip
    return float(np.mean(right))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return asked_corpus(tmp_path_factory.mktemp("asked") / "corpus", 120, words=3)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory, corpus):
    """Predictions of a fine-tuned model, and the folder that it was made in."""
    folder = tmp_path_factory.mktemp("tuned")
    model = tiny_model(folder / "model")
    return predicted(corpus, model, folder / "work", settings=["finetune"], finetune=QUICK), folder / "work"


@pytest.mark.parametrize("family", ["bert", "roberta", CAUSAL])
def test_a_linear_layer_on_frozen_tokens(tmp_path, corpus, family):
    """It cannot see what a random encoder makes of the question; where answers may be, it can."""
    table = predicted(corpus, tiny_model(tmp_path / "model", family), tmp_path / "work")
    assert all(0 < row["confidence"] < 1 for row in table.to_pylist())
    rows = of_split(table)
    assert np.mean([row["f1"] for row in rows]) > 0.25
    assert np.mean([row["right_window"] for row in rows if row["answers"]]) > 0.25


def test_fine_tuning_learns_what_question_and_words_give_away(tuned):
    assert exact(tuned[0]) > 0.8
    rows = of_split(tuned[0])
    assert np.mean([row["right_window"] for row in rows if row["answers"]]) > 0.8


def test_low_rank_additions_and_frozen_layers_train(tmp_path, corpus):
    folder = tiny_model(tmp_path / "model")
    for name, options in {"lora": {"lora": {"rank": 4}}, "frozen": {"freeze_layers": 1}}.items():
        table = predicted(
            corpus, folder, tmp_path / name, settings=["finetune"], finetune={**QUICK, "epochs": 4, **options}
        )
        rows = of_split(table)
        assert np.mean([row["right_window"] for row in rows if row["answers"]]) > 0.15


def test_stored_agreement_is_that_of_the_words(corpus, tuned):
    texts = dict(zip(*(corpus.table([name])[name].to_pylist() for name in ("note_id", "text")), strict=True))
    for row in tuned[0].to_pylist():
        text = texts[row["note"]]
        said = "" if row["start"] is None else text[row["start"] : row["end"]]
        right = [text[one["start"] : one["end"]] for one in row["answers"]]
        assert (row["exact"], pytest.approx(row["f1"])) == tuple(agreement(said, right))


def test_the_threshold_is_the_best_on_validation(tuned):
    """Otherwise a model that answers everything, or nothing, would be better there."""
    rows = of_split(tuned[0], "validation")
    assert np.mean([row["f1"] for row in rows]) >= np.mean([not row["answers"] for row in rows])


def test_no_text_is_stored(tuned):
    stored = b"".join(path.read_bytes() for path in tuned[1].rglob("*") if path.is_file())
    assert stored and b"penicillin" not in stored and b"reports" not in stored


def test_the_sentence_that_is_most_like_the_question(tmp_path):
    words = ["fever", "cough", "rash", "headache", "nausea"]
    text = " ".join(f"The {word} began {day} days ago." for day, word in enumerate(words, 1))
    spans, asked = [], []
    for i in range(20):
        word = words[i % len(words)]
        start = text.index(f"The {word}")
        asked.append([{"id": "a", "question": f"When did the {word} begin?"}, {"id": "b", "question": "Any stroke?"}])
        spans.append([{"start": start, "end": text.index(".", start), "question_id": "a"}])
    corpus = with_questions(tmp_path / "corpus", [text] * 20, asked, spans)
    task = task_of(settings=[], baselines=["sentence"])
    gold = gold_of(corpus, task)
    table = predict(
        kind_of(task).settings(task), no_model("sentence"), gold, "asked", tmp_path / "w", show_progress=False
    )
    rows = of_split(table)
    assert all(row["exact"] for row in rows) and {row["right_window"] for row in rows if row["answers"]} == {1.0}
    assert {text[row["start"] : row["end"]] for row in rows if row["answers"]} == {
        f"The {words[i % 5]} began {i % 5 + 1} days ago." for i in range(20) if split_of(i) == "test"
    }


def test_budgets_are_nested_and_of_whole_notes(tmp_path, corpus):
    task = task_of(budgets=[0.001, 0.25, 0.5], subsets=2)
    gold = gold_of(corpus, task)
    train = len(gold.rows("train"))
    sizes = gold.budget.sizes(task.budgets)
    assert sizes == [round(0.25 * train), round(0.5 * train)] and any("0%" in warning for warning in gold.warnings)
    for seed in range(2):
        small, large = (set(gold.budget.learned(size, seed).tolist()) for size in sizes)
        assert small < large < set(gold.rows("train").tolist())
    table = predicted(corpus, tiny_model(tmp_path / "m"), tmp_path / "work", budgets=[0.25, 0.5], subsets=2)
    runs = {(row["shots"], row["seed"]) for row in table.select(["shots", "seed"]).to_pylist()}
    assert runs == {(None, 0), *((size, seed) for size in sizes for seed in range(2))}


def test_an_answer_and_a_question_longer_than_the_window(tmp_path):
    sign = "chest pain . no fever . " * 8  # some 50 tokens, where the window holds 32
    asked = [{"id": "a", "question": "is there anything else to be seen in the clinic today ? " * 6}]
    texts, spans = [], []
    for number in range(20):
        before = "the patient was seen today and has no other complaint in clinic . " * (number % 3)
        texts.append(f"{before}{sign}stable . the patient was seen")
        spans.append([{"start": len(before), "end": len(before) + len(sign) - 1, "question_id": "a"}])
    corpus = with_questions(tmp_path / "corpus", texts, [asked] * 20, spans)
    folder = tiny_model(tmp_path / "model")
    for name in ("head", "finetune"):
        table = predicted(corpus, folder, tmp_path / name, settings=[name], finetune={**QUICK, "epochs": 6})
        assert all(0 <= row["start"] < row["end"] for row in table.to_pylist())  # none is unanswerable
        assert np.mean([row["f1"] for row in of_split(table)]) > (0.1 if name == "finetune" else 0)
        (about,) = about_runs(table)
        assert about["warning"].count("12 training questions") == 2 and "n0000#a" in about["warning"]
