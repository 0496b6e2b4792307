"""Arguments that several commands share, with the same names and defaults everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The study file.", show_default=False)]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key of the study file (items of lists by number: tasks.0.shots=[8]); may be given again.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", help="The run folder; default runs/NAME.", show_default=False)]
