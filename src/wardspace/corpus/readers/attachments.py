"""Documents inside other documents: base64, plain text, HTML and RTF."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any

from wardspace.corpus.readers.markup import html_text, rtf_text
from wardspace.corpus.rejects import Fault

_PLAIN = ("text/plain", "text/markdown")
_HTML = ("text/html", "application/xhtml+xml")
_RTF = ("text/rtf", "application/rtf", "text/richtext")
_LONGEST_NAME = 40
READABLE = (*_PLAIN, *_HTML, *_RTF)
"""Media types, the one that loses least first."""


@dataclass(frozen=True)
class Attachment:
    """A document.

    Parameters
    ----------
    kind : str
        Its media type, in lower case, without parameters.
    text : str, optional
        What it says, where it is no base64.
    data : str, optional
        Its bytes in base64.
    charset : str
        Encoding of those.
    title : str, optional
        Its title.
    url : str, optional
        Where it stands, if elsewhere.
    raw : bytes, optional
        Its bytes as they are.
    typed : bool
        Whether the resource names its media type.
    """

    kind: str
    text: str | None = None
    data: str | None = None
    charset: str = "utf-8"
    title: str | None = None
    url: str | None = None
    raw: bytes | None = None
    typed: bool = True

    @classmethod
    def of(cls, values: dict[str, Any]) -> Attachment:
        """Read a FHIR attachment."""
        header = Message()
        header["Content-Type"] = values.get("contentType") or "text/plain"
        charset = header.get_content_charset() or "utf-8"
        return cls(
            header.get_content_type(),
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


def best(attachments: Sequence[Attachment]) -> Attachment | Fault:
    """The format of a document that loses least, or why none can be read."""
    readable = [one for one in attachments if one.kind in READABLE]
    whole = [one for one in readable if one.here]
    if whole:
        return min(whole, key=lambda one: READABLE.index(one.kind))
    if readable:
        return Fault("attachment elsewhere", "the attachment has no data, and its URL names nothing inside the export")
    if attachments:
        kinds = ", ".join(sorted({one.kind[:_LONGEST_NAME] for one in attachments}))
        return Fault("unreadable attachment", f"an attachment of type {kinds}; plain text, HTML and RTF are read")
    return Fault("no attachment", "the resource holds no document")


def text_of(attachment: Attachment) -> str | Fault:
    """What a document says, as plain text."""
    content = attachment.text if attachment.text is not None else _decoded(attachment)
    if isinstance(content, Fault) or attachment.kind in _PLAIN:
        return content
    if attachment.kind in _HTML:
        return html_text(content)
    try:
        return rtf_text(content)
    except ValueError as error:
        return Fault("malformed RTF", str(error))


def _decoded(attachment: Attachment) -> str | Fault:
    raw = attachment.raw
    try:
        # line breaks in base64 are common and harmless, anything else is no base64
        raw = base64.b64decode("".join((attachment.data or "").split()), validate=True) if raw is None else raw
    except (binascii.Error, ValueError):
        return Fault("malformed base64", "the attachment is not base64")
    try:
        return raw.decode("latin-1" if attachment.kind in _RTF else attachment.charset)
    except UnicodeError:
        return Fault("undecodable bytes", f"the attachment does not decode as {attachment.charset[:_LONGEST_NAME]}")
    except (LookupError, ValueError):
        return Fault("unknown charset", "the attachment names a charset that there is not")
