"""Fields of the notes of a source: a folder out, whatever was interrupted goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from wardspace.config import CleanConfig, CorpusConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.errors import RunError, machine_faults
from wardspace.core.files import digest, file_digest, is_scratch, owner_only, read_json, write_json, write_text
from wardspace.core.progress import progress
from wardspace.core.version import __version__
from wardspace.corpus.prepare.rejects import Rejects
from wardspace.corpus.readers import source_files
from wardspace.report.extraction import extraction_page
from wardspace.study.commands.own_columns import UNTOUCHED
from wardspace.study.commands.own_source import keep_rejects, nothing_read, open_source, options_named
from wardspace.study.extraction.files import (
    MANIFEST,
    OTHERS,
    PAGE,
    REJECTS,
    described,
    write_resources,
    write_table,
)
from wardspace.study.extraction.notes import UNFOLLOWED, NoteStream, SourceNote
from wardspace.study.extraction.parts import PART, Parts
from wardspace.study.extraction.rows import RowForm, is_empty, page_note, table_of
from wardspace.tasks.fields.extractor import Extractor

WORK = "work"
_NOTES, _NOTHING, _NO_TEXT, _FOREIGN = "notes", "nothing found", "no text", "another script"


class Extraction(NamedTuple):
    """What became of the notes of a source."""

    counts: Counter[str]
    """`notes` (rows), and of these those with `nothing found`, `no text`, in `another script`."""
    resources: Counter[str]
    """Resources of FHIR by type, and values that became none (`not of the patient`)."""
    left_out: Counter[str]
    """Rows left out, by kind."""
    warnings: list[str]
    """What must be known about how the source was read."""


class Request(NamedTuple):
    """What is to be extracted, and from what.

    Attributes
    ----------
    source : SourceConfig
        A source of any format that has a path.
    models : sequence of Path
        Folders that the extractor was opened with.
    text, note_id, patient_id : str, optional
        Names of the columns; by default the format's own.
    clean : CleanConfig
        Steps of cleaning; by default none.
    missing : MissingConfig, optional
        Words for missing values.
    patient_optional : bool
        Whether notes without that column are extracted too, without patients.
    page : int
        Notes on the page; 0 writes none.
    """

    source: SourceConfig
    models: Sequence[Path]
    text: str | None = None
    note_id: str | None = None
    patient_id: str | None = None
    clean: CleanConfig = UNTOUCHED
    missing: MissingConfig = MissingConfig()
    patient_optional: bool = False
    page: int = 0


def extract(extractor: Extractor, request: Request, out: Path, *, show_progress: bool = True) -> Extraction:
    """Fill the fields of the notes of a source; memory does not grow with their number.

    Parameters
    ----------
    extractor : Extractor
        The models and the fields.
    request : Request
        The source.
    out : Path
        Folder to write: values.parquet, values.csv, fhir/TYPE.ndjson, extract.html, manifest.json and, where rows were
        left out, rejects.parquet. Only its owner can enter it: it holds words of notes.
    show_progress : bool
        Show a bar.

    Raises
    ------
    CorpusError
        For a fault of the source as a whole, or where it has no note.
    RunError
        If the folder holds something else, or another process is at work in it.
    """
    _check_target(request.source, out)
    with owner_only(), _held(out), options_named("--id, --text and --patient"):
        return _Work(extractor, request, out).run(show_progress=show_progress)


class _Work:
    """One extraction into a folder that this process holds."""

    def __init__(self, extractor: Extractor, request: Request, out: Path) -> None:
        self.extractor, self.request, self.out = extractor, request, out
        self.form = RowForm(extractor.fields, asserted=extractor.assertions is not None)
        self.parts = Parts(out / WORK, _inputs(extractor, request))

    def run(self, *, show_progress: bool) -> Extraction:
        """Read what is not read yet, and write the files."""
        left_out, warnings = self._read(show_progress=show_progress)
        counts = self.parts.counts()
        write_table(self.parts.tables(), self.form, self.out)
        types = self.extractor.fields.resources
        resources = write_resources(self.parts.tables(), self.form, types, self.out)
        self._write_page(counts[_NOTES])
        keep_rejects(left_out, self.parts.folder / REJECTS, self.out / REJECTS)
        self.parts.remove()
        if moved := counts[UNFOLLOWED]:
            warnings.append(f"places in {moved} notes are those of their text without RTF or base64")
        done = Extraction(counts, resources, left_out, warnings)
        write_json(self.out / MANIFEST, self._manifest(done))
        return done

    def _read(self, *, show_progress: bool) -> tuple[Counter[str], list[str]]:
        """Read the source from its beginning; the models read what no part holds yet."""
        asked = self.request
        config = CorpusConfig(source=asked.source, clean=asked.clean, missing=asked.missing)
        lost = "values and resources name no patient"
        roles, readers, warnings = open_source(asked, self.parts.folder, lost)
        size = sum(reader.size for reader in readers)
        with (
            Rejects(self.parts.folder / REJECTS) as rejects,
            progress("extracting (bytes)", size, show=show_progress) as advance,
        ):
            stream = NoteStream(readers, roles, config, rejects)
            notes, before, at = iter(stream), self.parts.done, 0
            for number in count():
                some = list(islice(notes, PART))
                if some and number >= before:
                    self._add(some, stream.counts, max(0, asked.page - number * PART))
                stream.counts.clear()
                advance(stream.position - at)
                at = stream.position
                if len(some) < PART:
                    break
        if not self.parts.counts()[_NOTES]:
            raise nothing_read(asked.source, readers, rejects)
        warnings += [warning for reader in readers for warning in reader.warnings]
        return rejects.counts, list(dict.fromkeys(warnings))

    def _add(self, notes: Sequence[SourceNote], counted: Mapping[str, int], show: int) -> None:
        """Extract a part, of which the page shows so many notes."""
        records = list(self.extractor.records([note.text for note in notes]))
        counts = {
            **counted,
            _NOTES: len(notes),
            _NO_TEXT: sum(not note.text for note in notes),
            _FOREIGN: sum(record.foreign for record in records),
            _NOTHING: sum(is_empty(record) for record in records),
        }
        both = list(zip(notes, records, strict=True))
        table = table_of([self.form.row(note, record) for note, record in both], self.form.schema)
        self.parts.add(table, [page_note(note, record) for note, record in both[:show]], counts)

    def _write_page(self, total: int) -> None:
        if self.request.page:
            write_text(self.out / PAGE, extraction_page(list(islice(self.parts.shown(), self.request.page)), total))
        else:
            (self.out / PAGE).unlink(missing_ok=True)

    def _manifest(self, done: Extraction) -> dict[str, Any]:
        resources = {name: size for name, size in sorted(done.resources.items()) if name != OTHERS}
        return {
            "wardspace": __version__,
            "made_by": "extract",
            "notice": "Files with holds_text contain words of patients' notes: protect them as you protect the notes.",
            "fields": self.extractor.fields.model_dump(mode="json", by_alias=True),
            "models": [folder.resolve().name for folder in self.request.models],
            "counts": {name: done.counts[name] for name in (_NOTES, _NOTHING, _NO_TEXT, _FOREIGN)},
            "resources": resources,
            "values_not_of_the_patient": done.resources[OTHERS],
            "rows_left_out": dict(sorted(done.left_out.items())),
            "files": described(self.out),
        }


def _inputs(extractor: Extractor, request: Request) -> str:
    """Everything that the outcome depends on."""
    files = [file.path for file in source_files(request.source)]
    weights = [path for folder in request.models for path in sorted(folder.rglob("*")) if path.is_file()]
    return digest(
        [
            __version__,
            PART,
            request.page,
            extractor.fields.model_dump(mode="json"),
            extractor.assertions is not None,
            [
                request.source.model_dump(mode="json"),
                request.clean.model_dump(),
                request.missing.model_dump(mode="json"),
            ],
            [request.text, request.note_id, request.patient_id],
            [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in files],
            [[path.name, file_digest(path)] for path in weights],
        ]
    )


def _check_target(source: SourceConfig, out: Path) -> None:
    """Refuse a folder that holds anything but an extraction, finished or not."""
    if out.exists() and not out.is_dir():
        raise RunError("there is a file in the place of the folder", where=out, fix="name a folder with --out")
    if not out.is_dir():
        return
    inside = [path for path in out.iterdir() if not is_scratch(path) and path.name != ".lock"]
    if not inside or (out / WORK / "inputs.json").is_file():
        return
    try:
        own = read_json(out / MANIFEST).get("made_by") == "extract"
    except (OSError, ValueError, AttributeError):
        own = False
    if not own:
        raise RunError("this folder holds something that is no extraction", where=out, fix="name another with --out")


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Hold the folder for one process; only its owner can enter it."""
    with machine_faults(out):
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        out.chmod(0o700)
        lock = FileLock(out / ".lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            raise RunError(
                "another process is at work in this folder", where=out, fix="wait for it, or name another"
            ) from error
    try:
        yield
    finally:
        lock.release()
