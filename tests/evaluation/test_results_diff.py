import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.results import fake_results
from wardspace.core.errors import RunError
from wardspace.evaluation.results_diff import unlike
from wardspace.results import Results, read_any_version

PRIVATE = [{"name": "private_head", "private": True}, {"name": "head", "private": False}]
RESULTS = fake_results().model_dump(mode="json")


def changed(**fields):
    """The results with these fields of the first score of the first model in place."""
    other = copy.deepcopy(RESULTS)
    other["scores"][0] |= fields
    return other


def test_equal_results_are_the_same():
    assert unlike(RESULTS, copy.deepcopy(RESULTS)) == []


def test_times_machines_and_names_of_files_stand_aside():
    other = copy.deepcopy(RESULTS)
    other["models"][2]["stages"][0] |= {"seconds": 1.0, "device": "cuda"}
    other["models"][1]["encode_seconds"] = 3.5
    other["corpus"]["source"]["files"] = ["elsewhere.csv"]
    assert unlike(RESULTS, other) == []


def test_what_differs_is_named():
    value = RESULTS["scores"][0]["value"]
    (found,) = unlike(RESULTS, changed(value=value + 1e-12))
    assert found.place == "scores[0: specialty tfidf logistic 8 test macro_f1].value"
    assert str(found) == f"{found.place}: {value!r} → {value + 1e-12!r}"


@pytest.mark.parametrize(("shift", "same"), [(0.019, True), (0.021, False)])
def test_a_tolerance_covers_scores_but_not_counts(shift, same):
    value = RESULTS["scores"][0]["value"]
    assert (unlike(RESULTS, changed(value=value + shift), 0.02) == []) == same
    (found,) = unlike(RESULTS, changed(n=1205), 0.02)
    assert found.place.endswith(".n")


def test_a_verdict_follows_from_numbers_and_may_turn_within_a_tolerance():
    other = copy.deepcopy(RESULTS)
    other["differences"][0]["tie"] = not other["differences"][0]["tie"]
    assert len(unlike(RESULTS, other)) == 1
    assert unlike(RESULTS, other, 0.02) == []


def test_missing_and_added_records_are_told():
    other = copy.deepcopy(RESULTS)
    del other["transductive"]
    del other["scores"][0]
    name = "scores[specialty tfidf logistic 8 test macro_f1]"
    assert {str(one) for one in unlike(RESULTS, other, 0.02)} == {
        "transductive: there → not there",
        f"{name}: 1 entry → not there",
    }
    assert f"{name}: not there → 1 entry" in {str(one) for one in unlike(other, RESULTS, 0.02)}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN, PLAIN)
def test_sameness_is_symmetric_and_reflexive(one, other):
    assert unlike(one, copy.deepcopy(one)) == []
    assert bool(unlike(one, other)) == bool(unlike(other, one))


def test_private_probes_are_passed_over():
    ours, theirs = (
        {"settings": PRIVATE, "scores": [{"setting": "private_head", "value": v}, {"setting": "head", "value": 1}]}
        for v in (1, 2)
    )
    assert unlike(ours, theirs) == []
    theirs["scores"][1]["value"] = 2
    assert [one.place for one in unlike(ours, theirs)] == ["scores[1: head].value"]


def test_what_was_compared_with_a_private_probe_is_passed_over():
    ours, theirs = (
        {"settings": PRIVATE, "across": [{"setting": "finetune", "against_setting": "private_head", "value": v}]}
        for v in (0, 1)
    )
    assert unlike(ours, theirs) == []
    ours, theirs = ({"across": [{"setting": "finetune", "against_setting": "head", "value": v}]} for v in (0, 1))
    assert len(unlike(ours, theirs)) == 1


def test_results_of_schema_version_1_are_compared_with_newer_ones(tmp_path):
    whole = [score for score in RESULTS["scores"] if score["label"] is None]  # version 1 had no others
    old = {key: value for key, value in RESULTS.items() if key != "settings"} | {"schema_version": 1, "scores": whole}
    (tmp_path / "results.json").write_text(json.dumps(old))
    used = {score["setting"] for score in RESULTS["scores"]}
    new = {**RESULTS, "scores": whole, "settings": [one for one in RESULTS["settings"] if one["name"] in used]}
    assert unlike(read_any_version(tmp_path / "results.json"), new) == []
    with pytest.raises(RunError, match="schema version 1"):
        Results.read(tmp_path / "results.json")


def test_settings_of_schema_version_1_have_their_names_of_today(tmp_path):
    score = {**RESULTS["scores"][0], "setting": "words_beside"}
    (tmp_path / "results.json").write_text(json.dumps({"schema_version": 1, "scores": [score]}))
    found = read_any_version(tmp_path / "results.json")
    assert [one["setting"] for one in found["scores"]] == [one["name"] for one in found["settings"]]
    assert found["scores"][0]["setting"] == "embedding_tfidf"


def test_the_order_of_entries_does_not_matter():
    other = copy.deepcopy(RESULTS)
    for part in ("scores", "differences", "models"):
        other[part].reverse()
    assert unlike(RESULTS, other) == []


@pytest.mark.parametrize(
    ("field", "value", "parts"),
    [
        ("model", "declutr", {"scores[model declutr]", "differences[model declutr]", "differences[against declutr]"}),
        ("task", "severity", {"scores[task severity]", "differences[task severity]"}),
        ("setting", "finetune", {"scores[setting finetune]", "differences[setting finetune]"}),
    ],
)
def test_what_one_side_does_not_have_is_one_line_a_group(field, value, parts):
    other = copy.deepcopy(RESULTS)
    kept = (field, "against") if field == "model" else (field,)
    for part in ("scores", "differences"):
        other[part] = [one for one in other[part] if value not in [one.get(key) for key in kept]]
    found = unlike(RESULTS, other)
    assert {one.place for one in found} == parts
    lost = sum(one[field] == value for one in RESULTS["scores"])
    assert str(next(one for one in found if one.section == "scores")).endswith(f": {lost} entries → not there")


def test_what_both_sides_have_in_other_combinations_is_told_by_its_owner():
    place = {"task": "t", "split": "test"}
    ours = {"scores": [{**place, "model": model, "metric": metric} for model in "ab" for metric in "xyz"]}
    theirs = {
        "scores": [one for one in ours["scores"] if (one["model"], one["metric"]) not in (("a", "x"), ("a", "y"))]
    }
    assert [str(one) for one in unlike(ours, theirs)] == ["scores[task t model a]: 2 entries → not there"]


def test_entries_without_names_go_by_their_place():
    ours, theirs = ({"losses": [{"tokens": n, "loss": 1.0} for n in range(count)]} for count in (3, 2))
    assert [str(one) for one in unlike(ours, theirs)] == ["losses: 3 entries → 2 entries"]
    theirs = copy.deepcopy(ours)
    theirs["losses"][1]["loss"] = 2.0
    assert [one.place for one in unlike(ours, theirs)] == ["losses[1].loss"]
