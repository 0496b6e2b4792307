"""Examined chunks come back from bytes as they were."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.duplicates.sketching import Sketcher
from wardspace.corpus.note.mending import Mending
from wardspace.corpus.note.mending_tally import MendingTally
from wardspace.corpus.note.note import Note, Unusable
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.processing.chunks import Examined, ExaminedChunk
from wardspace.corpus.processing.shards import packed, unpacked

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MAYBE = st.none() | TEXT
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
MAYBES = st.lists(MAYBE, max_size=3).map(tuple)
SKETCH = st.none() | TEXT.map(lambda text: Sketcher(2).sketched([text])[0])
NOTE = st.builds(
    Note,
    note_id=TEXT,
    patient_id=MAYBE,
    time=MAYBE,
    text=TEXT,
    categories=MAYBES,
    spans=TEXTS,
    stratum=MAYBE,
    changed=TEXTS,
    split=MAYBE,
    auxiliary=MAYBES,
    identifiers=st.lists(TEXTS, max_size=2).map(tuple),
    reviewed=st.booleans(),
    readings=st.lists(TEXTS, max_size=2).map(tuple),
    tokens=st.none() | st.integers(0, 10**9),
    sketch=SKETCH,
)
UNUSABLE = st.builds(Unusable, note_id=MAYBE, fault=st.builds(Fault, kind=TEXT, reason=TEXT))
ROWS = st.lists(st.builds(Examined, number=st.integers(1, 2**62), found=NOTE | UNUSABLE), max_size=4)


@given(ROWS, st.integers(0, 5))
def test_a_chunk_comes_back(rows, dropped):
    types = SpanTypes()
    types.see([{"start": 1, "end": 2, "code": None}])
    mending = MendingTally()
    mending.add("names", Mending(3, 1, 1, "bytes", 0), "a.csv", 7)
    mending.add("names", Mending(2), "a.csv", 8)
    back = unpacked(packed(ExaminedChunk(rows, {"names": types}, dropped, mending)))
    assert [plain(row) for row in back.rows] == [plain(row) for row in rows]
    assert back.spans_dropped == dropped
    assert back.span_types["names"].state() == types.state()
    assert back.mending.summary() == mending.summary()
    counts = {"read": 5, "mended": 1, "lost": 1, "units": {"bytes": 1}}
    assert back.mending.summary()["names"] == counts | {
        "places": {"mended": ["a.csv, row 7"], "lost": ["a.csv, row 7"]}
    }


def plain(row):
    """Arrays as lists: they do not compare as wholes."""
    if isinstance(row.found, Unusable) or row.found.sketch is None:
        return row
    assert row.found.sketch.shingles.dtype == np.uint64
    return row._replace(found=row.found._replace(sketch=[part.tolist() for part in row.found.sketch]))


def test_an_undecodable_id_is_kept_as_far_as_it_goes():
    rows = [Examined(1, Unusable("n\udc80", Fault("kind", "reason")))]
    assert unpacked(packed(ExaminedChunk(rows, {}, 0, MendingTally()))).rows[0].found.note_id == "n?"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_half_a_chunk_is_told(share):
    rows = [Examined(i, Unusable(f"n{i}", Fault("kind", "reason"))) for i in range(50)]
    content = packed(ExaminedChunk(rows, {}, 0, MendingTally()))
    with pytest.raises((pa.ArrowInvalid, OSError)):
        unpacked(content[: int(len(content) * share)])
