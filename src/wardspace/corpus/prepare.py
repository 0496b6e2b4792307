"""From notes as they are stored to a corpus folder: read once, compared with each other, written once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wardspace.config import CorpusConfig
from wardspace.core.files import whole_folder, write_json
from wardspace.core.version import __version__
from wardspace.corpus.clean import Cleaner
from wardspace.corpus.corpus import MANIFEST, NOTES, REJECTS, Corpus
from wardspace.corpus.deidentify import Deidentifier
from wardspace.corpus.duplicates.removal import Duplicates
from wardspace.corpus.examining import Examination, cores
from wardspace.corpus.intake import Intake
from wardspace.corpus.ledger import Ledger
from wardspace.corpus.manifest import Manifest
from wardspace.corpus.notes import Examiner
from wardspace.corpus.output import Output
from wardspace.corpus.readers import Reader, open_readers
from wardspace.corpus.rejects import DUPLICATE, NOT_DRAWN, Fault, Rejects
from wardspace.corpus.resolve import resolved
from wardspace.corpus.review.corrections import Corrections
from wardspace.corpus.schema import SPLITS, Roles
from wardspace.corpus.split import Shares, share_out, splits_of_notes
from wardspace.corpus.spool import Spool
from wardspace.corpus.statistics import TextStatistics, TokenCounter

_WORK = ".work"


@dataclass(frozen=True)
class _Made:
    """What the passes found out."""

    readers: list[Reader]
    intake: Intake
    rejects: Counter[str]
    shares: Shares
    output: Output
    spans_dropped: int
    before_split: list[dict[str, Any]]
    """What was found of duplicates before notes were shared out."""
    after_split: list[dict[str, Any]]
    """And after it."""


def prepare(
    config: CorpusConfig, folder: Path, *, tokens: TokenCounter | None = None, show_progress: bool = True
) -> Corpus:
    """Read, clean, deduplicate and split notes, and write them as a corpus folder.

    Memory hardly grows with the number of notes: by some 300 bytes each while near-duplicates are looked for. The
    folder appears whole or not at all: a fault or an interruption leaves what stood there before.

    Parameters
    ----------
    config : CorpusConfig
        Where the notes are and what is to become of them.
    folder : Path
        The folder to write; one that is there is replaced.
    tokens : callable, optional
        Tokens per text under the base's own tokenizer, for the statistics.
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
    with whole_folder(Path(folder)) as scratch:
        work = scratch / _WORK
        work.mkdir()
        (scratch / NOTES).mkdir()
        readers = open_readers(config.source, roles.needed, work)
        made = _passes(config, examiner, readers, scratch, tokens=tokens, show=show_progress)
        write_json(scratch / MANIFEST, _manifest(config, roles, made, corrections).model_dump(mode="json"))
        shutil.rmtree(work)
    return Corpus.open(Path(folder))


def _passes(
    config: CorpusConfig,
    examiner: Examiner,
    readers: list[Reader],
    scratch: Path,
    *,
    tokens: TokenCounter | None,
    show: bool,
) -> _Made:
    work, roles = scratch / _WORK, examiner.roles
    workers = config.workers if config.workers is not None else cores() if config.deidentify else 0
    with (
        Rejects(scratch / REJECTS) as rejects,
        Ledger(work / "ledger.sqlite") as ledger,
        Examination(examiner, workers) as examination,
    ):
        with Spool(work / "spool.arrow", roles) as spool:
            intake = Intake(config, examination, ledger, spool, rejects)
            intake.read(readers, show_progress=show)
        with Duplicates(config, roles, ledger, spool.path, show=show) as duplicates:
            before = duplicates.before_split(intake.editions, rejects.counts[DUPLICATE])
            highest_lot = ledger.highest_lot(config.sample)
            shares = share_out(ledger.connection, config.split, highest_lot)
            shares, after = duplicates.after_split(shares, highest_lot)
        output = Output(roles, examiner.span_types, TextStatistics(tokens))
        fates = _fates(ledger, highest_lot)
        output.write(duplicates.spool, fates, scratch / NOTES, rejects, total=ledger.notes, show=show)
    spans_dropped = examiner.spans_dropped + duplicates.spans_dropped
    return _Made(readers, intake, rejects.counts, shares, output, spans_dropped, before, after)


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
    split = config.split.model_dump() | {"stratify": roles.stratify, "by": "patient" if roles.patient_id else "note"}
    if roles.split:
        split |= {"given": asdict(made.shares.given)}
    steps.append({"step": "split", **split, "strata": made.shares.strata, "strata_mended": made.shares.mended})
    return [*steps, *made.after_split]


def _warnings(config: CorpusConfig, roles: Roles, made: _Made) -> list[str]:
    found = [warning for reader in made.readers for warning in reader.warnings]
    if roles.patient_id is None:
        found.append(
            "no patient column: the split is by note, so that notes of one patient may stand in several splits"
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
    empty = [split for split in SPLITS if not made.output.splits[split]]
    if empty:
        cause = "the source's own splits leave" if given.patients else "too few patients:"
        found.append(f"{cause} nothing in {' and '.join(empty)}")
    return found
