"""Nothing that comes from a file or a name steers the terminal."""

from __future__ import annotations

import io
import unicodedata

import pytest
from rich.table import Table

from wardspace.core.errors import WardspaceError
from wardspace.core.progress import console, say
from wardspace.core.terminal import Terminal, escaped

HOSTILE = "a\x1b[2J\x07\r\x9b1m\u202e\u2066\u2028\ud800b"


def steering(text):
    """Characters of these classes of Unicode, apart from line feed and tab; and the marks of direction."""
    turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return [
        sign
        for sign in text
        if (unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs") and sign not in "\n\t")
        or unicodedata.bidirectional(sign) in turns
    ]


def test_every_character_that_steers_is_escaped_and_no_other():
    every = "".join(map(chr, range(0x11000)))
    assert steering(escaped(every)) == []
    kept = [sign for sign in every if escaped(sign) == sign]
    marks = {"\u061c", "\u200e", "\u200f"}  # of direction too, though Unicode gives them a direction of letters
    assert len(kept) == len(every) - len(steering(every)) - len(marks)
    assert escaped("Größe\t½ µg\n心电图 👩‍⚕️") == "Größe\t½ µg\n心电图 👩‍⚕️"


def test_messages_and_tables_cannot_steer(capsys):
    say(f"reading {HOSTILE} [bold]not markup[/bold] :smile:")
    table = Table(f"head {HOSTILE}", title=f"title {HOSTILE}")
    table.add_row(f"cell {HOSTILE} [red]x[/red]")
    Terminal().print(table, width=200)
    printed = capsys.readouterr()
    assert steering(printed.err + printed.out) == []
    assert "\\x1b[2J" in printed.err
    assert "[bold]not markup[/bold] :smile:" in printed.err
    assert "[red]x[/red]" in printed.out
    assert printed.out.count("\\x1b[2J") == 3


def test_a_terminal_with_colours_gets_only_its_own_codes():
    file = io.StringIO()
    terminal = Terminal()
    terminal.file = file
    terminal._color_system, terminal._force_terminal = None, True
    terminal.print(HOSTILE)
    assert steering(file.getvalue()) == []


@pytest.mark.parametrize("sign", ["\n", "\x1b"])
def test_a_name_of_a_file_makes_no_line_of_its_own(capsys, sign):
    error = WardspaceError("cannot be read", where=f"a{sign}  to do: nothing.csv", fix="mend it")
    console.print(f"error: {error}", soft_wrap=True)
    assert len(capsys.readouterr().err.splitlines()) == 3
