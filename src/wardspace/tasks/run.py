"""Settings of a task run with one model: each run fitted, and its predictions put into one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from wardspace.core.progress import progress, say
from wardspace.tasks.kind import Gold, KeepingSetting, RunKey, Setting
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.predictions import SCORED, about_runs, gathered, read_predictions, run_rows, write_predictions


def predict(
    settings: Sequence[Setting[Any]],
    model: EvaluatedModel,
    gold: Gold,
    task: str,
    folder: Path,
    *,
    kept: Mapping[str, Path] | None = None,
    splits: Sequence[str] = SCORED,
    show_progress: bool = True,
) -> pa.Table:
    """Fit every run of some settings of a task, and predict the splits.

    Parameters
    ----------
    settings : sequence of Setting
        Ways of using the model.
    model : EvaluatedModel
        The model; see `wardspace.tasks.notes.no_model` for a baseline.
    gold : Gold
        The task's right answers.
    task : str
        Name of the task in the table.
    folder : Path
        Of this task, model and settings alone. Runs of a fine-tuned model are kept here as they end, so that what was
        interrupted, or is to have more of them, goes on after them.
    kept : mapping, optional
        Folders of the settings whose first run on all labels is kept, by their names; see `kept_folders`.
    splits : sequence of str
        What is predicted.
    show_progress : bool
        Show a bar.

    Returns
    -------
    pyarrow.Table
        Columns of `wardspace.tasks.predictions.RUN_FIELDS`, then those of the kind of task.
    """
    keys = [
        (setting, RunKey(task, model.name, setting.record.name, shots, seed))
        for setting in settings
        for shots, seed in setting.runs(gold)
    ]
    tables: list[pa.Table] = []
    about: list[dict[str, Any]] = []
    quick = not any(_is_long(setting) for setting in settings)  # the others show bars of their own
    with progress(f"{task}, {model.name} (runs)", len(keys), show=show_progress and quick) as advance:
        for setting, run in keys:
            target = (kept or {}).get(run.setting) if _is_first(setting, run, gold) else None
            path = folder / f"{run.setting}-{run.shots}-{run.seed}.parquet"
            if _is_long(setting) and (target is None or target.is_dir()) and (known := _stored(path)) is not None:
                tables.append(known)
                about += about_runs(known)
                continue
            fitted = setting.fit(model, gold, run, folder, show_progress=show_progress and not quick)
            rows = [run_rows(run, split, gold.truth(split), fitted.predict(gold.units(split))) for split in splits]
            tables.append(pa.concat_tables(rows))
            if target is not None and isinstance(setting, KeepingSetting):
                setting.save(fitted, target, run)  # before the predictions, which say that the run is done
            own = [{**_named(run), **fitted.about}] if fitted.about else []
            about += own
            if _is_long(setting):
                write_predictions(gathered(tables[-1:], gold.classes, own), path)
            advance()
    return gathered(tables, gold.classes, about)


def kept_folders(settings: Sequence[Setting[Any]], model: str, task: str, models: Path) -> dict[str, Path]:
    """Where those settings write what they have fitted that a task keeps, by their names.

    Parameters
    ----------
    settings : sequence of Setting
        Settings that run with the model.
    model, task : str
        Names.
    models : Path
        The run's folder of models.
    """
    keeping = [one for one in settings if isinstance(one, KeepingSetting) and one.keep]
    return {one.record.name: models / f"{task}-{model}-{one.record.name}" for one in keeping}


def _is_first(setting: Setting[Any], run: RunKey, gold: Gold) -> bool:
    """Whether this is the setting's first run on all labels."""
    return next((one for one in setting.runs(gold) if one[0] is None), None) == (run.shots, run.seed)


def _stored(path: Path) -> pa.Table | None:
    """Predictions of a run that has ended, if its file is there and whole."""
    if not path.is_file():
        return None
    try:
        return read_predictions(path)
    except (OSError, pa.ArrowInvalid):
        say(f"  {path.name} is damaged: this is trained again")
        return None


def _is_long(setting: Setting[Any]) -> bool:
    return setting.record.trained in ("adapters", "model")


def _named(run: RunKey) -> dict[str, Any]:
    return {"task": run.task, "model": run.model, "setting": run.setting, "seed": run.seed}
