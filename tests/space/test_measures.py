import numpy as np
import pytest

from wardspace.config import SpaceConfig
from wardspace.core.errors import ModelError
from wardspace.space import DIRECTIONS, alignment, measures, sample, unit_norm, v_measure

WHOLE = ("uniformity", "mean_cosine", "effective_rank", "isoscore", "hubness", "antihubs")

CONFIG = SpaceConfig(seed=4, permutations=99)
RETRIEVED = ("neighbour_purity", "mean_average_precision", "ndcg", "recall")


def by_key(found):
    return {(one.score.column, one.score.measure): one.score for one in found}


def test_every_measure_of_every_column(cloud):
    vectors, codes = cloud
    columns = {"specialty": np.array(["x", "y", "z"])[codes], "ward": ["n", "s"] * 28 + ["n"]}
    found = by_key(measures(vectors, columns, model="mlm", config=CONFIG))
    assert {measure for column, measure in found if column == "specialty"} == set(DIRECTIONS) - set(WHOLE)
    assert {measure for column, measure in found if column == "*"} == set(WHOLE)
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
    assert score.value == pytest.approx(alignment(unit_norm(vectors[6:]), codes[6:]).value)
    assert found["*", "uniformity"].n == len(vectors)


@pytest.mark.parametrize("values", [[None] * 57, ["a"] * 57, ["a"] * 56 + ["b"], [f"v{i}" for i in range(57)]])
def test_a_column_without_two_classes_is_skipped(cloud, values):
    found = measures(cloud[0], {"label": values}, model="m", config=CONFIG)
    assert [one.score.measure for one in found] == list(WHOLE)


def test_config_picks_columns_and_caps_notes(cloud):
    vectors, codes = cloud
    config = SpaceConfig(columns=["b"], notes=30, seed=2, permutations=19)
    names = np.array(["x", "y", "z"])[codes]
    found = measures(vectors, {"a": names, "b": names}, model="m", config=config)
    assert {one.score.column for one in found} == {"*", "b"}
    assert found[0].score.n == 30


def test_groups_change_only_the_neighbours(cloud):
    vectors, codes = cloud
    names = np.array(["x", "y", "z"])[codes]
    alone = by_key(measures(vectors, {"a": names}, model="m", config=CONFIG))
    groups = [f"p{i // 3}" for i in range(len(codes))]
    grouped = by_key(measures(vectors, {"a": names}, model="m", config=CONFIG, groups=groups))
    changed = {measure for (column, measure), score in alone.items() if score.value != grouped[column, measure].value}
    assert {*RETRIEVED, "hubness"} <= changed <= {*RETRIEVED, "hubness", "antihubs"}
    assert grouped["a", "variance_explained"].p >= alone["a", "variance_explained"].p == 0.01


def test_one_patient_gives_no_neighbours(cloud):
    vectors, codes = cloud
    columns = {"a": np.array(["x", "y", "z"])[codes]}
    found = by_key(measures(vectors, columns, model="m", config=CONFIG, groups=["p"] * len(codes)))
    assert not {measure for _, measure in found} & {*RETRIEVED, "hubness", "antihubs"}
    assert ("a", "silhouette") in found


def test_scale_does_not_matter(cloud):
    vectors, codes = cloud
    columns = {"a": np.array(["x", "y", "z"])[codes]}
    stretch = np.linspace(0.1, 40, len(vectors))[:, None]
    plain = measures(vectors, columns, model="m", config=CONFIG)
    stretched = measures(vectors * stretch, columns, model="m", config=CONFIG)
    np.testing.assert_allclose([m.score.value for m in plain], [m.score.value for m in stretched], rtol=1e-6)


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


def large(seed, notes=1500):
    """Four classes of which the last is missing from most notes of a second column."""
    draw = np.random.default_rng(seed)
    codes = draw.integers(0, 4, notes)
    vectors = 0.6 * draw.normal(size=(4, 24))[codes] + draw.normal(size=(notes, 24))
    rare = [f"v{code}" if i % 5 == 0 else None for i, code in enumerate(codes)]
    return vectors, {"common": [f"c{code}" for code in codes], "rare": rare}, [f"p{i // 3}" for i in range(notes)]


def test_a_sample_of_queries_says_its_error_and_keeps_it():
    """Of 20 samples, values lie about as far from those of all pairs as their errors say."""
    vectors, columns, groups = large(0)
    asked = {"permutations": 19, "queries": 5000}
    exact = by_key(measures(vectors, columns, model="m", config=SpaceConfig(**asked), groups=groups))
    assert not any(score.error for score in exact.values())
    off: dict[tuple[str, str], list[float]] = {}
    for seed in range(20):
        config = SpaceConfig(**{**asked, "queries": 200, "seed": seed})
        for key, score in by_key(measures(vectors, columns, model="m", config=config, groups=groups)).items():
            if score.error is not None:
                off.setdefault(key, []).append((score.value - exact[key].value) / score.error)
            elif key[1] not in ("v_measure",):
                assert score.value == exact[key].value
    sampled = {"uniformity", "hubness", *RETRIEVED}
    assert {measure for _, measure in off} == sampled
    assert {measure for column, measure in off if column == "rare"} == set(RETRIEVED)
    for key, found in off.items():
        assert np.sqrt(np.mean(np.square(found))) < 1.7, key
        assert abs(np.mean(found)) < 0.9, key


def test_clusters_of_many_notes_are_found_among_all_of_them():
    draw = np.random.default_rng(3)
    codes = draw.integers(0, 4, 600)
    vectors = draw.normal(size=(600, 30)) + 4 * np.eye(4, 30)[codes]
    columns = {"c": [f"c{code}" for code in codes]}
    config = SpaceConfig(queries=50, permutations=19, seed=2)
    found = by_key(measures(vectors, columns, model="m", config=config))["c", "v_measure"]
    assert found.value == v_measure(unit_norm(vectors), codes, seed=2, starts=2).value
    assert found.value > 0.8


def test_antihubs_are_left_out_where_queries_are_sampled():
    vectors, columns, groups = large(1, 300)
    found = by_key(
        measures(vectors, columns, model="m", config=SpaceConfig(queries=100, permutations=19), groups=groups)
    )
    assert ("*", "antihubs") not in found
    assert found["*", "hubness"].n == 300


def test_effects_are_laid_out_over_all_notes():
    vectors, columns, groups = large(2, 300)
    found = measures(vectors, columns, model="m", config=SpaceConfig(queries=100, permutations=19), groups=groups)
    for one in found:
        if one.effects is not None:
            assert one.effects.shape == (300,)
    rare = next(one for one in found if (one.score.column, one.score.measure) == ("rare", "alignment"))
    assert set(np.flatnonzero(rare.effects)) <= set(range(0, 300, 5))
