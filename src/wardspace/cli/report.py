"""`wardspace report`: the report of a study, or what changed between finished runs."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from wardspace.cli.options import Out, Overrides
from wardspace.cli.stages import until
from wardspace.core.errors import RunError
from wardspace.core.progress import say

DIFFERENT = 1
"""Exit code of --same where the results differ."""
MOST_SAID = 8
"""Differences that are listed one by one of each part of the results."""


def report(
    given: Annotated[
        list[Path],
        typer.Argument(metavar="STUDY.yaml | RUN ...", help="A study file or a run folder, or several run folders."),
    ],
    overrides: Overrides = None,
    out: Out = None,
    *,
    with_text: Annotated[
        bool,
        typer.Option(
            "--with-text",
            help="Of a study: also write corpus/report-with-text.html, whose maps show the beginnings of notes:"
            " for looking on this machine, not for passing on.",
        ),
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Of run folders: where to write; default comparison.html.", show_default=False),
    ] = None,
    same: Annotated[
        bool,
        typer.Option(
            "--same", help="Of two run folders: only say whether the second gave the same results (exit 1 if not)."
        ),
    ] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            min=0,
            help="With --same: what figures may differ by; default 0 on the same kind of CPU with the same packages.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write report.html (and run what comes before, if needed); of several runs, write what changed between them."""
    if len(given) == 1:
        _refuse({"--to": to, "--same": same or None, "--tolerance": tolerance}, "two run folders or more", "one")
        study, folder = _own(given[0], out) if given[0].is_dir() else (given[0], out)
        until("report", study, overrides, folder, with_text=with_text)
        return
    _refuse(
        {"--set": overrides, "--out": out, "--with-text": with_text or None},
        "one study",
        "several run folders (--to says where their comparison goes)",
    )
    if same:
        _refuse({"--to": to}, "a comparison", "--same, which writes nothing")
        _same(given, tolerance)
        return
    _refuse({"--tolerance": tolerance}, "--same", "a comparison")
    from wardspace.cli.changes import changes

    changes(given, to or Path("comparison.html"))


def _own(run: Path, out: Path | None) -> tuple[Path, Path]:
    """The study file of a run folder, and where it is run: there, unless another folder is named."""
    study = run / "study.yaml"
    if not (run / "run.json").is_file() or not study.is_file():
        raise RunError(
            "no run with a study of its own in this folder",
            where=run,
            fix="give a study file, or a folder that `wardspace run` wrote",
        )
    return study, out or run


def _refuse(options: dict[str, object], belongs: str, was: str) -> None:
    for name, value in options.items():
        if value is not None:
            raise typer.BadParameter(f"{name} belongs to {belongs}; given was {was}")


def _same(given: list[Path], tolerance: float | None) -> None:
    if len(given) != 2:
        raise typer.BadParameter(f"--same takes two run folders; given were {len(given)}")
    from wardspace.study.commands.compare import OpenedRun
    from wardspace.study.commands.compare import same as compared

    found = compared(OpenedRun(given[0]), OpenedRun(given[1]), tolerance)
    for one in found.environment:
        say(f"  {one}")
    how = f"within {found.tolerance:g}" if found.tolerance else "to the bit"
    if found.same:
        say(f"✓ the same results {how} (apart from times): {given[0]} and {given[1]}")
        return
    for name, part in groupby(found.results, key=lambda one: one.section):
        unlike = list(part)
        for one in unlike[:MOST_SAID]:
            say(f"  {one}")
        more = len(unlike) - MOST_SAID
        if more > 0:
            say(f"  {name}: {more} more")
    say(f"✗ not the same {how}: {len(found.results)} differences")
    raise typer.Exit(DIFFERENT)
