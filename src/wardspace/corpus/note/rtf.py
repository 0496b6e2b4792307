"""RTF as text."""

from __future__ import annotations

import re

_BRACE = re.compile("[{}]")
_FONT = re.compile(r"\\f\d")
_MOST_OPEN_FONTS = 200
_BINARY = re.compile(r"\\bin(\d{1,9}) ?")
_HEX = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{128,}+\s*+|(?:[0-9a-fA-F]{32,}+\s++){4,}+)")
_MARK = "{\\rtf"


def is_rtf(text: str) -> bool:
    """Whether a text begins as RTF does."""
    return text[:200].lstrip("\ufeff \t\r\n").startswith(_MARK)


def rtf_text(markup: str) -> str:
    """The text of an RTF document; pictures and other objects in it are left out.

    Raises
    ------
    ValueError
        If it is no RTF.
    """
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415 - only who has RTF needs it

    if not is_rtf(markup):
        raise ValueError("it does not begin as RTF does")
    _check_fonts(markup)
    try:
        text: str = rtf_to_text(_without_pictures(markup.lstrip("\ufeff")), errors="replace")  # type: ignore[no-untyped-call]
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
