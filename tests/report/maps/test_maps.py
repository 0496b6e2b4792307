import base64
import json

import numpy as np
import pytest

from tests.fixtures.results import fake_maps
from wardspace.report.maps.maps import GRID, Map, compact, placed
from wardspace.report.maps.view import maps_view, notes_drawn


def one(values, xy=None, **more):
    xy = np.arange(2 * len(values), dtype=np.float32).reshape(-1, 2) if xy is None else np.asarray(xy, np.float32)
    return Map(xy=xy, columns={"c": values}, explained=(0.1, 0.05), **more)


def codes(found, number=0, column=0):
    return list(base64.b64decode(found["sets"][number]["codes"][column]))


def test_models_on_the_same_notes_share_their_values():
    maps = fake_maps(40)
    found = compact(maps)
    assert [notes["n"] for notes in found["sets"]] == [40]
    assert [drawn["model"] for drawn in found["maps"]] == list(maps)


def test_a_value_has_one_code_in_every_map():
    found = compact({"m": one(["a", "a", "b"]), "n": one(["b", "b", "b", None])})
    assert found["columns"] == [{"name": "c", "values": ["b", "a"], "ordered": False, "rarer": 0}]
    assert codes(found, 0) == [1, 1, 0]
    assert codes(found, 1) == [0, 0, 0, found["missing"]]
    assert [drawn["set"] for drawn in found["maps"]] == [0, 1]


def test_a_map_without_columns_is_drawn():
    bare = Map(xy=np.eye(2, dtype=np.float32), columns={}, explained=(0.5, 0.5))
    assert codes(compact({"m": bare})) == [0, 0]


def test_both_axes_have_one_scale_and_up_is_up():
    found = placed(np.array([[0, 0], [10, 0], [0, 5]], np.float32))
    assert found[:, 0].tolist() == [0, GRID, 0]
    assert np.allclose(found[:, 1] / GRID, [0.75, 0.75, 0.25], atol=1e-4)


def test_notes_in_one_place_are_drawn():
    assert np.allclose(placed(np.full((2, 2), 3, np.float32)) / GRID, 0.5, atol=1e-4)


def test_coordinates_are_read_back_as_they_were():
    xy = np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)
    text = compact({"m": one(["a"] * 50, xy)})["maps"][0]["methods"]["PCA"]
    assert np.array_equal(np.frombuffer(base64.b64decode(text), "<u2").reshape(-1, 2), placed(xy))


def test_another_projection_of_the_same_notes_stands_beside():
    found = compact({"m": one(["a", "b"], also={"UMAP": np.eye(2, dtype=np.float32)})})
    assert list(found["maps"][0]["methods"]) == ["PCA", "UMAP"]
    assert maps_view({"m": one(["a", "b"], also={"UMAP": np.eye(2, dtype=np.float32)})}).methods == ["PCA", "UMAP"]


def test_large_maps_stay_small():
    draw = np.random.default_rng(3)
    columns = {f"c{i}": [f"value {v}" for v in draw.integers(0, 40, 5000)] for i in range(6)}
    maps = {
        f"m{i}": Map(xy=draw.normal(size=(5000, 2)).astype(np.float32), columns=columns, explained=(0.1, 0.1))
        for i in range(8)
    }
    view = maps_view(maps)
    assert len(json.dumps(view.data)) + sum(len(picture) for _, picture in view.stills) < 1_000_000


def test_still_pictures_show_notes_of_every_part_of_the_map():
    maps = {"m": one(["a"] * 3000 + ["b"] * 3000, np.repeat([[0, 0], [9, 9]], 3000, axis=0))}
    view = maps_view(maps)
    assert view.stills[0][1].count("<path") == 2
    assert "600" in view.still_caption
    assert [value for _, value in view.legend] == ["a", "b"]


@pytest.mark.parametrize(
    ("counts", "split", "said"),
    [
        ({"splits": {"test": {"notes": 1204}}}, "test", "3 of the 1,204 test notes"),
        ({"splits": {"train": {"notes": 3}}}, "train", "all 3 training notes"),
        ({"notes": 40, "splits": {"test": {"notes": 3}}}, "all", "3 of the 40 notes"),
        ({}, "validation", "3 validation notes"),
    ],
)
def test_the_notes_on_the_maps_are_counted(counts, split, said):
    assert notes_drawn(maps_view({"m": one(["a", "b", None])}), {"counts": counts}, split).startswith(said)


def test_uneven_columns_are_refused():
    with pytest.raises(ValueError, match="not one value for each of 2 notes"):
        Map(xy=np.zeros((2, 2), np.float32), columns={"c": ["a"]}, explained=(0, 0))
    with pytest.raises(ValueError, match="UMAP: not one value for each of 2 notes"):
        one(["a", "b"], also={"UMAP": np.zeros((3, 2), np.float32)})
    with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
        Map(xy=np.zeros((2, 3), np.float32), columns={}, explained=(0, 0))


@pytest.mark.parametrize("maps", [{"m": one(["a", "b"])}, {"m": one(["a"] * 3), "n": one(["b"] * 3)}])
def test_texts_of_other_notes_are_refused(maps):
    with pytest.raises(ValueError, match="not one text for each note"):
        maps_view(maps, ["x", "y", "z"])
