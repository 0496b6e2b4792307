import pytest

from tests.fixtures.sources import corpus_config, csv_text
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.resolve import resolved
from wardspace.corpus.readers import open_readers
from wardspace.corpus.values.look import look
from wardspace.corpus.values.time_forms import TimeForm

COLUMNS = {"patient_id": "patient", "time": "when", "labels": ["code"]}
HEADER = ("note_id", "patient", "when", "code", "text")


def looked(folder, files, columns=COLUMNS, **sections):
    for name, rows in files.items():
        (folder / name).write_text(csv_text([(f"{name}{i}", *row, "a text") for i, row in enumerate(rows)], HEADER))
    config, roles = resolved(corpus_config(folder, columns, **sections))
    return look(open_readers(config.source, roles.needed, folder), roles, config)


def day(number, month=1):
    return f"{number}/{month}/2024"


def test_forms_are_told_by_file_and_shared_where_one_leaves_it_open(tmp_path):
    values = looked(
        tmp_path,
        {
            "a.csv": [("1", "2024-01-05", "x")],
            "b.csv": [("1", day(13), "x")],
            "c.csv": [("1", day(3), "x")],
            "d.csv": [("1", "20240105", "x")],
        },
    )
    assert [values.time(f"{file}.csv", "when", "4/5/2024", [], None) for file in "abc"] == [
        "4/5/2024",
        "2024-05-04",
        "2024-05-04",
    ]
    assert values.time("d.csv", "when", "20240506", [], None) == "2024-05-06"
    assert values.time("a.csv", "when", "20240506", [], None) == "20240506"
    assert values.warnings == ()


def test_a_form_of_all_files_does_not_depend_on_which_there_are(tmp_path):
    one = looked(tmp_path, {"a.csv": [("1", day(13), "x")]})
    two = looked(tmp_path, {"b.csv": [("1", day(14), "x")]})
    assert one.identity() == two.identity()
    assert two.forms == {("", "when"): TimeForm(day_first=True)}


def test_it_reads_on_until_a_value_tells(tmp_path):
    rows = [("1", day(1 + i % 12), "x") for i in range(3000)]
    assert looked(tmp_path, {"a.csv": [*rows, ("1", day(1, 31), "x")]}).forms["", "when"] == TimeForm(day_first=False)


def test_what_nothing_tells_is_asked_for(tmp_path):
    rows = {"a.csv": [(str(i), day(1 + i), "x") for i in range(9)]}
    (warning,) = looked(tmp_path, rows).warnings
    assert "corpus.columns.time_format" in warning
    with pytest.raises(CorpusError) as error:
        looked(tmp_path, rows, split={"by": "time"})
    assert error.value.where == "corpus.columns.time_format"
    assert looked(tmp_path, rows, COLUMNS | {"time_format": "%d/%m/%Y"}, split={"by": "time"}).warnings == ()


def test_points_that_mean_something(tmp_path):
    files = {"a.csv": [("1", "", "428.0"), ("2.0", "", "401.9")], "b.csv": [("1", "", "250.00"), ("2", "", "486")]}
    values = looked(tmp_path, files)
    assert values.pointed == {"code"}
    assert [values.text("code", text, []) for text in ("428.0", "250.00")] == ["428.0", "250.00"]
    assert values.text("patient", "2.0", []) == "2"


def test_a_single_slip_gives_points_no_meaning(tmp_path):
    slips = [(f"{number}.0", "", "x") for number in range(50)] + [("10.5", "", "x")]
    assert looked(tmp_path, {"a.csv": slips}).pointed == frozenset()


def test_a_word_that_ids_are_filled_with_means_the_same_in_categories(tmp_path):
    none = ("None", "2024-01-01", "None")
    assert looked(tmp_path, {"a.csv": [none]}).text("code", "None", [], category=True) is None
    assert looked(tmp_path, {"a.csv": [("1", "2024-01-01", "None")]}).text("code", "None", [], category=True) == "None"


def test_words_that_yaml_takes_for_something_else():
    config = MissingConfig.model_validate({"words": [None, float("nan"), -99, "unknown"]})
    assert config.words == ["NULL", "null", "nan", "NaN", "-99", "unknown"]
