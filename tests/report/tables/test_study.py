import pytest

from wardspace.config import parse_study
from wardspace.report.tables.study import base_name, study_setup


def test_the_study_in_words(study):
    said = study_setup(study)
    assert any("no note and no patient" in line for line in said.summary)
    assert any("1,000,000 tokens" in line for line in said.summary)
    sequence = next(model for model in said.models if model.name == "mlm-declutr")
    assert [kind for kind, _ in sequence.options] == ["mlm", "declutr"]
    assert ("mlm.probability", "0.15") in dict(sequence.options)["declutr"]
    assert "few-shot with 8, 16 and 32 labels per class, 10 random subsets each" in dict(said.tasks)["severity"]
    assert "fine-tuning of the base and the 2 adapted models" in dict(said.tasks)["specialty"]


def test_a_transductive_study_without_patients_says_so():
    said = study_setup(parse_study({"transductive": True}))
    assert any("(never the labels)" in line for line in said.summary)
    assert not any("no note and no patient" in line for line in said.summary)
    assert any("there is no patient column" in line for line in said.summary)


@pytest.mark.parametrize("corpus", [{"columns": {"split": "part"}}, {"source": {"train": "a.csv", "test": "b.csv"}}])
def test_a_split_that_is_given_is_not_said_to_be_drawn(corpus):
    (line,) = [
        line for line in study_setup(parse_study({"corpus": corpus})).summary if "split" in line and "keep" in line
    ]
    assert ("part" in line) == ("columns" in corpus)
    assert not any("20%" in line for line in study_setup(parse_study({"corpus": corpus})).summary)


def test_the_columns_found_go_before_the_study_file():
    study = parse_study({"adapt": [{"name": "m", "objectives": ["mlm"]}]})
    said = study_setup(study, {"patient_id": "patient_id", "metadata": ["note_type"], "labels": []})
    assert any("split by patients" in line for line in said.summary)
    assert any("no note and no patient" in line for line in said.summary)
    assert any(" no note of " in line for line in study_setup(study).summary)


@pytest.mark.parametrize(
    ("base", "name"),
    [("minilm", "minilm"), ("org/model", "org/model"), ("/home/jo/m1", "m1"), ("./m2", "m2"), (r"C:\models\m3", "m3")],
)
def test_a_base_is_named_without_the_folders_of_the_machine(base, name):
    assert base_name(base) == name
