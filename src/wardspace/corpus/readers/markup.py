"""HTML and RTF as plain text: lines where a reader would see lines."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = {"script", "style", "head", "title", "template", "noscript", "svg"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
    *("tbody", "tfoot", "thead", "tr", "ul", "br"),
}
_APART = {"td", "th"}
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")


def html_text(markup: str) -> str:
    """The text of an HTML document: blocks on lines of their own, table cells parted by blanks, scripts left out."""
    parser = _Text()
    parser.feed(markup)
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
    text: str = rtf_to_text(markup, errors="replace")  # type: ignore[no-untyped-call]
    return text.strip()
