"""`wardspace run`, the demonstration, and the stages of a run on their own."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wardspace.cli.options import Out, Overrides, StudyFile
from wardspace.core.progress import say

if TYPE_CHECKING:
    from wardspace.study.study import StageName


def run(study: StudyFile, overrides: Overrides = None, out: Out = None) -> None:
    """Run a study from its notes to its report; what has not changed is not run again."""
    until("report", study, overrides, out)


def demo(overrides: Overrides = None, out: Out = None) -> None:
    """Run the demonstration study on a synthetic ward, offline (needs `pip install 'wardspace[demo]'`)."""
    with as_file(files("wardspace.study") / "demo.yaml") as path:
        run(path, overrides, out)


def prepare(
    study: StudyFile,
    overrides: Overrides = None,
    out: Out = None,
    review: Annotated[
        int | None,
        typer.Option(
            "--review",
            metavar="N",
            min=1,
            help="Then look at the redactions of N random notes, one a patient, on a page on this machine"
            " (pip install 'wardspace[serve]'); what you correct is kept in review.jsonl of the run folder.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Port of that page; default a free one.", show_default=False),
    ] = None,
) -> None:
    """Read, clean, deduplicate and split the notes into a corpus folder."""
    if review is None:
        if port is not None:
            raise typer.BadParameter("--port is the port of the review's page: give --review N too")
        until("prepare", study, overrides, out)
        return
    _review(study, overrides or [], out, notes=review, port=port)


def adapt(study: StudyFile, overrides: Overrides = None, out: Out = None) -> None:
    """Adapt the base with each of the study's objectives (and prepare, if needed)."""
    until("adapt", study, overrides, out)


def evaluate(study: StudyFile, overrides: Overrides = None, out: Out = None) -> None:
    """Embed the notes and score every model on the study's tasks (and what comes before, if needed)."""
    until("evaluate", study, overrides, out)


def space(study: StudyFile, overrides: Overrides = None, out: Out = None) -> None:
    """Measure the shape of every model's space and write results.json (and what comes before, if needed)."""
    until("space", study, overrides, out)


def until(
    stage: StageName, study: Path, overrides: list[str] | None, out: Path | None, *, with_text: bool = False
) -> None:
    """Run a study up to a stage."""
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    say(f"study {config.name}: reading the libraries …")

    from wardspace.study import Study

    written = Study(config, out).run(until=stage, with_text=with_text)
    if with_text:
        say("  this page holds text of patients' notes: do not pass it on; report.html holds none")
    say(f"✓ {written}")


def _review(study: Path, overrides: list[str], out: Path | None, *, notes: int, port: int | None) -> None:
    """Prepare the corpus if need be, then serve the page of `prepare --review` until Ctrl-C and print the estimate."""
    from wardspace.config import load_study
    from wardspace.corpus.review.review import detectors_of
    from wardspace.serve import Loopback, need_serve

    config = load_study(study, overrides)
    detectors_of(config.corpus)
    need_serve()
    say(f"study {config.name}: reading the libraries …")

    from wardspace.corpus.review.estimate import estimate_lines
    from wardspace.corpus.review.review import Review
    from wardspace.report.wording import counted
    from wardspace.serve.review_app import review_app
    from wardspace.study import Study

    asked = Study(config, out)
    with Loopback(port) as place, asked.review_opened() as file:
        corpus = asked.run(until="prepare", apply_review=False)
        drawn = Review.draw(config.corpus, notes, file, corpus)
        say(f"• review: {counted(len(drawn.notes), 'note')}, {sum(drawn.done)} done; judgements go to {file.path}")
        if len(drawn.notes) < notes:
            say(f"  note: the source has no more, at one note a patient, than these {len(drawn.notes)}")
        say(f"  open {place.address}")
        say("  whoever has this address sees the notes; Ctrl-C ends the review, and the same command goes on with it")
        place.serve(review_app(drawn))
    for line in estimate_lines(drawn.estimate):
        say(f"  {line}")
    say(f"✓ {file.path}: the next `wardspace prepare` takes out what was marked there")
