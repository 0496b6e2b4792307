"""Which files a source consists of, in which format; and opening them, plain or gzip."""

from __future__ import annotations

import errno
import glob
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from wardspace.config.corpus.source import LimitsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.note.encoding import MARK
from wardspace.corpus.readers.damage import TooLargeError, Unpacked, head_of

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
"""Format by the end of a file's name, once `.gz` is taken off."""

_GZIP_MAGIC = b"\x1f\x8b"
_MACHINE = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT)
_LIMITS = LimitsConfig()
_HEAD, _SLICE, _SLICES = 256 * 1024, 32 * 1024, 8


@dataclass(frozen=True)
class SourceFile:
    """One file of notes."""

    path: Path
    name: str
    format: str
    size: int
    gzipped: bool
    limits: LimitsConfig = _LIMITS

    @contextmanager
    def open(self) -> Iterator[tuple[BinaryIO, BinaryIO]]:
        """Open for reading: the bytes, unpacked where gzipped, and the raw file, whose position is the progress."""
        with self.path.open("rb") as raw:
            if not self.gzipped:
                yield raw, raw
                return
            with io.BufferedReader(Unpacked(raw, self.limits), 1 << 18) as unpacked:
                yield unpacked, raw

    @contextmanager
    def open_text(self, encoding: str, newline: str) -> Iterator[tuple[TextIO, BinaryIO]]:
        """Open as text with undecodable bytes marked, and the raw file."""
        with self.open() as (handle, raw), io.TextIOWrapper(handle, encoding, MARK, newline) as text:
            yield text, raw

    def sample(self) -> bytes:
        """Some bytes to tell the encoding from: the head and, where seeking is cheap, slices of whole lines."""
        with self.open() as (handle, _):
            head, damaged = head_of(handle, 4 * _HEAD if self.gzipped else _HEAD)
            if damaged and b"\0" not in head:  # the character at the cut may be half of one
                return head[: head.rfind(b"\n") + 1] or head
            if self.gzipped or self.size <= len(head) or b"\0" in head:
                return head
            parts = [head[: head.rfind(b"\n") + 1] or head]
            for i in range(1, _SLICES + 1):
                handle.seek((self.size - _SLICE) * i // _SLICES)
                parts.append(handle.read(_SLICE).partition(b"\n")[2].rpartition(b"\n")[0])
            return b"\n".join(parts)


@contextmanager
def read_faults(where: str) -> Iterator[None]:
    """Tell faults of a file that is being read as a `CorpusError`."""
    try:
        yield
    except gzip.BadGzipFile as error:
        raise CorpusError("not a gzip file", where=where, fix="give it a name that does not end in .gz") from error
    except (EOFError, zlib.error) as error:
        raise CorpusError("the gzip file is damaged or cut short", where=where, fix="copy the file again") from error
    except TooLargeError as error:
        raise CorpusError(
            f"the gzip file {error}", where=where, fix="leave it out, or raise this limit if the file is sound"
        ) from error
    except (PermissionError, IsADirectoryError, FileNotFoundError) as error:
        raise CorpusError(f"cannot read: {error.strerror}", where=where, fix="see to its permissions") from error
    except OSError as error:
        if error.errno not in _MACHINE:
            raise
        raise CorpusError(f"cannot read: {error.strerror}", where=where, fix="see to the disk or the share") from error


def find_files(path: str, format_: str, limits: LimitsConfig = _LIMITS) -> list[SourceFile]:
    """Name the files behind a path, a folder or a glob, sorted.

    Raises
    ------
    CorpusError
        If there are none, or their format cannot be determined.
    """
    paths, root = paths_behind(path)
    if Path(path).expanduser().is_dir():
        paths = _of_format(paths, format_, path)
    files = _looked_at(paths, root, format_, limits)
    formats = Counter(file.format for file in files)
    if len(formats) > 1:
        mixed = ", ".join(f"{count} {name}" for name, count in sorted(formats.items()))
        raise CorpusError(f"files of several formats: {mixed}", where=path, fix="name one with corpus.source.format")
    return files


def find_named(path: str, format_: str, suffixes: tuple[str, ...], limits: LimitsConfig = _LIMITS) -> list[SourceFile]:
    """Name the files of a format that is not told by its name: in a folder those with these endings, else all.

    Raises
    ------
    CorpusError
        If there are none.
    """
    paths, root = paths_behind(path)
    if Path(path).expanduser().is_dir():
        paths = [p for p in paths if (p.with_suffix("") if p.suffix == ".gz" else p).suffix.lower() in suffixes]
        if not paths:
            raise CorpusError(
                f"no {format_} file in this folder", where=path, fix=f"such files end in {', '.join(suffixes)}"
            )
    return _looked_at(paths, root, format_, limits)


def _looked_at(paths: list[Path], root: Path, format_: str, limits: LimitsConfig) -> list[SourceFile]:
    """The files; an empty one is let through, for its reader to tell, where others are not."""
    files = [source_file(found, root, format_, limits, empty=len(paths) > 1) for found in paths]
    if files and not any(file.size for file in files):
        raise CorpusError("all files are empty", where=root, fix="export them again")
    return files


def paths_behind(path: str) -> tuple[list[Path], Path]:
    """Files behind a path, a folder (without hidden files) or a glob, and the folder their names are relative to.

    Raises
    ------
    CorpusError
        If there are none.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        inside = (p for p in place.rglob("*") if p.is_file())
        return sorted(p for p in inside if not any(part.startswith(".") for part in p.relative_to(place).parts)), place
    if place.exists():
        return [place], place.parent
    if glob.has_magic(path):
        found = sorted(Path(p) for p in glob.glob(str(place), recursive=True) if Path(p).is_file())  # noqa: PTH207
        if found:
            depth = next(i for i, part in enumerate(place.parts) if glob.has_magic(part))
            return found, Path(*place.parts[:depth])
        raise CorpusError("no file matches this pattern", where=path, fix="see to corpus.source.path")
    raise CorpusError("no such file or folder", where=path, fix="see to corpus.source.path")


def _of_format(paths: list[Path], format_: str, where: str) -> list[Path]:
    wanted = [p for p in paths if format_of(p) is not None and format_ in ("auto", format_of(p))]
    if wanted:
        return wanted
    kinds = ", ".join(sorted({p.suffix or p.name for p in paths})[:10]) or "no files"
    known = ", ".join(SUFFIXES)
    raise CorpusError(
        "no file to read in this folder" if format_ == "auto" else f"no {format_} file in this folder",
        where=where,
        fix=f"it holds {kinds}; files are known by their names: {known}, each also with .gz."
        " For another format (`wardspace ls readers`) set corpus.source.format",
    )


def format_of(path: Path) -> str | None:
    """Format that a file's name tells; None where it tells none."""
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return SUFFIXES.get(name.suffix.lower())


def source_file(
    path: Path, root: Path, format_: str, limits: LimitsConfig = _LIMITS, *, empty: bool = False
) -> SourceFile:
    """Look at one file: its size, whether it is gzipped, and its format by name where `format_` is `auto`.

    Parameters
    ----------
    path, root : Path
        The file, and the folder its name is relative to.
    format_ : str
        Its format, or `auto`.
    limits : LimitsConfig
        How large it may be.
    empty : bool
        Whether it may be empty.

    Raises
    ------
    CorpusError
        If it is no file, is empty, cannot be read, or its format cannot be determined.
    """
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    found = format_of(path) if format_ == "auto" else format_
    if found is None:
        raise CorpusError(
            "cannot determine the format from the name",
            where=path,
            fix="set corpus.source.format (`wardspace ls readers` lists the formats)",
        )
    with read_faults(str(path)):
        if not path.is_file():
            raise CorpusError("not a file", where=path, fix="see to corpus.source.path")
        size = path.stat().st_size
        with path.open("rb") as handle:
            magic = handle.read(2)
    if size == 0 and not empty:
        raise CorpusError("the file is empty", where=path, fix="leave it out, or export it again")
    if size and path.suffix.lower() == ".gz" and magic != _GZIP_MAGIC:
        raise CorpusError("not a gzip file", where=path, fix="give it a name that does not end in .gz")
    return SourceFile(path, name, found, size, magic == _GZIP_MAGIC, limits)
