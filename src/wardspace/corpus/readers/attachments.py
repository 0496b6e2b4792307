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
    """

    kind: str
    text: str | None = None
    data: str | None = None
    charset: str = "utf-8"
    title: str | None = None

    @classmethod
    def of(cls, values: dict[str, Any]) -> Attachment:
        """Read a FHIR attachment."""
        header = Message()
        header["Content-Type"] = values.get("contentType") or "text/plain"
        charset = header.get_content_charset() or "utf-8"
        return cls(header.get_content_type(), data=values.get("data"), charset=charset, title=values.get("title"))


def best(attachments: Sequence[Attachment]) -> Attachment | Fault:
    """The format of a document that loses least, or why none can be read."""
    readable = [one for one in attachments if one.kind in READABLE]
    whole = [one for one in readable if one.data or one.text]
    if whole:
        return min(whole, key=lambda one: READABLE.index(one.kind))
    if readable:
        return Fault("attachment elsewhere", "the attachment stands outside the file (it has a URL and no data)")
    if attachments:
        kinds = ", ".join(sorted({one.kind for one in attachments}))
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
    try:
        # line breaks in base64 are common and harmless, anything else is no base64
        raw = base64.b64decode("".join((attachment.data or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return Fault("malformed base64", "the attachment is not base64")
    try:
        return raw.decode("latin-1" if attachment.kind in _RTF else attachment.charset)
    except LookupError:
        return Fault("unknown charset", "the attachment names a charset that there is not")
    except UnicodeDecodeError:
        return Fault("undecodable bytes", f"the attachment does not decode as {attachment.charset}")
