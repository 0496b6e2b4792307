"""`wardspace search`: the best recipe of a study by successive halving on validation."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

from wardspace.config import SearchConfig
from wardspace.config.search.check import searched_model, searched_task
from wardspace.config.search.space import recipe_with
from wardspace.core.errors import RunError, StudyError, WardspaceError
from wardspace.core.files import digest, read_json, write_json, write_text
from wardspace.core.progress import say
from wardspace.core.version import __version__
from wardspace.core.wording import duration
from wardspace.corpus import Corpus
from wardspace.models.files import bases
from wardspace.report.wording import gap, points, tokens
from wardspace.study.run import base_content
from wardspace.study.search.draws import Draws, need_optuna
from wardspace.study.search.halving import Clock, Ladder, Pace, waves
from wardspace.study.search.pool import Pool, at_once
from wardspace.study.search.records import Rung, SearchFolder, SearchResults, Trial, read_trial
from wardspace.study.search.table import best_study, in_words, markdown
from wardspace.study.search.trial import Bench, Job, against_base
from wardspace.study.study import Study
from wardspace.training.adapt import ASIDE, rehearsed

FOLDER = "search"
_BY_THE_WAY = {"hours", "parallel"}
"""Keys of a search that change how it goes and not what is tried."""


def search(study: Study, *, fresh: bool = False) -> SearchResults:
    """Try recipes of a study's space on its validation notes, and write search.json, search.md and best.yaml.

    The corpus is prepared if it is not, and kept. Test notes are neither read nor scored. Interrupted at any moment and
    called again, it goes on; no trial that is done is run again.

    Parameters
    ----------
    study : Study
        With a `search` section.
    fresh : bool
        Throw away what an earlier search left here.

    Raises
    ------
    WardspaceError
        If there is nothing to search, optuna is not installed, the folder holds the search of another study, or
        whatever training itself would raise.
    """
    asked = study.config.search
    if asked is None:
        raise StudyError(
            "this study has no search", where="search", fix="add a section `search`; see recipes/search.yaml"
        )
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        fix = "start it by itself, without torchrun or accelerate; search.parallel runs several trials at once"
        raise WardspaceError("`search` is one process", fix=fix)
    need_optuna()
    study.run(until="prepare")
    with study.folder.held():
        folder = SearchFolder(study.folder.path / FOLDER)
        if fresh:
            shutil.rmtree(folder.path, ignore_errors=True)
        corpus = Corpus.open(study.folder.corpus)
        _same_search(_asked(study, asked, corpus), folder)
        return _Searching(study, asked, corpus, folder).run()


def _asked(study: Study, search: SearchConfig, corpus: Corpus) -> dict[str, str]:
    """Digests of everything that a search's outcome depends on, by what a person calls it."""
    config = study.config
    parts = {
        "notes": corpus.content_hash,
        "base": base_content(bases.resolve(config.base)),
        "encoder": config.encoder.model_dump(mode="json"),
        "budget": config.budget.model_dump(mode="json"),
        "training": config.training.model_dump(mode="json", exclude=ASIDE),
        "model in adapt": searched_model(config, search).model_dump(mode="json"),
        "texts to rehearse": rehearsed(searched_model(config, search)),
        "task": searched_task(config, search).model_dump(mode="json", exclude={"finetune"}),
        "search": search.model_dump(mode="json", exclude=_BY_THE_WAY),
        "version of wardspace": __version__,
    }
    return {name: digest(part) for name, part in parts.items()}


def _same_search(asked: dict[str, str], folder: SearchFolder) -> None:
    if not folder.asked.is_file():
        write_json(folder.asked, asked)
        return
    before = read_json(folder.asked)
    changed = [name for name, value in asked.items() if before.get(name) != value]
    if changed:
        raise RunError(
            f"this folder holds a search of another kind; what has changed: {', '.join(changed)}",
            where=folder.path,
            fix="begin anew with --fresh, or choose another folder with --out",
        )


class _Searching:
    """What is known so far."""

    def __init__(self, study: Study, search: SearchConfig, corpus: Corpus, folder: SearchFolder) -> None:
        self.study, self.search, self.folder = study.config, search, folder
        self.model = searched_model(self.study, search)
        self.ladder = Ladder(self.study.budget.tokens, search.rungs, search.eta)
        self.draws = Draws(self.model, search, self.study.training)
        drawn: dict[str, Any] = (
            read_json(folder.drawn) if folder.drawn.is_file() else {"recipes": [], "exhausted": False}
        )
        self.drawn: list[dict[str, Any]] = drawn["recipes"]
        self.exhausted: bool = drawn["exhausted"]
        self.done = self._recorded()
        base = read_trial(folder.trial("base"))
        self.clock = Clock(max([trial.elapsed for trial in [*self.done.values(), base] if trial], default=0.0))
        self.bench = Bench(self.study, corpus, folder, self.clock.began, show_progress=study.show_progress)
        parallel = at_once(search.parallel)
        self.pool, self.pace = Pool(self.bench, parallel), Pace(self.ladder, parallel, search.hours)
        self.base = base or self._scored_base()
        self.late = False

    def _recorded(self) -> dict[tuple[int, int], Trial]:
        """Trials on record, by rung and number."""
        found = [read_trial(path) for path in sorted(self.folder.trial("*").parent.glob("*-*.json"))]
        return {(one.rung, one.number): one for one in found if one and one.rung is not None and one.number is not None}

    def _scored_base(self) -> Trial:
        say("• base, not adapted")
        base = self.bench.base()
        say(f"  {points(base.score or 0.0)}")
        return base

    def run(self) -> SearchResults:
        with self.pool:
            self._climbed()
        shutil.rmtree(self.folder.work(), ignore_errors=True)
        return self._write(ended=self._ended())

    def _climbed(self) -> None:
        numbers: list[int] = []
        for wave in waves(self.search.trials):
            numbers += self._draw(wave)
            self._climb(0, numbers)
        for rung in range(1, self.ladder.rungs):
            numbers = self.ladder.promoted(
                {number: self.done[rung - 1, number].score for number in self._ran(rung - 1)}
            )
            self._climb(rung, numbers)

    @property
    def _scored(self) -> list[Trial]:
        """Trials that tell how long others will take: one that failed ended early."""
        return [trial for trial in self.done.values() if trial.state == "scored"]

    def _ran(self, rung: int) -> list[int]:
        return sorted(number for at, number in self.done if at == rung)

    def _ended(self) -> str:
        if len(self._ran(0)) == self.search.trials and not self.late:
            return "done"
        return "space" if self.exhausted and not self.late else "hours"

    def _draw(self, wave: range) -> list[int]:
        """Numbers of the trials of a wave; what was drawn is kept, so that it stays as it was."""
        if len(self.drawn) <= wave.start and not (self._closed or self.exhausted):
            tried = [(self.drawn[number], self.done[0, number].score) for number in self._ran(0)]
            found = self.draws.wave(wave, tried)
            self.drawn, self.exhausted = self.drawn + found, len(found) < len(wave)
            write_json(self.folder.drawn, {"recipes": self.drawn, "exhausted": self.exhausted})
        return [number for number in wave if number < len(self.drawn)]

    @property
    def _closed(self) -> bool:
        """Whether nothing is begun on the lowest rung any more."""
        return self.late or any(rung > 0 for rung, _ in self.done)

    def _climb(self, rung: int, numbers: Sequence[int]) -> None:
        """Run the trials of a rung that are not done."""
        todo = [number for number in numbers if (rung, number) not in self.done]
        for trial in self.pool.run(self._jobs(rung, todo, len(numbers))):
            self.done[rung, trial.number or 0] = trial
            width = self.search.trials if rung == 0 else len(numbers)
            left = self.pace.left(rung, width - len(self._ran(rung)), width, self._scored)
            self._write()
            self._tell(trial, left)

    def _jobs(self, rung: int, todo: Sequence[int], width: int) -> Iterator[Job]:
        """Jobs as long as there is time for them."""
        for place, number in enumerate(todo):
            begun = width - len(todo) + place
            closed = rung == 0 and self._closed
            if closed or not self.pace.allows(self.clock.used, rung, begun, self._scored):
                self.late = True
                return
            options, budget = self.drawn[number], self.ladder.budget(rung)
            made = recipe_with(self.model, self.search.options, options)
            where = f"rung {rung + 1} of {self.ladder.rungs} ({tokens(budget)} tokens)"
            say(f"• trial {number}, {where}: {in_words(options)}")
            yield Job(number, rung, options, made.model, budget)

    def _tell(self, trial: Trial, left: float | None) -> None:
        time = f"{duration(self.clock.used)} used" + (f", about {duration(left)} left" if left is not None else "")
        if trial.score is None:
            say(f"  trial {trial.number} failed: {trial.reason}; {time}")
            return
        difference = against_base(trial.parts, self.base.parts)[0]
        say(f"  trial {trial.number}: {points(trial.score)} ({gap(difference)} to the base); {time}")

    def _write(self, ended: str | None = None) -> SearchResults:
        results = self._results(ended)
        results.write(self.folder.results)
        write_text(self.folder.table, markdown(results))
        best = best_study(self.study, results)
        if ended and best:
            write_text(self.folder.best, best)
        return results

    def _results(self, ended: str | None) -> SearchResults:
        trials = [self._compared(self.done[key]) for key in sorted(self.done)]
        scored = [trial for trial in trials if trial.score is not None]
        best = min(scored, key=lambda one: (-(one.rung or 0), -(one.score or 0.0), one.number), default=None)
        return SearchResults.model_validate(
            {
                "wardspace": __version__,
                "study": self.study.name,
                "model": self.model.name,
                "task": self.bench.scorer.task.name,
                "metric": self.search.score.metric,
                "notes": self.bench.scorer.validated,
                "search": self.search.model_dump(mode="json"),
                "ended": ended,
                "seconds": round(max((one.elapsed for one in [self.base, *trials]), default=0.0), 2),
                "base": self.base,
                "rungs": [
                    Rung(tokens=self.ladder.budget(rung), trials=len(self._ran(rung)))
                    for rung in range(self.ladder.rungs)
                ],
                "trials": trials,
                "best": best,
                "better_than_base": None if best is None else (best.difference or 0.0) > 0,
            }
        )

    def _compared(self, trial: Trial) -> Trial:
        """A trial compared with the base."""
        if trial.score is None:
            return trial
        difference, error = against_base(trial.parts, self.base.parts)
        return trial.model_copy(update={"difference": difference, "difference_error": error})
