"""`wardspace init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from wardspace.core.errors import StudyError
from wardspace.core.progress import say
from wardspace.core.terminal import Terminal


def init(
    notes: Annotated[
        str, typer.Argument(metavar="NOTES", help="A CSV, TSV, Parquet or JSONL file, a folder or a glob of them.")
    ],
    *,
    validation: Annotated[
        str | None, typer.Option("--validation", help="The notes of validation, where NOTES are those of train.")
    ] = None,
    test: Annotated[str | None, typer.Option("--test", help="Those of test.")] = None,
    out: Annotated[Path, typer.Option("--out", help="The study file to write.")] = Path("study.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the study file if it is there.")] = False,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Look at no more than this many rows.")] = 20_000,
) -> None:
    """Look at a file of notes, guess the roles of its columns and the task, and write a study file to check."""
    if out.is_dir():
        raise StudyError("this is a folder", where=out, fix="name a file with --out")
    if out.exists() and not force:
        raise StudyError("this file exists", where=out, fix="choose another with --out, or overwrite it with --force")
    from wardspace.core.files import write_text
    from wardspace.corpus.guess import guess, read_table, study_file

    others = {name: path for name, path in (("validation", validation), ("test", test)) if path is not None}
    found = guess(read_table(notes, rows, others))
    table = Table("column", "role", "why", box=None, pad_edge=False)
    for role in found.roles:
        table.add_row(role.column, role.role, role.why)
    Terminal().print(table)
    for note in found.notes:
        say(f"  note: {note}")
    write_text(out, study_file(found, str(out)))
    say(f"✓ {out}: check it, then wardspace validate {out}")
