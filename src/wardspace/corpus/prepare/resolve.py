"""What a study's corpus section comes to: a format's own columns filled in, and the roles that follow."""

from __future__ import annotations

from dataclasses import replace

from wardspace.config import CorpusConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.duplicates.versions import version_columns
from wardspace.corpus.readers import FORMATS
from wardspace.corpus.schema import SPLIT, Roles, resolve_roles


def resolved(config: CorpusConfig) -> tuple[CorpusConfig, Roles]:
    """The corpus section with its format's own columns filled in, and which source column plays which role.

    Raises
    ------
    CorpusError
        If there are no notes to read, or a column's roles exclude each other.
    """
    parts, is_ward = config.source.parts(), config.source.format == "ward"
    if is_ward and parts:
        raise CorpusError(
            "the synthetic ward is made, not read: it has no path",
            where="corpus.source.path",
            fix="leave corpus.source.path null, or choose another corpus.source.format",
        )
    if not is_ward and not all(part.path for part in parts or [config.source]):
        raise CorpusError(
            "no notes given",
            where="corpus.source.path",
            fix="name a file, a folder or a glob: --set corpus.source.path=…, or set corpus.source.format: ward",
        )
    if unused := config.unused():
        raise CorpusError("; ".join(unused), where="corpus")
    known = FORMATS.get(config.source.format)
    if known and known.columns:
        config = config.model_copy(update={"columns": known.columns(config.columns)})
    for name in ("base64", "rtf"):
        if getattr(config.clean, name) and config.columns.spans:
            raise CorpusError(
                f"spans cannot follow their words out of {name}",
                where=f"corpus.clean.{name}",
                fix="leave it off, or leave corpus.columns.spans empty",
            )
    auxiliary = version_columns(config.deduplicate.versions, config.columns)
    names = tuple(config.deidentify.name_columns) if config.deidentify else ()
    versions = config.deduplicate.versions
    times = (versions.time or config.columns.time, versions.stored) if versions else ()
    roles = resolve_roles(config.columns, config.split.stratify, auxiliary, names, tuple(t for t in times if t))
    if roles.time is None:
        _check_no_time_is_needed(config)
    # a format may bring a split of its own
    if config.source.by_split:
        roles = replace(roles, stratify=None, split=SPLIT)
    return config, replace(roles, stratify=None, split=None) if config.split.by == "time" else roles


def _check_no_time_is_needed(config: CorpusConfig) -> None:
    needs = {
        "corpus.split.by": "time" if config.split.by == "time" else None,
        "corpus.columns.time_format": config.columns.time_format,
    }
    for where, value in needs.items():
        if value is not None:
            raise CorpusError(
                f"{value} asks for times, and no column of times is named",
                where=where,
                fix="name it in corpus.columns.time, or leave this key out",
            )
