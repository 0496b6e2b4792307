from hypothesis import given
from hypothesis import strategies as st

from wardspace.evaluation.subgroups.subgroups import (
    MISSING,
    MOST,
    NO_NUMBER,
    OTHER,
    band_names,
    banded,
    named,
    subgroup_columns,
)


def test_bands_hold_their_lower_edge():
    values = ["17.9", "18", "39.5", "40", "65", "120", None, "adult", "nan", "-1"]
    assert banded(values, [18, 40, 65]) == [
        "under 18", "18 to under 40", "18 to under 40", "40 to under 65", "65 and over", "65 and over",
        MISSING, NO_NUMBER, NO_NUMBER, "under 18",
    ]  # fmt: skip


@given(st.floats(-1e6, 1e6), st.lists(st.integers(-100, 100), min_size=1, max_size=5, unique=True).map(sorted))
def test_every_number_has_its_one_band(number, edges):
    (band,) = banded([repr(number)], edges)
    assert band_names(edges).index(band) == sum(edge <= number for edge in edges)


def test_rare_values_are_taken_together():
    values = [f"v{i}" for i in range(20) for _ in range(30 - i)] + [None]
    found = named(values)
    assert set(found) == {f"v{i}" for i in range(MOST)} | {OTHER, MISSING}
    assert named(["b", "a", None]) == ["b", "a", MISSING]


def test_what_makes_subgroups_by_itself_and_what_must_be_asked_for():
    columns = {
        "sex": ["F", "M", None, "F"],
        "site": ["north"] * 4,
        "age": ["1", "30", "50", "70"],
        "ward": [str(i) for i in range(4)],
    }
    columns["state"] = [f"s{i}" for i in range(4)]
    many = {name: values * 5 for name, values in columns.items()} | {"id": [f"i{i}" for i in range(20)]}
    assert list(subgroup_columns(many, None, {})) == ["sex", "age", "ward", "state"]
    assert list(subgroup_columns(many, [], {})) == []
    assert list(subgroup_columns(many, ["id"], {})) == ["id"]
    assert subgroup_columns(columns, ["age"], {"age": [18]})["age"] == ["under 18", *["18 and over"] * 3]


def test_a_value_as_long_as_a_text_is_not_named():
    text = "the patient was found by her neighbour in the garden, and said that she had fallen"
    assert named([text, "a", text, None]) == [OTHER, "a", OTHER, MISSING]
