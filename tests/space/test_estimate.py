"""What effects promise: the value that a measure would have if notes weighed more or less."""

import numpy as np
import pytest

from wardspace.space import (
    alignment,
    calinski_harabasz,
    cosine_between,
    cosine_within,
    effective_rank,
    hubness,
    isoscore,
    mean_cosine,
    neighbour_purity,
    search,
    uniformity,
    unit_norm,
    variance_explained,
)
from wardspace.space.estimate import mean, ratio

WHOLE = (uniformity, mean_cosine, effective_rank, isoscore)
BY_CLASS = (alignment, cosine_within, cosine_between, variance_explained)


def weighted(pairs, weights):
    """A mean over pairs whose notes weigh differently."""
    both = np.outer(weights, weights)
    return (both * pairs).sum() / both[~np.isnan(pairs)].sum()


def derivative(of, n, note, step=1e-5):
    up, down = np.ones(n), np.ones(n)
    up[note] += step
    down[note] -= step
    return (of(up) - of(down)) / (2 * step)


@pytest.fixture
def space(cloud):
    return unit_norm(cloud[0]), cloud[1]


@pytest.mark.parametrize("measure", [*WHOLE, *BY_CLASS, calinski_harabasz, neighbour_purity])
def test_effects_add_up_to_nothing(space, measure):
    units, codes = space
    found = measure(units) if measure in WHOLE else measure(units, codes)
    assert len(found.effects) == len(units)
    assert abs(found.effects).max() > 0
    assert found.effects.sum() == pytest.approx(0, abs=1e-9 * abs(found.effects).max() * len(units))


@pytest.mark.parametrize("measure", [cosine_within, cosine_between, mean_cosine])
def test_effects_of_pairs_are_derivatives(space, measure):
    units, codes = space
    pairs = units @ units.T
    np.fill_diagonal(pairs, np.nan)
    same = codes[:, None] == codes
    if measure is not mean_cosine:
        pairs[same if measure is cosine_between else ~same] = np.nan

    def value(weights):
        both = np.where(np.isnan(pairs), 0.0, np.outer(weights, weights))
        return (both * np.nan_to_num(pairs)).sum() / both.sum()

    found = measure(units) if measure is mean_cosine else measure(units, codes)
    for note in (0, 20, 56):
        assert found.effects[note] == pytest.approx(derivative(value, len(units), note), rel=1e-5, abs=1e-9)


def covariance(units, weights):
    centred = units - weights @ units / weights.sum()
    return (weights[:, None] * centred).T @ centred / weights.sum()


def test_effects_of_the_spectrum_are_derivatives(space):
    units, _ = space

    def rank(weights):
        values = np.sqrt(np.linalg.eigvalsh(covariance(units, weights)))
        shares = values / values.sum()
        return np.exp(-(shares * np.log(shares)).sum())

    def score(weights):
        values = np.linalg.eigvalsh(covariance(units, weights))
        return (values.sum() ** 2 / (values**2).sum() - 1) / (units.shape[1] - 1)

    for measure, value in ((effective_rank, rank), (isoscore, score)):
        found = measure(units)
        for note in (3, 30):
            assert found.effects[note] == pytest.approx(derivative(value, len(units), note), rel=1e-4, abs=1e-9)


def test_effects_of_the_variance_are_derivatives(space):
    units, codes = space

    def value(weights):
        total = np.trace(covariance(units, weights))
        within = sum(
            weights[codes == code].sum() * np.trace(covariance(units[codes == code], weights[codes == code]))
            for code in range(3)
        )
        return 1 - within / weights.sum() / total

    found = variance_explained(units, codes)
    for note in (1, 40):
        assert found.effects[note] == pytest.approx(derivative(value, len(units), note), rel=1e-4, abs=1e-9)


def test_effects_of_hubness_hold_the_lists(space):
    found = search(space[0], neighbours=5)
    counts = np.bincount(found.nearest.ravel(), minlength=len(space[0]))

    def value(weights):
        shares = weights / weights.sum()
        centred = counts - shares @ counts
        return shares @ centred**3 / (shares @ centred**2) ** 1.5

    for note in (2, 17):
        assert hubness(found).effects[note] == pytest.approx(derivative(value, len(counts), note), rel=1e-4, abs=1e-9)


def test_the_error_of_a_sample_is_that_of_repeated_samples():
    draw = np.random.default_rng(1)
    values = draw.gamma(2.0, size=400)
    means, errors = [], []
    for _ in range(400):
        found = mean(draw.choice(values, 100, replace=False), population=400)
        means.append(found.value)
        errors.append(found.error)
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.1)
    assert mean(values, population=400).error is None


def test_notes_without_a_value_stand_aside():
    found = mean(np.array([1.0, np.nan, 3.0]))
    assert found.value == 2.0
    np.testing.assert_allclose(found.effects, [-0.5, 0.0, 0.5])
    with pytest.raises(ValueError, match="no note"):
        ratio(np.zeros(2), np.zeros(2))
