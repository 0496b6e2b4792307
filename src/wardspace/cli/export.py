"""`wardspace export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from wardspace.core.progress import say


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The run folder, such as runs/NAME.")],
    model: Annotated[str, typer.Argument(help="An adapted model, `base`, or TASK-MODEL-SETTING that a task kept.")],
    target: Annotated[Path, typer.Argument(metavar="TO_FOLDER", help="Where the model goes.")],
    *,
    form: Annotated[
        Literal["sentence-transformers", "onnx"], typer.Option("--format", help="What reads the folder.")
    ] = "sentence-transformers",
    int8: Annotated[
        bool, typer.Option("--int8", help="With --format onnx: a second graph with int8 weights.", show_default=False)
    ] = False,
    accept_risk: Annotated[
        str | None,
        typer.Option(
            "--accept-risk",
            metavar="REASON",
            help="Export a model that its audit refuses; the reason appears in the model card.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a model as a Sentence-Transformers folder or as ONNX graphs, if its audit is within the study's limits.

    The terms of the notes (`terms` in the study) must allow it. Training states, logs, histories and the
    masked-word head stay behind.
    """
    from wardspace.study.commands.export import export as exported

    verdict = exported(run, model, target, accept_risk, form=form, int8=int8)
    if not verdict.passed:
        say("  exported although the gate refuses; the reason is in the model card:")
        for fault in verdict.faults:
            say(f"    {fault}")
    say(f"✓ {target}")
