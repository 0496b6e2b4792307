import numpy as np
import pytest

from wardspace.config import ReportConfig, SpaceConfig
from wardspace.evaluation.space_intervals import (
    Effects,
    Key,
    shifts_with_intervals,
    space_differences,
    with_intervals,
)
from wardspace.results import Shift, SpaceScore
from wardspace.space import measures

CONFIG = ReportConfig(resamples=400)
KEY = Key("score", "c", "silhouette")


def score(model, value, measure="silhouette"):
    return SpaceScore(model=model, column="c", measure=measure, value=value, better="higher", n=80)


def of_patients(seed, patients=80):
    values = np.random.default_rng(seed).normal(size=patients)
    return (values - values.mean()) / patients


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    effects = of_patients(0, 400)
    draws = {"base": Effects([KEY], effects[None]).draws(ReportConfig(resamples=4000))}
    (found,) = with_intervals([score("base", 0.3)], draws, ReportConfig(resamples=4000))
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt((effects**2).sum()), rel=0.06)
    assert (found.low + found.high) / 2 == pytest.approx(0.3, abs=0.01)


def test_no_interval_leaves_the_range_of_its_measure():
    key = Key("score", "c", "variance_explained")
    draws = {"base": Effects([key], of_patients(5)[None]).draws(CONFIG)}
    (found,) = with_intervals([score("base", 0.01, "variance_explained")], draws, CONFIG)
    assert found.low == 0.0
    assert found.high > 0.1


def test_what_spaces_share_cancels_out():
    shared, own = of_patients(1), of_patients(2) / 10
    draws = {name: Effects([KEY], values[None]).draws(CONFIG) for name, values in
             {"base": shared, "mlm": shared + own, "declutr": -shared}.items()}  # fmt: skip
    scores = [score("base", 0.30), score("mlm", 0.35), score("declutr", 0.35)]
    found = {(d.model, d.against): d for d in space_differences(scores, draws, CONFIG)}
    assert set(found) == {("mlm", "base"), ("declutr", "base"), ("mlm", "declutr")}
    assert not found["mlm", "base"].tie
    assert found["declutr", "base"].tie
    assert found["mlm", "base"].value == pytest.approx(0.05)
    alone = with_intervals(scores, draws, CONFIG)
    assert alone[0].high > alone[1].low  # the intervals overlap, and yet the two can be distinguished


def test_without_effects_or_patients_there_is_no_interval():
    draws = {"base": Effects([KEY], of_patients(3)[None]).draws(CONFIG)}
    silhouette, other = with_intervals([score("base", 0.1), score("base", 0.2, "v_measure")], draws, CONFIG)
    assert silhouette.low is not None
    assert other.low is None
    single = Effects([KEY], np.zeros((1, 1)))
    assert single.draws(CONFIG) == {}
    assert with_intervals([score("base", 0.1)], {"base": {}}, CONFIG)[0].low is None


def test_a_shift_has_an_interval_of_its_change():
    draws = {"mlm": Effects([Key("shift", "c", "a")], of_patients(4)[None]).draws(CONFIG)}
    shift = Shift(
        model="mlm", against="base", column="c", category="a", n=9, moved=0.1, centre=0.1, apart_before=0.2, apart=0.5
    )
    whole = Shift(model="mlm", against="base", column="*", category="*", n=9, moved=0.1, centre=0.1)
    found = shifts_with_intervals([shift, whole], draws, CONFIG)
    assert found[0].low < 0.3 < found[0].high
    assert found[1].low is None


def drawn(seed, patients=60):
    """Notes of patients, three each, of three loose classes."""
    draw = np.random.default_rng(seed)
    codes = draw.integers(0, 3, patients)
    centres = np.random.default_rng(0).normal(size=(3, 10))
    people = centres[codes] + 0.8 * draw.normal(size=(patients, 10))
    vectors = np.repeat(people, 3, axis=0) + 0.5 * draw.normal(size=(3 * patients, 10))
    return vectors, [f"c{code}" for code in np.repeat(codes, 3)], np.repeat(np.arange(patients), 3)


def test_intervals_are_as_wide_as_other_patients_make_the_values_vary():
    """Of 60 samples of patients: the spread of the values against the width of the intervals."""
    asked = SpaceConfig(permutations=19)
    values: dict[str, list[float]] = {}
    widths: dict[str, list[float]] = {}
    for seed in range(60):
        vectors, labels, groups = drawn(seed + 1)
        for one in measures(vectors, {"c": labels}, model="m", config=asked, groups=groups):
            if one.effects is None:
                continue
            sums = np.bincount(groups, weights=one.effects)
            values.setdefault(one.score.measure, []).append(one.score.value)
            widths.setdefault(one.score.measure, []).append(float(np.sqrt((sums**2).sum())))
    ratios = {name: np.mean(widths[name]) / np.std(values[name]) for name in values}
    for measure in ("alignment", "cosine_within", "uniformity", "mean_cosine", "isoscore", "effective_rank"):
        assert 0.7 < ratios[measure] < 1.4, (measure, ratios)
    for measure in ("silhouette", "neighbour_purity", "mean_average_precision", "variance_explained"):
        assert 0.5 < ratios[measure] < 1.6, (measure, ratios)
