"""`wardspace similar`."""

from __future__ import annotations

from typing import Annotated

import typer

from wardspace.core.errors import StudyError


def similar(
    model: Annotated[str, typer.Argument(help="A model folder, such as runs/NAME/models/MODEL, or a base.")],
    notes: Annotated[str, typer.Argument(help="The notes, or the Parquet file of vectors that `embed` wrote.")],
    *,
    note_id: Annotated[str | None, typer.Option("--id", help="Find notes like this one.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Find notes like this text.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many to print.")] = 10,
    text_column: Annotated[
        str | None, typer.Option("--text-column", help="Column of the text; by default as in the model's study.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id-column", help="Column of the note's id; by default as in the model's study.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--format", help="As in corpus.source.format.")] = None,
) -> None:
    """Print the ids of the notes most similar to a note or a text, with their cosine similarity. No text is printed."""
    from rich.table import Table

    from wardspace.core.terminal import Terminal
    from wardspace.models import Encoder
    from wardspace.study.commands.own_columns import own_columns
    from wardspace.study.commands.similar import similar as ranked

    if (note_id is None) == (text is None):
        raise StudyError("similar to what?", where="wardspace similar", fix="give --id NOTE or --text TEXT, not both")
    own = own_columns(model, notes, {"format": kind}, text_column, id_column)
    hits = ranked(Encoder.load(model), own, note_id=note_id, text=text, k=k)
    table = Table("rank", "cosine", "note", box=None, pad_edge=False)
    for rank, hit in enumerate(hits, 1):
        table.add_row(str(rank), f"{hit.similarity:.3f}", hit.note_id)
    Terminal().print(table)
