"""Documents inside other documents: base64, plain text, HTML and RTF."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser
from typing import Any

from wardspace.corpus.prepare.rejects import Fault

_HIDDEN = {"script", "style", "head", "title", "template", "noscript", "svg"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
    *("tbody", "tfoot", "thead", "tr", "ul", "br"),
}
_APART = {"td", "th"}
_LONG_REFERENCE = re.compile(r"&#(?:\d{8,}+|[xX][0-9a-fA-F]{8,}+);?")
_UNCLOSED = re.compile(r"<(?![^<>]*+>)")
_MOST_UNCLOSED = 1000
_BRACE = re.compile("[{}]")
_FONT = re.compile(r"\\f\d")
_MOST_OPEN_FONTS = 200
_BINARY = re.compile(r"\\bin(\d{1,9}) ?")
_HEX = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{128,}+\s*+|(?:[0-9a-fA-F]{32,}+\s++){4,}+)")
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")


def html_text(markup: str) -> str:
    """The text of an HTML document: blocks on lines of their own, table cells parted by blanks, scripts left out."""
    if markup.count("<") - markup.count(">") > _MOST_UNCLOSED:
        # the parser reads on to the end for each of them, which takes time with the square of their number
        markup = _UNCLOSED.sub("&lt;", markup)
    parser = _Text()
    parser.feed(_LONG_REFERENCE.sub("\ufffd", markup))
    parser.close()
    lines = ("".join(parser.parts)).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        self._preformatted += tag == "pre"
        self._part(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:  # what was opened inside and never closed ends with it
            del self._hidden[self._hidden.index(tag) :]
        self._preformatted = max(0, self._preformatted - (tag == "pre"))
        if tag != "br":
            self._part(tag)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        text = data if self._preformatted else _BLANKS.sub(" ", data)
        if not self._preformatted and (not self.parts or self.parts[-1].endswith((" ", "\n"))):
            text = text.lstrip(" ")
        if text:
            self.parts.append(text)

    def _part(self, tag: str) -> None:
        if tag == "br" or (tag in _BLOCKS and self.parts and not self.parts[-1].endswith("\n")):
            self.parts.append("\n")
        elif tag in _APART and self.parts and not self.parts[-1].endswith((" ", "\n")):
            self.parts.append(" ")


def rtf_text(markup: str) -> str:
    """The text of an RTF document; pictures and other objects in it are left out.

    Raises
    ------
    ValueError
        If it is no RTF.
    """
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415 - only who has RTF needs it

    if not markup.lstrip().startswith("{\\rtf"):
        raise ValueError("the attachment does not begin as RTF does")
    _check_fonts(markup)
    try:
        text: str = rtf_to_text(_without_pictures(markup), errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        # what the parser raises of its own accord may quote the document
        raise ValueError("its control words are not as RTF says") from error
    # beyond the basic plane RTF writes characters as two halves
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()


def _check_fonts(markup: str) -> None:
    # the parser searches a table of fonts with many open entries in time with the square of their number
    fonts = _group(markup, markup.find("{\\fonttbl"))
    if len(_FONT.findall(fonts)) > min(fonts.count("\\fcharset"), fonts.count(";")) + _MOST_OPEN_FONTS:
        raise ValueError("its table of fonts does not end its entries")


def _group(markup: str, start: int) -> str:
    """The group that opens at `start`, or what is there of it; nothing where there is none."""
    depth = 0
    for brace in _BRACE.finditer(markup, start) if start >= 0 else ():
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return markup[start : brace.end()]
    return markup[start:] if start >= 0 else ""


def _without_pictures(markup: str) -> str:
    """RTF without the bytes of pictures and other objects, which hold braces and backslashes of their own."""
    parts: list[str] = []
    at = 0
    while found := _BINARY.search(markup, at):
        parts.append(markup[at : found.start()])
        at = found.end() + int(found[1])
    rest = _HEX.sub("", "".join(parts) + markup[at:])
    # the blank changes nothing but keeps the parser from a search for links that takes time with the square of a line
    return rest.replace("{\\field{", "{\\field {")


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
