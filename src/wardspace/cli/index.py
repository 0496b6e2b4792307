"""`wardspace index`, `wardspace find` and `wardspace forget`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wardspace.cli.options import Clean, Encoding, IdColumn, PatientColumn, SourceFormat, TextColumn
from wardspace.core.progress import say

Model = Annotated[str, typer.Argument(help="A model folder, a base that `wardspace ls models` shows, or a hub name.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the index.", show_default=False)]


def index(
    notes: Annotated[
        str,
        typer.Argument(metavar="NOTES_OR_CORPUS", help="Notes in any format that `prepare` reads, or a corpus or run."),
    ],
    model: Model,
    folder: Folder,
    *,
    text: TextColumn = None,
    note_id: IdColumn = None,
    patient_id: PatientColumn = None,
    time: Annotated[str | None, typer.Option("--time", help="Column of the time, to filter by.")] = None,
    metadata: Annotated[
        list[str] | None, typer.Option("--metadata", help="Column to filter by; may be given again.")
    ] = None,
    keep_text: Annotated[
        bool, typer.Option("--keep-text", help="Keep the text of notes too, to show what matched.")
    ] = False,
    weight: Annotated[
        float | None,
        typer.Option("--weight", min=0, max=1, help="Share of the vectors in searches that also have words."),
    ] = None,
    kind: SourceFormat = None,
    encoding: Encoding = None,
    clean: Clean = None,
) -> None:
    """Index notes for search by meaning and words; new ones are added, changed ones replaced."""
    from wardspace.cli.embed import known_format
    from wardspace.core.wording import counted
    from wardspace.models import Encoder
    from wardspace.serve.index.source import corpus_in, index_corpus, index_file
    from wardspace.serve.index.writer import IndexOptions
    from wardspace.study.commands.own_columns import own_columns

    options = IndexOptions(folder.resolve().name, tuple(metadata or ()), keep_text, weight)
    corpus = corpus_in(notes)
    if corpus is not None:
        done = index_corpus(Encoder.load(model), corpus, folder, options)
    else:
        given = {"format": None if kind is None else known_format(kind), "encoding": encoding}
        own = own_columns(model, notes, given, text, note_id, patient_id=patient_id, markup=clean or ())
        done = index_file(Encoder.load(model), own, folder, options, time)
    for warning in done.warnings:
        say(f"  note: {warning}")
    reasons = ", ".join(f"{count} {kind}" for kind, count in done.left_out.most_common()) or "none"
    where = f" ({folder.name}.rejects.parquet)" if done.left_out else ""
    say(f"✓ {folder}: {counted(done.notes, 'note')}, {done.embedded:,} new or changed; rows left out: {reasons}{where}")
    say("  the index holds words of notes: index.json says which files do")


def find(
    folder: Folder,
    model: Model,
    query: Annotated[str, typer.Argument(help="What to look for.")],
    *,
    k: Annotated[int, typer.Option("-k", min=1, help="How many notes to print.")] = 10,
    weight: Annotated[
        float | None, typer.Option("--weight", min=0, max=1, help="Share of the vectors; 1: no words, 0: words alone.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", metavar="COLUMN=VALUE", help="A condition; may be given again.")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="Earliest time, such as 2024-05.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Latest time; 2024-05 has all of May.")] = None,
    show_text: Annotated[bool, typer.Option("--show-text", help="Print the part of each note that matched.")] = False,
) -> None:
    """Search an index by meaning and words. Ids and places are printed, and no text without --show-text."""
    from wardspace.core.errors import WardspaceError
    from wardspace.models import Encoder
    from wardspace.serve.index import Index
    from wardspace.serve.index.filters import conditions
    from wardspace.serve.index.writer import identity_of

    found = Index.open(folder)
    if show_text and not found.about.has_text:
        raise WardspaceError("the index keeps no text", where=folder, fix="make it with `wardspace index --keep-text`")
    encoder = Encoder.load(model)
    found.check_model(identity_of(encoder))
    vector = encoder.encode([query], show_progress=False)[0]
    hits = found.search(vector=vector, words=query, limit=k, weight=weight, where=conditions(where or (), since, until))
    for rank, hit in enumerate(hits, 1):
        say(f"{rank:>3}  {hit.score:.3f}  {hit.note_id}  {hit.start}–{hit.end}")
        if show_text:
            say(f"     {' '.join((found.text_of(hit.note_id) or '')[hit.start : hit.end].split())}")
    if not hits:
        say("no note was found")


def forget(
    folder: Folder,
    *,
    note: Annotated[list[str] | None, typer.Option("--note", help="Id of a note; may be given again.")] = None,
    patient: Annotated[
        list[str] | None, typer.Option("--patient", help="Id of a patient, all of whose notes go; may be given again.")
    ] = None,
) -> None:
    """Delete notes, or all notes of patients, from an index: their vectors, words and text leave its files."""
    from wardspace.core.errors import StudyError
    from wardspace.core.wording import counted
    from wardspace.serve.index.writer import IndexWriter

    if not note and not patient:
        raise StudyError("forget what?", where="wardspace forget", fix="give --note ID or --patient ID")
    with IndexWriter.open(folder) as writer:
        done = writer.delete(notes=note or (), patients=patient or ())
    say(f"✓ {folder}: {counted(done, 'note')} deleted")
