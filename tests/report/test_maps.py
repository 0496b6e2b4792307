import json

import numpy as np
import pytest

from tests.fixtures.results import fake_maps
from wardspace.report.maps import CATEGORIES, GRID, Map, compact


def one(values, xy=None):
    xy = np.arange(2 * len(values), dtype=np.float32).reshape(-1, 2) if xy is None else np.asarray(xy, np.float32)
    return Map(xy=xy, columns={"c": values}, explained=(0.1, 0.05))


def test_the_commonest_value_comes_first_and_missing_ones_stay_apart():
    found = compact({"m": one(["b", None, "a", "b"])})
    assert found["columns"] == [{"name": "c", "values": ["b", "a"], "counts": [2, 1], "rarer": 0}]
    assert found["sets"] == [[[0, -1, 1, 0]]]


def test_rare_values_are_not_told_apart():
    values = [f"v{i:03d}" for i in range(100)] + ["v000"]
    column = compact({"m": one(values)})["columns"][0]
    assert len(column["values"]) == CATEGORIES
    assert column["values"][0] == "v000"
    assert column["rarer"] == 100 - CATEGORIES
    assert compact({"m": one(values)})["sets"][0][0][99] == CATEGORIES


def test_models_on_the_same_notes_share_their_values():
    maps = fake_maps(40)
    found = compact(maps)
    assert len(found["sets"]) == 1
    assert [drawn["model"] for drawn in found["maps"]] == list(maps)


def test_a_value_has_one_code_in_every_map():
    found = compact({"m": one(["a", "a", "b"]), "n": one(["b", "b", "b"])})
    assert found["columns"][0]["values"] == ["b", "a"]
    assert found["sets"] == [[[1, 1, 0]], [[0, 0, 0]]]


def test_both_axes_have_one_scale_and_up_is_up():
    drawn = compact({"m": one(["a", "b", "c"], [[0, 0], [10, 0], [0, 5]])})["maps"][0]
    assert drawn["x"] == [0, GRID, 0]
    assert drawn["y"] == [750, 750, 250]


def test_notes_in_one_place_are_drawn():
    drawn = compact({"m": one(["a", "b"], [[3, 3], [3, 3]])})["maps"][0]
    assert drawn["x"] == [500, 500]


def test_large_maps_stay_small():
    maps = fake_maps(1500, models=tuple(f"m{i}" for i in range(9)))
    assert len(json.dumps(compact(maps))) < 400_000


def test_uneven_columns_are_refused():
    with pytest.raises(ValueError, match="not one value for each of 2 notes"):
        Map(xy=np.zeros((2, 2), np.float32), columns={"c": ["a"]}, explained=(0, 0))
    with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
        Map(xy=np.zeros((2, 3), np.float32), columns={}, explained=(0, 0))
