"""A search as a task of a whole study."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.asking import QUERY, write_asking
from tests.fixtures.studies import small_study
from wardspace.core.errors import StudyError
from wardspace.corpus import Corpus
from wardspace.evaluation.metrics.retrieval import RANKED
from wardspace.results import Results
from wardspace.study import Study
from wardspace.study.commands.compare import OpenedRun, compared

MARK = "zebrafish umbrella"
QUESTIONS = {"name": "questions", "kind": "retrieval", "query": QUERY}


def asking_study(home, *, few=False, **changes):
    write_asking(home / "asking.csv", MARK, few=few)
    values = small_study(home, adapt=[{"name": "mlm", "objectives": ["mlm"]}], space={})
    values["corpus"]["source"]["path"] = str(home / "asking.csv")
    values["corpus"]["columns"]["metadata"] = ["kind", QUERY]
    values["tasks"] = [QUESTIONS, {"name": "area", "label": "area"}]
    return {**values, **changes}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    home = tmp_path_factory.mktemp("asking")
    values = asking_study(home)
    Study.parse(values, home / "run").run()
    return home, values


@pytest.fixture(scope="module")
def results(finished):
    return Results.read(finished[0] / "run" / "results.json")


def test_base_tfidf_and_adapted_stand_in_one_table(results):
    found = {
        (s.model, s.metric): s
        for s in results.scores
        if (s.task, s.setting, s.shots, s.seed, s.split) == ("questions", "retrieval", None, None, "test")
    }
    assert set(found) == {(model, metric) for model in ("tfidf", "base", "mlm") for metric in RANKED}
    assert found["tfidf", "recall_at_10"].value > 0.8
    assert found["base", "recall_at_10"].value > 0.3  # 0.08 would be chance
    assert found["base", "ndcg_at_10"].low < found["base", "ndcg_at_10"].value < found["base", "ndcg_at_10"].high
    against = {(d.model, d.against) for d in results.differences if d.task == "questions"}
    assert against == {("tfidf", "base"), ("mlm", "base"), ("base", "tfidf"), ("mlm", "tfidf")}
    assert results.classes == {"questions": [], "area": ["heart", "lung"]}
    assert next(one.dimension for one in results.models if one.name == "tfidf") > 100
    assert any(f"have no {QUERY}" in line for line in results.warnings)


def test_no_text_of_a_query_outside_the_corpus(finished):
    run = finished[0] / "run"
    assert MARK in Corpus.open(run / "corpus").table([QUERY])[QUERY][0].as_py()
    checked = [path for path in run.rglob("*") if path.is_file() and (run / "corpus") not in path.parents]
    assert len(checked) > 15
    for path in checked:
        assert MARK.encode() not in path.read_bytes(), path


def test_a_column_of_queries_is_no_category(results):
    assert {score.column for score in results.space} == {"*", "area", "kind"}
    assert {row.column for row in results.subgroups} == {"kind"}
    assert set(results.corpus["counts"]["categories"]) == {"area", "kind"}


def test_what_needs_probabilities_leaves_the_search_out_and_subgroups_do_not(results):
    for records in (results.calibration, results.abstention, results.risk, results.reliability):
        assert {record.task for record in records} == {"area"}
    assert {record.task for record in results.subgroups} == {"area", "questions"}


def test_the_page_shows_it_like_any_task(finished):
    page = (finished[0] / "run" / "report.html").read_text()
    for words in ("nDCG@10", "recall@100", "Search by query", "test queries", "find a note by its question"):
        assert words in page
    assert "0 classes" not in page
    card = (finished[0] / "run" / "models" / "mlm" / "README.md").read_text()
    assert "information-retrieval" in card
    assert "nDCG@10" in card


def test_an_unchanged_search_is_kept_and_a_changed_one_embeds_no_note(finished):
    home, values = finished
    log = home / "run" / "log.jsonl"
    before = len(log.read_text().splitlines())
    changed = {**values, "tasks": [{**QUESTIONS, "queries": 10, "among": "split"}, values["tasks"][1]]}
    Study.parse(changed, home / "run").run(until="space")
    events = [json.loads(line) for line in log.read_text().splitlines()[before:]]
    started = {one["stage"] for one in events if one["event"] == "started"}
    assert {f"evaluate/questions-{model}-frozen" for model in ("tfidf", "base", "mlm")} < started
    assert not any(stage.startswith(("adapt/", "embed/", "space/", "evaluate/area")) for stage in started)
    tested = {s.n for s in Results.read(home / "run" / "results.json").scores if s.task == "questions"}
    assert tested == {10}
    Study.parse(values, home / "run").run()


def test_a_run_compared_with_itself_is_paired_and_without_a_change(finished):
    run = finished[0] / "run"
    (pair,) = compared([OpenedRun(run), OpenedRun(run)], show_progress=False)
    assert {one.series.model for one in pair.between["questions"]} == {"tfidf", "base", "mlm"}
    assert all(one.gap.value == 0 for one in pair.between["questions"])


def test_a_column_that_turns_into_queries_leaves_the_results(tmp_path):
    """Spaces and subgroups that were measured by it before are not taken over."""
    values = asking_study(tmp_path, few=True, adapt=[])
    values["tasks"] = values["tasks"][1:]
    Study.parse(values, tmp_path / "run").run(until="space")
    before = Results.read(tmp_path / "run" / "results.json")
    assert QUERY in {score.column for score in before.space}
    assert QUERY in {row.column for row in before.subgroups}
    Study.parse({**values, "tasks": [QUESTIONS, *values["tasks"]]}, tmp_path / "run").run()
    for name in ("results.json", "report.html"):
        assert MARK not in (tmp_path / "run" / name).read_text()
    assert QUERY not in {score.column for score in Results.read(tmp_path / "run" / "results.json").space}


def test_category_may_not_take_queries_for_categories_by_default(tmp_path):
    values = asking_study(tmp_path, adapt=[{"name": "category", "objectives": ["category"]}])
    with pytest.raises(StudyError, match=r"adapt\.0: category takes all metadata, and so the texts in question"):
        Study.parse(values, tmp_path / "run")
    values["adapt"][0]["objectives"] = [{"category": {"columns": ["kind"]}}]
    Study.parse(values, tmp_path / "run")
