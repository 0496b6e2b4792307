import numpy as np
import pytest

from wardspace.config import SpaceConfig
from wardspace.core.errors import ModelError
from wardspace.space import DIRECTIONS, alignment, measures, sample, unit_norm

CONFIG = SpaceConfig(seed=4)


def by_key(found):
    return {(score.column, score.measure): score for score in found}


def test_every_measure_of_every_column(cloud):
    vectors, codes = cloud
    columns = {"specialty": np.array(["x", "y", "z"])[codes], "ward": ["n", "s"] * 28 + ["n"]}
    found = by_key(measures(vectors, columns, model="mlm", config=CONFIG))
    assert {measure for column, measure in found if column == "specialty"} == set(DIRECTIONS) - {"uniformity"}
    assert {measure for column, measure in found if column == "*"} == {"uniformity"}
    assert {column for column, _ in found} == {"specialty", "ward", "*"}
    for (_, measure), score in found.items():
        assert score.better == DIRECTIONS[measure]
        assert score.model == "mlm"
        assert score.n == len(vectors)
    assert found["specialty", "silhouette"].value > found["ward", "silhouette"].value


def test_missing_values_and_single_notes_stand_aside(cloud):
    vectors, codes = cloud
    names = [None if i < 5 else "alone" if i == 5 else f"c{code}" for i, code in enumerate(codes)]
    found = by_key(measures(vectors, {"label": names}, model="m", config=CONFIG))
    score = found["label", "alignment"]
    assert score.n == len(vectors) - 6
    assert score.value == pytest.approx(alignment(unit_norm(vectors[6:]), codes[6:]))
    assert found["*", "uniformity"].n == len(vectors)


@pytest.mark.parametrize("values", [[None] * 57, ["a"] * 57, ["a"] * 56 + ["b"], [f"v{i}" for i in range(57)]])
def test_a_column_without_two_classes_is_skipped(cloud, values):
    found = measures(cloud[0], {"label": values}, model="m", config=CONFIG)
    assert [score.measure for score in found] == ["uniformity"]


def test_config_picks_columns_and_caps_notes(cloud):
    vectors, codes = cloud
    config = SpaceConfig(columns=["b"], notes=30, seed=2)
    names = np.array(["x", "y", "z"])[codes]
    found = measures(vectors, {"a": names, "b": names}, model="m", config=config)
    assert {score.column for score in found} == {"*", "b"}
    assert found[0].n == 30


def test_groups_change_only_the_neighbours(cloud):
    vectors, codes = cloud
    names = np.array(["x", "y", "z"])[codes]
    alone = by_key(measures(vectors, {"a": names}, model="m", config=CONFIG))
    groups = [f"p{i // 3}" for i in range(len(codes))]
    grouped = by_key(measures(vectors, {"a": names}, model="m", config=CONFIG, groups=groups))
    changed = {key for key in alone if alone[key] != grouped[key]}
    assert changed == {("a", "neighbour_purity")}


def test_one_patient_gives_no_neighbours(cloud):
    vectors, codes = cloud
    columns = {"a": np.array(["x", "y", "z"])[codes]}
    found = by_key(measures(vectors, columns, model="m", config=CONFIG, groups=["p"] * len(codes)))
    assert ("a", "neighbour_purity") not in found
    assert ("a", "silhouette") in found


def test_scale_does_not_matter(cloud):
    vectors, codes = cloud
    columns = {"a": np.array(["x", "y", "z"])[codes]}
    stretch = np.linspace(0.1, 40, len(vectors))[:, None]
    plain = measures(vectors, columns, model="m", config=CONFIG)
    stretched = measures(vectors * stretch, columns, model="m", config=CONFIG)
    np.testing.assert_allclose([s.value for s in plain], [s.value for s in stretched], rtol=1e-6)


def test_faults(cloud):
    with pytest.raises(ValueError, match="label: 3 values for 57 vectors"):
        measures(cloud[0], {"label": ["a", "b", "c"]}, model="m", config=CONFIG)
    broken = cloud[0].copy()
    broken[3, 3] = np.inf
    with pytest.raises(ModelError):
        measures(broken, {}, model="m", config=CONFIG)


def test_sample_is_the_same_for_every_model():
    first = sample(1000, 50, 7)
    np.testing.assert_array_equal(first, sample(1000, 50, 7))
    assert len(set(first)) == 50
    assert (np.diff(first) > 0).all()
    assert not np.array_equal(first, sample(1000, 50, 8))
    np.testing.assert_array_equal(sample(5, 50, 7), np.arange(5))
