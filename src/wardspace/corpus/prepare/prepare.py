"""From notes as they are stored to a corpus folder: read once, compared with each other, written once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from wardspace.config import CorpusConfig, EngineConfig
from wardspace.core.files import whole_folder, write_json
from wardspace.core.progress import say
from wardspace.corpus.annotation.kept import kept_over
from wardspace.corpus.corpus import MANIFEST, NOTES, REJECTS, Corpus
from wardspace.corpus.deidentify import Deidentifier
from wardspace.corpus.duplicates.removal import Duplicates, least_similarity
from wardspace.corpus.duplicates.sketches import Sketches
from wardspace.corpus.duplicates.sketching import Sketcher, banding
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.prepare.ingest import Intake
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.prepare.manifest import Made, manifest
from wardspace.corpus.prepare.rejects import DUPLICATE, NOT_DRAWN, Fault, Rejects
from wardspace.corpus.prepare.resolve import resolved
from wardspace.corpus.prepare.spool import Spool
from wardspace.corpus.prepare.statistics import TextStatistics, TokenCounter
from wardspace.corpus.prepare.writer import Output
from wardspace.corpus.processing import Engine, LocalEngine, RayEngine, Shards, Work, cores
from wardspace.corpus.readers import Reader, open_readers
from wardspace.corpus.review.corrections import Corrections
from wardspace.corpus.split.paired import unite_swapped
from wardspace.corpus.split.split import share_out, splits_of_notes
from wardspace.corpus.values.look import look

_WORK = ".work"


def prepare(
    config: CorpusConfig,
    folder: Path,
    *,
    tokens: TokenCounter | None = None,
    engine: EngineConfig | None = None,
    show_progress: bool = True,
) -> Corpus:
    """Read, clean, deduplicate and split notes, and write them as a corpus folder.

    Memory hardly grows with the number of notes: by some 300 bytes each while near-duplicates are looked for. The
    folder appears whole or not at all: a fault or an interruption leaves what stood there before. Beside it lies then,
    in a hidden folder, what was examined so far: preparing the same notes again goes on from there.

    Parameters
    ----------
    config : CorpusConfig
        Where the notes are and what is to become of them.
    folder : Path
        The folder to write; one that is there is replaced.
    tokens : TokenCounter, optional
        Counts tokens under the base's own tokenizer, for the statistics.
    engine : EngineConfig, optional
        Who examines the notes; by default this machine, with as many processes as `config` says. What comes out does
        not depend on it.
    show_progress : bool
        Show a bar on a terminal.

    Raises
    ------
    CorpusError
        For any fault of the source as a whole. Faults of single rows go to `rejects.parquet`.
    """
    config, roles = resolved(config)
    folder = Path(folder)
    deidentifier = Deidentifier.open(config.deidentify, folder) if config.deidentify else None
    corrections = Corrections.asked(config.deidentify)
    near = least_similarity(config.deduplicate)
    with whole_folder(folder) as scratch:
        (scratch / _WORK).mkdir()
        (scratch / NOTES).mkdir()
        readers = open_readers(config.source, roles.needed, scratch / _WORK, config.missing)
        values = look(readers, roles, config)
        examiner = Examiner(roles, Cleaner(config.clean), config.reject, deidentifier, corrections, values=values)
        work = Work(examiner, None if near is None else Sketcher(config.deduplicate.shingle), tokens)
        shards = Shards(folder.with_name(f".{folder.name}-shards"), work.identity())
        if known := shards.count():
            say(f"  going on: {known} chunk{'s' if known > 1 else ''} of notes examined before")
        passes = _Passes(config, work, scratch, show=show_progress)
        made = passes.made(readers, _engine(engine or EngineConfig(), config, roles.needed), shards)
        write_json(scratch / MANIFEST, manifest(config, roles, made, corrections).model_dump(mode="json"))
        shutil.rmtree(scratch / _WORK)
        kept_over(folder, scratch)
    shards.remove()
    return Corpus.open(folder)


def _engine(engine: EngineConfig, config: CorpusConfig, needed: tuple[str, ...]) -> Engine:
    if engine.kind == "ray":
        return RayEngine(engine, config.source, needed, config.missing)
    return LocalEngine(config.workers if config.workers is not None else cores() if config.deidentify else 0)


class _Passes:
    """The passes over the notes: each read from the source once, compared, and written."""

    def __init__(self, config: CorpusConfig, work: Work, scratch: Path, *, show: bool) -> None:
        self._config, self._work, self._scratch, self._show = config, work, scratch, show
        self._roles = work.examiner.roles
        self._steps = Stopwatch()

    def made(self, readers: list[Reader], engine: Engine, shards: Shards) -> Made:
        """Write notes and rejects."""
        with (
            Rejects(self._scratch / REJECTS) as rejects,
            Ledger(self._scratch / _WORK / "ledger.sqlite") as ledger,
            self._sketches() as sketches,
        ):
            with Spool(self._scratch / _WORK / "spool.arrow", self._roles) as spool, self._steps("examine"):
                intake = Intake(
                    self._config, self._work.examiner, ledger=ledger, spool=spool, rejects=rejects, sketches=sketches
                )
                with engine.examined(readers, self._work, shards) as found:
                    intake.read(readers, found, show_progress=self._show)
            duplicates = Duplicates(self._config, self._roles, ledger, spool.path, sketches, show=self._show)
            with self._steps("deduplicate"):
                before = duplicates.before_split(intake.versions, rejects.counts[DUPLICATE])
            with self._steps("split"):
                if self._roles.paired and not (self._roles.patient_id or self._roles.split):
                    ledger.renamed = unite_swapped(ledger.connection)
                highest_lot = ledger.highest_lot(self._config.sample)
                if intake.times is not None:
                    intake.times.settle(self._config.split, highest_lot)
                shares = share_out(ledger.connection, self._config.split, highest_lot)
            with self._steps("deduplicate"):
                shares, after = duplicates.after_split(shares, highest_lot)
            with self._steps("write"):
                output = self._written(duplicates.spool, ledger, highest_lot, intake, rejects)
        dropped = intake.spans_dropped + duplicates.spans_dropped
        return Made(readers, intake, self._steps.seconds, rejects.counts, shares, output, dropped, before, after)

    def _written(self, spool: Path, ledger: Ledger, highest_lot: int, intake: Intake, rejects: Rejects) -> Output:
        types = {name: intake.span_types.get(name, SpanTypes()) for name in self._roles.spans}
        output = Output(self._roles, types, TextStatistics(self._work.tokens))
        fates = _fates(ledger, highest_lot)
        output.renamed = ledger.renamed
        output.write(spool, fates, self._scratch / NOTES, rejects, total=ledger.notes, show=self._show)
        return output

    @contextmanager
    def _sketches(self) -> Generator[Sketches | None]:
        near = least_similarity(self._config.deduplicate)
        if near is None:
            yield None
            return
        folder = self._scratch / _WORK / "sketches"
        folder.mkdir()
        with Sketches(folder, banding(near)) as sketches:
            yield sketches


def _fates(ledger: Ledger, highest_lot: int) -> Iterator[str | Fault]:
    """What becomes of each note in the ledger's order: its split, or why it is left out."""
    undrawn = Fault(NOT_DRAWN, NOT_DRAWN)
    splits = splits_of_notes(ledger.connection, highest_lot)
    for split, fault in zip(splits, ledger.faults(), strict=True):
        yield fault or split or undrawn


class Stopwatch:
    """Adds up the time of named steps.

    Examples
    --------
    >>> watch = Stopwatch()
    >>> with watch("read"):
    ...     pass
    >>> list(watch.seconds)
    ['read']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """Seconds by step, in the order in which they began first."""

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Time a block as part of a step, however it ends."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = round(self.seconds.get(step, 0.0) + time.perf_counter() - start, 2)
