"""Arguments that several commands share, with the same names and defaults everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.", show_default=False)]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key of the study file (items of lists by number: tasks.0.shots=[8]); may be given again.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", help="The run folder; default runs/NAME.", show_default=False)]

Notes = Annotated[str, typer.Argument(help="A file, folder or glob, in any format that `prepare` reads.")]
TextColumn = Annotated[
    str | None, typer.Option("--text", help="Column of the text; by default as in the model's study, else `text`.")
]
IdColumn = Annotated[
    str | None,
    typer.Option("--id", help="Column of the note's id; by default as in the model's study, else `note_id`."),
]
PatientColumn = Annotated[
    str | None,
    typer.Option("--patient", help="Column of the patient's id; by default as in the model's study, else none."),
]
SourceFormat = Annotated[
    str | None,
    typer.Option("--format", help="As in corpus.source.format; `auto` knows CSV, TSV, Parquet and JSONL."),
]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help="Of the notes, such as cp1252; by default as in the model's study, else auto."),
]
Clean = Annotated[
    list[str] | None,
    typer.Option(
        "--clean",
        help="Take markup from notes: html, rtf or base64; may be given again. Models of a run clean as it did.",
    ),
]
