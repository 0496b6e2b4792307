"""From the bytes of an attachment to its text: base64, charsets, and what its content says it is."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import NamedTuple

from wardspace.corpus.note.base64 import from_base64
from wardspace.corpus.note.encoding import BOMS, detect, likeliest, likely_latin
from wardspace.corpus.prepare.rejects import UNDECODABLE, Fault

UNREADABLE = "unreadable attachment"
_LONGEST_NAME = 40
_TEXT_NAME = {"iso8859-1": "cp1252"}
"""As browsers do: what is called Latin-1 is Windows-1252, which has letters where Latin-1 has controls."""
_NO_NAME = {"ascii"}
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "a zip file or a document of Office"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "a document of old Office"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
_KNOWN = tuple(magic for magic, _ in (*_MAGIC, *BOMS))
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})|<meta\s[^>]{0,400}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_ANSI = re.compile(rb"\\ansicpg(\d{1,5})")
_HEAD = 2048
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_WRAPPED = re.compile(rb"[A-Za-z0-9+/_-]{20,}={0,2}")


class Decoded(NamedTuple):
    """The text of an attachment."""

    text: str
    guessed: str | None = None
    """Its encoding, where nothing named it and it is not UTF-8."""


def decoded(raw: bytes, charset: str | None, given: str) -> Decoded | Fault:
    r"""Decode an attachment.

    Parameters
    ----------
    raw : bytes
        Its bytes; what was packed into base64 once more is unpacked.
    charset : str, optional
        The encoding that its resource names.
    given : str
        The encoding of attachments that name none, as the study says; `auto` recognises it.

    Notes
    -----
    The first of these that fits: a byte-order mark, `charset`, UTF-8 where there are accents, what the document itself
    declares (`<meta charset>`, an XML declaration, `\ansicpg`), `given`, and what its letters make likely.
    """
    raw = _unwrapped(raw)
    if raw.startswith(_KNOWN):
        return _of_known(raw)
    known = _lookup(charset) if charset else None
    if charset and known is None and given == "auto":
        return Fault("unknown charset", "the attachment names a charset that there is not")
    # accents that are valid UTF-8 are that, whatever a document says that was copied from elsewhere
    utf8 = None if raw.isascii() or b"\0" in raw else "utf-8"
    for name in (known, utf8):
        if name and (found := _tried(raw, name)) is not None:
            return Decoded(found)
    for name in (_declared(raw), None if given == "auto" else given, "utf-8"):
        if name and (found := _tried(raw, name)) is not None:
            return Decoded(found)
    return _recognised(raw, charset or "utf-8")


def _of_known(raw: bytes) -> Decoded | Fault:
    """What begins with a byte-order mark, or as another kind of file does."""
    for bom, name in BOMS:
        if raw.startswith(bom):
            text = _tried(raw, name)
            return Decoded(text.removeprefix("\ufeff")) if text is not None else _undecodable(name)
    name = next(name for magic, name in _MAGIC if raw.startswith(magic))
    return Fault(UNREADABLE, f"the content of the attachment is {name}; plain text, HTML and RTF are read")


def _recognised(raw: bytes, named: str) -> Decoded | Fault:
    wide = detect(raw) if b"\0" in raw else None
    name = likeliest(raw) if wide is None else wide
    text = _tried(raw, name) if name else None
    if text is None or name is None:
        return _undecodable(named)
    if len(_CONTROLS.findall(text)) * 100 > len(text):
        return Fault(UNREADABLE, "the content of the attachment is no text")
    return Decoded(text.removeprefix("\ufeff"), name)


def _undecodable(name: str) -> Fault:
    fix = "set corpus.source.encoding where attachments do not name theirs"
    return Fault(UNDECODABLE, f"the attachment does not decode as {name[:_LONGEST_NAME]}: {fix}")


@lru_cache(maxsize=256)
def _lookup(name: str) -> str | None:
    """Python's name of a charset; None where there is none of this name."""
    try:
        "".encode(name)  # raises LookupError for codecs that are not of text, too
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return "utf-8" if found in _NO_NAME else found


def _tried(raw: bytes, name: str) -> str | None:
    for one in (_TEXT_NAME.get(name, name), name):
        try:
            return raw.decode(one)
        except UnicodeError:
            continue
    return None


def _declared(raw: bytes) -> str | None:
    """The encoding that a document itself names; one of two bytes a character cannot be named in ASCII."""
    head = raw[:_HEAD]
    if head.lstrip().startswith(b"{\\rtf"):
        found = _ANSI.search(head)
        return (_lookup(f"cp{int(found[1])}") if found else None) or "latin-1"
    found = _DECLARED.search(head) if b"<" in head else None
    name = _lookup((found[1] or found[2]).decode("ascii")) if found else None
    return None if name and name.startswith(("utf-16", "utf-32")) else name


def _unwrapped(raw: bytes) -> bytes:
    """Bytes that were packed into base64 twice: base64 and nothing else, which hides a text or a known kind of file."""
    while b" " not in raw[:_HEAD] and _WRAPPED.fullmatch(compact := raw.translate(None, b"\r\n")):
        inner = from_base64(compact.decode("ascii"))
        if inner is None or not _is_content(inner):
            break
        raw = inner
    return raw


def _is_content(raw: bytes) -> bool:
    if raw.startswith(_KNOWN):
        return True
    name = likely_latin(raw)
    text = _tried(raw, "utf-8") or (_tried(raw, name) if name else None)
    return bool(text) and not _CONTROLS.search(text or "")
