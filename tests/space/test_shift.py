import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from wardspace.space import cosine_within, rotation, shifts, unit_norm


def by_category(found):
    return {(one.shift.column, one.shift.category): one.shift for one in found}


def test_the_rotation_is_that_of_procrustes(cloud):
    before, after = unit_norm(cloud[0]), unit_norm(np.tanh(cloud[0]) @ np.roll(np.eye(12), 1, axis=0))
    expected, _ = orthogonal_procrustes(after, before)
    np.testing.assert_allclose(rotation(after, before), expected, atol=1e-10)


def test_a_space_turned_as_a_whole_has_not_moved(cloud):
    turned = cloud[0] @ ortho_group.rvs(12, random_state=1)
    names = np.array(["x", "y", "z"])[cloud[1]]
    for one in shifts(cloud[0], turned, {"area": names}, model="mlm"):
        assert one.shift.moved == pytest.approx(0, abs=1e-9)
        assert one.shift.centre == pytest.approx(0, abs=1e-9)
        if one.effects is not None:
            assert one.shift.apart == pytest.approx(one.shift.apart_before)
            np.testing.assert_allclose(one.effects, 0, atol=1e-12)


def test_the_category_that_moved_is_told():
    draw = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2, 3], 50)
    before = np.eye(4, 16)[codes] + 0.15 * draw.normal(size=(200, 16)) + 0.4
    after = before.copy()
    after[codes == 2, 10] += 1.5
    names = [None if i == 0 else f"c{code}" for i, code in enumerate(codes)]
    found = by_category(shifts(before, after, {"area": names}, model="mlm"))
    assert set(found) == {("*", "*"), *(("area", f"c{code}") for code in range(4))}
    assert found["area", "c0"].n == 49
    moved = {category: one.moved for (column, category), one in found.items() if column == "area"}
    assert max(moved, key=moved.get) == "c2"
    assert moved["c2"] > 3 * moved["c0"]
    assert found["area", "c2"].apart > found["area", "c2"].apart_before + 0.05
    assert found["*", "*"].model == "mlm"
    assert found["*", "*"].apart is None


def test_how_far_a_category_stands_apart_is_cosine_within_less_without(cloud):
    names = np.array(["x", "y", "z"])[cloud[1]]
    units = unit_norm(cloud[0])
    found = by_category(shifts(cloud[0], cloud[0][:, ::-1], {"area": names}, model="m"))
    own = cloud[1] == 1
    within = cosine_within(units[own], np.zeros(own.sum(), int)).value
    assert found["area", "y"].apart == pytest.approx(within - (units[own] @ units[~own].T).mean())


def test_effects_are_of_the_change(cloud):
    """More weight on a note of the category changes by how much it moved apart."""
    draw = np.random.default_rng(1)
    after = cloud[0] + draw.normal(size=cloud[0].shape)
    names = np.array(["x", "y", "z"])[cloud[1]]
    (one,) = [s for s in shifts(cloud[0], after, {"a": names}, model="m") if s.shift.category == "z"]
    own, note = cloud[1] == 2, np.flatnonzero(cloud[1] == 2)[4]

    def change(weights):
        gaps = []
        for units in (unit_norm(cloud[0]), unit_norm(after)):
            both = np.outer(weights[own], weights[own])
            np.fill_diagonal(both, 0.0)
            within = (both * (units[own] @ units[own].T)).sum() / both.sum()
            gaps.append(
                within - (weights[own] @ (units[own] @ units[~own].T)).sum() / weights[own].sum() / (~own).sum()
            )
        return gaps[1] - gaps[0]

    step = np.zeros(len(own))
    step[note] = 1e-5
    slope = (change(1 + step) - change(1 - step)) / 2e-5
    assert one.effects[note] == pytest.approx(slope, rel=1e-5)
    assert (one.effects[~own] == 0).all()


def test_shapes_must_match(cloud):
    with pytest.raises(ValueError, match="shapes"):
        shifts(cloud[0], cloud[0][:, :3], {}, model="m")


def test_of_many_categories_the_largest_are_followed(monkeypatch, cloud):
    monkeypatch.setattr("wardspace.space.shift.LARGEST", 2)
    names = np.array(["x", "y", "z"])[cloud[1]]
    found = by_category(shifts(cloud[0], cloud[0] + 0.1, {"area": names}, model="m"))
    assert [category for _, category in found] == ["*", "x", "y"]


def test_a_value_as_long_as_a_text_is_no_category(cloud):
    text = "the patient was found by her neighbour in the garden, and said that she had fallen"
    names = np.array([text, "y", "z"], dtype=object)[cloud[1]]
    found = by_category(shifts(cloud[0], np.tanh(cloud[0]), {"area": names}, model="mlm"))
    assert set(found) == {("*", "*"), ("area", "y"), ("area", "z")}
