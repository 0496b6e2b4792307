"""Vectors of notes that belong to no study: a file in, a Parquet file out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.config import CleanConfig, CorpusConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig, RejectConfig
from wardspace.core.errors import CorpusError
from wardspace.core.files import owner_only, scratch_folder, whole_file
from wardspace.core.progress import progress
from wardspace.corpus.note.clean import SHARE_OF_MARKUP, Cleaner, looks_like
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.note import Unusable
from wardspace.corpus.prepare.outcome import loss_warning
from wardspace.corpus.prepare.rejects import Rejects
from wardspace.corpus.readers import Reader, open_readers, source_files
from wardspace.corpus.schema import Roles
from wardspace.corpus.values.look import look
from wardspace.models import Encoder
from wardspace.study.commands.own_columns import UNTOUCHED
from wardspace.study.commands.own_source import keep_rejects, nothing_read, options_named, roles_of

ROWS = 4096
"""Notes encoded at once."""


class Embedded(NamedTuple):
    """What became of the notes of a source."""

    notes: int
    """Rows written."""
    left_out: Counter[str]
    """Rows left out, by kind."""
    warnings: list[str]
    """What must be known about how the source was read."""


def embed_file(
    encoder: Encoder,
    source: SourceConfig,
    out: Path,
    *,
    text: str | None = None,
    note_id: str | None = None,
    clean: CleanConfig = UNTOUCHED,
    missing: MissingConfig | None = None,
) -> Embedded:
    """Embed the notes of a source.

    Parameters
    ----------
    encoder : Encoder
        The model.
    source : SourceConfig
        A source of any format that has a path.
    out : Path
        Parquet file to write: `note_id` (string) and `vector` (float32 of fixed length), in the order of the source.
        It holds ids and no text, and only its owner can read it. Rows left out go to `X.rejects.parquet` in the same
        folder, with their place and the reason.
    text, note_id : str, optional
        Names of the columns; by default the format's own, else `text` and `note_id`.
    clean : CleanConfig
        Steps of cleaning; by default none.
    missing : MissingConfig, optional
        Words for missing values.

    Raises
    ------
    CorpusError
        For a fault of the source as a whole, where no row is left, or where `out` is a folder or one of the sources.
    """
    _check_target(source, out)
    roles = roles_of(source, text, note_id)
    schema = pa.schema([("note_id", pa.string()), ("vector", pa.list_(pa.float32(), encoder.dimension))])
    done, markup = 0, Counter[str]()
    config = CorpusConfig(source=source, clean=clean, missing=missing or MissingConfig())
    left_out_file = out.with_name(f"{out.stem}.rejects.parquet")
    with options_named("--id and --text"), owner_only(), scratch_folder(out) as work, whole_file(out) as scratch:
        readers = open_readers(source, roles.needed, work, config.missing)
        with (
            pq.ParquetWriter(scratch, schema) as writer,
            Rejects(work / left_out_file.name) as rejects,
            progress("embedding notes (bytes)", sum(reader.size for reader in readers)) as advance,
        ):
            for ids, texts, read in _chunks(readers, roles, config, rejects):
                done += len(ids)
                markup.update(name for one in texts for name in looks_like(one))
                if ids:
                    vectors = pa.array(encoder.encode(texts, show_progress=False).ravel())
                    columns = [pa.array(ids), pa.FixedSizeListArray.from_arrays(vectors, encoder.dimension)]
                    writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                advance(read)
        if not done:
            raise nothing_read(source, readers, rejects, "no row has both an id and a text")
        keep_rejects(rejects.counts, work / left_out_file.name, left_out_file)
    warnings = list(dict.fromkeys(warning for reader in readers for warning in reader.warnings))
    warnings += [
        f"{count} notes look like {name}: give --clean {name} to read their text"
        for name, count in markup.items()
        if not getattr(clean, name) and count >= SHARE_OF_MARKUP * done
    ]
    if lost := loss_warning(rejects.counts, done + rejects.counts.total()):
        warnings.insert(0, lost)
    return Embedded(done, rejects.counts, warnings)


def _check_target(source: SourceConfig, out: Path) -> None:
    if out.is_dir():
        raise CorpusError(
            "there is a folder in the place of the file of vectors", where=out, fix="name a file with --out"
        )
    files = [] if source.path is None else source_files(source)
    if any(file.path.resolve() == out.resolve() for file in files):
        raise CorpusError("this would overwrite the notes", where=out, fix="name another file with --out")


def _chunks(
    readers: list[Reader], roles: Roles, config: CorpusConfig, rejects: Rejects
) -> Iterator[tuple[list[str], list[str], int]]:
    """Yield ids, texts, and how much of the source was read for them."""
    # as `prepare` judges rows
    examiner = Examiner(roles, Cleaner(config.clean), RejectConfig(), values=look(readers, roles, config))
    for reader in readers:
        ids: list[str] = []
        texts: list[str] = []
        position = 0
        for row in reader.rows():
            found = examiner.examine(reader.name, row)
            if isinstance(found, Unusable):
                rejects.add(reader.name, row.number, found.note_id, found.fault)
                continue
            ids.append(found.note_id)
            texts.append(found.text)
            if len(ids) == ROWS:
                yield ids, texts, reader.position() - position
                ids, texts, position = [], [], reader.position()
        yield ids, texts, reader.size - position
