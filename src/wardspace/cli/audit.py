"""`wardspace audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wardspace.cli.options import Out, Overrides, StudyFile
from wardspace.core.errors import StudyError
from wardspace.core.progress import say

REFUSED = 1
"""Exit code where the gate refuses the model."""

if TYPE_CHECKING:
    from rich.table import Table

    from wardspace.privacy import Audit, Verdict


def audit(
    study: StudyFile,
    model: Annotated[
        str | None,
        typer.Argument(help="An adapted model of the study, `base`, or a model folder.", show_default=False),
    ] = None,
    overrides: Overrides = None,
    out: Out = None,
) -> None:
    """Measure what a model remembers of the notes, and say whether `export` would let it go (adapts first, if needed).

    The figures are written to audit.json in the model's folder; they hold for its present weights alone.

    Exit code 0: `export` lets it go; 1: it does not; 2: it could not be audited.
    """
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    known = config.auditable
    if model is None:
        raise StudyError("no model named", fix=f"wardspace audit {study} MODEL: {', '.join(known)}, or a model folder")
    say(f"study {config.name}: reading the libraries …")

    from wardspace.core.terminal import Terminal
    from wardspace.study import Study
    from wardspace.study.commands.audit import audit as audited

    found, verdict, path = audited(Study(config, out), model)
    Terminal().print(_table(verdict))
    for line in _lines(found, verdict):
        say(line)
    say(f"✓ {path}")
    if not verdict.passed:
        raise typer.Exit(REFUSED)


def _table(verdict: Verdict) -> Table:
    """One row a figure."""
    from rich.table import Table

    table = Table("measured", box=None, pad_edge=False)
    for head in ("value", "interval", "chance", "limit"):
        table.add_column(head, justify="right")
    table.add_column("")
    for check in verdict.checks:
        figure = check.figure
        numbers = (f"{figure.value:z.3f}", f"{figure.low:z.3f} to {figure.high:z.3f}", f"{check.chance:.3g}")
        table.add_row(check.what, *numbers, f"{check.limit:.3g}", "OVER" if check.over else "within")
    return table


def _lines(found: Audit, verdict: Verdict) -> list[str]:
    lines = [f"  not measured: {name} ({why})" for name, why in found.not_measured.items()]
    if verdict.passed:
        return [*lines, "the gate lets it pass"]
    return [*lines, "the gate refuses it:", *(f"  {fault}" for fault in verdict.faults)]
