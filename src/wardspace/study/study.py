"""A study: its stages in order, each run once for the same inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Self

from wardspace.config import StudyConfig, load_study, parse_study
from wardspace.corpus.journal import Journal
from wardspace.corpus.review import Judgement
from wardspace.corpus.review.kept import judgement_file
from wardspace.models.files import bases
from wardspace.space import check_method
from wardspace.study.folder import RunFolder
from wardspace.study.record import Record
from wardspace.study.run import Run
from wardspace.study.stages import Stages
from wardspace.study.steps.adapt import Crew, adapt_models
from wardspace.study.steps.embed import embed_models
from wardspace.study.steps.evaluate import check_tasks, evaluate_models
from wardspace.study.steps.prepare import prepare_corpus
from wardspace.study.steps.report import write_reports
from wardspace.study.steps.results import assemble_results
from wardspace.study.steps.space import measure_spaces

StageName = Literal["prepare", "adapt", "evaluate", "space", "report"]
STAGES: tuple[StageName, ...] = ("prepare", "adapt", "evaluate", "space", "report")
"""Stages in order; each reads only what the ones before wrote."""


class Study:
    """Notes in, compared embedding spaces out.

    Parameters
    ----------
    config : StudyConfig
        What is asked.
    folder : str or Path, optional
        Where the run lies; default `runs/NAME`.
    show_progress : bool
        Show bars on a terminal.

    Examples
    --------
    >>> study = Study.load("recipes/demo.yaml", ["budget.tokens=20000"])  # doctest: +SKIP
    >>> study.run()  # doctest: +SKIP
    PosixPath('runs/demo/report.html')
    """

    def __init__(self, config: StudyConfig, folder: str | Path | None = None, *, show_progress: bool = True) -> None:
        self.config = config
        self.folder = RunFolder(Path(folder) if folder is not None else Path("runs") / config.name)
        self.show_progress = show_progress
        self.stages = Stages(self.folder)

    @classmethod
    def load(cls, path: str | Path, overrides: Sequence[str] = (), folder: str | Path | None = None) -> Self:
        """Read a study file; see `wardspace.config.load_study`."""
        return cls(load_study(path, overrides), folder)

    @classmethod
    def parse(cls, values: dict[str, Any], folder: str | Path | None = None) -> Self:
        """Make a study of plain values, as they would be in a study file."""
        return cls(parse_study(values), folder)

    def review_opened(self) -> Journal[Judgement]:
        """Where what a person says of redactions is kept: the file that the study names, or the run folder's own."""
        self.folder.begin()
        asked = self.config.corpus.deidentify
        return judgement_file(Path(asked.review).expanduser() if asked and asked.review else self.folder.review)

    def run(self, until: StageName = "report", *, apply_review: bool = True, with_text: bool = False) -> Path:
        """Run the stages up to `until`, leaving out those whose inputs have not changed.

        Parameters
        ----------
        until : str
            The last stage to run.
        apply_review : bool
            Whether a corpus that lacks nothing but the latest judgements of a review is prepared again for them.
        with_text : bool
            Write a second report, which shows the beginnings of notes, into the corpus folder.

        Returns
        -------
        Path
            What the last stage wrote: the corpus, the models, results.json or report.html (with text the second one).

        Raises
        ------
        WardspaceError
            For any fault of the study, the notes, the models or the machine. What earlier stages wrote stays,
            and running again goes on from there.
        ValueError
            If text is asked for in a run that writes no report.

        Notes
        -----
        Of processes that `torchrun` or `accelerate launch` started together, all train; the first does the rest.
        """
        if with_text and until != "report":
            raise ValueError(f"with_text needs the report, and the run ends with {until}")
        for model in (self.config.base, *(other.model for other in self.config.compare)):
            bases.resolve(model)
        check_method(self.config.report.map)
        crew = Crew()
        if not crew.leads:
            crew.follow(self.config, self.folder)
            return self.folder.path
        with self.folder.held():
            run = Run(self.config, self.folder, self.stages, self.show_progress)
            last = STAGES.index(until)
            scored = last >= STAGES.index("evaluate")
            steps = self._steps(run, crew, apply_review=apply_review, with_text=with_text, scored=scored)
            outcome = next(islice(steps, last, None))
        crew.dismiss()
        return outcome

    def _steps(self, run: Run, crew: Crew, *, apply_review: bool, with_text: bool, scored: bool) -> Iterator[Path]:
        """Run one stage after the other, as far as they are asked for; what each wrote."""
        folder, record = run.folder, Record(run.config, run.folder)
        prepared = prepare_corpus(run, apply_review=apply_review)
        record.begin()
        yield folder.corpus
        reads_vectors = scored and check_tasks(run, prepared)  # a study that only adapts needs no labels
        adapted = adapt_models(run, prepared, crew)
        yield folder.models
        embedded = embed_models(run, prepared, adapted, whole=reads_vectors)
        evaluated = evaluate_models(run, prepared, embedded)
        yield folder.path / "predictions"
        spaces = measure_spaces(run, prepared, embedded)
        results = assemble_results(run, prepared, embedded, evaluated, spaces)
        record.settle()
        yield folder.results
        yield write_reports(run, prepared, embedded, spaces.notes, results, with_text=with_text)
