import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wardspace.corpus.prepare.parts import ContentHash, PartsWriter
from wardspace.corpus.schema import Roles, note_schema

ROLES = Roles("note_id", None, None, "text", (), ("kind",), (), "kind")
SCHEMA = note_schema(ROLES, {})


def batch(start, n):
    columns = {name: [f"{name} {i}" for i in range(start, start + n)] for name in SCHEMA.names}
    return pa.record_batch([pa.array(values) for values in columns.values()], schema=SCHEMA)


@pytest.mark.parametrize("part_notes", [3, 10, 1000])
def test_parts_hold_all_notes_in_order_and_no_more_than_they_may(tmp_path, part_notes):
    with PartsWriter(tmp_path, SCHEMA, ROLES, part_notes) as writer:
        for start in range(0, 35, 7):
            writer.write(batch(start, 7))
    tables = [pq.read_table(tmp_path / name) for name in writer.names]
    assert [table.num_rows for table in tables[:-1]] == [part_notes] * (len(tables) - 1)
    assert pa.concat_tables(tables)["note_id"].to_pylist() == [f"note_id {i}" for i in range(35)]


def test_the_hash_does_not_depend_on_batches():
    def hashed(*batches):
        hasher = ContentHash(["a", "b"])
        for columns in batches:
            hasher.add(columns)
        return hasher.hexdigest()

    whole = hashed([["1", "2", "3"], ["x", None, "z"]])
    assert whole == hashed([["1"], ["x"]], [["2", "3"], [None, "z"]])
    assert whole != hashed([["1", "2", "3"], ["x", "", "z"]])
    assert whole != hashed([["1", "2", "3x"], ["x", None, "z"]])
    assert hashed([["ab"], ["c"]]) != hashed([["a"], ["bc"]])
