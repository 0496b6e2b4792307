"""`wardspace embed`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wardspace.core.progress import say


def embed(
    model: Annotated[
        str, typer.Argument(help="A model folder, a base that `wardspace ls models` shows, or a hub name.")
    ],
    notes: Annotated[str, typer.Argument(help="A file, folder or glob: CSV, TSV, Parquet or JSONL, plain or .gz.")],
    out: Annotated[Path, typer.Option("--out", help="Parquet file to write.")] = Path("vectors.parquet"),
    text: Annotated[str, typer.Option("--text", help="Column of the text.")] = "text",
    note_id: Annotated[str, typer.Option("--id", help="Column of the note's id.")] = "note_id",
) -> None:
    """Embed notes with a model; long notes are read in windows. The file holds ids and vectors, no text."""
    from wardspace.config import SourceConfig
    from wardspace.encoders import Encoder
    from wardspace.report.numbers import counted
    from wardspace.study.embed_file import embed_file

    done, left_out = embed_file(Encoder.load(model), SourceConfig(path=notes), out, text=text, note_id=note_id)
    reasons = ", ".join(f"{count} {kind}" for kind, count in left_out.most_common()) or "none"
    say(f"✓ {out}: {counted(done, 'note')} embedded; rows left out: {reasons}")
