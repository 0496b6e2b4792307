from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.corpus.prepare.statistics import Categories, Lengths
from wardspace.corpus.values.tally import ReadingsTally, implausible_patient, kept_words, like_spellings
from wardspace.corpus.values.values import MISSING, RESPELLED, ROUNDED, TIME


def categories(*values):
    found = Categories(["code"])
    found.add("code", values, ["train"] * len(values))
    return found.summary()


def crowd(*notes):
    lengths = Lengths()
    lengths.add(*notes)
    return implausible_patient(lengths.summary(), "patient")


def test_counts_by_column():
    tally = ReadingsTally("patient", "when")
    assert tally.add("2024-01-05", [(RESPELLED, "patient"), (TIME, "when", "day first")])
    assert not tally.add(None, [(MISSING, "code", "NULL"), (ROUNDED, "code")])
    assert not tally.add("week 5 of 24, Smith", [])
    assert tally.summary() == {
        "respelled": {"patient": 1, "code": 1},
        "patients_in_two_spellings": 0,
        "missing_words": {"code": {"NULL": 1}},
        "times": {"read": 1, "missing": 1, "unread": 1, "converted": {"day first": 1}},
    }
    assert len(tally.warnings()) == 4
    assert not any("Smith" in warning for warning in tally.warnings())


def test_clean_values_are_nothing_to_tell():
    tally = ReadingsTally("patient", None)
    tally.add(None, [])
    assert (tally.summary(), tally.warnings()) == ({}, [])


def test_what_no_patient_can_have():
    assert crowd(25, *[1] * 30)
    assert crowd(25, *[3] * 30)
    assert not crowd(*[3] * 30, 8)
    assert not crowd(25, *[10] * 30)
    assert not crowd(100, *[1] * 5000)
    assert implausible_patient({}, "patient") is None


def test_words_that_count_as_a_class():
    assert len(kept_words(categories("None", "a", "NA", "b"), MissingConfig())) == 2
    assert kept_words(categories("a", "b", None), MissingConfig()) == []


def test_codes_that_differ_by_zeros_alone():
    assert like_spellings(categories("428", "428.0", "401.9"))
    assert not like_spellings(categories("428.0", "401.9", "486"))
