"""What is printed on the terminal: every message, bar and table passes here, so that no name in it can steer it."""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console
from rich.text import Text

_STEERING = re.compile(
    # C0 and C1 but tab and line feed, line and paragraph separators, marks that turn the direction, lone surrogates
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escaped(text: str) -> str:
    r"""The text with characters that steer a terminal as escapes.

    Names of files, columns and labels come from others: they must not move the cursor, rename the window or turn the
    direction of what follows.

    Examples
    --------
    >>> print(escaped("notes\x1b[2J.csv"))
    notes\x1b[2J.csv
    """
    return _STEERING.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


class Terminal(Console):
    """A console that prints strings as they are, without markup, their control characters escaped.

    Cells of tables are strings too: a `rich.text.Text` would pass by.

    Parameters
    ----------
    stderr : bool
        Print to standard error.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as a text that can be printed; see `rich.console.Console.render_str`."""
        return super().render_str(escaped(text), **{**options, "markup": False, "emoji": False})
