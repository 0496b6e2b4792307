"""Baselines of entities from the corpus to stored predictions."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest

from tests.fixtures.mentions import marked_corpus, with_spans
from wardspace.config import EntitiesConfig, ReportConfig
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation import score_predictions
from wardspace.tasks import Texts, classes_of, kind_of, no_model, predict

CONFIG = ReportConfig(resamples=100)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return marked_corpus(tmp_path_factory.mktemp("marked") / "corpus", notes=80)


def predicted(corpus, work, name, **options):
    task = EntitiesConfig.model_validate({"name": "marks", "baselines": [name], "settings": ["head"], **options})
    kind = kind_of(task)
    gold = kind.gold(Texts(corpus), task, SPLITS)
    (setting,) = (one for one in kind.settings(task) if one.record.family == "baseline")
    return task, predict([setting], no_model(name), gold, task.name, work, show_progress=False)


@pytest.mark.parametrize("name", ["dictionary", "word_crf"])
def test_a_baseline_learns_mentions_and_is_scored(tmp_path, corpus, name):
    task, table = predicted(corpus, tmp_path / "work", name, budgets=[0.1, 0.5], subsets=2)
    found = score_predictions(
        table, {"marks": kind_of(task).scored(task, classes_of(table))}, CONFIG, show_progress=False
    )
    strict = {
        (one.shots, one.seed): one.value
        for one in found.scores
        if (one.metric, one.split, one.label) == ("strict_f1", "test", None)
    }
    assert strict[None, 0] > 0.9
    assert len({shots for shots, _ in strict}) == 3
    texts = dict(zip(*(corpus.table([field])[field].to_pylist() for field in ("note_id", "text")), strict=True))
    rows = table.filter(pc.is_null(table["shots"])).to_pylist()
    said = [(texts[row["note_id"]][one["start"] : one["end"]], one["type"]) for row in rows for one in row["predicted"]]
    assert {("aspirin", 0), ("chest pain", 1)} <= set(said)
    assert not any(one != one.strip() for one, _ in said)


@pytest.mark.parametrize("name", ["dictionary", "word_crf"])
def test_a_baseline_without_any_training_mention_finds_none(tmp_path, name):
    texts = ["fever today", "no complaint"] * 10
    spans = [[{"start": 0, "end": 5, "type": "Sign"}] if text[0] == "f" else [] for text in texts]
    corpus = with_spans(tmp_path / "corpus", texts, spans)
    train = corpus.table(["split"])["split"].to_pylist()
    silent = [own if split != "train" else [] for own, split in zip(spans, train, strict=True)]
    _, table = predicted(with_spans(tmp_path / "silent", texts, silent), tmp_path / "work", name)
    assert all(row["predicted"] == [] for row in table.to_pylist())


def test_nothing_is_kept_on_disk(tmp_path, corpus):
    predicted(corpus, tmp_path / "work", "word_crf")
    assert not (tmp_path / "work").exists() or not list((tmp_path / "work").rglob("*"))
