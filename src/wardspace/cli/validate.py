"""`wardspace validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wardspace.cli.options import Overrides
from wardspace.core.errors import StudyError
from wardspace.core.terminal import Terminal


def validate(
    study: Annotated[
        Path | None, typer.Argument(metavar="STUDY.yaml", help="The study file.", show_default=False)
    ] = None,
    overrides: Overrides = None,
    keys: Annotated[bool, typer.Option("--keys", help="List every key with its type, default and meaning.")] = False,
) -> None:
    """Name every mistake in a study file at once, with key and what was expected; notes and base are not opened."""
    if keys:
        _list_keys()
        return
    if study is None:
        raise StudyError("no study file given", fix="wardspace validate STUDY.yaml, or --keys for the list of keys")
    from wardspace.config import load_study

    config = load_study(study, overrides or ())
    models = ", ".join(model.name for model in config.adapt) or "none"
    others = "".join(f" Compared with: {name}." for name in [", ".join(one.name for one in config.compare)] if name)
    tasks = ", ".join(f"{task.name} ({task.kind})" for task in config.tasks) or "none"
    searched = f" A search varies {len(config.search.options)} options." if config.search else ""
    told = f"{study}: sound. Adapted models: {models}.{others} Tasks: {tasks}.{searched} Notes and base not opened."
    Terminal().print(told)


def _list_keys() -> None:
    from wardspace.config import study_keys

    console = Terminal()
    for key in study_keys():
        console.print(f"{key.place}  ({key.type}; default {key.default})", soft_wrap=True)
        console.print(f"    {key.help}", soft_wrap=True)
