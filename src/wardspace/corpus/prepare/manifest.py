"""What corpus.json says of a preparation."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from wardspace.config import CorpusConfig
from wardspace.core.version import __version__
from wardspace.corpus.corpus import Manifest
from wardspace.corpus.deidentify.rules.months import COVERED
from wardspace.corpus.note.clean import ESCAPED, MARKUP, SHARE_OF_MARKUP
from wardspace.corpus.prepare.ingest import Intake
from wardspace.corpus.prepare.outcome import loss_warning
from wardspace.corpus.prepare.rejects import EARLIER_PATIENT, NOT_DRAWN
from wardspace.corpus.prepare.writer import Output
from wardspace.corpus.readers import Reader
from wardspace.corpus.review.corrections import Corrections
from wardspace.corpus.schema import SPLITS, Roles
from wardspace.corpus.split.split import Shares
from wardspace.corpus.values.tally import implausible_patient, kept_words, like_spellings


@dataclass(frozen=True)
class Made:
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


def manifest(config: CorpusConfig, roles: Roles, made: Made, corrections: Corrections | None) -> Manifest:
    """The manifest of a corpus folder."""
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
            "values": made.intake.readings.summary(),
            "mentions": made.intake.mending.summary(),
        },
    )


def _counts(made: Made) -> dict[str, Any]:
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


def _steps(config: CorpusConfig, roles: Roles, made: Made, corrections: Corrections | None) -> list[dict[str, Any]]:
    review = {"reviewed": made.intake.reviewed, "review": corrections.digest} if corrections else {}
    cleaning = {
        name: {"step": f"clean.{name}", "changed": made.intake.changed[name]}
        for name in type(config.clean).model_fields
        if getattr(config.clean, name)
    }
    steps: list[dict[str, Any]] = [
        *(step for name, step in cleaning.items() if name in MARKUP),
        *(
            [{"step": "deidentify", **made.intake.identifiers.summary(), "languages": COVERED, **review}]
            if config.deidentify
            else []
        ),
        *(step for name, step in cleaning.items() if name not in MARKUP),
    ]
    steps += made.before_split
    if config.sample is not None:
        steps.append({"step": "sample", "notes": config.sample, "left_out": made.rejects[NOT_DRAWN]})
    return [*steps, {"step": "split", **_split_step(config, roles, made)}, *made.after_split]


def _split_step(config: CorpusConfig, roles: Roles, made: Made) -> dict[str, Any]:
    split = config.split.model_dump()
    if made.intake.times is not None:
        return {name: split[name] for name in ("by", "validation", "test")} | made.intake.times.summary()
    by = "patient" if roles.patient_id else "text" if roles.paired else "note"
    split |= {"stratify": roles.stratify, "by": by}
    if roles.split:
        split |= {"given": asdict(made.shares.given)}
    return split | {"strata": made.shares.strata, "strata_mended": made.shares.mended}


def _warnings(config: CorpusConfig, roles: Roles, made: Made) -> list[str]:
    lost = loss_warning(made.rejects, made.intake.rows_read)
    found = [lost] if lost else []
    found += dict.fromkeys(made.intake.warnings)  # what holds for several files is reported once
    categories = made.output.categories.summary()
    found += [*made.intake.readings.warnings(), *kept_words(categories, config.missing), *like_spellings(categories)]
    if crowd := implausible_patient(made.shares.notes_per_patient.summary(), roles.patient_id):
        found.append(crowd)
    if roles.patient_id is None:
        by = "the text of a pair" if roles.paired else "note"
        split = "the source's own split cannot be checked" if roles.split else f"the split is by {by}"
        found.append(
            f"no patient column: {split}, so that notes of one patient may be in several splits and scores on them may"
            " be too good"
        )
    elif made.intake.patients_missing:
        found.append(f"{made.intake.patients_missing} notes without a patient count as a patient each")
    found += [
        f"{count} notes look like {name}: set corpus.clean.{name}: true to read their text"
        for name, count in made.intake.markup.items()
        if not getattr(config.clean, name) and count >= SHARE_OF_MARKUP * made.output.splits.total()
    ]
    if escaped := made.intake.changed[ESCAPED]:
        found.append(f"{escaped} notes hold escaped HTML (&lt;p&gt;): it was read as HTML")
    if made.rejects[NOT_DRAWN]:
        found.append(f"a sample: {made.output.splits.total()} notes drawn, {made.rejects[NOT_DRAWN]} left out")
    found += made.intake.mending.warnings()
    if made.spans_dropped:
        found.append(f"{made.spans_dropped} spans were dropped: outside their note, or their words were cleaned away")
    found += [
        f"{step[f'train_near_{split}']} training notes are near-duplicates of a {split} note: scores may be too good"
        for step in made.after_split
        for split in SPLITS[1:]
        if config.deduplicate.across_splits == "report" and step.get(f"train_near_{split}")
    ]
    return [*found, *_split_warnings(made, "notes" if roles.patient_id is None else "patients")]


def _split_warnings(made: Made, units: str) -> list[str]:
    """What must be known of the split, which is by patient, or by note where there is no patient."""
    given, zones = made.shares.given, made.intake.zones.warning()
    found = [zones] if zones else []
    if given.patients and given.without:
        found.append(f"the source gives {given.without} {units} no split: they went to train")
    if given.carved:
        found.append(f"the source has no validation split: {given.carved} of its train {units} were taken for it")
    if count := made.rejects[EARLIER_PATIENT]:
        found.append(f"split by time: {count} notes of patients who are in an earlier period were left out")
    empty = [split for split in SPLITS if not made.output.splits[split]]
    if empty:
        cause = "the source's own splits leave" if given.patients else f"too few {units}:"
        found.append(f"{cause} nothing in {' and '.join(empty)}")
    return found
