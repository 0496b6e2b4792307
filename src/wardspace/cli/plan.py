"""`wardspace plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wardspace.cli.options import Out, Overrides, StudyFile
from wardspace.core.progress import say

if TYPE_CHECKING:
    from rich.table import Table

    from wardspace.training.forecast import Forecast

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

    from wardspace.study import Study
    from wardspace.study.planning import FILE
    from wardspace.study.planning import plan as planned

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

    from wardspace.report.numbers import duration, plain, thousands, tokens

    heads = ("steps", "tokens", "tokens/s", "time", "peak memory", "TFLOP", "energy")
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
            _energy(stage.kilowatt_hours),
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
        _energy(forecast.kilowatt_hours),
    ]
    for column, total in zip(table.columns, totals, strict=True):
        column.footer = total
    return table


def sentences(forecast: Forecast) -> list[str]:
    """What the table does not say, in plain words."""
    from wardspace.report.numbers import duration

    said = [
        f"Measured on {forecast.device}: adapting all of it will take about {duration(forecast.seconds)}"
        f" ({duration(forecast.low)} to {duration(forecast.high)} by the differences between the timed steps), of which"
        f" {duration(forecast.preparing)} for loading the base and planning batches."
        " Evaluation, space and report come on top.",
        *_partial(forecast),
        _batches(forecast),
        *_speed(forecast),
        _told_energy(forecast),
    ]
    return [f"- {sentence}" for sentence in said]


def _partial(forecast: Forecast) -> list[str]:
    from wardspace.report.numbers import share

    parts = {
        f"{stage.objective} ({share(stage.part_of_batch)})" for stage in forecast.stages if stage.part_of_batch < 1
    }
    if not parts:
        return []
    return [
        f"A whole batch takes long here; of these, steps on a part of each batch were timed:"
        f" {', '.join(sorted(parts))}. More --seconds time whole ones."
    ]


def _batches(forecast: Forecast) -> str:
    there = f"{forecast.available_memory / GIB:.1f} GiB"
    most = forecast.largest_pass_tokens
    if most is None:
        fits = f"how many tokens at once fit the {there} there are cannot be told from so few notes"
    elif most == 0:
        fits = f"of the {there} there are, a fifth kept free, not even passes of 1,024 tokens fit"
    else:
        fits = f"at most about {most:,} tokens at once fit this machine ({there}, a fifth of it kept free)"
    return (
        f"Any batch fits: it is read in passes, of {forecast.pass_tokens:,} tokens as the study stands"
        f" (training.pass_tokens); {fits}."
    )


def _speed(forecast: Forecast) -> list[str]:
    from wardspace.report.numbers import share

    if not forecast.device.startswith("cuda"):
        return []
    if forecast.gpu_peak is None:
        return ["Model-FLOPs utilisation: unknown, for want of a published peak of this GPU in this precision."]
    used = ", ".join(f"{stage.model}/{stage.objective} {share(stage.utilisation or 0)}" for stage in forecast.stages)
    return [
        f"Model-FLOPs utilisation, of {forecast.gpu_peak / TERA:,.0f} TFLOP/s published for dense matrices in half"
        f" precision: {used}."
    ]


def _told_energy(forecast: Forecast) -> str:
    if not forecast.energy_sources:
        return "Energy: the machine does not tell."
    found = {
        f"{stage.objective} {stage.joules_per_1000_tokens:.1f}"
        for stage in forecast.stages
        if stage.joules_per_1000_tokens is not None
    }
    return (
        f"Energy by the counters of {' and '.join(forecast.energy_sources)}, whatever else ran there included;"
        f" joules for 1,000 tokens: {', '.join(sorted(found))}."
    )


def _energy(kilowatt_hours: float | None) -> str:
    return "–" if kilowatt_hours is None else f"{kilowatt_hours:.3g} kWh"
