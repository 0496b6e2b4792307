from __future__ import annotations

import pytest

from wardspace.config import parse_study
from wardspace.core.errors import StudyError

VALUES = {
    "corpus": {"columns": {"labels": ["specialty"]}},
    "compare": [{"name": "clinical", "model": "org/clinical-bert"}],
    "adapt": [{"name": "mlm", "objectives": ["mlm"]}],
}


def tuned(name):
    return [{"name": "t", "label": "specialty", "finetune": {"models": [name]}}]


def test_encoders_are_named_in_the_order_of_the_tables():
    study = parse_study(VALUES)
    assert study.encoders == ["base", "clinical", "mlm"]
    assert study.auditable == ["base", "mlm"]
    assert parse_study(study.resolved()) == study


@pytest.mark.parametrize(
    ("compare", "told"),
    [
        ([{"name": "mlm", "model": "x"}], "compare: mlm is the name of an adapted model too"),
        ([{"name": "tfidf", "model": "x"}], "compare: tfidf: this name belongs to a baseline"),
        ([{"name": "a", "model": "x"}, {"name": "a", "model": "y"}], "compare: named twice: a"),
        ([{"name": "a"}], "compare.0.model: missing"),
        ([{"name": "a b", "model": "x"}], "compare.0.name: letters, digits"),
        ([{"name": "a", "model": "x", "objectives": []}], "compare.0.objectives: no such key"),
    ],
)
def test_mistakes_are_named(compare, told):
    with pytest.raises(StudyError) as caught:
        parse_study({**VALUES, "compare": compare})
    assert told in str(caught.value)


def test_fine_tuning_names_any_encoder_and_no_other():
    assert parse_study({**VALUES, "tasks": tuned("clinical")}).tasks[0].finetune.models == ["clinical"]
    with pytest.raises(StudyError, match=r"no model 'clincal' \(base, clinical, mlm\)"):
        parse_study({**VALUES, "tasks": tuned("clincal")})
