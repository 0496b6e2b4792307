"""`wardspace plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wardspace.cli.options import Out, Overrides, StudyFile
from wardspace.core.progress import say

if TYPE_CHECKING:
    from rich.table import Table

    from wardspace.training.forecast.forecast import Forecast

GIB = 2**30


def plan(
    study: StudyFile,
    overrides: Overrides = None,
    out: Out = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for training steps, in all.")] = 30.0,
) -> None:
    """Say how long training will take and whether it fits into memory, from a few of its own steps.

    The corpus is prepared if it is not, and kept for the run; nothing else stays but plan.json.
    """
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    say(f"study {config.name}: reading the libraries …")

    from rich.console import Console

    from wardspace.core.wording import duration
    from wardspace.study import Study
    from wardspace.study.commands.plan import FILE
    from wardspace.study.commands.plan import plan as planned

    asked = Study(config, out)
    forecast = planned(asked, seconds)
    console = Console(highlight=False)
    console.print(_table(forecast), markup=False)
    console.print(
        f"\nTraining will take about {duration(forecast.seconds)} on {forecast.device}. It fits into memory: it held"
        f" {forecast.peak_memory / GIB:.1f} of {forecast.available_memory / GIB:.1f} GiB.\nMeasured:"
        f" {sum(stage.measured_steps for stage in forecast.stages)} steps, {forecast.measured_share:.1%} of all tokens;"
        " the rest is extrapolated. Evaluation (fine-tuning included), space and report come on top.",
        markup=False,
        soft_wrap=True,
    )
    say(f"✓ {asked.folder.path / FILE}; the prepared corpus is kept, no model is")


def _table(forecast: Forecast) -> Table:
    """One row a stage."""
    from rich.table import Table

    from wardspace.core.wording import duration

    table = Table("model", "objective", box=None, pad_edge=False)
    for head in ("steps", "tokens", "tokens/s", "time", "memory", "measured"):
        table.add_column(head, justify="right")
    for stage in forecast.stages:
        table.add_row(
            stage.model,
            stage.objective,
            f"{stage.steps:,}",
            f"{stage.tokens:,}",
            f"{stage.tokens / stage.training:,.0f}",
            duration(stage.seconds),
            f"{stage.peak_memory / GIB:.1f} GiB",
            f"{stage.measured_tokens / stage.tokens:.1%}",
        )
    return table
