"""Recipes drawn from the space of a search: at random at first, then by what scored well (optuna's TPE)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from wardspace.config import AdaptConfig, OptionConfig, SearchConfig, TrainingConfig
from wardspace.config.search.space import Recipe, recipe, recipe_with
from wardspace.core.errors import WardspaceError
from wardspace.core.files import digest
from wardspace.core.seeds import derive

if TYPE_CHECKING:
    import optuna

TRIES = 64
"""Draws in a row that may give nothing new before the space counts as exhausted."""
_FEWEST = 4
"""Scores from which on they guide the draws."""
_FIGURES = 3
"""Figures of a number drawn: a study file is read by people."""


def need_optuna() -> None:
    """Say what to install where optuna is missing.

    Raises
    ------
    WardspaceError
        If it is not there.
    """
    if find_spec("optuna") is None:
        raise WardspaceError("a search needs the package optuna", fix="pip install 'wardspace[search]'")


class Draws:
    """Draws recipes; what is drawn depends on the seed, the space, and the scores given.

    Parameters
    ----------
    model : AdaptConfig
        The entry that is varied.
    search : SearchConfig
        The space and the seed.
    training : TrainingConfig
        The study's training options: one that an entry repeats makes no other recipe of it.
    """

    def __init__(self, model: AdaptConfig, search: SearchConfig, training: TrainingConfig) -> None:
        self.model, self.search, self.training = model, search, training

    def wave(self, wave: range, tried: Sequence[tuple[dict[str, Any], float | None]]) -> list[dict[str, Any]]:
        """Draw the options of some trials; the very first is the entry in the study file.

        Parameters
        ----------
        wave : range
            Numbers of the trials.
        tried : sequence of (options, score)
            All trials before, None for the score of one that failed.

        Returns
        -------
        list of dict
            Options by key, of recipes that differ from each other and from those before; fewer than asked for where
            the space holds no more.
        """
        study = self._study(wave, tried)
        drawn: list[dict[str, Any]] = [{}] if wave.start == 0 else []
        seen = {self._name(Recipe(self.model))}
        seen |= {self._name(recipe_with(self.model, self.search.options, options)) for options, _ in tried}
        misses = 0
        while len(drawn) < len(wave) and misses < TRIES:
            made = recipe(self.model, self.search.options, partial(_suggested, study.ask()))
            misses = misses + 1 if self._name(made) in seen else 0
            if not misses:
                seen.add(self._name(made))
                drawn.append(made.options)
        return drawn

    def _name(self, made: Recipe) -> str:
        model = made.model
        training = model.training.applied_to(self.training).model_dump(mode="json")
        return digest([[one.model_dump(mode="json") for one in model.objectives], training])

    def _study(self, wave: range, tried: Sequence[tuple[dict[str, Any], float | None]]) -> optuna.Study:
        import optuna  # noqa: PLC0415 - an extra

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                seed=derive("search", self.search.seed, wave.start) % 2**32,
                n_startup_trials=_FEWEST,
                multivariate=False,  # options that do not always apply are drawn one by one in any case
                constant_liar=True,  # recipes of a wave keep apart
            )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        for options, score in tried:
            if options and score is not None:
                study.add_trial(self._told(options, score))
        return study

    def _told(self, options: Mapping[str, Any], score: float) -> optuna.trial.FrozenTrial:
        from optuna.trial import create_trial  # noqa: PLC0415 - an extra

        known = {key: self.search.options[key] for key in options}
        return create_trial(
            params={key: _param(option, options[key]) for key, option in known.items()},
            distributions={key: _distribution(option) for key, option in known.items()},
            value=score,
        )


def _suggested(trial: optuna.Trial, key: str, option: OptionConfig) -> Any:
    if option.choices is not None:  # by number: optuna takes no lists
        return option.choices[trial.suggest_categorical(key, range(len(option.choices)))]
    low, high = _range(option)
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(key, low, high, log=option.log)
    found = float(f"{trial.suggest_float(key, low, high, log=option.log):.{_FIGURES}g}")
    return min(max(found, float(low)), float(high))


def _param(option: OptionConfig, value: Any) -> Any:
    return value if option.choices is None else option.choices.index(value)


def _range(option: OptionConfig) -> tuple[float, float]:
    if option.low is None or option.high is None:
        raise ValueError("neither choices nor a range")
    return option.low, option.high


def _distribution(option: OptionConfig) -> optuna.distributions.BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution  # noqa: PLC0415

    if option.choices is not None:
        return CategoricalDistribution(range(len(option.choices)))
    low, high = _range(option)
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=option.log)
    return FloatDistribution(low, high, log=option.log)
