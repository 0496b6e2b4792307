"""The commands by name."""

from __future__ import annotations

from typing import Annotated

import typer

from wardspace.cli import (
    annotate,
    audit,
    doctor,
    embed,
    export,
    extract,
    index,
    init,
    ls,
    plan,
    report,
    search,
    serve,
    similar,
    stages,
    validate,
)
from wardspace.core.version import __version__

app = typer.Typer(
    name="wardspace",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"wardspace {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Turn a hospital's own notes into a private embedding space, and prove what it gained."""


app.command()(stages.demo)
app.command()(init.init)
app.command()(stages.run)
app.command()(stages.prepare)
app.command()(annotate.annotate)
app.command()(stages.adapt)
app.command()(stages.evaluate)
app.command()(stages.space)
app.command()(report.report)
app.command()(plan.plan)
app.command()(search.search)
app.command()(audit.audit)
app.command()(export.export)
app.command()(embed.embed)
app.command()(extract.extract)
app.command()(similar.similar)
app.command()(index.index)
app.command()(index.find)
app.command()(index.forget)
app.command()(serve.serve)
app.command()(serve.token)
app.command()(validate.validate)
app.command()(ls.ls)
app.command()(doctor.doctor)
