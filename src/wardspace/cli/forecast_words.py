"""A forecast in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wardspace.core.durations import duration
from wardspace.report.wording import share

if TYPE_CHECKING:
    from wardspace.training.forecast.forecast import Forecast

GIB = 2**30
TERA = 1e12


def sentences(forecast: Forecast) -> list[str]:
    """What the table does not say, in plain words."""
    said = [
        f"Measured on {forecast.device}: adapting all of it will take about {duration(forecast.seconds)}"
        f" ({duration(forecast.low)} to {duration(forecast.high)} by the differences between the timed steps), of which"
        f" {duration(forecast.preparing)} for loading the base and planning batches."
        " Evaluation, space and report come on top.",
        *_partial(forecast),
        _batches(forecast),
        *_kept(forecast),
        *_speed(forecast),
        _told_energy(forecast),
    ]
    return [f"- {sentence}" for sentence in said]


def _partial(forecast: Forecast) -> list[str]:
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


def _kept(forecast: Forecast) -> list[str]:
    if not forecast.device.startswith("cpu"):
        return []
    return [
        "Peak memory is what was held while this was measured. Training on a CPU keeps freed memory for the next step,"
        " and a run of many steps comes to hold more than that."
    ]


def _speed(forecast: Forecast) -> list[str]:
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
