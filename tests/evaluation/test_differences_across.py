import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import CLASSIFICATION_SETTINGS, single_label
from wardspace.config import ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.evaluation.differences import across_pairs
from wardspace.evaluation.prediction_set import Series
from wardspace.results import SettingRecord

CONFIG = ReportConfig(resamples=200)
SETTINGS = {one.name: one for one in CLASSIFICATION_SETTINGS}
TASKS = single_label(specialty=["a", "b", "c"])
TRUTH = np.random.default_rng(1).integers(3, size=150)


def run(model, setting, shots, skill, seed=0):
    return run_table(TRUTH, guesses(TRUTH, 3, skill, seed), model=model, setting=setting, shots=shots, seed=seed)


def test_pairs_are_tuned_against_frozen_and_few_labels_against_the_base_with_all():
    series = [
        Series(model, setting, shots)
        for model in ("base", "mlm")
        for setting, shots in (("logistic", 8), ("logistic", None), ("finetune", None))
    ]
    tuned = [((m, "finetune", None), (m, "logistic", None)) for m in ("base", "mlm")]
    few = [((m, "logistic", 8), ("base", "logistic", None)) for m in ("base", "mlm")]
    cheapest = [(("mlm", "finetune", None), ("base", "logistic", None))]
    assert across_pairs(series, SETTINGS) == tuned + few + cheapest


def test_what_word_counts_were_not_scored_in_is_held_against_them():
    words, series = Series("tfidf", "logistic", None), [Series("mlm", name, None) for name in ("logistic", "head")]
    assert across_pairs([words, *series], SETTINGS) == [(series[1], words)]
    assert across_pairs([words, words._replace(setting="head"), *series], SETTINGS) == []


def test_fine_tuning_is_not_held_against_a_private_probe():
    series = [Series("mlm", setting, None) for setting in ("head", "private_head", "private_logistic", "finetune")]
    assert across_pairs(series, SETTINGS) == [(series[3], series[0])]


def test_fine_tuning_that_helps_is_no_tie_and_the_difference_is_that_of_the_scores():
    table = pa.concat_tables(
        [run("mlm", "logistic", None, 0.5), *(run("mlm", "finetune", None, 3.0, seed) for seed in (1, 2))]
    )
    (found,) = [one for one in score_predictions(table, TASKS, CONFIG).across if one.metric == "macro_f1"]
    assert (found.setting, found.against_setting, found.against) == ("finetune", "logistic", "mlm")
    assert not found.tie
    assert 0 < found.low < found.value < found.high
    means = {
        s.setting: s.value
        for s in score_predictions(table, TASKS, CONFIG).scores
        if s.seed is None and s.metric == "macro_f1"
    }
    assert found.value == pytest.approx(means["finetune"] - means["logistic"])


def test_few_labels_are_measured_against_the_base_with_all():
    table = pa.concat_tables(
        [run("base", "logistic", None, 1.5), run("base", "logistic", 8, 1.5), run("mlm", "logistic", 8, 0.0, 3)]
    )
    found = {one.model: one for one in score_predictions(table, TASKS, CONFIG).across if one.metric == "accuracy"}
    assert set(found) == {"base", "mlm"}
    assert found["base"].value == 0
    assert found["base"].tie
    assert found["mlm"].high < 0
    assert found["mlm"].against_shots is None


def test_nothing_to_pair_is_nothing_found():
    assert score_predictions(pa.concat_tables([run("base", "logistic", None, 1.0)]), TASKS, CONFIG).across == []


def test_word_counts_beside_a_model_are_held_against_either_alone():
    alone, words, both = (
        Series("mlm", "logistic", 8),
        Series("tfidf", "logistic", 8),
        Series("mlm", "embedding_tfidf", 8),
    )
    others = [Series("base", "logistic", 8), Series("mlm", "finetune", None), both._replace(shots=None)]
    pairs = [
        pair
        for pair in across_pairs([alone, words, both, *others], SETTINGS)
        if "embedding_tfidf" in (pair[0][1], pair[1][1])
    ]
    assert pairs == [(both, alone), (both, words)]


def test_a_baseline_with_a_setting_of_its_own_is_what_all_others_are_held_against():
    settings = {"crf": SettingRecord(name="crf", family="baseline", trained="model"), **SETTINGS}
    ours, theirs = Series("mlm", "logistic", None), Series("words", "crf", None)
    assert across_pairs([ours, theirs, Series("mlm", "logistic", 8)], settings) == [(ours, theirs)]
