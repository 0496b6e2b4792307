"""`wardspace annotate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wardspace.cli.options import Out, Overrides, StudyFile
from wardspace.core.errors import StudyError
from wardspace.core.progress import say

if TYPE_CHECKING:
    from wardspace.corpus.annotation.session import Session
    from wardspace.study import Study


def annotate(
    study: StudyFile,
    overrides: Overrides = None,
    out: Out = None,
    *,
    task: Annotated[
        str | None,
        typer.Option("--task", metavar="NAME", help="The task whose column is annotated; default the only one."),
    ] = None,
    annotator: Annotated[
        str, typer.Option("--annotator", metavar="NAME", help="Who annotates; each has a file of their own.")
    ] = "me",
    order: Annotated[
        Literal["active", "random"],
        typer.Option("--order", help="New notes: those that the model learns most from, or by lot for an honest test."),
    ] = "active",
    split: Annotated[
        Literal["train", "validation", "test"] | None,
        typer.Option("--split", help="Where notes are drawn from; default train, and test with --order random."),
    ] = None,
    count: Annotated[int, typer.Option("-n", "--n", min=1, help="How many notes to draw at a time.")] = 50,
    suggest: Annotated[
        bool | None,
        typer.Option("--suggest/--no-suggest", help="Show what the model finds first; default with --order active."),
    ] = None,
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="Decide on the notes on which annotators differ.")
    ] = False,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Print how far annotators agree, and open no page.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FOLDER",
            help="Write the annotated notes, with their text, as JSON lines and BRAT into a new folder; open no page.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Port of the page; default a free one.", show_default=False),
    ] = None,
) -> None:
    """Mark spans or label notes on a page on this machine (pip install 'wardspace[serve]'); tasks learn from them.

    The column is one of corpus.annotations. What is said is kept in corpus/annotations of the run folder.
    """
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    where = split or ("test" if order == "random" else "train")
    _check(annotator, order, where, modes=[adjudicate, agreement, export is not None])
    say(f"study {config.name}: reading the libraries …")

    from wardspace.study import Study
    from wardspace.study.commands.annotate import Wish, adjudication_session, annotated_column, annotation_session

    column, opened = annotated_column(config, task), Study(config, out)
    if agreement:
        _print_agreement(opened, column)
    elif export is not None:
        _export(opened, column, export)
    elif adjudicate:
        with adjudication_session(opened, column) as session:
            _serve(session, port)
    else:
        wish = Wish(column, annotator, order, where, count, (order == "active") if suggest is None else suggest)
        with annotation_session(opened, wish) as session:
            _serve(session, port)


def _check(annotator: str, order: str, split: str, modes: list[bool]) -> None:
    from wardspace.corpus.annotation import ADJUDICATED
    from wardspace.serve import need_serve

    if sum(modes) > 1:
        raise typer.BadParameter("--adjudicate, --agreement and --export are different things: give one of them")
    if annotator == ADJUDICATED:
        raise StudyError(f"{ADJUDICATED} is no annotator", where="--annotator", fix="decide with --adjudicate")
    if order == "active" and split == "test":
        raise StudyError(
            "a test set that a model chose tells nothing of other notes", where="--split", fix="give --order random"
        )
    if not any(modes[1:]):
        need_serve()


def _serve(session: Session, port: int | None) -> None:
    """Serve the page until Ctrl-C."""
    from wardspace.report.wording import counted
    from wardspace.serve import Loopback
    from wardspace.serve.annotate_app import annotate_app

    done = [state != "open" for state in session.states]
    asked = session.asked
    with Loopback(port) as place:
        say(f"• {asked.column} by {asked.annotator}: {counted(len(done), 'note')}, {sum(done)} done")
        say(f"  open {place.address}")
        say("  whoever has this address sees the notes; Ctrl-C ends the work, and the same command goes on with it")
        place.serve(annotate_app(session))
    left = session.states.count("open")
    say(f"✓ {len(done) - left} done, {left} left; the next `wardspace evaluate` or `run` learns from them")


def _print_agreement(study: Study, column: str) -> None:
    from wardspace.core.terminal import Terminal
    from wardspace.corpus import Corpus
    from wardspace.corpus.annotation import Annotations, agreements
    from wardspace.corpus.annotation.agreement import agreement_lines

    kind = study.config.corpus.annotations[column].kind
    annotations = Annotations.read(Corpus.open(study.folder.corpus).folder)
    for line in agreement_lines(agreements(annotations, column, kind)):
        Terminal().print(line, soft_wrap=True)
    differing = len(annotations.differing(column, kind))
    say(f"✓ {differing} notes to decide on with --adjudicate")


def _export(study: Study, column: str, folder: Path) -> None:
    from wardspace.corpus import Corpus
    from wardspace.corpus.annotation import Answers
    from wardspace.corpus.annotation.export import export_annotations

    corpus = Corpus.open(study.folder.corpus)
    answers = Answers.of(corpus, study.config.corpus.annotations)
    count = export_annotations(corpus, answers, column, folder, study.folder.path)
    say(f"✓ {folder}: {count} notes with their text: keep it where the notes may lie")
