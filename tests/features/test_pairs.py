"""Texts that `pairs` learns from, in a whole study: a title is as private as the note."""

from __future__ import annotations

import pytest

from tests.fixtures.asking import QUERY, write_asking
from tests.fixtures.studies import small_study
from wardspace.corpus import Corpus
from wardspace.results import Results
from wardspace.study import Study

MARK = "zebrafish umbrella"
PAIRS = {"name": "pairs", "objectives": ["mlm", {"pairs": {"columns": [QUERY]}}]}


def paired_study(home, *, few=True, **changes):
    """Three short texts that many notes share, unless told otherwise: what a report takes for categories."""
    write_asking(home / "asking.csv", MARK, few=few)
    values = small_study(home, adapt=[PAIRS], space={}, **changes)
    values["corpus"]["source"]["path"] = str(home / "asking.csv")
    values["corpus"]["columns"]["metadata"] = ["kind", QUERY]
    return values


def outside(run):
    """Files of a run that do not lie in the corpus folder."""
    return [path for path in run.rglob("*") if path.is_file() and (run / "corpus") not in path.parents]


@pytest.fixture(scope="module", params=[True, False], ids=["few", "many"])
def finished(request, tmp_path_factory):
    home = tmp_path_factory.mktemp("paired")
    Study.parse(paired_study(home, few=request.param), home / "run").run()
    return home / "run"


def test_no_text_of_a_pair_outside_the_corpus(finished):
    assert MARK in Corpus.open(finished / "corpus").table([QUERY])[QUERY][0].as_py()
    checked = outside(finished)
    assert len(checked) > 15
    for path in checked:
        assert MARK.encode() not in path.read_bytes(), path


def test_a_column_of_texts_is_no_category(finished):
    results = Results.read(finished / "results.json")
    assert {score.column for score in results.space} == {"*", "area", "kind"}
    assert {shift.column for shift in results.shifts} == {"*", "area", "kind"}
    assert {row.column for row in results.subgroups} == {"kind"}
    assert set(results.corpus["counts"]["categories"]) == {"area", "kind"}
    (model,) = [one for one in results.models if one.kind == "adapted"]
    assert model.learned_columns == [QUERY]


def test_a_column_that_turns_into_texts_leaves_the_results(tmp_path):
    values = paired_study(tmp_path)
    Study.parse({**values, "adapt": []}, tmp_path / "run").run()
    before = Results.read(tmp_path / "run" / "results.json")
    assert QUERY in {score.column for score in before.space}
    assert QUERY in {row.column for row in before.subgroups}
    assert MARK in (tmp_path / "run" / "report.html").read_text()
    Study.parse(values, tmp_path / "run").run()
    for path in outside(tmp_path / "run"):
        assert MARK.encode() not in path.read_bytes(), path


def test_whoever_names_it_for_the_space_has_it_measured(tmp_path):
    values = paired_study(tmp_path, report={"resamples": 200})
    values["space"] = {"columns": [QUERY]}
    Study.parse(values, tmp_path / "run").run(until="space")
    assert {score.column for score in Results.read(tmp_path / "run" / "results.json").space} == {"*", QUERY}
