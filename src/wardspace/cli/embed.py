"""`wardspace embed`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wardspace.cli.options import Clean, Encoding, IdColumn, Notes, SourceFormat, TextColumn
from wardspace.core.progress import say


def embed(
    model: Annotated[
        str, typer.Argument(help="A model folder, a base that `wardspace ls models` shows, or a hub name.")
    ],
    notes: Notes,
    *,
    out: Annotated[Path, typer.Option("--out", help="Parquet file to write.")] = Path("vectors.parquet"),
    text: TextColumn = None,
    note_id: IdColumn = None,
    kind: SourceFormat = None,
    encoding: Encoding = None,
    clean: Clean = None,
) -> None:
    """Embed notes with a model; long notes are read in windows. The file holds ids and vectors, no text."""
    from wardspace.models import Encoder
    from wardspace.report.wording import counted
    from wardspace.study.commands.embed_file import embed_file
    from wardspace.study.commands.own_columns import own_columns

    given = {"format": None if kind is None else known_format(kind), "encoding": encoding}
    own = own_columns(model, notes, given, text, note_id, markup=clean or ())
    done, left_out, warnings = embed_file(
        Encoder.load(model), own.source, out, text=own.text, note_id=own.note_id, clean=own.clean, missing=own.missing
    )
    for warning in warnings:
        say(f"  note: {warning}")
    reasons = ", ".join(f"{count} {kind}" for kind, count in left_out.most_common()) or "none"
    where = f" ({out.stem}.rejects.parquet)" if left_out else ""
    say(f"✓ {out}: {counted(done, 'note')} embedded; rows left out: {reasons}{where}")


def known_format(kind: str) -> str:
    """A format that has files to read.

    Raises
    ------
    StudyError
        If there is no such format.
    """
    from wardspace.core.errors import StudyError
    from wardspace.corpus.readers import FORMATS

    known = [name for name in FORMATS if name != "ward"]
    if kind != "auto" and kind not in known:
        raise StudyError(f"no such format: {kind!r}", where="--format", fix=f"one of auto, {', '.join(known)}")
    return kind
