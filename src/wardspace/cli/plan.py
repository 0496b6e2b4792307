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
TERA = 1e12


def plan(
    study: StudyFile,
    overrides: Overrides = None,
    out: Out = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for training steps, in all.")] = 30.0,
) -> None:
    """Say what training will take (time, memory, operations, energy), from a short measurement on the notes themselves.

    The corpus is prepared if it is not, and kept for the run; nothing else stays but plan.json.
    """
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    say(f"study {config.name}: reading the libraries …")

    from rich.console import Console

    from wardspace.cli.forecast_words import sentences
    from wardspace.study import Study
    from wardspace.study.commands.plan import FILE
    from wardspace.study.commands.plan import plan as planned

    asked = Study(config, out)
    forecast = planned(asked, seconds)
    console = Console(highlight=False)
    console.print(_table(forecast), markup=False)
    console.print()
    for sentence in sentences(forecast):
        console.print(sentence, markup=False, soft_wrap=True)
    say(f"✓ {asked.folder.path / FILE}; the prepared corpus beside it is kept, no model is")


def _table(forecast: Forecast) -> Table:
    """One row a stage, and the sum of them."""
    from rich.table import Table

    from wardspace.core.durations import duration
    from wardspace.report.wording import plain, thousands, tokens

    told = [] if forecast.kilowatt_hours is None else ["energy"]
    heads = ("steps", "tokens", "tokens/s", "time", "peak memory", "TFLOP", *told)
    table = Table("model", "objective", box=None, pad_edge=False, show_footer=True)
    for head in heads:
        table.add_column(head, justify="right")
    for stage in forecast.stages:
        table.add_row(
            stage.model,
            stage.objective,
            thousands(stage.steps),
            tokens(stage.tokens),
            thousands(stage.tokens_per_second),
            duration(stage.seconds),
            f"{stage.peak_memory / GIB:.1f} GiB",
            plain(stage.operations / TERA),
            *(_energy(stage.kilowatt_hours) for _ in told),
        )
    totals = [
        "all",
        "",
        thousands(sum(stage.steps for stage in forecast.stages)),
        tokens(sum(stage.tokens for stage in forecast.stages)),
        "",
        duration(sum(stage.seconds for stage in forecast.stages)),
        f"{max(stage.peak_memory for stage in forecast.stages) / GIB:.1f} GiB",
        plain(forecast.operations / TERA),
        *(_energy(forecast.kilowatt_hours) for _ in told),
    ]
    for column, total in zip(table.columns, totals, strict=True):
        column.footer = total
    return table


def _energy(kilowatt_hours: float | None) -> str:
    return "–" if kilowatt_hours is None else f"{kilowatt_hours:.3g} kWh"
