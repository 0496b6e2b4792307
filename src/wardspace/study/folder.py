"""The run folder: where everything of one study lies, who may write to it, and which version made it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from wardspace.core.errors import RunError, machine_faults
from wardspace.core.files import is_scratch, owner_only, read_json, write_json
from wardspace.core.version import __version__
from wardspace.results import Tuning

LAYOUT = 2
"""Raised when what lies where in a run folder changes."""


class Folder:
    """Paths below one folder.

    Parameters
    ----------
    path : Path
        The folder; made when first written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def work(self, name: str = "") -> Path:
        """What unfinished work (or all of it) needs to go on; gone when it is finished."""
        return self.path / "work" / name


class RunFolder(Folder):
    """Paths of one run."""

    @property
    def mark(self) -> Path:
        """The file that says this is a run folder, and of which version."""
        return self.path / "run.json"

    @property
    def study(self) -> Path:
        """What was asked of the results, with every default filled in."""
        return self.path / "study.yaml"

    @property
    def attempt(self) -> Path:
        """What was asked last, where that has not come to results and others are there; gone when it has."""
        return self.path / "attempt.yaml"

    @property
    def latest(self) -> Path:
        """What was asked last: models are of it, results may be older."""
        return self.attempt if self.attempt.is_file() else self.study

    @property
    def environment(self) -> Path:
        """What ran it."""
        return self.path / "environment.json"

    @property
    def corpus(self) -> Path:
        """The only place that holds text of notes."""
        return self.path / "corpus"

    @property
    def results(self) -> Path:
        """results.json."""
        return self.path / "results.json"

    @property
    def report(self) -> Path:
        """report.html."""
        return self.path / "report.html"

    @property
    def report_with_text(self) -> Path:
        """A report that shows notes: where text may be, and gone when the corpus is prepared again."""
        return self.corpus / "report-with-text.html"

    @property
    def review(self) -> Path:
        """review.jsonl: what a person said of redactions. Beside the corpus, which is replaced when prepared again."""
        return self.path / "review.jsonl"

    @property
    def log(self) -> Path:
        """log.jsonl."""
        return self.path / "log.jsonl"

    def model(self, name: str) -> Path:
        """Folder of an adapted encoder."""
        return self.models / name

    @property
    def models(self) -> Path:
        """Adapted encoders, and what tasks keep of their settings."""
        return self.path / "models"

    def vectors(self, name: str) -> Path:
        """Vectors of a model, float32 [notes, dimension] in the order of the corpus."""
        return self.path / "vectors" / f"{name}.npy"

    def effects(self, name: str) -> Path:
        """How each patient moves what was measured of a model's space."""
        return self.path / "space" / f"{name}.npz"

    def predictions(self, task: str, model: str, tuning: Tuning) -> Path:
        """Stored predictions of a model on a task."""
        return self.path / "predictions" / f"{task}-{model}-{tuning}.parquet"

    def trainings(self, task: str, model: str) -> Path:
        """What single fine-tunings of a model on a task have predicted: with more seeds or budgets these are kept."""
        return self.path / "predictions" / "trainings" / task / model

    def stage(self, name: str) -> Path:
        """Record of a finished stage."""
        return self.path / "stages" / f"{name}.json"

    def check(self) -> None:
        """Refuse a folder that this version must not write to.

        Raises
        ------
        RunError
            If the folder holds something else, or was made by another version. Nothing in it is touched.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunError(
                "there is a file in the place of the run folder", where=self.path, fix="choose another --out"
            )
        if not self.mark.is_file():
            if self.path.is_dir() and not all(is_scratch(path) for path in self.path.iterdir()):
                raise RunError(
                    "this folder holds something that is no run", where=self.path, fix="choose another --out"
                )
            return
        try:
            made = read_json(self.mark)
        except ValueError as error:
            raise RunError("damaged run.json", where=self.mark, fix="choose another --out") from error
        layout = made.get("layout")
        if layout != LAYOUT or _series(made.get("wardspace", "")) != _series(__version__):
            raise RunError(
                f"this run has layout {layout}, made by wardspace {made.get('wardspace')}; "
                f"wardspace {__version__} writes layout {LAYOUT}",
                where=self.path,
                fix="choose another folder with --out, or open the run with the version that made it",
            )

    def begin(self) -> None:
        """Make the folder, if it is not there, and say that it is a run; only its owner can enter it.

        Raises
        ------
        RunError
            If `check` refuses it.
        """
        self.check()
        with machine_faults(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(PermissionError):  # of another user, who lets this one write: the files are private anyway
                self.path.chmod(0o700)
            if not self.mark.exists():
                write_json(self.mark, {"layout": LAYOUT, "wardspace": __version__})

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for one process; what is made in it is readable by its owner alone.

        Raises
        ------
        RunError
            If another process is at work in it, or `check` refuses it.
        """
        self.begin()
        with machine_faults(self.path):
            lock = FileLock(self.path / ".lock", timeout=0, mode=0o600)
            try:
                lock.acquire()
            except Timeout as error:
                raise RunError(
                    "another process is at work on this run",
                    where=self.path,
                    fix="wait for it, or choose another --out",
                ) from error
        try:
            with owner_only():
                yield
        finally:
            lock.release()


def _series(version: str) -> str:
    """Major and minor number: patch releases read each other's runs."""
    return ".".join(version.split(".")[:2])
