"""Attachments of FHIR resources: which one is read, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from functools import lru_cache
from typing import Any, NamedTuple

from wardspace.corpus.note.base64 import from_base64
from wardspace.corpus.note.html import html_text, is_escaped_html, is_html, unescaped_html
from wardspace.corpus.note.rtf import is_rtf, rtf_text
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.fhir.decoding import UNREADABLE, decoded

_PLAIN = ("text/plain", "text/markdown")
_HTML = ("text/html", "application/xhtml+xml")
_RTF = ("text/rtf", "application/rtf", "application/x-rtf", "text/richtext")
_VAGUE = ("application/octet-stream", "binary/octet-stream", "application/unknown")
"""Of what is called that, the content says what it is."""
_LONGEST_NAME = 40
READABLE = (*_PLAIN, *_HTML, *_RTF, *_VAGUE)
"""Media types, the one that loses least first."""


class Attachment(NamedTuple):
    """A document.

    Parameters
    ----------
    kind : str
        Its media type, in lower case, without parameters.
    text : str, optional
        What it says, where it is no base64.
    data : str, optional
        Its bytes in base64.
    charset : str, optional
        Encoding of those, where the resource names it.
    title : str, optional
        Its title.
    url : str, optional
        Where it lies, if elsewhere.
    raw : bytes, optional
        Its bytes as they are.
    typed : bool
        Whether the resource names its media type.
    """

    kind: str
    text: str | None = None
    data: str | None = None
    charset: str | None = None
    title: str | None = None
    url: str | None = None
    raw: bytes | None = None
    typed: bool = True

    @classmethod
    def of(cls, values: dict[str, Any]) -> Attachment:
        """Read a FHIR attachment."""
        kind, charset = _content_type(values.get("contentType") or "text/plain")
        return cls(
            kind,
            data=values.get("data"),
            charset=charset,
            title=values.get("title"),
            url=values.get("url"),
            typed=bool(values.get("contentType")),
        )

    @property
    def here(self) -> bool:
        """Whether the document itself is at hand."""
        return bool(self.data or self.text or self.raw)


@lru_cache(maxsize=256)
def _content_type(value: str) -> tuple[str, str | None]:
    """Media type and charset."""
    header = Message()
    header["Content-Type"] = value
    return header.get_content_type(), header.get_content_charset()


class Document(NamedTuple):
    """What an attachment says, as plain text."""

    text: str
    kind: str
    """Media type of what was read."""
    title: str | None = None
    guessed: str | None = None
    """Its encoding, where that had to be recognised."""
    escaped: bool = False
    """Whether HTML in it was escaped once more (`&lt;p&gt;`)."""


def best(attachments: Sequence[Attachment], encoding: str) -> Document | Fault:
    """The format of a document that loses least, or why none can be read.

    Parameters
    ----------
    attachments : sequence of Attachment
        One document in several formats.
    encoding : str
        Encoding of those that name none, or `auto`.
    """
    readable = [one for one in attachments if one.kind in READABLE]
    whole = sorted((one for one in readable if one.here), key=lambda one: READABLE.index(one.kind))
    read = [_read(one, encoding) for one in whole[:1]]
    if whole and not _says_something(read[0]):
        read += [_read(one, encoding) for one in whole[1:]]
    if read:
        return next((one for one in read if _says_something(one)), read[0])
    if readable:
        return Fault("attachment elsewhere", "the attachment has no data, and its URL names nothing inside the export")
    if attachments:
        kinds = ", ".join(sorted({one.kind[:_LONGEST_NAME] for one in attachments}))
        return Fault(UNREADABLE, f"an attachment of type {kinds}; plain text, HTML and RTF are read")
    return Fault("no attachment", "the resource holds no document")


def _says_something(read: Document | Fault) -> bool:
    return isinstance(read, Document) and not read.text.isspace() and bool(read.text)


def _read(attachment: Attachment, encoding: str) -> Document | Fault:
    """What a document says, whatever its resource calls it."""
    content, guessed = attachment.text, None
    if content is None:
        raw = attachment.raw if attachment.raw is not None else from_base64(attachment.data or "")
        if raw is None:
            return Fault("malformed base64", "the attachment is not base64")
        found = decoded(raw, attachment.charset, encoding)
        if isinstance(found, Fault):
            return found
        content, guessed = found
    kind, text, escaped = attachment.kind, content, False
    if kind in _RTF or is_rtf(content):
        try:
            kind, text = kind if kind in _RTF else _RTF[0], rtf_text(content)
        except ValueError as error:
            return Fault("malformed RTF", str(error))
    elif kind in _HTML or is_html(content) or is_escaped_html(content):
        kind, once = kind if kind in _HTML else _HTML[0], html_text(content)
        text = unescaped_html(once)
        escaped = text != once
    elif kind in _VAGUE:
        kind = _PLAIN[0]
    return Document(text, kind, attachment.title, guessed, escaped)
