import json

import pyarrow as pa
import pytest

from wardspace.corpus.note.clean import Edit, Offsets
from wardspace.corpus.note.spans import SpanTypes, moved_spans, read_spans


def test_spans_come_as_records_or_as_json():
    spans = [{"start": 1, "end": 3, "kind": "name"}]
    assert read_spans(spans) == spans
    assert read_spans(json.dumps(spans)) == spans
    assert read_spans('[{"start": "1", "end": 3.0}]') == [{"start": 1, "end": 3}]
    assert read_spans(None) == read_spans("") == read_spans([]) == []


def test_relations_between_concepts_need_no_place():
    relation = {"type": "treats", "head": "D001", "tail": "C002"}
    assert read_spans([relation]) == [relation]
    assert moved_spans([relation], Offsets([[Edit(0, 2, 0)]]), 10) == ([relation], 0)
    for half in ({"head": "D001"}, {"head": "D001", "tail": None}):
        with pytest.raises(ValueError, match="start and end"):
            read_spans([half])


@pytest.mark.parametrize(
    "value", ["{", '"text"', "[1]", [{"begin": 1, "end": 2}], [{"start": 1.5, "end": 2}], {"start": 1, "end": 2}]
)
def test_anything_else_is_refused(value):
    with pytest.raises(ValueError):
        read_spans(value)


def test_nested_values_are_kept_as_json():
    assert read_spans([{"start": 0, "end": 1, "codes": ["a", "b"]}])[0]["codes"] == '["a", "b"]'


def test_every_pair_of_offsets_moves():
    offsets = Offsets([[Edit(0, 2, 0)]])
    spans = [{"head_start": 2, "head_end": 4, "tail_start": 6, "tail_end": 8, "relation": "treats"}]
    moved, dropped = moved_spans(spans, offsets, 10)
    assert moved == [{"head_start": 0, "head_end": 2, "tail_start": 4, "tail_end": 6, "relation": "treats"}]
    assert dropped == 0


def test_a_record_goes_when_one_of_its_stretches_is_gone_or_outside():
    offsets = Offsets([[Edit(0, 2, 0)]])
    gone = {"head_start": 0, "head_end": 2, "tail_start": 6, "tail_end": 8}
    outside = [{"start": 5, "end": 11}, {"start": -1, "end": 3}, {"start": 4, "end": 4}]
    assert moved_spans([gone, *outside, {"start": 9, "end": 10}], offsets, 10) == ([{"start": 7, "end": 8}], 4)


def test_types_are_learned_from_the_records():
    types = SpanTypes()
    assert types.type == pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())]))
    types.see([{"start": 1, "end": 2, "negated": True, "code": None, "score": 1}])
    types.see([{"start": 1, "end": 2, "code": "HP:1", "score": 0.5, "mixed": 1}, {"start": 0, "end": 1, "mixed": "x"}])
    fields = {field.name: field.type for field in types.type.value_type}
    assert fields == {
        "start": pa.int64(),
        "end": pa.int64(),
        "negated": pa.bool_(),
        "code": pa.string(),
        "score": pa.float64(),
        "mixed": pa.string(),
    }
    array = types.array(['[{"start": 1, "end": 2, "mixed": 7, "score": 1}]', None])
    assert array.to_pylist() == [
        [{"start": 1, "end": 2, "negated": None, "code": None, "score": 1.0, "mixed": "7"}],
        [],
    ]
