import sqlite3

import pytest

from wardspace.config import ColumnsConfig
from wardspace.config.corpus.duplicates import VersionsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.duplicates.versions import Versions, version_columns


def superseded(*notes):
    versions = Versions(sqlite3.connect(":memory:"))
    for number, (fields, stored) in enumerate(notes):
        versions.add(number, fields, stored)
    return dict(versions.superseded()), versions.incomplete


def test_the_version_stored_last_is_kept():
    same = ("p", "2024-01-01", "nursing", "c1")
    assert superseded((same, 3.0), (same, 1.0), (same, 2.0), (("q", *same[1:]), 9.0)) == ({1: 0, 2: 0}, 0)


def test_of_versions_stored_at_once_the_last_row_is_kept():
    assert superseded((("p", "t"), 0.0), (("p", "t"), 0.0)) == ({0: 1}, 0)


def test_what_lacks_a_field_is_kept_and_counted():
    assert superseded((("p", None), 1.0), (("p", None), 2.0), (("p", "t"), None), (("p", "t"), 1.0)) == ({}, 3)


def test_fields_do_not_run_into_each_other():
    assert superseded((("p", "ab", "c"), 1.0), (("p", "a", "bc"), 1.0)) == ({}, 0)


def test_columns_come_in_their_order_and_time_from_its_role():
    columns = ColumnsConfig(patient_id="p", time="t")
    assert version_columns(None, columns) == ()
    assert version_columns(VersionsConfig(), columns) == ("t",)
    config = VersionsConfig(time="chart", category="kind", caregiver="who", stored="at")
    assert version_columns(config, columns) == ("chart", "kind", "who", "at")


@pytest.mark.parametrize(
    ("columns", "message"), [({"time": "t"}, "no column of patients"), ({"patient_id": "p"}, "no column of times")]
)
def test_versions_need_a_patient_and_a_time(columns, message):
    with pytest.raises(CorpusError, match=message) as caught:
        version_columns(VersionsConfig(), ColumnsConfig(**columns))
    assert caught.value.where.startswith("corpus.deduplicate.versions")
    assert caught.value.fix
