from typing import get_args

import pytest

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.source import SourceFormat
from wardspace.corpus.readers import FORMATS
from wardspace.corpus.readers.format import filled

OWN = ColumnsConfig(note_id="ROW_ID", patient_id="SUBJECT_ID", text="TEXT", metadata=["CATEGORY"])


def test_a_study_file_may_name_every_format_and_no_other():
    assert set(get_args(SourceFormat)) == {"auto", *FORMATS}


def test_roles_that_a_study_leaves_open_are_the_formats_own():
    assert filled(ColumnsConfig(), OWN) == OWN
    mine = filled(ColumnsConfig(note_id="CGID", metadata=["DESCRIPTION"], labels=["TRIAGE"]), OWN)
    assert (mine.note_id, mine.patient_id, mine.metadata) == ("CGID", "SUBJECT_ID", ["DESCRIPTION"])
    assert mine.labels == ["TRIAGE"]


@pytest.mark.parametrize("name", [name for name, known in FORMATS.items() if known.columns])
def test_a_study_with_every_default_written_out_means_the_same(name):
    columns = FORMATS[name].columns
    written_out = ColumnsConfig.model_validate(ColumnsConfig().model_dump())
    assert columns(written_out) == columns(ColumnsConfig())
    assert columns(columns(ColumnsConfig())) == columns(ColumnsConfig())


def test_the_ward_is_read_from_no_file():
    assert FORMATS["ward"].files(SourceConfig(format="ward")) == []
