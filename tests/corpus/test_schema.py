import pyarrow as pa
import pytest

from wardspace.config import ColumnsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.schema import note_schema, resolve_roles


def test_needed_columns_are_named_once():
    columns = ColumnsConfig(patient_id="person", time="day", text="body", metadata=["ward"], labels=["ward", "code"])
    roles = resolve_roles(columns, "site")
    assert roles.needed == ("note_id", "person", "day", "body", "site", "ward", "code")
    assert roles.categories == ("ward", "code")


def test_the_first_label_is_stratified_by_default():
    assert resolve_roles(ColumnsConfig(labels=["b", "a"]), None).stratify == "b"
    assert resolve_roles(ColumnsConfig(), None).stratify is None


@pytest.mark.parametrize("name", ["note_id", "patient_id", "time", "text", "split"])
def test_names_of_fixed_columns_are_taken(name):
    with pytest.raises(CorpusError, match=name):
        resolve_roles(ColumnsConfig(metadata=[name]), None)


def test_spans_are_no_categories():
    with pytest.raises(CorpusError, match="names"):
        resolve_roles(ColumnsConfig(labels=["names"], spans=["names"]), None)


def test_the_schema_has_fixed_columns_first():
    roles = resolve_roles(ColumnsConfig(metadata=["ward"], labels=["code"], spans=["names"]), None)
    schema = note_schema(roles, {"names": pa.list_(pa.string())})
    assert schema.names == ["note_id", "patient_id", "time", "text", "split", "ward", "code", "names"]
    assert not schema.field("text").nullable
    assert schema.field("ward").nullable
