"""`wardspace plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wardspace.cli.options import Out, Overrides, StudyFile
from wardspace.core.progress import say

if TYPE_CHECKING:
    from rich.table import Table

    from wardspace.study.commands.plan import Forecast

GIB = 2**30


def plan(
    study: StudyFile,
    overrides: Overrides = None,
    out: Out = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for training steps, in all.")] = 30.0,
) -> None:
    """Say how long training and fine-tuning will take and whether they fit, from a few of their own steps.

    The corpus is prepared if it is not, and kept for the run; nothing else stays but plan.json.
    """
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    say(f"study {config.name}: reading the libraries …")

    from wardspace.core.terminal import Terminal
    from wardspace.core.wording import duration
    from wardspace.study import Study
    from wardspace.study.commands.plan import FILE
    from wardspace.study.commands.plan import plan as planned

    asked = Study(config, out)
    found = planned(asked, seconds)
    console = Terminal()
    console.print(_table(found))
    enough = "it fits" if found.disk <= found.available_disk else "NOT ENOUGH"
    console.print(
        f"\nTraining will take about {duration(found.seconds)} on {found.device}. Embedding, probes, space and report"
        " come on top.\n"
        f"Measured: {found.measured_share:.1%} of the tokens; the rest is extrapolated.\n"
        f"Memory: it fits; it held {found.peak_memory / GIB:.1f} of {found.available_memory / GIB:.1f} GiB.\n"
        f"Disk: {enough}; it takes up to {found.disk / GIB:.1f} of {found.available_disk / GIB:.1f} GiB.",
        soft_wrap=True,
    )
    say(f"✓ {asked.folder.path / FILE}; the prepared corpus is kept, no model is")


def _table(forecast: Forecast) -> Table:
    """One row a stage."""
    from rich.table import Table

    from wardspace.core.wording import duration

    table = Table("model", "training", box=None, pad_edge=False)
    for head in ("runs", "steps", "tokens", "time", "memory", "measured"):
        table.add_column(head, justify="right", no_wrap=True)
    for stage in forecast.stages:
        counts = (f"{count:,}" for count in (stage.runs, stage.steps, stage.tokens))
        memory, share = f"{stage.peak_memory / GIB:.1f} GiB", f"{stage.measured_tokens / stage.tokens:.1%}"
        table.add_row(stage.model, stage.what, *counts, duration(stage.seconds), memory, share)
    return table
