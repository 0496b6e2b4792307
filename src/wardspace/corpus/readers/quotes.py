"""Where the quoting of a CSV row goes wrong."""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"(?:[^"]|"")*+')


def broken_quote(text: str, delimiter: str) -> tuple[int, int]:
    """Find the quoted field that breaks a row.

    Parameters
    ----------
    text : str
        The lines of the row, from its beginning to where the reader gave up.
    delimiter : str
        One character.

    Returns
    -------
    tuple of int
        Offset of the quote that opens the field, and of the quote inside it that neither closes it nor is doubled;
        the length of `text` where the field is not closed at all.
    """
    end_of_plain = re.compile(f"[{re.escape(delimiter)}\r\n]")
    at = opened = 0
    while at < len(text):
        if text[at] != '"':
            found = end_of_plain.search(text, at)
            if found is None:
                break
            at = found.end()
            continue
        opened = at
        match = _QUOTED.match(text, at)
        close = match.end() if match else len(text)
        if close >= len(text) or not closes_here(text, close, delimiter):
            return opened, close
        at = close + 2
    return opened, len(text)


def closes_here(text: str, quote: int, delimiter: str) -> bool:
    """Whether the quote at this offset is followed by what ends a field."""
    return text[quote + 1 : quote + 2] in ("", delimiter, "\r", "\n")
