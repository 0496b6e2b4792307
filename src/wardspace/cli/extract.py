"""`wardspace extract`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wardspace.cli.options import Clean, Encoding, IdColumn, Notes, PatientColumn, SourceFormat, TextColumn
from wardspace.core.progress import say

if TYPE_CHECKING:
    from wardspace.study.extraction.extract import Extraction


def extract(
    notes: Notes,
    *,
    fields: Annotated[Path, typer.Option("--fields", metavar="FIELDS.yaml", help="What to take from each note.")],
    models: Annotated[
        list[Path],
        typer.Option(
            "--models",
            metavar="FOLDER",
            help="RUN/models/TASK-MODEL-SETTING of a task with `keep: true`; may be given again.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder to write; it will hold words of notes.")],
    page: Annotated[int, typer.Option("--page", min=0, help="Notes on extract.html; 0: no page.")] = 50,
    text: TextColumn = None,
    note_id: IdColumn = None,
    patient_id: PatientColumn = None,
    kind: SourceFormat = None,
    encoding: Encoding = None,
    clean: Clean = None,
) -> None:
    """Fill declared fields from notes: a table, FHIR resources and a page; their text is in the folder you name."""
    from wardspace.cli.embed import known_format
    from wardspace.config.fields import load_fields
    from wardspace.study.commands.own_columns import own_columns
    from wardspace.study.extraction.extract import Request
    from wardspace.study.extraction.extract import extract as extracted
    from wardspace.tasks.fields.extractor import Extractor

    asked = load_fields(fields)
    extractor = Extractor.open(asked, models)
    given = {"format": None if kind is None else known_format(kind), "encoding": encoding}
    own = own_columns(str(models[0]), notes, given, text, note_id, patient_id=patient_id, markup=clean or ())
    _tell(extracted(extractor, Request(models=models, page=page, **own._asdict()), out), out)


def _tell(done: Extraction, out: Path) -> None:
    from wardspace.core.wording import counted, listed

    for warning in done.warnings:
        say(f"  note: {warning}")
    without = {name: count for name, count in done.counts.items() if name in ("no text", "another script") and count}
    if without:
        said = listed([f"{counted(count, 'note')} with {name}" if name == "no text" else
                       f"{counted(count, 'note')} in {name} than the models have learned"
                       for name, count in without.items()])  # fmt: skip
        say(f"  note: empty rows for {said}")
    if others := done.resources["not of the patient"]:
        say(f"  note: {counted(others, 'value')} of relatives, or only possible, became no FHIR resource")
    reasons = ", ".join(f"{count} {kind}" for kind, count in done.left_out.most_common()) or "none"
    resources = [f"{name} {count:,}" for name, count in sorted(done.resources.items()) if name != "not of the patient"]
    fhir = f"; FHIR: {', '.join(resources)}" if resources else ""
    found = done.counts["notes"] - done.counts["nothing found"]
    say(f"✓ {out}: {counted(done.counts['notes'], 'note')}, {found:,} with a value{fhir}; rows left out: {reasons}")
    say("  values, FHIR resources and page hold words of notes: manifest.json says which files do")
