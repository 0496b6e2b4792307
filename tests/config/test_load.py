import textwrap

import pytest

from wardspace.config import load_study, parse_study, study_keys
from wardspace.config.load import RENAMED
from wardspace.core.errors import StudyError

COLUMNS = {"metadata": ["note_type"], "labels": ["specialty"]}


def mistakes(values, overrides=()):
    with pytest.raises(StudyError) as caught:
        parse_study(values, overrides)
    return str(caught.value)


def test_every_mistake_is_named_at_once_with_its_key():
    told = mistakes(
        {
            "corpus": {"columns": {**COLUMNS, "txt": "a"}, "splitt": {}},
            "budget": {"tokens": "many"},
            "adapt": [{"name": "a", "objectives": [{"declutr": {"anchor": 1}}, "foo"]}],
            "tasks": [{"name": "s", "label": "specialt"}, {"name": "u", "label": "specialty", "shots": ["x"]}],
        }
    )
    for key in (
        "corpus.columns.txt: no such key; did you mean text?",
        "corpus.splitt: no such key; did you mean split?",
        "budget.tokens",
        "adapt.0.objectives.0.anchor: no such key; did you mean anchors?",
        "adapt.0.objectives.1: no such objective",
        "tasks.0.label: no column 'specialt'",
        "tasks.1.shots.0",
    ):
        assert key in told
    assert "7 mistakes" in told


def test_a_key_called_like_a_kind_is_told_with_its_place():
    told = mistakes(
        {
            "corpus": {"columns": COLUMNS},
            "adapt": [{"name": "a", "objectives": [{"category": {"mlm": {"share": 2}}}]}],
            "tasks": [{"name": "s", "label": "specialty", "retrieval": 3}],
        }
    )
    assert "adapt.0.objectives.0.mlm.share: no such key" in told
    assert "tasks.0.retrieval: no such key" in told
    assert "2 mistakes" in told


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_a_renamed_key_is_told_with_its_new_name(old, new):
    sections = {key.place for key in study_keys()}
    assert any(place == new or place.startswith(f"{new}.") for place in sections)
    assert not any(place == old or place.startswith(f"{old}.") for place in sections)
    values = {}
    for part in reversed(old.split(".")):
        values = {part: values}
    told = mistakes(values)
    assert f"{old}: " in told
    assert new in told


def test_the_renamed_probe_is_told_with_its_new_name():
    told = mistakes({"tasks": [{"name": "s", "label": "specialty", "probes": ["logistic", "words_beside"]}]})
    assert "tasks.0.probes.1: " in told
    assert "embedding_tfidf" in told.replace("'embedding_tfidf'", "")  # named by itself, not among all that there are


def test_objectives_by_name_or_with_options():
    study = parse_study({"adapt": [{"name": "a", "objectives": ["mlm", {"declutr": {"anchors": 1}}, {"mlm": None}]}]})
    kinds = [objective.kind for objective in study.adapt[0].objectives]
    assert kinds == ["mlm", "declutr", "mlm"]
    assert study.adapt[0].objectives[1].anchors == 1


def test_overrides_reach_lists_and_sections():
    raw = {"adapt": [{"name": "a", "objectives": ["mlm"]}]}
    study = parse_study(raw, ["budget.tokens=5", "adapt.0.name=b", "corpus.source.path=x y.csv", "transductive=true"])
    assert (study.budget.tokens, study.adapt[0].name, study.corpus.source.path) == (5, "b", "x y.csv")
    assert study.transductive
    assert raw["adapt"][0]["name"] == "a"


@pytest.mark.parametrize("override", ["budget.tokens", "adapt.3.name=x", "a=[", "=1"])
def test_bad_overrides_are_told(override):
    assert "--set" in mistakes({"adapt": []}, [override])


def test_an_override_that_is_no_yaml_is_text():
    given = ["corpus.columns.time=when", "corpus.columns.time_format=%d.%m.%Y %H:%M"]
    assert parse_study({}, given).corpus.columns.time_format == "%d.%m.%Y %H:%M"
    assert parse_study({}, ["corpus.columns.text=@note"]).corpus.columns.text == "@note"


@pytest.mark.parametrize(
    ("raw", "overrides", "where"),
    [
        ({}, ["corpus.source.formt=csv"], "--set corpus.source.formt=csv"),
        ({"nam": "x"}, ["budget.tokens=9"], "study"),
        ({"nam": "x"}, ["budget.tokens=-1"], "study, --set budget.tokens=-1"),
        ({}, ["name=x", "budget=5"], "--set budget=5"),
        ({"adapt": [{"name": "a", "objectives": ["mlm"]}]}, ["adapt.0.objectives.0.mlm.x=1"], None),
        ({"tasks": [{"name": "t"}]}, ["tasks.0.shots=[8]"], "study"),
    ],
)
def test_a_mistake_of_an_override_is_told_as_that(raw, overrides, where):
    with pytest.raises(StudyError) as told:
        parse_study(raw, overrides)
    assert told.value.where == (where or f"--set {overrides[0]}")


def test_a_label_that_an_objective_learns_from_is_refused_unless_allowed():
    values = {
        "corpus": {"columns": COLUMNS},
        "adapt": [{"name": "c", "objectives": ["category"]}],
        "tasks": [{"name": "t", "label": "note_type"}],
    }
    assert "learns from 'note_type'" in mistakes(values)
    values["tasks"][0]["allow_trained_label"] = True
    assert parse_study(values).tasks[0].allow_trained_label


def test_names_must_differ_and_leave_the_baselines_alone():
    twice = [{"name": "a", "objectives": ["mlm"]}] * 2
    assert "named twice: a" in mistakes({"adapt": twice})
    assert "baseline" in mistakes({"adapt": [{"name": "tfidf", "objectives": ["mlm"]}]})


def test_files_that_are_no_study(tmp_path):
    with pytest.raises(StudyError, match="no such study file"):
        load_study(tmp_path / "none.yaml")
    broken = tmp_path / "a.yaml"
    broken.write_text("a: [1\nb: 2")
    with pytest.raises(StudyError, match=r"^.*a\.yaml is not a YAML file: .*expected ','") as told:
        load_study(broken)
    assert told.value.where == f"{broken}, line 2, column 2"
    assert "unicode string" not in str(told.value)
    broken.write_bytes(b"a: \xff")
    with pytest.raises(StudyError, match=r"a\.yaml is not a YAML file: it is not UTF-8"):
        load_study(broken)
    broken.write_text("a: \x07")
    with pytest.raises(StudyError, match="special characters are not allowed") as told:
        load_study(broken)
    assert told.value.where == f"{broken}, character 4"
    broken.write_text("- a")
    with pytest.raises(StudyError, match="mapping"):
        load_study(broken)


def test_a_key_given_twice_is_told(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(textwrap.dedent("budget: {tokens: 1}\nname: x\nbudget: {tokens: 2}\n"))
    with pytest.raises(StudyError, match="budget"):
        load_study(file)


def test_resolved_study_reads_back_as_itself():
    study = parse_study(
        {"corpus": {"columns": COLUMNS}, "adapt": [{"name": "c", "objectives": ["category", "declutr"]}]}
    )
    assert parse_study(study.resolved()) == study


def test_every_key_has_a_line_of_help():
    keys = list(study_keys())
    assert len(keys) > 80
    assert [key.place for key in keys if not key.help] == []


def test_numbers_out_of_range_and_names_with_blanks_are_told_plainly():
    told = mistakes({"name": "my study", "tasks": [{"name": "t", "label": "x", "shots": [0]}]})
    assert "no blanks" in told
    assert "tasks.0.shots.0" in told


def test_keys_are_written_as_set_takes_them_and_in_plain_types():
    keys = {key.place: key.type for key in study_keys()}
    assert keys["tasks.N.shots"] == "list of whole number"
    assert keys["adapt.N.objectives.N.declutr.strategy"] == "any | subsuming | adjacent"
    assert not [kind for kind in keys.values() if "wardspace" in kind or "Annotated" in kind]
