"""HTML as text: which stretches of the markup are replaced by what, so that offsets can follow."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple


class Replacement(NamedTuple):
    """Characters `start` to `end` (exclusive) of a text are replaced by `new`."""

    start: int
    end: int
    new: str


def replaced(text: str, replacements: list[Replacement]) -> str:
    """The text after some replacements, which are in its order and apart from each other."""
    parts: list[str] = []
    at = 0
    for start, end, new in replacements:
        parts += (text[at:start], new)
        at = end
    return "".join([*parts, text[at:]])


_KNOWN = (
    "a|abbr|address|article|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt|em|font|"
    "footer|form|h[1-6]|head|header|hr|html|i|img|ins|label|li|link|main|mark|meta|nav|o:p|ol|p|pre|q|s|section|small|"
    "span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul"
)
_SURE = re.compile(
    rf"<!doctype\s+html|</(?:{_KNOWN})\s*>|<(?:br|hr|p|div|html|body|table|tr|td|li|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_LINES = re.compile(r"<(?:br|hr|p|div|tr|li|h[1-6]|dd|dt|blockquote|section|article|address)(?=[\s/>])", re.IGNORECASE)
_ESCAPED_TAG = re.compile(
    rf"&(?:amp;)*+(?:lt|#0{{0,5}}60|#[xX]0{{0,5}}3[cC]);(?:!doctype|/?(?:{_KNOWN})(?![\w-]))", re.IGNORECASE
)
_DEEPEST = 2
"""How often HTML may have been escaped."""
_ESCAPED = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{3,8});")


def is_html(text: str) -> bool:
    """Whether a text has tags that only HTML has; `<5 mm`, `<today>` and the like are none."""
    return "<" in text and _SURE.search(text) is not None


def is_escaped_html(text: str) -> bool:
    """Whether a text is HTML that was escaped (`&lt;p&gt;`), once or more, and has no tags of its own.

    It begins with a tag then, or has several. A text in which `&lt;5 mm` or one escaped tag is found is none.
    """
    if "&" not in text or is_html(text) or not _ESCAPED_TAG.search(text):
        return False
    for _ in range(_DEEPEST):
        text = html.unescape(text)
        if is_html(text):
            return _is_mostly_tags(text)
    return False


def html_again(text: str) -> list[Replacement]:
    """What turns a text into plain text that is still HTML after `html_step`, because it was escaped; else nothing."""
    return html_step(text) if (is_html(text) and _is_mostly_tags(text)) or is_escaped_html(text) else []


def unescaped_html(text: str) -> str:
    """A text without the HTML in it that was escaped, however often; the same text where there is none."""
    for _ in range(_DEEPEST + 1):
        text = replaced(text, html_again(text))
    return text


def _is_mostly_tags(text: str) -> bool:
    return text.lstrip().startswith("<") or sum(1 for _ in _SURE.finditer(text)) > 1


def html_text(markup: str) -> str:
    """The text of an HTML document: blocks on lines of their own, table cells parted by blanks, scripts left out."""
    return replaced(markup, html_replacements(markup))


def html_replacements(markup: str) -> list[Replacement]:
    """What turns an HTML document into its text.

    Blanks and line breaks of the markup count as one blank, as in a browser, unless it has nothing that begins a line
    (`<p>`, `<br>` and the like): then its own line breaks are meant.
    """
    return list(_Text(markup, keep_lines=_LINES.search(markup) is None).replacements())


def html_step(text: str) -> list[Replacement]:
    """The same for a note that may be HTML: one without tags keeps all but its character references (`&amp;`)."""
    if is_html(text):
        return html_replacements(text)
    found = ((m.start(), m.end(), m[0], html.unescape(m[0])) for m in _ESCAPED.finditer(text)) if "&" in text else ()
    return [Replacement(start, end, new) for start, end, old, new in found if new != old]


_HIDDEN = {"script", "style", "head", "title", "template", "noscript", "svg"}
_OF_HEAD = {"base", "link", "meta", "noscript", "script", "style", "template", "title", "head", "html"}
_RAW = {"script", "style"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
    *("tbody", "tfoot", "thead", "tr", "ul", "body", "center"),
}
_APART = {"td", "th"}
_OPENING = re.compile(r"<(?:!--|!\[CDATA\[|[!?]|(?P<end>/?)(?P<tag>[a-zA-Z][^\s/>]*+))")
_QUOTED = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_BLANKS = r"[ \t\r\n\f\xa0]"
_REFERENCE = r"&(?:#[0-9]++|#[xX][0-9a-fA-F]++|[a-zA-Z][a-zA-Z0-9]{0,31}+);?"
_WORDS = re.compile(rf"(?P<reference>{_REFERENCE})|(?P<blank>{_BLANKS}++)|[^ \t\r\n\f\xa0&]++|&")
_LINE = re.compile(
    rf"(?P<reference>{_REFERENCE})|(?P<line>[ \t\f\xa0]*+(?:\r\n|\r|\n))|[ \t\f\xa0]++|[^ \t\r\n\f\xa0&]++|&"
)
_LONGEST_NUMBER = 10


class _Text:
    """Walks through a document once and keeps what is to be seen of it.

    Parameters
    ----------
    markup : str
        The document.
    keep_lines : bool
        Whether blanks and line breaks stay as they are.
    """

    def __init__(self, markup: str, *, keep_lines: bool) -> None:
        self._markup, self._keep = markup, keep_lines
        self._hidden: list[str] = []
        self._preformatted = 0
        self._found: list[Replacement] = []
        self._end = 0
        """Where the last character that is seen ends."""
        self._anything = self._blank = False
        self._lines = 0

    def replacements(self) -> Iterator[Replacement]:
        at = 0
        for start, end, closing, tag in self._tags():
            self._data(at, start)
            at = end
            if tag:
                (self._close if closing else self._open)(tag, self._markup[end - 2 : end] == "/>")
        self._data(at, len(self._markup))
        yield from self._found
        if self._end < len(self._markup):
            yield Replacement(self._end, len(self._markup), "")

    def _tags(self) -> Iterator[tuple[int, int, bool, str]]:
        """Start, end, whether it closes, and name of each tag; comments and the like have no name."""
        markup, at, quotes = self._markup, 0, True
        while (start := markup.find("<", at)) >= 0:
            opening = _OPENING.match(markup, start)
            if opening is None:
                at = start + 1
                continue
            whole = _QUOTED.match(markup, opening.end()) if opening["tag"] and quotes else None
            # a quote that is never closed would be searched for at every tag: from there on none is respected
            quotes = quotes and not (opening["tag"] and whole is None)
            end = whole.end() if whole else self._ending(opening)
            if end < 0:  # no more of what ends a tag
                return
            at = end
            if opening[0] == "<![CDATA[":  # what is between its brackets is text
                yield start, opening.end(), False, ""
                yield end - 3, end, False, ""
                continue
            tag = (opening["tag"] or "").lower()
            yield start, end, bool(opening["end"]), tag
            if tag in _RAW and not opening["end"] and markup[end - 2] != "/":
                at = self._after_raw(tag, end)

    def _ending(self, opening: re.Match[str]) -> int:
        """Where a tag, comment or section ends; -1 where it never does."""
        ends = {"<!--": "-->", "<![CDATA[": "]]>"}.get(opening[0], ">")
        found = self._markup.find(ends, opening.end())
        if found < 0 and opening[0] != "<!--":
            return -1
        return len(self._markup) if found < 0 else found + len(ends)

    def _after_raw(self, tag: str, at: int) -> int:
        found = re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE).search(self._markup, at)
        return found.start() if found else len(self._markup)

    def _open(self, tag: str, empty: bool) -> None:
        if tag == "body":
            self._hidden.clear()  # whatever was left open
        elif tag not in _OF_HEAD and self._hidden[:1] == ["head"] and self._hidden[-1] in ("head", "noscript"):
            self._hidden.clear()  # </head> may be left out
        elif tag in _BLOCKS and self._hidden[-1:] == ["svg"]:
            self._hidden.pop()
        if tag in _HIDDEN and not empty:
            self._hidden.append(tag)
        self._preformatted += tag == "pre"
        self._part(tag)

    def _close(self, tag: str, _: bool) -> None:
        if tag in self._hidden:  # what was opened inside and never closed ends with it
            del self._hidden[self._hidden.index(tag) :]
        self._preformatted = max(0, self._preformatted - (tag == "pre"))
        if tag != "br":
            self._part(tag)

    def _part(self, tag: str) -> None:
        if tag == "br":
            self._lines += 1
        elif tag in _BLOCKS:
            self._lines = max(self._lines, 1)
        elif tag in _APART:
            self._blank = True

    def _data(self, start: int, end: int) -> None:
        if start >= end:
            return
        if self._hidden == ["head"] and not self._markup[start:end].isspace():
            self._hidden.clear()  # text begins the body, too
        if self._hidden:
            return
        as_it_is = self._keep or self._preformatted
        for match in (_LINE if as_it_is else _WORDS).finditer(self._markup, start, end):
            groups = match.groupdict()
            if groups.get("line"):
                self._lines += 1
            elif groups.get("blank"):
                self._blank = True
            elif match["reference"]:
                self._refer(match, as_it_is=bool(as_it_is))
            else:
                self._see(match.start(), match.end())

    def _refer(self, match: re.Match[str], *, as_it_is: bool) -> None:
        """A character reference, such as `&amp;`."""
        short = match[0][1] != "#" or len(match[0].strip("&#;xX").lstrip("0")) <= _LONGEST_NUMBER
        new = html.unescape(match[0]) if short else "\ufffd"
        if re.fullmatch(rf"{_BLANKS}+", new):
            new = " "
            if not as_it_is:
                self._blank = True
                return
        self._see(match.start(), match.end(), None if new == match[0] else new)

    def _see(self, start: int, end: int, new: str | None = None) -> None:
        """Characters that are seen, as they are or as others; what lies between them and those before is replaced."""
        between = "\n" * self._lines or (" " if self._blank else "")
        between = between if self._anything else ""
        if self._markup[self._end : start] != between:
            self._found.append(Replacement(self._end, start, between))
        if new is not None:
            self._found.append(Replacement(start, end, new))
        self._anything, self._blank, self._lines, self._end = True, False, 0, end
