"""From notes as they are stored to a corpus folder: read once, compared with each other, written once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wardspace.config import CorpusConfig, EngineConfig
from wardspace.core.files import whole_folder, write_json
from wardspace.core.progress import say
from wardspace.core.stopwatch import Stopwatch
from wardspace.core.version import __version__
from wardspace.corpus.corpus import MANIFEST, NOTES, REJECTS, Corpus, Manifest
from wardspace.corpus.deidentify import Deidentifier
from wardspace.corpus.duplicates.removal import Duplicates, least_similarity
from wardspace.corpus.duplicates.sketches import Sketches
from wardspace.corpus.duplicates.sketching import Sketcher, banding
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.note import Examiner
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.prepare.ingest import Intake
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.prepare.rejects import DUPLICATE, EARLIER_PATIENT, NOT_DRAWN, Fault, Rejects
from wardspace.corpus.prepare.resolve import resolved
from wardspace.corpus.prepare.spool import Spool
from wardspace.corpus.prepare.statistics import TextStatistics, TokenCounter
from wardspace.corpus.prepare.writer import Output
from wardspace.corpus.processing import Engine, LocalEngine, RayEngine, Shards, Work, cores
from wardspace.corpus.readers import Reader, open_readers
from wardspace.corpus.review.corrections import Corrections
from wardspace.corpus.schema import SPLITS, Roles
from wardspace.corpus.split.split import Shares, share_out, splits_of_notes

_WORK = ".work"


@dataclass(frozen=True)
class _Made:
    """What the passes found out."""

    readers: list[Reader]
    intake: Intake
    seconds: dict[str, float]
    rejects: Counter[str]
    shares: Shares
    output: Output
    spans_dropped: int
    before_split: list[dict[str, Any]]
    """What was found of duplicates before notes were shared out."""
    after_split: list[dict[str, Any]]
    """And after it."""


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
    deidentifier = Deidentifier.open(config.deidentify, Path(folder)) if config.deidentify else None
    corrections = Corrections.asked(config.deidentify)
    examiner = Examiner(roles, Cleaner(config.clean), config.reject, deidentifier, corrections)
    near = least_similarity(config.deduplicate)
    work = Work(examiner, None if near is None else Sketcher(config.deduplicate.shingle), tokens)
    shards = Shards(Path(folder).with_name(f".{Path(folder).name}-shards"), work.identity())
    if known := shards.count():
        say(f"  going on: {known} chunk{'s' if known > 1 else ''} of notes examined before")
    with whole_folder(Path(folder)) as scratch:
        (scratch / _WORK).mkdir()
        (scratch / NOTES).mkdir()
        readers = open_readers(config.source, roles.needed, scratch / _WORK)
        passes = _Passes(config, work, scratch, show=show_progress)
        made = passes.made(readers, _engine(engine or EngineConfig(), config, roles.needed), shards)
        write_json(scratch / MANIFEST, _manifest(config, roles, made, corrections).model_dump(mode="json"))
        shutil.rmtree(scratch / _WORK)
    shards.remove()
    return Corpus.open(Path(folder))


def _engine(engine: EngineConfig, config: CorpusConfig, needed: tuple[str, ...]) -> Engine:
    if engine.kind == "ray":
        return RayEngine(engine, config.source, needed)
    return LocalEngine(config.workers if config.workers is not None else cores() if config.deidentify else 0)


class _Passes:
    """The passes over the notes: each read from the source once, compared, and written."""

    def __init__(self, config: CorpusConfig, work: Work, scratch: Path, *, show: bool) -> None:
        self._config, self._work, self._scratch, self._show = config, work, scratch, show
        self._roles = work.examiner.roles
        self._steps = Stopwatch()

    def made(self, readers: list[Reader], engine: Engine, shards: Shards) -> _Made:
        """Write notes and rejects."""
        with (
            Rejects(self._scratch / REJECTS) as rejects,
            Ledger(self._scratch / _WORK / "ledger.sqlite") as ledger,
            self._sketches() as sketches,
        ):
            with Spool(self._scratch / _WORK / "spool.arrow", self._roles) as spool, self._steps("examine"):
                intake = Intake(self._config, ledger, spool, rejects, sketches)
                with engine.examined(readers, self._work, shards) as found:
                    intake.read(readers, found, show_progress=self._show)
            duplicates = Duplicates(self._config, self._roles, ledger, spool.path, sketches, show=self._show)
            with self._steps("deduplicate"):
                before = duplicates.before_split(intake.versions, rejects.counts[DUPLICATE])
            with self._steps("split"):
                highest_lot = ledger.highest_lot(self._config.sample)
                if intake.times is not None:
                    intake.times.settle(self._config.split, highest_lot)
                shares = share_out(ledger.connection, self._config.split, highest_lot)
            with self._steps("deduplicate"):
                shares, after = duplicates.after_split(shares, highest_lot)
            with self._steps("write"):
                output = self._written(duplicates.spool, ledger, highest_lot, intake, rejects)
        dropped = intake.spans_dropped + duplicates.spans_dropped
        return _Made(readers, intake, self._steps.seconds, rejects.counts, shares, output, dropped, before, after)

    def _written(self, spool: Path, ledger: Ledger, highest_lot: int, intake: Intake, rejects: Rejects) -> Output:
        types = {name: intake.span_types.get(name, SpanTypes()) for name in self._roles.spans}
        output = Output(self._roles, types, TextStatistics(self._work.tokens))
        fates = _fates(ledger, highest_lot)
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


def _manifest(config: CorpusConfig, roles: Roles, made: _Made, corrections: Corrections | None) -> Manifest:
    encodings = sorted({reader.encoding for reader in made.readers if reader.encoding})
    source: dict[str, Any] = {
        "format": made.readers[0].format,
        "files": [reader.name for reader in made.readers],
        "encoding": ", ".join(encodings) or None,
    }
    return Manifest(
        wardspace=__version__,
        roles={
            "note_id": roles.note_id,
            "patient_id": roles.patient_id,
            "time": roles.time,
            "text": roles.text,
            "split": roles.split,
            "metadata": list(roles.metadata),
            "labels": list(roles.labels),
            "spans": list(roles.spans),
        },
        counts=_counts(made),
        steps=_steps(config, roles, made, corrections),
        source=source,
        synthetic=config.source.format == "ward",
        content_hash=made.output.content_hash,
        parts=made.output.parts,
        warnings=_warnings(config, roles, made),
        seconds=made.seconds,
        statistics={
            "notes_per_patient": made.shares.notes_per_patient.summary(),
            **made.output.statistics.summary(),
        },
    )


def _counts(made: _Made) -> dict[str, Any]:
    return {
        "rows_read": made.intake.rows_read,
        "notes": made.output.splits.total(),
        "patients": sum(made.shares.patients.values()),
        "patients_missing": made.intake.patients_missing,
        "spans_dropped": made.spans_dropped,
        "splits": {
            split: {"notes": made.output.splits[split], "patients": made.shares.patients[split]} for split in SPLITS
        },
        "rejects": dict(made.rejects.most_common()),
        "categories": made.output.categories.summary(),
    }


def _steps(config: CorpusConfig, roles: Roles, made: _Made, corrections: Corrections | None) -> list[dict[str, Any]]:
    cleaning = type(config.clean).model_fields
    review = {"reviewed": made.intake.reviewed, "review": corrections.digest} if corrections else {}
    steps: list[dict[str, Any]] = [
        *([{"step": "deidentify", **made.intake.identifiers.summary(), **review}] if config.deidentify else []),
        *(
            {"step": f"clean.{name}", "changed": made.intake.changed[name]}
            for name in cleaning
            if getattr(config.clean, name)
        ),
    ]
    steps += made.before_split
    if config.sample is not None:
        steps.append({"step": "sample", "notes": config.sample, "left_out": made.rejects[NOT_DRAWN]})
    return [*steps, {"step": "split", **_split_step(config, roles, made)}, *made.after_split]


def _split_step(config: CorpusConfig, roles: Roles, made: _Made) -> dict[str, Any]:
    split = config.split.model_dump()
    if made.intake.times is not None:
        return {name: split[name] for name in ("by", "validation", "test")} | made.intake.times.summary()
    split |= {"stratify": roles.stratify, "by": "patient" if roles.patient_id else "note"}
    if roles.split:
        split |= {"given": asdict(made.shares.given)}
    return split | {"strata": made.shares.strata, "strata_mended": made.shares.mended}


def _warnings(config: CorpusConfig, roles: Roles, made: _Made) -> list[str]:
    found = list(dict.fromkeys(made.intake.warnings))  # what holds for several files is reported once
    if roles.patient_id is None:
        found.append(
            "no patient column: the split is by note, so that notes of one patient may be in several splits"
            " and scores on them may be too good"
        )
    elif made.intake.patients_missing:
        found.append(f"{made.intake.patients_missing} notes without a patient count as a patient each")
    if made.rejects[NOT_DRAWN]:
        found.append(f"a sample: {made.output.splits.total()} notes drawn, {made.rejects[NOT_DRAWN]} left out")
    if made.spans_dropped:
        found.append(f"{made.spans_dropped} spans were dropped: outside their note, or their words were cleaned away")
    found += [
        f"{step[f'train_near_{split}']} training notes are near-duplicates of a {split} note: scores may be too good"
        for step in made.after_split
        for split in SPLITS[1:]
        if config.deduplicate.across_splits == "report" and step.get(f"train_near_{split}")
    ]
    return [*found, *_split_warnings(made)]


def _split_warnings(made: _Made) -> list[str]:
    given, zones = made.shares.given, made.intake.zones.warning()
    found = [zones] if zones else []
    if given.patients and given.without:
        found.append(f"{given.without} patients to whom the source gives no split went to train")
    if given.carved:
        found.append(f"the source has no validation split: {given.carved} of its train patients were taken for it")
    if count := made.rejects[EARLIER_PATIENT]:
        found.append(f"split by time: {count} notes of patients who are in an earlier period were left out")
    empty = [split for split in SPLITS if not made.output.splits[split]]
    if empty:
        cause = "the source's own splits leave" if given.patients else "too few patients:"
        found.append(f"{cause} nothing in {' and '.join(empty)}")
    return found
