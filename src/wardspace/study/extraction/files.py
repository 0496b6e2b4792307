"""The files of an extraction: the table as Parquet and CSV, resources of FHIR as NDJSON, and what holds text."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.core.errors import RunError
from wardspace.core.files import file_digest, whole_file
from wardspace.study.extraction.rows import RowForm
from wardspace.tasks.fields.fhir import is_of_the_patient, read_resource, resource_of

TABLE, CSV, PAGE, REJECTS, MANIFEST = "values.parquet", "values.csv", "extract.html", "rejects.parquet", "manifest.json"
FHIR = "fhir"
"""Folder of the resources: one file a type, as in FHIR bulk data."""
OTHERS = "not of the patient"
"""Counts values that become no resource: of a relative, or only possible."""


def write_table(tables: Iterable[pa.Table], form: RowForm, folder: Path) -> None:
    """Write values.parquet and values.csv with the same content; lists are JSON in the CSV."""
    with ExitStack() as stack:
        whole, flat = (stack.enter_context(whole_file(folder / name)) for name in (TABLE, CSV))
        writer = stack.enter_context(pq.ParquetWriter(whole, form.schema))
        handle = stack.enter_context(flat.open("w", encoding="utf-8", newline=""))
        rows = csv.writer(handle)
        rows.writerow(form.schema.names)
        for table in tables:
            writer.write_table(table)
            for row in table.to_pylist():
                rows.writerow([_cell(row[name]) for name in form.schema.names])


def _cell(value: Any) -> Any:
    """A value as it is written in a CSV; numbers as short as float32 allows."""
    if isinstance(value, list):
        return json.dumps([_short(one) for one in value], ensure_ascii=False)
    return _short(value)


def _short(value: Any) -> Any:
    return float(str(np.float32(value))) if isinstance(value, float) else value


def write_resources(tables: Iterable[pa.Table], form: RowForm, types: Iterable[str], folder: Path) -> Counter[str]:
    """Write one NDJSON file for each type of resource, read every line back, and count resources by type.

    Raises
    ------
    WardspaceError
        If what was written is not valid R4.
    RunError
        If other values are read than were written.
    """
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        scratches = {name: stack.enter_context(whole_file(folder / FHIR / f"{name}.ndjson")) for name in types}
        files = {name: stack.enter_context(path.open("w", encoding="utf-8")) for name, path in scratches.items()}
        for table in tables:
            for row in table.to_pylist():
                counts.update(_write_row(row, form, files))
        for handle in files.values():
            handle.flush()
        for name, path in scratches.items():
            with path.open(encoding="utf-8") as handle:
                if sum(1 for _ in _read(handle)) != counts[name]:
                    raise RunError("other resources are read than were written", where=path, fix="report this")
    return counts


def _write_row(row: Mapping[str, Any], form: RowForm, files: Mapping[str, IO[str]]) -> Iterator[str]:
    for field, value in form.values(row):
        if field.fhir is None:
            continue
        if not is_of_the_patient(value):
            yield OTHERS
            continue
        resource = resource_of(field, field.fhir, value, (row["note_id"], row["patient_id"]))
        files[field.fhir.resource].write(json.dumps(resource, ensure_ascii=False) + "\n")
        yield field.fhir.resource


def _read(lines: Iterable[str]) -> Iterator[Any]:
    for line in lines:
        yield read_resource(json.loads(line))


def described(folder: Path) -> dict[str, Any]:
    """Each file with its size and hash, and whether it holds text of notes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and name != MANIFEST and not name.startswith("."):
            about = {"bytes": path.stat().st_size, "sha256": file_digest(path), "holds_text": name != REJECTS}
            found[name] = about
    return found
