"""A study: its stages in order, each run once for the same inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from wardspace.config import StudyConfig, load_study, parse_study
from wardspace.core.files import digest, read_json, write_text
from wardspace.core.progress import say
from wardspace.corpus import Corpus, Manifest, prepare
from wardspace.corpus.review.kept import JudgementFile
from wardspace.models import Encoder
from wardspace.models.files import bases
from wardspace.privacy.canaries import planted_hash
from wardspace.report import model_card, write_report
from wardspace.report.wording import counted
from wardspace.space import check_method
from wardspace.study.folder import RunFolder
from wardspace.study.inputs import (
    applied_review,
    base_content,
    corpus_settings,
    encoder_source,
    review_content,
    source_content,
    with_review,
)
from wardspace.study.record import Record
from wardspace.study.stages import Stages
from wardspace.study.steps.adapt import Crew
from wardspace.study.steps.card_facts import audited_card, card_facts
from wardspace.study.steps.embed import embed
from wardspace.study.steps.evaluate import Scoring, Slices
from wardspace.study.steps.results import collect
from wardspace.study.steps.space import SpaceNotes, space_results
from wardspace.training.adapt import ASIDE, rehearsed

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
        """Make a study of plain values, as they would stand in a study file."""
        return cls(parse_study(values), folder)

    def review_opened(self) -> JudgementFile:
        """Where what a person says of redactions is kept: the file that the study names, or the run folder's own."""
        self.folder.begin()
        asked = self.config.corpus.deidentify
        return JudgementFile(Path(asked.review).expanduser() if asked and asked.review else self.folder.review)

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
        base = bases.resolve(self.config.base)
        for other in self.config.compare:
            bases.resolve(other.model)
        check_method(self.config.report.map)
        crew = Crew()
        if not crew.leads:
            crew.follow(self.config, self.folder)
            return self.folder.path
        with self.folder.held():
            run = _Run(self, base, crew, apply_review=apply_review, with_text=with_text)
            outcome = self._run(run, STAGES.index(until))
        crew.dismiss()
        return outcome

    def _run(self, run: _Run, last: int) -> Path:
        steps = (run.prepare, run.adapt, run.evaluate, run.space, run.report)
        outcome = self.folder.path
        for step in steps[: last + 1]:
            outcome = step()
        return outcome


class _Run:
    """One pass over the stages: what each needs of the ones before."""

    def __init__(self, study: Study, base: str, crew: Crew, *, apply_review: bool, with_text: bool) -> None:
        self.crew = crew
        self.apply_review, self.with_text = apply_review, with_text
        self.config = study.config
        self.folder = study.folder
        self.stages = study.stages
        self.record = Record(study.config, study.folder)
        self.show = study.show_progress
        self.base = base
        self.keys: dict[str, str] = {}
        self.models: dict[str, dict[str, Any]] = {}
        self.measured: dict[str, dict[str, Any]] = {}

    @cached_property
    def corpus(self) -> Corpus:
        return Corpus.open(self.folder.corpus)

    @cached_property
    def base_files(self) -> list[tuple[str, str]]:
        return base_content(self.base)

    def prepare(self) -> Path:
        asked = with_review(self.config.corpus, self.folder)

        def work() -> str:
            counter = Encoder.load(self.config.base, self.config.encoder).token_counter
            made = prepare(
                asked, self.folder.corpus, tokens=counter, engine=self.config.engine, show_progress=self.show
            )
            say(f"  took {', '.join(f'{s:.0f} s to {step}' for step, s in made.manifest.seconds.items())}")
            return made.content_hash

        inputs = [corpus_settings(asked), source_content(asked.source), self.base_files]
        manifest = self.folder.corpus / "corpus.json"
        held = [*inputs, applied_review(self.folder)]
        if self.apply_review or not self.stages.stands("prepare", held, [manifest]):
            held = [*inputs, review_content(asked)]
        _, self.keys["corpus"] = self.stages.once("prepare", held, [manifest], work)
        say(corpus_line(self.corpus.manifest))
        for warning in self.corpus.manifest.warnings:
            say(f"  note: {warning}")
        self.record.begin()
        return self.folder.corpus

    def adapt(self) -> Path:
        asked = self.config
        training = asked.training.model_dump(mode="json", exclude=ASIDE)
        shared = [self.keys["corpus"], self.base_files, asked.encoder.model_dump(), asked.budget.model_dump(), training]
        if asked.privacy.canaries:  # else as it was, so that models of earlier runs stay
            shared.append(planted_hash(self.corpus, asked.privacy.canaries))
        for model in self.config.adapt:
            inputs = [*shared, model.model_dump(mode="json"), self.config.transductive, *rehearsed(model)]
            target = self.folder.model(model.name)

            def work(model: Any = model) -> list[dict[str, Any]]:
                return self.crew.adapt(self.corpus, model, self.config, self.folder, show_progress=self.show)

            key, costs = self.stages.once(f"adapt/{model.name}", inputs, [target / "modules.json"], work)
            self.keys[model.name] = key
            self.models[model.name] = {"stages": costs}
        self.crew.dismiss()
        return self.folder.path / "models"

    def embed(self) -> None:
        names = self.config.encoders
        self.models = {name: self.models.get(name, {"stages": []}) for name in names}
        self.keys["base"] = "base"
        self.keys |= {one.name: digest(base_content(bases.resolve(one.model))) for one in self.config.compare}
        for name in names:
            source = encoder_source(self.config, self.folder, name)
            path = self.folder.vectors(name)

            def work(source: str = source, path: Path = path, name: str = name) -> dict[str, Any]:
                return embed(
                    self.corpus,
                    source,
                    self.config.encoder,
                    path,
                    engine=self.config.engine,
                    title=f"embedding with {name}",
                    show_progress=self.show,
                )

            encoder = self.config.encoder.model_dump(mode="json")
            inputs = [self.keys["corpus"], self.base_files, self.keys[name], encoder]
            self.keys[f"vectors/{name}"], cost = self.stages.once(f"embed/{name}", inputs, [path], work)
            self.models[name] |= {"embedding": cost}

    def vectors(self, name: str) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = np.load(self.folder.vectors(name), mmap_mode="r")
        return vectors

    def evaluate(self) -> Path:
        self.embed()
        self.scoring = Scoring(self.config, self.corpus, self.folder, self.stages, self.keys, show_progress=self.show)
        for task in self.config.tasks:
            self.scoring.run(task, {name: partial(self.vectors, name) for name in self.models})
        self.scores = self.scoring.scored()
        self.slices = Slices(self.scoring).found()
        return self.folder.path / "predictions"

    def space(self) -> Path:
        self.space_notes = SpaceNotes(self.corpus, self.config)
        config = self.config.space.model_dump(mode="json")
        keys = {name: self.keys[f"vectors/{name}"] for name in self.models}
        effects = {name: self.folder.effects(name) for name in self.models}
        adapted = {model.name for model in self.config.adapt}
        for name in self.models:

            def work(name: str = name) -> dict[str, Any]:
                base = self.vectors("base") if name in adapted else None
                return self.space_notes.measured(name, self.vectors(name), effects[name], base)

            inputs = [keys[name], keys["base"], config, *self.config.text_columns]
            _, self.measured[name] = self.stages.once(f"space/{name}", inputs, [effects[name]], work)

        def compare() -> list[dict[str, Any]]:
            return self.space_notes.similar({name: self.vectors(name) for name in self.models})

        _, similar = self.stages.once("space-similarity", [list(keys.items()), config], [], compare)
        results = collect(
            self.config,
            self.corpus,
            models=self.models,
            scoring=self.scoring,
            scored=self.scores,
            space=space_results(self.measured, similar, effects, self.config.report),
            slices=self.slices,
        )
        results.write(self.folder.results)
        self.record.settle()
        self.results = results
        return self.folder.results

    def report(self) -> Path:
        maps = {name: self.space_notes.map(self.vectors(name)) for name in self.models}
        asked = self.config.report
        write_report(self.results, maps, self.folder.report, asked, self.config)
        facts = card_facts(self.corpus, read_json(self.folder.environment))
        for model in self.config.adapt:
            card = model_card(self.results, model.name, self.config, facts)
            card = audited_card(card, self.folder.model(model.name), self.config.privacy)
            write_text(self.folder.model(model.name) / "README.md", card)
        # an older page with text would show other results than the report beside it, and text that nobody asked for
        self.folder.report_with_text.unlink(missing_ok=True)
        if not self.with_text:
            return self.folder.report
        texts = self.space_notes.texts(asked.text_letters)
        write_report(self.results, maps, self.folder.report_with_text, asked, self.config, texts=texts)
        return self.folder.report_with_text


def corpus_line(manifest: Manifest) -> str:
    """Say how many notes were kept, and how many rows were left out for which reason."""
    counts = manifest.counts
    left_out = ", ".join(f"{count:,} {kind}" for kind, count in counts["rejects"].items())
    told = f"{left_out} (each with its reason in corpus/rejects.parquet)" if left_out else "none"
    notes, rows = counted(counts["notes"], "note"), counted(counts["rows_read"], "row")
    return f"  {notes} kept of {rows}; left out: {told}"
