"""In which encoding the files of a source are read: a sample decides, and the whole of them where it finds UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wardspace.corpus.note.encoding import Encoding, choose_encoding, likeliest, likely_latin
from wardspace.corpus.readers.damage import DAMAGE
from wardspace.corpus.readers.files import SourceFile

_BLOCK = 1 << 20
_MOST_KEPT = 256 * 1024
_SMALL_SHARE = 0.01
"""Share of rows that do not decode which may be damage of single rows."""
_FEW = 3
_OF_A_WORD = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]|[°±µ§€£²³–—‘’“”„…]")


def encoding_of(files: Sequence[SourceFile], given: str, sample: bytes) -> Encoding:
    """Take the encoding the study gives, or recognise it.

    A sample cannot show that there is no byte behind it that is not UTF-8. So what it takes for UTF-8 is looked through
    whole, and where more than a small share of rows is none and another encoding reads all of them, this is taken.

    Parameters
    ----------
    files : sequence of SourceFile
        Files in one encoding.
    given : str
        Name of an encoding, or `auto`.
    sample : bytes
        Some of the first file, beginning with its first bytes.

    Raises
    ------
    CorpusError
        If there is no such encoding, or nearly nothing in the sample decodes with it.
    """
    where = files[0].name
    chosen = choose_encoding(given, sample, where=where)
    if given == "auto":
        return (_other(files, where) or chosen) if chosen.name.startswith("utf-8") else chosen
    # with a warning it says that the bytes are UTF-8, which only all of them can show
    return chosen if chosen.warning is None or _are_utf8(files) else Encoding(chosen.name)


def _are_utf8(files: Sequence[SourceFile]) -> bool:
    for file in files:
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for block in _blocks(file):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


@dataclass
class _Looked:
    """What was found of the lines of some files."""

    rows: int = 0
    bad_rows: int = 0
    bad: int = 0
    """Lines that are not UTF-8."""
    good: int = 0
    """Lines with other than ASCII bytes that are."""
    kept: list[bytes] = field(default_factory=list)
    """Some of the bad lines."""


def _other(files: Sequence[SourceFile], where: str) -> Encoding | None:
    """An encoding other than UTF-8 that reads every line where UTF-8 does not."""
    if _are_utf8(files):
        return None
    found = _looked(files)
    if found.good * 10 > found.bad:  # UTF-8 with broken bytes: read otherwise, its own accents would be nonsense
        return None
    kept = b"\n".join(found.kept)
    name = likely_latin(kept)
    if found.bad_rows <= _SMALL_SHARE * found.rows or found.bad < _FEW:
        # so few may be damage, unless they are letters of words
        broken = any(byte in kept for byte in (b"\xfe", b"\xff"))  # the commonest damage, and the rarest letters
        of_words = name is not None and all(_OF_A_WORD.search(line.decode(name, "replace")) for line in found.kept)
        name = name if of_words and not broken and found.bad_rows > _SMALL_SHARE * found.rows else None
    else:
        name = name or likeliest(kept)
    if name is None or not _reads_all(files, name):
        return None
    return Encoding(
        name,
        f"{where}: {found.bad_rows:,} of {found.rows:,} rows are not UTF-8; recognised by its letters as {name}, which"
        " reads all of them: where letters look wrong, set corpus.source.encoding",
    )


def _looked(files: Sequence[SourceFile]) -> _Looked:
    found = _Looked()
    size = 0
    for file in files:
        quoted = file.format in ("csv", "tsv")
        quotes, is_bad = 0, False
        for line in _lines(file):
            if not line.isascii():
                if _decodes(line, "utf-8"):
                    found.good += 1
                else:
                    found.bad, is_bad = found.bad + 1, True
                    if size < _MOST_KEPT:
                        found.kept.append(line)
                        size += len(line)
            quotes += line.count(b'"') if quoted else 0
            if quotes % 2 == 0:  # a line break between quotes ends no row
                found.rows += 1
                found.bad_rows += is_bad
                is_bad = False
        found.bad_rows += is_bad
    return found


def _reads_all(files: Sequence[SourceFile], name: str) -> bool:
    return all(line.isascii() or _decodes(line, name) for file in files for line in _lines(file))


def _blocks(file: SourceFile) -> Iterator[bytes]:
    """The bytes of a file, as far as they can be unpacked."""
    with file.open() as (handle, _):
        try:
            while block := handle.read(_BLOCK):
                yield block
        except DAMAGE:
            return


def _lines(file: SourceFile) -> Iterator[bytes]:
    """Its lines, very long ones in pieces."""
    rest = b""
    for block in _blocks(file):
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
        if len(rest) > _BLOCK:
            yield rest
            rest = b""
    if rest:
        yield rest


def _decodes(line: bytes, name: str) -> bool:
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True
