import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.predictions import guesses, run_table
from tests.fixtures.tasks import classification_metrics
from wardspace.config import ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.evaluation.between_runs import between, same_units

CONFIG = ReportConfig(resamples=200)
TASK = classification_metrics(["a", "b", "c"])
SEVERAL = classification_metrics(["a", "b", "c"], multilabel=True)
TRUTH = np.random.default_rng(1).integers(3, size=120)


def run(model, skill, seed=0, truth=TRUTH, **options):
    return run_table(truth, guesses(truth, 3, skill, seed), model=model, **options)


def test_what_changed_is_told_for_shared_series_alone():
    first = pa.concat_tables([run("base", 1.0), run("mlm", 0.5, 1), run("gone", 1.0, 2)])
    second = pa.concat_tables([run("base", 1.0), run("mlm", 3.0, 3), run("new", 1.0, 4), run("mlm", 1.0, shots=8)])
    found = {one.series.model: one for one in between(first, second, TASK, CONFIG) if one.metric == "macro_f1"}
    assert set(found) == {"base", "mlm"}
    assert found["base"].gap == (0, 0, 0)
    assert found["base"].gap.tie
    assert not found["mlm"].gap.tie
    assert 0 < found["mlm"].gap.low < found["mlm"].gap.value < found["mlm"].gap.high


def test_it_is_the_paired_difference_of_two_models_of_one_run():
    ours, theirs = guesses(TRUTH, 3, 0.8, 1), guesses(TRUTH, 3, 1.4, 2)
    found = between(run_table(TRUTH, ours), run_table(TRUTH, theirs), TASK, CONFIG)
    one_run = pa.concat_tables([run_table(TRUTH, ours), run_table(TRUTH, theirs, model="mlm")])
    known = score_predictions(one_run, {"specialty": TASK}, CONFIG).differences
    for one in found:
        same = next(d for d in known if (d.model, d.metric) == ("mlm", one.metric))
        assert one.gap == pytest.approx((same.value, same.low, same.high))


def test_seeds_need_not_be_as_many():
    second = pa.concat_tables([run_table(TRUTH, guesses(TRUTH, 3, 1.0, seed), seed=seed) for seed in range(3)])
    assert len(between(run("base", 1.0), second, TASK, CONFIG)) == 5


@pytest.mark.parametrize("other", [TRUTH[:-1], (TRUTH + 1) % 3])
def test_other_notes_or_labels_are_no_pairs(other):
    assert not same_units(run("base", 1.0), run("base", 1.0, truth=other), TASK)
    with pytest.raises(ValueError, match="other units"):
        between(run("base", 1.0), run("base", 1.0, truth=other), TASK, CONFIG)


def test_other_patients_are_no_pairs():
    assert not same_units(run("base", 1.0), run("base", 1.0, groups=[f"q{i}" for i in range(len(TRUTH))]), TASK)


def of_several(skill, seed):
    """A run over notes that may have several labels."""
    truth = np.random.default_rng(0).random((60, 3)) < 0.4
    said = np.clip(0.5 + skill * (truth - 0.5) + np.random.default_rng(seed).normal(0, 0.2, truth.shape), 0, 1)
    table = run_table(np.zeros(60, int), said)
    for name, flags in (("truth", truth), ("predicted", said > 0.5)):
        flagged = pa.array(flags.tolist(), pa.list_(pa.bool_()))
        table = table.set_column(table.column_names.index(name), name, flagged)
    return table


def test_notes_with_several_labels_are_compared_too():
    found = {one.metric: one.gap for one in between(of_several(0.1, 1), of_several(0.8, 2), SEVERAL, CONFIG)}
    assert set(found) == {"macro_f1", "micro_f1", "auroc", "average_precision"}
    assert found["macro_f1"].low > 0
    flipped = of_several(0.1, 1)
    labels = [[not flag for flag in flags] for flags in flipped["truth"].to_pylist()]
    turned = flipped.set_column(flipped.column_names.index("truth"), "truth", pa.array(labels, pa.list_(pa.bool_())))
    assert not same_units(flipped, turned, SEVERAL)
