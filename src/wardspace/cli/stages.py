"""`wardspace run` and its stages on their own."""

from __future__ import annotations

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
    from wardspace.cli import review as reviewing

    reviewing.review(study, overrides or [], out, notes=review, port=port)


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
