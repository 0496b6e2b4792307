"""Damage of valid files: whatever a reader meets costs rows or ends in a message, and is never a traceback."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.corpus.readers.fhir.test_fhir import document, packed, report
from tests.fixtures.bad import good
from tests.fixtures.omop import TABLES
from tests.fixtures.sources import csv_text
from tests.fixtures.warehouses import MIMIC4_NOTE, NOTEEVENTS
from wardspace.config import CleanConfig, ColumnsConfig, CorpusConfig, SourceConfig
from wardspace.config.corpus.cleaning import RejectConfig
from wardspace.core.errors import WardspaceError
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.prepare.resolve import resolved
from wardspace.corpus.processing.chunks import Chunk
from wardspace.corpus.readers import FORMATS, open_readers

NOTES = good(12)
SPANS = [{"start": 0, "end": 4, "type": "seen", "id": "T1"}]


def parquet(**columns: list[Any]) -> bytes:
    """A small Parquet file."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=5)
    return sink.getvalue()


def squad() -> str:
    """Articles with questions."""
    asked = [{"id": "q", "question": "When?", "answers": [{"text": "day", "answer_start": 8}]}]
    articles = [{"title": key, "paragraphs": [{"context": text, "qas": asked}]} for key, text in NOTES]
    return json.dumps({"version": "1", "data": articles})


def resources() -> str:
    """FHIR resources, some with attachments."""
    notes = [document(key, {"contentType": "text/plain", "data": packed(text)}) for key, text in NOTES]
    return "\n".join(json.dumps(one) for one in [*notes, report("r1", conclusion="Stable.")])


def table(header: list[str], **values: str) -> str:
    """A table of notes in which all other columns are alike."""
    rows = [{**values, header[0]: str(i), header[-1]: text} for i, (_, text) in enumerate(NOTES)]
    return csv_text([[row.get(name, "") for name in header] for row in rows], header)


Files = dict[str, bytes]


def omop() -> Files:
    """The tables of OMOP as CSV."""
    return {
        f"{name}.csv": csv_text(
            [["" if v is None else v for v in row.values()] for row in rows], list(rows[0])
        ).encode()
        for name, rows in TABLES.items()
    }


def meds() -> Files:
    """Events in Parquet, and the splits of their subjects."""
    count = len(NOTES)
    events = parquet(
        subject_id=[i % 4 for i in range(count)],
        time=[None] * count,
        code=["NOTE//DS"] * count,
        text_value=[text for _, text in NOTES],
    )
    splits = parquet(subject_id=[0, 1, 2, 3], split=["train", "train", "tuning", "held_out"])
    return {"data/0.parquet": events, "metadata/subject_splits.parquet": splits}


def brat() -> Files:
    """Texts with annotations of every kind."""
    marks = (
        "T1\tSign 0 4\tSeen\nT2\tTime 5 11\ton day\nE1\tSeeing:T1 When:T2\nR1\tAt Arg1:T1 Arg2:T2\nA1\tNegation T1\n"
    )
    files = {f"{key}.txt": text.encode() for key, text in NOTES[:4]}
    return files | {
        f"{key}.ann": (marks + "N1\tReference T1 X:1\tSeen\n#1\tNote T1\tx\n").encode() for key, _ in NOTES[:4]
    }


def records() -> str:
    """Notes as JSON lines."""
    rows = [{"note_id": key, "text": text, "label": i, "marks": SPANS} for i, (key, text) in enumerate(NOTES)]
    return "".join(json.dumps(row) + "\n" for row in rows)


COLUMNS = {"labels": ["label"], "spans": ["marks"]}
TABLE = csv_text(
    [(key, text, i, json.dumps(SPANS)) for i, (key, text) in enumerate(NOTES)], ("note_id", "text", "label", "marks")
)
PUBTATOR = "".join(
    f"{i}|t|Title\n{i}|a|{text}\n{i}\t0\t5\tTitle\tKind\tX\n{i}\tCID\tX\tY\n\n" for i, (_, text) in enumerate(NOTES)
)
SENTENCES = csv_text(
    [(i // 3, i, text, "['a', 'b']" if i % 2 else "") for i, (_, text) in enumerate(NOTES)],
    ("document_id", "sentence", "text", "labels"),
)
CONLL = "".join("-DOCSTART- O\n\n" + "".join(f"{word} B-A\n" for word in text.split()) + "\n" for _, text in NOTES)
WITH_TYPES = parquet(
    note_id=pa.array([bytes([i]) * 16 for i in range(12)], pa.binary(16)),
    text=pa.array([text for _, text in NOTES]).dictionary_encode(),
    label=pa.array([i * 0.5 for i in range(12)], pa.float64()),
    marks=[SPANS] * 12,
)

CASES: dict[str, tuple[Callable[[], Files], dict[str, Any]]] = {
    "csv": (lambda: {"a.csv": TABLE.encode(), "b.csv.gz": gzip.compress(TABLE.encode())}, COLUMNS),
    "tsv": (lambda: {"a.tsv": TABLE.replace(",", "\t").encode()}, {}),
    "jsonl": (lambda: {"a.jsonl": records().encode()}, COLUMNS),
    "parquet": (lambda: {"a.parquet": WITH_TYPES}, COLUMNS),
    "mimic-iii": (
        lambda: {"NOTEEVENTS.csv": table(list(NOTEEVENTS), SUBJECT_ID="1").encode()},
        {},
    ),
    "mimic-iv-note": (lambda: {"discharge.csv": table(list(MIMIC4_NOTE), subject_id="1").encode()}, {}),
    "omop": (omop, {}),
    "meds": (meds, {}),
    "fhir": (lambda: {"a.ndjson": resources().encode()}, {}),
    "brat": (brat, {}),
    "pubtator": (lambda: {"a.pubtator": PUBTATOR.encode()}, {}),
    "conll": (lambda: {"a.conll": CONLL.encode()}, {}),
    "sentences": (lambda: {"a.csv": SENTENCES.encode()}, {}),
    "squad": (lambda: {"a.json": squad().encode(), "b.json.gz": gzip.compress(squad().encode())}, {}),
}

json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
odd_values = (
    json_values | st.lists(json_values, max_size=3) | st.dictionaries(st.text(max_size=4), json_values, max_size=3)
)
ODD = [
    "\xff".encode("latin-1"),
    "²".encode(),
    "\u2028".encode(),
    b'"',
    b"\\",
    b"\0",
    b"\r",
    b"\n",
    b"\t",
    b"{",
    b"]",
    b"9" * 5000,
]


def replaced(content: bytes, draw: st.DrawFn) -> bytes:
    """JSON with another value somewhere; as it is where it is no JSON."""
    lines = content.split(b"\n")
    at = draw(st.integers(0, len(lines) - 1))
    try:
        root = node = {"": json.loads(lines[at])}
    except ValueError:
        return content
    key: Any = ""
    while isinstance(node[key], dict | list) and node[key] and draw(st.integers(0, 5)):
        node = node[key]
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
    node[key] = draw(odd_values)
    lines[at] = json.dumps(root[""]).encode()
    return b"\n".join(lines)


@st.composite
def damaged(draw: st.DrawFn, files: Files) -> Files:
    """Files of which one is damaged in a few places."""
    name = draw(st.sampled_from(sorted(files)))
    content = files[name]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        kind = draw(st.sampled_from(["flip", "cut", "insert", "lines", "drop", "json"]))
        if kind == "flip":
            content = content[:at] + draw(st.binary(min_size=1, max_size=4)) + content[at + 1 :]
        elif kind == "cut":
            content = content[:at]
        elif kind == "insert":
            content = content[:at] + draw(st.sampled_from(ODD)) + content[at:]
        elif kind == "lines":
            lines = content.split(b"\n")
            line = draw(st.sampled_from(lines))
            content = b"\n".join([*lines, *[line] * draw(st.integers(1, 3))])
        elif kind == "drop":
            content = content[:at] + content[at + draw(st.integers(1, 40)) :]
        else:
            content = replaced(content, draw)
    return files | {name: content}


def read(folder: Path, kind: str, columns: dict[str, Any]) -> None:
    """Read and examine all rows, as a preparation does."""
    source = SourceConfig(path=str(folder), format=kind)
    config, roles = resolved(CorpusConfig(source=source, columns=ColumnsConfig(**columns)))
    examiner = Examiner(roles, Cleaner(CleanConfig()), RejectConfig())
    for reader in open_readers(config.source, roles.needed, folder / ".scratch"):
        for row in reader.rows():
            assert row.number >= 1
            assert row.values is not None or row.fault
            Chunk(reader.name, [row]).digest()
            examiner.examine(reader.name, row)
        assert all(isinstance(warning, str) for warning in reader.warnings)


def written(folder: Path, files: Files) -> None:
    """Write the files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_every_format_is_damaged() -> None:
    assert set(CASES) == set(FORMATS) - {"ward"}


@pytest.mark.parametrize("kind", CASES)
def test_whole_files_are_read(tmp_path: Path, kind: str) -> None:
    make, columns = CASES[kind]
    written(tmp_path, make())
    read(tmp_path, kind, columns)


@pytest.mark.parametrize("kind", CASES)
def test_damage_costs_rows_or_ends_in_a_message(kind: str) -> None:
    make, columns = CASES[kind]
    whole = make()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(damaged(whole))
    def check(files: Files) -> None:
        with tempfile.TemporaryDirectory() as folder:
            written(Path(folder), files)
            try:
                read(Path(folder), kind, columns)
            except WardspaceError as error:
                assert error.fix
                assert error.where

    check()
