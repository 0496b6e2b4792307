"""Whole searches: what they write, what they read, what they leave."""

import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from tests.fixtures.searches import outcome, searched_study
from tests.fixtures.studies import CANARY
from wardspace.config import load_study
from wardspace.core.errors import RecipeError, WardspaceError
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.results import Results
from wardspace.study import Study
from wardspace.study.search import SearchResults, search
from wardspace.study.search.records import Part, Trial
from wardspace.study.search.trial import Bench


def test_the_files_of_a_search(home, found):
    folder = home / "run" / "search"
    assert sorted(path.name for path in folder.iterdir()) == [
        "asked.json", "best.yaml", "drawn.json", "search.json", "search.md", "trials"
    ]  # fmt: skip
    assert SearchResults.read(folder / "search.json") == found
    assert not list((home / "run").rglob("*.safetensors"))
    table = (folder / "search.md").read_text()
    assert table.count("\n| ") == 1 + 1 + len(found.trials)
    for word in ("validation notes", "optimistic", "as in the study", "Test was not looked at"):
        assert word in table


def test_every_trial_is_on_record_with_its_cost_and_its_parts(found):
    assert [(trial.rung, trial.number) for trial in found.trials][:4] == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert [(rung.tokens, rung.trials) for rung in found.rungs] == [(1000, 4), (2000, 2)]
    assert found.ended == "done"
    for trial in found.trials:
        assert trial.state == "scored"
        assert trial.budget <= trial.tokens < trial.budget + 500
        assert trial.training_seconds > 0
        assert [(part.shots, len(part.values)) for part in trial.parts] == [(4, 2), (None, 1)]
        assert trial.score == pytest.approx(sum(part.value for part in trial.parts) / 2)
        assert trial.difference == pytest.approx(trial.score - found.base.score)
    assert found.base.number is None
    assert [part.shots for part in found.base.parts] == [4, None]


def test_the_best_of_the_lowest_rung_go_on_and_the_best_of_the_highest_is_told(found):
    low = {trial.number: trial.score for trial in found.trials if trial.rung == 0}
    top = {trial.number: trial.score for trial in found.trials if trial.rung == 1}
    assert set(top) == set(sorted(low, key=lambda number: (-low[number], number))[:2])
    assert found.best.rung == 1
    assert found.best.score == max(top.values())
    assert found.better_than_base == (found.best.score > found.base.score)


def test_the_best_study_runs_and_scores_as_the_search_said(home, found, tmp_path):
    best = load_study(home / "run" / "search" / "best.yaml")
    assert best.search is None
    assert "search" not in yaml.safe_load((home / "run" / "search" / "best.yaml").read_text())
    Study(best, tmp_path / "run").run(until="space")
    results = Results.read(tmp_path / "run" / "results.json")
    mine = {
        score.shots: score.value
        for score in results.scores
        if (score.model, score.split, score.metric, score.seed) == ("recipe", "validation", "macro_f1", None)
    }
    assert mine == pytest.approx({part.shots: part.value for part in found.best.parts})


def test_no_text_of_a_note_in_the_files_of_a_search(home, found):
    assert CANARY in Corpus.open(home / "run" / "corpus").table(["text"])["text"][0].as_py()
    files = [
        path for path in (home / "run").rglob("*") if path.is_file() and home / "run" / "corpus" not in path.parents
    ]
    assert len(files) > 10
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]


def test_what_stands_in_test_notes_changes_nothing(home, found, monkeypatch):
    poisoned = searched_study(home, "poisoned")
    poisoned.run(until="prepare")
    part = next((poisoned.folder.corpus / "notes").glob("*.parquet"))
    table = pq.read_table(part)
    test = [split == "test" for split in table["split"].to_pylist()]
    assert any(test)
    for name, poison in (("text", "poison"), ("kind", "poison"), ("area", None)):
        values = [poison if bad else own for bad, own in zip(test, table[name].to_pylist(), strict=True)]
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, pa.string()))
    pq.write_table(table, part)
    encoded: list[str] = []
    encode = Encoder.encode
    monkeypatch.setattr(Encoder, "encode", lambda self, texts, **k: encoded.extend(texts) or encode(self, texts, **k))
    search(poisoned)
    assert outcome(home / "poisoned") == outcome(home / "run")
    assert len(encoded) > 100
    assert "poison" not in encoded


def test_an_interrupted_search_ends_as_if_nothing_had_been(home, found, monkeypatch):
    run, calls = Bench.run, []

    def interrupted(self, job):
        calls.append(job.name)
        if len(calls) in (2, 4, 7):
            raise KeyboardInterrupt
        return run(self, job)

    monkeypatch.setattr(Bench, "run", interrupted)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            search(searched_study(home, "interrupted"))
        assert json.loads((home / "interrupted" / "search" / "search.json").read_text())["ended"] is None
    search(searched_study(home, "interrupted"))
    assert len(calls) == len(found.trials) + 3
    told = [(home / run / "search" / "search.md").read_text().split("| recipe |")[1] for run in ("interrupted", "run")]
    assert re.findall(r"\w+: [^|\n]*", told[0]) == re.findall(r"\w+: [^|\n]*", told[1])
    assert outcome(home / "interrupted") == outcome(home / "run")


def test_interrupted_while_scoring_it_does_not_train_again(home, found, monkeypatch):
    from wardspace.study.search import trial

    trained, train, parts = [], trial.adapt, trial.Scorer.parts
    monkeypatch.setattr(trial, "adapt", lambda *a, **k: trained.append(a[1]) or train(*a, **k))
    stop = iter([False, False, True])  # the base, a trial, and then

    def interrupted(self, *args, **options):
        if next(stop, False):
            raise KeyboardInterrupt
        return parts(self, *args, **options)

    monkeypatch.setattr(trial.Scorer, "parts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        search(searched_study(home, "scoring"))
    search(searched_study(home, "scoring"))
    assert len(trained) == len(set(trained)) == len(found.trials)
    assert outcome(home / "scoring") == outcome(home / "run")


def test_a_finished_search_trains_nothing_again(home, found, monkeypatch):
    monkeypatch.setattr(Bench, "run", None)
    assert search(searched_study(home)) == found


def test_another_space_is_told_and_fresh_begins_anew(home, found, monkeypatch):
    monkeypatch.setattr(Bench, "run", lambda self, job: faked(self, job, 0.5))
    other = {"options": {"training.seed": {"choices": [2, 3]}}}
    search(searched_study(home, "other", **other))
    with pytest.raises(WardspaceError, match="changed: search") as caught:
        search(searched_study(home, "other", **other, trials=3))
    assert "--fresh" in str(caught.value)
    assert len(search(searched_study(home, "other", **other, hours=5.0, parallel=1)).trials) == 3 + 1  # half go on
    again = search(searched_study(home, "other", **other, trials=2), fresh=True)
    assert [rung.trials for rung in again.rungs] == [2, 1]


def faked(bench, job, score):
    trial = Trial(number=job.number, rung=job.rung, options=job.options, state="scored", budget=job.budget)
    parts = [Part(shots=part.shots, value=score, values=[score] * len(part.values)) for part in base_parts(bench)]
    return bench._recorded(trial, job.name, 0.0, parts)


def base_parts(bench):
    return Trial.model_validate_json(bench.folder.trial("base").read_text()).parts


def test_halving_keeps_the_best_of_each_rung(home, found, monkeypatch):
    """Scores made here, through the real search: only those who are best with few tokens are seen with many."""

    def score(job):
        return abs(job.options.get("training.seed", 0) - 50) / 100 + job.rung / 10

    monkeypatch.setattr(Bench, "run", lambda self, job: faked(self, job, score(job)))
    options = {"training.seed": {"low": 1, "high": 100}}
    results = search(searched_study(home, "fake", options=options, trials=9, rungs=3, eta=3))
    assert [(rung.tokens, rung.trials) for rung in results.rungs] == [(222, 9), (666, 3), (2000, 1)]
    of = {rung: {t.number: t.score for t in results.trials if t.rung == rung} for rung in range(3)}
    for rung in (1, 2):
        below = of[rung - 1]
        assert set(of[rung]) == set(sorted(below, key=lambda number: (-below[number], number))[: len(of[rung])])
    assert results.best.number in of[2]


def test_a_recipe_that_cannot_be_trained_fails_and_the_others_go_on(home, found, monkeypatch):
    from wardspace.study.search import trial

    def adapt(*args, model=None, **options):
        if args[0].model.training.seed == 2:
            raise RecipeError("the loss is no finite number", fix="lower it")
        return real(*args, **options)

    real = trial.adapt
    monkeypatch.setattr(trial, "adapt", adapt)
    options = {"training.seed": {"choices": [2, 3]}}
    results = search(searched_study(home, "failing", options=options, trials=3, rungs=1))
    failed = [one for one in results.trials if one.state == "failed"]
    assert [one.options for one in failed] == [{"training.seed": 2}]
    assert results.ended == "done"
    assert results.best.state == "scored"
    assert "failed: the loss is no finite number" in (home / "failing" / "search" / "search.md").read_text()


def test_when_the_hours_are_over_nothing_is_begun(home, found):
    results = search(searched_study(home, "late", hours=1e-9))
    assert (results.ended, results.trials, results.best) == ("hours", [], None)
    assert not (home / "late" / "search" / "best.yaml").exists()
    more = search(searched_study(home, "late", hours=5.0))
    assert outcome(home / "late")["trials"] == outcome(home / "run")["trials"]
    assert more.ended == "done"


def test_a_study_without_a_search_and_one_of_several_processes_are_refused(home, monkeypatch):
    plain = searched_study(home, "plain")
    with pytest.raises(WardspaceError, match="has no search"):
        search(Study(plain.config.model_copy(update={"search": None}), home / "plain"))
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(WardspaceError, match="one process"):
        search(plain)
    assert not (home / "plain").exists()
