"""search.md and best.yaml: what a search found, to be read and to be run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from wardspace.config import StudyConfig
from wardspace.config.search.check import searched_model
from wardspace.config.search.space import recipe_with
from wardspace.core.wording import duration
from wardspace.report.wording import gap, points, tokens
from wardspace.study.search.records import SearchResults, Trial

HEADS = ("trial", "tokens", "score", "to base", "time", "recipe")
"""Columns of the tables."""


def row(trial: Trial) -> list[str]:
    """A trial in words, under `HEADS`."""
    seconds = trial.training_seconds + trial.other_seconds
    return [
        "base" if trial.number is None else str(trial.number),
        "–" if trial.number is None else tokens(trial.budget),
        "–" if trial.score is None else points(trial.score) + _give_or_take(trial.error),
        "–" if trial.difference is None else gap(trial.difference) + _give_or_take(trial.difference_error),
        duration(seconds),
        told(trial),
    ]


def told(trial: Trial) -> str:
    """A recipe in words."""
    if trial.number is None:
        return "not adapted"
    options = in_words(trial.options)
    return f"{options}; failed: {trial.reason}" if trial.state == "failed" else options


def in_words(options: Mapping[str, Any]) -> str:
    """The options drawn, in words, the widest first."""
    keys = sorted(options, key=lambda key: (key.count("."), key))
    return ", ".join(f"{key}: {_value(options[key])}" for key in keys) or "as in the study"


def verdict(results: SearchResults) -> str:
    """Whether anything was better than the base, in a sentence or two."""
    best = results.best
    if best is None or best.difference is None:
        return "No recipe could be trained." if results.trials else "No recipe was trained."
    if best.difference <= 0:
        return "No recipe was better than the base."
    sure = best.difference_error is None or best.difference > 2 * best.difference_error
    found = f"Trial {best.number} was the best: {gap(best.difference)} points to the base."
    return found if sure else f"{found} That is within two standard errors over few-shot subsets: it may be chance."


def remarks(results: SearchResults) -> list[str]:
    """What a reader has to know in addition to the verdict."""
    found = [
        f"Scores are {results.metric} on {results.notes} validation notes;"
        " ± is one standard error over few-shot subsets.",
        "The probes' strength was chosen on the same notes, and the best of many is best by luck too: its score is"
        " optimistic. Test was not looked at; `wardspace run best.yaml` does.",
    ]
    best = results.best
    if results.ended == "hours":
        found.append("The hours were over before all of it was done.")
    if best is None or best.score is None:
        return found
    if best.rung is not None and best.rung < len(results.rungs) - 1:
        found.append(f"No recipe was trained in full: the best one saw {tokens(best.budget)} tokens.")
    most = max(results.trials, key=lambda one: one.score or 0.0)
    if most.score is not None and most.score > best.score:
        found.append(
            f"Trial {most.number} scored {points(most.score)} with {tokens(most.budget)} tokens:"
            " perhaps less training is better here."
        )
    return found


def markdown(results: SearchResults) -> str:
    """All trials as a Markdown table, with verdict and remarks."""
    rows = [row(trial) for trial in (results.base, *results.ranked)]
    lines = [
        f"# Search of {results.study}: {results.model} by {results.task}",
        "",
        verdict(results),
        "",
        f"| {' | '.join(HEADS)} |",
        "|" + "---|" * len(HEADS),
        *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in rows),
        "",
        *remarks(results),
        "",
        f"{len(results.trials)} trainings in {duration(results.seconds)}.",
    ]
    return "\n".join(lines) + "\n"


def best_study(study: StudyConfig, results: SearchResults) -> str | None:
    """The study with the best recipe in it and without its search, as YAML; None where nothing was scored."""
    if study.search is None or results.best is None:
        return None
    model, options = searched_model(study, study.search), results.best.options
    made = recipe_with(model, study.search.options, options)
    values: dict[str, Any] = study.with_model(made.model).resolved()
    values.pop("search")
    about = f"# The best recipe for {results.model} that `wardspace search` found, by validation. {verdict(results)}\n"
    return about + yaml.safe_dump(values, sort_keys=False)


def _give_or_take(error: float | None) -> str:
    return "" if error is None else f" ± {points(error)}"


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
